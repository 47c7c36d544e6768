//! A run in the JSON form of the Chrome trace format, which Perfetto and `chrome://tracing` open.
//!
//! A task is a thread. Its life, its work and its hangs are complete events that lie within each other, as the
//! format wants of one thread; work that overlaps other work of its task is an async event instead. Messages and
//! cancels are flows between the lives; notes, lines and faults are instants; levels are counters.

use crate::analysis::text::detail;
use crate::analysis::timeline::{ArrowKind, NOWHERE, Span, SpanKind, timeline};
use crate::gather::gather;
use crate::ordered::Map;
use crate::report::{EventReport, Report};
use crate::trace::{Event, EventId, Kind, TaskId, Trace};
use serde_json::{Value, json};

/// The whole file.
pub fn write(report: &Report, trace: &Trace) -> String {
    let mut events = vec![json!({"ph": "M", "pid": 1, "name": "process_name", "args": {"name": "heartrace"}})];
    for (task, id) in trace.tasks.iter().zip(0..) {
        events.push(thread(id, "thread_name", json!({"name": *task.name})));
        events.push(thread(id, "thread_sort_index", json!({"sort_index": id})));
    }
    let drawn = timeline(trace, report.duration_ns);
    let root =
        Span { lane: 0, start: 0, end: report.duration_ns, kind: SpanKind::Life, cut: false, slowed: false, event: 0 };
    let mut spans: Vec<Span> = drawn.spans.into_iter().chain([root]).collect();
    // The outer of two that begin together comes first.
    spans.sort_by_key(|span| (span.lane, span.start, std::cmp::Reverse(span.end), span.kind as u8));
    let mut open: Vec<(TaskId, u64)> = Vec::new();
    for span in &spans {
        // A wait is the time between what else is there.
        if span.kind == SpanKind::Wait {
            continue;
        }
        open.retain(|(lane, end)| *lane == span.lane && *end > span.start);
        if open.iter().all(|(_, end)| span.end <= *end) {
            open.push((span.lane, span.end));
            events.push(complete(span, trace));
        } else {
            events.extend(overlapping(span, trace));
        }
    }
    let lives: Map<TaskId, &Span> =
        gather(spans.iter().filter(|span| span.kind == SpanKind::Life).map(|span| (span.lane, span)));
    let lived = |id: EventId| {
        let event = trace.event(id);
        lives.get(&event.task).is_some_and(|life| (life.start..=life.end).contains(&event.time.as_nanos()))
    };
    for (arrow, id) in drawn.arrows.iter().zip(0u32..).filter(|(arrow, _)| arrow.to != NOWHERE) {
        let name = if arrow.kind == ArrowKind::Cancel { "cancel" } else { "message" };
        // A flow needs a slice at both its ends; what comes to a task that is over is a moment instead.
        if lived(arrow.from) && lived(arrow.to) {
            events.push(flow("s", name, id, arrow.from, trace));
            events.push(flow("f", name, id, arrow.to, trace));
        } else {
            events.push(instant(&trace.event(arrow.to), trace));
        }
    }
    events.extend(trace.events().filter_map(|event| moment(&event, trace)));
    let whole = json!({
        "displayTimeUnit": "ns",
        "otherData": {"link": report.link, "version": report.version, "fingerprint": report.fingerprint},
        "traceEvents": events,
    });
    format!("{whole}\n")
}

/// Microseconds, which the format counts in; exact to the nanosecond up to 2^53 ns.
fn micros(nanos: u64) -> Value {
    json!(nanos as f64 / 1000.0)
}

fn thread(task: TaskId, name: &str, args: Value) -> Value {
    json!({"ph": "M", "pid": 1, "tid": task + 1, "name": name, "args": args})
}

fn name_of(span: &Span, trace: &Trace) -> String {
    match span.kind {
        SpanKind::Life => trace.task_name(span.lane).to_owned(),
        SpanKind::Work if span.cut => "work (cut short)".to_owned(),
        SpanKind::Work => "work".to_owned(),
        SpanKind::Wait => "sleep".to_owned(),
        SpanKind::Hang => "hangs".to_owned(),
        SpanKind::Dead => "crashed".to_owned(),
    }
}

fn complete(span: &Span, trace: &Trace) -> Value {
    json!({
        "ph": "X", "pid": 1, "tid": span.lane + 1, "cat": "task", "name": name_of(span, trace),
        "ts": micros(span.start), "dur": micros(span.end - span.start), "args": args(span.event, trace),
    })
}

fn overlapping(span: &Span, trace: &Trace) -> [Value; 2] {
    ["b", "e"].map(|phase| {
        let at = if phase == "b" { span.start } else { span.end };
        json!({
            "ph": phase, "pid": 1, "tid": span.lane + 1, "cat": "overlapping", "id": span.event,
            "name": name_of(span, trace), "ts": micros(at),
        })
    })
}

fn flow(phase: &str, name: &str, id: u32, at: EventId, trace: &Trace) -> Value {
    let event = trace.event(at);
    let mut flow = json!({
        "ph": phase, "pid": 1, "tid": event.task + 1, "cat": "message", "name": name, "id": id,
        "ts": micros(event.time.as_nanos()),
    });
    if phase == "f" {
        // It ends at the slice around it, not at the next one.
        flow["bp"] = json!("e");
    }
    flow
}

/// A note, a line or a fault; a level is a counter. Everything else is drawn otherwise.
fn moment(event: &Event, trace: &Trace) -> Option<Value> {
    let at = micros(event.time.as_nanos());
    match event.kind {
        Kind::Note if trace.label(event.a).starts_with("gauge ") => {
            let name = trace.label(event.a).split(' ').nth(1).unwrap_or_default();
            let [value, divisor] = event.numbers();
            let value = f64::from(value) / f64::from(divisor.max(1));
            Some(json!({"ph": "C", "pid": 1, "name": name, "ts": at, "args": {name: value}}))
        }
        Kind::Note | Kind::Log | Kind::Fault | Kind::Cancelled | Kind::Lose => Some(instant(event, trace)),
        _ => None,
    }
}

fn instant(event: &Event, trace: &Trace) -> Value {
    json!({
        "ph": "i", "s": "t", "pid": 1, "tid": event.task + 1, "cat": event.kind.name(),
        "name": detail(event, trace), "ts": micros(event.time.as_nanos()), "args": args(event.id, trace),
    })
}

fn args(event: EventId, trace: &Trace) -> Value {
    if event as usize >= trace.len() {
        return json!({});
    }
    let EventReport { id, detail, source, .. } = EventReport::new(&trace.event(event), trace);
    json!({"event": id, "detail": detail, "source": source})
}
