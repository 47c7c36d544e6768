//! Races of copies against a model: the rules of `replicate` once more, as a list of moments, over random loads,
//! failures and delays.

use heartrace::patterns::cancel::Context;
use heartrace::patterns::replicate::{Attempt, Budget, Eligible, Losers, Next, Policy, Replicator, Share, first_ok};
use heartrace::runtime::ends::End;
use heartrace::runtime::setting::{Order, Setting};
use heartrace::runtime::virtual_time::Run;
use heartrace::runtime::{Of2, select};
use proptest::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// How long a copy takes in ms, and whether it fails.
type Way = (u64, bool);

/// When copies were sent, when it was over, and whether somebody has won.
type Told = (Vec<u64>, u64, bool);

/// The rules: the k-th extra copy at k · delay or, if a copy fails, at once; an answer before a copy that is due.
fn model(ways: &[Way], delay: Option<u64>, allowed: usize) -> Told {
    let extra = ways.len() - 1;
    let mut sent = vec![0];
    let mut open: Vec<Way> = vec![ways[0]];
    let mut used = 0;
    let send = |used: &mut usize, at: u64, sent: &mut Vec<u64>, open: &mut Vec<Way>| {
        *used += 1;
        if sent.len() <= allowed {
            let (takes, fails) = ways[sent.len()];
            open.push((at + takes, fails));
            sent.push(at);
        }
    };
    while delay == Some(0) && used < extra {
        send(&mut used, 0, &mut sent, &mut open);
    }
    loop {
        let due = delay.filter(|_| used < extra).map(|delay| delay * (used as u64 + 1));
        // Of answers of one moment a good one counts; any other order is legal but ends no differently in time.
        let Some(at) = open.iter().map(|(at, _)| *at).min() else {
            return (sent.clone(), sent.last().copied().unwrap_or(0), false);
        };
        if let Some(due) = due.filter(|due| *due < at) {
            send(&mut used, due, &mut sent, &mut open);
            continue;
        }
        if open.iter().any(|(other, fails)| *other == at && !fails) {
            return (sent, at, true);
        }
        let index = open.iter().position(|(other, _)| *other == at).expect("it was found");
        open.remove(index);
        if used < extra {
            send(&mut used, at, &mut sent, &mut open);
        }
        if open.is_empty() {
            return (sent, at, false);
        }
    }
}

fn run(ways: &[Way], delay: Option<u64>, allowed: u32, setting: Setting) -> Told {
    let mut run = Run::new(setting, true);
    let rt = run.runtime().clone();
    let sent = Rc::new(RefCell::new(Vec::new()));
    let told = Rc::new(RefCell::new(None));
    let (list, slot, ways, inner) = (sent.clone(), told.clone(), ways.to_vec(), rt.clone());
    run.start(async move {
        let rt = inner;
        let background = Context::background(&rt);
        let extra = ways.len() as u32 - 1;
        let next = delay.map_or(Next::OnFailure, |delay| Next::After(Duration::from_millis(delay)));
        let losers = Losers::Drain { grace: Duration::from_secs(1) };
        let policy = Policy { extra, targets: extra + 1, next, tied: false, losers };
        let share = Share { per_mille: 0, start: allowed.max(1), most: 100, at_once: 100 };
        let budget = Budget::new(share).unwrap();
        if allowed == 0 {
            drop(budget.pay_out());
        }
        let copies = Replicator::new(policy, budget).unwrap();
        let serve = |copy: Attempt| {
            let (rt, (takes, fails)) = (rt.clone(), ways[copy.number as usize]);
            list.borrow_mut().push(rt.now().as_nanos() / 1_000_000);
            async move {
                match select((rt.sleep(Duration::from_millis(takes)), copy.context.done())).await {
                    Of2::A(()) if !fails => Ok(()),
                    _ => Err(()),
                }
            }
        };
        let asked = copies.ask(&rt, &background, Eligible::Idempotent, "copy", first_ok, serve).await;
        *slot.borrow_mut() = Some((rt.now().as_nanos() / 1_000_000, asked.is_ok()));
        if let Ok(won) = &asked {
            won.drained().await;
        }
    });
    assert_eq!(run.finish(), End::Finished);
    let (over, is_won) = told.take().expect("it was told");
    (sent.take(), over, is_won)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_race_goes_by_its_rules(
        ways in proptest::collection::vec((1..60_u64, any::<bool>()), 1..6),
        delay in proptest::option::of(0..40_u64),
        allowed in 0..6_u32,
    ) {
        let told = run(&ways, delay, allowed, Setting::default());
        prop_assert_eq!(told, model(&ways, delay, allowed as usize));
    }

    #[test]
    fn whatever_the_order_the_answer_comes_at_the_same_time(
        ways in proptest::collection::vec((1..9_u64, Just(false)), 1..6),
        delay in proptest::option::of(0..5_u64),
        seed in 0..1_000_u64,
    ) {
        let setting = Setting { order: Order::Seeded, seed, ..Setting::default() };
        let (_, over, is_won) = run(&ways, delay, 9, setting);
        let (_, expected, _) = model(&ways, delay, 9);
        prop_assert_eq!((over, is_won), (expected, true));
    }
}
