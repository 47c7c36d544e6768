//! What the reductions leave out loses nothing: the same outcomes and the same broken claims as the plain search, and
//! with sleep sets alone exactly one execution of each behaviour.

use crate::{explored, parse, searched};
use heartrace::explore::options::Options;
use heartrace::explore::prove::Reduction;
use heartrace::explore::search::Search;
use heartrace::explore::story::story;
use heartrace::scenarios::all;
use std::collections::BTreeSet;

const SLEEP: Reduction = Reduction { sleep_sets: true, cache: false };
const CACHE: Reduction = Reduction { sleep_sets: false, cache: true };

/// What a search found: outcomes and broken claims.
fn kinds(search: &Search) -> BTreeSet<String> {
    search.found().kinds().iter().map(|kind| format!("{kind:?}")).collect()
}

fn proven(text: &str, reduction: Reduction, executions: u64) -> Search {
    let options = Options { executions, reduction: Some(reduction), ..Options::default() };
    let mut search = Search::new(&parse(text), &options).without_shortening();
    while search.found().executions < executions && !search.advance(100) {}
    search
}

/// Small enough to be searched without any reduction.
const SMALL: [&str; 32] = [
    "#/duplicated-message",
    "#/duplicated-message?work=2s",
    "#/duplicated-message?work=1.9s&may=crash:any*1",
    "#/duplicated-message?policy=accept-last-timer&window=1.5s",
    "#/duplicated-message?policy=permission&work=1.8s&may=crash:stage-a*1",
    "#/duplicated-message?policy=arbiter&work=1.9s&may=drop:any*1",
    "#/duplicated-message?policy=handshake&work=2s&may=crash:any*2",
    "#/duplicated-message?policy=handshake&model=any-speed",
    "#/interval-heartbeat?stop=3s",
    "#/silent-worker?rounds=1",
    "#/deadlock?model=any-speed",
    "#/deadlock?policy=equal&rounds=2",
    "#/deadlock?policy=ordered&may=crash:any*1",
    "#/preemption?model=any-speed",
    "#/work-unit-heartbeat?may=drop:any*1",
    "#/heartbeat-tests",
    "#/healthy-ward-restarted?horizon=5s",
    "#/healthy-ward-restarted?horizon=6s&capacity=1",
    "#/healthy-ward-restarted?horizon=5s&may=crash:ward*1",
    "#/silent-worker?may=hang:worker*1",
    "#/duplicated-message?policy=heartbeat-suspect&work=1.5s&may=hang:stage-a*1",
    "#/error-boundary?may=hang:any*1",
    "#/cancellation-reasons",
    "#/stale-data?policy=newest&may=crash:any*1",
    "#/shared-state?cancel=2s&undo=true",
    "#/shared-state?undo=true&may=crash:any*1",
    "#/detectors?horizon=20s",
    "#/steward?may=crash:any*1&stop=5s",
    "#/steward?handover=kill&stop=6s",
    "#/restarted-stream?take=1&stop=3ms&may=crash:steward*1",
    "#/restarted-stream?take=1&list=kept&stop=3ms&may=crash:steward*1",
    "#/supervision-tree?failures=1",
];

#[test]
fn every_reduction_finds_what_the_plain_search_finds() {
    for text in SMALL {
        let plain = proven(text, Reduction::NONE, 60_000);
        if !plain.is_exhausted() {
            // Too many for the plain search: what it met so far must be found all the same.
            let reduced = proven(text, Reduction::FULL, 60_000);
            assert!(reduced.is_exhausted() && kinds(&plain).is_subset(&kinds(&reduced)), "{text}");
            continue;
        }
        for reduction in [SLEEP, CACHE, Reduction::FULL] {
            let reduced = proven(text, reduction, 60_000);
            assert!(reduced.is_exhausted(), "{text} with {reduction:?}");
            assert_eq!(kinds(&reduced), kinds(&plain), "{text} with {reduction:?}");
            assert!(reduced.found().executions <= plain.found().executions, "{text} with {reduction:?}");
        }
        let asleep = proven(text, SLEEP, 60_000);
        assert_eq!(asleep.found().behaviours.len(), plain.found().behaviours.len(), "{text}");
    }
}

#[test]
fn sleep_sets_alone_complete_one_execution_of_each_behaviour() {
    let larger = [
        "#/duplicated-message?model=any-speed",
        "#/duplicated-message?model=any-speed&may=crash:stage-a*1",
        "#/duplicated-message?policy=accept-last-count&model=any-speed",
    ];
    for text in SMALL.into_iter().chain(larger) {
        let search = proven(text, SLEEP, 60_000);
        assert!(search.is_exhausted(), "{text}");
        assert_eq!(search.completed(), search.found().behaviours.len() as u64, "{text}");
    }
}

/// The counts of this engine, once cross-checked: a change of semantics, or of what commutes, shows at once.
#[test]
fn the_race_has_so_many_behaviours() {
    let race = "#/duplicated-message?model=any-speed";
    let asleep = proven(race, SLEEP, 60_000);
    assert_eq!((asleep.found().executions, asleep.completed()), (1_913, 1_448));
    let full = proven(race, Reduction::FULL, 60_000);
    assert_eq!((full.found().executions, full.completed()), (247, 10));
    // The plain search is far from its end where the reduced one is done.
    let plain = proven(race, Reduction::NONE, 20 * 247);
    assert!(!plain.is_exhausted());
}

/// Over a horizon of three coincidences a healthy ward can be restarted; with a place for its pulse, or a pulse in
/// thirds of the timeout, it cannot, under no order of what happens at one instant.
#[test]
fn a_healthy_ward_is_restarted_unless_one_of_its_pulses_waits_or_another_follows() {
    let holds = |query: &str| {
        let report = explored(&format!("#/healthy-ward-restarted?horizon=13s{query}"), &Options::default());
        assert!(report.exhausted, "{query}: {} executions", report.executions);
        let claim = report.claims.iter().find(|claim| claim.id == "only-silent-suspected").expect("it is claimed");
        claim.holds
    };
    assert_eq!(holds(""), Some(false));
    assert_eq!(holds("&capacity=1"), Some(true));
    assert_eq!(holds("&pulse=1.333333333s"), Some(true));
}

/// Two locks in opposite order: at any speed both tasks may get through or be stuck, and then it is told who waits for
/// which lock. In one order nobody is ever stuck.
#[test]
fn a_deadlock_is_found_and_its_cycle_named_and_an_order_of_locks_rules_it_out() {
    let report = explored("#/deadlock?model=any-speed", &Options::default());
    assert!(report.exhausted);
    assert_eq!(report.outcomes.keys().collect::<Vec<_>>(), ["finished", "stalled"]);
    let told = story(&parse(&report.outcomes["stalled"].link)).expect("the choices fit");
    let told = told.iter().map(|told| told.sentence.english()).collect::<Vec<_>>().join("\n");
    for task in ["left waits for", "right waits for", "lock-a", "lock-b"] {
        assert!(told.contains(task), "{told}");
    }
    let ordered = explored("#/deadlock?policy=ordered&model=any-speed", &Options::default());
    assert!(ordered.exhausted && ordered.outcomes.keys().eq(["finished"]), "{:?}", ordered.outcomes);
}

/// An execution that was cut, and a budget that was used up, prove nothing.
#[test]
fn what_was_not_searched_to_the_end_is_not_exhausted() {
    let few = searched("#/duplicated-message?model=any-speed", &Options { executions: 100, ..Options::default() });
    assert!(!few.is_exhausted());
    assert_eq!(few.found().executions, 100);
}

/// Scenarios that are not known to share nothing but objects of the runtime are searched without reductions, and no
/// scenario's search ends the program.
#[test]
fn every_scenario_can_be_searched_for_a_while() {
    for scenario in all() {
        for model in ["", "?model=any-speed"] {
            let text = format!("#/{}{model}", scenario.id);
            let options = Options { executions: 4, ..Options::default() };
            let mut search = Search::new(&parse(&text), &options).without_shortening();
            while !search.advance(1) {}
            assert!(!search.found().outcomes.is_empty(), "{text}");
        }
    }
}
