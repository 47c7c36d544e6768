//! What happens by itself at a moment, whatever the tasks do: deadlines are made of it.

use super::Runtime;
use super::timers::{Due, TimerId};
use crate::trace::nanos;
use std::time::Duration;

pub(crate) type Act = Box<dyn FnOnce(&Runtime)>;

/// Something that will happen, unless this is dropped before.
#[must_use = "dropping it takes it back"]
pub struct Later {
    rt: Runtime,
    timer: TimerId,
}

impl Runtime {
    /// Does something once `duration` has passed, in the name of the current task, even if that is over by then.
    /// It keeps no run from ending.
    ///
    /// ```
    /// # use heartrace::runtime::{Cause, Reason, virtual_time::Run, setting::Setting};
    /// # use std::time::Duration;
    /// # let mut run = Run::new(Setting::default(), true);
    /// # let rt = run.runtime().clone();
    /// # run.start(async move {
    /// let done = rt.signal();
    /// let giver = done.clone();
    /// let _stop = rt.later(Duration::from_secs(10), move |rt| {
    ///     giver.give(rt, Cause::new(Reason::Shutdown, "time is up"));
    /// });
    /// done.wait(&rt).await;
    /// assert_eq!(rt.now().as_nanos(), 10_000_000_000);
    /// # });
    /// # run.finish();
    /// ```
    pub fn later(&self, duration: Duration, act: impl FnOnce(&Runtime) + 'static) -> Later {
        let timer = self.core().set_timer(nanos(duration), Due::Act);
        self.0.acts.borrow_mut().insert(timer, Box::new(act));
        Later { rt: self.clone(), timer }
    }

    /// Does what a timer stands for that has fired.
    pub(crate) fn act(&self, timer: TimerId) {
        let act = self.0.acts.borrow_mut().remove(&timer);
        let own = {
            let mut core = self.core();
            let task = core.timers.get(timer).task;
            std::mem::replace(&mut core.current, task)
        };
        if let Some(act) = act {
            act(self);
        }
        self.core().current = own;
    }
}

impl Drop for Later {
    fn drop(&mut self) {
        // Dropped with nothing borrowed: it may own what uses the runtime when it goes.
        let act = self.rt.0.acts.borrow_mut().remove(&self.timer);
        drop(act);
        self.rt.core().remove_timer(self.timer);
    }
}
