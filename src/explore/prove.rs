//! The systematic search: depth first over every decision, with sleep sets, and with a cache of states.
//!
//! **Sleep sets.** After a step has been explored from a node it is put to sleep below that node's later branches, and
//! wakes when a step is made that does not commute with it: until then, making it would lead where the search has been.
//! A step is one poll or one firing, with what is chosen within it (its *variant*), and sleeps as such. Sound here,
//! because
//! 1. between two steps nothing happens, and all that steps share goes through objects of the runtime that the
//!    [ledger](crate::runtime::ledger) sees, the folds of claims and outcome included;
//! 2. movers and objects have the same names in every execution, so that what slept on one branch is known on another;
//! 3. nothing but the root's end (which commutes with nothing) and what the ledger sees enables or disables a step: in
//!    the timed model the clock moves only when nobody else can, so that nobody sleeps then; at any speed it only
//!    matters to whoever looks at it, and a firing adds to it;
//! 4. not to be struck by a fault that only may strike needs no budget, so only being struck depends on it.
//!
//! So the search completes exactly one execution of each behaviour, and reaches every end.
//!
//! **Cache.** A state is what every task has observed, what every object holds, who waits where in which order, what the
//! budget of faults is and what the claims know; at any speed no moment is part of it unless somebody has looked at the
//! clock. A task's history is all that its future can depend on, for it is deterministic. Where a state was left with a
//! sleep set that lacks nothing of the present one, the search turns back; else it goes on, and remembers what both
//! have in common. This keeps every reachable end also where executions run in circles, but no longer one execution of
//! each behaviour. States are 64-bit hashes: among a million of them two are taken for one with a chance of 3 in 10⁸.
//!
//! **Bounds.** A bound on depth or preemptions leaves out executions for what they are, not for what they lead to, so
//! neither reduction is sound under one, and nothing is proven.
//!
//! It holds for scenarios whose tasks share nothing besides; see [`is_reducible`](super::is_reducible).

use super::behaviour::Touch;
use super::table::Table;
use crate::runtime::chooser::Point;
use crate::runtime::follow::Moment;
use crate::runtime::ledger::{Name, mix};

/// What the search may leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reduction {
    /// Executions that differ from another only in the order of steps that commute.
    pub sleep_sets: bool,
    /// What follows a state that has been left before.
    pub cache: bool,
}

impl Reduction {
    /// Nothing: every sequence of choices is executed.
    pub const NONE: Reduction = Reduction { sleep_sets: false, cache: false };
    /// All that can be left out without losing an end.
    pub const FULL: Reduction = Reduction { sleep_sets: true, cache: true };
}

/// How far executions may go from the canonical run; none: as far as can be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Only the first so many choices of an execution may be other than the canonical one.
    pub depth: Option<u32>,
    /// At most so often in an execution another mover is chosen than the one whose turn it would be.
    pub preemptions: Option<u32>,
}

impl Bounds {
    /// Whether anything is left out.
    pub fn is_any(self) -> bool {
        self != Bounds::default()
    }
}

/// Which part of the search. Parts nest: part `i` of `n` is what parts `m·i` to `m·i + m − 1` of `m·n` are together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// From 0.
    pub index: u32,
    /// How many parts there are.
    pub of: u32,
}

impl Part {
    /// The whole.
    pub const WHOLE: Part = Part { index: 0, of: 1 };

    /// The m-th of so many parts of this part.
    pub fn part(self, m: u32, of: u32) -> Part {
        Part { index: self.index * of + m, of: self.of * of }
    }

    /// After how many choices the prefixes are handed out; the same for all, so that parts nest.
    fn depth(self) -> u32 {
        if self.of == 1 { 0 } else { HANDED_OUT_AFTER }
    }

    /// Whether a hash falls into this part.
    fn has(self, hash: u64) -> bool {
        (u128::from(hash) * u128::from(self.of)) >> 64 == u128::from(self.index)
    }
}

/// Prefixes of so many choices are handed out to parts: some hundreds of them.
const HANDED_OUT_AFTER: u32 = 10;

/// At most so many states are remembered; from then on states are only looked up.
pub const MAX_STATES: usize = 500_000;

/// A step that has been explored, and by whom.
#[derive(Clone, Copy)]
struct Sleeper {
    mover: Name,
    touch: Touch,
    /// Nothing was to be chosen within it, so it has no other variant.
    is_alone: bool,
}

impl Sleeper {
    fn name(&self) -> u64 {
        mix(self.mover, self.touch.variant)
    }
}

/// A decision on the path of the present execution: who moves, or something within a step.
#[derive(Default)]
struct Node {
    pick: u32,
    arity: u32,
    /// The node of the step that this one belongs to: itself, if it decides who moves.
    step: usize,
    /// How many choices there are before it.
    choices: u32,
    names: Vec<Name>,
    asleep: Vec<Sleeper>,
    /// What was explored from here.
    done: Vec<Sleeper>,
    current: Option<Sleeper>,
}

impl Node {
    fn sleeps(&self, candidate: u32) -> bool {
        let name = self.names[candidate as usize];
        self.asleep.iter().chain(&self.done).any(|sleeper| sleeper.is_alone && sleeper.mover == name)
    }

    fn next_awake(&self, from: u32) -> Option<u32> {
        (from..self.arity).find(|candidate| !self.sleeps(*candidate))
    }
}

/// The search, between and during executions.
pub struct Prover {
    reduction: Reduction,
    bounds: Bounds,
    part: Part,
    nodes: Vec<Node>,
    spare: Vec<Node>,
    cursor: usize,
    /// The first node of the path that is new.
    fresh: usize,
    /// Who sleeps before the next step.
    asleep: Vec<Sleeper>,
    /// The execution is one that has been made, or another part's.
    is_redundant: bool,
    states: Table,
    /// By number of the state: the sleep set it was left with, sorted.
    left_with: Vec<Vec<u64>>,
    present: Vec<u64>,
}

impl Prover {
    /// A search that has not begun. Under a bound there is no reduction.
    pub fn new(reduction: Reduction, bounds: Bounds, part: Part) -> Self {
        Prover {
            reduction: if bounds.is_any() { Reduction::NONE } else { reduction },
            bounds,
            part,
            nodes: Vec::new(),
            spare: Vec::new(),
            cursor: 0,
            fresh: 0,
            asleep: Vec::new(),
            is_redundant: false,
            states: Table::default(),
            left_with: Vec::new(),
            present: Vec::new(),
        }
    }

    /// Whether the execution that has just ended has been made before in another order, or is another part's.
    pub fn is_redundant(&self) -> bool {
        self.is_redundant || !self.is_own()
    }

    /// How many states are remembered.
    pub fn states(&self) -> usize {
        self.states.len()
    }

    pub(super) fn begin(&mut self) {
        self.cursor = 0;
        self.is_redundant = false;
    }

    /// How many choices the present path has.
    fn choices(&self) -> u32 {
        self.nodes.last().map_or(0, |node| node.choices + u32::from(node.arity > 1))
    }

    /// Whether the path belongs to this part, as far as it has come.
    fn is_own(&self) -> bool {
        if self.part.of == 1 {
            return true;
        }
        let choices = self.nodes.iter().filter(|node| node.arity > 1).take(self.part.depth() as usize);
        let prefix = choices.fold(0, |hash, node| mix(hash, u64::from(node.pick)));
        self.part.has(prefix)
    }

    pub(super) fn step(&mut self, moment: &Moment<'_>) -> Option<u32> {
        if self.is_redundant {
            return None;
        }
        if let Some(node) = self.nodes.get(self.cursor) {
            assert!(
                node.step == self.cursor && node.arity as usize == moment.candidates.len(),
                "the same choices led somewhere else at decision {}",
                self.cursor
            );
            self.cursor += 1;
            return Some(node.pick);
        }
        let choices = self.choices();
        let is_handed_out = choices >= self.part.depth();
        if is_handed_out && !self.is_own() {
            self.is_redundant = true;
            return None;
        }
        if self.reduction.cache
            && is_handed_out
            && let Some(state) = moment.state()
            && self.was_left(state)
        {
            self.is_redundant = true;
            return None;
        }
        let mut node = self.spare.pop().unwrap_or_default();
        node.names.clear();
        node.names.extend(moment.names());
        node.done.clear();
        node.current = None;
        std::mem::swap(&mut node.asleep, &mut self.asleep);
        (node.arity, node.step, node.choices) = (moment.candidates.len() as u32, self.nodes.len(), choices);
        let Some(pick) = node.next_awake(0) else {
            self.spare.push(node);
            self.is_redundant = true;
            return None;
        };
        node.pick = pick;
        self.nodes.push(node);
        self.cursor += 1;
        Some(pick)
    }

    /// Whether the state was left with nobody asleep who is not asleep now. If not it is being left with those who
    /// were asleep then and are now.
    fn was_left(&mut self, state: u64) -> bool {
        self.present.clear();
        self.present.extend(self.asleep.iter().map(Sleeper::name));
        self.present.sort_unstable();
        let next = self.left_with.len() as u32;
        let known = match self.states.get(state) {
            Some(known) => known,
            None if self.left_with.len() >= MAX_STATES => return false,
            None => self.states.get_or_insert(state, next),
        };
        if known == next {
            self.left_with.push(self.present.clone());
            return false;
        }
        let left_with = &mut self.left_with[known as usize];
        let before = left_with.len();
        left_with.retain(|name| self.present.binary_search(name).is_ok());
        left_with.len() == before
    }

    pub(super) fn within(&mut self, point: Point<'_>) -> u32 {
        if let Some(node) = self.nodes.get(self.cursor) {
            assert!(node.step < self.cursor && node.arity == point.arity(), "the same choices led somewhere else");
            self.cursor += 1;
            return node.pick;
        }
        let step = self.nodes.last().map_or(0, |node| node.step);
        let choices = self.choices();
        let mut node = self.spare.pop().unwrap_or_default();
        (node.pick, node.arity, node.step, node.choices) = (0, point.arity(), step, choices);
        self.nodes.push(node);
        self.cursor += 1;
        0
    }

    pub(super) fn stepped(&mut self, mover: Name, touch: Touch) {
        if !self.reduction.sleep_sets || self.cursor <= self.fresh {
            return;
        }
        let last = self.cursor - 1;
        let step = self.nodes[last].step;
        let made = Sleeper { mover, touch, is_alone: step == last };
        let node = &mut self.nodes[step];
        node.current = Some(made);
        let is_made_before = |sleeper: &Sleeper| sleeper.mover == mover && sleeper.touch.variant == touch.variant;
        self.is_redundant = node.asleep.iter().chain(&node.done).any(is_made_before);
        self.asleep.clear();
        let asleep = node.asleep.iter().chain(&node.done).filter(|sleeper| sleeper.touch.commutes(&touch));
        self.asleep.extend(asleep.copied());
    }

    /// Whether a bound forbids to choose anything but the canonical candidate at a node.
    fn is_bound(&self, node: usize) -> bool {
        let (before, node) = (&self.nodes[..node], &self.nodes[node]);
        let is_too_deep = self.bounds.depth.is_some_and(|depth| node.choices >= depth);
        let is_preemption = |node: &(usize, &Node)| node.0 == node.1.step && node.1.pick > 0;
        let is_spent = |most| before.iter().enumerate().filter(is_preemption).count() >= most as usize;
        // Only a choice between movers preempts.
        is_too_deep || before.len() == node.step && self.bounds.preemptions.is_some_and(is_spent)
    }

    /// Turns to the next execution; false if there is none.
    pub fn advance(&mut self) -> bool {
        loop {
            let Some(top) = self.nodes.last() else { return false };
            let (last, step) = (self.nodes.len() - 1, top.step);
            if let Some(explored) = self.nodes[step].current.take() {
                self.nodes[step].done.push(explored);
            }
            let is_bound = self.is_bound(last);
            let node = &mut self.nodes[last];
            let next = match last == step {
                _ if is_bound => None,
                true => node.next_awake(node.pick + 1),
                false => (node.pick + 1 < node.arity).then_some(node.pick + 1),
            };
            if let Some(next) = next {
                node.pick = next;
                self.fresh = last;
                return true;
            }
            self.spare.extend(self.nodes.pop());
        }
    }
}
