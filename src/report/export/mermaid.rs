//! A run as a Mermaid sequence diagram: tasks are participants, messages and cancels are arrows, the rest are notes.
//!
//! Mermaid draws an order, not a time, so every line begins with its time. A long run is cut, and says so.

use crate::analysis::text::detail;
use crate::analysis::timeline::{Arrow, ArrowKind, NOWHERE, timeline};
use crate::gather::gather;
use crate::ordered::{Map, Set};
use crate::report::Report;
use crate::trace::{Event, EventId, Kind, TaskId, Trace};

/// More lines than this are of no use in a diagram, and Mermaid refuses long texts.
const MOST_LINES: usize = 250;

/// The whole diagram.
pub fn write(report: &Report, trace: &Trace) -> String {
    let drawn = timeline(trace, report.duration_ns);
    let arriving: Map<EventId, &Arrow> =
        gather(drawn.arrows.iter().filter(|arrow| arrow.to != NOWHERE).map(|arrow| (arrow.to, arrow)));
    let lines: Vec<(Set<TaskId>, String)> =
        trace.events().filter_map(|event| line(&event, arriving.get(&event.id).copied(), trace)).collect();
    let shown = &lines[..lines.len().min(MOST_LINES)];
    let tasks: Set<TaskId> = gather(shown.iter().flat_map(|(tasks, _)| tasks.iter().copied()));

    let mut text = format!("%% {}\nsequenceDiagram\n", report.link);
    for task in tasks.iter() {
        text += &format!("  participant t{task} as {}\n", escaped(trace.task_name(*task)));
    }
    for (_, line) in shown {
        text += &format!("  {line}\n");
    }
    if let (Some(first), true) = (tasks.first(), lines.len() > shown.len()) {
        text += &format!("  Note over t{first}: … {} more lines\n", lines.len() - shown.len());
    }
    text
}

/// What an event is in the diagram, and whom it concerns.
fn line(event: &Event, arrow: Option<&Arrow>, trace: &Trace) -> Option<(Set<TaskId>, String)> {
    let words = format!("{} {}", event.time, escaped(&detail(event, trace)));
    if let Some(arrow) = arrow {
        let from = trace.event(arrow.from).task;
        let shape = match arrow.kind {
            ArrowKind::Cancel => "--x",
            ArrowKind::Message | ArrowKind::Spawn | ArrowKind::Restart => "-)",
        };
        return Some((gather([from, event.task]), format!("t{from}{shape}t{}: {words}", event.task)));
    }
    let note = |words: String| Some((gather([event.task]), format!("Note over t{}: {words}", event.task)));
    match event.kind {
        Kind::Note if trace.label(event.a).starts_with("gauge ") => None,
        Kind::Note | Kind::Log => note(words),
        Kind::Work | Kind::Fault | Kind::Lose | Kind::Refuse | Kind::Stop => note(
            format!("{} {} {}", event.time, event.kind.name(), escaped(&detail(event, trace))).trim_end().to_owned(),
        ),
        _ => None,
    }
}

/// A text without what Mermaid would read as its own: such a character is written as its number.
fn escaped(text: &str) -> String {
    let mut written = String::new();
    for character in text.chars() {
        match character {
            '#' | ';' | '%' | '<' | '>' | '"' | '`' | '{' | '}' | '\\' => {
                written += &format!("#{};", u32::from(character));
            }
            '\n' | '\r' | '\t' => written.push(' '),
            _ => written.push(character),
        }
    }
    written
}
