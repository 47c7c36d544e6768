//! `circuit-breaker`: who finds out about an outage, how often, and who notices its end.

use crate::{Told, tell};
use heartrace::link::Link;
use heartrace::runner::Execution;
use heartrace::trace::Kind;

/// The times in milliseconds of the notes that begin with a word.
fn notes(link: &str, word: &str) -> Vec<u64> {
    let parsed = Link::parse(link).unwrap_or_else(|error| panic!("{link}: {error}"));
    let mut execution = Execution::new(&parsed, true);
    execution.finish().unwrap_or_else(|misfit| panic!("{link}: {misfit:?}"));
    execution.with_trace(|trace| {
        let is_it = |label: &str| label.split(' ').next() == Some(word);
        let found = trace.events().filter(|event| event.kind == Kind::Note && is_it(trace.label(event.a)));
        found.map(|event| event.time.as_nanos() / 1_000_000).collect()
    })
}

#[test]
fn the_breaker_opens_probes_and_closes() {
    let link = "#/circuit-breaker";
    // The fifth call of the outage, made at 3.2 s, has timed out; then each probe has.
    assert_eq!(notes(link, "trip"), [3_700, 5_200, 6_700]);
    assert_eq!(notes(link, "probe"), [4_700, 6_200, 7_700]);
    assert_eq!(notes(link, "close"), [7_720]);
    assert_eq!(tell(link).broken, [""; 0]);
}

#[test]
fn while_it_is_open_nobody_waits() {
    let link = "#/circuit-breaker";
    let refused = notes(link, "reject");
    assert!(refused.len() > 60, "{}", refused.len());
    // Refused in the very instant in which it came: arrivals are 50 ms apart.
    assert!(refused.iter().all(|at| at % 50 == 0), "{refused:?}");
}

#[test]
fn without_it_every_caller_finds_out_for_himself() {
    let told = tell("#/circuit-breaker?breaker=false");
    assert_eq!(told.broken, ["outage-spared"]);
    // Each of the four seconds brings 20.
    assert_eq!(notes(&told.link, "fail").len(), 80);
    assert!(notes(&told.link, "reject").is_empty());
}

/// The values of a curve.
fn curve(link: &str, name: &str) -> Vec<u32> {
    let mut execution = Execution::new(&Link::parse(link).unwrap(), true);
    execution.finish().unwrap();
    execution.with_trace(|trace| {
        let is_it = |label: &str| label.split(' ').nth(1) == Some(name);
        let found = trace.events().filter(|event| event.kind == Kind::Note && is_it(trace.label(event.a)));
        found.map(|event| event.numbers()[0]).collect()
    })
}

#[test]
fn a_breaker_keeps_a_dead_dependency_from_taking_all_the_slots() {
    // Four slots, each taken for half a second: eight of twenty callers a second move on, the others pile up.
    let piled_up = curve("#/circuit-breaker?slots=4&breaker=false", "waiting");
    assert!(piled_up[6] >= 50, "{piled_up:?}");
    let spared = curve("#/circuit-breaker?slots=4", "waiting");
    assert!(spared[4..].iter().all(|waiting| *waiting <= 2), "{spared:?}");
}

#[test]
fn several_probes_have_to_succeed_if_so_configured() {
    let link = "#/circuit-breaker?probes=2&successes=3";
    assert_eq!(notes(link, "close"), [7_820]);
    assert_eq!(tell(link).broken, [""; 0]);
}

#[test]
fn what_is_claimed_holds_in_every_order() {
    let queries = [
        "probes=1",
        "probes=3&successes=2&open=200ms",
        "failures=1&timeout=2s",
        "slots=4",
        "slots=1&open=300ms",
        "rate=100/s&hop=0s&timeout=60ms",
    ];
    for query in queries {
        for model in ["timed", "any-speed"] {
            for seed in 0..20 {
                let told: Told = tell(&format!("#/circuit-breaker?{query}&model={model}&order=seeded&seed={seed}"));
                assert!(told.broken.is_empty(), "{}: {:?}", told.link, told.broken);
            }
        }
    }
}

#[test]
fn a_breaker_that_can_never_open_is_refused_with_the_parameter_named() {
    for (query, part) in
        [("rate=1/s&window=1s", "failures"), ("outage-start=8s", "outage-start"), ("hop=250ms", "timeout")]
    {
        let error = Link::parse(&format!("#/circuit-breaker?{query}")).expect_err(query);
        assert_eq!(error.part, part, "{query}");
    }
}
