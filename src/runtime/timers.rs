//! The timers of a run, in slots that are used again.
//!
//! The rank is given once, when the timer object is created, and kept for life (rule S1); messages
//! under way rank before every timer of the same instant.

use super::agenda::Agenda;
use super::chooser::Candidate;
use super::ledger::{Name, Object};
use super::operation::WaitId;
use crate::trace::{ChannelId, EventId, Site, TaskId};

pub(crate) type TimerId = u32;

/// What happens when a timer fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// A sleep is over.
    Alarm,
    /// An interval ticks.
    Tick,
    /// Something happens by itself.
    Act,
    /// A message lands in the inbox of its channel.
    Land { channel: ChannelId },
    /// A stretch of work is done.
    Work,
    /// A blocking stretch is over: its task may be polled again.
    Unblock,
}

#[derive(Clone, Debug)]
pub(crate) struct Timer {
    pub deadline: u64,
    pub rank: u64,
    pub due: Due,
    /// Whose timer it is.
    pub task: TaskId,
    /// The same in every execution; of a landing: its channel and its sender.
    pub name: Name,
    pub object: Object,
    /// The event that set it.
    pub set: Option<EventId>,
    /// The line that asked for it.
    pub site: Option<Site>,
    /// It fired, and nobody has taken notice yet; the event of its firing.
    pub fired: Option<Option<EventId>>,
    /// Who waits for it.
    pub parked: Option<(WaitId, u8)>,
    /// Of work that a hang has stopped: what is left of it.
    pub paused: Option<u64>,
    /// The duration it was set for, for the record.
    pub span: u64,
    used: bool,
}

/// Ranks of timers lie above all ranks of messages under way.
const TIMER_RANK: u64 = 1 << 62;

#[derive(Default)]
pub(crate) struct Timers {
    slots: Vec<Timer>,
    free: Vec<TimerId>,
    agenda: Agenda,
    created: u64,
}

impl Timers {
    /// The rank of the next message.
    pub fn message_rank(&mut self) -> u64 {
        self.created += 1;
        self.created
    }

    /// A new timer object, armed for `deadline`.
    pub fn create(&mut self, deadline: u64, due: Due, of: (TaskId, Name, Object), span: u64) -> TimerId {
        let rank = TIMER_RANK + self.message_rank();
        self.create_ranked(deadline, rank, due, of, span)
    }

    /// The same with a rank of its own.
    pub fn create_ranked(
        &mut self,
        deadline: u64,
        rank: u64,
        due: Due,
        (task, name, object): (TaskId, Name, Object),
        span: u64,
    ) -> TimerId {
        let timer = Timer {
            deadline,
            rank,
            due,
            task,
            name,
            object,
            set: None,
            site: None,
            fired: None,
            parked: None,
            paused: None,
            span,
            used: true,
        };
        let id = match self.free.pop() {
            Some(id) => {
                self.slots[id as usize] = timer;
                id
            }
            None => {
                self.slots.push(timer);
                (self.slots.len() - 1) as TimerId
            }
        };
        self.arm(id, deadline);
        id
    }

    /// Puts a timer into the order, or elsewhere in it.
    pub fn arm(&mut self, id: TimerId, deadline: u64) {
        let slot = &mut self.slots[id as usize];
        slot.deadline = deadline;
        self.agenda.remove(id);
        self.agenda.insert(id, deadline, slot.rank);
    }

    /// Takes a timer out of the order; its slot stays.
    #[inline]
    pub fn disarm(&mut self, id: TimerId) {
        self.agenda.remove(id);
    }

    /// Gives the slot back.
    pub fn remove(&mut self, id: TimerId) {
        if self.slots[id as usize].used {
            self.disarm(id);
            self.slots[id as usize].used = false;
            self.free.push(id);
        }
    }

    pub fn get(&self, id: TimerId) -> &Timer {
        &self.slots[id as usize]
    }

    pub fn get_mut(&mut self, id: TimerId) -> &mut Timer {
        &mut self.slots[id as usize]
    }

    /// Every timer object there is, and whether it is pending.
    pub fn all(&self) -> impl Iterator<Item = (&Timer, bool)> {
        let slots = self.slots.iter().zip(0..).filter(|(timer, _)| timer.used);
        slots.map(|(timer, id)| (timer, self.agenda.has(id)))
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.free.clear();
        self.agenda.clear();
        self.created = 0;
    }

    pub fn is_pending(&self, id: TimerId) -> bool {
        self.agenda.has(id)
    }

    /// The first in the order.
    pub fn first(&self) -> Option<TimerId> {
        self.agenda.first()
    }

    /// The deadline of the first in the order.
    pub fn first_deadline(&self) -> Option<u64> {
        self.agenda.first_deadline()
    }

    /// Adds all pending timers up to a deadline, in order.
    pub fn pending_until(&mut self, deadline: u64, found: &mut Vec<Candidate>) {
        self.agenda.each_until(deadline, |id| found.push(Candidate::Timer(id)));
    }

    /// Whether at least two pending timers are due at a deadline; cheaper than listing them.
    pub fn has_second_due(&self, deadline: u64) -> bool {
        self.agenda.has_second_due(deadline)
    }

    /// All stretches of work of a task, pending or paused.
    pub fn work_of(&self, task: TaskId) -> Vec<TimerId> {
        let is_work = |timer: &Timer| {
            timer.used && timer.task == task && timer.fired.is_none() && matches!(timer.due, Due::Work | Due::Unblock)
        };
        (0..self.slots.len() as TimerId).filter(|id| is_work(self.get(*id))).collect()
    }
}
