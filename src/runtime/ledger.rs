//! What the step under way touches and what its task observes: from this the explorer knows which steps commute and
//! which states are the same.
//!
//! A *step* is one poll of a task or one firing of a timer; nothing interleaves within it. Whatever tasks share is
//! an object with a [`Name`] that says who created it and as the how-manyeth, so that it is the same object in every
//! execution that creates it. Two steps commute unless they touch a common object in ways that do not: see
//! [`Access`]. Being registered as somebody who waits is a change.
//!
//! What a task observes goes into its *history*: its future is a function of it, so that two states whose tasks have
//! the same histories differ in nothing that a task holds. A poll that finds nothing observes nothing.
//!
//! Nothing is kept, and each call is one test of a flag, unless somebody who [follows](super::follow) the run asks for it.

pub use crate::trace::Access;

use std::cell::{Cell, RefCell};

/// A task, a timer or an object, the same in every execution that creates it: a hash of (who created it, the how-manyeth).
pub type Name = u64;

/// An object of this execution, by number: in order of creation, so that it is fast to find.
pub type Object = u32;

/// The objects that belong to no task, which are there from the start; their names are their numbers.
pub(crate) mod common {
    use super::Object;
    /// The clock, in the any-speed model: firings add to it, whoever looks at it reads it.
    pub const CLOCK: Object = 1;
    /// The numbers of tasks, on which their streams of draws and the names of namesakes depend.
    pub const TASKS: Object = 2;
    /// The names of channels.
    pub const CHANNELS: Object = 3;
    /// The user's inputs by name.
    pub const INPUTS: Object = 4;
    /// How often faults that only may strike still may.
    pub const BUDGET: Object = 5;
    /// The numbers given in the order of asking.
    pub const NUMBERS: Object = 6;
    /// The number of what is no object.
    pub const NONE: Object = 0;
    /// How many numbers are taken.
    pub const COUNT: Object = 7;
}

/// Mixes a number into a hash.
#[inline]
pub fn mix(hash: u64, number: u64) -> u64 {
    // The finaliser of SplitMix64 over a multiply-add: every bit of both depends on every bit of the result.
    let mut z = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(number).wrapping_add(0x632b_e59b_d9b4_e019);
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// Of what account is kept in an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// Of nothing.
    Nothing,
    /// Of what steps touch: then it has a behaviour.
    Steps,
    /// And of what tasks observe: then every moment has a state.
    Everything,
}

/// What a step has touched, and by whom that was touched before.
pub struct Touched<'a> {
    pages: &'a mut Pages,
    near: &'a Near,
    /// The step commutes with no other.
    pub everything: bool,
}

impl Touched<'_> {
    /// Calls for every object once, with its number in this execution: its name, and whether the course of the step
    /// depends on it (bit 0), whether the step changes it (bit 1), both: for good.
    pub fn each_object(&mut self, mut call: impl FnMut(Object, Name, u8)) {
        self.each_page(|object, page, access| call(object, page.name, access));
    }

    /// A hash of the steps before which this one cannot be made: of each object who has changed it last, and who has read
    /// it and added to it since. Which objects nobody has touched before follows from the rest.
    pub fn after(&mut self) -> u64 {
        let mut after = 0_u64;
        self.each_page(|_, page, access| {
            // An addition comes after the reads, a read after the additions, a change after both.
            let added = if access & 1 != 0 { page.added.rotate_left(32) } else { 0 };
            let read = if access & 2 != 0 { page.read.rotate_left(16) } else { 0 };
            let before = page.changed.wrapping_add(added).wrapping_add(read);
            if before != 0 {
                after = after.wrapping_add(join(page.name ^ u64::from(access) << 62, before));
            }
        });
        after
    }

    /// Writes the step down under a hash.
    pub fn write_down(&mut self, step: u64) {
        self.each_page(|_, page, access| match access {
            1 => page.read = page.read.wrapping_add(step),
            2 => page.added = page.added.wrapping_add(step),
            _ => (page.changed, page.added, page.read) = (step, 0, 0),
        });
    }

    #[inline]
    fn each_page(&mut self, mut call: impl FnMut(Object, &mut Page, u8)) {
        let Pages { all, far } = &mut *self.pages;
        let mut each_bit = |word: usize, mut left: u64, access: u8| {
            while left != 0 {
                let object = word as u32 * u64::BITS + left.trailing_zeros();
                left &= left - 1;
                call(object, &mut all[object as usize], access);
            }
        };
        for (word, (reads, adds)) in self.near.reads.iter().zip(&self.near.adds).enumerate() {
            let (reads, adds) = (reads.get(), adds.get());
            if reads | adds == 0 {
                continue;
            }
            each_bit(word, reads & adds, 3);
            each_bit(word, reads & !adds, 1);
            each_bit(word, adds & !reads, 2);
        }
        for object in far {
            let page = &mut all[*object as usize];
            let access = page.access;
            call(*object, page, access);
        }
    }
}

/// Two hashes as one. Both are well mixed already, so that one multiplication is enough.
#[inline]
fn join(one: u64, other: u64) -> u64 {
    let z = (one ^ other.rotate_left(29)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    z ^ z >> 32
}

/// An object, and what earlier steps have done to it: hashes of who changed it last, and sums of those of who has added to
/// it and read it since.
#[derive(Clone, Copy, Default)]
struct Page {
    name: Name,
    /// What the step under way does to it, if it has no bit.
    access: u8,
    changed: u64,
    added: u64,
    read: u64,
}

#[derive(Default)]
struct Pages {
    all: Vec<Page>,
    /// Those without a bit that the step under way touches.
    far: Vec<Object>,
}

impl Pages {
    fn register(&mut self, name: Name) -> Object {
        self.all.push(Page { name, ..Page::default() });
        (self.all.len() - 1) as Object
    }

    #[cold]
    fn touch_far(&mut self, object: Object, bits: u8) {
        let page = &mut self.all[object as usize];
        if page.access == 0 {
            self.far.push(object);
        }
        page.access |= bits;
    }

    fn turn(&mut self) {
        for object in self.far.drain(..) {
            self.all[object as usize].access = 0;
        }
    }
}

/// So many words of bits.
const WORDS: usize = 2;

/// What the step under way does to the first objects, of which there are seldom more: a bit for each.
#[derive(Default)]
struct Near {
    reads: [Cell<u64>; WORDS],
    adds: [Cell<u64>; WORDS],
}

impl Near {
    fn clear(&self) {
        self.reads.iter().chain(&self.adds).for_each(|word| word.set(0));
    }
}

/// What the step under way touches and observes.
#[derive(Default)]
pub(crate) struct Ledger {
    is_kept: Cell<bool>,
    keeps_histories: Cell<bool>,
    everything: Cell<bool>,
    pages: RefCell<Pages>,
    near: Near,
    /// The parts of claims.
    claims: RefCell<Vec<(Name, Object)>>,
    history: Cell<u64>,
    /// The sum of what shared variables hold, as hashes.
    variables: Cell<u64>,
    /// Whether any step has looked at the clock in the any-speed model: then it is part of the state.
    clock_read: Cell<bool>,
}

impl Ledger {
    /// Of what it keeps account from the next execution on.
    pub fn keep(&self, account: Account) {
        self.is_kept.set(account != Account::Nothing);
        self.keeps_histories.set(account == Account::Everything);
    }

    #[inline]
    pub fn is_kept(&self) -> bool {
        self.is_kept.get()
    }

    /// Numbers so many new objects, whose names differ from the one given in their last bits; gives the first.
    pub fn register(&self, name: Name, count: u64) -> Object {
        if !self.is_kept.get() {
            return 0;
        }
        let all = &mut self.pages.borrow_mut().all;
        let first = all.len() as Object;
        all.extend((0..count).map(|next| Page { name: name ^ next, ..Page::default() }));
        first
    }

    #[inline]
    fn touch(&self, object: Object, bits: u8) {
        if !self.is_kept.get() {
            return;
        }
        let (word, bit) = ((object / u64::BITS) as usize, 1 << (object % u64::BITS));
        let Some(reads) = self.near.reads.get(word) else { return self.pages.borrow_mut().touch_far(object, bits) };
        if bits & 1 != 0 {
            reads.set(reads.get() | bit);
        }
        if bits & 2 != 0 {
            let adds = &self.near.adds[word];
            adds.set(adds.get() | bit);
        }
    }

    /// See [`Access::Read`].
    #[inline]
    pub fn read(&self, object: Object) {
        self.touch(object, 1);
    }

    /// See [`Access::Add`].
    #[inline]
    pub fn add(&self, object: Object) {
        self.touch(object, 2);
    }

    /// See [`Access::Change`].
    #[inline]
    pub fn change(&self, object: Object) {
        self.touch(object, 3);
    }

    /// Touches a part of a claim.
    pub fn touch_claims(&self, part: Name, access: Access) {
        let mut claims = self.claims.borrow_mut();
        let known = claims.iter().find(|(known, _)| *known == part).map(|(_, object)| *object);
        let object = known.unwrap_or_else(|| {
            let object = self.pages.borrow_mut().register(part);
            claims.push((part, object));
            object
        });
        match access {
            Access::Read => self.read(object),
            Access::Add => self.add(object),
            Access::Change => self.change(object),
        }
    }

    /// The step commutes with no other.
    #[inline]
    pub fn touch_everything(&self) {
        self.everything.set(true);
    }

    /// The task of this poll learns something.
    #[inline]
    pub fn observe(&self, what: u64) {
        if self.keeps_histories.get() {
            self.history.set(mix(self.history.get(), what));
        }
    }

    /// The same about an object.
    #[inline]
    pub fn observe_of(&self, object: Name, what: u64) {
        if self.keeps_histories.get() {
            self.observe(mix(object, what));
        }
    }

    /// What a shared variable holds from now on, in the place of what it held: a hash of all that the present task knows.
    pub fn replace(&self, variable: Name, held: u64) -> u64 {
        if !self.keeps_histories.get() {
            return 0;
        }
        let holds = mix(variable, self.history.get());
        self.variables.set(self.variables.get().wrapping_sub(held).wrapping_add(holds));
        holds
    }

    /// What all shared variables hold, as a hash.
    pub fn variables(&self) -> u64 {
        self.variables.get()
    }

    /// A look at the clock where time is one of the choices.
    pub fn read_clock(&self, now: u64) {
        if self.is_kept.get() {
            self.read(common::CLOCK);
            self.observe(now);
            self.clock_read.set(true);
        }
    }

    /// A task declares all that it holds.
    pub fn declare(&self, state: u64) -> u64 {
        self.history.set(state | 1);
        self.history.get()
    }

    pub fn history(&self) -> u64 {
        self.history.get()
    }

    pub fn set_history(&self, history: u64) {
        self.history.set(history);
    }

    pub fn clock_read(&self) -> bool {
        self.clock_read.get()
    }

    /// A new step begins.
    pub fn begin(&self) {
        if self.is_kept.get() {
            self.everything.set(false);
            self.near.clear();
            self.pages.borrow_mut().turn();
        }
    }

    /// A new execution begins.
    pub fn clear(&self) {
        self.everything.set(false);
        self.history.set(0);
        self.variables.set(0);
        self.near.clear();
        self.claims.borrow_mut().clear();
        let mut pages = self.pages.borrow_mut();
        pages.all.clear();
        pages.far.clear();
        if self.is_kept.get() {
            for number in 0..common::COUNT {
                pages.register(Name::from(number));
            }
        }
    }

    pub fn with_touched<T>(&self, look: impl FnOnce(&mut Touched<'_>) -> T) -> T {
        let pages = &mut *self.pages.borrow_mut();
        look(&mut Touched { pages, near: &self.near, everything: self.everything.get() })
    }
}
