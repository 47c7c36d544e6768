//! The work queue: limit, order, who is dropped when a worker asks, and what becomes of those who leave.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use heartrace::patterns::queue::{Backlog, Codel, Config, Full, MOST, Next, Order, Shed, WorkQueue};
use heartrace::runtime::ends::End;
use heartrace::runtime::setting::{Order as Choices, Setting};
use heartrace::runtime::virtual_time::Run;
use heartrace::runtime::{Runtime, Time};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

fn at(ms: u64) -> Time {
    Time::from_nanos(ms * 1_000_000)
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn backlog(config: Config) -> Backlog<u32> {
    Backlog::new(config).unwrap()
}

/// All that a worker who never pauses gets at one moment: what is served, and what is dropped on the way.
fn drain(backlog: &mut Backlog<u32>, now: u64) -> (Vec<u32>, Vec<u32>) {
    let (mut served, mut dropped) = (Vec::new(), Vec::new());
    while let Some(next) = backlog.pop(at(now)) {
        match next {
            Next::Serve(item) => served.push(item),
            Next::Drop(item) => dropped.push(item),
        }
    }
    (served, dropped)
}

#[test]
fn the_first_or_the_last_comes_first() {
    for (order, expected) in [(Order::Fifo, [1, 2, 3]), (Order::Lifo, [3, 2, 1])] {
        let mut queue = backlog(Config { order, ..Config::default() });
        for item in 1..=3 {
            queue.push(item, Time::MAX, at(0)).unwrap();
        }
        assert_eq!(drain(&mut queue, 1), (expected.to_vec(), vec![]), "{order:?}");
    }
}

#[test]
fn who_finds_it_full_is_told_at_once_and_gets_the_entry_back() {
    let mut queue = backlog(Config { limit: 2, ..Config::default() });
    assert!(queue.push(1, Time::MAX, at(0)).is_ok() && queue.push(2, Time::MAX, at(0)).is_ok());
    assert_eq!(queue.push(3, Time::MAX, at(0)), Err(Full(3)));
    assert_eq!(queue.pop(at(0)), Some(Next::Serve(1)));
    assert!(queue.push(4, Time::MAX, at(0)).is_ok(), "what a worker has taken is not counted");
}

#[test]
fn expired_means_that_the_deadline_is_reached() {
    let mut queue = backlog(Config { shed: Shed::Expired, ..Config::default() });
    for (item, deadline) in [(1, 99), (2, 100), (3, 101)] {
        queue.push(item, at(deadline), at(0)).unwrap();
    }
    assert_eq!(drain(&mut queue, 100), (vec![3], vec![1, 2]));
}

#[test]
fn what_can_be_answered_exactly_at_the_deadline_is_kept() {
    let mut queue = backlog(Config { shed: Shed::TooLate { needs: ms(10) }, ..Config::default() });
    for (item, deadline) in [(1, 109), (2, 110), (3, 111)] {
        queue.push(item, at(deadline), at(0)).unwrap();
    }
    assert_eq!(drain(&mut queue, 100), (vec![2, 3], vec![1]));
    queue.push(4, at(5), at(0)).unwrap();
    assert_eq!(drain(&mut queue, 100), (vec![], vec![4]), "a deadline shorter than the work itself");
}

#[test]
fn codel_allows_a_burst_and_cuts_a_standing_queue() {
    let mut queue = backlog(Config { shed: Shed::Codel(Codel::default()), ..Config::default() });
    let join = |queue: &mut Backlog<u32>, item, now| {
        queue.push(item, Time::MAX, at(now)).unwrap();
    };
    // A burst into an empty queue may wait for 100 ms.
    (0..3).for_each(|item| join(&mut queue, item, 0));
    assert_eq!(queue.pop(at(99)), Some(Next::Serve(0)));
    assert_eq!(drain(&mut queue, 100), (vec![], vec![1, 2]));
    // It was empty at 100 ms, so those who join before 200 ms may wait for 100 ms, those from then on for 5 ms.
    (0..12_u32).for_each(|item| join(&mut queue, item, 100 + u64::from(item) * 10));
    // At 215 ms: those of 100 and 110 have waited for over 100 ms, those of 200 and 210 for 5 ms and more.
    assert_eq!(drain(&mut queue, 215), (vec![2, 3, 4, 5, 6, 7, 8, 9], vec![0, 1, 10, 11]));
    join(&mut queue, 20, 216);
    assert_eq!(drain(&mut queue, 315), (vec![20], vec![]), "a new burst");
}

#[test]
fn the_old_do_not_lie_at_the_bottom_of_a_stack_for_ever() {
    let mut queue = backlog(Config { order: Order::Lifo, shed: Shed::Expired, limit: 3 });
    for (item, deadline) in [(1, 10), (2, 20), (3, 1000)] {
        queue.push(item, at(deadline), at(0)).unwrap();
    }
    assert_eq!([queue.pop(at(15)), queue.pop(at(15))], [Some(Next::Drop(1)), Some(Next::Serve(3))]);
    assert_eq!(queue.len(), 1);
}

#[test]
fn p_r12_an_entry_leaves_the_line_when_its_caller_says_so() {
    let mut queue = backlog(Config { limit: 3, ..Config::default() });
    let tickets = [1, 2, 3].map(|item| queue.push(item, Time::MAX, at(0)).unwrap());
    assert_eq!(queue.withdraw(tickets[1], at(0)), Some(2));
    assert_eq!(queue.withdraw(tickets[1], at(0)), None, "it has gone");
    assert!(queue.push(4, Time::MAX, at(0)).is_ok(), "its place is free");
    assert_eq!(drain(&mut queue, 0), (vec![1, 3, 4], vec![]));
    assert_eq!(queue.withdraw(tickets[2], at(0)), None, "a worker has it");
}

#[test]
fn a_queue_that_makes_no_sense_names_the_field() {
    let field = |config| Backlog::<()>::new(config).map(drop).map_err(|error| error.field);
    let codel = |target, interval| Config { shed: Shed::Codel(Codel { target, interval }), ..Config::default() };
    assert_eq!(field(Config { limit: 0, ..Config::default() }), Err("limit"));
    assert_eq!(field(Config { limit: MOST + 1, ..Config::default() }), Err("limit"));
    assert_eq!(field(codel(Duration::ZERO, ms(100))), Err("target"));
    assert_eq!(field(codel(ms(101), ms(100))), Err("target"));
    assert_eq!(field(codel(ms(100), ms(100))), Ok(()));
}

/// The simplest thing that could be right: a list, looked through each time.
#[test]
fn it_agrees_with_a_plain_list() {
    for order in [Order::Fifo, Order::Lifo] {
        let mut queue = backlog(Config { order, shed: Shed::Expired, limit: 8 });
        let mut list: VecDeque<(u32, u64, _)> = VecDeque::new();
        let mut dice = 1_u64;
        for step in 0..20_000_u32 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (now, roll) = (u64::from(step), dice >> 33);
            match roll % 4 {
                0 | 1 => {
                    let deadline = now + roll % 40;
                    let pushed = queue.push(step, at(deadline), at(now));
                    assert_eq!(pushed.is_ok(), list.len() < 8, "{order:?} {step}");
                    pushed.into_iter().for_each(|ticket| list.push_back((step, deadline, ticket)));
                }
                2 if !list.is_empty() => {
                    let (item, _, ticket) = list.remove(roll as usize / 4 % list.len()).unwrap();
                    assert_eq!(queue.withdraw(ticket, at(now)), Some(item), "{order:?} {step}");
                }
                _ => {
                    let is_over = |entry: &(u32, u64, _)| entry.1 <= now;
                    let last = order == Order::Lifo && list.front().is_some_and(|entry| !is_over(entry));
                    let next = if last { list.pop_back() } else { list.pop_front() };
                    let expected =
                        next.map(|entry| if is_over(&entry) { Next::Drop(entry.0) } else { Next::Serve(entry.0) });
                    assert_eq!(queue.pop(at(now)), expected, "{order:?} {step}");
                }
            }
            assert_eq!(queue.len(), list.len());
        }
    }
}

/// Runs a story to its end under every one of these seeds.
fn told<F: Future<Output = ()> + 'static>(tell: impl Fn(Runtime) -> F) {
    for seed in 0..50 {
        let mut run = Run::new(Setting { order: Choices::Seeded, seed, ..Setting::default() }, true);
        run.start(tell(run.runtime().clone()));
        assert_eq!(run.finish(), End::Finished, "seed {seed}");
    }
}

#[test]
fn workers_share_the_work_and_sleep_while_there_is_none() {
    told(|rt| async move {
        let queue = WorkQueue::new(&rt, "work", Config::default()).unwrap();
        let done = Rc::new(RefCell::new(Vec::new()));
        for _ in 0..3 {
            let (inner, queue, done) = (rt.clone(), queue.clone(), done.clone());
            rt.spawn_server("worker", async move {
                loop {
                    if let Next::Serve(item) = queue.take(&inner).await {
                        inner.work(ms(30)).await;
                        done.borrow_mut().push((item, inner.now()));
                    }
                }
            });
        }
        for item in 0..9_u32 {
            queue.offer(&rt, item, Time::MAX).unwrap();
        }
        rt.sleep(ms(1000)).await;
        // Three at a time: nobody slept while there was work.
        let times: Vec<Time> = done.borrow().iter().map(|(_, time)| *time).collect();
        assert_eq!(times, [30, 30, 30, 60, 60, 60, 90, 90, 90].map(at));
        let mut items: Vec<u32> = done.borrow().iter().map(|(item, _)| *item).collect();
        items.sort_unstable();
        assert!(items.into_iter().eq(0..9), "each once");
        assert!(queue.is_empty());
    });
}

#[test]
fn v_r060_who_stops_waiting_for_work_takes_none_away() {
    told(|rt| async move {
        let queue = WorkQueue::new(&rt, "work", Config::default()).unwrap();
        let (inner, waiting) = (rt.clone(), queue.clone());
        let gone = rt.spawn("gone", async move {
            waiting.take(&inner).await;
        });
        rt.sleep(ms(1)).await;
        queue.offer(&rt, 7_u32, Time::MAX).unwrap();
        gone.stop();
        if queue.is_empty() {
            // In some orders it had it already: then it is its own.
            return;
        }
        assert_eq!(queue.take(&rt).await, Next::Serve(7));
    });
}
