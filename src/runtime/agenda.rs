//! Which timer is next: the pending ones in the order (deadline, rank). While they are few they are a sorted list, which
//! is also a heap with four children to a node, and such a heap from there on, in which each knows its place.

use super::timers::TimerId;

/// So many pending timers are kept sorted: that is faster than anything cleverer.
const FEW: usize = 16;
const NOWHERE: u32 = u32::MAX;
/// Four to a node: half as many levels as with two, and the four lie side by side.
const CHILDREN: usize = 4;

/// A pending timer.
#[derive(Clone, Copy)]
struct Pending {
    /// The deadline above the rank: one comparison without a branch.
    order: u128,
    id: TimerId,
}

impl Pending {
    fn deadline(&self) -> u64 {
        (self.order >> 64) as u64
    }

    fn is_before(&self, other: &Pending) -> bool {
        self.order < other.order
    }
}

#[derive(Default)]
pub(super) struct Agenda {
    pending: Vec<Pending>,
    /// By timer: its place in the heap; in the list, only that it is there.
    places: Vec<u32>,
    is_heap: bool,
    /// Room for those that are due.
    due: Vec<Pending>,
}

impl Agenda {
    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.pending.clear();
        self.places.clear();
        self.is_heap = false;
    }

    #[inline]
    pub fn has(&self, id: TimerId) -> bool {
        self.places.get(id as usize).is_some_and(|place| *place != NOWHERE)
    }

    /// Puts a timer into the order that is not there.
    pub fn insert(&mut self, id: TimerId, deadline: u64, rank: u64) {
        let timer = Pending { order: u128::from(deadline) << 64 | u128::from(rank), id };
        let count = self.pending.len();
        if self.places.len() <= id as usize {
            self.places.resize(id as usize + 1, NOWHERE);
        }
        self.places[id as usize] = count as u32;
        if !self.is_heap && count < FEW {
            let place = self.pending.iter().rposition(|other| other.is_before(&timer)).map_or(0, |before| before + 1);
            self.pending.insert(place, timer);
            return;
        }
        if !self.is_heap {
            self.is_heap = true;
            (0..count).for_each(|place| self.put(place, self.pending[place]));
        }
        self.pending.push(timer);
        self.rise(count, timer);
    }

    /// Takes a timer out of the order, if it is there.
    #[inline]
    pub fn remove(&mut self, id: TimerId) {
        if self.has(id) {
            self.take_out(id);
        }
    }

    fn take_out(&mut self, id: TimerId) {
        let place = std::mem::replace(&mut self.places[id as usize], NOWHERE) as usize;
        if !self.is_heap {
            if let Some(place) = self.pending.iter().position(|timer| timer.id == id) {
                self.pending.remove(place);
            }
            return;
        }
        // The last one takes its place, and then the place that befits it.
        if let Some(last) = self.pending.pop()
            && place < self.pending.len()
        {
            match place.checked_sub(1).map(|before| before / CHILDREN) {
                Some(parent) if last.is_before(&self.pending[parent]) => self.rise(place, last),
                _ => self.sink(place, last),
            }
        }
        if self.pending.len() <= FEW / 2 {
            self.is_heap = false;
            self.pending.sort_unstable_by_key(|timer| timer.order);
        }
    }

    /// The first in the order.
    pub fn first(&self) -> Option<TimerId> {
        self.pending.first().map(|timer| timer.id)
    }

    /// The deadline of the first in the order.
    pub fn first_deadline(&self) -> Option<u64> {
        self.pending.first().map(|timer| timer.deadline())
    }

    /// Whether at least two are due at a deadline; cheaper than listing them.
    pub fn has_second_due(&self, deadline: u64) -> bool {
        self.children(0).iter().any(|timer| timer.deadline() <= deadline)
    }

    /// Calls for all that are due at a deadline, in order.
    pub fn each_until(&mut self, deadline: u64, mut call: impl FnMut(TimerId)) {
        if !self.is_heap {
            self.pending.iter().take_while(|timer| timer.deadline() <= deadline).for_each(|timer| call(timer.id));
            return;
        }
        let mut due = std::mem::take(&mut self.due);
        if deadline == u64::MAX {
            due.extend_from_slice(&self.pending);
        } else {
            // It is also the list of those whose children are to be looked at.
            due.extend(self.pending.first().filter(|timer| timer.deadline() <= deadline));
            let mut next = 0;
            while let Some(place) = due.get(next).map(|timer| self.places[timer.id as usize] as usize) {
                due.extend(self.children(place).iter().filter(|timer| timer.deadline() <= deadline));
                next += 1;
            }
        }
        due.sort_unstable_by_key(|timer| timer.order);
        due.iter().for_each(|timer| call(timer.id));
        due.clear();
        self.due = due;
    }

    fn children(&self, place: usize) -> &[Pending] {
        let first = (CHILDREN * place + 1).min(self.pending.len());
        &self.pending[first..(first + CHILDREN).min(self.pending.len())]
    }

    fn put(&mut self, place: usize, timer: Pending) {
        self.pending[place] = timer;
        self.places[timer.id as usize] = place as u32;
    }

    /// Puts a timer where a place is free, or above, while those above come down.
    fn rise(&mut self, mut place: usize, timer: Pending) {
        while place > 0 {
            let parent = (place - 1) / CHILDREN;
            if !timer.is_before(&self.pending[parent]) {
                break;
            }
            self.put(place, self.pending[parent]);
            place = parent;
        }
        self.put(place, timer);
    }

    /// Puts a timer where a place is free, or below, while those below come up.
    fn sink(&mut self, mut place: usize, timer: Pending) {
        loop {
            let children = self.children(place).iter().zip(CHILDREN * place + 1..);
            let first = children.reduce(|first, other| if other.0.is_before(first.0) { other } else { first });
            let Some((child, below)) = first.filter(|(child, _)| child.is_before(&timer)) else { break };
            self.put(place, *child);
            place = below;
        }
        self.put(place, timer);
    }
}
