//! Undoing: for each change of shared state the way back is written down first, and run backwards if the work stops.
//!
//! Rolling back is shielded: it is a task of its own, which neither a cancel nor the end of whoever began it reaches.
//! Committing is one synchronous step, so there is no moment at which half of it is done.

use super::cancel::Context;
use super::config::ConfigError;
use super::fault::Fault;
use super::timeout::timeout;
use crate::runtime::{Runtime, Task};
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

type Compensation = Pin<Box<dyn Future<Output = Result<(), Box<dyn Error>>>>>;

/// What has to be undone unless this is committed. Dropped without a commit it rolls back by itself.
#[must_use = "dropped at once it rolls back at once"]
pub struct Undo {
    rt: Runtime,
    limit: Duration,
    steps: Vec<(&'static str, Compensation)>,
}

impl Undo {
    /// Nothing to undo yet. No compensation may take longer than `limit`.
    ///
    /// # Errors
    /// [`ConfigError`] if the limit is zero.
    pub fn new(rt: &Runtime, limit: Duration) -> Result<Self, ConfigError> {
        ConfigError::if_zero("limit", limit)?;
        Ok(Undo { rt: rt.clone(), limit, steps: Vec::new() })
    }

    /// Writes down how a change is undone, which has just been made or is about to be.
    pub fn push(
        &mut self,
        name: &'static str,
        compensation: impl Future<Output = Result<(), Box<dyn Error>>> + 'static,
    ) {
        self.steps.push((name, Box::pin(compensation)));
    }

    /// How many changes would be undone.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether nothing would be undone.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// What was done stays. From here on there is no way back.
    pub fn commit(mut self) {
        self.steps.clear();
    }

    /// Undoes everything, the latest change first. What fails or takes too long is left undone and reported, and
    /// the rest is undone all the same.
    ///
    /// # Cancellation safety
    /// Dropping it does not stop it.
    #[track_caller]
    pub fn roll_back(mut self) -> impl Future<Output = RolledBack> + use<> {
        let rolling = self.begin();
        async move {
            match rolling {
                Some(task) => task.join().await.unwrap_or_else(|gone| {
                    let failed = vec![("roll-back", format!("it is gone: {gone:?}").into())];
                    RolledBack { undone: Vec::new(), failed }
                }),
                None => RolledBack::default(),
            }
        }
    }

    /// Starts the task that rolls back, if there is anything to undo.
    #[track_caller]
    fn begin(&mut self) -> Option<Task<RolledBack>> {
        let steps = std::mem::take(&mut self.steps);
        if steps.is_empty() {
            return None;
        }
        let (rt, limit) = (self.rt.clone(), self.limit);
        Some(self.rt.spawn("roll-back", run_backwards(rt, limit, steps)))
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        drop(self.begin());
    }
}

async fn run_backwards(rt: Runtime, limit: Duration, steps: Vec<(&'static str, Compensation)>) -> RolledBack {
    let mut rolled = RolledBack::default();
    for (name, compensation) in steps.into_iter().rev() {
        match timeout(&rt, limit, compensation).await {
            Ok(Ok(())) => rolled.undone.push(name),
            Ok(Err(error)) => rolled.failed.push((name, error)),
            Err(_) => rolled.failed.push((name, format!("undoing {name} took longer than {limit:?}").into())),
        }
    }
    rt.note("undone {} changes, {} left as they are", [rolled.undone.len() as u32, rolled.failed.len() as u32]);
    rolled
}

/// What came of rolling back.
#[derive(Default)]
pub struct RolledBack {
    /// The changes that were undone, in the order they were.
    pub undone: Vec<&'static str>,
    /// Those that were not, and why.
    pub failed: Vec<(&'static str, Box<dyn Error>)>,
}

impl RolledBack {
    /// Whether something is left that should not be there.
    pub fn is_dirty(&self) -> bool {
        !self.failed.is_empty()
    }

    /// The error that made it necessary, with what failed while undoing besides. It stays as it is if nothing did.
    #[track_caller]
    pub fn besides(self, rt: &Runtime, primary: Box<dyn Error>) -> Box<dyn Error> {
        if !self.is_dirty() {
            return primary;
        }
        let primary = match primary.downcast::<Fault>() {
            Ok(fault) => *fault,
            Err(other) => Fault::because(rt, "roll back", "not everything could be undone", other),
        };
        Box::new(self.onto(primary))
    }

    /// The same of a record.
    pub fn onto(self, primary: Fault) -> Fault {
        let marked = if self.is_dirty() { primary.with("dirty", true) } else { primary };
        self.failed.into_iter().fold(marked, |fault, (_, failure)| fault.besides(failure))
    }
}

impl fmt::Debug for RolledBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RolledBack").field("undone", &self.undone).field("failed", &self.failed).finish()
    }
}

/// Does all of something or nothing: what `body` writes down in its [`Undo`] is undone if it fails, or if the context
/// is cancelled before the commit.
///
/// # Errors
/// What `body` failed with, or the context's error; with what could not be undone besides.
///
/// # Cancellation safety
/// Dropped before it completes, what was done is rolled back.
pub async fn transaction<T>(
    rt: &Runtime,
    context: &Context,
    limit: Duration,
    body: impl AsyncFnOnce(&mut Undo) -> Result<T, Box<dyn Error>>,
) -> Result<T, Box<dyn Error>> {
    let mut undo = Undo::new(rt, limit)?;
    let outcome = body(&mut undo).await;
    let error: Box<dyn Error> = match (outcome, context.err()) {
        (Ok(done), None) => {
            undo.commit();
            return Ok(done);
        }
        (Ok(_), Some(cancelled)) => cancelled.into(),
        (Err(error), _) => error,
    };
    Err(undo.roll_back().await.besides(rt, error))
}
