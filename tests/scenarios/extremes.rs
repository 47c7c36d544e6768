//! What is said to hold always holds whatever the parameters are: at the ends of their ranges, next to them, and where
//! several of them coincide. A failure is shrunk towards the defaults and prints the link that repeats it.
//!
//! `PROPTEST_CASES=5000 cargo test --test scenarios whatever_the_parameters` draws more links of each scenario.

use heartrace::analysis::claim::Expect;
use heartrace::link::Link;
use heartrace::runner::Execution;
use heartrace::runtime::ends::End;
use heartrace::scenarios::Scenario;
use heartrace::scenarios::parameter::{Kind, Parameter};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Links of each scenario, if not told otherwise.
const CASES: u32 = 100;

/// Where a run is cut: what is undecided by then is not judged. It bounds what the largest settings cost.
const EVENTS: u32 = 20_000;

/// What is worth a try for a parameter: its default, towards which a failure shrinks, the ends of its range, and more.
fn values(parameter: &Parameter, scenario: &Scenario) -> Vec<String> {
    let small: &[&str] = match parameter.kind {
        Kind::Duration => &["1ns", "1ms", "100ms", "500ms", "1s", "2s", "3s", "4s", "6s", "10s"],
        Kind::Rate => &["1/s", "3/s", "7/m", "11/h", "999/s"],
        Kind::Count => &["1", "2", "3", "5", "10"],
        Kind::Ratio => &["0.000001", "0.5", "0.999999"],
        Kind::Flag => &["true", "false"],
        Kind::Choice => parameter.values,
    };
    // Parameters that are equal make ties.
    let others = scenario.parameters.iter().filter(|other| other.kind == parameter.kind).map(Parameter::default);
    let ends = parameter.range().into_iter().flat_map(|(min, max)| [min, max]);
    let declared = [parameter.default()].into_iter().chain(ends).chain(others).map(|value| value.to_string());
    let mut values: Vec<String> = Vec::new();
    for value in declared.chain(small.iter().map(|value| (*value).to_owned())) {
        if parameter.read(&value).is_ok() && !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

/// Links of a scenario: a third of the parameters is left alone, a third is at an end.
fn links(scenario: &'static Scenario) -> impl Strategy<Value = String> {
    let pair = |parameter: &'static Parameter| {
        let values = values(parameter, scenario);
        let ends = values[..values.len().min(3)].to_vec();
        let value = prop_oneof![Just(values[0].clone()), select(ends), select(values)];
        value.prop_map(|value| format!("{}={value}", parameter.name))
    };
    let pairs: Vec<_> = scenario.parameters.iter().map(pair).collect();
    let model = select(vec!["timed", "any-speed"]);
    (pairs, model, 0..1_000_u32).prop_map(|(pairs, model, seed)| {
        format!("#/{}?{}&model={model}&order=seeded&seed={seed}", scenario.id, pairs.join("&"))
    })
}

/// Holds a link to what its scenario says of it. Values that do not fit each other are refused, and no failure.
fn check(text: &str) -> Result<(), TestCaseError> {
    let Ok(mut link) = Link::parse(text) else { return Ok(()) };
    let text = link.to_string();
    link.setting.limits.events = EVENTS;
    let finished = Execution::new(&link, false).finish().expect("no choices are recorded");
    let always = finished.claims.iter().filter(|(_, expect, _)| *expect == Expect::Always);
    let broken: Vec<_> = always.filter(|(.., verdict)| verdict.holds == Some(false)).map(|(id, ..)| id).collect();
    prop_assert!(broken.is_empty(), "{}: broken {:?}, end {:?}", text, broken, finished.end);
    Ok(())
}

#[test]
fn what_always_holds_holds_whatever_the_parameters_are() {
    let cases = std::env::var("PROPTEST_CASES").map_or(CASES, |cases| cases.parse().expect("a number of cases"));
    let mut failures = String::new();
    for scenario in heartrace::scenarios::all() {
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        // The same links each time.
        let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        if let Err(failure) = runner.run(&links(scenario), |text| check(&text)) {
            failures += &format!("{failure}\n");
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// What has held until a cut could still have been broken.
#[test]
fn a_run_that_was_cut_decides_nothing_in_favour_of_a_claim() {
    for scenario in heartrace::scenarios::all() {
        for events in [1, 10, 25] {
            let mut link = Link::parse(&format!("#/{}", scenario.id)).expect("every scenario has a run");
            link.setting.limits.events = events;
            let finished = Execution::new(&link, false).finish().expect("no choices are recorded");
            if !matches!(finished.end, End::Cut(_)) {
                continue;
            }
            let held = finished.claims.iter().filter(|(.., verdict)| verdict.holds == Some(true));
            assert_eq!(held.count(), 0, "{link} cut after {events} events: {:?}", finished.claims);
        }
    }
}
