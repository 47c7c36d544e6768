//! Faults: what went wrong, written down where it happened, so that a person, a program and a log each find their part.
//!
//! A [`Fault`] is a record and an ordinary [`Error`]: it goes up by `?` and has a source. Each module knows some
//! failures and says so by a type of its own, [`Known`]; whoever calls it wraps what it knows in turn. What arrives
//! at the top as anything else is a bug by definition, and the user gets a general sentence with an id.
//!
//! - this file: the record and how it is made · [`value`]: its context · [`known`]: modules and boundaries
//! - [`search`]: looking through causes · `render`: as text · [`report`]: once, at the top
//! - [`thrown`]: panics and exceptions of JavaScript · [`wire`]: as JSON, and what came from elsewhere
//!
//! Invariants:
//! 1. An occurrence has one id, given where it happened: whatever wraps it keeps it. Only an aggregate is a new one.
//! 2. A record never loses its primary cause: cleaning up adds secondary errors besides it.
//! 3. Behind a barrier people can look, but no search does.
//! 4. No record grows without end; where something was left out it says `truncated`.

pub mod known;
mod render;
pub mod report;
pub mod search;
pub mod thrown;
pub mod value;
pub mod wire;

pub use known::{Class, GENERIC, Known, Module, boundary, classify};
pub use report::{Reporter, Told};
pub use thrown::Thrown;
pub use value::{Code, Secret, Value};
pub use wire::Wire;

use crate::runtime::{Runtime, TaskId};
use std::error::Error;
use std::ops::Deref;
use std::panic::Location;
use std::rc::Rc;
use std::time::Duration;

/// A record has at most so many frames, and as many entries of context.
pub const MOST_FRAMES: usize = 64;
/// Records lie at most so deep in each other, and at most so many causes or secondary errors side by side.
pub const MOST_CAUSES: usize = 16;
/// What everybody is told to do about a bug.
pub const BUG_HINT: &str = "this is a bug: please report it with the id";
/// The texts of a record have at most so many bytes together.
pub const MOST_TEXT: usize = 8_192;

/// A place that a failure went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What was being done there.
    pub operation: &'static str,
    /// The line of Rust.
    pub site: &'static Location<'static>,
}

/// Whether trying again could help.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retry {
    /// Nobody knows.
    #[default]
    Unknown,
    /// It will fail again.
    Never,
    /// It is transient: worth another try after a while.
    After(Duration),
}

/// How bad it is that it happened, the least first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; everything works.
    Note,
    /// Something works less well.
    Warning,
    /// Something does not work.
    #[default]
    Error,
    /// Nothing works until somebody mends it.
    Critical,
}

impl Severity {
    /// Its name in records: `note`, `warning`, `error`, `critical`.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
            Severity::Critical => "critical",
        }
    }
}

/// What a fault records. It is read through [`Fault`], which keeps the limits.
#[derive(Clone)]
pub struct Record {
    /// The number of the occurrence, from 1 and unique in the run.
    pub id: u32,
    /// When the record was made: UTC, in nanoseconds since 1970.
    pub when: u64,
    /// Who made it.
    pub task: TaskId,
    /// That task and who started it, from the root.
    pub path: String,
    /// Which attempt at the same thing it was, from 1; none if it is not done in attempts.
    pub attempt: Option<u32>,
    /// Where it was made and through which calls it went, innermost first.
    pub frames: Vec<Frame>,
    /// For developers: what happened.
    pub what: String,
    /// For the user: a sentence of the module that knows the case. Never the developers' text.
    pub user: Option<String>,
    /// Which module knows the case.
    pub module: Option<&'static str>,
    /// For programs: a stable name of the case.
    pub code: Option<Code>,
    /// What it was about, in the order it was added.
    pub context: Vec<(&'static str, Value)>,
    /// Whether trying again could help.
    pub retry: Retry,
    /// What somebody could do about it, in the order it was said.
    pub hints: Vec<String>,
    /// Where more is written about it.
    pub help: Option<String>,
    /// Whether it should be impossible: whoever wrote the program has to mend it.
    pub bug: bool,
    /// What it came of; several if several things failed.
    pub causes: Vec<Rc<dyn Error>>,
    /// Whether the causes are for people only: no search goes there.
    pub barrier: bool,
    /// What failed besides, while this was dealt with.
    pub secondary: Vec<Rc<dyn Error>>,
    /// How bad it is.
    pub severity: Severity,
    /// Where it was dealt with and went no further; none as long as it goes up.
    pub handled: Option<Frame>,
    /// Whether something was left out to keep it small.
    pub truncated: bool,
    /// How many records lie in each other, this one included.
    depth: usize,
    /// How many bytes of text it may still take.
    room: usize,
}

/// A record of a failure. Clones are the same record until one of them is added to.
#[derive(Clone)]
pub struct Fault(Rc<Record>);

impl Deref for Fault {
    type Target = Record;
    fn deref(&self) -> &Record {
        &self.0
    }
}

impl Fault {
    /// Something failed here, and nothing below it.
    #[track_caller]
    pub fn new(rt: &Runtime, operation: &'static str, what: impl Into<String>) -> Self {
        Fault::build(rt, operation, what.into(), Vec::new(), false)
    }

    /// Something is so here that should be impossible: a bug, whoever wraps it; see [`search::is_bug`].
    #[track_caller]
    pub fn bug(rt: &Runtime, operation: &'static str, what: impl Into<String>) -> Self {
        Fault::build(rt, operation, what.into(), Vec::new(), false).into_bug()
    }

    /// A panic or an exception was caught here: a bug.
    #[track_caller]
    pub fn thrown(rt: &Runtime, operation: &'static str, thrown: Thrown) -> Self {
        let what = format!("{} was thrown", thrown.name);
        Fault::build(rt, operation, what, vec![Rc::new(thrown)], false).into_bug()
    }

    /// Something failed here because something else did.
    #[track_caller]
    pub fn because(
        rt: &Runtime,
        operation: &'static str,
        what: impl Into<String>,
        cause: impl Into<Box<dyn Error>>,
    ) -> Self {
        Fault::build(rt, operation, what.into(), vec![Rc::from(cause.into())], false)
    }

    /// The same behind a barrier: people see the cause in the log, programs find only this.
    #[track_caller]
    pub fn barrier(
        rt: &Runtime,
        operation: &'static str,
        what: impl Into<String>,
        hidden: impl Into<Box<dyn Error>>,
    ) -> Self {
        Fault::build(rt, operation, what.into(), vec![Rc::from(hidden.into())], true)
    }

    /// Several things failed: a new occurrence with an id of its own. They are put in the order of their tasks and
    /// then of time, so that it does not matter who was waited for first; those without a record come last.
    #[track_caller]
    pub fn all(rt: &Runtime, operation: &'static str, what: impl Into<String>, failed: Vec<Box<dyn Error>>) -> Self {
        let rank = |error: &(dyn Error + 'static)| {
            search::record(error).map_or((TaskId::MAX, u64::MAX, u32::MAX), |of| (of.task, of.when, of.id))
        };
        let mut causes: Vec<Rc<dyn Error>> = Vec::new();
        for error in failed {
            let place = causes.partition_point(|other| rank(&**other) <= rank(&*error));
            causes.insert(place, Rc::from(error));
        }
        Fault::build(rt, operation, what.into(), causes, false)
    }

    #[track_caller]
    fn build(rt: &Runtime, operation: &'static str, what: String, causes: Vec<Rc<dyn Error>>, barrier: bool) -> Self {
        let inherited = match &causes[..] {
            [only] => search::record(&**only).map(|below| below.id),
            _ => None,
        };
        let mut record = Record {
            id: inherited.unwrap_or_else(|| rt.number("fault")),
            when: rt.utc_nanos(),
            task: rt.current(),
            path: String::new(),
            attempt: None,
            frames: vec![Frame { operation, site: Location::caller() }],
            what: String::new(),
            user: None,
            module: None,
            code: None,
            context: Vec::new(),
            retry: Retry::Unknown,
            hints: Vec::new(),
            help: None,
            bug: false,
            causes: Vec::new(),
            barrier,
            secondary: Vec::new(),
            severity: Severity::default(),
            handled: None,
            truncated: false,
            depth: 1,
            room: MOST_TEXT,
        };
        record.path = record.cut(rt.task_path());
        record.what = record.cut(what);
        for cause in causes {
            record.adopt(cause, |record| &mut record.causes);
        }
        rt.note("fault {} in {} layers", [record.id, record.depth as u32]);
        Fault(Rc::new(record))
    }

    /// Adds what it was about.
    pub fn with(self, key: &'static str, value: impl Into<Value>) -> Self {
        self.change(|record| {
            if record.context.len() == MOST_FRAMES {
                record.truncated = true;
                return;
            }
            let value = match value.into() {
                Value::Text(text) => Value::Text(record.cut(text)),
                plain => plain,
            };
            record.context.push((key, value));
        })
    }

    /// Adds what it was about and nobody may read: programs find it, no text shows it.
    pub fn secret(self, key: &'static str, value: impl Into<Value>) -> Self {
        self.with(key, Value::Secret(Secret::new(value)))
    }

    /// Says what somebody could do about it.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        self.change(|record| {
            if record.hints.len() == MOST_CAUSES {
                record.truncated = true;
                return;
            }
            let hint = record.cut(hint.into());
            record.hints.push(hint);
        })
    }

    /// Says where more is written about it.
    pub fn help(self, link: impl Into<String>) -> Self {
        self.change(|record| record.help = Some(record.cut(link.into())))
    }

    /// Says which attempt it was, from 1.
    pub fn attempt(self, attempt: u32) -> Self {
        self.change(|record| record.attempt = Some(attempt))
    }

    /// Says whether trying again could help.
    pub fn retry(self, retry: Retry) -> Self {
        self.change(|record| record.retry = retry)
    }

    /// Gives the case a stable name.
    pub fn code(self, code: Code) -> Self {
        self.change(|record| record.code = Some(code))
    }

    /// Passes it on through a call that has nothing to say about it: one more frame, no layer.
    #[track_caller]
    pub fn through(self, operation: &'static str) -> Self {
        let site = Location::caller();
        self.change(|record| match record.frames.len() {
            MOST_FRAMES => record.truncated = true,
            _ => record.frames.push(Frame { operation, site }),
        })
    }

    /// Adds what failed while this was dealt with. It never takes the place of the cause, and no search finds it.
    pub fn besides(self, secondary: impl Into<Box<dyn Error>>) -> Self {
        let secondary = Rc::from(secondary.into());
        self.change(|record| record.adopt(secondary, |record| &mut record.secondary))
    }

    /// Says how bad it is.
    pub fn severity(self, severity: Severity) -> Self {
        self.change(|record| record.severity = severity)
    }

    /// Deals with it here, so that it goes no further: the record keeps the place, and the trace shows it. Whoever deals
    /// with it again later does not change that.
    #[track_caller]
    pub fn handled(self, rt: &Runtime, operation: &'static str) -> Self {
        let site = Location::caller();
        if self.handled.is_some() {
            return self;
        }
        rt.note("handled fault {} in {} layers", [self.id, self.depth as u32]);
        self.change(|record| record.handled = Some(Frame { operation, site }))
    }

    /// Whether another try could help, and after how long. The outermost layer that says so is right.
    pub fn transient(&self) -> Option<Duration> {
        let said = |record: &Fault| match record.retry {
            Retry::Unknown => None,
            Retry::Never => Some(None),
            Retry::After(delay) => Some(Some(delay)),
        };
        search::chain(self).filter_map(|error| error.downcast_ref::<Fault>()).find_map(said).flatten()
    }

    fn into_bug(self) -> Self {
        self.hint(BUG_HINT).change(|record| record.bug = true)
    }

    fn change(mut self, change: impl FnOnce(&mut Record)) -> Self {
        change(Rc::make_mut(&mut self.0));
        self
    }
}

impl Record {
    /// A text as far as there is room for it.
    fn cut(&mut self, mut text: String) -> String {
        if text.len() > self.room {
            let end = (0..=self.room).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            text.truncate(end);
            self.truncated = true;
        }
        self.room -= text.len();
        text
    }

    /// Takes an error in, among the causes or besides. If that would lie too deep its outermost layer is left out:
    /// the root, which tells most, stays.
    fn adopt(&mut self, error: Rc<dyn Error>, list: fn(&mut Record) -> &mut Vec<Rc<dyn Error>>) {
        let below = search::record(&*error).map(|record| (record.depth, record.causes.clone()));
        let taken = match below {
            Some((MOST_CAUSES.., inner)) => {
                self.truncated = true;
                inner
            }
            _ => vec![error],
        };
        for error in taken {
            if list(self).len() == MOST_CAUSES {
                self.truncated = true;
                return;
            }
            self.depth = self.depth.max(1 + search::record(&*error).map_or(0, |record| record.depth));
            list(self).push(error);
        }
    }
}

impl Error for Fault {
    /// The first cause, unless it lies behind a barrier.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.causes.first().filter(|_| !self.barrier).map(|cause| &**cause)
    }
}
