//! Claims about shared state that is written in steps: what others can see, and what a cancel leaves behind.
//! They read the notes `write total N` and `commit total N`.

use super::claim::{Access, Claim, Ending, Verdict, key_of};
use crate::trace::{Event, EventId, Kind, Trace};

fn written(event: &Event, trace: &Trace) -> Option<u32> {
    trace.label(event.a).starts_with("write total ").then(|| event.numbers()[0])
}

/// What is not committed leaves nothing: at the end the total is the committed one, or zero as in the beginning.
#[derive(Default)]
pub struct NothingLeft {
    committed: u32,
    last: Option<(u32, EventId)>,
}

impl Claim for NothingLeft {
    fn kinds(&self) -> u32 {
        Kind::Note.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        if let Some(value) = written(event, trace) {
            self.last = Some((value, event.id));
        }
        if trace.label(event.a).starts_with("commit total ") {
            self.committed = event.numbers()[0];
        }
    }

    fn verdict(&self, ending: Ending) -> Verdict {
        if ending == Ending::Cut {
            return Verdict { holds: None, evidence: Vec::new() };
        }
        let left = self.last.filter(|(value, _)| *value != self.committed);
        Verdict::unless(&left.into_iter().map(|(_, event)| event).collect::<Vec<_>>())
    }

    fn key(&self) -> Option<u64> {
        Some(key_of([self.committed.into(), self.last.map_or(0, |(value, _)| value).into()]))
    }
}

/// Whoever looks, at whatever moment, sees one of the whole totals.
pub struct NoHalfVisible {
    whole: &'static [u32],
    against: Vec<EventId>,
}

impl NoHalfVisible {
    /// With these as the whole totals.
    pub fn with(whole: &'static [u32]) -> Self {
        NoHalfVisible { whole, against: Vec::new() }
    }
}

impl Claim for NoHalfVisible {
    fn kinds(&self) -> u32 {
        Kind::Note.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        if written(event, trace).is_some_and(|value| !self.whole.contains(&value)) {
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
