//! The partial order of an execution's steps, as a hash: two executions that differ only in the order of steps that
//! commute are one *behaviour*.
//!
//! The [ledger](crate::runtime::ledger) knows of each object who changed it last, and who has read it and who has added
//! to it since. What a step is follows from who moves, what was chosen within the step, and from those it comes after.
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

/// Bits that objects have to themselves; the rest share the others.
const OWN_BITS: u32 = 120;
/// Objects that have a bit of their own, or would have if there were as many; the others go by their names' last bits.
const MAX_NUMBERED: usize = 1 << 16;

/// The behaviour of an execution under way. What it knows of names stays from one execution to the next.
#[derive(Default)]
pub struct Behaviour {
    numbers: Table,
    /// By object of this execution: its bit, if anybody has asked for it; else 0.
    bits: Vec<u128>,
    hash: u64,
    variant: u64,
    /// The steps that commute with no other: the last of them, and the sum of all steps since.
    alone: u64,
    since: u64,
}

impl Behaviour {
    /// A new execution begins.
    pub fn begin(&mut self) {
        self.bits.clear();
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
    fn bit(numbers: &mut Table, name: Name) -> u128 {
        let next = numbers.len() as u32;
        let number = match numbers.get(name) {
            Some(number) => number,
            None if numbers.len() >= MAX_NUMBERED => OWN_BITS + (name % 8) as u32,
            None => numbers.get_or_insert(name, next),
        };
        1 << if number < OWN_BITS { number } else { OWN_BITS + number % (128 - OWN_BITS) }
    }

    /// What the step that was just made touches, as bits; asked before it is taken in.
    pub fn touch(&mut self, touched: &mut Touched<'_>) -> Touch {
        if touched.everything {
            return Touch { reads: u128::MAX, adds: u128::MAX, variant: self.variant };
        }
        let mut touch = Touch { variant: self.variant, ..Touch::default() };
        touched.each_object(|object, name, access| {
            if self.bits.len() <= object as usize {
                self.bits.resize(object as usize + 1, 0);
            }
            let bit = &mut self.bits[object as usize];
            if *bit == 0 {
                *bit = Self::bit(&mut self.numbers, name);
            }
            if access & 1 != 0 {
                touch.reads |= *bit;
            }
            if access & 2 != 0 {
                touch.adds |= *bit;
            }
        });
        touch
    }

    /// Takes in a step: who moved and what it touched.
    #[inline]
    pub fn step(&mut self, mover: Name, now: u64, touched: &mut Touched<'_>) {
        let variant = std::mem::take(&mut self.variant);
        let since = if touched.everything { self.since } else { 0 };
        let who = mover ^ variant.rotate_left(17);
        let step = mix(mix(who, now ^ self.alone), touched.after().wrapping_add(since));
        touched.write_down(step);
        self.hash = self.hash.wrapping_add(step);
        if touched.everything {
            (self.alone, self.since) = (step, 0);
        } else {
            self.since = self.since.wrapping_add(step);
        }
    }
}
