//! Claims about lives that follow one another: never two at a time, never twice the same.

use super::claim::{Claim, Ending, Verdict};
use crate::ordered::Map;
use crate::trace::{Event, EventId, FaultCode, Kind, TaskId, Time, Trace};
use std::time::Duration;

/// Whether a task has this name, or is the n-th of this name.
pub(super) fn is_called(task: TaskId, name: &str, trace: &Trace) -> bool {
    let rest = trace.task_name(task).strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
}

/// Of the tasks of one name there is never more than one.
pub struct OneLife {
    name: &'static str,
    alive: Map<TaskId, EventId>,
    against: Vec<EventId>,
}

impl OneLife {
    /// Of the tasks with this name.
    pub fn of(name: &'static str) -> Self {
        OneLife { name, alive: Map::new(), against: Vec::new() }
    }
}

impl Claim for OneLife {
    fn kinds(&self) -> u32 {
        Kind::Spawn.bit() | Kind::End.bit() | Kind::Stop.bit() | Kind::Fault.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        match event.kind {
            Kind::Spawn if is_called(event.a, self.name, trace) => {
                if let Some(older) = self.alive.values().next() {
                    self.against.extend([*older, event.id]);
                }
                self.alive.insert(event.a, event.id);
            }
            Kind::Spawn => {}
            Kind::Fault if event.a != FaultCode::Crash as u32 => {}
            _ => _ = self.alive.remove(&event.task),
        }
    }

    fn verdict(&self, _: Ending) -> Verdict {
        Verdict::unless(&self.against)
    }
}

/// Nothing is taken from a channel twice: what comes again was begun again.
pub struct NoRepeats {
    channel: &'static str,
    seen: Map<u32, EventId>,
    against: Vec<EventId>,
}

impl NoRepeats {
    /// On the channel with this name.
    pub fn on(channel: &'static str) -> Self {
        NoRepeats { channel, seen: Map::new(), against: Vec::new() }
    }
}

impl Claim for NoRepeats {
    fn kinds(&self) -> u32 {
        Kind::Receive.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        if trace.channel_name(event.a) != self.channel {
            return;
        }
        if let Some(before) = self.seen.insert(event.message().1, event.id) {
            self.against.extend([before, event.id]);
        }
    }

    fn verdict(&self, _: Ending) -> Verdict {
        Verdict::unless(&self.against)
    }
}

/// So many messages are taken from a channel before the run ends.
pub struct AllTaken {
    channel: &'static str,
    expected: u32,
    taken: u32,
    last: Option<EventId>,
}

impl AllTaken {
    /// From the channel with this name.
    pub fn from(channel: &'static str, expected: u32) -> Self {
        AllTaken { channel, expected, taken: 0, last: None }
    }
}

impl Claim for AllTaken {
    fn kinds(&self) -> u32 {
        Kind::Receive.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        self.last = Some(event.id);
        self.taken += u32::from(trace.channel_name(event.a) == self.channel);
    }

    fn verdict(&self, ending: Ending) -> Verdict {
        match ending {
            _ if self.taken >= self.expected => Verdict { holds: Some(true), evidence: Vec::new() },
            Ending::Cut => Verdict { holds: None, evidence: Vec::new() },
            _ => Verdict { holds: Some(false), evidence: self.last.into_iter().collect() },
        }
    }
}

/// Nobody, or no task of a name, ever notes one of these words.
pub struct NeverNotes {
    task: Option<&'static str>,
    words: &'static [&'static str],
    against: Vec<EventId>,
}

impl NeverNotes {
    /// Nobody notes one of these words.
    pub fn any(words: &'static [&'static str]) -> Self {
        NeverNotes { task: None, words, against: Vec::new() }
    }

    /// The tasks of this name do not.
    pub fn by(task: &'static str, words: &'static [&'static str]) -> Self {
        NeverNotes { task: Some(task), words, against: Vec::new() }
    }
}

impl Claim for NeverNotes {
    fn kinds(&self) -> u32 {
        Kind::Note.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        let word = trace.label(event.a).split(' ').next().unwrap_or_default();
        if self.words.contains(&word) && self.task.is_none_or(|task| is_called(event.task, task, trace)) {
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

/// The newest task of a name does not go for long without getting something done, told by its `unit` notes, until
/// it is told to stop.
pub struct NoStall {
    name: &'static str,
    limit: Duration,
    newest: Option<TaskId>,
    last: Option<(Time, EventId)>,
    now: Time,
    against: Vec<EventId>,
}

impl NoStall {
    /// A unit of work, or another life, at least so often.
    pub fn of(name: &'static str, limit: Duration) -> Self {
        NoStall { name, limit, newest: None, last: None, now: Time::ZERO, against: Vec::new() }
    }

    fn overdue(&self) -> Option<EventId> {
        self.last.filter(|(at, _)| self.now - *at > self.limit).map(|(_, event)| event)
    }
}

impl Claim for NoStall {
    fn kinds(&self) -> u32 {
        [Kind::Spawn, Kind::Note, Kind::Tick, Kind::Wake, Kind::Cancelled, Kind::End, Kind::Stop]
            .iter()
            .fold(0, |kinds, kind| kinds | kind.bit())
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        self.now = event.time;
        let begins = event.kind == Kind::Spawn && is_called(event.a, self.name, trace);
        let is_newest = self.newest == Some(event.task);
        if begins || is_newest && event.kind == Kind::Note && trace.label(event.a).starts_with("unit ") {
            self.against.extend(self.overdue());
            self.last = Some((event.time, event.id));
        }
        if begins {
            self.newest = Some(event.a);
        } else if is_newest && matches!(event.kind, Kind::Cancelled | Kind::End | Kind::Stop) {
            self.against.extend(self.overdue());
            self.last = None;
        }
    }

    fn verdict(&self, _: Ending) -> Verdict {
        let against: Vec<EventId> = self.against.iter().copied().chain(self.overdue()).collect();
        Verdict::unless(&against)
    }
}

/// Whoever is stopped by a supervisor is stopped after all that began after it: none of them is there when it hears.
/// The order is that of the first lives.
pub struct StoppedInReverse {
    supervisors: &'static [&'static str],
    /// Of each supervisor, the names of its children in the order in which they first began.
    order: Map<TaskId, Vec<String>>,
    /// Of each child that lives: its supervisor, its place, its beginning.
    alive: Map<TaskId, (TaskId, usize, EventId)>,
    against: Vec<EventId>,
}

impl StoppedInReverse {
    /// By the supervisors of these names.
    pub fn by(supervisors: &'static [&'static str]) -> Self {
        StoppedInReverse { supervisors, order: Map::new(), alive: Map::new(), against: Vec::new() }
    }
}

impl Claim for StoppedInReverse {
    fn kinds(&self) -> u32 {
        [Kind::Spawn, Kind::Cancelled, Kind::End, Kind::Stop, Kind::Fault]
            .iter()
            .fold(0, |kinds, kind| kinds | kind.bit())
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        match event.kind {
            Kind::Spawn if self.supervisors.iter().any(|name| is_called(event.task, name, trace)) => {
                let name = trace.task_name(event.a).split('#').next().unwrap_or_default();
                let order = self.order.get_or_insert_with(event.task, Vec::new);
                let place = order.iter().position(|known| known == name).unwrap_or_else(|| {
                    order.push(name.to_owned());
                    order.len() - 1
                });
                self.alive.insert(event.a, (event.task, place, event.id));
            }
            Kind::Cancelled => {
                let Some((supervisor, place, _)) = self.alive.get(&event.task).copied() else { return };
                let later = self.alive.values().find(|(by, other, _)| *by == supervisor && *other > place);
                if let Some((.., began)) = later {
                    self.against.extend([*began, event.id]);
                }
            }
            Kind::Spawn => {}
            Kind::Fault if event.a != FaultCode::Crash as u32 => {}
            _ => _ = self.alive.remove(&event.task),
        }
    }

    fn verdict(&self, _: Ending) -> Verdict {
        Verdict::unless(&self.against)
    }
}
