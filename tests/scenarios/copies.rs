//! `replicated-requests` (RR-1) and `hedged-requests`: what a copy of a request gains, and what it costs.

use crate::{Told, tell, tell_seeds};
use std::collections::BTreeSet;

// ---------------------------------------------------------------- RR-1

/// The load that a line tells of, in seconds, and whose it is.
fn load(line: &str) -> (u32, u64) {
    let (id, load) = line.split_once(" took ").unwrap_or_else(|| panic!("{line}"));
    (id.parse().unwrap(), load.strip_suffix('s').and_then(|seconds| seconds.parse().ok()).unwrap())
}

#[test]
fn rr1_what_holds_whatever_the_loads() {
    for told in tell_seeds("replicated-requests") {
        assert_eq!(told.lines.len(), 11, "{}", told.link);
        let (answer, took) = told.lines.split_last().unwrap();
        let loads: Vec<_> = took.iter().map(|(_, line)| load(line)).collect();
        let ids: BTreeSet<u32> = loads.iter().map(|(id, _)| *id).collect();
        assert!(ids.into_iter().eq(0..10), "{}: {took:?}", told.link);
        // Everything is over when the fastest is, and all print then.
        let least = loads.iter().map(|(_, load)| *load).min().unwrap();
        assert_eq!(told.end_ms, least * 1000, "{}", told.link);
        assert!(told.lines.iter().all(|(time, _)| *time == told.end_ms), "{}: {:?}", told.link, told.lines);
        let winner = answer.1.strip_prefix("Received an answer from #").and_then(|id| id.parse().ok()).unwrap();
        assert!(loads.contains(&(winner, least)), "{}: {:?}", told.link, told.lines);
    }
}

#[test]
fn rr1_the_winner_speaks_first() {
    let told = tell("#/replicated-requests");
    let winner = told.lines[0].1.split(' ').next().unwrap();
    assert_eq!(told.lines[10].1, format!("Received an answer from #{winner}"));
}

#[test]
fn rr1_how_often_in_which_second() {
    const RUNS: u64 = 2_000;
    for (handlers, shares, mean) in [
        (1, [0.2, 0.2, 0.2, 0.2, 0.2], 3.0),
        (2, [0.36, 0.28, 0.2, 0.12, 0.04], 2.2),
        (10, [0.8926, 0.1013, 0.0059, 0.0001, 0.0], 1.1135),
    ] {
        let mut found = [0_u64; 5];
        for seed in 0..RUNS {
            let told = tell(&format!("#/replicated-requests?handlers={handlers}&seed={seed}"));
            found[told.end_ms as usize / 1000 - 1] += 1;
        }
        let total: u64 = found.iter().zip(1..).map(|(times, seconds)| times * seconds).sum();
        assert!((total as f64 / RUNS as f64 - mean).abs() < 0.08, "{handlers} handlers: {found:?}");
        for (times, share) in found.into_iter().zip(shares) {
            // Four standard deviations, at least of something rare.
            let margin = 4.0 * (share * (1.0 - share) / RUNS as f64).sqrt() + 0.001;
            assert!((times as f64 / RUNS as f64 - share).abs() < margin, "{handlers} handlers: {found:?}");
        }
    }
}

#[test]
fn rr1_a_crash_costs_only_its_own_answer() {
    let winner = |told: &Told| {
        let line = &told.lines.last().expect("the answer comes last").1;
        line.rsplit('#').next().expect("it names the winner").to_owned()
    };
    let fastest = winner(&tell("#/replicated-requests"));
    let told = tell(&format!("#/replicated-requests?fault=handler-{fastest}:crash@500ms"));
    assert_eq!((told.lines.len(), &told.broken[..]), (10, &[][..]));
    assert!(told.lines.iter().all(|(_, line)| !line.starts_with(&format!("{fastest} "))), "{:?}", told.lines);
    assert_ne!(winner(&told), fastest);
}

// ---------------------------------------------------------------- hedged requests

/// Requests, extra copies and suppressed ones, as the last line sums them up.
fn sums(link: &str) -> [u64; 3] {
    let told = tell(link);
    let line = &told.lines.last().unwrap().1;
    let numbers: Vec<u64> =
        line.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).map(|n| n.parse().unwrap()).collect();
    // Between extra and suppressed stands the share in per cent with one decimal.
    [numbers[0], numbers[1], numbers[4]]
}

#[test]
fn every_request_is_answered_in_any_order() {
    for query in ["", "hedge=at-once&tied=true&share=1&", "hedge=quantile&", "slow-from=1s&slow-for=1s&"] {
        for seed in 0..100 {
            for model in ["timed", "any-speed"] {
                let told = tell(&format!("#/hedged-requests?{query}model={model}&order=seeded&seed={seed}"));
                assert!(told.broken.is_empty(), "{}: broken {:?}", told.link, told.broken);
                assert_eq!(told.lines.len(), 2, "{}: {:?}", told.link, told.lines);
            }
        }
    }
}

#[test]
fn a_hundred_parts_make_rare_slowness_common() {
    // One in a hundred is slow: 1 − 0.99^100 = 63.4 % of the requests wait for a slow part.
    let slow = |query: &str| {
        let mut slow = 0;
        for seed in 0..40 {
            let link = format!(
                "#/hedged-requests?requests=10&every=2s&fan-out=100&servers=0&slow-share=0.01&{query}&seed={seed}"
            );
            let parsed = heartrace::link::Link::parse(&link).unwrap();
            let mut run = heartrace::runner::Execution::new(&parsed, true);
            run.finish().unwrap();
            slow += run.with_trace(|trace| {
                let notes = trace.events().filter(|event| event.kind == heartrace::trace::Kind::Note);
                let accepts = notes.filter(|event| trace.label(event.a).starts_with("accept "));
                accepts.filter(|event| event.time.as_nanos() % 2_000_000_000 >= 1_000_000_000).count()
            });
        }
        slow as f64 / 400.0
    };
    let share = slow("hedge=none");
    assert!((share - 0.634).abs() < 0.08, "{share}");
    assert!(slow("hedge=delay&share=1&at-once=1000") < 0.05);
}

#[test]
fn p_r2_the_storm_doubles_the_load_unless_it_is_rationed() {
    // From the first request on everything is slow.
    let storm = "#/hedged-requests?requests=200&servers=0&slow-from=0s&slow-for=1h";
    assert_eq!(sums(&format!("{storm}&share=1&at-once=1000")), [200, 200, 0]);
    // One in advance, and one for every ten requests.
    assert_eq!(sums(storm), [200, 21, 179]);
    assert_eq!(sums(&format!("{storm}&at-once=1&share=1&every=1s")), [200, 200, 0]);
    assert_eq!(sums(&format!("{storm}&hedge=none")), [200, 0, 0]);
}

#[test]
fn late_is_what_few_are() {
    // The first twenty answers are samples; then about one answer in twenty is late.
    let [requests, extra, _] =
        sums("#/hedged-requests?requests=4000&servers=0&hedge=quantile&slow-share=0.05&quantile=0.9&share=1");
    assert_eq!(requests, 4000);
    assert!((150..=260).contains(&extra), "{extra}");
}

#[test]
fn tied_copies_cost_nothing_once_one_is_served() {
    let told = tell("#/hedged-requests?hedge=at-once&tied=true&share=1&at-once=1000&slow-share=0");
    assert!(told.lines[0].1.ends_with("slowest 10ms"), "{:?}", told.lines);
    assert!(told.broken.is_empty(), "{:?}", told.broken);
}

#[test]
fn a_failure_sends_the_next_copy() {
    let [requests, extra, _] =
        sums("#/hedged-requests?requests=400&hedge=on-failure&share=1&at-once=1000&fail=0.2&seed=1");
    assert!(requests == 400 && (50..=110).contains(&extra), "{extra}");
    // Where both copies fail the request does: the claim breaks, as the scenario says.
    assert_eq!(tell("#/hedged-requests?requests=400&hedge=on-failure&share=1&fail=0.2").broken, ["nothing-lost"]);
}

#[test]
fn too_few_servers_for_the_copies_are_refused() {
    let error = heartrace::link::Link::parse("#/hedged-requests?servers=2&extra=2").unwrap_err();
    assert_eq!(error.part, "servers");
}

#[test]
fn all_parts_of_all_requests_are_limited_together() {
    let refused = |query: &str| heartrace::link::Link::parse(&format!("#/hedged-requests?{query}")).err();
    let error = refused("requests=10000&fan-out=11").expect("110,000 parts are too many");
    assert_eq!((error.part.as_str(), error.value.as_str()), ("fan-out", "11"));
    assert_eq!(error.allowed, "≤ 10 for 10000 requests");
    for query in ["requests=501&fan-out=200", "requests=9091&fan-out=11"] {
        assert!(refused(query).is_some(), "{query}");
    }
    for query in ["requests=10000&fan-out=10", "requests=500&fan-out=200", "requests=10000"] {
        assert_eq!(refused(query), None, "{query}");
    }
}

#[test]
fn durations_as_go_prints_them() {
    let print = |nanos: u64| heartrace::runtime::wall::duration(std::time::Duration::from_nanos(nanos));
    let second = 1_000_000_000;
    assert_eq!([0, 1, 1_500, 2_000_000, 1_500_000].map(print), ["0s", "1ns", "1.5µs", "2ms", "1.5ms"]);
    assert_eq!(
        [second, 1_000_211_705, 90 * second, 3_600 * second].map(print),
        ["1s", "1.000211705s", "1m30s", "1h0m0s"]
    );
}
