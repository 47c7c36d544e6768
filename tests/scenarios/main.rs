//! The scenarios against what the book's programs print: the canonical trace line by line, other orders within
//! what real schedulers do. A failure prints the link that repeats it.
#![cfg(not(target_arch = "wasm32"))]

mod all_together;
mod cancellation_reasons;
mod circuit_breaker;
mod copies;
mod deadlock;
mod duplicates;
mod error_boundary;
mod extremes;
mod healing;
mod heartbeat_stories;
mod heartbeats;
mod preemption;
mod rate_limits;
mod retry_storm;
mod saturation;
mod shared_state;
mod stale_data;

use heartrace::analysis::claim::Expect;
use heartrace::link::Link;
use heartrace::runner::Execution;
use heartrace::runtime::setting::{Model, Order};
use heartrace::trace::{Kind, Time, Trace};

/// How many seeds a range is held against.
const SEEDS: u64 = 2_000;

/// A run: when what was printed, when it ended, and which claims are broken.
struct Told {
    link: String,
    lines: Vec<(u64, String)>,
    end_ms: u64,
    broken: Vec<&'static str>,
    /// The first words of all notes.
    words: Vec<String>,
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
    let noted = |trace: &Trace| {
        let notes = trace.events().filter(|event| event.kind == Kind::Note);
        notes.map(|event| trace.label(event.a).split(' ').next().unwrap_or_default().to_owned()).collect()
    };
    Told {
        words: execution.with_trace(noted),
        link: link.to_owned(),
        lines: execution.with_trace(printed),
        end_ms: finished.duration.as_nanos() / 1_000_000,
        broken: finished.claims.iter().filter(|claim| claim.2.holds != Some(true)).map(|claim| claim.0).collect(),
    }
}

/// What a scenario, or a situation of it, prints under every seed; every claim has to hold.
fn tell_seeds(scenario: &str) -> impl Iterator<Item = Told> {
    let joint = if scenario.contains('?') { '&' } else { '?' };
    (0..SEEDS).map(move |seed| {
        let told = tell(&format!("#/{scenario}{joint}order=seeded&seed={seed}"));
        assert!(told.broken.is_empty(), "{}: broken {:?}", told.link, told.broken);
        told
    })
}

impl Told {
    /// How many notes begin with this word.
    fn notes(&self, word: &str) -> u64 {
        self.words.iter().filter(|found| *found == word).count() as u64
    }

    fn times_of(&self, start: &str) -> Vec<u64> {
        self.lines.iter().filter(|(_, line)| line.starts_with(start)).map(|(time, _)| *time).collect()
    }
}

/// A claim, what is expected of it, whether it holds.
type Judged = (&'static str, Expect, Option<bool>);

/// The verdicts of a link under an order drawn from a seed.
fn verdicts(mut link: Link, model: Model, seed: u64) -> (String, Vec<Judged>) {
    (link.setting.model, link.setting.order, link.setting.seed) = (model, Order::Seeded, seed);
    let text = link.to_string();
    let finished = Execution::new(&link, false).finish().unwrap_or_else(|misfit| panic!("{text}: {misfit:?}"));
    (text, finished.claims.into_iter().map(|(id, expect, verdict)| (id, expect, verdict.holds)).collect())
}

/// Every way to order a run that the generic tests look at.
fn orders() -> impl Iterator<Item = (Model, u64)> {
    (0..100).flat_map(|seed| [(Model::Timed, seed), (Model::AnySpeed, seed)])
}

#[test]
fn what_always_holds_holds_in_any_order_at_any_speed() {
    for scenario in heartrace::scenarios::all() {
        for (model, seed) in orders() {
            let (link, claims) = verdicts(Link::new(scenario), model, seed);
            let always = claims.iter().filter(|(_, expect, _)| *expect == Expect::Always);
            let broken: Vec<_> = always.filter(|(.., holds)| *holds != Some(true)).map(|(id, ..)| id).collect();
            assert!(broken.is_empty(), "{link}: broken {broken:?}");
        }
    }
}

#[test]
fn what_is_said_to_break_breaks() {
    for scenario in heartrace::scenarios::all() {
        let presets = scenario.presets.iter().map(|(_, query)| format!("#/{}?{query}", scenario.id));
        let links = presets.map(|link| Link::parse(link.trim_end_matches('?')).expect("presets are links"));
        let links: Vec<Link> = [Link::new(scenario)].into_iter().chain(links).collect();
        for claim in scenario.claims {
            let mut said = links.iter().filter(|link| (claim.expect)(&link.params) == Expect::Breaks).peekable();
            let is_said = said.peek().is_some();
            let broken = said.any(|link| {
                orders().any(|(model, seed)| {
                    let (_, verdicts) = verdicts(link.clone(), model, seed);
                    verdicts.iter().any(|(id, _, holds)| *id == claim.id && *holds == Some(false))
                })
            });
            assert_eq!(broken, is_said, "{}: {} is said to break under some order", scenario.id, claim.id);
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

#[test]
fn a_live_run_tells_nothing_against_a_claim_about_durations() {
    let told = |text: &str| {
        let link = Link::parse(text).unwrap();
        let finished = Execution::new(&link, true).finish().unwrap();
        let there: Vec<_> = finished.claims.iter().map(|(id, _, verdict)| (*id, verdict.holds)).collect();
        let live = finished.told_live(&link).claims;
        let live: Vec<_> =
            live.into_iter().map(|(id, _, verdict)| (id, verdict.holds, verdict.evidence.len())).collect();
        (there, live)
    };
    let (there, live) = told("#/rate-limit?fault=read-1:hang@1s%2B2s");
    assert!(there.contains(&("within-limits", Some(false))));
    assert!(live.iter().any(|(id, holds, evidence)| *id == "within-limits" && holds.is_none() && *evidence > 0));
    // What it says of anything else stays, and what is meant to break may break there too.
    for link in ["#/duplicated-message", "#/preemption"] {
        let (there, live) = told(link);
        assert!(there.iter().any(|(_, holds)| *holds == Some(false)), "{link}");
        assert_eq!(live.into_iter().map(|(id, holds, _)| (id, holds)).collect::<Vec<_>>(), there, "{link}");
    }
}

/// At each fifth of the run, in its usual order, for every situation that has a name and is not large.
#[test]
fn the_user_can_cancel_what_is_said_to_listen_and_nothing_else() {
    for scenario in heartrace::scenarios::all() {
        let mut heard = std::collections::BTreeSet::new();
        let situations = std::iter::once("").chain(scenario.presets.iter().map(|(_, query)| *query));
        for (query, fifth) in situations.flat_map(|query| (0..5).map(move |fifth| (query, fifth))) {
            let plain = Link::parse(format!("#/{}?{query}", scenario.id).trim_end_matches('?')).unwrap();
            let whole = Execution::new(&plain, false).finish().unwrap();
            if whole.events > 3_000 {
                continue;
            }
            for task in scenario.tasks {
                let at = Time::from_nanos(whole.duration.as_nanos() / 5 * fifth);
                let fault = plain.read_action(&format!("{task}:cancel"), at).unwrap();
                let mut link = plain.clone();
                link.setting.faults = vec![fault];
                if Execution::new(&link, false).finish().unwrap().missed.is_empty() {
                    heard.insert(*task);
                }
            }
        }
        assert_eq!(heard.into_iter().collect::<Vec<_>>(), scenario.cancels, "{}", scenario.id);
    }
}
