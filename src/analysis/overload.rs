//! Claims about overload: what comes back, what is done in vain, what retries may add. They read the notes
//! `offer`, `serve`, `timeout`, `useful` (each with a request and an attempt, from 1) and the curve of the goodput.

use super::claim::{Claim, Ending, Verdict};
use crate::trace::{Event, EventId, Kind, Time, Trace};
use std::collections::BTreeSet;
use std::time::Duration;

/// The first word of a note and its numbers.
fn note<'a>(event: &Event, trace: &'a Trace) -> Option<(&'a str, [u32; 2])> {
    let is_note = event.kind == Kind::Note;
    is_note.then(|| (trace.label(event.a).split(' ').next().unwrap_or_default(), event.numbers()))
}

/// The new value of the curve with this name, if the note is one of it.
fn gauge(event: &Event, trace: &Trace, name: &str) -> Option<u32> {
    let label = (event.kind == Kind::Note).then(|| trace.label(event.a))?;
    let is_it = label.strip_prefix("gauge ").and_then(|rest| rest.split(' ').next()) == Some(name);
    let [value, divisor] = event.numbers();
    is_it.then(|| value / divisor.max(1))
}

/// From some second after the surge on, every second has its goodput again; the last second tells.
pub struct GoodputBack {
    after: Time,
    enough: u32,
    last: Option<(EventId, u32)>,
}

impl GoodputBack {
    /// At least `enough` useful answers in the last full second, if that begins `after` a moment or later.
    pub fn new(after: Duration, enough: u32) -> Self {
        GoodputBack { after: Time::ZERO + after, enough, last: None }
    }
}

impl Claim for GoodputBack {
    fn kinds(&self) -> u32 {
        Kind::Note.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        if event.time >= self.after + Duration::from_secs(1)
            && let Some(goodput) = gauge(event, trace, "goodput")
        {
            self.last = Some((event.id, goodput));
        }
    }

    fn verdict(&self, ending: Ending) -> Verdict {
        let holds = self.last.is_none_or(|(_, goodput)| goodput >= self.enough);
        let evidence = self.last.iter().map(|(event, _)| *event).collect();
        Verdict { holds: (ending != Ending::Cut).then_some(holds), evidence }
    }
}

/// Nothing is begun for which nobody waits any more.
#[derive(Default)]
pub struct NoDeadWork {
    /// Attempts that were given up and not begun since.
    given_up: BTreeSet<[u32; 2]>,
    against: Vec<EventId>,
}

impl Claim for NoDeadWork {
    fn kinds(&self) -> u32 {
        Kind::Note.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        match note(event, trace) {
            Some(("timeout", attempt)) => {
                self.given_up.insert(attempt);
            }
            Some(("serve", attempt)) if self.given_up.remove(&attempt) => self.against.push(event.id),
            _ => {}
        }
    }

    fn verdict(&self, ending: Ending) -> Verdict {
        match (ending, self.against.is_empty()) {
            (Ending::Cut, true) => Verdict { holds: None, evidence: Vec::new() },
            _ => Verdict::unless(&self.against),
        }
    }
}

/// Retries stay within what was earned: so many to begin with, and a share of the requests.
pub struct RetriesWithin {
    start: u64,
    ratio: u64,
    requests: u64,
    retries: u64,
    against: Vec<EventId>,
}

impl RetriesWithin {
    /// `start` retries, and `ratio` millionths of one for each request.
    pub fn new(start: u64, ratio: u64) -> Self {
        RetriesWithin { start, ratio, requests: 0, retries: 0, against: Vec::new() }
    }
}

impl Claim for RetriesWithin {
    fn kinds(&self) -> u32 {
        Kind::Note.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        match note(event, trace) {
            Some(("offer", [_, 1])) => self.requests += 1,
            Some(("offer", _)) => {
                self.retries += 1;
                if self.retries * 1_000_000 > self.start * 1_000_000 + self.ratio * self.requests {
                    self.against.push(event.id);
                }
            }
            _ => {}
        }
    }

    fn verdict(&self, _: Ending) -> Verdict {
        Verdict::unless(&self.against)
    }
}
