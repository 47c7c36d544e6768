//! The scenarios against what the book's programs print: the canonical trace line by line, other orders within
//! what real schedulers do. A failure prints the link that repeats it.
#![cfg(not(target_arch = "wasm32"))]

mod cancellation_reasons;
mod circuit_breaker;
mod heartbeats;
mod retry_storm;
mod saturation;

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
fn no_result_is_lost_at_any_speed() {
    for scenario in ["interval-heartbeat", "silent-worker", "cancellation-reasons"] {
        for seed in 0..200 {
            let told = tell(&format!("#/{scenario}?model=any-speed&order=seeded&seed={seed}"));
            assert!(told.broken.is_empty(), "{}: broken {:?}", told.link, told.broken);
        }
    }
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
