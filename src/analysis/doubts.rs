//! Claims about detectors, which are told by notes: `doubt NAME …` when one begins to suspect.

use super::claim::{Claim, Ending, Verdict};
use crate::trace::{Event, EventId, FaultCode, Kind, Time, Trace};
use std::time::Duration;

/// Whether this is the moment at which a detector of this name begins to suspect.
fn is_doubt(event: &Event, name: &str, trace: &Trace) -> bool {
    let mut words = trace.label(event.a).split(' ');
    event.kind == Kind::Note && words.next() == Some("doubt") && words.next() == Some(name)
}

/// A detector suspects a `ward` only if that has ended, crashed or hung.
pub struct FairDoubt {
    name: &'static str,
    silent: bool,
    against: Vec<EventId>,
}

impl FairDoubt {
    /// Of the detector with this name.
    pub fn of(name: &'static str) -> Self {
        FairDoubt { name, silent: false, against: Vec::new() }
    }
}

impl Claim for FairDoubt {
    fn kinds(&self) -> u32 {
        Kind::Note.bit() | Kind::End.bit() | Kind::Stop.bit() | Kind::Fault.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        if is_doubt(event, self.name, trace) && !self.silent {
            self.against.push(event.id);
        }
        if trace.task_name(event.task) != "ward" {
            return;
        }
        self.silent = match (event.kind, FaultCode::from_number(event.a)) {
            (Kind::End | Kind::Stop, _) | (Kind::Fault, Some(FaultCode::Crash | FaultCode::Hang)) => true,
            (Kind::Fault, Some(FaultCode::Resume)) => false,
            _ => self.silent,
        };
    }

    fn verdict(&self, _: Ending) -> Verdict {
        Verdict::unless(&self.against)
    }
}

/// A detector suspects as soon as a silence on `beats` has lasted its limit, not before, and not later. What others say
/// of the ward, on `answers`, ends a silence as well.
pub struct DoubtInTime {
    name: &'static str,
    limit: Duration,
    last: Option<(Time, EventId)>,
    now: Time,
    doubts: bool,
    against: Vec<EventId>,
}

impl DoubtInTime {
    /// Of the detector with this name and limit.
    pub fn new(name: &'static str, limit: Duration) -> Self {
        DoubtInTime { name, limit, last: None, now: Time::ZERO, doubts: false, against: Vec::new() }
    }

    /// The beat since which it should have suspected and did not.
    fn overdue(&self) -> Option<EventId> {
        self.last.filter(|(at, _)| !self.doubts && self.now - *at > self.limit).map(|(_, event)| event)
    }
}

impl Claim for DoubtInTime {
    fn kinds(&self) -> u32 {
        [Kind::Note, Kind::Receive, Kind::Tick, Kind::Wake, Kind::End].iter().fold(0, |kinds, kind| kinds | kind.bit())
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        self.now = event.time;
        if is_doubt(event, self.name, trace) {
            self.doubts = true;
            if self.last.is_none_or(|(at, _)| event.time - at != self.limit) {
                self.against.push(event.id);
            }
        } else if event.kind == Kind::Receive && ["beats", "answers"].contains(&trace.channel_name(event.a)) {
            self.against.extend(self.overdue());
            self.last = Some((event.time, event.id));
            self.doubts = false;
        }
    }

    fn verdict(&self, _: Ending) -> Verdict {
        let against: Vec<EventId> = self.against.iter().copied().chain(self.overdue()).collect();
        Verdict::unless(&against)
    }
}
