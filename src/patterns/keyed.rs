//! Tasks by key: one at a time for each key, to be found, waited for and dropped by it.
//!
//! A key stands for the task that was started for it last. One that was replaced is gone with all that came of it:
//! nothing of it is ever told under a key that stands for another.

use super::cancel::{Cancel, Context};
use crate::ordered::Map;
use crate::runtime::{Gone, Runtime, Task};
use futures::FutureExt;
use futures::future::{Either, select, select_all};
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Poll, Waker};

/// A set of tasks by key. Dropping it cancels its context and drops every task.
#[must_use = "a set that is dropped drops its tasks"]
pub struct Keyed<K: Ord + Clone, T: 'static> {
    rt: Runtime,
    context: Context,
    cancel: Cancel,
    tasks: RefCell<Map<K, Task<T>>>,
    /// How many were started; whoever waits for an end wants to know of another.
    started: Cell<u64>,
    waiting: RefCell<Vec<Waker>>,
}

impl<K: Ord + Clone, T: 'static> Keyed<K, T> {
    /// An empty set, whose tasks work under a child of this context.
    #[track_caller]
    pub fn new(rt: &Runtime, context: &Context) -> Self {
        let (context, cancel) = context.with_cancel();
        let (rt, started) = (rt.clone(), Cell::new(0));
        Keyed { rt, context, cancel, tasks: RefCell::default(), started, waiting: RefCell::default() }
    }

    /// Starts a task for a key. If there is one already it is dropped where it is, and what came of it is lost: true.
    #[track_caller]
    pub fn spawn<F: Future<Output = T> + 'static>(&self, key: K, name: &str, body: impl FnOnce(Context) -> F) -> bool {
        let task = self.rt.spawn(name, body(self.context.clone()));
        let replaced = self.tasks.borrow_mut().insert(key, task);
        self.started.set(self.started.get() + 1);
        self.waiting.take().into_iter().for_each(Waker::wake);
        // Dropped with nothing borrowed: a destructor may use the set.
        replaced.as_ref().map(Task::stop).is_some()
    }

    /// The keys, those included whose task is over and has not been taken notice of.
    pub fn keys(&self) -> Vec<K> {
        self.tasks.borrow().keys().cloned().collect()
    }

    /// Whether a task stands for a key, be it over.
    pub fn contains(&self, key: &K) -> bool {
        self.tasks.borrow().contains_key(key)
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.tasks.borrow().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Drops the task of a key where it is; it is told of as [`Gone::Stopped`]. False if there is none that is not over.
    #[track_caller]
    pub fn abort(&self, key: &K) -> bool {
        self.abort_those(|other| other == key) == 1
    }

    /// Drops the tasks of all keys that are meant; how many that were not over.
    #[track_caller]
    pub fn abort_those(&self, is_meant: impl Fn(&K) -> bool) -> usize {
        let alive = |(key, task): &(&K, &Task<T>)| is_meant(key) && !task.is_over();
        let keys: Vec<K> = self.tasks.borrow().iter().filter(alive).map(|(key, _)| key.clone()).collect();
        for key in &keys {
            // Taken out meanwhile: a destructor may use the set, and may even have started another for this key.
            let task = self.tasks.borrow_mut().remove(key);
            if let Some(task) = task {
                task.stop();
                self.tasks.borrow_mut().get_or_insert_with(key.clone(), || task);
            }
        }
        keys.len()
    }

    /// Takes out a task that is over: its key, and what it gave. Of several the one with the lowest key; none if there
    /// is none.
    pub fn try_next(&self) -> Option<(K, Result<T, Gone>)> {
        let key = self.tasks.borrow().iter().find(|(_, task)| task.is_over()).map(|(key, _)| key.clone())?;
        let task = self.tasks.borrow_mut().remove(&key)?;
        let ended = task.join().now_or_never();
        Some((key, ended.unwrap_or(Err(Gone::Stopped))))
    }

    /// Waits until a task is over and takes it out, one that is started meanwhile as well: its key, and what it gave;
    /// [`Gone`] if it crashed or was dropped. None if there is no task at all.
    ///
    /// # Cancellation safety
    /// Dropping it loses nothing.
    pub async fn next(&self) -> Option<(K, Result<T, Gone>)> {
        loop {
            if let Some(over) = self.try_next() {
                return Some(over);
            }
            let known = |(key, task): (&K, &Task<T>)| ((key.clone(), task.id()), task.join());
            let (keys, ends): (Vec<_>, Vec<_>) = self.tasks.borrow().iter().map(known).unzip();
            if ends.is_empty() {
                return None;
            }
            if let Either::Left(((ended, index, _), _)) = select(select_all(ends), pin!(self.another())).await {
                let (key, id) = keys[index].clone();
                // What is told of a task that was replaced meanwhile is told of nobody.
                let is_known = self.tasks.borrow().get(&key).is_some_and(|task| task.id() == id);
                if is_known {
                    self.tasks.borrow_mut().remove(&key);
                    return Some((key, ended));
                }
            }
        }
    }

    /// Waits until another task is started.
    async fn another(&self) {
        let before = self.started.get();
        poll_fn(|context| {
            if self.started.get() != before {
                return Poll::Ready(());
            }
            self.waiting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

impl<K: Ord + Clone, T: 'static> Drop for Keyed<K, T> {
    fn drop(&mut self) {
        self.cancel.cancel();
        for (_, task) in self.tasks.take() {
            task.stop();
        }
    }
}
