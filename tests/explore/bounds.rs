//! Bounded proofs: what a bound leaves out, what it keeps, and that nothing is proven under one.

use crate::{explored, parse};
use heartrace::explore::options::{Asked, Options};
use heartrace::explore::prove::{Bounds, Reduction};
use heartrace::explore::report::Exploration;
use heartrace::link::Link;

const RACE: &str = "#/duplicated-message?model=any-speed&policy=report-after";

/// Small enough for the plain search.
const SMALL: &str = "#/duplicated-message?work=1.9s&may=crash:any*1";

fn bounded(depth: Option<u32>, preemptions: Option<u32>) -> Exploration {
    within(RACE, Bounds { depth, preemptions })
}

fn within(text: &str, bounds: Bounds) -> Exploration {
    explored(text, &Options { bounds, executions: 200_000, ..Options::default() })
}

#[test]
fn a_wide_bound_is_the_plain_search_but_for_the_proof() {
    let plain = Options { reduction: Some(Reduction::NONE), executions: 200_000, ..Options::default() };
    let plain = explored(SMALL, &plain);
    assert!(plain.exhausted && plain.limit.is_none());
    let wide = [(Some(1_000), None), (None, Some(1_000))].map(|(depth, preemptions)| Bounds { depth, preemptions });
    for wide in wide.map(|bounds| within(SMALL, bounds)) {
        assert_eq!((wide.executions, wide.behaviours), (plain.executions, plain.behaviours));
        assert_eq!(wide.outcomes, plain.outcomes);
        assert!(!wide.exhausted && wide.limit.as_deref() == Some("bound"), "{:?}", wide.limit);
        assert!(wide.claims.iter().all(|claim| claim.holds != Some(true)), "a bound proves nothing");
    }
}

#[test]
fn every_preemption_and_every_choice_more_allows_more() {
    let executions = |bounds: Vec<Exploration>| bounds.iter().map(|report| report.executions).collect::<Vec<_>>();
    let by_preemptions = executions((0..5).map(|most| bounded(None, Some(most))).collect());
    let by_depth = executions((0..5).map(|most| bounded(Some(most), None)).collect());
    assert_eq!((by_preemptions[0], by_depth[0]), (1, 1), "the canonical run alone");
    for more in [&by_preemptions, &by_depth] {
        assert!(more.windows(2).all(|pair| pair[0] < pair[1]), "{more:?}");
    }
}

/// Nothing within a step is chosen in this race, so each of its deviations is a preemption.
#[test]
fn one_preemption_is_one_other_mover() {
    let most_deviations =
        |most: u32| bounded(None, Some(most)).outcomes.into_values().map(|found| found.deviations).max();
    assert_eq!(most_deviations(0), Some(0));
    assert!(most_deviations(1) <= Some(1));
}

#[test]
fn the_race_is_found_within_two_preemptions() {
    let found = |most| bounded(None, Some(most)).outcomes.contains_key("dup");
    assert!(found(2), "{:?}", (0..6).map(found).collect::<Vec<_>>());
}

#[test]
fn a_bound_is_of_a_proof_only_and_in_range() {
    let mut link: Link = parse(RACE);
    let mut read = |strategy: Option<&str>, depth: &str| {
        let (strategy, depth) = (strategy.map(str::to_owned), Some(depth.to_owned()));
        Asked { strategy, depth, ..Asked::default() }.read(&mut link).map(|options| options.bounds.depth)
    };
    assert_eq!(read(None, "12"), Ok(Some(12)));
    let refused = read(Some("random"), "12").unwrap_err();
    assert_eq!((refused.code, &*refused.allowed), ("unknown-option", "--strategy prove"));
    assert_eq!(read(None, "many").unwrap_err().code, "not-a-number");
    assert_eq!(read(None, "1000001").unwrap_err().code, "out-of-range");
}
