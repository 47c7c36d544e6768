//! Stopping a child: a request, a grace, and the end of it; and a report of who needed that.

use super::child::Shutdown;
use crate::patterns::cancel::Cancel;
use crate::patterns::steward::Exit;
use crate::runtime::{Cause, Of2, Reason, Runtime, Task, select};

/// How a child came to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It was over before it was asked; how it had ended.
    Before(Exit),
    /// When it was asked to; how it ended.
    InTime(Exit),
    /// It had to be dropped where it was.
    Killed,
}

impl Stopped {
    /// How it ended.
    pub const fn exit(self) -> Exit {
        match self {
            Stopped::Before(exit) | Stopped::InTime(exit) => exit,
            Stopped::Killed => Exit::Killed,
        }
    }
}

/// Stops a task and waits until it is over.
pub(super) async fn stop(rt: &Runtime, task: &Task<Exit>, cancel: &Cancel, shutdown: Shutdown) -> Stopped {
    if task.is_over() {
        return Stopped::Before(Exit::of(task.join().await));
    }
    cancel.because(Cause::new(Reason::Shutdown, "its supervisor"));
    let grace = match shutdown {
        Shutdown::Infinity => return Stopped::InTime(Exit::of(task.join().await)),
        Shutdown::Grace(grace) => Some(grace),
        Shutdown::Brutal => None,
    };
    if let Some(grace) = grace
        && let Of2::A(joined) = select((task.join(), rt.sleep(grace))).await
    {
        return Stopped::InTime(Exit::of(joined));
    }
    task.stop();
    Stopped::Killed
}
