//! A group of tasks under one context: they are told to stop together, get some time for it, and do not outlive it.
//!
//! Stopping is asking first: the context is cancelled, and who works under it ends by itself. Who has not ended after
//! the grace is stopped by force, and the report names it.

use super::cancel::{Cancel, Context};
use super::timeout::timeout;
use crate::runtime::{Cause, Gone, Runtime, Task, Time};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

struct Member {
    name: String,
    task: Task<()>,
    ended: Rc<Cell<Option<Time>>>,
}

/// Tasks that are stopped together. Dropping it cancels them and stops those that have not ended by then.
#[must_use = "a group that is dropped stops its tasks"]
pub struct Group {
    rt: Runtime,
    context: Context,
    cancel: Cancel,
    members: RefCell<Vec<Member>>,
}

/// How the tasks of a group came to their end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StopReport {
    /// Who ended by itself after the cancel, and how long after it.
    pub ended: Vec<(String, Duration)>,
    /// Who had to be stopped by force when the grace was over.
    pub forced: Vec<String>,
    /// Who has crashed.
    pub crashed: Vec<String>,
    /// From the cancel until nobody was left.
    pub latency: Duration,
}

impl Group {
    /// A group whose tasks work under a child of this context.
    #[track_caller]
    pub fn new(rt: &Runtime, context: &Context) -> Self {
        let (context, cancel) = context.with_cancel();
        Group { rt: rt.clone(), context, cancel, members: RefCell::default() }
    }

    /// What the group's tasks work under.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Starts a task in the group. In one that is cancelled already it starts all the same and hears so at once.
    #[track_caller]
    pub fn spawn<F: Future<Output = ()> + 'static>(&self, name: &str, body: impl FnOnce(Context) -> F) {
        let ended = Rc::new(Cell::new(None));
        let (rt, end, body) = (self.rt.clone(), ended.clone(), body(self.context.clone()));
        let task = self.rt.spawn(name, async move {
            body.await;
            end.set(Some(rt.now()));
        });
        let mut members = self.members.borrow_mut();
        // What is over leaves no trace: a group may live long.
        members.retain(|member| !member.task.is_over() || member.ended.get().is_none());
        members.push(Member { name: name.to_owned(), task, ended });
    }

    /// How many of its tasks are not over.
    pub fn len(&self) -> usize {
        self.members.borrow().iter().filter(|member| !member.task.is_over()).count()
    }

    /// Whether all of its tasks are over.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waits until all are over, those included that are started meanwhile. It tells nobody to stop.
    ///
    /// # Cancellation safety
    /// Dropping it loses nothing.
    pub async fn join(&self) {
        loop {
            let next =
                self.members.borrow().iter().find(|member| !member.task.is_over()).map(|member| member.task.join());
            match next {
                Some(over) => drop(over.await),
                None => return,
            }
        }
    }

    /// Cancels, waits for at most `grace`, stops by force who is still there, and reports.
    ///
    /// # Cancellation safety
    /// Dropped before it completes, who is still there is stopped by force at once.
    pub async fn stop(self, cause: Cause, grace: Duration) -> StopReport {
        let begun = self.rt.now();
        self.cancel.because(cause);
        let _ = timeout(&self.rt, grace, self.join()).await;
        let mut report = StopReport::default();
        for Member { name, task, ended } in self.members.take() {
            match (task.is_over(), ended.get()) {
                (true, Some(end)) if end >= begun => report.ended.push((name, end - begun)),
                (true, Some(_)) => {}
                (true, None) => {
                    if task.join().await == Err(Gone::Crashed) {
                        report.crashed.push(name);
                    }
                }
                (false, _) => {
                    task.stop();
                    report.forced.push(name);
                }
            }
        }
        report.latency = self.rt.now() - begun;
        if !report.forced.is_empty() {
            let all = report.ended.len() + report.forced.len() + report.crashed.len();
            self.rt.note("unstopped {} of {}", [report.forced.len() as u32, all as u32]);
        }
        report
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.cancel.cancel();
        for member in self.members.take() {
            member.task.stop();
        }
    }
}
