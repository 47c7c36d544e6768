//! Claims about limits: no bucket gives more than it has, and nobody keeps tokens without acting.

use super::claim::{Claim, Ending, Verdict};
use crate::ordered::Map;
use crate::trace::{Event, EventId, Kind, TaskId, Time, Trace, nanos};
use std::time::Duration;

/// Of a `take` note: the bucket, and how many tokens were taken.
fn taken(event: &Event, trace: &Trace) -> Option<[u32; 2]> {
    let is_take = event.kind == Kind::Note && trace.label(event.a).starts_with("take ");
    is_take.then(|| event.numbers())
}

/// Whether somebody was turned away: a `denied` note.
fn is_denied(event: &Event, trace: &Trace) -> bool {
    event.kind == Kind::Note && trace.label(event.a).starts_with("denied ")
}

/// What a bucket may give: in any stretch of time its burst and what comes meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// The bucket's number in `take` notes.
    pub bucket: u32,
    /// So many tokens come …
    pub count: u64,
    /// … in this time.
    pub per: Duration,
    /// The most there can be at once.
    pub burst: u32,
}

/// No bucket gives more than its bound in any stretch of time.
pub struct WithinLimits {
    /// Each bucket with what it holds at the time of its last grant, in units of which a token is `per` nanoseconds.
    buckets: Vec<(Bound, i128, Time, Option<EventId>)>,
    /// What tasks have taken and not used, if it is only counted when they act.
    unused: Option<Map<TaskId, Vec<[u32; 2]>>>,
    against: Vec<EventId>,
}

impl WithinLimits {
    /// Each bucket within its bound, counting when tokens are taken.
    pub fn of(bounds: impl IntoIterator<Item = Bound>) -> Self {
        let full = |bound: Bound| i128::from(bound.burst) * i128::from(nanos(bound.per));
        let buckets = bounds.into_iter().map(|bound| (bound, full(bound), Time::ZERO, None));
        WithinLimits { buckets: buckets.collect(), unused: None, against: Vec::new() }
    }

    /// The same, counting when whoever took them acts, that is prints: what the other side of the limit sees.
    pub fn when_acting(bounds: impl IntoIterator<Item = Bound>) -> Self {
        WithinLimits { unused: Some(Map::new()), ..WithinLimits::of(bounds) }
    }

    fn count(&mut self, [number, n]: [u32; 2], event: &Event) {
        let known = self.buckets.iter_mut().find(|(bound, ..)| bound.bucket == number);
        let Some((bound, level, time, last)) = known else { return };
        let token = i128::from(nanos(bound.per));
        let came = i128::from(nanos(event.time - *time)) * i128::from(bound.count);
        *level = (*level + came).min(token * i128::from(bound.burst)) - token * i128::from(n);
        *time = event.time;
        if *level < 0 {
            self.against.extend(last.iter().copied().chain([event.id]));
        }
        *last = Some(event.id);
    }
}

impl Claim for WithinLimits {
    fn kinds(&self) -> u32 {
        Kind::Note.bit() | Kind::Log.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        let took = taken(event, trace);
        let Some(unused) = &mut self.unused else { return took.into_iter().for_each(|took| self.count(took, event)) };
        match event.kind {
            Kind::Log => {
                for took in unused.remove(&event.task).unwrap_or_default() {
                    self.count(took, event);
                }
            }
            _ if is_denied(event, trace) => drop(unused.remove(&event.task)),
            _ => unused.get_or_insert_with(event.task, Vec::new).extend(took),
        }
    }

    fn verdict(&self, _: Ending) -> Verdict {
        Verdict::unless(&self.against)
    }
}

/// Whoever takes a token also acts, that is prints; nobody ends with tokens it has not used.
#[derive(Default)]
pub struct NoneInVain {
    /// The first token that a task holds and has not used.
    unused: Map<TaskId, EventId>,
    against: Vec<EventId>,
}

impl Claim for NoneInVain {
    fn kinds(&self) -> u32 {
        [Kind::Note, Kind::Log, Kind::End, Kind::Stop].iter().fold(0, |kinds, kind| kinds | kind.bit())
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        match event.kind {
            Kind::Note if taken(event, trace).is_some() => {
                self.unused.get_or_insert_with(event.task, || event.id);
            }
            Kind::Note if is_denied(event, trace) => {
                self.against.extend(self.unused.remove(&event.task));
            }
            Kind::Log => drop(self.unused.remove(&event.task)),
            Kind::End | Kind::Stop => self.against.extend(self.unused.remove(&event.task)),
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
