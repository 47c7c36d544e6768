//! The tree below a context as it is now, to be looked at: who would hear a cancel, by when one is due, and who waits.
//!
//! It says nothing of ages: to know them every context would have to look at the clock when it is made, and whoever
//! looks at the clock depends on all that moves it.

use super::Context;
use super::node::Node;
use crate::runtime::{Cause, Time};
use std::fmt;
use std::rc::Rc;

/// A dump has at most so many branches.
const MOST: usize = 10_000;

/// A context that can be cancelled, as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// How far below the one that was asked, which is 0.
    pub depth: usize,
    /// Its number: those that were made later have higher ones.
    pub number: u32,
    /// Why it was cancelled. Only the one that was asked can be: who is cancelled has left the tree.
    pub cause: Option<Cause>,
    /// Its own deadline, if it has one that is not over.
    pub deadline: Option<Time>,
    /// How many things are to be done once it is cancelled.
    pub registrations: usize,
    /// How many are right below it.
    pub children: usize,
}

/// A tree of contexts, each after its parent, those of one parent in the order they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dump {
    /// All of them, the one that was asked first; none if it can never be cancelled.
    pub branches: Vec<Branch>,
    /// Whether there are more than it shows.
    pub truncated: bool,
}

impl Context {
    /// The tree from here on down, as it is now. Of a context that can never be cancelled there is none.
    pub fn dump(&self) -> Dump {
        let mut dump = Dump::default();
        let Some(root) = &self.node else { return dump };
        dump.branches.push(branch(root, 0));
        let below = |node: &Node, depth: usize| -> Vec<(Rc<Node>, usize)> {
            node.below_now().into_iter().rev().map(|child| (child, depth + 1)).collect()
        };
        // One after the other, since a chain may be long.
        let mut next = below(root, 0);
        while let Some((node, depth)) = next.pop() {
            if dump.branches.len() == MOST {
                dump.truncated = true;
                break;
            }
            dump.branches.push(branch(&node, depth));
            next.extend(below(&node, depth));
        }
        dump
    }
}

fn branch(node: &Node, depth: usize) -> Branch {
    Branch {
        depth,
        number: node.signal().id(),
        cause: node.end().map(|(_, cause)| cause),
        deadline: node.expires(),
        registrations: node.registrations(),
        children: node.children(),
    }
}

impl fmt::Display for Dump {
    /// A line for each, children further to the right.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Branch { depth, number, cause, deadline, registrations, children } in &self.branches {
            write!(f, "{}context {number}", "  ".repeat(*depth))?;
            if let Some(cause) = cause {
                write!(f, ", cancelled: {}", cause.what)?;
            }
            if let Some(deadline) = deadline {
                write!(f, ", until {deadline}")?;
            }
            writeln!(f, ", {children} below, {registrations} to be done")?;
        }
        if self.truncated { f.write_str("…\n") } else { Ok(()) }
    }
}
