//! Hunting: the same seed is the same hunt, in whatever parts; and what each strategy finds.

use crate::explored;
use heartrace::explore::merge::merge;
use heartrace::explore::options::{Options, Strategy};
use heartrace::explore::prove::Part;
use heartrace::explore::report::Exploration;

const RACE: &str = "#/duplicated-message?model=any-speed";

fn parts(text: &str, options: &Options, of: u32) -> Vec<Exploration> {
    let part = |index| Options { part: Part { index, of }, ..options.clone() };
    (0..of).map(|index| explored(text, &part(index))).collect()
}

fn names(count: u32) -> Vec<String> {
    (1..=count).map(|number| format!("part {number}")).collect()
}

#[test]
fn the_same_seed_is_the_same_hunt_and_another_is_another() {
    for (_, strategy) in Strategy::ALL {
        let options = |seed| Options { strategy, executions: 400, seed, ..Options::default() };
        assert_eq!(explored(RACE, &options(1)), explored(RACE, &options(1)), "{strategy:?}");
    }
    let hunt =
        |seed| explored(RACE, &Options { strategy: Strategy::Random, executions: 400, seed, ..Options::default() });
    assert_ne!(hunt(1).behaviours, hunt(2).behaviours);
}

#[test]
fn every_strategy_finds_both_outcomes_of_the_race() {
    for (_, strategy) in Strategy::ALL {
        let report = explored(RACE, &Options { strategy, executions: 400, ..Options::default() });
        assert_eq!(report.outcomes.keys().collect::<Vec<_>>(), ["dup", "once"], "{strategy:?}");
        assert!(report.executions <= 400 && report.behaviours > 5, "{strategy:?}");
    }
}

/// Parts of a hunt are its executions, each made once: even the counts are those of the single search.
#[test]
fn merged_parts_of_a_hunt_are_the_hunt() {
    let text = "#/duplicated-message?policy=announce&model=any-speed&may=crash:stage-a*1";
    let options = Options { strategy: Strategy::Hunt, executions: 900, seed: 3, ..Options::default() };
    let single = explored(text, &options);
    for of in [2, 3, 7] {
        let mut merged = merge(&parts(text, &options, of), &names(of)).expect("they fit");
        assert!(merged.behaviours <= single.behaviours);
        merged.behaviours = single.behaviours;
        assert_eq!(merged, single, "{of} parts");
    }
}

#[test]
fn merged_parts_of_a_proof_are_the_proof() {
    for text in [RACE, "#/duplicated-message?policy=handshake&model=any-speed&may=crash:any*1"] {
        let options = Options { executions: 60_000, ..Options::default() };
        let single = explored(text, &options);
        assert!(single.exhausted, "{text}");
        for of in [2, 5] {
            let merged = merge(&parts(text, &options, of), &names(of)).expect("they fit");
            assert!(merged.exhausted && merged.executions >= single.executions, "{text}");
            let links = |report: &Exploration| {
                let links =
                    report.outcomes.iter().map(|(outcome, found)| (outcome.clone(), found.link.clone(), found.minimal));
                links.collect::<Vec<_>>()
            };
            assert_eq!(links(&merged), links(&single), "{text}");
            let verdicts = |report: &Exploration| {
                report
                    .claims
                    .iter()
                    .map(|claim| (claim.id.clone(), claim.holds, claim.evidence.clone()))
                    .collect::<Vec<_>>()
            };
            assert_eq!(verdicts(&merged), verdicts(&single), "{text}");
        }
    }
}

#[test]
fn a_part_proves_nothing_alone_and_a_part_that_is_missing_is_missed() {
    let options = Options { executions: 60_000, ..Options::default() };
    let parts = parts("#/duplicated-message?policy=accept-first&model=any-speed", &options, 3);
    assert!(parts.iter().all(|part| part.claims.iter().all(|claim| claim.holds.is_none())));
    let merged = merge(&parts[..2], &names(2)).expect("they fit");
    assert!(!merged.exhausted && merged.limit.as_deref() == Some("parts") && !merged.all_hold());
    assert!(merge(&parts, &names(3)).expect("they fit").all_hold());
}

#[test]
fn parts_of_different_searches_and_repeated_ones_are_refused() {
    let options = Options { executions: 60_000, ..Options::default() };
    let mut parts = parts(RACE, &options, 2);
    let twice = merge(&[parts[0].clone(), parts[0].clone()], &names(2)).unwrap_err();
    assert_eq!(twice.code, "repeated-part");
    parts[1].seed = 9;
    assert_eq!(merge(&parts, &names(2)).unwrap_err().code, "another-search");
    assert_eq!(merge(&[], &[]).unwrap_err().code, "missing-argument");
}
