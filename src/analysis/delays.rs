//! A claim about how long it takes until somebody hears a cancel.

use super::claim::{Claim, Ending, Verdict};
use crate::ordered::Map;
use crate::trace::{Event, EventId, Kind, Time, Trace};
use std::time::Duration;

/// Each cancel that is heard is heard after a delay that was predicted.
pub struct HeardAsPredicted {
    predicted: Vec<(Duration, Duration)>,
    given: Map<EventId, Time>,
    against: Vec<EventId>,
}

impl HeardAsPredicted {
    /// Predicted are the delays from the first to the second of any of these pairs, both included.
    pub fn within(predicted: Vec<(Duration, Duration)>) -> Self {
        HeardAsPredicted { predicted, given: Map::new(), against: Vec::new() }
    }
}

impl Claim for HeardAsPredicted {
    fn kinds(&self) -> u32 {
        Kind::Cancel.bit() | Kind::Cancelled.bit()
    }

    fn see(&mut self, event: &Event, _: &Trace) {
        if event.kind == Kind::Cancel {
            self.given.insert(event.id, event.time);
            return;
        }
        let Some((cancel, given)) = event.cause.and_then(|cause| Some((cause, self.given.get(&cause)?))) else {
            return;
        };
        let delay = event.time - *given;
        if !self.predicted.iter().any(|(least, most)| (*least..=*most).contains(&delay)) {
            self.against.extend([cancel, event.id]);
        }
    }

    fn verdict(&self, _: Ending) -> Verdict {
        Verdict::unless(&self.against)
    }
}
