//! Claims about data that ages: what is used is fresh, and something is used again and again.
//! They read the notes `measure reading N` and `use reading N`.

use super::claim::{Claim, Ending, Verdict};
use crate::ordered::Map;
use crate::trace::{Event, EventId, Kind, Time, Trace};
use std::time::Duration;

fn is_note(event: &Event, trace: &Trace, start: &str) -> bool {
    event.kind == Kind::Note && trace.label(event.a).starts_with(start)
}

/// Whatever is used is at most so old.
pub struct Fresh {
    max_age: Duration,
    measured: Map<u32, (Time, EventId)>,
    against: Vec<EventId>,
}

impl Fresh {
    /// The greatest age.
    pub fn within(max_age: Duration) -> Self {
        Fresh { max_age, measured: Map::new(), against: Vec::new() }
    }
}

impl Claim for Fresh {
    fn kinds(&self) -> u32 {
        Kind::Note.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        let [reading, _] = event.numbers();
        if is_note(event, trace, "measure ") {
            self.measured.insert(reading, (event.time, event.id));
        } else if is_note(event, trace, "use ")
            && let Some((taken, measured)) = self.measured.remove(&reading)
            && event.time - taken > self.max_age
        {
            self.against.extend([measured, event.id]);
        }
    }

    fn verdict(&self, _: Ending) -> Verdict {
        Verdict::unless(&self.against)
    }
}

/// From the first measurement on something is used again and again, with no longer gap than so.
pub struct KeepsComing {
    gap: Duration,
    /// The last thing used, or the first measured.
    last: Option<(Time, EventId)>,
    now: Time,
    against: Vec<EventId>,
}

impl KeepsComing {
    /// The longest gap.
    pub fn within(gap: Duration) -> Self {
        KeepsComing { gap, last: None, now: Time::ZERO, against: Vec::new() }
    }

    fn is_overdue(&self) -> bool {
        self.last.is_some_and(|(time, _)| self.now - time > self.gap)
    }
}

impl Claim for KeepsComing {
    fn kinds(&self) -> u32 {
        Kind::Note.bit() | Kind::End.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        self.now = event.time;
        let is_use = is_note(event, trace, "use ");
        if is_use && self.is_overdue() {
            self.against.extend(self.last.map(|(_, id)| id).into_iter().chain([event.id]));
        }
        if is_use || self.last.is_none() && is_note(event, trace, "measure ") {
            self.last = Some((event.time, event.id));
        }
    }

    fn verdict(&self, ending: Ending) -> Verdict {
        let open = self.last.filter(|_| self.is_overdue()).map(|(_, id)| id);
        let against: Vec<EventId> = self.against.iter().copied().chain(open).collect();
        match (ending, against.is_empty()) {
            (Ending::Cut, true) => Verdict { holds: None, evidence: Vec::new() },
            _ => Verdict::unless(&against),
        }
    }
}
