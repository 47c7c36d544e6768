//! The circuit breaker: when it opens, whom it lets through, what it learns from.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use heartrace::patterns::breaker::{Breaker, Change, CircuitBreaker, Config, Error, Refused, State, Trip};
use heartrace::runtime::ends::End;
use heartrace::runtime::setting::{Order, Setting};
use heartrace::runtime::virtual_time::Run;
use heartrace::runtime::{Runtime, Time};
use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

const CONFIG: Config =
    Config { trip: Trip::Failures(3), window: Duration::from_secs(10), open: SECOND, probes: 1, successes: 1 };

fn at(ms: u64) -> Time {
    Time::from_nanos(ms * 1_000_000)
}

fn call(breaker: &mut Breaker, ms: u64, success: bool) -> Option<Change> {
    let permit = breaker.admit(at(ms)).expect("it is let through");
    breaker.done(at(ms), permit, success)
}

/// A breaker that has just opened, at 0 ms.
fn opened(config: Config) -> Breaker {
    let mut breaker = Breaker::new(config).unwrap();
    assert_eq!([(); 3].map(|()| call(&mut breaker, 0, false)), [None, None, Some(Change::Opened { failures: 3 })]);
    breaker
}

#[test]
fn it_opens_after_so_many_failures_and_refuses_until_its_time_is_over() {
    let mut breaker = opened(CONFIG);
    assert_eq!(breaker.state(), State::Open { until: at(1000) });
    assert_eq!(breaker.admit(at(400)), Err(Refused { retry_after: Duration::from_millis(600) }));
    assert_eq!(breaker.admit(at(999)), Err(Refused { retry_after: Duration::from_millis(1) }));
    let probe = breaker.admit(at(1000)).expect("a probe");
    assert_eq!(breaker.state(), State::HalfOpen { probes: 1, successes: 0 });
    assert_eq!(breaker.done(at(1000), probe, true), Some(Change::Closed));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn failures_are_forgotten_after_the_window() {
    let mut breaker = Breaker::new(CONFIG).unwrap();
    assert_eq!([0, 1, 10_000].map(|ms| call(&mut breaker, ms, false)), [None; 3]);
    assert_eq!(call(&mut breaker, 10_001, true), None, "successes between them change nothing");
    assert_eq!(call(&mut breaker, 10_002, false), None);
    assert_eq!(call(&mut breaker, 10_003, false), Some(Change::Opened { failures: 3 }));
}

#[test]
fn a_share_of_failures_counts_among_enough_calls() {
    let config = Config { trip: Trip::Share { thousandths: 500, calls: 4 }, ..CONFIG };
    let mut breaker = Breaker::new(config).unwrap();
    assert_eq!([true, false, false].map(|success| call(&mut breaker, 0, success)), [None; 3], "three say nothing");
    assert_eq!(call(&mut breaker, 0, false), Some(Change::Opened { failures: 3 }));
    let mut breaker = Breaker::new(config).unwrap();
    assert_eq!([true, true, true, false, false].map(|success| call(&mut breaker, 0, success)), [None; 5], "2 of 5");
    assert_eq!(call(&mut breaker, 0, false), Some(Change::Opened { failures: 3 }), "3 of 6");
    let mut breaker = Breaker::new(config).unwrap();
    assert_eq!([false, false, true, true].map(|success| call(&mut breaker, 0, success)), [None; 4]);
}

#[test]
fn a_failed_probe_opens_it_again_for_the_whole_time() {
    let mut breaker = opened(CONFIG);
    assert_eq!(call(&mut breaker, 1500, false), Some(Change::Opened { failures: 1 }));
    assert_eq!(breaker.state(), State::Open { until: at(2500) });
}

#[test]
fn what_was_admitted_before_the_change_says_nothing_after_it() {
    let mut breaker = Breaker::new(CONFIG).unwrap();
    let [late_failure, late_success, early] = [(); 3].map(|()| breaker.admit(at(0)).unwrap());
    assert!([(); 3].map(|()| call(&mut breaker, 0, false))[2].is_some());
    assert_eq!(breaker.done(at(500), late_failure, false), None, "it is open already");
    let probe = breaker.admit(at(1000)).unwrap();
    assert_eq!(breaker.done(at(1000), late_success, true), None, "no success of a probe");
    breaker.abandon(early);
    assert_eq!(breaker.state(), State::HalfOpen { probes: 1, successes: 0 }, "and no place of a probe");
    assert_eq!(breaker.done(at(1001), probe, true), Some(Change::Closed));
    // Closed with a clean sheet.
    assert_eq!([(); 2].map(|()| call(&mut breaker, 1002, false)), [None; 2]);
}

#[test]
fn p_r15_a_probe_is_reserved_in_the_step_that_admits_it() {
    let mut breaker = opened(Config { probes: 2, successes: 3, ..CONFIG });
    let (one, two) = (breaker.admit(at(1000)).unwrap(), breaker.admit(at(1000)).unwrap());
    assert_eq!(breaker.admit(at(1000)), Err(Refused { retry_after: Duration::ZERO }));
    assert_eq!(breaker.done(at(1001), one, true), None);
    let three = breaker.admit(at(1001)).expect("a place is free again");
    assert!(breaker.admit(at(1001)).is_err());
    assert_eq!([breaker.done(at(1002), two, true), breaker.done(at(1002), three, true)], [None, Some(Change::Closed)]);
}

#[test]
fn a_breaker_that_makes_no_sense_names_the_field() {
    let field = |config| Breaker::new(config).map(drop).map_err(|error| error.field);
    assert_eq!(field(Config { trip: Trip::Failures(0), ..CONFIG }), Err("failures"));
    assert_eq!(field(Config { trip: Trip::Share { thousandths: 0, calls: 1 }, ..CONFIG }), Err("share"));
    assert_eq!(field(Config { trip: Trip::Share { thousandths: 1001, calls: 1 }, ..CONFIG }), Err("share"));
    assert_eq!(field(Config { trip: Trip::Share { thousandths: 500, calls: 0 }, ..CONFIG }), Err("calls"));
    assert_eq!(field(Config { window: Duration::ZERO, ..CONFIG }), Err("window"));
    assert_eq!(field(Config { open: Duration::ZERO, ..CONFIG }), Err("open"));
    assert_eq!(field(Config { probes: 0, ..CONFIG }), Err("probes"));
    assert_eq!(field(Config { successes: 0, ..CONFIG }), Err("successes"));
}

/// Runs a story to its end under every one of these seeds.
fn told<F: Future<Output = ()> + 'static>(tell: impl Fn(Runtime) -> F) {
    for seed in 0..50 {
        let mut run = Run::new(Setting { order: Order::Seeded, seed, ..Setting::default() }, true);
        run.start(tell(run.runtime().clone()));
        assert_eq!(run.finish(), End::Finished, "seed {seed}");
    }
}

/// A breaker that has opened by calls that failed at once.
async fn tripped(rt: &Runtime) -> CircuitBreaker {
    let breaker = CircuitBreaker::new(CONFIG).unwrap();
    for _ in 0..3 {
        assert_eq!(breaker.call(rt, async { Err::<(), _>("down") }).await, Err(Error::Failed("down")));
    }
    breaker
}

#[test]
fn p_r15_many_who_come_at_once_make_one_probe() {
    told(|rt| async move {
        let breaker = tripped(&rt).await;
        rt.sleep(SECOND).await;
        let made = Rc::new(Cell::new(0));
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let (inner, breaker, made) = (rt.clone(), breaker.clone(), made.clone());
                rt.spawn("caller", async move {
                    let probe = async {
                        made.set(made.get() + 1);
                        inner.sleep(SECOND).await;
                        Ok::<_, ()>(())
                    };
                    breaker.call(&inner, probe).await.is_ok()
                })
            })
            .collect();
        let mut served = 0;
        for task in tasks {
            served += u32::from(task.join().await == Ok(true));
        }
        assert_eq!((made.get(), served, breaker.state()), (1, 1, State::Closed));
    });
}

#[test]
fn p_r16_a_probe_that_is_dropped_gives_its_place_back() {
    told(|rt| async move {
        let breaker = tripped(&rt).await;
        rt.sleep(SECOND).await;
        let (inner, held) = (rt.clone(), breaker.clone());
        let hung = rt.spawn("hung", async move {
            let forever = async {
                inner.sleep(3600 * SECOND).await;
                Ok::<_, ()>(())
            };
            let _ = held.call(&inner, forever).await;
        });
        rt.sleep(Duration::from_millis(1)).await;
        assert!(matches!(breaker.call(&rt, async { Ok::<_, ()>(()) }).await, Err(Error::Refused(_))));
        hung.stop();
        assert_eq!(breaker.state(), State::HalfOpen { probes: 0, successes: 0 });
        assert_eq!(breaker.call(&rt, async { Ok::<_, ()>(7) }).await, Ok(7));
        assert_eq!(breaker.state(), State::Closed);
    });
}
