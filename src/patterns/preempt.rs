//! Work that can be stopped: it is done in stretches, and between two of them it looks whether to go on.
//!
//! The period is a promise: a cancel is heard no later than one stretch after it was given. Whatever takes longer
//! than the period without looking breaks it. [`work`] is for work that can be cut anywhere; [`Chunks`] is for work
//! made of units that cannot, and measures how long the longest stretch really was.

use super::cancel::Context;
use super::config::ConfigError;
use crate::runtime::{Reason, Runtime, Time};
use std::time::Duration;

/// The work was stopped, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// As the worker heard it: [`Reason::Parent`] if what it was part of was cancelled.
    pub reason: Reason,
}

/// Goes on unless the context is cancelled; hears the cancel if it is.
///
/// # Errors
/// [`Stopped`] if it is.
///
/// # Cancellation safety
/// Dropping it loses nothing: whoever looks again hears it again.
pub async fn look(context: &Context) -> Result<(), Stopped> {
    match context.err() {
        Some(_) => Err(Stopped { reason: context.done().await.reason }),
        None => Ok(()),
    }
}

/// Works for a while in stretches of `period` at most, under a context; it looks once more at the end.
///
/// # Errors
/// [`Stopped`], with what was left not done.
///
/// # Cancellation safety
/// Dropping it cuts the work short.
pub async fn work(rt: &Runtime, context: &Context, duration: Duration, period: Duration) -> Result<(), Stopped> {
    let mut left = duration;
    loop {
        let stretch = left.min(period);
        rt.work(stretch).await;
        left -= stretch;
        look(context).await?;
        if left.is_zero() {
            return Ok(());
        }
    }
}

/// A stretch of work: what was done between two looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// How many units.
    pub units: u32,
    /// How long they took together.
    pub time: Duration,
}

/// What was measured of work in chunks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// How often it looked, and let others go on.
    pub looks: u32,
    /// The most units and the longest time between two looks; a cancel may have to wait so long.
    pub longest: Stretch,
}

/// Work in units that are never split. After each it asks whether the stretch is as long as it may be; if so it gives
/// way to the other tasks and looks whether to go on. Work within work shares one budget by borrowing it.
pub struct Chunks {
    rt: Runtime,
    context: Context,
    most: Stretch,
    units: u32,
    begun: Time,
    measured: Measured,
}

impl Chunks {
    /// Work of which a stretch is over after so many units or so long a time, whichever comes first.
    ///
    /// # Errors
    /// [`ConfigError`] if either is zero.
    pub fn new(rt: &Runtime, context: &Context, most: Stretch) -> Result<Self, ConfigError> {
        ConfigError::unless(most.units > 0, "units", most.units, ">= 1")?;
        ConfigError::if_zero("time", most.time)?;
        let (rt, context, begun) = (rt.clone(), context.clone(), rt.now());
        Ok(Chunks { rt, context, most, units: 0, begun, measured: Measured::default() })
    }

    /// Does a unit that takes so long.
    ///
    /// # Errors
    /// [`Stopped`] if it looked and was cancelled; the unit is done.
    ///
    /// # Cancellation safety
    /// Dropping it cuts the unit short.
    pub async fn unit(&mut self, cost: Duration) -> Result<(), Stopped> {
        let begun = self.rt.now();
        if !cost.is_zero() {
            self.rt.work(cost).await;
        }
        let took = self.rt.now() - begun;
        if took > self.most.time {
            // Nothing can be done about it but to say who promised more than it can keep.
            let ms = |time: Duration| u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
            self.rt.note("overrun of {} ms where {} ms were promised", [ms(took), ms(self.most.time)]);
        }
        self.units += 1;
        if self.units >= self.most.units || self.rt.now() - self.begun >= self.most.time {
            return self.look().await;
        }
        Ok(())
    }

    /// Gives way and looks, as at the end of a stretch.
    ///
    /// # Errors
    /// [`Stopped`] if it was cancelled.
    ///
    /// # Cancellation safety
    /// Dropping it loses nothing: the stretch goes on until the next look.
    pub async fn look(&mut self) -> Result<(), Stopped> {
        let longest = &mut self.measured.longest;
        longest.units = longest.units.max(self.units);
        longest.time = longest.time.max(self.rt.now() - self.begun);
        self.measured.looks += 1;
        self.rt.yield_now().await;
        self.units = 0;
        self.begun = self.rt.now();
        look(&self.context).await
    }

    /// Looks once more unless it has just done so; gives what was measured.
    ///
    /// # Errors
    /// [`Stopped`] if it was cancelled.
    ///
    /// # Cancellation safety
    /// Dropped before it completes, what was measured is lost.
    pub async fn finish(mut self) -> Result<Measured, Stopped> {
        if self.units > 0 {
            self.look().await?;
        }
        Ok(self.measured)
    }

    /// What was measured so far.
    pub fn measured(&self) -> Measured {
        self.measured
    }
}
