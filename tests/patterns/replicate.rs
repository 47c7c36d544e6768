//! Replicated and hedged requests: `rr1_…` are the book's numbers, `r016_…` rows of upstream tests (Polly, tower,
//! failsafe-go, grpc-java), `p_r4_…` bugs that other libraries had. Each is a race in virtual time; times are
//! milliseconds unless said.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use heartrace::patterns::cancel::{Context, ContextError};
use heartrace::patterns::replicate::{
    Attempt, Budget, Eligible, Failed, Fate, Judgement, Latencies, Losers, Next, Policy, Replicator, Share, Why, Won,
    first_ok,
};
use heartrace::patterns::timeout::timeout;
use heartrace::runtime::ends::End;
use heartrace::runtime::setting::{Order, Setting};
use heartrace::runtime::virtual_time::Run;
use heartrace::runtime::{Of2, Runtime, select};
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn now(rt: &Runtime) -> u64 {
    rt.now().as_nanos() / 1_000_000
}

fn story<F: Future<Output = ()> + 'static>(tell: impl FnOnce(Runtime, Context) -> F) {
    let mut run = Run::new(Setting::default(), true);
    let rt = run.runtime().clone();
    let background = Context::background(&rt);
    run.start(tell(rt, background));
    assert_eq!(run.finish(), End::Finished);
}

/// A budget that is never in the way.
fn plenty() -> Budget {
    Budget::new(Share { per_mille: 100_000, start: 100, most: 10_000, at_once: 10_000 }).unwrap()
}

fn policy(extra: u32, next: Next) -> Policy {
    Policy { extra, targets: 100, next, tied: false, losers: Losers::Drain { grace: ms(1000) } }
}

fn after(millis: u64) -> Next {
    Next::After(ms(millis))
}

fn replicator(policy: Policy) -> Replicator {
    Replicator::new(policy, plenty()).unwrap()
}

/// How a copy is to be served.
#[derive(Clone, Copy)]
struct Served {
    takes: u64,
    outcome: Result<u32, &'static str>,
    deaf: bool,
}

const fn ok(takes: u64, value: u32) -> Served {
    Served { takes, outcome: Ok(value), deaf: false }
}

const fn fails(takes: u64, error: &'static str) -> Served {
    Served { takes, outcome: Err(error), deaf: false }
}

const fn deaf(takes: u64, value: u32) -> Served {
    Served { takes, outcome: Ok(value), deaf: true }
}

const CANCELLED: &str = "cancelled";

/// What the copies did: (number, when, what).
type Diary = Rc<RefCell<Vec<(u32, u64, &'static str)>>>;

/// Serves copies as they are written down, the last one's way for all that follow.
fn server(rt: &Runtime, ways: &[Served], diary: &Diary) -> impl Fn(Attempt) -> ServeFuture + use<> {
    let (rt, ways, diary) = (rt.clone(), ways.to_vec(), diary.clone());
    move |copy: Attempt| {
        let way = ways[(copy.number as usize).min(ways.len() - 1)];
        let (rt, diary) = (rt.clone(), diary.clone());
        Box::pin(async move {
            let write = |what| diary.borrow_mut().push((copy.number, now(&rt), what));
            write("begins");
            if way.deaf {
                rt.sleep(ms(way.takes)).await;
            } else if let Of2::B(_) = select((rt.sleep(ms(way.takes)), copy.context.done())).await {
                write(CANCELLED);
                return Err(CANCELLED);
            }
            write("ends");
            way.outcome
        })
    }
}

type ServeFuture = std::pin::Pin<Box<dyn Future<Output = Result<u32, &'static str>>>>;
type Asked = Result<Won<u32>, Failed<u32, &'static str>>;

/// One race: how it went, when it was over, and what the copies did until one second later.
struct Told {
    asked: Asked,
    over: u64,
    diary: Vec<(u32, u64, &'static str)>,
}

fn race(policy: Policy, ways: &[Served]) -> Told {
    race_with(replicator(policy), Eligible::Idempotent, ways, first_ok)
}

fn race_with(
    copies: Replicator,
    eligible: Eligible,
    ways: &[Served],
    judge: impl Fn(&Result<u32, &'static str>) -> Judgement + 'static,
) -> Told {
    let told = Rc::new(RefCell::new(None));
    let (slot, ways) = (told.clone(), ways.to_vec());
    story(|rt, background| async move {
        let diary = Diary::default();
        let serve = server(&rt, &ways, &diary);
        let asked = copies.ask(&rt, &background, eligible, "copy", judge, serve).await;
        let over = now(&rt);
        rt.sleep(ms(1000)).await;
        *slot.borrow_mut() = Some(Told { asked, over, diary: diary.borrow().clone() });
    });
    told.take().expect("the story was told")
}

impl Told {
    fn begins(&self) -> Vec<u64> {
        self.all("begins").into_iter().map(|(_, at)| at).collect()
    }

    fn all(&self, what: &str) -> Vec<(u32, u64)> {
        self.diary.iter().filter(|(.., other)| *other == what).map(|(number, at, _)| (*number, *at)).collect()
    }

    /// The result and whose it is.
    #[track_caller]
    fn won(&self) -> (u32, u32, u64) {
        let won = self.asked.as_ref().unwrap_or_else(|failed| panic!("it failed: {:?}", failed.why));
        (won.value, won.number, self.over)
    }

    #[track_caller]
    fn failed(&self) -> (Why, Option<Result<u32, &'static str>>, u64) {
        let failed = self.asked.as_ref().map(|won| won.value).expect_err("it should fail");
        (failed.why, failed.outcome, self.over)
    }
}

// ---------------------------------------------------------------- the book's numbers

/// The mean answer time in thousandths of a second and the extra copies in per cent, over every pair of loads.
fn over_all_loads(policy: impl Fn() -> Policy) -> (u64, u64) {
    let (mut total, mut extra) = (0, 0);
    for first in 1..=5 {
        for second in 1..=5 {
            let told = race(policy(), &[ok(first * 1000, 0), ok(second * 1000, 1)]);
            total += told.over;
            extra += told.begins().len() as u64 - 1;
        }
    }
    (total / 25, extra * 4)
}

#[test]
fn rr1_two_replicas_answer_in_2_2_s() {
    assert_eq!(over_all_loads(|| policy(0, Next::OnFailure)), (3000, 0));
    assert_eq!(over_all_loads(|| Policy::replicas(2)), (2200, 100));
}

#[test]
fn rr1_a_copy_after_a_delay() {
    let hedged = |seconds: u64| over_all_loads(|| policy(1, after(seconds * 1000)));
    assert_eq!([1, 2, 3, 4].map(hedged), [(2600, 80), (2840, 60), (2960, 40), (3000, 20)]);
}

// ---------------------------------------------------------------- Polly

#[test]
fn r001_r066_cancelled_before_it_begins() {
    story(|rt, background| async move {
        let (dead, cancel) = background.with_cancel();
        cancel.cancel();
        let diary = Diary::default();
        let asked = replicator(policy(1, after(0)))
            .ask(&rt, &dead, Eligible::Idempotent, "copy", first_ok, server(&rt, &[ok(1, 1)], &diary))
            .await;
        assert_eq!(asked.map(|won| won.value).unwrap_err().why, Why::Ended(ContextError::Canceled));
        assert!(diary.borrow().is_empty());
    });
}

#[test]
fn r002_an_original_that_gives_up_by_itself() {
    for next in [Next::OnFailure, after(500)] {
        let told = race(policy(1, next), &[fails(100, CANCELLED), ok(100, 2)]);
        assert_eq!(told.won(), (2, 1, 200));
    }
}

#[test]
fn r003_r014_r015_r063_when_copies_are_sent() {
    let begins = |next| race(policy(2, next), &[ok(5000, 0), ok(5000, 1), ok(5000, 2)]).begins();
    assert_eq!(begins(Next::OnFailure), [0]);
    assert_eq!(begins(after(0)), [0, 0, 0]);
    assert_eq!(begins(after(1)), [0, 1, 2]);
    assert_eq!(begins(after(1000)), [0, 1000, 2000]);
    assert_eq!(begins(Next::After(Duration::MAX)), [0]);
}

#[test]
fn r004_any_copy_may_win() {
    for winner in 0..3_u32 {
        let ways = [0, 1, 2].map(|number| ok(if number == winner { 100 } else { 900 }, number));
        assert_eq!(race(policy(2, after(0)), &ways).won(), (winner, winner, 100));
    }
}

#[test]
fn r005_r006_r065_losers_are_cancelled_and_reported() {
    let told = race(policy(1, after(100)), &[ok(900, 0), ok(200, 1)]);
    assert_eq!(told.won(), (1, 1, 300));
    assert_eq!(told.all(CANCELLED), [(0, 300)]);
    let reports = told.asked.unwrap().reports;
    let seen = reports.iter().map(|report| (report.number, report.lasted, report.fate));
    assert!(seen.eq([(0, ms(300), Fate::Cancelled), (1, ms(200), Fate::Won)]), "{reports:?}");
}

#[test]
fn r007_the_result_of_a_loser_is_dropped() {
    story(|rt, background| async move {
        let kept = Rc::new(());
        let (inner, value) = (rt.clone(), kept.clone());
        let serve = move |copy: Attempt| {
            let (rt, value) = (inner.clone(), value.clone());
            async move {
                // Nobody listens to the cancel: the second result comes too late.
                rt.sleep(ms(100 * (1 + u64::from(copy.number)))).await;
                Ok::<_, ()>(value)
            }
        };
        let copies = replicator(policy(1, after(0)));
        let won = copies.ask(&rt, &background, Eligible::Idempotent, "copy", first_ok, serve).await.ok().unwrap();
        assert_eq!(won.number, 0);
        won.drained().await;
        assert_eq!(now(&rt), 200);
        assert_eq!(Rc::strong_count(&kept), 2, "here and in what was won");
    });
}

#[test]
fn r008_r009_r012_contexts() {
    story(|rt, background| async move {
        let (caller, cancel) = background.with_cancel();
        let contexts = Rc::new(RefCell::new(Vec::new()));
        let (inner, seen) = (rt.clone(), contexts.clone());
        let serve = move |copy: Attempt| {
            seen.borrow_mut().push(copy.context.clone());
            let rt = inner.clone();
            async move {
                match select((rt.sleep(ms(1000)), copy.context.done())).await {
                    Of2::A(()) => Ok(copy.number),
                    Of2::B(_) => Err(CANCELLED),
                }
            }
        };
        let copies = replicator(policy(2, after(0)));
        let won = copies.ask(&rt, &caller, Eligible::Idempotent, "copy", first_ok, serve.clone()).await.ok().unwrap();
        // Each had its own, and the caller's is as it was.
        let ended: Vec<bool> = contexts.take().iter().map(|context| context.err().is_some()).collect();
        assert_eq!(ended.iter().filter(|ended| !**ended).count(), 1);
        assert!(!ended[won.number as usize] && caller.err().is_none());
        drop(won);
        assert_eq!(caller.children(), 0);
        // The caller's cancel reaches every copy.
        let later = rt.later(ms(500), move |_| cancel.cancel());
        let failed = copies.ask(&rt, &caller, Eligible::Idempotent, "copy", first_ok, serve).await.err().unwrap();
        assert_eq!((failed.why, now(&rt)), (Why::Ended(ContextError::Canceled), 1500));
        assert!(contexts.take().iter().all(|context| context.err().is_some()));
        assert_eq!(failed.reports.len(), 3);
        drop(later);
    });
}

#[test]
fn r011_r065_all_fail_and_the_original_speaks() {
    for next in [Next::OnFailure, after(0), after(1)] {
        let told = race(policy(2, next), &[fails(900, "1st"), fails(100, "2nd"), fails(200, "3rd")]);
        let (why, outcome, _) = told.failed();
        assert_eq!((why, outcome), (Why::AllFailed, Some(Err("1st"))));
        let failed = told.asked.err().unwrap();
        assert_eq!(failed.others, [(1, Err("2nd")), (2, Err("3rd"))]);
        assert!(failed.reports.iter().all(|report| report.fate == Fate::Failed));
    }
}

#[test]
fn r013_r069_p_c18_the_winner_goes_on_until_it_was_read() {
    story(|rt, background| async move {
        let context = Rc::new(RefCell::new(None));
        let keep = context.clone();
        let serve = move |copy: Attempt| {
            *keep.borrow_mut() = Some(copy.context);
            std::future::ready(Ok::<_, ()>(1))
        };
        let copies = replicator(policy(1, after(100)));
        let won = copies.ask(&rt, &background, Eligible::Idempotent, "copy", first_ok, serve).await.ok().unwrap();
        let context = context.take().unwrap();
        rt.sleep(ms(5000)).await;
        assert_eq!(context.err(), None);
        drop(won);
        assert_eq!(context.err(), Some(ContextError::Canceled));
    });
}

#[test]
fn r016_r092_a_fatal_failure_ends_it() {
    let judge = |outcome: &Result<u32, &'static str>| match outcome {
        Err("fatal") => Judgement::Fatal,
        other => first_ok(other),
    };
    let go = |ways: &[Served]| race_with(replicator(policy(4, Next::OnFailure)), Eligible::Idempotent, ways, judge);
    let told = go(&[fails(10, "1st"), fails(10, "2nd"), fails(10, "fatal"), ok(10, 4)]);
    assert_eq!(told.failed(), (Why::Fatal(2), Some(Err("fatal")), 30));
    assert_eq!(told.begins().len(), 3);
    let told = go(&[fails(10, "1st"), fails(10, "2nd")]);
    assert_eq!(told.failed(), (Why::AllFailed, Some(Err("1st")), 50));
    let told = go(&[fails(10, "1st"), fails(10, "2nd"), ok(10, 3)]);
    assert_eq!(told.won(), (3, 2, 30));
    // It also stops what is under way.
    let told =
        race_with(replicator(policy(1, after(0))), Eligible::Idempotent, &[fails(10, "fatal"), ok(900, 1)], judge);
    assert_eq!(told.failed(), (Why::Fatal(0), Some(Err("fatal")), 10));
    assert_eq!(told.all(CANCELLED), [(1, 10)]);
}

#[test]
fn r018_no_more_than_allowed() {
    let told = race(policy(2, Next::OnFailure), &[fails(10, "no")]);
    assert_eq!(told.begins(), [0, 10, 20]);
}

#[test]
fn r017_by_default_one_copy_after_two_seconds() {
    let told = race(Policy::default(), &[ok(60_000, 0), ok(1_000, 1)]);
    assert_eq!((told.begins(), told.won()), (vec![0, 2_000], (1, 1, 3_000)));
    assert_eq!(race(Policy::default(), &[ok(1_999, 0), ok(1, 1)]).begins(), [0]);
}

// ---------------------------------------------------------------- tower

#[test]
fn r031_to_r033_a_copy_after_a_quantile() {
    let late = || {
        let latencies = Latencies::new(900, 10).unwrap();
        for millis in [1, 1, 1, 1, 1, 1, 1, 1, 10, 10] {
            latencies.answered(ms(millis));
        }
        Next::Late(latencies)
    };
    assert_eq!(race(policy(1, late()), &[ok(9, 0), ok(1, 1)]).begins(), [0]);
    // **Differs** by a millisecond: upstream's timer is due at 11 ms, ours exactly after the quantile.
    let told = race(policy(1, late()), &[ok(20, 0), ok(90, 1)]);
    assert_eq!((told.begins(), told.won()), (vec![0, 10], (0, 0, 20)));
    let told = race(policy(1, late()), &[ok(20, 0), ok(5, 1)]);
    assert_eq!((told.begins(), told.won()), (vec![0, 10], (1, 1, 15)));
}

#[test]
fn r034_r035_only_what_may_be_served_twice() {
    for next in [after(0), after(10), Next::OnFailure] {
        let told = race_with(replicator(policy(3, next)), Eligible::Once, &[fails(50, "no"), ok(1, 1)], first_ok);
        assert_eq!(told.failed(), (Why::AllFailed, Some(Err("no")), 50));
        assert_eq!(told.begins(), [0]);
    }
}

// ---------------------------------------------------------------- failsafe-go

#[test]
fn r061_r062_no_copy_if_the_answer_is_in_time() {
    assert_eq!(race(policy(2, after(100)), &[ok(99, 0)]).begins(), [0]);
    // At the moment itself the answer comes first.
    assert_eq!(race(policy(2, after(100)), &[ok(100, 0)]).begins(), [0]);
    assert_eq!(race(policy(2, after(100)), &[ok(101, 0), ok(50, 1)]).begins(), [0, 100]);
}

#[test]
fn r064_a_quantile_needs_its_samples() {
    let latencies = Latencies::new(500, 20).unwrap();
    for _ in 0..19 {
        latencies.answered(ms(10));
    }
    assert_eq!(latencies.quantile(), None);
    // This answer is the twentieth.
    assert_eq!(race(policy(1, Next::Late(latencies.clone())), &[ok(500, 0), ok(1, 1)]).begins(), [0]);
    assert_eq!(latencies.quantile(), Some(ms(10)));
    assert_eq!(race(policy(1, Next::Late(latencies)), &[ok(500, 0), ok(1, 1)]).begins(), [0, 10]);
}

#[test]
fn r067_p_r1_the_first_acceptable_result_and_not_the_first() {
    let judge = |outcome: &Result<u32, &'static str>| match outcome {
        Ok(value) if *value >= 10 => Judgement::Wins,
        _ => Judgement::Next,
    };
    let go = |ways: &[Served]| race_with(replicator(policy(1, after(100))), Eligible::Idempotent, ways, judge);
    assert_eq!(go(&[ok(150, 1), ok(400, 12)]).won(), (12, 1, 500));
    // Nobody was acceptable: the original's outcome, which is no error.
    assert_eq!(go(&[ok(150, 1), ok(400, 2)]).failed(), (Why::AllFailed, Some(Ok(1)), 500));
}

#[test]
fn r068_p_r4_a_used_up_budget_leaves_the_others_alone() {
    let budget = Budget::new(Share { per_mille: 0, start: 1, most: 1, at_once: 9 }).unwrap();
    let copies = Replicator::new(policy(3, after(100)), budget.clone()).unwrap();
    let told = race_with(copies, Eligible::Idempotent, &[ok(900, 0), ok(500, 1)], first_ok);
    assert_eq!((told.begins(), told.won()), (vec![0, 100], (1, 1, 600)));
    assert_eq!((told.asked.unwrap().suppressed, budget.refused(), budget.under_way()), (2, 2, 0));
}

// ---------------------------------------------------------------- grpc-java, A6

#[test]
fn r090_r099_the_schedule() {
    let told = race(policy(3, after(100_000)), &[ok(1_000_000, 0)]);
    assert_eq!(told.begins(), [0, 100_000, 200_000, 300_000]);
    story(|rt, background| async move {
        rt.sleep(ms(1)).await;
        let diary = Diary::default();
        let copies = replicator(policy(3, after(500)));
        let serve = server(&rt, &[ok(9000, 0)], &diary);
        let asked = copies.ask(&rt, &background, Eligible::Idempotent, "copy", first_ok, serve).await;
        assert!(asked.is_ok());
        let begins: Vec<u64> = diary.borrow().iter().filter(|(.., what)| *what == "begins").map(|one| one.1).collect();
        assert_eq!(begins, [1, 501, 1001, 1501]);
    });
}

#[test]
fn r091_an_answer_cancels_the_others() {
    let told = race(policy(3, after(100)), &[ok(900, 0), ok(900, 1), ok(50, 2)]);
    assert_eq!(told.won(), (2, 2, 250));
    let mut cancelled = told.all(CANCELLED);
    cancelled.sort_unstable();
    assert_eq!(cancelled, [(0, 250), (1, 250)]);
}

#[test]
fn r093_p_r7_a_failure_brings_the_next_forward() {
    let told = race(policy(3, after(100)), &[fails(30, "no"), ok(900, 1)]);
    // The second at once; the others keep their times.
    assert_eq!(told.begins(), [0, 30, 200, 300]);
}

#[test]
fn r094_r095_what_a_server_says() {
    let judge = |outcome: &Result<u32, &'static str>| match outcome {
        Err("leave me alone") => Judgement::NoMore,
        Err("in 70 ms") => Judgement::NextAfter(ms(70)),
        other => first_ok(other),
    };
    let go = |ways: &[Served]| race_with(replicator(policy(3, after(100))), Eligible::Idempotent, ways, judge);
    let told = go(&[ok(500, 0), fails(20, "leave me alone"), ok(1, 2)]);
    assert_eq!((told.begins(), told.won()), (vec![0, 100], (0, 0, 500)));
    let told = go(&[fails(20, "in 70 ms"), ok(50, 1)]);
    assert_eq!((told.begins(), told.won()), (vec![0, 90], (1, 1, 140)));
    assert_eq!(
        go(&[fails(20, "leave me alone"), ok(1, 1)]).failed(),
        (Why::AllFailed, Some(Err("leave me alone")), 20)
    );
}

#[test]
fn r096_p_c17_the_callers_cancel_is_the_callers() {
    story(|rt, background| async move {
        let (caller, _cancel) = background.with_timeout(ms(250));
        let diary = Diary::default();
        let copies = replicator(policy(3, after(100)));
        let serve = server(&rt, &[ok(9000, 0)], &diary);
        let failed = copies.ask(&rt, &caller, Eligible::Idempotent, "copy", first_ok, serve).await.err().unwrap();
        assert_eq!((failed.why, now(&rt)), (Why::Ended(ContextError::DeadlineExceeded), 250));
        assert_eq!((failed.outcome, failed.reports.len()), (None, 3));
        rt.sleep(ms(1)).await;
        assert_eq!(diary.borrow().iter().filter(|(.., what)| *what == CANCELLED).count(), 3);
    });
}

#[test]
fn r097_r098_p_r5_nothing_under_way_and_nothing_allowed_is_a_failure_now() {
    let budget = Budget::new(Share { per_mille: 0, start: 1, most: 1, at_once: 1 }).unwrap();
    let copies = Replicator::new(policy(3, after(1000)), budget).unwrap();
    let ways = [fails(30, "1st"), fails(30, "2nd"), ok(1, 3)];
    let told = race_with(copies.clone(), Eligible::Idempotent, &ways, first_ok);
    // The second was allowed; the third is not, and nobody waits for 2 s.
    assert_eq!(told.failed(), (Why::AllFailed, Some(Err("1st")), 60));
    // The other call has used it up.
    assert_eq!(race_with(copies, Eligible::Idempotent, &ways, first_ok).failed().2, 30);
}

// ---------------------------------------------------------------- traps

#[test]
fn p_c16_a_deaf_loser_holds_nobody_up() {
    let told = race(policy(1, after(0)), &[deaf(5000, 0), ok(100, 1)]);
    assert_eq!(told.won(), (1, 1, 100));
    // After its grace of a second it was dropped.
    assert!(told.all("ends").iter().all(|(number, _)| *number == 1));
    story(|rt, background| async move {
        let diary = Diary::default();
        let copies = replicator(policy(1, after(0)));
        let serve = server(&rt, &[deaf(5000, 0), ok(100, 1)], &diary);
        let won = copies.ask(&rt, &background, Eligible::Idempotent, "copy", first_ok, serve).await.ok().unwrap();
        won.drained().await;
        assert_eq!(now(&rt), 1100);
    });
}

#[test]
fn losers_can_be_awaited() {
    let mut patient = policy(1, after(0));
    patient.losers = Losers::Await;
    assert_eq!(race(patient, &[deaf(5000, 0), ok(100, 1)]).won(), (1, 1, 5000));
}

#[test]
fn p_r14_dropped_it_leaves_nobody_behind() {
    story(|rt, background| async move {
        let diary = Diary::default();
        let (inner, context, written) = (rt.clone(), background.clone(), diary.clone());
        let asking = rt.spawn("asker", async move {
            let serve = server(&inner, &[ok(5000, 0), deaf(5000, 1)], &written);
            let copies = replicator(policy(1, after(0)));
            copies.ask(&inner, &context, Eligible::Idempotent, "copy", first_ok, serve).await.is_ok()
        });
        rt.sleep(ms(100)).await;
        asking.stop();
        rt.sleep(ms(9000)).await;
        // One heard it at once; the deaf one was dropped after its grace.
        let ends: Vec<_> = diary.borrow().iter().filter(|(.., what)| *what != "begins").copied().collect();
        assert_eq!(ends, [(0, 100, CANCELLED)]);
    });
}

#[test]
fn p_r14_dropped_it_leaves_nobody_behind_where_losers_are_awaited() {
    story(|rt, background| async move {
        let diary = Diary::default();
        let (inner, context, written) = (rt.clone(), background.clone(), diary.clone());
        let asking = async move {
            let serve = server(&inner, &[ok(5000, 0), deaf(5000, 1)], &written);
            let mut policy = policy(1, after(0));
            policy.losers = Losers::Await;
            replicator(policy).ask(&inner, &context, Eligible::Idempotent, "copy", first_ok, serve).await.is_ok()
        };
        assert!(timeout(&rt, ms(100), asking).await.is_err());
        rt.sleep(ms(9000)).await;
        let begun = diary.borrow().iter().filter(|(.., what)| *what == "begins").count();
        assert_eq!((begun, diary.borrow().len()), (2, 2), "who waited is gone, and so are both copies");
    });
}

#[test]
fn p_r2_everything_slow_and_the_load_stays_within_the_share() {
    let extra = |share: Option<Share>| {
        let budget = share.map_or_else(plenty, |share| Budget::new(share).unwrap());
        let copies = Replicator::new(policy(1, after(10)), budget).unwrap();
        let ask = || race_with(copies.clone(), Eligible::Idempotent, &[ok(1000, 0), ok(1000, 1)], first_ok);
        (0..500).map(|_| ask().begins().len() - 1).sum::<usize>()
    };
    assert_eq!(extra(None), 500, "without a budget the load doubles");
    assert_eq!(extra(Some(Share { per_mille: 50, start: 3, most: 10, at_once: 10 })), 3 + 25);
}

#[test]
fn p_r8_whole_thousandths() {
    let budget = Budget::new(Share { per_mille: 600, start: 0, most: 100, at_once: 100 }).unwrap();
    (0..10).for_each(|_| budget.pay_in());
    let permits: Vec<_> = std::iter::from_fn(|| budget.pay_out()).collect();
    assert_eq!((permits.len(), budget.saved_per_mille()), (6, 0));
}

#[test]
fn p_r17_a_copy_counts_until_it_has_really_ended() {
    let budget = Budget::new(Share { per_mille: 1000, start: 9, most: 9, at_once: 1 }).unwrap();
    let copies = Replicator::new(policy(1, after(0)), budget.clone()).unwrap();
    story(|rt, background| async move {
        let diary = Diary::default();
        let serve = server(&rt, &[ok(100, 0), deaf(300, 1)], &diary);
        let first = copies.ask(&rt, &background, Eligible::Idempotent, "copy", first_ok, &serve).await.ok().unwrap();
        assert_eq!((first.number, budget.under_way()), (0, 1));
        let second = copies.ask(&rt, &background, Eligible::Idempotent, "copy", first_ok, &serve).await.ok().unwrap();
        assert_eq!((second.suppressed, budget.under_way()), (1, 1));
        first.drained().await;
        assert_eq!((now(&rt), budget.under_way()), (300, 0));
    });
}

#[test]
fn tied_copies_are_served_once() {
    story(|rt, background| async move {
        let mut tied = policy(1, after(0));
        tied.tied = true;
        let served = Rc::new(RefCell::new(Vec::new()));
        let (inner, list) = (rt.clone(), served.clone());
        let serve = move |copy: Attempt| {
            let (rt, list) = (inner.clone(), list.clone());
            async move {
                // The original waits in a longer queue.
                let queue = [300, 200][copy.number as usize];
                if let Of2::B(_) = select((rt.sleep(ms(queue)), copy.context.done())).await {
                    return Err(CANCELLED);
                }
                if !copy.begin() {
                    return Err(CANCELLED);
                }
                list.borrow_mut().push((copy.number, now(&rt)));
                rt.sleep(ms(500)).await;
                Ok(copy.number)
            }
        };
        let copies = replicator(tied);
        let won = copies.ask(&rt, &background, Eligible::Idempotent, "copy", first_ok, serve).await.ok().unwrap();
        assert_eq!((won.number, now(&rt), served.take()), (1, 700, vec![(1, 200)]));
        // It was cancelled when the other began, not when the other was done.
        assert_eq!((won.reports[0].fate, won.reports[0].lasted), (Fate::Cancelled, ms(200)));
    });
}

#[test]
fn a_tied_copy_that_fails_leaves_room_for_another() {
    story(|rt, background| async move {
        let mut tied = policy(1, after(100));
        tied.tied = true;
        let inner = rt.clone();
        let serve = move |copy: Attempt| {
            let rt = inner.clone();
            async move {
                assert!(copy.begin(), "nobody else is being served");
                rt.sleep(ms(250)).await;
                if copy.number == 0 { Err("no") } else { Ok(copy.number) }
            }
        };
        let copies = replicator(tied);
        let won = copies.ask(&rt, &background, Eligible::Idempotent, "copy", first_ok, serve).await.ok().unwrap();
        assert_eq!((won.number, now(&rt)), (1, 500));
    });
}

#[test]
fn what_makes_no_sense_names_its_field() {
    let share = Share { per_mille: 100, start: 1, most: 10, at_once: 5 };
    let field = |share| Budget::new(share).map(drop).map_err(|error| error.field);
    assert_eq!(field(share), Ok(()));
    assert_eq!(field(Share { per_mille: 0, start: 0, ..share }), Err("per_mille"));
    assert_eq!(field(Share { most: 0, ..share }), Err("most"));
    assert_eq!(field(Share { start: 11, ..share }), Err("start"));
    assert_eq!(field(Share { at_once: 0, ..share }), Err("at_once"));
    let field = |extra, targets| {
        let policy = Policy { targets, ..policy(extra, Next::OnFailure) };
        Replicator::new(policy, plenty()).map(drop).map_err(|error| error.field)
    };
    assert_eq!((field(2, 3), field(3, 3), field(0, 0)), (Ok(()), Err("extra"), Err("targets")));
    let field = |per_mille, least| Latencies::new(per_mille, least).map(drop).map_err(|error| error.field);
    assert_eq!((field(0, 1), field(1000, 1), field(999, 1)), (Err("quantile"), Err("quantile"), Ok(())));
    assert_eq!((field(500, 0), field(500, 1001)), (Err("least"), Err("least")));
}

// ---------------------------------------------------------------- how long answers take

#[test]
fn a_quantile_of_what_was_seen_whole_and_cut_short() {
    let quantile = |per_mille, whole: &[u64], cut: &[u64]| {
        let latencies = Latencies::new(per_mille, 1).unwrap();
        whole.iter().for_each(|millis| latencies.answered(ms(*millis)));
        cut.iter().for_each(|millis| latencies.cut_short(ms(*millis)));
        latencies.quantile()
    };
    let ten: Vec<u64> = (1..=10).collect();
    assert_eq!([100, 500, 900, 950].map(|at| quantile(at, &ten, &[])), [1, 5, 9, 10].map(|at| Some(ms(at))));
    // Two were cut short at 3: of the eight that went on half are over by 6, not by 5.
    assert_eq!(quantile(500, &[1, 2, 4, 5, 6, 7, 8, 9], &[3, 3]), Some(ms(6)));
    // Too many were cut short to tell: at least so long.
    assert_eq!(quantile(900, &[1, 2], &[5, 7]), Some(ms(7)));
    assert_eq!(quantile(500, &[], &[]), None);
}

/// A number from 0 up to 1, always the same row of them.
fn row_of_numbers() -> impl FnMut() -> f64 {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The share of requests with a second copy in the last half of 100,000, when late is what 95 % are not.
fn share_of_copies(counts_losers: bool) -> f64 {
    let latencies = Latencies::new(950, 20).unwrap();
    let mut number = row_of_numbers();
    let mut takes = || Duration::from_nanos((-(1.0 - number()).ln() * 1e8) as u64);
    let mut copies = 0;
    for request in 0..100_000 {
        let first = takes();
        let Some(delay) = latencies.quantile().filter(|delay| *delay < first) else {
            latencies.answered(first);
            continue;
        };
        copies += u32::from(request >= 50_000);
        let second = takes();
        let (answer, loser) = match delay + second < first {
            true => (second, delay + second),
            false => (first, first - delay),
        };
        latencies.answered(answer);
        if counts_losers {
            latencies.cut_short(loser);
        }
    }
    f64::from(copies) / 50_000.0
}

#[test]
fn o034_p_r3_one_in_twenty_stays_one_in_twenty() {
    let share = share_of_copies(true);
    assert!((share - 0.05).abs() < 0.005, "{share}");
    let drifted = share_of_copies(false);
    assert!(drifted > 0.06, "whoever sees only winners sends more and more copies: {drifted}");
}

/// Two answers of one moment were both the result, or neither, and what the loser held was never let go. Here one of
/// them is, whichever it is, and every other value is dropped.
#[test]
fn p_r6_of_answers_of_one_moment_exactly_one_is_the_result() {
    for seed in 0..300 {
        let setting = Setting { order: Order::Seeded, seed, ..Setting::default() };
        let mut run = Run::new(setting, true);
        let rt = run.runtime().clone();
        run.start(async move {
            let background = Context::background(&rt);
            let kept = Rc::new(());
            let (inner, value) = (rt.clone(), kept.clone());
            let serve = move |copy: Attempt| {
                let (rt, value) = (inner.clone(), value.clone());
                async move {
                    // All at 300 ms, one of them deaf to its cancel.
                    let left = ms(300 - 100 * u64::from(copy.number));
                    if copy.number == 1 {
                        rt.sleep(left).await;
                    } else if let Of2::B(_) = select((rt.sleep(left), copy.context.done())).await {
                        return Err(());
                    }
                    Ok((copy.number, value))
                }
            };
            let copies = replicator(policy(2, after(100)));
            let asked = copies.ask(&rt, &background, Eligible::Idempotent, "copy", first_ok, serve).await;
            let won = asked.ok().unwrap();
            assert_eq!((won.value.0, now(&rt)), (won.number, 300), "seed {seed}");
            let fates = |fate| won.reports.iter().filter(|report| report.fate == fate).count();
            assert_eq!((fates(Fate::Won), won.reports.len()), (1, fates(Fate::Won) + fates(Fate::Cancelled)));
            won.drained().await;
            assert_eq!(Rc::strong_count(&kept), 2, "here and in what was won");
        });
        assert_eq!(run.finish(), End::Finished);
    }
}
