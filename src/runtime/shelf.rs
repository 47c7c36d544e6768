//! Things that stand side by side in the order they were made, and what stood there in the last execution: a search
//! begins its run anew again and again, and makes the same things in the same order as a rule, so that each can be made
//! of what the last execution has left in its place.

/// At most so many things are left for the next execution.
const MOST_LEFT: usize = 1024;

pub(super) struct Shelf<T> {
    things: Vec<Option<T>>,
    /// So many belong to this execution; what stands behind them was left by earlier ones.
    len: usize,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Shelf { things: Vec::new(), len: 0 }
    }
}

impl<T> Shelf<T> {
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What was left in the place of the thing that comes next.
    pub fn take_left(&mut self) -> Option<T> {
        self.things.get_mut(self.len)?.take()
    }

    /// Puts a thing into the next place, from which what was left has been taken.
    pub fn push(&mut self, thing: T) {
        match self.things.get_mut(self.len) {
            Some(place) => *place = Some(thing),
            None => self.things.push(Some(thing)),
        }
        self.len += 1;
    }

    pub fn get(&self, place: u32) -> Option<&T> {
        self.things[..self.len].get(place as usize)?.as_ref()
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.things[..self.len].iter().flatten()
    }

    /// Every place, whether or not its thing is there.
    pub fn places(&mut self) -> impl Iterator<Item = Option<&mut T>> {
        self.things[..self.len].iter_mut().map(Option::as_mut)
    }

    /// Takes a thing out; its place stays.
    pub fn take(&mut self, place: u32) -> Option<T> {
        self.things[..self.len].get_mut(place as usize)?.take()
    }

    /// Puts a thing back that was taken out.
    pub fn put_back(&mut self, place: u32, thing: T) {
        if let Some(empty) = self.things[..self.len].get_mut(place as usize) {
            *empty = Some(thing);
        }
    }

    /// Leaves everything for the next execution; gives what is too much.
    pub fn leave(&mut self) -> Vec<Option<T>> {
        self.len = 0;
        self.things.split_off(self.things.len().min(MOST_LEFT))
    }
}
