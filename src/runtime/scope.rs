//! A scope: tasks that do not outlive the place that started them.

use super::task::Task;
use super::{Runtime, TaskId};
use std::cell::RefCell;
use std::future::Future;
use std::panic::Location;

/// Starts tasks and sees that they are over before it is: [`join`](Scope::join) waits for them, dropping stops them.
///
/// ```
/// # use heartrace::runtime::{virtual_time::Run, setting::Setting, scope::Scope};
/// # use std::time::Duration;
/// # let mut run = Run::new(Setting::default(), true);
/// # let rt = run.runtime().clone();
/// # run.start(async move {
/// let scope = Scope::new(&rt);
/// let (inner, duration) = (rt.clone(), Duration::from_secs(2));
/// scope.spawn("child", async move { inner.sleep(duration).await });
/// scope.join().await;
/// assert_eq!(rt.now().as_nanos(), 2_000_000_000);
/// # });
/// # run.finish();
/// ```
#[must_use = "a scope that is dropped stops its tasks"]
pub struct Scope {
    rt: Runtime,
    tasks: RefCell<Vec<Task<()>>>,
}

impl Scope {
    /// A scope without tasks.
    pub fn new(rt: &Runtime) -> Self {
        Scope { rt: rt.clone(), tasks: RefCell::default() }
    }

    /// Starts a task in the scope; its number.
    #[track_caller]
    pub fn spawn(&self, name: &str, future: impl Future<Output = ()> + 'static) -> TaskId {
        let task = self.rt.spawn_at(name, future, Location::caller());
        let id = task.id();
        self.tasks.borrow_mut().push(task);
        id
    }

    /// Waits until every task of the scope is over, those included that are started meanwhile.
    ///
    /// # Cancellation safety
    /// Dropping it drops the scope and so stops what is left.
    pub async fn join(self) {
        loop {
            // It stays in the list until it is over, so that dropping this stops it too.
            let next = self.tasks.borrow().last().map(Task::join);
            match next {
                // A task that crashed or was stopped is over as well.
                Some(over) => drop(over.await),
                None => return,
            }
            self.tasks.borrow_mut().retain(|task| !task.is_over());
        }
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        for task in self.tasks.take() {
            task.stop();
        }
    }
}
