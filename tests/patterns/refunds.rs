//! What a cancelled reservation gives back, against a model that keeps the whole history and plays it from the start:
//! the bucket is as it would be had the cancelled one never been made, and everybody else acts when promised.

use heartrace::patterns::rate_limit::{Bucket, GoBucket, Limiter, Member, Multi, Rate, Reservation, TokenBucket};
use heartrace::runtime::Time;
use proptest::prelude::*;
use std::time::Duration;

/// The whole history of a bucket that gains a token every `period` ns.
struct Model {
    period: i64,
    burst: i64,
    /// When, in the order they were made, and how many tokens: everybody who was granted and has not cancelled.
    grants: Vec<(i64, usize, i64)>,
    made: usize,
}

impl Model {
    /// After the last grant: when that is, and what is left, in nanoseconds of refill. No grant ever lacks a token.
    fn end(&self) -> (i64, i64) {
        let mut grants = self.grants.clone();
        grants.sort_unstable();
        grants.into_iter().fold((0, self.room()), |(moment, level), (at, _, n)| {
            let left = self.room().min(level + at - moment) - n * self.period;
            assert!(left >= 0, "{n} at {at} ns are more than there are: {:?}", self.grants);
            (at, left)
        })
    }

    fn room(&self) -> i64 {
        self.burst * self.period
    }

    /// What a newcomer finds now.
    fn tokens(&self, now: i64) -> i64 {
        let (moment, level) = self.end();
        if now < moment { level - (moment - now) } else { self.room().min(level + now - moment) }
    }

    fn grant(&mut self, now: i64, n: i64) -> i64 {
        let at = now + (n * self.period - self.tokens(now)).max(0);
        // Whoever takes nothing stands in nobody's way.
        if n > 0 {
            self.grants.push((at, self.made, n));
        }
        self.made += 1;
        at
    }
}

#[derive(Clone, Debug)]
enum Step {
    Pass(u64),
    Reserve(u32),
    Allow(u32),
    /// One of those that were made, counted from the newest.
    Cancel(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..12_u64).prop_map(Step::Pass),
        (0..6_u32).prop_map(Step::Reserve),
        (0..3_u32).prop_map(Step::Allow),
        (0..6_usize).prop_map(Step::Cancel),
        (0..6_usize).prop_map(Step::Cancel),
    ];
    proptest::collection::vec(step, 1..60)
}

fn buckets(period: u64, burst: u32) -> (TokenBucket, GoBucket) {
    let rate = Rate::every(Duration::from_nanos(period));
    (TokenBucket::new(rate, burst).unwrap(), GoBucket::new(rate, burst))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn p_l1_a_cancelled_reservation_never_was(period in 1..5_u64, burst in 1..7_u32, steps in steps()) {
        let (mut bucket, _) = buckets(period, burst);
        let mut model = Model { period: period as i64, burst: i64::from(burst), grants: vec![], made: 0 };
        let mut made: Vec<(Reservation, usize)> = Vec::new();
        let mut now = 0;
        for step in steps {
            let time = Time::from_nanos(now);
            match step {
                Step::Pass(nanos) => now += nanos,
                Step::Reserve(n) => match bucket.reserve(time, n, None) {
                    Ok(reservation) => {
                        made.push((reservation, model.made));
                        prop_assert_eq!(reservation.at.as_nanos() as i64, model.grant(now as i64, n.into()));
                    }
                    Err(_) => prop_assert!(n > burst),
                },
                Step::Allow(n) => {
                    let is_there = n <= burst && model.tokens(now as i64) >= i64::from(n) * model.period;
                    prop_assert_eq!(bucket.allow(time, n), is_there);
                    if is_there {
                        model.grant(now as i64, n.into());
                    }
                }
                Step::Cancel(back) => {
                    // It stays in the list: to cancel it again must change nothing.
                    if let Some((reservation, number)) = made.iter().rev().nth(back) {
                        bucket.cancel(time, reservation);
                        if reservation.at >= time {
                            model.grants.retain(|(_, other, _)| other != number);
                        }
                    }
                }
            }
            let tokens = bucket.tokens(Time::from_nanos(now)) * period as f64;
            prop_assert_eq!(tokens.round() as i64, model.tokens(now as i64));
        }
    }

    #[test]
    fn the_last_one_cancelled_leaves_no_trace(period in 1..5_u64, burst in 1..7_u32, n in 0..7_u32, steps in steps()) {
        let (mut bucket, _) = buckets(period, burst);
        let mut now = 0;
        for step in steps {
            match step {
                Step::Pass(nanos) => now += nanos,
                Step::Reserve(n) | Step::Allow(n) => drop(bucket.reserve(Time::from_nanos(now), n, None)),
                Step::Cancel(_) => {}
            }
        }
        let time = Time::from_nanos(now);
        let (before, next) = (bucket.tokens(time), bucket.next_free(time, 1));
        if let Ok(last) = bucket.reserve(time, n, None) {
            bucket.cancel(time, &last);
        }
        prop_assert_eq!((bucket.tokens(time), bucket.next_free(time, 1)), (before, next));
    }

    #[test]
    fn never_less_than_by_gos_rule(period in 1..5_u64, burst in 1..7_u32, ns in proptest::collection::vec(0..5_u32, 1..12), k in 0..12_usize) {
        let (mut ours, mut go) = buckets(period, burst);
        let pairs: Vec<_> = ns.iter().filter(|n| **n <= burst).map(|n| {
            (ours.reserve(Time::ZERO, *n, None).unwrap(), go.reserve(Time::ZERO, *n, None).unwrap())
        }).collect();
        prop_assert!(pairs.iter().all(|(one, other)| one.at == other.at), "without a cancel they agree");
        if let Some((one, other)) = pairs.get(k) {
            ours.cancel(Time::ZERO, one);
            go.cancel(Time::ZERO, other);
        }
        prop_assert!(ours.tokens(Time::ZERO) >= go.tokens(Time::ZERO));
    }
}

#[test]
fn v_l097_to_v_l099_the_first_the_middle_or_the_last() {
    for cancelled in 0..3 {
        let mut bucket = TokenBucket::new(Rate::new(10, Duration::from_secs(1)).unwrap(), 5).unwrap();
        let mut reserve = |n| bucket.reserve(Time::ZERO, n, None).unwrap();
        let _ = reserve(5);
        let three = [(); 3].map(|()| reserve(1));
        bucket.cancel(Time::ZERO, &three[cancelled]);
        let next = bucket.reserve(Time::ZERO, 1, None).unwrap();
        // Two are left, so had the cancelled one never been, the next would be the third.
        assert_eq!(next.at.as_nanos(), 300_000_000, "cancelled: {cancelled}");
    }
}

// ---------------------------------------------------------------- several buckets

/// A bucket as a list of who acts when; a token comes every `period` ns.
#[derive(Clone)]
struct Band {
    period: i64,
    burst: i64,
    grants: Vec<(i64, i64)>,
}

impl Band {
    /// Whether everybody finds their tokens when they act.
    fn holds(&self, more: Option<(i64, i64)>) -> bool {
        let mut grants = self.grants.clone();
        grants.extend(more);
        grants.sort_unstable();
        let room = self.burst * self.period;
        let (mut moment, mut level) = (0, room);
        grants.into_iter().all(|(at, n)| {
            level = room.min(level + at - moment) - n * self.period;
            moment = at;
            level >= 0
        })
    }
}

/// Buckets as (period, burst), and calls as (ns passed, the buckets it needs, how many units).
type Calls = (Vec<(i64, i64)>, Vec<(i64, Vec<bool>, i64)>);

fn calls() -> impl Strategy<Value = Calls> {
    let bands = proptest::collection::vec((1..8_i64, 1..5_i64), 2..4);
    bands.prop_flat_map(|bands| {
        let needs = proptest::collection::vec(any::<bool>(), bands.len());
        (Just(bands), proptest::collection::vec((0..4_i64, needs, 1..3_i64), 1..15))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The plan is the first moment at which nobody is short of a token in any bucket, found by trying each.
    #[test]
    fn p_l5_the_first_moment_that_suits_all((bands, calls) in calls()) {
        let limiters: Vec<Limiter> = (1..).zip(&bands).map(|(number, (period, burst))| {
            let rate = Rate::every(Duration::from_nanos(*period as u64));
            Limiter::new(number, TokenBucket::new(rate, *burst as u32).unwrap())
        }).collect();
        let mut model: Vec<Band> =
            bands.iter().map(|(period, burst)| Band { period: *period, burst: *burst, grants: vec![] }).collect();
        let mut now = 0;
        for (passed, needs, n) in calls {
            now += passed;
            let touched = || (0..needs.len()).filter(|index| needs[*index]);
            let members: Vec<Member> =
                touched().map(|index| Member { limiter: limiters[index].clone(), cost: 1 }).collect();
            let Ok(multi) = Multi::new(members) else { continue };
            let plan = multi.plan(Time::from_nanos(now as u64), n as u32);
            if touched().any(|index| model[index].burst < n) {
                prop_assert!(plan.is_err());
                continue;
            }
            let at = plan.unwrap().at.as_nanos() as i64;
            let suits = |at: i64| touched().all(|index| model[index].holds(Some((at, n))));
            prop_assert_eq!((now..).find(|at| suits(*at)), Some(at));
            let reserved = multi.reserve(Time::from_nanos(now as u64), n as u32, None).unwrap();
            prop_assert!(reserved.iter().all(|(_, reservation)| reservation.at.as_nanos() as i64 == at));
            touched().collect::<Vec<_>>().into_iter().for_each(|index| model[index].grants.push((at, n)));
            prop_assert!(model.iter().all(|band| band.holds(None)));
        }
    }
}
