//! A circuit breaker: whoever fails again and again is left alone for a while, then tried again with a few probes.
//!
//! The decisions are a state machine over time ([`Breaker`]); [`CircuitBreaker`] is the same for tasks. A call is
//! admitted in one synchronous step that reserves its place, and gives it back whatever becomes of it, so there are
//! never more probes than allowed. What was admitted before the state changed says nothing about the state after.

use super::config::ConfigError;
use super::window::Window;
use crate::runtime::{Runtime, Time};
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

/// What opens the circuit; counted over [`Config::window`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trip {
    /// So many failures, at least 1.
    Failures(u32),
    /// A share of failures in thousandths, `1..=1000`, among at least so many calls.
    Share {
        /// Failures in thousandths of all calls.
        thousandths: u32,
        /// Fewer calls say nothing; at least 1.
        calls: u32,
    },
}

/// How a breaker behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// What opens it.
    pub trip: Trip,
    /// Over how long calls are counted.
    pub window: Duration,
    /// How long it stays open before the first probe.
    pub open: Duration,
    /// At most so many probes at a time, at least 1.
    pub probes: u32,
    /// So many probes have to succeed before it closes, at least 1.
    pub successes: u32,
}

/// Where a breaker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Calls go through and are counted.
    Closed,
    /// Calls are refused.
    Open {
        /// Until then.
        until: Time,
    },
    /// A few calls go through as probes.
    HalfOpen {
        /// Probes under way.
        probes: u32,
        /// Probes that have succeeded.
        successes: u32,
    },
}

/// A call that was admitted. It is to be handed back with its result, or [abandoned](Breaker::abandon).
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a permit that is not handed back blocks a probe for ever"]
pub struct Permit {
    epoch: u64,
}

/// The circuit is open, or all its probes are under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// When it may be worth asking again; zero if that depends on a probe.
    pub retry_after: Duration,
}

/// A change of state that a result brought about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It has opened, after so many failures in the window, or because a probe failed.
    Opened {
        /// Failures in the window, or 1 for a probe.
        failures: u32,
    },
    /// It has closed.
    Closed,
}

/// The breaker as a state machine: `now` in, decision out.
#[derive(Clone, Debug)]
pub struct Breaker {
    config: Config,
    state: State,
    /// Calls and failures.
    counts: Window<2>,
    /// Counts the changes of state.
    epoch: u64,
}

impl Breaker {
    /// A closed breaker.
    ///
    /// # Errors
    /// If a threshold, a span or a number of probes is zero, or a share is above 1.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        match config.trip {
            Trip::Failures(failures) => ConfigError::unless(failures > 0, "failures", failures, "≥ 1")?,
            Trip::Share { thousandths, calls } => {
                let share = f64::from(thousandths) / 1000.0;
                ConfigError::unless((1..=1000).contains(&thousandths), "share", share, "0.001–1")?;
                ConfigError::unless(calls > 0, "calls", calls, "≥ 1")?;
            }
        }
        ConfigError::if_zero("open", config.open)?;
        ConfigError::unless(config.probes > 0, "probes", config.probes, "≥ 1")?;
        ConfigError::unless(config.successes > 0, "successes", config.successes, "≥ 1")?;
        Ok(Breaker { config, state: State::Closed, counts: Window::new(config.window, 10)?, epoch: 0 })
    }

    /// Where it stands. An open breaker whose time is over is half open only once somebody asks.
    pub fn state(&self) -> State {
        self.state
    }

    fn change(&mut self, state: State) {
        self.state = state;
        self.epoch += 1;
    }

    /// Admits a call or refuses it, at once.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn admit(&mut self, now: Time) -> Result<Permit, Refused> {
        if let State::Open { until } = self.state {
            if now < until {
                return Err(Refused { retry_after: until - now });
            }
            self.change(State::HalfOpen { probes: 0, successes: 0 });
        }
        if let State::HalfOpen { probes, .. } = &mut self.state {
            if *probes >= self.config.probes {
                return Err(Refused { retry_after: Duration::ZERO });
            }
            *probes += 1;
        }
        Ok(Permit { epoch: self.epoch })
    }

    /// Takes the result of a call. One that was admitted in an earlier state is not counted.
    pub fn done(&mut self, now: Time, permit: Permit, success: bool) -> Option<Change> {
        if permit.epoch != self.epoch {
            return None;
        }
        match &mut self.state {
            State::Closed => self.count(now, success),
            State::Open { .. } => None,
            State::HalfOpen { .. } if !success => Some(self.trip(now, 1)),
            State::HalfOpen { probes, successes } => {
                *probes -= 1;
                *successes += 1;
                let is_enough = *successes >= self.config.successes;
                is_enough.then(|| {
                    self.counts.clear();
                    self.change(State::Closed);
                    Change::Closed
                })
            }
        }
    }

    /// A call came to nothing, neither success nor failure: its place is free again.
    pub fn abandon(&mut self, permit: Permit) {
        if permit.epoch == self.epoch
            && let State::HalfOpen { probes, .. } = &mut self.state
        {
            *probes -= 1;
        }
    }

    fn count(&mut self, now: Time, success: bool) -> Option<Change> {
        self.counts.add(now, 0, 1);
        self.counts.add(now, 1, i64::from(!success));
        let [calls, failures] = self.counts.sums(now);
        let trips = match self.config.trip {
            Trip::Failures(most) => failures >= i64::from(most),
            Trip::Share { thousandths, calls: least } => {
                calls >= i64::from(least) && failures * 1000 >= calls * i64::from(thousandths)
            }
        };
        // A success may complete the least number of calls, but it is not what one opens a circuit for.
        (trips && !success).then(|| self.trip(now, u32::try_from(failures).unwrap_or(u32::MAX)))
    }

    fn trip(&mut self, now: Time, failures: u32) -> Change {
        self.change(State::Open { until: now + self.config.open });
        Change::Opened { failures }
    }
}

/// Why a guarded call has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error<E> {
    /// It was not made.
    Refused(Refused),
    /// It was made and failed.
    Failed(E),
}

/// A breaker that tasks share. Clones are the same breaker.
#[derive(Clone, Debug)]
pub struct CircuitBreaker(Rc<RefCell<Breaker>>);

impl CircuitBreaker {
    /// A closed breaker.
    ///
    /// # Errors
    /// As [`Breaker::new`].
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        Ok(CircuitBreaker(Rc::new(RefCell::new(Breaker::new(config)?))))
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        self.0.borrow().state()
    }

    /// Makes a call if the circuit lets it through, and learns from its result.
    ///
    /// # Errors
    /// [`Error::Refused`] at once, or what the call failed with.
    ///
    /// # Cancellation safety
    /// Dropping it drops the call, which counts neither way; a probe's place is free again.
    pub async fn call<T, E>(&self, rt: &Runtime, call: impl Future<Output = Result<T, E>>) -> Result<T, Error<E>> {
        let permit = self.0.borrow_mut().admit(rt.now()).map_err(Error::Refused)?;
        if let State::HalfOpen { probes, .. } = self.state() {
            let most = self.0.borrow().config.probes;
            rt.note("probe {} of at most {}", [probes, most]);
        }
        let mut guard = Guard { breaker: self, permit: Some(permit) };
        let result = call.await;
        if let Some(permit) = guard.permit.take() {
            let change = self.0.borrow_mut().done(rt.now(), permit, result.is_ok());
            match change {
                Some(Change::Opened { failures }) => rt.note("trip after {} failures", [failures, 0]),
                Some(Change::Closed) => rt.note("close", [0, 0]),
                None => {}
            }
        }
        result.map_err(Error::Failed)
    }
}

/// Gives the place back if the call is dropped.
struct Guard<'a> {
    breaker: &'a CircuitBreaker,
    permit: Option<Permit>,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take() {
            self.breaker.0.borrow_mut().abandon(permit);
        }
    }
}
