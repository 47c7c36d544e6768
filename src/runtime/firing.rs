//! Timers are set and fire, in either engine.

use super::Runtime;
use super::core::Core;
use super::ledger::{Name, common, mix};
use super::timers::{Due, TimerId};
use crate::trace::{ChannelId, Kind, TaskId};

impl Runtime {
    /// Lets a timer fire.
    pub(super) fn fire(&self, timer: TimerId) {
        let has_act = self.core().fire(timer);
        if has_act {
            self.act(timer);
        }
    }
}

impl Core {
    /// Lets a timer fire; whether something is to be done that it stands for.
    pub(super) fn fire(&mut self, timer: TimerId) -> bool {
        self.disarm(timer);
        let found = self.timers.get(timer);
        let (task, set, site) = (found.task, found.set, found.site);
        let (due, span, parked) = (found.due, found.span, found.parked);
        let kind = match due {
            Due::Land { channel } => {
                self.channel(channel).land(timer);
                return false;
            }
            Due::Act => return true,
            Due::Alarm => Some(Kind::Wake),
            Due::Work | Due::Unblock => Some(Kind::Worked),
            Due::Tick => None,
        };
        let event = match kind {
            Some(kind) if self.is_alive(task) => self.emit_as(task, kind, 0, span, set, site),
            _ => None,
        };
        self.timers.get_mut(timer).fired = Some(event);
        if let Some((wait, arm)) = parked {
            self.commit(wait, arm, event);
        }
        if due == Due::Unblock && self.live.is_none() {
            self.release(task);
        }
        false
    }

    pub fn arm(&mut self, timer: u32, deadline: u64) {
        self.change_timer(timer);
        self.timers.arm(timer, deadline);
        if let Some(live) = &mut self.live {
            live.arm(timer, deadline);
        }
    }

    pub fn disarm(&mut self, timer: u32) {
        self.change_timer(timer);
        self.timers.disarm(timer);
        if let Some(live) = &mut self.live {
            live.disarm(timer);
        }
    }

    /// A new timer of the current task that fires after `span` nanoseconds.
    pub fn set_timer(&mut self, span: u64, due: Due) -> u32 {
        let deadline = self.clock().saturating_add(span);
        let name = self.christen();
        self.has_hidden_state |= self.is_in_lap() && self.timers.all().any(|(timer, _)| timer.name == name);
        let object = self.ledger.register(name, 1);
        let timer = self.timers.create(deadline, due, (self.current, name, object), span);
        if let Some(live) = &mut self.live {
            live.arm(timer, deadline);
        }
        timer
    }

    fn change_timer(&self, timer: u32) {
        match self.timers.get(timer).object {
            common::NONE => {}
            object => self.ledger.change(object),
        }
    }

    pub fn remove_timer(&mut self, timer: u32) {
        self.change_timer(timer);
        self.timers.remove(timer);
        if let Some(live) = &mut self.live {
            live.disarm(timer);
        }
    }

    /// A timer for the landing of a message; messages rank before timers of the same instant. Nobody but the landing
    /// itself touches it, so that no account is kept of it.
    pub(super) fn set_landing(
        &mut self,
        channel: ChannelId,
        of: Name,
        sender: TaskId,
        deadline: u64,
        rank: u64,
    ) -> TimerId {
        let name = mix(of, self.tasks.get(sender as usize).map_or(0, |sender| sender.name));
        let of = (sender, name, common::NONE);
        let timer = self.timers.create_ranked(deadline, rank, Due::Land { channel }, of, 0);
        if let Some(live) = &mut self.live {
            live.arm(timer, deadline);
        }
        timer
    }
}
