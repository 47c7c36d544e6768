//! Cancellation contexts: who may tell whom to stop, why, and by when.
//!
//! Contexts form a tree. Cancelling one cancels everything below it, at once and before the call returns;
//! nothing above it notices. Whoever works under a context waits for [`done`](Context::done) besides its work.
//! Contexts do not wait: what was cancelled may still be busy when the cancel returns.
//!
//! Invariants, kept by `node`:
//! 1. The first cancel wins: error and cause never change afterwards.
//! 2. Who sees an error also sees `done` given.
//! 3. A node that is cancelled has no children, no deadline pending and is nobody's child. Nor is one anybody's child
//!    whose cancel nobody could notice.
//! 4. A child hears its parent's cancel with [`Reason::Parent`], and has its parent's error and cause.

mod after;
mod dump;
mod node;

pub use after::StopAfter;
pub use dump::{Branch, Dump};

use crate::runtime::signal::Given;
use crate::runtime::{Cause, Op, Reason, Runtime, Signal, Time};
use futures::future::{Either, select};
use node::{Handle, Node};
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::hash::{Hash, Hasher};
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

/// Whether a context was cancelled by somebody or by its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextError {
    /// Somebody cancelled.
    Canceled,
    /// The deadline has passed.
    DeadlineExceeded,
}

impl ContextError {
    /// The cause where nobody gave a better one.
    pub const fn cause(self) -> Cause {
        match self {
            ContextError::Canceled => Cause::new(Reason::Plain, "context canceled"),
            ContextError::DeadlineExceeded => Cause::new(Reason::Timeout, "context deadline exceeded"),
        }
    }

    /// Whether trying again with more time could help.
    pub const fn is_timeout(self) -> bool {
        matches!(self, ContextError::DeadlineExceeded)
    }
}

impl fmt::Display for ContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.cause().what)
    }
}

impl std::error::Error for ContextError {}

/// A value a context carries, in front of those of its parent.
struct Binding {
    key: Box<dyn Any>,
    value: Rc<dyn Any>,
    outer: Option<Rc<Binding>>,
}

/// A context. Clones are the same context.
#[derive(Clone)]
pub struct Context {
    rt: Runtime,
    /// Its node's signal, or one that nobody ever gives. Dropped before the node, which asks who still has it.
    done: Signal,
    /// The nearest that can be cancelled: this one or one above it.
    node: Option<Handle>,
    deadline: Option<Time>,
    bindings: Option<Rc<Binding>>,
}

impl Context {
    /// A root: never cancelled, without a deadline, without values.
    pub fn background(rt: &Runtime) -> Self {
        Context { rt: rt.clone(), node: None, done: rt.signal(), deadline: None, bindings: None }
    }

    /// A child that can be cancelled by itself, plainly or for a cause.
    #[track_caller]
    pub fn with_cancel(&self) -> (Context, Cancel) {
        let node = Node::below(&self.rt, self.node.iter());
        let context = Context { done: node.signal().clone(), node: Some(node.clone()), ..self.clone() };
        (context, Cancel(node))
    }

    /// A context that is cancelled as soon as any of these is, for that one's cause; of those that are cancelled
    /// already the first in the list counts. It has the nearest of their deadlines and none of their values. A source
    /// that is there twice counts once; of no sources it never ends by itself.
    #[track_caller]
    pub fn any(rt: &Runtime, sources: &[&Context]) -> (Context, Cancel) {
        let node = Node::below(rt, sources.iter().filter_map(|source| source.node.as_ref()));
        let deadline = sources.iter().filter_map(|source| source.deadline).min();
        let done = node.signal().clone();
        (Context { rt: rt.clone(), done, node: Some(node.clone()), deadline, bindings: None }, Cancel(node))
    }

    /// A child that is cancelled at a moment, at once if that has passed.
    ///
    /// If the parent's deadline is strictly earlier this is [`with_cancel`](Context::with_cancel).
    #[track_caller]
    pub fn with_deadline(&self, at: Time) -> (Context, Cancel) {
        self.with_deadline_cause(at, ContextError::DeadlineExceeded.cause())
    }

    /// The same with a cause of its own. It is thrown away if the parent's deadline is strictly earlier, or if
    /// somebody cancels before.
    #[track_caller]
    pub fn with_deadline_cause(&self, at: Time, cause: Cause) -> (Context, Cancel) {
        let (mut context, cancel) = self.with_cancel();
        if self.deadline.is_none_or(|parent| parent >= at) {
            context.deadline = Some(at);
            cancel.0.expire_at(at, cause);
        }
        (context, cancel)
    }

    /// A child that is cancelled after a while; zero: at once.
    #[track_caller]
    pub fn with_timeout(&self, after: Duration) -> (Context, Cancel) {
        self.with_deadline(self.rt.now() + after)
    }

    /// The same with a cause of its own.
    #[track_caller]
    pub fn with_timeout_cause(&self, after: Duration, cause: Cause) -> (Context, Cancel) {
        self.with_deadline_cause(self.rt.now() + after, cause)
    }

    /// The same values and nothing else: no cancel from above reaches it, and it has no deadline.
    pub fn without_cancel(&self) -> Context {
        Context { bindings: self.bindings.clone(), ..Context::background(&self.rt) }
    }

    /// The same context with one more value. Two keys are the same if they are equal and of one type.
    pub fn with_value<K: PartialEq + 'static, V: 'static>(&self, key: K, value: V) -> Context {
        let binding = Binding { key: Box::new(key), value: Rc::new(value), outer: self.bindings.clone() };
        Context { bindings: Some(Rc::new(binding)), ..self.clone() }
    }

    /// The innermost value of a key; `None` if there is none, or if it is of another type.
    pub fn value<K: PartialEq + 'static, V: 'static>(&self, key: &K) -> Option<Rc<V>> {
        let mut next = self.bindings.as_ref();
        while let Some(binding) = next {
            if binding.key.downcast_ref::<K>() == Some(key) {
                return binding.value.clone().downcast().ok();
            }
            next = binding.outer.as_ref();
        }
        None
    }

    /// Waits until the context is cancelled: an arm for every select of whoever works under it. Says whether
    /// the word came to this very context, and for which reason, or from its parent.
    ///
    /// # Cancellation safety
    /// Dropping it loses nothing.
    #[track_caller]
    pub fn done(&self) -> Op<Given> {
        self.done.wait(&self.rt)
    }

    /// Runs a future until the context is cancelled; then it is dropped. The context is asked first: if it is
    /// cancelled already the future is not polled at all, and if both are ready the cancel has won.
    ///
    /// # Errors
    /// The cause as it was heard, which is what [`done`](Context::done) gives.
    ///
    /// # Cancellation safety
    /// Dropping it drops the future.
    pub async fn run<T>(&self, future: impl Future<Output = T>) -> Result<T, Cause> {
        match select(self.done(), pin!(future)).await {
            Either::Left((cause, _)) => Err(cause),
            Either::Right((output, _)) => Ok(output),
        }
    }

    /// Whether it was cancelled, and how; once it was, this never changes.
    pub fn err(&self) -> Option<ContextError> {
        self.node.as_ref()?.end().map(|(error, _)| error)
    }

    /// Why it was cancelled: the cause of the first cancel that reached it.
    pub fn cause(&self) -> Option<Cause> {
        self.node.as_ref()?.end().map(|(_, cause)| cause)
    }

    /// The nearest deadline, its own or from above; it stays when it has passed.
    pub fn deadline(&self) -> Option<Time> {
        self.deadline
    }

    /// How much time is left until the deadline; none if there is no deadline. What is passed on to somebody who has
    /// another clock.
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline.map(|at| at.since(self.rt.now()))
    }

    /// Whether it could ever be cancelled.
    pub fn can_end(&self) -> bool {
        self.node.is_some()
    }

    /// How many contexts would hear its cancel from it.
    pub fn children(&self) -> usize {
        self.node.as_ref().map_or(0, |node| node.children())
    }

    /// How many things are to be done once it is cancelled.
    pub fn registrations(&self) -> usize {
        self.node.as_ref().map_or(0, |node| node.registrations())
    }

    /// Starts a task once the context is cancelled, at once if it is already.
    #[track_caller]
    pub fn after_cancel(&self, name: &'static str, future: impl Future<Output = ()> + 'static) -> StopAfter {
        let node = self.node.as_ref().map(Handle::weak).unwrap_or_default();
        let after = StopAfter::new(name, Box::pin(future), node);
        if let Some(node) = &self.node {
            node.add_after(&after);
        }
        after
    }
}

/// The same context: a clone. A child is another one, and so is the same with one more value.
impl PartialEq for Context {
    fn eq(&self, other: &Self) -> bool {
        let bindings = |context: &Context| context.bindings.as_ref().map(Rc::as_ptr);
        self.done.id() == other.done.id() && bindings(self) == bindings(other)
    }
}

impl Eq for Context {}

impl Hash for Context {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.done.id().hash(state);
    }
}

/// The right to cancel a context. Clones are the same right. Dropping it cancels nothing; see [`guard`](Cancel::guard).
#[derive(Clone)]
#[must_use = "a context that nobody cancels lives as long as its parent: cancel it, or keep a guard"]
pub struct Cancel(Handle);

impl Cancel {
    /// Cancels plainly. After the first cancel nothing happens any more.
    #[track_caller]
    pub fn cancel(&self) {
        self.because(ContextError::Canceled.cause());
    }

    /// Cancels for a cause, which colours the cancel on the page.
    #[track_caller]
    pub fn because(&self, cause: Cause) {
        self.0.cancel(ContextError::Canceled, cause);
    }

    /// Cancels when it is dropped: no way out of a block forgets it.
    pub fn guard(self) -> Guard {
        Guard(self)
    }
}

/// Cancels a context when it is dropped.
#[must_use = "dropped at once it cancels at once"]
pub struct Guard(Cancel);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
