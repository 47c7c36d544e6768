//! A place in the tree of contexts: what can be cancelled.
//!
//! A parent holds its children and they hold it only weakly: whoever can still be cancelled is held by whoever would
//! cancel it, a right, a deadline or a parent. A node that nobody could notice any more leaves the tree: that is one
//! without handles, children, or anything to be done afterwards. So a parent that lives long does not collect the dead.

use super::{ContextError, StopAfter};
use crate::ordered::Map;
use crate::runtime::{Cause, Later, Reason, Runtime, Signal, Time};
use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::rc::{Rc, Weak};

pub(super) struct Node {
    rt: Runtime,
    signal: Signal,
    end: Cell<Option<(ContextError, Cause)>>,
    /// One, or the several sources of a context that follows any of them.
    parents: Vec<Weak<Node>>,
    /// By the number of their signal, that is in the order they were made.
    children: RefCell<Map<u32, Rc<Node>>>,
    deadline: RefCell<Option<(Time, Later)>>,
    after: RefCell<Vec<StopAfter>>,
    /// How many contexts and rights there are to it.
    handles: Cell<u32>,
}

/// What contexts and rights hold: a node that knows how many do.
pub(super) struct Handle(Rc<Node>);

impl Handle {
    fn new(node: Rc<Node>) -> Self {
        node.handles.set(node.handles.get() + 1);
        Handle(node)
    }

    pub fn weak(&self) -> Weak<Node> {
        Rc::downgrade(&self.0)
    }

    /// Cancels it at a moment; now if that has passed.
    #[track_caller]
    pub fn expire_at(&self, at: Time, cause: Cause) {
        let left = at.since(self.rt.now());
        if left.is_zero() {
            self.cancel(ContextError::DeadlineExceeded, cause);
        }
        if self.end().is_some() {
            return;
        }
        let node = self.0.clone();
        let later = self.rt.later(left, move |_| node.cancel(ContextError::DeadlineExceeded, cause));
        *self.deadline.borrow_mut() = Some((at, later));
    }
}

impl Clone for Handle {
    fn clone(&self) -> Self {
        Handle::new(self.0.clone())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.handles.set(self.0.handles.get() - 1);
        Node::leave(self.0.clone());
    }
}

impl Deref for Handle {
    type Target = Node;
    fn deref(&self) -> &Node {
        &self.0
    }
}

impl Node {
    /// A node below others, cancelled at birth if one of them was: for the cause of the first that was.
    #[track_caller]
    pub fn below<'a>(rt: &Runtime, parents: impl Iterator<Item = &'a Handle> + Clone) -> Handle {
        let node = Rc::new(Node {
            rt: rt.clone(),
            signal: rt.signal(),
            end: Cell::new(None),
            parents: parents.clone().map(|parent| Rc::downgrade(&parent.0)).collect(),
            children: RefCell::default(),
            deadline: RefCell::default(),
            after: RefCell::default(),
            handles: Cell::new(0),
        });
        match parents.clone().find_map(|parent| parent.end()) {
            Some((error, cause)) => drop(node.end_self(error, cause, Reason::Parent)),
            None => {
                for parent in parents {
                    parent.children.borrow_mut().insert(node.signal.id(), node.clone());
                }
            }
        }
        Handle::new(node)
    }

    pub fn signal(&self) -> &Signal {
        &self.signal
    }

    pub fn end(&self) -> Option<(ContextError, Cause)> {
        // By way of the signal, which tells an explorer that somebody has looked.
        self.signal.given()?;
        self.end.get()
    }

    pub fn children(&self) -> usize {
        self.children.borrow().len()
    }

    /// Its own deadline, while it is pending.
    pub fn expires(&self) -> Option<Time> {
        self.deadline.borrow().as_ref().map(|(at, _)| *at)
    }

    /// Who is right below it now, in the order they were made.
    pub fn below_now(&self) -> Vec<Rc<Node>> {
        self.children.borrow().values().cloned().collect()
    }

    pub fn add_after(&self, after: &StopAfter) {
        match self.end() {
            Some(_) => after.start(&self.rt),
            None => {
                let mut waiting = self.after.borrow_mut();
                waiting.retain(StopAfter::is_waiting);
                waiting.push(after.clone());
            }
        }
    }

    /// Cancels it and everything below it, each once: parents before children, and all in the order they were made.
    #[track_caller]
    pub fn cancel(&self, error: ContextError, cause: Cause) {
        let mut below = self.end_self(error, cause, cause.reason);
        while let Some((_, child)) = below.pop_first() {
            below.extend(child.end_self(error, cause, Reason::Parent));
        }
    }

    /// Ends this node alone; gives its children.
    #[track_caller]
    fn end_self(&self, error: ContextError, cause: Cause, heard_as: Reason) -> Map<u32, Rc<Node>> {
        if self.end().is_some() {
            return Map::new();
        }
        self.end.set(Some((error, cause)));
        self.signal.give(&self.rt, Cause::new(heard_as, cause.what));
        let later = self.deadline.borrow_mut().take();
        drop(later);
        for parent in self.parents.iter().filter_map(Weak::upgrade) {
            parent.children.borrow_mut().remove(&self.signal.id());
        }
        for after in std::mem::take(&mut *self.after.borrow_mut()) {
            after.start(&self.rt);
        }
        std::mem::take(&mut *self.children.borrow_mut())
    }

    /// How many things are to be done once it is cancelled.
    pub fn registrations(&self) -> usize {
        self.after.borrow().iter().filter(|after| after.is_waiting()).count()
    }

    /// Takes a node out of the tree if nobody could notice its cancel any more, and its parents if they were there
    /// only for it: one after the other, since a chain may be long.
    pub fn leave(node: Rc<Node>) {
        let mut leaving = vec![node];
        while let Some(node) = leaving.pop() {
            if !node.is_unnoticed() {
                continue;
            }
            let later = node.deadline.borrow_mut().take();
            drop(later);
            for parent in node.parents.iter().filter_map(Weak::upgrade) {
                let was_child = parent.children.borrow_mut().remove(&node.signal.id());
                if was_child.is_some() {
                    leaving.push(parent);
                }
            }
        }
    }

    fn is_unnoticed(&self) -> bool {
        self.handles.get() == 0
            && self.children.borrow().is_empty()
            && !self.signal.is_shared()
            && self.registrations() == 0
    }
}
