//! Pending timers in the order (deadline, rank): a binary heap over reusable slots.
//!
//! The rank is given once, when the timer object is created, and kept for life (rule S1); messages
//! under way rank before every timer of the same instant. A slot knows its place in the heap, so
//! that any timer can be taken out without a search.

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

/// So many timers are looked through and sorted faster than in any cleverer way.
const FEW: usize = 16;
const NOWHERE: u32 = u32::MAX;
/// Ranks of timers lie above all ranks of messages under way.
const TIMER_RANK: u64 = 1 << 62;

#[derive(Default)]
pub(crate) struct Timers {
    slots: Vec<Timer>,
    free: Vec<TimerId>,
    heap: Vec<TimerId>,
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

    /// Puts a timer that is not pending back into the order.
    pub fn arm(&mut self, id: TimerId, deadline: u64) {
        self.disarm(id);
        self.slots[id as usize].deadline = deadline;
        self.slots[id as usize].place = self.heap.len() as u32;
        self.heap.push(id);
        self.rise(self.heap.len() - 1);
    }

    /// Takes a timer out of the order; its slot stays.
    pub fn disarm(&mut self, id: TimerId) {
        let place = self.slots[id as usize].place;
        if place == NOWHERE {
            return;
        }
        let place = place as usize;
        self.heap.swap_remove(place);
        self.slots[id as usize].place = NOWHERE;
        if place < self.heap.len() {
            self.slots[self.heap[place] as usize].place = place as u32;
            let place = self.rise(place);
            self.sink(place);
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
        self.heap.clear();
        self.created = 0;
    }

    pub fn is_pending(&self, id: TimerId) -> bool {
        self.slots[id as usize].place != NOWHERE
    }

    /// The first in the order.
    pub fn first(&self) -> Option<TimerId> {
        self.heap.first().copied()
    }

    /// The deadline of the first in the order.
    pub fn first_deadline(&self) -> Option<u64> {
        self.first().map(|id| self.get(id).deadline)
    }

    /// All pending timers up to a deadline, in order.
    pub fn pending_until(&self, deadline: u64, found: &mut Vec<TimerId>) {
        found.clear();
        if self.heap.len() <= FEW || deadline == u64::MAX {
            found.extend(self.heap.iter().filter(|id| self.get(**id).deadline <= deadline));
        } else {
            // `found` is also the list of those whose children are to be looked at.
            found.extend(self.first().filter(|id| self.get(*id).deadline <= deadline));
            let mut next = 0;
            while let Some(place) = found.get(next).map(|id| self.get(*id).place as usize) {
                let children = [2 * place + 1, 2 * place + 2].into_iter().filter_map(|place| self.heap.get(place));
                found.extend(children.filter(|id| self.get(**id).deadline <= deadline));
                next += 1;
            }
        }
        if found.len() > FEW {
            found.sort_unstable_by_key(|id| self.key(*id));
            return;
        }
        // Insertion: a heap is nearly in order.
        for end in 1..found.len() {
            let mut at = end;
            while at > 0 && self.key(found[at]) < self.key(found[at - 1]) {
                found.swap(at, at - 1);
                at -= 1;
            }
        }
    }

    /// Whether at least `n` pending timers are due at a deadline; cheaper than listing them.
    pub fn has_second_due(&self, deadline: u64) -> bool {
        [1, 2].iter().any(|place| self.heap.get(*place).is_some_and(|id| self.get(*id).deadline <= deadline))
    }

    /// All stretches of work of a task, pending or paused.
    pub fn work_of(&self, task: TaskId) -> Vec<TimerId> {
        let is_work = |timer: &Timer| {
            timer.used && timer.task == task && timer.fired.is_none() && matches!(timer.due, Due::Work | Due::Unblock)
        };
        (0..self.slots.len() as TimerId).filter(|id| is_work(self.get(*id))).collect()
    }

    fn key(&self, id: TimerId) -> (u64, u64) {
        let timer = self.get(id);
        (timer.deadline, timer.rank)
    }

    fn swap(&mut self, x: usize, y: usize) {
        self.heap.swap(x, y);
        self.slots[self.heap[x] as usize].place = x as u32;
        self.slots[self.heap[y] as usize].place = y as u32;
    }

    fn rise(&mut self, mut place: usize) -> usize {
        while place > 0 {
            let parent = (place - 1) / 2;
            if self.key(self.heap[parent]) <= self.key(self.heap[place]) {
                break;
            }
            self.swap(parent, place);
            place = parent;
        }
        place
    }

    fn sink(&mut self, mut place: usize) {
        loop {
            let smaller = [2 * place + 1, 2 * place + 2]
                .into_iter()
                .filter(|child| *child < self.heap.len())
                .min_by_key(|child| self.key(self.heap[*child]));
            match smaller {
                Some(child) if self.key(self.heap[child]) < self.key(self.heap[place]) => {
                    self.swap(child, place);
                    place = child;
                }
                _ => return,
            }
        }
    }
}
