//! A supervisor begins its children in order, begins those anew that end, and stops them in reverse: Erlang/OTP's.
//!
//! It restarts what fails, or all, or what came after; it counts restarts and gives up when they are too many, which
//! its own supervisor takes for an end like any other: so the problem moves up until somebody can solve it. It has
//! the signature of a [`Ward`], so supervisors make a tree.
//!
//! - `child`: what is supervised · `status`: what can be seen and asked from outside
//! - `run`: the loop · `stop`: request, grace, kill

mod child;
mod run;
mod status;
mod stop;

pub use child::{Begun, Child, Shutdown};
pub use status::{Command, Counts, Handle, State};
pub use stop::Stopped;

use super::config::ConfigError;
use super::steward::{Intensity, Life, Pauses, Signs, Ward};
use crate::ordered::Set;
use crate::runtime::Runtime;
use run::Run;
use std::rc::Rc;
use std::time::Duration;

/// Which children begin anew when one has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// That one.
    #[default]
    OneForOne,
    /// All: they cannot do without each other.
    OneForAll,
    /// That one and those begun after it: they cannot do without what came before them.
    RestForOne,
}

impl Strategy {
    /// Who begins anew, as places in the order of beginning, if the child at this place has ended.
    pub fn affected(self, ended: usize, children: usize) -> std::ops::Range<usize> {
        match self {
            Strategy::OneForOne => ended..ended + 1,
            Strategy::OneForAll => 0..children,
            Strategy::RestForOne => ended..children,
        }
    }
}

/// When the end of significant children is the end of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AutoShutdown {
    /// Never.
    #[default]
    Never,
    /// When the first of them has ended by itself.
    Any,
    /// When the last of them has.
    All,
    /// When more than so many in a thousand of them have, of those there were. (task-supervisor: dead tasks above a
    /// threshold.)
    Share(u32),
}

/// How a supervisor works. The default is Erlang/OTP's.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Who begins anew.
    pub strategy: Strategy,
    /// How many restarts are too many.
    pub intensity: Intensity,
    /// Pauses before restarts; each child has its own count.
    pub pauses: Pauses,
    /// What the end of significant children means.
    pub auto_shutdown: AutoShutdown,
    /// No more children than so, those included that wait for their restart.
    pub most: usize,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            strategy: Strategy::OneForOne,
            intensity: Intensity::OTP,
            pauses: Pauses::NONE,
            auto_shutdown: AutoShutdown::Never,
            most: 10_000,
        }
    }
}

/// A supervisor over its first children.
#[derive(Clone)]
pub struct Supervisor {
    config: Config,
    children: Vec<Child>,
}

impl Supervisor {
    /// A supervisor over these children, in the order in which they begin.
    ///
    /// # Errors
    /// An intensity that can never be reached or makes no sense, two children of one name, more than the most, a share
    /// that is never exceeded, or a significant child that is permanent or whose end means nothing.
    pub fn new(config: Config, children: Vec<Child>) -> Result<Self, ConfigError> {
        config.pauses.check()?;
        config.intensity.check(config.pauses, Duration::ZERO)?;
        if let AutoShutdown::Share(share) = config.auto_shutdown {
            ConfigError::unless(share < 1000, "share", share, "0–999 of a thousand")?;
        }
        let most = config.most;
        ConfigError::unless(children.len() <= most, "children", children.len(), format!("0–{most}"))?;
        let mut names = Set::new();
        for child in &children {
            child.check(config.auto_shutdown)?;
            ConfigError::unless(names.insert(child.name.clone()), "child", &child.name, "each name once")?;
        }
        Ok(Supervisor { config, children })
    }

    /// Begins a life: its signs, and the handle by which it can be asked.
    ///
    /// It ends with [`Exit::Shutdown`](super::steward::Exit::Shutdown) when its context is cancelled, when there
    /// were too many restarts or significant children have ended, its children stopped in reverse order; and with
    /// [`Exit::Failed`](super::steward::Exit::Failed) if one of its first children did not begin.
    pub fn begin(&self, rt: &Runtime, name: &str, life: Life) -> (Signs, Handle) {
        let (listener, heartbeat) = rt.channel(&format!("{name}-heartbeat"), 1);
        let (handle, mailbox) = Handle::new(rt, name);
        let (inner, config, children) = (rt.clone(), self.config, self.children.clone());
        let own = handle.clone();
        let run = async move { Run::new(inner, config, own, life, listener).run(children, mailbox).await };
        (Signs { heartbeat, task: Rc::new(rt.spawn(name, run)) }, handle)
    }

    /// As a ward, to be watched by a steward or to be a child of another supervisor.
    pub fn into_ward(self, name: &str) -> Ward {
        let name = name.to_owned();
        Ward::new(move |rt, life| self.begin(rt, &name, life).0)
    }
}
