//! Failure detectors: from the beats of a heart and the time now, how much the silence is to be suspected.
//!
//! All of them are pure: moments go in, a level of suspicion comes out, and the moment at which it will reach a
//! level if no more beats come, so that whoever watches can sleep until then. None can tell a slow heart from a
//! dead one: they differ in what they take for a long silence.
//!
//! - [`Deadline`]: a fixed limit · [`Misses`]: so many beats in a row
//! - [`PhiNormal`], [`PhiExponential`]: what this heart has done so far decides (`samples`: the window)
//! - [`Watch`]: from levels to [`State`]s: unknown, alive, suspect, dead
//! - [`Suspicion`]: time to object, the less the more agree · [`Awareness`]: doubts about oneself
//! - [`Member`]: what is heard of somebody by rumour, and which rumour counts
//! - [`LocalPause`]: one's own stall is not the other's death · [`Suspend`]: the device slept
//! - [`Progress`]: beats, but nothing gets done · [`Rhythm`]: silences, misses and returns, counted
//! - [`Probe`]: asking others before suspecting

mod exponential;
mod fixed;
mod guard;
mod indirect;
mod member;
mod normal;
mod rhythm;
mod samples;
mod suspicion;
mod watch;

pub use exponential::PhiExponential;
pub use fixed::{Deadline, Misses};
pub use guard::{LocalPause, Progress, Suspend};
pub use indirect::{MOST_HELPERS, Probe, Reached};
pub use member::{Health, Member};
pub use normal::{PhiNormal, cdf, phi};
pub use rhythm::Rhythm;
pub use samples::Samples;
pub use suspicion::{Awareness, Suspicion, log_scale};
pub use watch::{State, Watch};

use crate::runtime::Time;
use std::time::Duration;

/// A level that no silence exceeds: a level is always a finite number from 0 to this.
pub const HIGHEST: f64 = 1e6;

/// From beats to a level of suspicion.
pub trait Detector {
    /// A beat came. `accepted` is false if the silence before it was a failure: it then says nothing about
    /// how this heart usually beats.
    fn beat(&mut self, now: Time, accepted: bool);

    /// How much the silence so far is to be suspected, from 0; never less later on without a beat. 0 as long
    /// as nothing is known.
    fn level(&self, now: Time) -> f64;

    /// When the level reaches a limit if no beat comes; `None` if nothing is known yet.
    fn time_to(&self, limit: f64) -> Option<Time>;

    /// Nobody listened for so long: the silence counts as that much shorter.
    fn excuse(&mut self, pause: Duration);

    /// Forgets everything: another life begins.
    fn reset(&mut self);
}

/// Whichever detector was chosen.
impl Detector for Box<dyn Detector> {
    fn beat(&mut self, now: Time, accepted: bool) {
        (**self).beat(now, accepted);
    }
    fn level(&self, now: Time) -> f64 {
        (**self).level(now)
    }
    fn time_to(&self, limit: f64) -> Option<Time> {
        (**self).time_to(limit)
    }
    fn excuse(&mut self, pause: Duration) {
        (**self).excuse(pause);
    }
    fn reset(&mut self) {
        (**self).reset();
    }
}
