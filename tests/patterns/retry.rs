//! Retry and its budgets: the tables of tower (`retry/budget/tps_budget.rs`, `tests/retry/main.rs`) and grpc-java
//! (`RetriableStreamTest.java`), and the traps.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use heartrace::patterns::backoff::{Backoff, Growth, Jitter};
use heartrace::patterns::retry::budget::{ActiveShare, Recent, Throttle, TokenRatio};
use heartrace::patterns::retry::policy::Retry;
use heartrace::patterns::retry::throttling::{CERTAIN, Throttling};
use heartrace::patterns::retry::{
    Attempt, Budget, Class, Failure, GaveUp, Policy, PushBack, Report, SharedBudget, Why, retry,
};
use heartrace::runtime::ends::End;
use heartrace::runtime::setting::Setting;
use heartrace::runtime::virtual_time::Run;
use heartrace::runtime::{Receiver, Runtime, Time};
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn at(ms: u64) -> Time {
    Time::from_nanos(ms * 1_000_000)
}

/// Runs a story in virtual time and gives what it found.
fn told<T: 'static, F: Future<Output = T> + 'static>(tell: impl FnOnce(Runtime) -> F) -> T {
    let mut run = Run::new(Setting::default(), true);
    let found = Rc::new(RefCell::new(None));
    let (slot, story) = (found.clone(), tell(run.runtime().clone()));
    run.start(async move {
        let value = story.await;
        slot.replace(Some(value));
    });
    assert_eq!(run.finish(), End::Finished);
    found.take().expect("the story was told")
}

fn constant(ms: u64) -> Backoff {
    let base = Duration::from_millis(ms);
    Backoff { growth: Growth::Constant, base, max: base, jitter: Jitter::None }
}

// --- budgets ---

#[test]
fn v_r036_a_reserve_of_zero_and_no_request_allow_nothing() {
    let mut budget = Recent::new(SECOND, 0, 1000).unwrap();
    assert!(!budget.withdraw(at(0)));
}

#[test]
fn v_r037_a_request_is_forgotten_after_the_window() {
    let mut budget = Recent::new(SECOND, 0, 1000).unwrap();
    budget.deposit(at(0));
    assert!(!budget.withdraw(at(3000)));
}

#[test]
fn v_r038_half_a_retry_for_each_request_of_the_window() {
    let mut budget = Recent::new(SECOND, 0, 500).unwrap();
    budget.deposit(at(0));
    budget.deposit(at(0));
    assert!(budget.withdraw(at(901)));
    let rest = 901 + 2001;
    budget.deposit(at(rest));
    budget.deposit(at(rest + 301));
    budget.deposit(at(rest + 301 + 801));
    assert!(budget.withdraw(at(rest + 301 + 801)), "the first has expired, two are left");
    assert!(!budget.withdraw(at(rest + 301 + 801)));
}

#[test]
fn v_r039_a_reserve_of_five_is_five() {
    let mut budget = Recent::new(SECOND, 5, 1000).unwrap();
    assert_eq!([(); 6].map(|()| budget.withdraw(at(0))), [true, true, true, true, true, false]);
}

#[test]
fn p_r8_v_r040_sixty_percent_are_sixty_percent() {
    let mut budget = Recent::new(SECOND, 0, 600).unwrap();
    (0..10).for_each(|_| budget.deposit(at(0)));
    assert_eq!((0..10).filter(|_| budget.withdraw(at(0))).count(), 6);
}

#[test]
fn v_r070_to_r076_the_throttle_counts_up_and_down() {
    let mut throttle = Throttle::new(4, 800).unwrap();
    let fail = |throttle: &mut Throttle| {
        throttle.failure();
        (throttle.tokens(), throttle.allows())
    };
    assert_eq!(fail(&mut throttle), (3000, true), "R070");
    assert_eq!(fail(&mut throttle), (2000, false), "R071: not above half");
    assert_eq!([fail(&mut throttle).0, fail(&mut throttle).0, fail(&mut throttle).0], [1000, 0, 0], "R072");
    let succeed = |throttle: &mut Throttle| {
        throttle.success();
        (throttle.tokens(), throttle.allows())
    };
    assert_eq!([succeed(&mut throttle), succeed(&mut throttle)], [(800, false), (1600, false)], "R073");
    assert_eq!(succeed(&mut throttle), (2400, true), "R074");
    (0..3).for_each(|_| throttle.success());
    assert_eq!(throttle.tokens(), 4000, "R075");
    assert_eq!([fail(&mut throttle), fail(&mut throttle)], [(3000, true), (2000, false)], "R076");
}

#[test]
fn v_r077_half_of_the_tokens_is_not_more_than_half() {
    let mut throttle = Throttle::grpc();
    (0..5).for_each(|_| throttle.failure());
    assert_eq!((throttle.tokens(), throttle.allows()), (5000, false));
    throttle.success();
    assert!(throttle.allows());
}

/// One failure of a call whose throttle begins with 3 of 4 tokens: what follows, and what is left.
fn throttled(class: Class, push_back: Option<PushBack>) -> (Result<Duration, Why>, u32) {
    let mut throttle = Throttle::new(4, 800).unwrap();
    throttle.failure();
    let mut budget = Budget::Throttle(throttle);
    let policy = Policy { backoff: constant(100), ..Policy::at_once(4) };
    let decision = Retry::new(policy.checked().unwrap(), at(0)).failed(at(0), class, push_back, &mut budget, 0);
    match budget {
        Budget::Throttle(throttle) => (decision, throttle.tokens()),
        _ => unreachable!("it is a throttle"),
    }
}

#[test]
fn v_r078_to_r083_a_throttled_stream() {
    let told = Some(PushBack::After(Duration::from_millis(123)));
    assert_eq!(throttled(Class::Transient, None), (Err(Why::Budget), 2000), "R078");
    assert_eq!(throttled(Class::Fatal, None), (Err(Why::Fatal), 3000), "R079");
    assert_eq!(throttled(Class::Transient, told), (Err(Why::Budget), 2000), "R080");
    assert_eq!(throttled(Class::Fatal, told), (Ok(Duration::from_millis(123)), 3000), "R081");
    assert_eq!(throttled(Class::Transient, Some(PushBack::Never)), (Err(Why::PushBack), 2000), "R082");
    assert_eq!(throttled(Class::Fatal, Some(PushBack::Never)), (Err(Why::PushBack), 2000), "R083");
}

#[test]
fn v_r084_successes_give_back() {
    let mut throttle = Throttle::new(4, 800).unwrap();
    (0..3).for_each(|_| throttle.failure());
    throttle.success();
    assert_eq!((throttle.tokens(), throttle.allows()), (1800, false));
    throttle.success();
    assert_eq!((throttle.tokens(), throttle.allows()), (2600, true));
}

#[test]
fn a_tenth_of_a_token_for_each_request() {
    let mut tokens = TokenRatio::new(100, 10, 100).unwrap();
    assert_eq!((0..20).filter(|_| tokens.retry()).count(), 10, "what it begins with");
    (0..9).for_each(|_| tokens.request());
    assert!(!tokens.retry(), "nine tenths");
    tokens.request();
    assert!(tokens.retry());
    (0..10_000).for_each(|_| tokens.request());
    assert_eq!(tokens.tokens(), 100_000, "the cap");
}

#[test]
fn a_fifth_of_what_is_under_way_and_three_in_any_case() {
    let mut few = ActiveShare::envoy();
    assert_eq!([(); 4].map(|()| few.retry()), [true, true, true, false]);
    let mut budget = Budget::Active(ActiveShare::envoy());
    (0..25).for_each(|_| budget.request(at(0)));
    assert_eq!((0..9).filter(|_| budget.retry(at(0), false)).count(), 5, "a fifth of 25");
    budget.retry_over();
    assert!(budget.retry(at(0), false), "one is over");
    (0..20).for_each(|_| budget.request_over());
    assert!(!budget.retry(at(0), false), "five under way allow three, and five are made");
}

#[test]
fn p_r17_what_is_over_is_counted_no_more_whatever_became_of_it() {
    let counts = told(|rt| async move {
        let budget = Budget::Active(ActiveShare::envoy()).shared();
        let under_way = |budget: &SharedBudget| {
            budget.with(|budget| match budget {
                Budget::Active(active) => active.under_way(),
                _ => (0, 0),
            })
        };
        let policy = Policy { per_attempt: Some(SECOND), ..Policy::at_once(3) }.checked().unwrap();
        let mut seen = Vec::new();
        // One succeeds at its second attempt, one fails for good, one runs out of time, one is stopped meanwhile.
        for what in ["succeeds", "fails", "hangs", "is stopped"] {
            let (inner, shared) = (rt.clone(), budget.clone());
            let task = rt.spawn(what, async move {
                let _ = retry(&inner, policy, &shared, async |attempt: Attempt| match what {
                    "fails" => Err(Failure::transient(())),
                    _ if attempt.number == 1 => Err(Failure::transient(())),
                    "succeeds" => Ok(()),
                    _ => {
                        inner.sleep(60 * SECOND).await;
                        Ok(())
                    }
                })
                .await;
            });
            if what == "is stopped" {
                rt.sleep(SECOND / 2).await;
                seen.push(under_way(&budget));
                task.stop();
            }
            let _ = task.join().await;
            seen.push(under_way(&budget));
        }
        seen
    });
    assert_eq!(counts, [(0, 0), (0, 0), (0, 0), (1, 1), (0, 0)]);
}

#[test]
fn a_budget_that_makes_no_sense_names_the_field() {
    let field = |result: Result<_, heartrace::patterns::config::ConfigError>| result.map(drop).map_err(|e| e.field);
    assert_eq!(TokenRatio::new(0, 10, 100).map(drop).map_err(|e| e.field), Err("ratio"));
    assert_eq!(TokenRatio::new(1001, 10, 100).map(drop).map_err(|e| e.field), Err("ratio"));
    assert_eq!(TokenRatio::new(100, 101, 100).map(drop).map_err(|e| e.field), Err("start"));
    assert_eq!(TokenRatio::new(100, 0, 0).map(drop).map_err(|e| e.field), Err("cap"));
    assert_eq!(field(Throttle::new(0, 100).map(Budget::Throttle)), Err("max"));
    assert_eq!(field(Throttle::new(1001, 100).map(Budget::Throttle)), Err("max"));
    assert_eq!(field(Throttle::new(10, 0).map(Budget::Throttle)), Err("ratio"));
    assert_eq!(field(Recent::new(Duration::ZERO, 10, 100).map(Budget::Recent)), Err("window"));
    assert_eq!(field(Recent::new(SECOND, 10, 1_000_001).map(Budget::Recent)), Err("ratio"));
    assert_eq!(field(ActiveShare::new(1001, 3).map(Budget::Active)), Err("share"));
    assert_eq!(field(ActiveShare::new(0, 0).map(Budget::Active)), Err("least"));
    assert_eq!(Throttling::new(SECOND, 999).map(drop).map_err(|e| e.field), Err("k"));
    assert_eq!(Throttling::new(Duration::ZERO, 2000).map(drop).map_err(|e| e.field), Err("window"));
    let policy = |policy: Policy| policy.checked().map(drop).map_err(|e| e.field);
    assert_eq!(policy(Policy::at_once(0)), Err("attempts"));
    assert_eq!(policy(Policy { total: Some(Duration::ZERO), ..Policy::at_once(2) }), Err("total"));
    assert_eq!(policy(Policy { per_attempt: Some(Duration::ZERO), ..Policy::at_once(2) }), Err("per-attempt"));
}

#[test]
fn throttling_refuses_what_is_beyond_twice_what_is_accepted() {
    let mut throttling = Throttling::new(120 * SECOND, 2000).unwrap();
    assert_eq!(throttling.refusal(at(0)), 0);
    // 100 asked, 30 accepted: (100 − 60) / 101.
    for number in 0..100 {
        throttling.admits(at(number), CERTAIN - 1);
        if number < 30 {
            throttling.accepted(at(number));
        }
    }
    assert_eq!(throttling.refusal(at(100)), 40 * CERTAIN / 101);
    assert!(!throttling.admits(at(100), 396_000) && throttling.admits(at(100), 402_000));
    // Half accepted is as good as all accepted; a long while later nothing is known any more.
    (0..30).for_each(|_| throttling.accepted(at(100)));
    assert_eq!(throttling.refusal(at(100)), 0);
    assert_eq!(throttling.refusal(at(200_000)), 0);
}

#[test]
fn throttling_never_refuses_everything() {
    let mut throttling = Throttling::new(SECOND, 1000).unwrap();
    (0..100_000).for_each(|_| {
        throttling.admits(at(0), 0);
    });
    let refusal = throttling.refusal(at(0));
    assert!(refusal < CERTAIN && refusal > CERTAIN - 20, "{refusal}");
}

// --- the decision ---

fn state(policy: Policy) -> Retry {
    Retry::new(policy.checked().unwrap(), at(0))
}

fn fail(retry: &mut Retry, now: u64, class: Class, push_back: Option<PushBack>) -> Result<Duration, Why> {
    retry.failed(at(now), class, push_back, &mut Budget::Unlimited, 0)
}

#[test]
fn v_r086_push_back_is_honoured_exactly_then_the_back_off_begins_again() {
    let doubling = Backoff { growth: Growth::Exponential { factor: 2000 }, max: 700 * SECOND, ..constant(100_000) };
    let mut retry = state(Policy { backoff: doubling, ..Policy::at_once(6) });
    let told = Duration::from_millis(123);
    assert_eq!(fail(&mut retry, 0, Class::Transient, None), Ok(100 * SECOND));
    assert_eq!(fail(&mut retry, 0, Class::Transient, None), Ok(200 * SECOND));
    assert_eq!(fail(&mut retry, 0, Class::Transient, Some(PushBack::After(told))), Ok(told));
    assert_eq!(fail(&mut retry, 0, Class::Transient, None), Ok(100 * SECOND));
    assert_eq!(fail(&mut retry, 0, Class::Transient, None), Ok(200 * SECOND));
    assert_eq!(fail(&mut retry, 0, Class::Transient, Some(PushBack::After(told))), Err(Why::Attempts), "six were made");
}

#[test]
fn v_r087_a_push_back_of_never_ends_it() {
    assert_eq!(fail(&mut state(Policy::at_once(6)), 0, Class::Transient, Some(PushBack::Never)), Err(Why::PushBack));
}

#[test]
fn v_r088_what_was_never_processed_is_repeated_for_free() {
    let mut once = state(Policy { backoff: constant(100), ..Policy::at_once(2) });
    assert_eq!(fail(&mut once, 0, Class::Unprocessed, None), Ok(Duration::ZERO), "once");
    assert_eq!(once.attempt(), 1);
    assert_eq!(fail(&mut once, 0, Class::Unprocessed, None), Ok(Duration::from_millis(100)), "then like any other");
    assert_eq!(fail(&mut once, 0, Class::Unprocessed, None), Err(Why::Attempts));

    let mut unsent = state(Policy::at_once(1));
    assert!((0..1000).all(|_| fail(&mut unsent, 0, Class::Unsent, None) == Ok(Duration::ZERO)));
    assert_eq!(fail(&mut unsent, 0, Class::Unsent, None), Err(Why::Attempts), "everything has a limit");

    let mut after = state(Policy { backoff: constant(100), ..Policy::at_once(3) });
    assert_eq!(fail(&mut after, 0, Class::Transient, None), Ok(Duration::from_millis(100)));
    assert_eq!(fail(&mut after, 0, Class::Unprocessed, None), Ok(Duration::from_millis(100)), "not free any more");
}

#[test]
fn p_r19_nothing_is_retried_after_the_commit_point() {
    let mut retry = state(Policy::at_once(6));
    assert_eq!(fail(&mut retry, 0, Class::Committed, None), Err(Why::Committed));
    let told = Some(PushBack::After(SECOND));
    assert_eq!(fail(&mut retry, 0, Class::Committed, told), Err(Why::Committed), "whatever the server says");
}

#[test]
fn p_r18_what_is_left_shrinks_from_attempt_to_attempt() {
    let policy = Policy {
        per_attempt: Some(4 * SECOND),
        total: Some(10 * SECOND),
        backoff: constant(1000),
        ..Policy::at_once(9)
    };
    let mut retry = state(policy);
    let mut now = 0;
    let mut limits = Vec::new();
    let end = loop {
        let limit = retry.limit(at(now)).expect("there is a limit");
        limits.push(limit.as_secs());
        now += limit.as_millis() as u64;
        match fail(&mut retry, now, Class::Transient, None) {
            Ok(delay) => now += delay.as_millis() as u64,
            Err(why) => break why,
        }
    };
    // 4 s, a second of waiting, 4 s, and what would follow the next second is not begun.
    assert_eq!((limits, end), (vec![4, 4], Why::Deadline));
    let mut late = state(Policy { total: Some(10 * SECOND), ..Policy::at_once(9) });
    assert_eq!(fail(&mut late, 7000, Class::Transient, None), Ok(Duration::ZERO));
    assert_eq!(late.limit(at(7000)), Some(3 * SECOND));
    assert_eq!(fail(&mut late, 10_000, Class::Transient, None), Err(Why::Deadline));
}

#[test]
fn a_retry_that_is_not_made_is_not_paid_for() {
    let mut budget = Budget::Tokens(TokenRatio::new(100, 1, 10).unwrap());
    let tokens = |budget: &Budget| match budget {
        Budget::Tokens(tokens) => tokens.tokens(),
        _ => 0,
    };
    let mut late = state(Policy { total: Some(SECOND), backoff: constant(2000), ..Policy::at_once(5) });
    assert_eq!(late.failed(at(0), Class::Transient, None, &mut budget, 0), Err(Why::Deadline));
    let mut over = state(Policy::at_once(1));
    assert_eq!(over.failed(at(0), Class::Transient, None, &mut budget, 0), Err(Why::Attempts));
    assert_eq!(tokens(&budget), 1000);
    let mut poor = state(Policy::at_once(5));
    assert_eq!(poor.failed(at(0), Class::Transient, None, &mut budget, 0), Ok(Duration::ZERO));
    assert_eq!(poor.failed(at(0), Class::Transient, None, &mut budget, 0), Err(Why::Budget));
}

// --- the loop ---

/// The number of each attempt and when it began, in milliseconds.
type Begun = Vec<(u32, u64)>;

/// Retries an operation that fails as listed, then succeeds; gives the result and when each attempt began.
fn attempts(policy: Policy, budget: Budget, failures: Vec<Failure<u32>>) -> (Result<u32, GaveUp<u32>>, Begun) {
    told(|rt| async move {
        let budget = budget.shared();
        let (begun, failures) = (RefCell::new(Vec::new()), RefCell::new(failures.into_iter()));
        let result = retry(&rt, policy.checked().unwrap(), &budget, async |attempt: Attempt| {
            begun.borrow_mut().push((attempt.number, rt.now().as_nanos() / 1_000_000));
            let failure = failures.borrow_mut().next();
            failure.map_or(Ok(attempt.number), Err)
        })
        .await;
        (result, begun.into_inner())
    })
}

#[test]
fn v_r054_an_error_is_retried() {
    let policy = Policy { backoff: constant(100), ..Policy::at_once(3) };
    let (result, begun) = attempts(policy, Budget::Unlimited, vec![Failure::transient(7)]);
    assert_eq!((result, begun), (Ok(2), vec![(1, 0), (2, 100)]));
}

#[test]
fn v_r055_at_the_limit_the_last_error_is_the_result() {
    let failures = || vec![Failure::transient(1), Failure::transient(2), Failure::transient(3)];
    let (result, begun) = attempts(Policy::at_once(3), Budget::Unlimited, failures());
    assert_eq!(result, Err(GaveUp { why: Why::Attempts, attempts: 3, error: Some(3) }));
    assert_eq!(begun.len(), 3);
    let first = Policy { report: Report::First, ..Policy::at_once(3) };
    let (result, _) = attempts(first, Budget::Unlimited, failures());
    assert_eq!(result, Err(GaveUp { why: Why::Attempts, attempts: 3, error: Some(1) }));
}

#[test]
fn v_r056_a_class_that_is_not_retried_ends_it_at_once() {
    let (result, begun) = attempts(Policy::at_once(3), Budget::Unlimited, vec![Failure::fatal(9)]);
    assert_eq!(result, Err(GaveUp { why: Why::Fatal, attempts: 1, error: Some(9) }));
    assert_eq!(begun, [(1, 0)]);
}

#[test]
fn v_r058_a_success_needs_no_second_attempt() {
    assert_eq!(attempts(Policy::at_once(1), Budget::Unlimited, vec![]), (Ok(1), vec![(1, 0)]));
}

#[test]
fn v_r059_the_operation_sees_which_attempt_it_is_and_may_change_the_request() {
    let failures = vec![Failure::transient(0), Failure::transient(0)];
    assert_eq!(attempts(Policy::at_once(5), Budget::Unlimited, failures).0, Ok(3));
}

#[test]
fn p_r4_an_empty_budget_suppresses_only_the_new_attempt() {
    let (results, end) = told(|rt| async move {
        let budget = Budget::Tokens(TokenRatio::new(1, 0, 1).unwrap()).shared();
        let (slow, empty) = (rt.clone(), budget.clone());
        let under_way = rt.spawn("under-way", async move {
            let inner = slow.clone();
            retry(&slow, Policy::at_once(3).checked().unwrap(), &empty, async |_| {
                inner.sleep(SECOND).await;
                Ok::<_, Failure<()>>("done")
            })
            .await
        });
        let refused: Result<&str, _> =
            retry(&rt, Policy::at_once(3).checked().unwrap(), &budget, async |_| Err(Failure::transient(()))).await;
        let at = rt.now();
        assert_eq!(at, Time::ZERO, "P-R5: with nothing under way and nothing to start it fails at once");
        ((refused.map_err(|gave_up| gave_up.why), under_way.join().await.unwrap().is_ok()), rt.now())
    });
    assert_eq!((results, end), ((Err(Why::Budget), true), at(1000)));
}

#[test]
fn an_attempt_that_takes_too_long_is_cut_off_and_retried() {
    let (result, end) = told(|rt| async move {
        let policy =
            Policy { per_attempt: Some(SECOND), total: Some(Duration::from_millis(2500)), ..Policy::at_once(9) };
        let budget = Budget::Unlimited.shared();
        let result: Result<(), GaveUp<()>> = retry(&rt, policy.checked().unwrap(), &budget, async |_| {
            rt.sleep(60 * SECOND).await;
            Ok(())
        })
        .await;
        (result, rt.now())
    });
    // Two full attempts, and a third for the half second that is left.
    assert_eq!(result, Err(GaveUp { why: Why::Deadline, attempts: 3, error: None }));
    assert_eq!(end, at(2500));
}

#[test]
fn v_r089_who_stops_while_it_waits_leaves_no_timer() {
    let mut run = Run::new(Setting::default(), true);
    let rt = run.runtime().clone();
    let inner = rt.clone();
    run.start(async move {
        let policy = Policy { backoff: constant(100_000), ..Policy::at_once(3) };
        let again = inner.clone();
        let task = inner.spawn("retrying", async move {
            let budget = Budget::Unlimited.shared();
            let _: Result<(), GaveUp<()>> =
                retry(&again, policy.checked().unwrap(), &budget, async |_| Err(Failure::transient(()))).await;
        });
        inner.sleep(SECOND).await;
        task.stop();
        // Nothing is left that could move: with a timer the clock would go on to it.
        Receiver::<()>::absent().recv(&inner).await;
    });
    assert!(matches!(run.finish(), End::Stalled(_)));
    assert_eq!(rt.now(), at(1000));
}

#[test]
fn o021_a_pause_that_would_cross_the_deadline_is_not_begun() {
    let policy = Policy { backoff: constant(400), total: Some(Duration::from_millis(1000)), ..Policy::at_once(9) };
    let failures = (0..9).map(Failure::transient).collect();
    // At 800 ms: another 400 would be too much, so it is over there and then, and not at 1000 ms.
    let over = told(move |rt| async move {
        let (budget, made) = (Budget::Unlimited.shared(), RefCell::new(0));
        let gave_up = retry(&rt, policy.checked().unwrap(), &budget, async |attempt: Attempt| {
            *made.borrow_mut() = attempt.number;
            Err::<(), _>(Failure::transient(7_u32))
        })
        .await;
        (gave_up.map_err(|gave_up| gave_up.why), made.into_inner(), rt.now().as_nanos() / 1_000_000)
    });
    assert_eq!(over, (Err(Why::Deadline), 3, 800));
    let (result, begun) = attempts(policy, Budget::Unlimited, failures);
    assert_eq!(result.map_err(|gave_up| gave_up.why), Err(Why::Deadline));
    assert_eq!(begun, [(1, 0), (2, 400), (3, 800)]);
}
