//! The plain objects that cross to JavaScript; their TypeScript types are generated from these.

use crate::ordered::Map;
use crate::report::EventReport;
use serde::Serialize;
use tsify::Tsify;

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
    pub args: Map<&'static str, Arg>,
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

/// A duration of the link that an event moves with: a parameter, or something of a fault.
#[derive(Clone, Debug, Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct LeverInfo {
    /// The parameter.
    pub parameter: Option<String>,
    /// The fault, by its place in the link.
    pub fault: Option<usize>,
    /// Of a fault: its length instead of its time.
    pub length: bool,
    /// The value in the link, in nanoseconds.
    pub value_ns: u64,
    /// Nanoseconds that the event moves for each nanosecond of the lever.
    pub ratio: f64,
    /// How many events of the chain of causes move with it: the fewer, the nearer.
    pub reach: usize,
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
