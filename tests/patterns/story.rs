//! Stories: some async code run to its end in virtual time, and what it left in the trace.

use heartrace::runtime::ends::End;
use heartrace::runtime::setting::{Order, Setting};
use heartrace::runtime::virtual_time::Run;
use heartrace::runtime::{Runtime, Time};
use heartrace::trace::{Event, Kind, Trace};
use std::future::Future;
use std::time::Duration;

pub const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

pub fn at_ms(milliseconds: u64) -> Time {
    Time::from_nanos(milliseconds * 1_000_000)
}

/// An order drawn from a seed.
pub fn seeded(seed: u64) -> Setting {
    Setting { order: Order::Seeded, seed, ..Setting::default() }
}

/// Runs a story to its end.
pub fn story<F: Future<Output = ()> + 'static>(tell: impl FnOnce(Runtime) -> F) -> Ended {
    story_in(Setting::default(), tell)
}

/// The same under a setting.
pub fn story_in<F: Future<Output = ()> + 'static>(setting: Setting, tell: impl FnOnce(Runtime) -> F) -> Ended {
    let mut run = Run::new(setting, true);
    let rt = run.runtime().clone();
    run.start(tell(rt));
    assert_eq!(run.finish(), End::Finished);
    Ended(run)
}

/// A story that has ended.
pub struct Ended(Run);

impl Ended {
    pub fn with_trace<T>(&self, read: impl FnOnce(&Trace) -> T) -> T {
        self.0.runtime().with_trace(read)
    }

    /// The lines that were printed.
    pub fn lines(&self) -> Vec<String> {
        self.with_trace(|trace| {
            let logs = trace.events().filter(|event| event.kind == Kind::Log);
            logs.map(|event| trace.text(event.a).to_owned()).collect()
        })
    }

    /// The notes whose label begins so.
    pub fn notes(&self, start: &str) -> Vec<Event> {
        self.with_trace(|trace| {
            let notes = trace.events().filter(|event| event.kind == Kind::Note);
            notes.filter(|event| trace.label(event.a).starts_with(start)).collect()
        })
    }
}
