//! A run as text, made to be read: what was asked, what happened in time order, how it came out.

use super::{EventReport, Report};
use crate::link::Link;
use crate::text::Texts;
use crate::trace::{EventId, Kind, Time, Trace};
use std::fmt::Write;

/// The whole text of a run, with a line for every event and a newline at the end. Claims are told in these texts.
pub fn text(link: &Link, report: &Report, trace: &Trace, texts: &Texts) -> String {
    let parts = [header(link), events(trace), printed(trace), verdict(link, report, trace, texts)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The link, and one line for each thing that differs from the defaults.
fn header(link: &Link) -> String {
    let mut text = format!("{link}\n");
    let pairs = link.pairs();
    let wide = width(pairs.iter().map(|(key, _)| key.as_str()));
    let default = |key: &str| link.params.iter().find(|(parameter, _)| parameter.name == key);
    for (key, value) in &pairs {
        let usually = default(key).map(|(parameter, _)| format!("  (not {})", parameter.default())).unwrap_or_default();
        let _ = writeln!(text, "  {key:<wide$}  {value}{usually}");
    }
    text
}

/// Number, time, task, kind and details of each event.
fn events(trace: &Trace) -> String {
    let mut text = String::new();
    let times: Vec<String> = trace.events().map(|event| event.time.to_string()).collect();
    let (long, wide) = (width(times.iter().map(String::as_str)), width(trace.tasks.iter().map(|task| &*task.name)));
    let digits = width([trace.len().to_string().as_str()]) + 1;
    for (event, time) in trace.events().zip(&times) {
        let EventReport { id, task, kind, detail, .. } = EventReport::new(&event, trace);
        let number = format!("#{id}");
        let line = format!("{number:>digits$}  {time:>long$}  {task:<wide$}  {kind:<9}  {detail}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// What the scenario printed, line by line.
fn printed(trace: &Trace) -> String {
    let lines = trace.events().filter(|event| event.kind == Kind::Log).map(|event| trace.text(event.a).to_owned());
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() { String::new() } else { format!("printed\n  {}\n", lines.join("\n  ")) }
}

/// End, outcome, claims with their evidence, fingerprint.
fn verdict(link: &Link, report: &Report, trace: &Trace, texts: &Texts) -> String {
    let mut text = format!("end          {} at {}\n", report.end, Time::from_nanos(report.duration_ns));
    if let Some(detail) = &report.end_detail {
        let _ = writeln!(text, "             {detail}");
    }
    if let Some(outcome) = &report.outcome {
        let _ = writeln!(text, "outcome      {outcome}");
    }
    let wide = width(report.claims.iter().map(|claim| claim.id.as_str()));
    for claim in &report.claims {
        let sign = match claim.holds {
            Some(true) => '✓',
            Some(false) => '✕',
            None => '?',
        };
        let says = texts.template(&format!("claim.{}", claim.id)).unwrap_or_default();
        let line = format!("{sign} {:<wide$}  {says}{}", claim.id, evidence(&claim.evidence, trace));
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let _ = writeln!(text, "fingerprint  {}", report.fingerprint);
    if let Some(expect) = link.expect {
        let expected = format!("{expect:016x}");
        let _ = match expected == report.fingerprint {
            true => writeln!(text, "             reproduced"),
            false => writeln!(text, "             not reproduced: {expected} was expected"),
        };
    }
    text
}

/// `: #13 at 1.700 s, #30 at 3.200 s`, the first few.
fn evidence(events: &[EventId], trace: &Trace) -> String {
    const SHOWN: usize = 4;
    let shown = events.iter().take(SHOWN).map(|id| format!("#{id} at {}", trace.event(*id).time));
    let mut list = shown.collect::<Vec<_>>().join(", ");
    if events.len() > SHOWN {
        let _ = write!(list, ", … ({} in all)", events.len());
    }
    if list.is_empty() { list } else { format!(": {list}") }
}

/// The width of the widest.
fn width<'a>(words: impl IntoIterator<Item = &'a str>) -> usize {
    words.into_iter().map(|word| word.chars().count()).max().unwrap_or(0)
}
