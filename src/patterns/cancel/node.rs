//! A place in the tree of contexts: what can be cancelled.
//!
//! A parent holds its children and they hold it only weakly: whoever can still be cancelled is held by
//! whoever would cancel it, a right, a deadline or a parent.

use super::{ContextError, StopAfter};
use crate::runtime::{Cause, Later, Reason, Runtime, Signal, Time};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

pub(super) struct Node {
    rt: Runtime,
    signal: Signal,
    end: Cell<Option<(ContextError, Cause)>>,
    parent: Weak<Node>,
    /// By the number of their signal, that is in the order they were made.
    children: RefCell<BTreeMap<u32, Rc<Node>>>,
    deadline: RefCell<Option<Later>>,
    after: RefCell<Vec<StopAfter>>,
}

impl Node {
    /// A node below another, cancelled at birth if that one was.
    #[track_caller]
    pub fn below(rt: &Runtime, parent: Option<&Rc<Node>>) -> Rc<Self> {
        let node = Rc::new(Node {
            rt: rt.clone(),
            signal: rt.signal(),
            end: Cell::new(None),
            parent: parent.map(Rc::downgrade).unwrap_or_default(),
            children: RefCell::default(),
            deadline: RefCell::default(),
            after: RefCell::default(),
        });
        if let Some(parent) = parent {
            match parent.end() {
                Some((error, cause)) => drop(node.end_self(error, cause, Reason::Parent)),
                None => drop(parent.children.borrow_mut().insert(node.signal.id(), node.clone())),
            }
        }
        node
    }

    pub fn signal(&self) -> &Signal {
        &self.signal
    }

    pub fn end(&self) -> Option<(ContextError, Cause)> {
        self.end.get()
    }

    pub fn children(&self) -> usize {
        self.children.borrow().len()
    }

    /// Cancels it at a moment; now if that has passed.
    #[track_caller]
    pub fn expire_at(self: &Rc<Self>, at: Time, cause: Cause) {
        let left = at.since(self.rt.now());
        if left.is_zero() {
            self.cancel(ContextError::DeadlineExceeded, cause);
        }
        if self.end().is_some() {
            return;
        }
        let node = self.clone();
        let later = self.rt.later(left, move |_| node.cancel(ContextError::DeadlineExceeded, cause));
        *self.deadline.borrow_mut() = Some(later);
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

    /// Cancels it and everything below it, parents before children, each once.
    #[track_caller]
    pub fn cancel(&self, error: ContextError, cause: Cause) {
        let mut below = self.end_self(error, cause, cause.reason);
        while let Some(child) = below.pop() {
            below.extend(child.end_self(error, cause, Reason::Parent));
        }
    }

    /// Ends this node alone; gives its children, the youngest first.
    #[track_caller]
    fn end_self(&self, error: ContextError, cause: Cause, heard_as: Reason) -> Vec<Rc<Node>> {
        if self.end().is_some() {
            return Vec::new();
        }
        self.end.set(Some((error, cause)));
        self.signal.give(&self.rt, Cause::new(heard_as, cause.what));
        let later = self.deadline.borrow_mut().take();
        drop(later);
        if let Some(parent) = self.parent.upgrade() {
            parent.children.borrow_mut().remove(&self.signal.id());
        }
        for after in std::mem::take(&mut *self.after.borrow_mut()) {
            after.start(&self.rt);
        }
        let children = std::mem::take(&mut *self.children.borrow_mut());
        children.into_values().rev().collect()
    }
}
