//! Claims about signs of life: silence is noticed in time, only the silent are suspected, what was handed over was taken.

use super::claim::{Access, Claim, Ending, Verdict, key_of};
use super::lives::is_called;
use crate::ordered::Map;
use crate::trace::{Event, EventId, FaultCode, Kind, TaskId, Time, Trace};
use std::time::Duration;

fn is_on(event: &Event, trace: &Trace, channels: &[&str]) -> bool {
    channels.contains(&trace.channel_name(event.a))
}

/// Whether this is the moment at which a silent task falls under suspicion: a `silence` note.
fn is_suspicion(event: &Event, trace: &Trace) -> bool {
    event.kind == Kind::Note && trace.label(event.a).starts_with("silence ")
}

/// Whoever is silent for so long is suspected at once. Whatever is taken from one of the channels is a sign of
/// life; closing one of them ends the watch.
pub struct SilenceNoticed {
    limit: Duration,
    channels: &'static [&'static str],
    last: (Time, Option<EventId>),
    now: Time,
    over: bool,
    against: Vec<EventId>,
}

impl SilenceNoticed {
    /// Suspicion after a silence of `limit` on all of these channels.
    pub fn within(limit: Duration, channels: &'static [&'static str]) -> Self {
        SilenceNoticed { limit, channels, last: (Time::ZERO, None), now: Time::ZERO, over: false, against: Vec::new() }
    }

    fn is_overdue(&self) -> bool {
        self.now - self.last.0 > self.limit
    }
}

impl Claim for SilenceNoticed {
    fn kinds(&self) -> u32 {
        [Kind::Receive, Kind::Note, Kind::Close, Kind::Tick, Kind::Wake, Kind::End, Kind::Fault]
            .iter()
            .fold(0, |kinds, kind| kinds | kind.bit())
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        if self.over {
            return;
        }
        self.now = event.time;
        let is_sign = event.kind == Kind::Receive && is_on(event, trace, self.channels);
        let is_suspicion = is_suspicion(event, trace);
        if (is_sign || is_suspicion) && self.is_overdue() {
            self.against.extend(self.last.1.into_iter().chain([event.id]));
        }
        if is_sign {
            self.last = (event.time, Some(event.id));
        }
        self.over = is_suspicion || event.kind == Kind::Close && is_on(event, trace, self.channels);
    }

    fn verdict(&self, ending: Ending) -> Verdict {
        let unnoticed = (!self.over && self.is_overdue()).then_some(self.last.1).flatten();
        let against: Vec<EventId> = self.against.iter().copied().chain(unnoticed).collect();
        match (ending, against.is_empty()) {
            (Ending::Cut, true) => Verdict { holds: None, evidence: Vec::new() },
            _ => Verdict::unless(&against),
        }
    }
}

/// Nobody is suspected who has not ended, crashed or hung. Of several lives it is about the newest.
pub struct OnlyTheSilentSuspected {
    name: &'static str,
    newest: Option<TaskId>,
    silent: bool,
    against: Vec<EventId>,
}

impl OnlyTheSilentSuspected {
    /// The task that is watched.
    pub fn watching(name: &'static str) -> Self {
        OnlyTheSilentSuspected { name, newest: None, silent: false, against: Vec::new() }
    }
}

impl Claim for OnlyTheSilentSuspected {
    fn kinds(&self) -> u32 {
        [Kind::Spawn, Kind::Note, Kind::End, Kind::Stop, Kind::Fault].iter().fold(0, |kinds, kind| kinds | kind.bit())
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        if is_suspicion(event, trace) && !self.silent {
            self.against.push(event.id);
        }
        if event.kind == Kind::Spawn && is_called(event.a, self.name, trace) {
            (self.newest, self.silent) = (Some(event.a), false);
        }
        if self.newest != Some(event.task) {
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

    /// A suspicion depends on whether the newest life is silent, and most notes are neither here nor there.
    fn order(&self, event: &Event, trace: &Trace, touch: &mut dyn FnMut(u64, Access)) {
        if is_suspicion(event, trace) {
            touch(0, Access::Read);
        } else if self.newest == Some(event.task) && event.kind != Kind::Note
            || event.kind == Kind::Spawn && is_called(event.a, self.name, trace)
        {
            touch(0, Access::Change);
        }
    }

    fn key(&self) -> Option<u64> {
        let newest = self.newest.map_or(u64::MAX, u64::from);
        Some(key_of([newest, u64::from(self.silent), u64::from(self.against.is_empty())]))
    }
}

/// Whatever is sent on a channel is taken.
pub struct EverySendTaken {
    channel: &'static str,
    open: Map<u32, EventId>,
}

impl EverySendTaken {
    /// Of the channel with this name.
    pub fn on(channel: &'static str) -> Self {
        EverySendTaken { channel, open: Map::new() }
    }
}

impl Claim for EverySendTaken {
    fn kinds(&self) -> u32 {
        Kind::Send.bit() | Kind::Receive.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        if !is_on(event, trace, &[self.channel]) {
            return;
        }
        let (message, _) = event.message();
        match event.kind {
            Kind::Send => drop(self.open.insert(message, event.id)),
            _ => drop(self.open.remove(&message)),
        }
    }

    fn verdict(&self, ending: Ending) -> Verdict {
        let against: Vec<EventId> = self.open.values().copied().collect();
        match ending {
            Ending::Cut => Verdict { holds: None, evidence: Vec::new() },
            _ => Verdict::unless(&against),
        }
    }
}
