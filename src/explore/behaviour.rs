//! The partial order of an execution's steps, as a hash: two executions that differ only in the order of steps that
//! commute are one *behaviour*.
//!
//! Of each object is kept who changed it last, and who has read it and who has added to it since. What a step is
//! follows from who moves, what was chosen within the step, and for each object it touches from those it comes after.
//! The hashes of the steps are summed, so that their order does not matter where it is not part of them.
//! 64 bits: among a million behaviours two share a hash with a chance of 3 in 10⁸.

use super::table::Table;
use crate::runtime::ledger::{Name, Touched, mix};

/// What a step touches, as bits: two ANDs say whether two steps commute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Touch {
    /// The objects on which its course depends.
    pub reads: u128,
    /// The objects that it changes; one that is also among `reads` it changes for good, the others it only adds to.
    pub adds: u128,
    /// What was chosen within the step; 0 if nothing.
    pub variant: u64,
}

impl Touch {
    /// Whether the two steps commute.
    #[inline]
    pub fn commutes(&self, other: &Touch) -> bool {
        self.reads & other.adds == 0 && self.adds & other.reads == 0
    }
}

/// Of an object: who changed it last, and the sums of those who have added to it and read it since.
#[derive(Clone, Copy, Default)]
struct Past {
    /// In which execution this was last true.
    execution: u64,
    bit: u128,
    changed: u64,
    added: u64,
    read: u64,
}

/// Bits that objects have to themselves; the rest share the others.
const OWN_BITS: u32 = 120;
/// Objects that have a bit of their own, or would have if there were as many; the others go by their names' last bits.
const MAX_NUMBERED: usize = 1 << 16;

/// The behaviour of an execution under way. What it knows of names stays from one execution to the next.
#[derive(Default)]
pub struct Behaviour {
    numbers: Table,
    pasts: Vec<Past>,
    execution: u64,
    hash: u64,
    variant: u64,
    /// The steps that commute with no other: the last of them, and the sum of all steps since.
    alone: u64,
    since: u64,
}

impl Behaviour {
    /// A new execution begins.
    pub fn begin(&mut self) {
        self.execution += 1;
        (self.hash, self.variant, self.alone, self.since) = (0, 0, 0, 0);
    }

    /// Something was chosen within the step under way.
    pub fn vary(&mut self, what: u64) {
        self.variant = mix(self.variant, what);
    }

    /// The behaviour of the steps so far.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// The bit of a name, the same in every execution.
    fn bit(&mut self, name: Name) -> u128 {
        let next = self.numbers.len() as u32;
        let number = match self.numbers.get(name) {
            Some(number) => number,
            None if self.numbers.len() >= MAX_NUMBERED => OWN_BITS + (name % 8) as u32,
            None => self.numbers.get_or_insert(name, next),
        };
        1 << if number < OWN_BITS { number } else { OWN_BITS + number % (128 - OWN_BITS) }
    }

    /// Takes in a step: who moved and what it touched.
    pub fn step(&mut self, mover: Name, now: u64, touched: &Touched<'_>) -> Touch {
        let mut touch = Touch { reads: 0, adds: 0, variant: std::mem::take(&mut self.variant) };
        let mut after = 0_u64;
        if self.pasts.len() < touched.names.len() {
            self.pasts.resize(touched.names.len(), Past::default());
        }
        for object in touched.objects {
            let (name, access) = (touched.names[*object as usize], touched.access[*object as usize]);
            if self.pasts[*object as usize].execution != self.execution {
                let bit = self.bit(name);
                self.pasts[*object as usize] = Past { execution: self.execution, bit, ..Past::default() };
            }
            let past = &self.pasts[*object as usize];
            // An addition comes after the reads, a read after the additions, a change after both.
            let (mut read, mut added) = (0, 0);
            if access & 1 != 0 {
                touch.reads |= past.bit;
                added = past.added;
            }
            if access & 2 != 0 {
                touch.adds |= past.bit;
                read = past.read;
            }
            let place = mix(name.rotate_left(8) ^ u64::from(access), past.changed);
            after = after.wrapping_add(mix(place, read.wrapping_add(added.rotate_left(32))));
        }
        let since = if touched.everything { self.since } else { 0 };
        let step = mix(mix(mix(mover, touch.variant), now ^ self.alone), after.wrapping_add(since));
        for object in touched.objects {
            let past = &mut self.pasts[*object as usize];
            match touched.access[*object as usize] {
                1 => past.read = past.read.wrapping_add(step),
                2 => past.added = past.added.wrapping_add(step),
                _ => (past.changed, past.added, past.read) = (step, 0, 0),
            }
        }
        self.hash = self.hash.wrapping_add(step);
        if touched.everything {
            (self.alone, self.since) = (step, 0);
            (touch.reads, touch.adds) = (u128::MAX, u128::MAX);
        } else {
            self.since = self.since.wrapping_add(step);
        }
        touch
    }
}
