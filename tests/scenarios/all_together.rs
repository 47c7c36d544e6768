//! `all-together`: with everything on it holds what it says, and each technique that is off leaves a gap of its own.

use crate::{SEEDS, tell};
use heartrace::link::Link;
use heartrace::runner::Execution;
use std::collections::BTreeMap;

const OFF: [(&str, &str); 4] = [
    ("limit=false", "within-limits"),
    ("timeout=false&steward=false&hedge=false", "nobody-left"),
    ("dedup=false&hop=60ms&hedge-delay=60ms", "accepted-once"),
    ("wrap=false", "told-what-happened"),
];

/// End and broken claims of a link.
fn judged(link: &str) -> (&'static str, Vec<&'static str>) {
    let parsed = Link::parse(link).unwrap_or_else(|error| panic!("{link}: {error}"));
    let finished = Execution::new(&parsed, false).finish().unwrap_or_else(|misfit| panic!("{link}: {misfit:?}"));
    let broken = finished.claims.iter().filter(|claim| claim.2.holds == Some(false)).map(|claim| claim.0).collect();
    (finished.end.name(), broken)
}

#[test]
fn with_everything_on_each_request_is_answered_or_told_why_not() {
    for seed in 0..SEEDS / 10 {
        let told = tell(&format!("#/all-together?order=seeded&seed={seed}"));
        assert!(told.broken.is_empty(), "{}: {:?}", told.link, told.broken);
        let summary = told.lines.last().expect("it sums up").1.clone();
        let numbers: Vec<u32> = summary.split(' ').filter_map(|word| word.parse().ok()).collect();
        assert_eq!(numbers.iter().sum::<u32>(), 30, "{}: {summary}", told.link);
        assert!(numbers[0] >= 20, "{}: {summary}", told.link);
    }
}

#[test]
fn whatever_is_off_leaves_its_own_gap_and_no_other() {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for (query, claim) in OFF {
        for seed in 0..50 {
            let link = format!("#/all-together?{query}&order=seeded&seed={seed}");
            let (_, broken) = judged(&link);
            assert!(broken.iter().all(|other| *other == claim), "{link}: {broken:?}");
            *found.entry(claim).or_default() += usize::from(!broken.is_empty());
        }
    }
    assert!(found.values().all(|times| *times > 0), "each gap is seen: {found:?}");
}

#[test]
fn without_a_timeout_one_stuck_backend_is_enough() {
    let (end, broken) = judged("#/all-together?timeout=false&steward=false&hedge=false");
    assert_eq!((end, broken), ("finished", vec!["nobody-left"]));
}

#[test]
fn without_heartbeats_the_steward_replaces_the_healthy() {
    let lives = |query: &str| {
        let link = Link::parse(&format!("#/all-together{query}")).expect("a link");
        let mut execution = Execution::new(&link, true);
        execution.finish().expect("nothing is recorded");
        execution.with_trace(|trace| trace.tasks.iter().filter(|task| task.name.starts_with("backend-2")).count())
    };
    assert_eq!(lives(""), 1);
    assert!(lives("?heartbeat=false") > 1);
}

#[test]
fn a_large_run_stays_within_the_limits() {
    let (end, broken) = judged("#/all-together?requests=2000");
    assert_eq!((end, broken), ("finished", vec![]));
}
