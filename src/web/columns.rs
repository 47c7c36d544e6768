//! What is large crosses as typed arrays, one per property.

use super::values::set;
use crate::analysis::timeline::Timeline;
use crate::trace::Trace;
use js_sys::{Float64Array, Object, Uint8Array, Uint16Array, Uint32Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** One typed array per property of an event; the index is the event's id. */
export interface Columns {
  /** Nanoseconds since the start. */
  time: Float64Array
  task: Uint32Array
  /** Index into `Catalogue.kinds`. */
  kind: Uint8Array
  a: Uint32Array
  b: Float64Array
  /** 0xffffffff is none. */
  cause: Uint32Array
  /** Index into `source_lines()`; 0xffff is none. */
  source: Uint16Array
}

/** The tasks of a run; the index is the task's id. */
export interface TaskColumns {
  /** A line each. */
  names: string
  /** 0xffffffff is none. */
  parent: Uint32Array
  /** 1: it waits for work for ever. */
  server: Uint8Array
}

/** What a timeline draws; codes are those of `src/analysis/timeline.rs`. */
export interface Timeline {
  spans: { lane: Uint32Array; start: Float64Array; end: Float64Array; kind: Uint8Array; flags: Uint8Array; event: Uint32Array }
  arrows: { from: Uint32Array; to: Uint32Array; kind: Uint8Array; reason: Uint8Array }
  marks: { event: Uint32Array; kind: Uint8Array }
  /** Levels over time: `curve` is an index into `curves`, and the level holds until the curve's next one. */
  gauges: { curve: Uint16Array; event: Uint32Array; value: Float64Array; curves: string[] }
}
"#;

fn fields(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    fields.iter().for_each(|(key, value)| set(&object, key, value));
    object.into()
}

/// Numbers on their way from 64 bits to doubles; a million of them need no second column in the module's memory.
fn doubles(mut values: impl ExactSizeIterator<Item = u64>) -> JsValue {
    let array = Float64Array::new_with_length(values.len() as u32);
    let mut part = [0.0; 1024];
    let mut at = 0;
    while values.len() > 0 {
        let filled = values.len().min(part.len());
        part.iter_mut().zip(&mut values).for_each(|(double, value)| *double = value as f64);
        array.subarray(at, at + filled as u32).copy_from(&part[..filled]);
        at += filled as u32;
    }
    array.into()
}

fn words(values: impl Iterator<Item = u32>) -> JsValue {
    let values: Vec<u32> = values.collect();
    Uint32Array::from(values.as_slice()).into()
}

fn bytes(values: impl Iterator<Item = u8>) -> JsValue {
    let values: Vec<u8> = values.collect();
    Uint8Array::from(values.as_slice()).into()
}

pub(super) fn columns_of(trace: &Trace) -> JsValue {
    let (time, task, kind, a, b, cause, source) = trace.columns();
    fields(&[
        ("time", doubles(time.iter().copied())),
        ("task", Uint32Array::from(task).into()),
        ("kind", bytes(kind.iter().map(|kind| *kind as u8))),
        ("a", Uint32Array::from(a).into()),
        ("b", doubles(b.iter().copied())),
        ("cause", Uint32Array::from(cause).into()),
        ("source", Uint16Array::from(source).into()),
    ])
}

pub(super) fn tasks_of(trace: &Trace) -> JsValue {
    let names: Vec<&str> = trace.tasks.iter().map(|task| &*task.name).collect();
    fields(&[
        ("names", JsValue::from_str(&names.join("\n"))),
        ("parent", words(trace.tasks.iter().map(|task| task.parent.unwrap_or(u32::MAX)))),
        ("server", bytes(trace.tasks.iter().map(|task| u8::from(task.server)))),
    ])
}

pub(super) fn timeline_object(drawn: &Timeline) -> JsValue {
    let (spans, arrows, marks) = (&drawn.spans, &drawn.arrows, &drawn.marks);
    let flags = spans.iter().map(|span| u8::from(span.cut) | u8::from(span.slowed) << 1);
    let spans = fields(&[
        ("lane", words(spans.iter().map(|span| span.lane))),
        ("start", doubles(spans.iter().map(|span| span.start))),
        ("end", doubles(spans.iter().map(|span| span.end))),
        ("kind", bytes(spans.iter().map(|span| span.kind as u8))),
        ("flags", bytes(flags)),
        ("event", words(spans.iter().map(|span| span.event))),
    ]);
    let arrows = fields(&[
        ("from", words(arrows.iter().map(|arrow| arrow.from))),
        ("to", words(arrows.iter().map(|arrow| arrow.to))),
        ("kind", bytes(arrows.iter().map(|arrow| arrow.kind as u8))),
        ("reason", bytes(arrows.iter().map(|arrow| arrow.reason.map_or(0, |reason| reason as u8)))),
    ]);
    let marks = fields(&[
        ("event", words(marks.iter().map(|mark| mark.event))),
        ("kind", bytes(marks.iter().map(|mark| mark.kind as u8))),
    ]);
    let levels = &drawn.levels;
    let curves: js_sys::Array = drawn.curves.iter().map(|name| JsValue::from_str(name)).collect();
    let gauges = fields(&[
        ("curve", Uint16Array::from(levels.iter().map(|level| level.curve).collect::<Vec<_>>().as_slice()).into()),
        ("event", words(levels.iter().map(|level| level.event))),
        ("value", Float64Array::from(levels.iter().map(|level| level.value).collect::<Vec<_>>().as_slice()).into()),
        ("curves", curves.into()),
    ]);
    fields(&[("spans", spans), ("arrows", arrows), ("marks", marks), ("gauges", gauges)])
}
