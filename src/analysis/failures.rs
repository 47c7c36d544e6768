//! Claims about reported failures: logged once under an id that the user was told, and told in words of their own.

use super::claim::{Access, Claim, Ending, Verdict};
use crate::ordered::Map;
use crate::trace::{Event, EventId, Kind, Trace};

/// The id of a line that a failure was logged with: `[logID: 1]: …`.
fn logged(line: &str) -> Option<u32> {
    line.strip_prefix("[logID: ")?.split_once(']')?.0.parse().ok()
}

/// The id and the words of a line that told a user of a failure: `[1] …`.
fn told(line: &str) -> Option<(u32, &str)> {
    let (id, words) = line.strip_prefix('[')?.split_once("] ")?;
    Some((id.parse().ok()?, words))
}

/// Each failure is logged exactly once, before the user is told its id, and no user is told an id that is not in
/// the log.
#[derive(Default)]
pub struct LoggedOnce {
    logged: Map<u32, EventId>,
    against: Vec<EventId>,
}

impl Claim for LoggedOnce {
    fn kinds(&self) -> u32 {
        Kind::Log.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        let line = trace.text(event.a);
        if let Some(first) = logged(line).and_then(|id| self.logged.insert(id, event.id)) {
            self.against.extend([first, event.id]);
        }
        if told(line).is_some_and(|(id, _)| !self.logged.contains_key(&id)) {
            self.against.push(event.id);
        }
    }

    fn verdict(&self, _: Ending) -> Verdict {
        Verdict::unless(&self.against)
    }
}

/// No user is asked to report a bug: whatever failed, somebody had foreseen it.
#[derive(Default)]
pub struct NobodyReportsABug {
    against: Vec<EventId>,
}

impl Claim for NobodyReportsABug {
    fn kinds(&self) -> u32 {
        Kind::Log.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        if told(trace.text(event.a)).is_some_and(|(_, words)| words.contains("report this as a bug")) {
            self.against.push(event.id);
        }
    }

    fn verdict(&self, _: Ending) -> Verdict {
        Verdict::unless(&self.against)
    }

    fn order(&self, _: &Event, _: &Trace, _: &mut dyn FnMut(u64, Access)) {}

    fn key(&self) -> Option<u64> {
        Some(self.against.is_empty().into())
    }
}
