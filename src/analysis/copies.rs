//! Claims about copies of a request: the fastest decides, and extra ones stay within their share.

use super::claim::{Claim, Ending, Verdict};
use crate::ordered::Map;
use crate::trace::{Event, EventId, FaultCode, Kind, TaskId, Time, Trace};

/// Whoever would finish first, crashes aside, is the one whose work is not cut short, and at that moment all the others stop.
pub struct FastestWins {
    prefix: &'static str,
    /// When each would finish what it has begun.
    ends: Map<TaskId, (Time, EventId)>,
    /// When the first did.
    first: Option<Time>,
    against: Vec<EventId>,
}

impl FastestWins {
    /// Among the tasks whose names begin so.
    pub fn of(prefix: &'static str) -> Self {
        FastestWins { prefix, ends: Map::new(), first: None, against: Vec::new() }
    }
}

impl Claim for FastestWins {
    fn kinds(&self) -> u32 {
        Kind::Work.bit() | Kind::Worked.bit() | Kind::Fault.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        if !trace.task_name(event.task).starts_with(self.prefix) {
            return;
        }
        if event.kind == Kind::Work {
            let end = event.time + std::time::Duration::from_nanos(event.b);
            self.ends.insert(event.task, (end, event.id));
            return;
        }
        if event.kind == Kind::Fault {
            // Who has crashed is out of the race.
            if event.a == FaultCode::Crash as u32 {
                self.ends.remove(&event.task);
            }
            return;
        }
        let first = *self.first.get_or_insert(event.time);
        let fastest = self.ends.values().map(|(end, _)| *end).min();
        if event.time != first || fastest != Some(first) {
            self.against.push(event.id);
        }
    }

    fn verdict(&self, ending: Ending) -> Verdict {
        match (ending, self.against.is_empty()) {
            (Ending::Cut, true) => Verdict { holds: None, evidence: Vec::new() },
            _ => Verdict::unless(&self.against),
        }
    }
}

/// Extra copies stay within what requests have paid for.
pub struct WithinShare {
    /// In thousandths of a copy: what a request pays, what there was at the start, what can be saved.
    per_mille: u64,
    most: u64,
    saved: u64,
    against: Vec<EventId>,
}

impl WithinShare {
    /// So many extra copies per thousand requests, so many in advance, and no more than so many saved up. `request`
    /// notes pay in, `extra` notes take out.
    pub fn of(per_mille: u32, start: u32, most: u32) -> Self {
        let most = u64::from(most) * 1_000;
        WithinShare { per_mille: u64::from(per_mille), most, saved: u64::from(start) * 1_000, against: Vec::new() }
    }
}

impl Claim for WithinShare {
    fn kinds(&self) -> u32 {
        Kind::Note.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        match trace.label(event.a).split(' ').next() {
            Some("request") => self.saved = (self.saved + self.per_mille).min(self.most),
            Some("extra") => match self.saved.checked_sub(1_000) {
                Some(left) => self.saved = left,
                None => self.against.push(event.id),
            },
            _ => {}
        }
    }

    fn verdict(&self, _: Ending) -> Verdict {
        Verdict::unless(&self.against)
    }
}
