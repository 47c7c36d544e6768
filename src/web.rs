//! The only exports to JavaScript: free functions over one session, in pages, workers and Node.
//!
//! Small things cross as plain objects, whose types are generated from the Rust types; columns cross as
//! typed arrays. Whatever is refused is thrown as a `HeartraceError` with the fields of the JSON error.

mod explore;

use crate::analysis::text::{Part, detail, parts};
use crate::analysis::timeline::{Timeline, timeline};
use crate::link::{Link, LinkError, write_fault, write_may};
use crate::report::ending::ending;
use crate::report::export::Format;
use crate::report::{Catalogue, ErrorReport, EventReport, Report, misfit_error, portable};
use crate::runner::{Execution, Finished, judge, jury_of};
use crate::runtime::browser::LiveRun;
use crate::runtime::ends::End;
use crate::runtime::setting::{Model, Order};
use crate::trace::{Time, Trace};
use js_sys::{Float64Array, Object, Reflect, Uint8Array, Uint16Array, Uint32Array};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeMap;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** Bad input: what is wrong, in which part, where, and what is allowed. `name` is "HeartraceError". */
export interface HeartraceError extends Error, ErrorReport {}

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

/** What a run can be written as: what `heartrace export` takes with `--as`. */
export type ExportFormat = "text" | "csv" | "chrome" | "mermaid" | "markdown" | "rust"

/** What a timeline draws; codes are those of `src/analysis/timeline.rs`. */
export interface Timeline {
  spans: { lane: Uint32Array; start: Float64Array; end: Float64Array; kind: Uint8Array; flags: Uint8Array; event: Uint32Array }
  arrows: { from: Uint32Array; to: Uint32Array; kind: Uint8Array; reason: Uint8Array }
  marks: { event: Uint32Array; kind: Uint8Array }
  /** Levels over time: `curve` is an index into `curves`, and the level holds until the curve's next one. */
  gauges: { curve: Uint16Array; event: Uint32Array; value: Float64Array; curves: string[] }
}
"#;

/// What a link says, every parameter with its value as text.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Tsify)]
#[tsify(missing_as_null)]
#[serde(default)]
pub struct LinkEdit {
    /// The scenario.
    pub scenario: String,
    /// The parameters by name.
    #[tsify(type = "Record<string, string>")]
    pub parameters: BTreeMap<String, String>,
    /// `timed` or `any-speed`.
    pub model: String,
    /// `canonical` or `seeded`.
    pub order: String,
    /// The seed.
    pub seed: String,
    /// What may go wrong.
    pub may: Vec<String>,
    /// What goes wrong.
    pub faults: Vec<String>,
    /// Recorded choices.
    pub schedule: Option<String>,
    /// The fingerprint that the run should have.
    pub expect: Option<String>,
    /// Whether the page runs it live.
    pub live: bool,
    /// Keys without a meaning here.
    pub unknown: Vec<UnknownKey>,
}

/// A key without a meaning here.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Tsify)]
#[tsify(missing_as_null)]
pub struct UnknownKey {
    /// The key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// A link that was read.
#[derive(Clone, Debug, Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct LinkInfo {
    /// Its parts.
    #[serde(flatten)]
    pub edit: LinkEdit,
    /// Its canonical text.
    pub link: String,
    /// Whether it carried its check.
    pub checked: bool,
}

/// How far a run has come.
#[derive(Clone, Debug, Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct Progress {
    /// Whether it has ended.
    pub done: bool,
    /// How many events there were.
    pub events: u32,
    /// The present moment in nanoseconds.
    pub time_ns: u64,
}

/// A task, in order of creation.
#[derive(Clone, Debug, Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct TaskInfo {
    /// Its number.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Who created it.
    pub parent: Option<u32>,
    /// Whether it waits for work for ever.
    pub server: bool,
}

/// A line of Rust source.
#[derive(Clone, Debug, Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct SourceLine {
    /// The file, from `src/` on.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// An event in words, with the parts of its sentence.
#[derive(Clone, Debug, Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct EventRow {
    /// The event in words.
    #[serde(flatten)]
    pub event: EventReport,
    /// The parts of its sentence by name.
    #[tsify(type = "Record<string, string | number>")]
    pub args: BTreeMap<&'static str, Arg>,
}

/// A part of a sentence.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Arg {
    /// A word.
    Text(String),
    /// A number.
    Number(f64),
}

/// How late timers fired, in milliseconds.
#[derive(Clone, Debug, Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct LatenessInfo {
    /// The median.
    pub p50: f64,
    /// 95 of 100 were at most so late.
    pub p95: f64,
    /// The latest.
    pub max: f64,
    /// How many timers fired.
    pub count: u32,
}

/// How far a live session has come.
#[derive(Clone, Debug, Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct LivePoll {
    /// How many events there were.
    pub events: u32,
    /// The present moment in nanoseconds.
    pub time_ns: u64,
    /// Whether it has ended.
    pub done: bool,
    /// How late its timers were.
    pub lateness_ms: LatenessInfo,
}

enum Session {
    Virtual {
        link: Link,
        execution: Execution,
        finished: Option<Finished>,
    },
    Live {
        link: Link,
        run: LiveRun,
        jury: crate::analysis::claim::SharedJury,
        claims: Vec<(&'static str, crate::analysis::claim::Expect)>,
    },
}

thread_local! {
    static SESSION: RefCell<Option<Session>> = const { RefCell::new(None) };
}

#[wasm_bindgen(start)]
fn begin() {
    console_error_panic_hook::set_once();
}

/// Everything that can be run.
#[wasm_bindgen(unchecked_return_type = "Catalogue")]
pub fn catalogue() -> Result<JsValue, JsValue> {
    object(&Catalogue::new())
}

/// Reads a link for the page: unknown and later keys are kept in `unknown`.
#[wasm_bindgen(unchecked_return_type = "LinkInfo")]
pub fn parse_link(text: &str) -> Result<JsValue, JsValue> {
    let link = Link::parse_for_page(text).map_err(thrown)?;
    object(&LinkInfo { link: link.to_string(), checked: crate::link::carries_check(text), edit: edit_of(&link) })
}

/// Writes a link from its parts.
#[wasm_bindgen]
pub fn format_link(#[wasm_bindgen(unchecked_param_type = "LinkEdit")] edit: JsValue) -> Result<String, JsValue> {
    let edit: LinkEdit = serde_wasm_bindgen::from_value(edit)?;
    let link = Link::parse_for_page(&text_of(&edit)).map_err(|error| thrown(LinkError { position: None, ..error }))?;
    Ok(link.to_string())
}

/// Begins a run in virtual time; `advance` carries it on.
#[wasm_bindgen]
pub fn open(link: &str) -> Result<(), JsValue> {
    let link = readable(link)?;
    let execution = Execution::new(&link, true);
    replace(Some(Session::Virtual { link, execution, finished: None }));
    Ok(())
}

/// Goes on for about so many steps.
#[wasm_bindgen(unchecked_return_type = "Progress")]
pub fn advance(steps: u32) -> Result<JsValue, JsValue> {
    with_session(|session| {
        let Session::Virtual { link, execution, finished } = session else { return Err(no_run()) };
        let done = execution.advance(steps);
        if done && finished.is_none() {
            *finished = Some(execution.judge().map_err(|misfit| thrown(misfit_error(link, misfit)))?);
        }
        let rt = execution.runtime();
        object(&Progress { done, events: rt.event_count(), time_ns: rt.now().as_nanos() })
    })
}

/// The report of the session: of a run that has not ended, as if it were ended now.
#[wasm_bindgen(unchecked_return_type = "Report")]
pub fn report() -> Result<JsValue, JsValue> {
    with_verdict(|link, finished, trace| object(&Report::new(link, finished, trace)))
}

/// What there is to say about the end, as codes and arguments: `end_detail` for any language.
#[wasm_bindgen(js_name = ending, unchecked_return_type = "Sentence[]")]
pub fn end_sentences() -> Result<JsValue, JsValue> {
    with_verdict(|_, finished, trace| object(&ending(finished, trace)))
}

/// The session written for another tool: of a run that has not ended, as if it were ended now.
#[wasm_bindgen(unchecked_return_type = "string")]
pub fn export_run(#[wasm_bindgen(unchecked_param_type = "ExportFormat")] format: &str) -> Result<JsValue, JsValue> {
    let format = Format::read(format, "format").map_err(thrown)?;
    with_verdict(|link, finished, trace| Ok(format.write(link, &Report::new(link, finished, trace), trace).into()))
}

/// The events as columns.
#[wasm_bindgen(unchecked_return_type = "Columns")]
pub fn columns() -> Result<JsValue, JsValue> {
    with_trace(|trace, _| Ok(columns_of(trace)))
}

/// The tasks in order of creation.
#[wasm_bindgen(unchecked_return_type = "TaskInfo[]")]
pub fn tasks() -> Result<JsValue, JsValue> {
    with_trace(|trace, _| {
        let tasks = trace.tasks.iter().zip(0..).map(|(task, id)| TaskInfo {
            id,
            name: task.name.to_string(),
            parent: task.parent,
            server: task.server,
        });
        object(&tasks.collect::<Vec<_>>())
    })
}

/// The source lines that the column `source` points at.
#[wasm_bindgen(unchecked_return_type = "SourceLine[]")]
pub fn source_lines() -> Result<JsValue, JsValue> {
    with_trace(|trace, _| {
        let lines = trace.sites().iter().map(|site| SourceLine { file: portable(site.file()), line: site.line() });
        object(&lines.collect::<Vec<_>>())
    })
}

/// What a timeline draws.
#[wasm_bindgen(js_name = timeline, unchecked_return_type = "Timeline")]
pub fn draw() -> Result<JsValue, JsValue> {
    with_trace(|trace, now| Ok(timeline_object(&timeline(trace, now.as_nanos()))))
}

/// The events from `from` up to, not including, `to` in words.
#[wasm_bindgen(unchecked_return_type = "EventRow[]")]
pub fn event_rows(from: u32, to: u32) -> Result<JsValue, JsValue> {
    with_trace(|trace, _| {
        let to = to.min(trace.len() as u32);
        let rows = (from..to).map(|id| {
            let event = trace.event(id);
            let args = parts(&event, trace).into_iter().map(|(name, part)| match part {
                Part::Text(text) => (name, Arg::Text(text)),
                Part::Number(number) => (name, Arg::Number(number as f64)),
            });
            EventRow { event: EventReport::new(&event, trace), args: args.collect() }
        });
        object(&rows.collect::<Vec<_>>())
    })
}

/// The events from `from` up to, not including, `to` whose task, kind or words hold `text`, whatever its case.
#[wasm_bindgen]
pub fn find_events(text: &str, from: u32, to: u32) -> Result<Vec<u32>, JsValue> {
    let wanted = text.to_lowercase();
    with_trace(|trace, _| {
        let told = |id: &u32| {
            let event = trace.event(*id);
            let words = detail(&event, trace);
            format!("{} {} {words}", trace.task_name(event.task), event.kind.name()).to_lowercase().contains(&wanted)
        };
        Ok((from..to.min(trace.len() as u32)).filter(told).collect())
    })
}

/// Runs a link to its end: the report, with the events as `columns`.
#[wasm_bindgen(unchecked_return_type = "Report & { columns: Columns }")]
pub fn run(link: &str) -> Result<JsValue, JsValue> {
    let link = Link::parse(link).map_err(thrown)?;
    let mut execution = Execution::new(&link, true);
    let finished = execution.finish().map_err(|misfit| thrown(misfit_error(&link, misfit)))?;
    execution.with_trace(|trace| {
        let report = object(&Report::new(&link, &finished, trace))?;
        set(report.unchecked_ref(), "columns", &columns_of(trace));
        Ok(report)
    })
}

/// Begins a live session, on the browser's own executor and timers.
#[wasm_bindgen]
pub fn live_start(link: &str) -> Result<(), JsValue> {
    let mut link = readable(link)?;
    link.live = true;
    replace(None);
    let Some(run) = LiveRun::new(link.setting.clone()) else {
        return Err(thrown(LinkError::new("no-live", "mode", "live", "a browser with MessageChannel")));
    };
    let (jury, claims) = jury_of(&link);
    run.runtime().watch(jury.clone());
    run.start((link.scenario.start)(run.runtime(), &link.params));
    replace(Some(Session::Live { link, run, jury, claims }));
    Ok(())
}

/// Does something to a task of the live session now: `stage-a:cancel`, `stage-a:hang+2s`. Throws if it finds nothing.
#[wasm_bindgen]
pub fn live_act(action: &str) -> Result<(), JsValue> {
    with_session(|session| {
        let Session::Live { link, run, .. } = session else { return Err(no_run()) };
        let now = Time::from_nanos(u64::try_from(run.elapsed().as_nanos()).unwrap_or(u64::MAX));
        let fault = link.read_action(action, now).map_err(thrown)?;
        if run.act(&fault) {
            return Ok(());
        }
        Err(thrown(LinkError::new("found-nothing", "action", action, "-")))
    })
}

/// How far the live session has come.
#[wasm_bindgen(unchecked_return_type = "LivePoll")]
pub fn live_poll() -> Result<JsValue, JsValue> {
    with_session(|session| {
        let Session::Live { run, .. } = session else { return Err(no_run()) };
        let late = run.lateness();
        let rt = run.runtime();
        object(&LivePoll {
            events: rt.event_count(),
            time_ns: rt.now().as_nanos(),
            done: run.end().is_some(),
            lateness_ms: LatenessInfo { p50: late.p50, p95: late.p95, max: late.max, count: late.count },
        })
    })
}

/// Ends the live session and drops its tasks; what happened can still be read.
#[wasm_bindgen]
pub fn live_stop() -> Result<(), JsValue> {
    with_session(|session| {
        let Session::Live { run, .. } = session else { return Err(no_run()) };
        run.stop();
        Ok(())
    })
}

/// The session is taken out before the old one is dropped: its tasks' destructors may not find it half gone.
fn replace(session: Option<Session>) {
    let old = SESSION.with(|slot| slot.replace(session));
    drop(old);
}

fn with_session<T>(act: impl FnOnce(&mut Session) -> Result<T, JsValue>) -> Result<T, JsValue> {
    SESSION.with(|slot| match &mut *slot.borrow_mut() {
        Some(session) => act(session),
        None => Err(no_run()),
    })
}

fn with_trace<T>(read: impl FnOnce(&Trace, Time) -> Result<T, JsValue>) -> Result<T, JsValue> {
    with_session(|session| {
        let rt = match session {
            Session::Virtual { execution, .. } => execution.runtime(),
            Session::Live { run, .. } => run.runtime(),
        };
        let now = rt.now();
        rt.with_trace(|trace| read(trace, now))
    })
}

/// Reads the verdicts with the trace: of a run that has not ended, as if it were ended now.
fn with_verdict(read: impl FnOnce(&Link, &Finished, &Trace) -> Result<JsValue, JsValue>) -> Result<JsValue, JsValue> {
    with_session(|session| match session {
        Session::Virtual { link, execution, finished } => {
            let judged;
            let finished = match finished {
                Some(finished) => finished,
                None => {
                    judged = execution.judge().map_err(|misfit| thrown(misfit_error(link, misfit)))?;
                    &judged
                }
            };
            execution.with_trace(|trace| read(link, finished, trace))
        }
        Session::Live { link, run, jury, claims } => {
            let end = run.end().unwrap_or(End::Interrupted);
            let finished = judge(run.runtime(), jury, claims, end);
            run.runtime().with_trace(|trace| read(link, &finished, trace))
        }
    })
}

fn no_run() -> JsValue {
    thrown(LinkError::new("no-run", "session", "", "open(link), live_start(link)"))
}

/// A link for the page, without keys that have no meaning here.
fn readable(text: &str) -> Result<Link, JsValue> {
    let link = Link::parse_for_page(text).map_err(thrown)?;
    if !link.unknown.is_empty() {
        Link::parse(text).map_err(thrown)?;
    }
    Ok(link)
}

fn edit_of(link: &Link) -> LinkEdit {
    let value = |key: &str| link.pairs().into_iter().find(|(name, _)| name == key).map(|(_, value)| value);
    LinkEdit {
        scenario: link.scenario.id.to_owned(),
        parameters: link
            .params
            .iter()
            .map(|(parameter, value)| (parameter.name.to_owned(), value.to_string()))
            .collect(),
        model: if link.setting.model == Model::AnySpeed { "any-speed" } else { "timed" }.to_owned(),
        order: if link.setting.order == Order::Seeded { "seeded" } else { "canonical" }.to_owned(),
        seed: link.setting.seed.to_string(),
        may: link.setting.may.iter().map(write_may).collect(),
        faults: link.setting.faults.iter().map(write_fault).collect(),
        schedule: value("schedule"),
        expect: value("expect"),
        live: link.live,
        unknown: link
            .unknown
            .iter()
            .map(|(key, value)| UnknownKey { key: key.clone(), value: value.clone() })
            .collect(),
    }
}

/// The parts as the text of a link typed by hand.
fn text_of(edit: &LinkEdit) -> String {
    let encode =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let mut pairs: Vec<(&str, &str)> = edit.parameters.iter().map(|(name, value)| (&**name, &**value)).collect();
    pairs.extend(
        [("model", &*edit.model), ("order", &*edit.order), ("seed", &*edit.seed)]
            .into_iter()
            .filter(|pair| !pair.1.is_empty()),
    );
    pairs.extend(edit.may.iter().map(|may| ("may", &**may)));
    pairs.extend(edit.faults.iter().map(|fault| ("fault", &**fault)));
    pairs.extend(edit.schedule.iter().map(|schedule| ("schedule", &**schedule)));
    pairs.extend(edit.expect.iter().map(|expect| ("expect", &**expect)));
    if edit.live {
        pairs.push(("mode", "live"));
    }
    pairs.extend(edit.unknown.iter().map(|unknown| (&*unknown.key, &*unknown.value)));
    let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
    format!("#/{}?{}", encode(&edit.scenario), pairs.join("&"))
}

/// A `HeartraceError`.
fn thrown(error: LinkError) -> JsValue {
    let report = ErrorReport::new(&error);
    let thrown = js_sys::Error::new(&report.message);
    thrown.set_name("HeartraceError");
    for (name, text) in
        [("code", &report.code), ("part", &report.part), ("value", &report.value), ("allowed", &report.allowed)]
    {
        set(&thrown, name, &JsValue::from_str(text));
    }
    set(&thrown, "position", &report.position.map_or(JsValue::NULL, |position| JsValue::from_f64(position as f64)));
    thrown.into()
}

fn object(value: &impl Serialize) -> Result<JsValue, JsValue> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(JsValue::from)
}

fn set(object: &Object, key: &str, value: &JsValue) {
    // Setting a property of an object made here cannot fail.
    let _ = Reflect::set(object, &JsValue::from_str(key), value);
}

fn fields(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    fields.iter().for_each(|(key, value)| set(&object, key, value));
    object.into()
}

fn doubles(values: impl Iterator<Item = u64>) -> JsValue {
    let values: Vec<f64> = values.map(|value| value as f64).collect();
    Float64Array::from(values.as_slice()).into()
}

fn words(values: impl Iterator<Item = u32>) -> JsValue {
    let values: Vec<u32> = values.collect();
    Uint32Array::from(values.as_slice()).into()
}

fn bytes(values: impl Iterator<Item = u8>) -> JsValue {
    let values: Vec<u8> = values.collect();
    Uint8Array::from(values.as_slice()).into()
}

fn columns_of(trace: &Trace) -> JsValue {
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

fn timeline_object(drawn: &Timeline) -> JsValue {
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
