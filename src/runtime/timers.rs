//! Pending timers in the order (deadline, rank), over reusable slots: a sorted list while they are few, which is also a
//! heap, and a heap from there on.
//!
//! The rank is given once, when the timer object is created, and kept for life (rule S1); messages
//! under way rank before every timer of the same instant. In the heap a slot knows its place, so
//! that any timer can be taken out without a search.

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
    place: u32,
    used: bool,
}

/// So many pending timers are kept sorted: that is faster than anything cleverer.
const FEW: usize = 16;
const NOWHERE: u32 = u32::MAX;
/// Ranks of timers lie above all ranks of messages under way.
const TIMER_RANK: u64 = 1 << 62;

/// A pending timer.
#[derive(Clone, Copy)]
struct Pending {
    deadline: u64,
    rank: u64,
    id: TimerId,
}

impl Pending {
    fn is_before(&self, other: &Pending) -> bool {
        (self.deadline, self.rank) < (other.deadline, other.rank)
    }
}

#[derive(Default)]
pub(crate) struct Timers {
    slots: Vec<Timer>,
    free: Vec<TimerId>,
    pending: Vec<Pending>,
    /// They are a heap, in which slots know their places; else they are sorted.
    is_heap: bool,
    /// Room for those that are due.
    due: Vec<Pending>,
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
            place: NOWHERE,
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
        self.disarm(id);
        let slot = &mut self.slots[id as usize];
        slot.deadline = deadline;
        let timer = Pending { deadline, rank: slot.rank, id };
        let count = self.pending.len();
        slot.place = count as u32;
        if !self.is_heap && count < FEW {
            let place = self.pending.iter().rposition(|other| other.is_before(&timer)).map_or(0, |before| before + 1);
            self.pending.insert(place, timer);
            return;
        }
        if !self.is_heap {
            self.is_heap = true;
            for (place, other) in self.pending.iter().enumerate() {
                self.slots[other.id as usize].place = place as u32;
            }
        }
        self.pending.push(timer);
        self.rise(count);
    }

    /// Takes a timer out of the order; its slot stays.
    #[inline]
    pub fn disarm(&mut self, id: TimerId) {
        let place = std::mem::replace(&mut self.slots[id as usize].place, NOWHERE);
        if place != NOWHERE {
            self.take_out(id, place);
        }
    }

    fn take_out(&mut self, id: TimerId, place: u32) {
        if !self.is_heap {
            if let Some(place) = self.pending.iter().position(|timer| timer.id == id) {
                self.pending.remove(place);
            }
            return;
        }
        let place = place as usize;
        self.pending.swap_remove(place);
        if let Some(moved) = self.pending.get(place) {
            self.slots[moved.id as usize].place = place as u32;
            let place = self.rise(place);
            self.sink(place);
        }
        if self.pending.len() <= FEW / 2 {
            self.is_heap = false;
            self.pending.sort_unstable_by_key(|timer| (timer.deadline, timer.rank));
        }
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
        self.slots.iter().filter(|timer| timer.used).map(|timer| (timer, timer.place != NOWHERE))
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.free.clear();
        self.pending.clear();
        self.is_heap = false;
        self.created = 0;
    }

    pub fn is_pending(&self, id: TimerId) -> bool {
        self.slots[id as usize].place != NOWHERE
    }

    /// The first in the order.
    pub fn first(&self) -> Option<TimerId> {
        self.pending.first().map(|timer| timer.id)
    }

    /// The deadline of the first in the order.
    pub fn first_deadline(&self) -> Option<u64> {
        self.pending.first().map(|timer| timer.deadline)
    }

    /// Adds all pending timers up to a deadline, in order.
    pub fn pending_until(&mut self, deadline: u64, found: &mut Vec<Candidate>) {
        if !self.is_heap {
            let due = self.pending.iter().take_while(|timer| timer.deadline <= deadline);
            due.for_each(|timer| found.push(Candidate::Timer(timer.id)));
            return;
        }
        let due = &mut self.due;
        due.clear();
        if deadline == u64::MAX {
            due.extend_from_slice(&self.pending);
        } else {
            // It is also the list of those whose children are to be looked at.
            due.extend(self.pending.first().filter(|timer| timer.deadline <= deadline));
            let mut next = 0;
            while let Some(place) = due.get(next).map(|timer| self.slots[timer.id as usize].place as usize) {
                let children = [2 * place + 1, 2 * place + 2].into_iter().filter_map(|place| self.pending.get(place));
                due.extend(children.filter(|timer| timer.deadline <= deadline));
                next += 1;
            }
        }
        due.sort_unstable_by_key(|timer| (timer.deadline, timer.rank));
        found.extend(due.iter().map(|timer| Candidate::Timer(timer.id)));
    }

    /// Whether at least two pending timers are due at a deadline; cheaper than listing them.
    pub fn has_second_due(&self, deadline: u64) -> bool {
        [1, 2].iter().any(|place| self.pending.get(*place).is_some_and(|timer| timer.deadline <= deadline))
    }

    /// All stretches of work of a task, pending or paused.
    pub fn work_of(&self, task: TaskId) -> Vec<TimerId> {
        let is_work = |timer: &Timer| {
            timer.used && timer.task == task && timer.fired.is_none() && matches!(timer.due, Due::Work | Due::Unblock)
        };
        (0..self.slots.len() as TimerId).filter(|id| is_work(self.get(*id))).collect()
    }

    fn swap(&mut self, x: usize, y: usize) {
        self.pending.swap(x, y);
        self.slots[self.pending[x].id as usize].place = x as u32;
        self.slots[self.pending[y].id as usize].place = y as u32;
    }

    fn rise(&mut self, mut place: usize) -> usize {
        while place > 0 {
            let parent = (place - 1) / 2;
            if !self.pending[place].is_before(&self.pending[parent]) {
                break;
            }
            self.swap(parent, place);
            place = parent;
        }
        place
    }

    fn sink(&mut self, mut place: usize) {
        loop {
            let mut smaller = 2 * place + 1;
            if smaller >= self.pending.len() {
                return;
            }
            if self.pending.get(smaller + 1).is_some_and(|other| other.is_before(&self.pending[smaller])) {
                smaller += 1;
            }
            if !self.pending[smaller].is_before(&self.pending[place]) {
                return;
            }
            self.swap(smaller, place);
            place = smaller;
        }
    }
}
