//! A run told in at most ten sentences: who did what, in the words of the scenario, and what came of it.
//!
//! What decides is told first of all: the faults, what breaks a claim, what the patterns note; then what brought it
//! about, cause by cause; whatever does not fit into ten sentences is left out, the least telling first. The last
//! sentence says how it came out. A sentence is a code and its arguments; the texts are in `www/locales`.

use crate::analysis::text::{Part, detail, parts};
use crate::gather::{gather, put_in_order};
use crate::link::Link;
use crate::report::ending::{Argument, Sentence, ending};
use crate::runner::{Execution, Finished};
use crate::runtime::chooser::Misfit;
use crate::text::Texts;
use crate::trace::{Event, EventId, FaultCode, Kind, Trace, write_duration};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The most sentences of a story.
pub const MAX_SENTENCES: usize = 10;

/// What is no more telling than this is not told.
const LEAST_TELLING: u8 = 6;

/// A sentence of a story.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct StorySentence {
    /// What is said.
    #[serde(flatten)]
    pub sentence: Sentence,
    /// The event it tells of; none of what came of it all.
    pub event: Option<EventId>,
    /// When, in nanoseconds.
    pub time_ns: u64,
}

/// Tells the run of a link.
///
/// # Errors
/// If the link's recorded choices do not fit the run.
pub fn story(link: &Link) -> Result<Vec<StorySentence>, Misfit> {
    let mut execution = Execution::new(link, true);
    let finished = execution.finish()?;
    Ok(execution.with_trace(|trace| tell(trace, &finished)))
}

fn tell(trace: &Trace, finished: &Finished) -> Vec<StorySentence> {
    let broken: Vec<&str> =
        finished.claims.iter().filter(|(.., verdict)| verdict.holds == Some(false)).map(|(id, ..)| *id).collect();
    let against = finished.claims.iter().filter(|(.., verdict)| verdict.holds == Some(false));
    let evidence: BTreeSet<EventId> = gather(against.flat_map(|(.., verdict)| verdict.evidence.clone()));
    // How telling each event is: 0 most.
    let mut telling: BTreeMap<EventId, u8> = BTreeMap::new();
    for event in trace.events() {
        let rank = match event.kind {
            _ if evidence.contains(&event.id) => 0,
            Kind::Fault if event.a != FaultCode::Resume as u32 => 0,
            Kind::Note if !is_routine(&event, trace) => 1,
            Kind::Cancel | Kind::Lose => 1,
            Kind::Cancelled => 2,
            _ => continue,
        };
        telling.insert(event.id, rank);
    }
    // What brought it about, from the latest back.
    let told: Vec<EventId> = telling.keys().rev().copied().collect();
    for id in told {
        let mut cause = trace.event(id).cause;
        let mut rank = 3;
        while let Some(event) = cause.map(|cause| trace.event(cause)) {
            if matches!(event.kind, Kind::Send | Kind::Spawn) {
                telling.entry(event.id).or_insert(rank);
                rank += 1;
            }
            cause = event.cause.filter(|_| rank < LEAST_TELLING);
        }
    }
    // There may be very many: they are gone through once for each rank, as long as more are wanted.
    let of_rank = |rank| telling.iter().filter(move |(_, own)| **own == rank).map(|(id, _)| *id);
    let mut last: Vec<Sentence> = ending(finished, trace).into_iter().take(1).collect();
    last.push(result(finished, &broken));
    // What reads the same twice says nothing more.
    let mut read = BTreeSet::new();
    let mut told: Vec<StorySentence> = (0..LEAST_TELLING)
        .flat_map(of_rank)
        .map(|id| sentence(&trace.event(id), trace))
        .filter(|told| read.insert((told.time_ns, told.sentence.english())))
        .take(MAX_SENTENCES - last.len())
        .collect();
    put_in_order(&mut told, |sentence| sentence.event);
    let time_ns = finished.duration.as_nanos();
    told.extend(last.into_iter().map(|sentence| StorySentence { sentence, event: None, time_ns }));
    told
}

/// A sign of life is told only as evidence.
fn is_routine(event: &Event, trace: &Trace) -> bool {
    let label = trace.label(event.a);
    ["pulse", "gauge"].contains(&label.split(' ').next().unwrap_or_default())
}

fn sentence(event: &Event, trace: &Trace) -> StorySentence {
    let mut args: BTreeMap<_, _> = gather([
        ("task", Argument::Name(trace.task_name(event.task).to_owned())),
        ("detail", Argument::Name(detail(event, trace))),
    ]);
    let mut particular = None;
    for (name, part) in parts(event, trace) {
        let text = match part {
            Part::Text(text) => text,
            Part::Number(number) if name == "duration_ns" => write_duration(number),
            Part::Number(number) => number.to_string(),
        };
        if name == "note" || name == "fault" {
            particular = Some(text.clone());
        }
        args.insert(name, Argument::Name(text));
    }
    let kind = format!("event.{}", event.kind.name());
    let code = particular.map(|word| format!("{kind}.{word}"));
    let code = code.filter(|code| Texts::english().template(code).is_some()).unwrap_or(kind);
    StorySentence { sentence: Sentence { code, args }, event: Some(event.id), time_ns: event.time.as_nanos() }
}

/// How it came out, and what that breaks.
fn result(finished: &Finished, broken: &[&str]) -> Sentence {
    let claims = broken.iter().map(|id| Sentence { code: format!("claim.{id}"), args: BTreeMap::new() });
    let outcome = finished.outcome.unwrap_or(finished.end.name()).to_owned();
    let args = gather([("outcome", Argument::Name(outcome)), ("claims", Argument::Words(claims.collect()))]);
    let code = if broken.is_empty() { "story.holds" } else { "story.broken" };
    Sentence { code: code.to_owned(), args }
}
