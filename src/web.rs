//! The only exports to JavaScript: free functions over one session, in pages, workers and Node.
//!
//! Small things cross as plain objects, whose types are generated from the Rust types; columns cross as
//! typed arrays. Whatever is refused is thrown as a `HeartraceError` with the fields of the JSON error.

mod answers;
mod columns;
mod edit;
mod explore;
mod memory;
mod values;
mod view;

use crate::analysis::claim::{Expect, SharedJury};
use crate::analysis::text::{Part, detail, parts};
use crate::analysis::timeline::Painter;
use crate::gather::gather;
use crate::levers::{Lever, Movement, Search};
use crate::link::{Link, LinkError};
use crate::report::ending::ending;
use crate::report::export::Format;
use crate::report::{Catalogue, EventReport, Report, misfit_error, portable};
use crate::runner::{Execution, Finished, judge, jury_of};
use crate::runtime::browser::LiveRun;
use crate::runtime::ends::End;
use crate::text::Texts;
use crate::trace::{Time, Trace, nanos};
use answers::{Arg, EventRow, LatenessInfo, LeverInfo, LivePoll, Progress, SourceLine, TaskInfo};
use columns::{columns_of, tasks_of, timeline_object};
use edit::{LinkEdit, LinkInfo, edit_of, text_of};
use std::cell::RefCell;
use values::{object, record, set, text, thrown, whole};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What a run can be written as: what `heartrace export` takes with `--as`. */
export type ExportFormat = "text" | "csv" | "chrome" | "mermaid" | "markdown" | "rust"
"#;

enum Session {
    Virtual { link: Link, execution: Execution, finished: Option<Finished>, painter: Painter },
    Live { link: Link, run: LiveRun, jury: SharedJury, claims: Vec<(&'static str, Expect)>, painter: Painter },
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
pub fn parse_link(#[wasm_bindgen(unchecked_param_type = "string")] link: JsValue) -> Result<JsValue, JsValue> {
    let given = text("link", &link)?;
    let link = Link::parse_for_page(&given).map_err(thrown)?;
    object(&LinkInfo {
        link: link.to_string(),
        checked: crate::link::carries_check(&given),
        edit: edit_of(&link),
        run: link.without_view().to_string(),
    })
}

/// Writes a link from its parts.
#[wasm_bindgen]
pub fn format_link(#[wasm_bindgen(unchecked_param_type = "LinkEdit")] edit: JsValue) -> Result<String, JsValue> {
    let edit: LinkEdit = record("edit", "LinkEdit", edit)?;
    let link = Link::parse_for_page(&text_of(&edit)).map_err(|error| thrown(LinkError { position: None, ..error }))?;
    Ok(link.to_string())
}

/// Begins a run in virtual time; `advance` carries it on.
#[wasm_bindgen]
pub fn open(#[wasm_bindgen(unchecked_param_type = "string")] link: JsValue) -> Result<(), JsValue> {
    let link = readable(&link)?;
    let execution = Execution::new(&link, true);
    replace(Some(Session::Virtual { link, execution, finished: None, painter: Painter::default() }));
    Ok(())
}

/// Goes on for about so many steps.
#[wasm_bindgen(unchecked_return_type = "Progress")]
pub fn advance(#[wasm_bindgen(unchecked_param_type = "number")] steps: JsValue) -> Result<JsValue, JsValue> {
    let steps = whole("steps", &steps)?;
    with_session(|session| {
        let Session::Virtual { link, execution, finished, painter } = session else { return Err(no_run()) };
        memory::look_ahead();
        let done = execution.advance(steps);
        execution.with_trace(|trace| painter.follow(trace));
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
pub fn export_run(#[wasm_bindgen(unchecked_param_type = "ExportFormat")] format: JsValue) -> Result<JsValue, JsValue> {
    let format = Format::read(&text("format", &format)?, "format").map_err(thrown)?;
    with_verdict(|link, finished, trace| {
        let report = Report::new(link, finished, trace);
        Ok(format.write(link, &report, trace, Texts::english()).into())
    })
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

/// The same as columns, for a run of many tasks.
#[wasm_bindgen(unchecked_return_type = "TaskColumns")]
pub fn task_columns() -> Result<JsValue, JsValue> {
    with_trace(|trace, _| Ok(tasks_of(trace)))
}

/// Where the run departed from what it would have done by itself: the event after each recorded choice.
#[wasm_bindgen]
pub fn deviations() -> Result<Vec<u32>, JsValue> {
    with_session(|session| match session {
        Session::Virtual { execution, .. } => Ok(execution.runtime().deviations()),
        Session::Live { .. } => Ok(Vec::new()),
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
    with_session(|session| {
        let (rt, painter) = match session {
            Session::Virtual { execution, painter, .. } => (execution.runtime(), painter),
            Session::Live { run, painter, .. } => (run.runtime(), painter),
        };
        rt.with_trace(|trace| painter.follow(trace));
        Ok(timeline_object(&painter.drawn(rt.now().as_nanos())))
    })
}

/// The events from `from` up to, not including, `to` in words.
#[wasm_bindgen(unchecked_return_type = "EventRow[]")]
pub fn event_rows(
    #[wasm_bindgen(unchecked_param_type = "number")] from: JsValue,
    #[wasm_bindgen(unchecked_param_type = "number")] to: JsValue,
) -> Result<JsValue, JsValue> {
    let (from, to) = (whole("from", &from)?, whole("to", &to)?);
    with_trace(|trace, _| {
        let to = to.min(trace.len() as u32);
        let rows = (from..to).map(|id| {
            let event = trace.event(id);
            let args = parts(&event, trace).into_iter().map(|(name, part)| match part {
                Part::Text(text) => (name, Arg::Text(text)),
                Part::Number(number) => (name, Arg::Number(number as f64)),
            });
            EventRow { event: EventReport::new(&event, trace), args: gather(args) }
        });
        object(&rows.collect::<Vec<_>>())
    })
}

/// The events from `from` up to, not including, `to` whose task, kind or words hold `wanted`, whatever its case.
#[wasm_bindgen]
pub fn find_events(
    #[wasm_bindgen(unchecked_param_type = "string")] wanted: JsValue,
    #[wasm_bindgen(unchecked_param_type = "number")] from: JsValue,
    #[wasm_bindgen(unchecked_param_type = "number")] to: JsValue,
) -> Result<Vec<u32>, JsValue> {
    let wanted = text("wanted", &wanted)?.to_lowercase();
    let (from, to) = (whole("from", &from)?, whole("to", &to)?);
    with_trace(|trace, _| {
        let told = |id: &u32| {
            let event = trace.event(*id);
            let words = detail(&event, trace);
            format!("{} {} {words}", trace.task_name(event.task), event.kind.name()).to_lowercase().contains(&wanted)
        };
        Ok((from..to.min(trace.len() as u32)).filter(told).collect())
    })
}

/// Whether an event of the session moves with its lever number `index`, found by making the run again: null if not,
/// undefined if there is no such lever. A live session has none.
#[wasm_bindgen(unchecked_return_type = "LeverInfo | null | undefined")]
pub fn lever(
    #[wasm_bindgen(unchecked_param_type = "number")] event: JsValue,
    #[wasm_bindgen(unchecked_param_type = "number")] index: JsValue,
) -> Result<JsValue, JsValue> {
    let (event, index) = (whole("event", &event)?, whole("index", &index)? as usize);
    with_session(|session| {
        let Session::Virtual { link, execution, .. } = session else { return Ok(JsValue::UNDEFINED) };
        execution.with_trace(|trace| match Search::new(link, trace, event) {
            Some(search) if index < search.len() => match search.measure(trace, index) {
                Some(movement) => object(&lever_of(&movement)),
                None => Ok(JsValue::NULL),
            },
            _ => Ok(JsValue::UNDEFINED),
        })
    })
}

fn lever_of(&Movement { lever, value, ratio, reach }: &Movement) -> LeverInfo {
    let (parameter, fault) = match lever {
        Lever::Parameter(name) => (Some(name.to_owned()), None),
        Lever::Fault(index) | Lever::Length(index) => (None, Some(index)),
    };
    let length = matches!(lever, Lever::Length(_));
    LeverInfo { parameter, fault, length, value_ns: nanos(value), ratio, reach }
}

/// Runs a link to its end: the report, with the events as `columns`.
#[wasm_bindgen(unchecked_return_type = "Report & { columns: Columns }")]
pub fn run(#[wasm_bindgen(unchecked_param_type = "string")] link: JsValue) -> Result<JsValue, JsValue> {
    let link = Link::parse(&text("link", &link)?).map_err(thrown)?;
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
pub fn live_start(#[wasm_bindgen(unchecked_param_type = "string")] link: JsValue) -> Result<(), JsValue> {
    let mut link = readable(&link)?;
    link.live = true;
    replace(None);
    let Some(run) = LiveRun::new(link.setting.clone()) else {
        return Err(thrown(LinkError::new("no-live", "mode", "live", "a browser with MessageChannel")));
    };
    let (jury, claims) = jury_of(&link);
    run.runtime().watch(jury.clone());
    run.start((link.scenario.start)(run.runtime(), &link.params));
    replace(Some(Session::Live { link, run, jury, claims, painter: Painter::default() }));
    Ok(())
}

/// Does something to a task of the live session now: `stage-a:cancel`, `stage-a:hang+2s`. Throws if it finds nothing.
#[wasm_bindgen]
pub fn live_act(#[wasm_bindgen(unchecked_param_type = "string")] action: JsValue) -> Result<(), JsValue> {
    let action = &text("action", &action)?;
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
        Session::Virtual { link, execution, finished, .. } => {
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
        Session::Live { link, run, jury, claims, .. } => {
            let end = run.end().unwrap_or(End::Interrupted);
            let finished = judge(run.runtime(), jury, claims, end).told_live(link);
            run.runtime().with_trace(|trace| read(link, &finished, trace))
        }
    })
}

fn no_run() -> JsValue {
    thrown(LinkError::new("no-run", "session", "", "open(link), live_start(link)"))
}

/// A link for the page, without keys that have no meaning here.
fn readable(link: &JsValue) -> Result<Link, JsValue> {
    let text = &text("link", link)?;
    let link = Link::parse_for_page(text).map_err(thrown)?;
    if !link.unknown.is_empty() {
        Link::parse(text).map_err(thrown)?;
    }
    Ok(link)
}
