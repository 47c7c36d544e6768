//! Claims about overload: what comes back, what is done in vain, what retries may add. They read the notes
//! `offer`, `serve`, `timeout`, `useful` (each with a request and an attempt, from 1) and the curve of the goodput.

use super::claim::{Claim, Ending, Verdict};
use crate::ordered::{Map, Set};
use crate::trace::{Event, EventId, Kind, Time, Trace};
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

/// It holds if nothing was found against it; of a run that was cut nobody knows.
fn so_far(ending: Ending, against: &[EventId]) -> Verdict {
    match ending {
        Ending::Cut if against.is_empty() => Verdict { holds: None, evidence: Vec::new() },
        _ => Verdict::unless(against),
    }
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
    given_up: Set<[u32; 2]>,
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
        so_far(ending, &self.against)
    }
}

/// Retries stay within what was earned: so many to begin with, and a share of the first attempts.
pub struct RetriesWithin {
    word: &'static str,
    pool: fn([u32; 2]) -> u32,
    start: u64,
    ratio: u64,
    /// First attempts and later ones, by pool.
    made: Map<u32, [u64; 2]>,
    against: Vec<EventId>,
}

impl RetriesWithin {
    /// `start` retries, and `ratio` millionths of one for each first attempt. Attempts are the notes that begin with
    /// `word`; their second number is the attempt, from 1. `pool` says which budget pays for them.
    pub fn new(word: &'static str, pool: fn([u32; 2]) -> u32, start: u64, ratio: u64) -> Self {
        RetriesWithin { word, pool, start, ratio, made: Map::new(), against: Vec::new() }
    }
}

impl Claim for RetriesWithin {
    fn kinds(&self) -> u32 {
        Kind::Note.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        let Some((word, numbers)) = note(event, trace) else { return };
        if word != self.word {
            return;
        }
        let [first, later] = self.made.get_or_insert_with((self.pool)(numbers), Default::default);
        match numbers[1] {
            1 => *first += 1,
            _ => {
                *later += 1;
                if *later * 1_000_000 > self.start * 1_000_000 + self.ratio * *first {
                    self.against.push(event.id);
                }
            }
        }
    }

    fn verdict(&self, ending: Ending) -> Verdict {
        so_far(ending, &self.against)
    }
}

/// No more than so many notes that begin with a word, within a span of time.
pub struct AtMost {
    word: &'static str,
    most: u64,
    from: Time,
    to: Time,
    count: u64,
    against: Vec<EventId>,
}

impl AtMost {
    /// At most so many in all.
    pub fn new(word: &'static str, most: u64) -> Self {
        AtMost { word, most, from: Time::ZERO, to: Time::MAX, count: 0, against: Vec::new() }
    }

    /// The same from one moment up to another.
    pub fn between(self, from: Time, to: Time) -> Self {
        AtMost { from, to, ..self }
    }
}

impl Claim for AtMost {
    fn kinds(&self) -> u32 {
        Kind::Note.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        let is_one = note(event, trace).is_some_and(|(word, _)| word == self.word);
        if is_one && (self.from..self.to).contains(&event.time) {
            self.count += 1;
            if self.count > self.most {
                self.against.push(event.id);
            }
        }
    }

    fn verdict(&self, ending: Ending) -> Verdict {
        so_far(ending, &self.against)
    }
}

/// From a moment on, nothing fails and nothing is refused.
pub struct AllWellAfter {
    from: Time,
    against: Vec<EventId>,
}

impl AllWellAfter {
    /// No `fail` and no `reject` later than this.
    pub fn new(from: Time) -> Self {
        AllWellAfter { from, against: Vec::new() }
    }
}

impl Claim for AllWellAfter {
    fn kinds(&self) -> u32 {
        Kind::Note.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        if event.time > self.from && matches!(note(event, trace), Some(("fail" | "reject", _))) {
            self.against.push(event.id);
        }
    }

    fn verdict(&self, ending: Ending) -> Verdict {
        so_far(ending, &self.against)
    }
}

/// From a `trip` to the `close` after it, the only calls are probes, and at most so many at a time.
pub struct ProbesLimited {
    most: u32,
    is_open: bool,
    /// A probe that was admitted and whose call is still to come.
    admitted: u32,
    against: Vec<EventId>,
}

impl ProbesLimited {
    /// At most so many at a time.
    pub fn new(most: u32) -> Self {
        ProbesLimited { most, is_open: false, admitted: 0, against: Vec::new() }
    }
}

impl Claim for ProbesLimited {
    fn kinds(&self) -> u32 {
        Kind::Note.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        match note(event, trace) {
            Some(("trip", _)) => (self.is_open, self.admitted) = (true, 0),
            Some(("close", _)) => self.is_open = false,
            Some(("probe", [under_way, _])) => {
                self.admitted += 1;
                if under_way > self.most {
                    self.against.push(event.id);
                }
            }
            Some(("call", _)) if self.is_open => match self.admitted.checked_sub(1) {
                Some(left) => self.admitted = left,
                None => self.against.push(event.id),
            },
            _ => {}
        }
    }

    fn verdict(&self, ending: Ending) -> Verdict {
        so_far(ending, &self.against)
    }
}
