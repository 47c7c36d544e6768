//! A small map from hashes to numbers: the keys are well mixed already, so a slot is found by their last bits.

/// A map that only grows.
#[derive(Default)]
pub struct Table {
    slots: Vec<(u64, u32)>,
    len: usize,
}

const FREE: u32 = u32::MAX;

impl Table {
    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The number of a key, which is `new` if the key was not there.
    pub fn get_or_insert(&mut self, key: u64, new: u32) -> u32 {
        debug_assert!(new != FREE);
        if self.len * 2 >= self.slots.len() {
            self.grow();
        }
        let place = self.place(key);
        if self.slots[place].1 == FREE {
            self.slots[place] = (key, new);
            self.len += 1;
        }
        self.slots[place].1
    }

    /// The number of a key.
    pub fn get(&self, key: u64) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let number = self.slots[self.place(key)].1;
        (number != FREE).then_some(number)
    }

    /// Where a key is, or would be.
    fn place(&self, key: u64) -> usize {
        let mask = self.slots.len() - 1;
        // Names that differ in their last bits only are common.
        let mut place = (key ^ key >> 32) as usize & mask;
        while self.slots[place].1 != FREE && self.slots[place].0 != key {
            place = (place + 1) & mask;
        }
        place
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(64);
        let old = std::mem::replace(&mut self.slots, vec![(0, FREE); size]);
        for (key, number) in old.into_iter().filter(|(_, number)| *number != FREE) {
            let place = self.place(key);
            self.slots[place] = (key, number);
        }
    }
}

/// A set of hashes with a limit; beyond it nothing is added.
#[derive(Default)]
pub struct HashSet64 {
    table: Table,
}

impl HashSet64 {
    /// Adds a hash if there is room for one of at most `limit`.
    pub fn insert(&mut self, hash: u64, limit: usize) {
        if self.table.len() < limit {
            self.table.get_or_insert(hash, 0);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Every hash, in no order.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.table.slots.iter().filter(|(_, number)| *number != FREE).map(|(hash, _)| *hash)
    }
}
