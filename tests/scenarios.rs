//! The scenarios against what the book's programs print: the canonical trace line by line, other orders within
//! what real schedulers do. A failure prints the link that repeats it.
#![cfg(not(target_arch = "wasm32"))]

use heartrace::link::Link;
use heartrace::runner::Execution;
use heartrace::trace::{Kind, Trace};

/// How many seeds a range is held against.
const SEEDS: u64 = 2_000;

/// A run: when what was printed, when it ended, and which claims are broken.
struct Told {
    link: String,
    lines: Vec<(u64, String)>,
    end_ms: u64,
    broken: Vec<&'static str>,
}

fn tell(link: &str) -> Told {
    let parsed = Link::parse(link).unwrap_or_else(|error| panic!("{link}: {error}"));
    let mut execution = Execution::new(&parsed, true);
    let finished = execution.finish().unwrap_or_else(|misfit| panic!("{link}: {misfit:?}"));
    assert_eq!(finished.end.name(), "finished", "{link}");
    let printed = |trace: &Trace| {
        let logs = trace.events().filter(|event| event.kind == Kind::Log);
        logs.map(|event| (event.time.as_nanos() / 1_000_000, trace.text(event.a).to_owned())).collect()
    };
    Told {
        link: link.to_owned(),
        lines: execution.with_trace(printed),
        end_ms: finished.duration.as_nanos() / 1_000_000,
        broken: finished.claims.iter().filter(|claim| claim.2.holds != Some(true)).map(|claim| claim.0).collect(),
    }
}

/// What a scenario prints under every seed; every claim has to hold.
fn tell_seeds(scenario: &str) -> impl Iterator<Item = Told> {
    (0..SEEDS).map(move |seed| {
        let told = tell(&format!("#/{scenario}?order=seeded&seed={seed}"));
        assert!(told.broken.is_empty(), "{}: broken {:?}", told.link, told.broken);
        told
    })
}

impl Told {
    fn times_of(&self, start: &str) -> Vec<u64> {
        self.lines.iter().filter(|(_, line)| line.starts_with(start)).map(|(time, _)| *time).collect()
    }
}

#[test]
fn hb1_prints_what_the_book_prints() {
    let told = tell("#/interval-heartbeat");
    let mut expected = Vec::new();
    for second in 1..=9 {
        expected.push((second * 1000, "pulse".to_owned()));
        if second % 2 == 0 {
            expected.push((second * 1000, format!("results {second}")));
        }
    }
    assert_eq!(told.lines, expected);
    assert_eq!((told.end_ms, told.broken), (10_000, vec![]));
}

#[test]
fn hb1_stays_within_what_go_does() {
    let mut outcomes = std::collections::BTreeSet::new();
    for told in tell_seeds("interval-heartbeat") {
        let (pulses, results) = (told.times_of("pulse"), told.times_of("results"));
        assert!((5..=10).contains(&pulses.len()), "{}: {} pulses", told.link, pulses.len());
        assert!((4..=5).contains(&results.len()), "{}: {} results", told.link, results.len());
        assert!([1, 3, 5, 7, 9].iter().all(|odd| pulses.contains(&(odd * 1000))), "{}: {pulses:?}", told.link);
        assert_eq!(told.end_ms, 10_000, "{}", told.link);
        outcomes.insert((pulses.len(), results.len()));
    }
    let pulses: std::collections::BTreeSet<_> = outcomes.iter().map(|(pulses, _)| *pulses).collect();
    assert!(pulses.iter().copied().eq(5..=10), "every number of pulses comes up: {pulses:?}");
}

#[test]
fn no_result_is_lost_at_any_speed() {
    for scenario in ["interval-heartbeat", "silent-worker", "cancellation-reasons"] {
        for seed in 0..200 {
            let told = tell(&format!("#/{scenario}?model=any-speed&order=seeded&seed={seed}"));
            assert!(told.broken.is_empty(), "{}: broken {:?}", told.link, told.broken);
        }
    }
}

#[test]
fn hb2_prints_what_the_book_prints() {
    let told = tell("#/silent-worker");
    let expected = [(1000, "pulse"), (2000, "pulse"), (4000, "worker goroutine is not healthy!")];
    assert_eq!(told.lines, expected.map(|(time, line)| (time, line.to_owned())));
    assert_eq!((told.end_ms, told.broken), (4_000, vec![]));
}

#[test]
fn hb2_has_three_ways_and_one_end() {
    const RESULT: &str = "results 2026-01-01 00:00:02 +0000 UTC";
    let mut found = [0; 3];
    for told in tell_seeds("silent-worker") {
        let lines: Vec<&str> = told.lines.iter().map(|(_, line)| line.as_str()).collect();
        let way = match lines[..] {
            ["pulse", "pulse", _] => 0,
            ["pulse", RESULT, _] => 1,
            ["pulse", "pulse", RESULT, _] => 2,
            _ => panic!("{}: {lines:?}", told.link),
        };
        found[way] += 1;
        assert_eq!(told.lines.last(), Some(&(4000, "worker goroutine is not healthy!".to_owned())), "{}", told.link);
    }
    assert!(found.iter().all(|times| *times > SEEDS / 20), "each way comes up: {found:?}");
}

#[test]
fn a_silent_worker_is_suspected_whatever_silenced_it() {
    for (link, suspected_ms) in [
        ("#/interval-heartbeat?fault=worker:crash@4.5s", 6_000),
        ("#/interval-heartbeat?fault=worker:hang@4.5s%2B5s", 6_000),
        ("#/silent-worker?rounds=100&fault=worker:hang@3.5s%2B4s", 5_000),
    ] {
        let told = tell(link);
        assert_eq!(told.end_ms, suspected_ms, "{link}");
        assert!(!told.broken.contains(&"silence-noticed"), "{link}: {:?}", told.broken);
        assert!(!told.broken.contains(&"only-silent-suspected"), "{link}: {:?}", told.broken);
    }
}

#[test]
fn a_pulse_slower_than_the_timeout_is_a_false_alarm() {
    let told = tell("#/interval-heartbeat?pulse=3s&work=7s");
    assert!(told.broken.contains(&"only-silent-suspected"), "{:?}", told.broken);
}

#[test]
fn every_preset_opens_and_has_a_name() {
    for scenario in heartrace::scenarios::all() {
        for language in ["en", "ja"] {
            let path = format!("{}/www/locales/{language}/scenarios/{}.json", env!("CARGO_MANIFEST_DIR"), scenario.id);
            let texts = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
            for (name, query) in scenario.presets {
                assert!(texts.contains(&format!("\"preset.{name}\"")), "{path} lacks preset.{name}");
                let link = format!("#/{}?{query}", scenario.id);
                let link = link.trim_end_matches('?');
                Link::parse(link).unwrap_or_else(|error| panic!("{link}: {error}"));
            }
        }
    }
}

#[test]
fn each_of_four_reasons_stops_its_own() {
    let told = tell("#/cancellation-reasons");
    let expected = [
        (1500, "replica-1: answered first"),
        (1750, "replica-3: stopped (replica)"),
        (1750, "replica-2: stopped (replica)"),
        (2100, "lookup: stopped (timeout)"),
        (3150, "report: stopped (user)"),
        (3150, "table: stopped (parent)"),
        (3150, "chart: stopped (parent)"),
    ];
    assert_eq!(told.lines, expected.map(|(time, line)| (time, line.to_owned())));
    assert_eq!((told.end_ms, told.broken), (3_150, vec![]));
}

#[test]
fn the_reasons_stay_apart_in_any_order() {
    for told in tell_seeds("cancellation-reasons") {
        assert_eq!(told.lines.len(), 7, "{}: {:?}", told.link, told.lines);
        assert_eq!(told.end_ms, 3_150, "{}", told.link);
    }
    for link in [
        "#/cancellation-reasons?timeout=10s&user=10s",
        "#/cancellation-reasons?user=500ms",
        "#/cancellation-reasons?period=2s",
        "#/cancellation-reasons?fault=report:cancel@1s",
        "#/cancellation-reasons?model=any-speed&order=seeded&seed=5",
        "#/cancellation-reasons?timeout=0s&user=0s&work=0s&replica-1=0s&replica-2=0s&replica-3=0s",
    ] {
        assert!(tell(link).broken.is_empty(), "{link}: {:?}", tell(link).broken);
    }
    let user = tell("#/cancellation-reasons?fault=report:cancel@1s").times_of("report: stopped (user)");
    assert_eq!(user, [1050]);
}

#[test]
fn a_task_that_hangs_hears_its_cancel_late() {
    let told = tell("#/cancellation-reasons?fault=chart:hang@2.9s%2B2s");
    assert_eq!(told.broken, ["cancel-heard"]);
}
