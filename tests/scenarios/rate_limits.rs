//! `rate-limit` (RL-0, RL-1, RL-2) and `tiered-rate-limit` (RL-3): who acts when, to the millisecond.

use crate::{Told, tell, tell_seeds};
use heartrace::analysis::claim::{Claim, Ending, Expect, Jury, SharedJury};
use heartrace::analysis::copies::WithinShare;
use heartrace::analysis::limits::{Bound, NoneInVain, WithinLimits};
use heartrace::link::Link;
use heartrace::runtime::Runtime;
use heartrace::runtime::setting::Setting;
use heartrace::runtime::virtual_time::Run;
use std::time::Duration;

const R: &str = "ReadFile";
const A: &str = "ResolveAddress";

/// When which call acted, without the time of day and the last line.
fn calls(told: &Told) -> Vec<(u64, &str)> {
    let (last, calls) = told.lines.split_last().expect("something is printed");
    assert_eq!((last.0, last.1.as_str()), (told.end_ms, "Done."), "{}", told.link);
    calls.iter().map(|(time, line)| (*time, &line[9..])).collect()
}

fn times(told: &Told) -> Vec<u64> {
    calls(told).into_iter().map(|(time, _)| time).collect()
}

fn times_of(told: &Told, name: &str) -> Vec<u64> {
    calls(told).into_iter().filter(|(_, call)| *call == name).map(|(time, _)| time).collect()
}

/// 12, 18 … 60 s: the tokens of the minute that come after the first ten and one more.
fn every_six_seconds(from: u64) -> Vec<u64> {
    (from..=60).step_by(6).map(|second| second * 1000).collect()
}

/// Go starts the last created first, then the others in order.
fn go_order() -> Vec<&'static str> {
    [vec![A], vec![R; 10], vec![A; 9]].concat()
}

#[test]
fn rl0_without_a_limit_all_at_once() {
    let told = tell("#/rate-limit?limiter=none");
    let expected: Vec<_> = go_order().into_iter().map(|name| (0, name)).collect();
    assert_eq!(calls(&told), expected);
    assert_eq!((told.end_ms, told.lines[0].1.as_str(), &told.broken[..]), (0, "00:00:00 ResolveAddress", &[][..]));
}

#[test]
fn rl1_one_a_second() {
    let told = tell("#/rate-limit");
    let expected: Vec<_> = (0..20).map(|second| second * 1000).zip(go_order()).collect();
    assert_eq!(calls(&told), expected);
    assert_eq!(told.lines[19].1, "00:00:19 ResolveAddress");
    assert_eq!(told.lines[20].1, "Done.");
    assert_eq!((told.notes("wait"), told.notes("take")), (19, 20));
    for told in tell_seeds("rate-limit") {
        assert!(times(&told).into_iter().eq((0..20).map(|second| second * 1000)), "{}", told.link);
    }
}

fn rl2() -> Vec<u64> {
    [(0..10).map(|half| half * 500).collect(), every_six_seconds(6)].concat()
}

#[test]
fn rl2_two_buckets() {
    for combine in ["in-turn", "atomic"] {
        let told = tell(&format!("#/rate-limit?limiter=multi&combine={combine}"));
        let expected: Vec<_> = rl2().into_iter().zip(go_order()).collect();
        assert_eq!(calls(&told), expected, "{}", told.link);
        assert_eq!((told.end_ms, &told.broken[..]), (60_000, &[][..]));
        for seed in 0..200 {
            let told = tell(&format!("#/rate-limit?limiter=multi&combine={combine}&order=seeded&seed={seed}"));
            assert_eq!((times(&told), &told.broken[..]), (rl2(), &[][..]), "{}", told.link);
        }
    }
}

#[test]
fn a_burst_and_then_the_rate() {
    let told = tell("#/rate-limit?rate=2/s&burst=5");
    let expected: Vec<u64> = (0..20_u64).map(|call| call.saturating_sub(4) * 500).collect();
    assert_eq!(times(&told), expected);
}

#[test]
fn rl3_three_orders() {
    let seconds = |range: std::ops::RangeInclusive<u64>| range.map(|second| second * 1000).collect::<Vec<_>>();
    let told = tell("#/tiered-rate-limit?start=read-first");
    assert_eq!((times_of(&told, R), times_of(&told, A)), (seconds(0..=9), every_six_seconds(6)));
    let told = tell("#/tiered-rate-limit");
    assert_eq!(calls(&told)[0], (0, A));
    assert_eq!(times_of(&told, R), seconds(0..=9));
    assert_eq!(times_of(&told, A), [vec![0], every_six_seconds(12)].concat());
    let told = tell("#/tiered-rate-limit?start=resolve-first");
    assert_eq!(times_of(&told, A), [0, 0, 500, 1000, 1500, 2000, 2500, 3000, 3500, 4000]);
    assert_eq!(times_of(&told, R), every_six_seconds(6));
    for start in ["go", "read-first", "resolve-first"] {
        for combine in ["in-turn", "atomic"] {
            let told = tell(&format!("#/tiered-rate-limit?start={start}&combine={combine}"));
            assert_eq!((told.end_ms, &told.broken[..]), (60_000, &[][..]), "{}", told.link);
        }
    }
}

#[test]
fn rl3_a_burst_of_one() {
    let told = tell("#/tiered-rate-limit?second-burst=1");
    let halves = [0, 500].into_iter().chain((1..10).map(|second| second * 1000 + 500));
    assert_eq!(times(&told), [halves.collect(), every_six_seconds(12)].concat());
}

/// Whether no stretch of time holds more calls than a bucket gives.
fn is_within(times: &[u64], every: u64, burst: u64) -> bool {
    let mut times = times.to_vec();
    times.sort_unstable();
    (0..times.len()).all(|first| {
        (first..times.len()).all(|last| (last - first + 1) as u64 <= burst + (times[last] - times[first]) / every)
    })
}

#[test]
fn rl3_in_any_order() {
    let mut crowded = 0;
    for seed in 0..crate::SEEDS {
        let told = tell(&format!("#/tiered-rate-limit?order=seeded&seed={seed}"));
        let (all, reads, addresses) = (times(&told), times_of(&told, R), times_of(&told, A));
        assert_eq!((all.len(), reads.len(), told.end_ms), (20, 10, 60_000), "{}", told.link);
        assert_eq!(all[11..], every_six_seconds(12), "{}", told.link);
        for (index, time) in all.iter().enumerate() {
            assert!(*time >= 6000 * (index as u64 + 1).saturating_sub(10), "{}: call {index} at {time}", told.link);
        }
        assert!(is_within(&reads, 1000, 1) && is_within(&addresses, 333, 3), "{}: {all:?}", told.link);
        // Tokens stay within every limit. Calls do not: one that waits for the disk acts on an old token.
        let broken =
            if is_within(&all, 500, 2) && is_within(&all, 6000, 10) { &[][..] } else { &["acts-within-limits"] };
        assert_eq!(told.broken, broken, "{}: {all:?}", told.link);
        crowded += broken.len();
    }
    assert!(crowded > 100, "some schedules show it: {crowded}");
}

#[test]
fn planned_together_no_token_waits_for_its_owner() {
    // In turn the tenth read holds its token of the minute from 0 s, and the first address waits until 6 s. Together
    // the read takes it when it acts, and an address fits in before.
    for start in ["go", "read-first"] {
        let told = tell(&format!("#/tiered-rate-limit?start={start}&combine=atomic"));
        assert_eq!(times_of(&told, R), (0..10).map(|second| second * 1000).collect::<Vec<_>>(), "{}", told.link);
        assert_eq!(times_of(&told, A), [vec![0], every_six_seconds(12)].concat(), "{}", told.link);
    }
    for seed in 0..500 {
        let told = tell(&format!("#/tiered-rate-limit?combine=atomic&order=seeded&seed={seed}"));
        assert_eq!((told.end_ms, &told.broken[..]), (60_000, &[][..]), "{}", told.link);
        let all = times(&told);
        assert!(is_within(&all, 6000, 10) && is_within(&all, 500, 2), "{}: {all:?}", told.link);
    }
}

#[test]
fn l41_p_l11_a_token_in_vain() {
    for link in ["#/rate-limit?limiter=multi&deadline=3s", "#/tiered-rate-limit?start=resolve-first&deadline=2s"] {
        assert_eq!(tell(link).broken, ["none-in-vain"], "{link}");
        let link = format!("{link}&combine=atomic");
        assert_eq!(tell(&link).broken, [""; 0], "{link}");
    }
}

#[test]
fn who_would_wait_too_long_is_told_at_once() {
    let refused = |link: &str| {
        let told = tell(link);
        let refused = calls(&told).into_iter().filter(|(_, line)| line.contains(':')).map(|(time, _)| time);
        refused.collect::<Vec<_>>()
    };
    // Calls at 0, 1 … 5 s are in time; the other fourteen are not.
    assert_eq!(refused("#/rate-limit?deadline=5s"), [0; 14]);
    assert_eq!(refused("#/rate-limit?deadline=5s&combine=atomic"), [0; 14]);
    assert_eq!(refused("#/rate-limit?deadline=5500ms&refusal=late"), [5500; 14]);
}

#[test]
fn limits_hold_at_any_speed() {
    for query in ["rate-limit?", "rate-limit?limiter=multi&", "tiered-rate-limit?", "tiered-rate-limit?combine=atomic&"]
    {
        for seed in 0..200 {
            let told = tell(&format!("#/{query}model=any-speed&order=seeded&seed={seed}"));
            assert!(told.broken.is_empty(), "{}: broken {:?}", told.link, told.broken);
            assert_eq!(times(&told).len(), 20, "{}", told.link);
        }
    }
}

#[test]
fn a_full_queue_turns_callers_away() {
    let told = tell("#/rate-limit?queue=5");
    let (refused, acted): (Vec<_>, Vec<_>) = calls(&told).into_iter().partition(|(_, line)| line.contains(':'));
    assert!(refused.iter().all(|(time, line)| *time == 0 && line.ends_with("too many are waiting")), "{refused:?}");
    assert_eq!(refused.len(), 14);
    assert_eq!(acted.into_iter().map(|(time, _)| time).collect::<Vec<_>>(), [0, 1000, 2000, 3000, 4000, 5000]);
}

/// Ten calls in five seconds, and twenty callers who come 0.1 s before the edge of a window.
const AT_THE_EDGE: &str = "rate=2/s&burst=10&after=4.9s";

#[test]
fn p_l8_a_fixed_window_lets_a_double_burst_through() {
    let told = |limiter: &str| tell(&format!("#/rate-limit?limiter={limiter}&{AT_THE_EDGE}"));
    let then = |later: Vec<u64>| [vec![4_900; 10], later].concat();
    let halves = |from: u64| (1..=10).map(|half| from + 500 * half).collect::<Vec<u64>>();
    let fixed = told("fixed-window");
    assert_eq!((times(&fixed), &fixed.broken[..]), (then(vec![5_000; 10]), &["within-limits"][..]), "{}", fixed.link);
    for (limiter, later) in [
        ("simple", halves(4_900)),
        ("gcra", halves(4_900)),
        ("sliding-window", halves(5_000)),
        ("sliding-log", vec![9_900; 10]),
    ] {
        let told = told(limiter);
        assert_eq!((times(&told), &told.broken[..]), (then(later), &[][..]), "{}", told.link);
    }
}

#[test]
fn what_is_said_of_each_limiter_is_so() {
    let (mut held, mut broke) = (0, 0);
    for limiter in ["gcra", "fixed-window", "sliding-window", "sliding-log", "keyed", "fair"] {
        for after in ["0s", "300ms", "2.5s", "4.9s", "1m"] {
            for rest in ["", "&rate=2/s&burst=10", "&rate=7/s&burst=3&deadline=100ms", "&burst=4&queue=3&noise=2"] {
                let link = format!("#/rate-limit?limiter={limiter}{rest}&after={after}");
                let parsed = Link::parse(&link).unwrap();
                let is_expected = (parsed.scenario.claims[0].expect)(&parsed.params) == Expect::Breaks;
                for seed in 0..20 {
                    let told = tell(&format!("{link}&order=seeded&seed={seed}"));
                    let expected = if is_expected { &["within-limits"][..] } else { &[] };
                    assert_eq!(told.broken, expected, "{}", told.link);
                }
                *(if is_expected { &mut broke } else { &mut held }) += 1;
            }
        }
    }
    assert!(held > 80 && broke >= 4, "{held} {broke}");
}

#[test]
fn a_noisy_neighbour_is_felt_unless_tokens_go_in_turns() {
    let last = |limiter: &str, name: &str| {
        let told = tell(&format!("#/rate-limit?limiter={limiter}&noise=3"));
        assert_eq!((calls(&told).len(), &told.broken[..]), (40, &[][..]), "{}", told.link);
        *times_of(&told, name).last().expect("all of them act")
    };
    // Ten addresses behind thirty reads; every other token; a token a second of their own.
    assert_eq!(["simple", "fair", "keyed"].map(|limiter| last(limiter, A)), [39_000, 18_000, 9_000]);
    // The noisy one pays for it: not more than before, where there is one bucket.
    assert_eq!(["simple", "fair", "keyed"].map(|limiter| last(limiter, R)), [30_000, 39_000, 29_000]);
}

#[test]
fn every_limiter_holds_at_any_speed() {
    for limiter in ["gcra", "fixed-window", "sliding-window", "sliding-log", "keyed", "fair"] {
        for seed in 0..50 {
            let told = tell(&format!("#/rate-limit?limiter={limiter}&model=any-speed&order=seeded&seed={seed}"));
            assert!(told.broken.is_empty() && times(&told).len() == 20, "{}: {:?}", told.link, told.broken);
        }
    }
}

// ---------------------------------------------------------------- the claims themselves

/// What a claim says of a story that is told to break it, or not.
fn judged(claim: Box<dyn Claim>, tell: impl FnOnce(&Runtime) + 'static) -> Option<bool> {
    let jury = SharedJury::default();
    *jury.0.borrow_mut() = Jury::new(vec![claim], None);
    let mut run = Run::new(Setting::default(), true);
    let rt = run.runtime().clone();
    rt.watch(jury.clone());
    run.start(async move { tell(&rt) });
    run.finish();
    let verdict = jury.0.borrow().claims[0].verdict(Ending::Finished);
    verdict.holds
}

#[test]
fn claims_about_limits_see_what_breaks_them() {
    let bound = Bound { bucket: 1, count: 1, per: Duration::from_secs(1), burst: 2 };
    let take = |rt: &Runtime, n| rt.note("take bucket {} tokens {}", [1, n]);
    assert_eq!(judged(Box::new(WithinLimits::of([bound])), move |rt| take(rt, 2)), Some(true));
    assert_eq!(judged(Box::new(WithinLimits::of([bound])), move |rt| take(rt, 3)), Some(false));
    // Taken and not used it does no harm, as far as the other side can see.
    assert_eq!(judged(Box::new(WithinLimits::when_acting([bound])), move |rt| take(rt, 3)), Some(true));
    let acts = move |rt: &Runtime| {
        take(rt, 3);
        rt.log("acts");
    };
    assert_eq!(judged(Box::new(WithinLimits::when_acting([bound])), acts), Some(false));
    assert_eq!(judged(Box::new(NoneInVain::default()), acts), Some(true));
    assert_eq!(judged(Box::new(NoneInVain::default()), move |rt| take(rt, 1)), Some(false));
}

#[test]
fn claims_about_copies_see_what_breaks_them() {
    let share = || Box::new(WithinShare::of(500, 0, 10));
    let tell = |extra: u32| {
        move |rt: &Runtime| {
            for request in 1..=4 {
                rt.note("request {} part {}", [request, 1]);
            }
            (0..extra).for_each(|_| rt.note("extra copy {}", [1, 0]));
        }
    };
    assert_eq!((judged(share(), tell(2)), judged(share(), tell(3))), (Some(true), Some(false)));
}
