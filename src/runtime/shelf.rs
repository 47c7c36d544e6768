//! Things that stand side by side in the order they were made, and what stood there in the last execution: a search
//! begins its run anew again and again, and makes the same things in the same order as a rule, so that each can be made
//! of what the last execution has left in its place.

/// At most so many things are left for the next execution.
const MOST_LEFT: usize = 1024;

pub(super) struct Shelf<T> {
    now: Vec<Option<T>>,
    left: Vec<Option<T>>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Shelf { now: Vec::new(), left: Vec::new() }
    }
}

impl<T> Shelf<T> {
    /// What was left in the place of the thing that comes next.
    pub fn take_left(&mut self) -> Option<T> {
        self.left.get_mut(self.now.len())?.take()
    }

    pub fn push(&mut self, thing: T) {
        self.now.push(Some(thing));
    }

    pub fn get(&self, place: u32) -> Option<&T> {
        self.now.get(place as usize)?.as_ref()
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.now.iter().flatten()
    }

    /// Takes a thing out; its place stays.
    pub fn take(&mut self, place: u32) -> Option<T> {
        self.now.get_mut(place as usize)?.take()
    }

    /// Puts a thing back that was taken out.
    pub fn put_back(&mut self, place: u32, thing: T) {
        if let Some(empty) = self.now.get_mut(place as usize) {
            *empty = Some(thing);
        }
    }

    /// Everything; nothing is there any more.
    pub fn take_all(&mut self) -> Vec<Option<T>> {
        std::mem::take(&mut self.now)
    }

    /// Leaves things for the next execution, besides those of earlier ones whose places were not needed; gives what is
    /// too much, to be dropped when nothing is borrowed.
    pub fn leave(&mut self, things: Vec<Option<T>>) -> Vec<Option<T>> {
        let mut before = std::mem::replace(&mut self.left, things);
        if before.len() > self.left.len() {
            self.left.extend(before.drain(self.left.len()..));
        }
        let rest = self.left.split_off(self.left.len().min(MOST_LEFT));
        if self.now.is_empty() && before.iter().all(Option::is_none) {
            // The room is used again.
            before.clear();
            self.now = before;
            return rest;
        }
        before.into_iter().chain(rest).collect()
    }
}
