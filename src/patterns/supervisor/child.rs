//! What is supervised: how a child begins, whether it begins anew, how long it may take to stop.

use super::{AutoShutdown, Supervisor};
use crate::patterns::config::ConfigError;
use crate::patterns::steward::{Exit, Life, Restart, Ward};
use crate::runtime::{Runtime, Task};
use std::rc::Rc;
use std::time::Duration;

/// How a child is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// It is asked, has so long, and is dropped where it is.
    Grace(Duration),
    /// It is dropped at once.
    Brutal,
    /// It is asked and has all the time it needs: for supervisors, whose children have times of their own.
    Infinity,
}

/// What came of a beginning.
pub enum Begun {
    /// It is running.
    Running(Rc<Task<Exit>>),
    /// It has nothing to do here and now; its place is kept.
    Ignored,
    /// It could not begin.
    Failed(&'static str),
}

/// A way to begin.
type Begin = Rc<dyn Fn(&Runtime, Life) -> Begun>;

/// A child.
#[derive(Clone)]
pub struct Child {
    /// Its name, once in each supervisor.
    pub name: String,
    /// Which ends are followed by another life.
    pub restart: Restart,
    /// How it is stopped.
    pub shutdown: Shutdown,
    /// Whether its end can be the end of all; see [`AutoShutdown`].
    pub significant: bool,
    pub(super) begin: Begin,
}

impl Child {
    /// A child that always begins: permanent, with 5 s to stop, as in Erlang/OTP.
    pub fn new(name: &str, ward: Ward) -> Self {
        Child::fallible(name, move |rt, life| Begun::Running(ward.begin(rt, life).task))
    }

    /// A supervisor as a child: it has all the time it needs to stop, since its children have times of their own.
    pub fn supervisor(name: &str, supervisor: Supervisor) -> Self {
        Child::new(name, supervisor.into_ward(name)).shutdown(Shutdown::Infinity)
    }

    /// A child whose beginning may fail.
    pub fn fallible(name: &str, begin: impl Fn(&Runtime, Life) -> Begun + 'static) -> Self {
        Child {
            name: name.to_owned(),
            restart: Restart::Permanent,
            shutdown: Shutdown::Grace(Duration::from_secs(5)),
            significant: false,
            begin: Rc::new(begin),
        }
    }

    /// The same with another rule for restarts.
    pub fn restart(self, restart: Restart) -> Self {
        Child { restart, ..self }
    }

    /// The same with another way to be stopped.
    pub fn shutdown(self, shutdown: Shutdown) -> Self {
        Child { shutdown, ..self }
    }

    /// The same, whose end can be the end of all.
    pub fn significant(self) -> Self {
        Child { significant: true, ..self }
    }

    pub(super) fn check(&self, auto: AutoShutdown) -> Result<(), ConfigError> {
        ConfigError::unless(!self.name.is_empty(), "child", "", "a name")?;
        // A permanent child has no end of its own, and where nothing follows from an end it cannot be significant.
        let can_be = self.restart != Restart::Permanent && auto != AutoShutdown::Never;
        ConfigError::unless(
            !self.significant || can_be,
            "significant",
            &self.name,
            "transient or temporary, with a shutdown",
        )
    }
}
