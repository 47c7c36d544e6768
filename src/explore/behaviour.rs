//! The partial order of an execution's steps, as a hash: two executions that differ only in the order of steps that
//! commute are one *behaviour*.
//!
//! Of each object is kept who changed it last, and who has read it and who has added to it since. What a step is
//! follows from who moves, what was chosen within the step, and for each object it touches from those it comes after.
//! The hashes of the steps are summed, so that their order does not matter where it is not part of them.
//! 64 bits: among a million behaviours two share a hash with a chance of 3 in 10⁸.

use super::table::Table;
use crate::runtime::ledger::{Access, Name, mix};

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

#[derive(Clone, Copy, Default)]
struct Object {
    name: Name,
    /// In which execution this was last true.
    execution: u64,
    changed: u64,
    added: u64,
    read: u64,
    /// Within the step under way: bit 0 reads, bit 1 adds.
    access: u8,
}

/// Bits that objects have to themselves; the rest share the others.
const OWN_BITS: u32 = 120;
/// More objects than this share their places.
const MAX_OBJECTS: usize = 1 << 18;
/// The object that every step adds to, and that a step which commutes with no other changes.
const EVERYTHING: Name = 0x5eed;

/// The behaviour of an execution under way. What it knows of names stays from one execution to the next.
#[derive(Default)]
pub struct Behaviour {
    numbers: Table,
    objects: Vec<Object>,
    execution: u64,
    hash: u64,
    variant: u64,
    touched: Vec<u32>,
}

impl Behaviour {
    /// A new execution begins.
    pub fn begin(&mut self) {
        self.execution += 1;
        self.hash = 0;
        self.variant = 0;
    }

    /// Something was chosen within the step under way.
    pub fn vary(&mut self, what: u64) {
        self.variant = mix(self.variant, what);
    }

    /// The behaviour of the steps so far.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    fn number(&mut self, name: Name) -> u32 {
        let next = self.objects.len();
        let number = self.numbers.get_or_insert(name, next.min(MAX_OBJECTS - 1) as u32);
        if number as usize == next {
            self.objects.push(Object { name, ..Object::default() });
        }
        number
    }

    fn touch(&mut self, name: Name, bits: u8) {
        let number = self.number(name);
        let execution = self.execution;
        let object = &mut self.objects[number as usize];
        if object.execution != execution {
            *object = Object { name: object.name, execution, ..Object::default() };
        }
        if object.access == 0 {
            self.touched.push(number);
        }
        object.access |= bits;
    }

    /// Takes in a step: who moved and what it touched.
    pub fn step(&mut self, mover: Name, now: u64, touched: &[(Name, Access)], everything: bool) -> Touch {
        for (name, access) in touched {
            let bits = match access {
                Access::Read => 1,
                Access::Add => 2,
                Access::Change => 3,
            };
            self.touch(*name, bits);
        }
        self.touch(EVERYTHING, if everything { 3 } else { 2 });
        let mut touch = Touch { reads: 0, adds: 0, variant: std::mem::take(&mut self.variant) };
        let mut after = 0_u64;
        for number in &self.touched {
            let object = &self.objects[*number as usize];
            let bit = 1_u128 << if *number < OWN_BITS { *number } else { OWN_BITS + number % (128 - OWN_BITS) };
            // An addition comes after the reads, a read after the additions, a change after both.
            let (mut read, mut added) = (0, 0);
            if object.access & 1 != 0 {
                touch.reads |= bit;
                added = object.added;
            }
            if object.access & 2 != 0 {
                touch.adds |= bit;
                read = object.read;
            }
            let place = mix(object.name.rotate_left(8) ^ u64::from(object.access), object.changed);
            after = after.wrapping_add(mix(place, read.wrapping_add(added.rotate_left(32))));
        }
        let step = mix(mix(mix(mover, touch.variant), now), after);
        for number in self.touched.drain(..) {
            let object = &mut self.objects[number as usize];
            match std::mem::take(&mut object.access) {
                1 => object.read = object.read.wrapping_add(step),
                2 => object.added = object.added.wrapping_add(step),
                _ => (object.changed, object.added, object.read) = (step, 0, 0),
            }
        }
        self.hash = self.hash.wrapping_add(step);
        if everything {
            (touch.reads, touch.adds) = (u128::MAX, u128::MAX);
        }
        touch
    }
}
