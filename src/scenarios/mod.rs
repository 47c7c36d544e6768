//! The stories: one file each, and the one list. A scenario is a value: id, parameters, names, claims, start.

mod all_together;
mod calls;
mod cancellation_reasons;
mod circuit_breaker;
mod deadlock;
mod detectors;
mod duplicated_message;
mod error_boundary;
mod healthy_ward_restarted;
mod heartbeat_tests;
mod hedged_requests;
mod interval_heartbeat;
pub mod parameter;
mod preemption;
mod rate_limit;
mod replicated_requests;
mod restarted_stream;
mod retry_storm;
mod saturation;
mod shared_state;
mod silent_worker;
mod stale_data;
mod steward;
mod supervision_tree;
mod tiered_rate_limit;
mod work_unit_heartbeat;

use crate::analysis::claim::{Claim, Expect, Outcome};
use crate::patterns::config::ConfigError;
use crate::runtime::Runtime;
use parameter::{Parameter, Params};
use std::fmt;
use std::future::Future;
use std::pin::Pin;

/// The root task of a run.
pub type Root = Pin<Box<dyn Future<Output = ()>>>;

/// Makes the fold of a claim for one run.
pub type MakeClaim = fn(&Params) -> Box<dyn Claim>;

/// Makes the fold of an outcome for one run.
pub type MakeOutcome = fn(&Params) -> Box<dyn Outcome>;

/// A claim of a scenario.
pub struct ClaimInfo {
    /// Its name in reports and locale files.
    pub id: &'static str,
    /// What the scenario says of it, under these parameters and without faults.
    pub expect: fn(&Params) -> Expect,
    /// Whether it is about durations: nothing is said of it in the any-speed model.
    pub about_time: bool,
    /// Makes the fold for one run.
    pub make: MakeClaim,
}

impl ClaimInfo {
    /// A claim that holds in every run.
    pub const fn always(id: &'static str, make: MakeClaim) -> Self {
        Self::expected(id, |_| Expect::Always, make)
    }

    /// A claim that some schedule breaks, whatever the parameters.
    pub const fn breaks(id: &'static str, make: MakeClaim) -> Self {
        Self::expected(id, |_| Expect::Breaks, make)
    }

    /// A claim of which the parameters decide whether some schedule breaks it.
    pub const fn expected(id: &'static str, expect: fn(&Params) -> Expect, make: MakeClaim) -> Self {
        ClaimInfo { id, expect, about_time: false, make }
    }

    /// The same claim, which is about durations.
    pub const fn about_time(mut self) -> Self {
        self.about_time = true;
        self
    }
}

/// A story.
pub struct Scenario {
    /// Its name in links.
    pub id: &'static str,
    /// The chapter's section, such as `5.2`.
    pub chapter: &'static str,
    /// What can be set, in the order of links.
    pub parameters: &'static [Parameter],
    /// The tasks that faults may name.
    pub tasks: &'static [&'static str],
    /// Those of them that listen to the user's cancel; a `cancel` of any other finds nothing.
    pub cancels: &'static [&'static str],
    /// The channels that faults may name.
    pub channels: &'static [&'static str],
    /// What is claimed of every run.
    pub claims: &'static [ClaimInfo],
    /// How a run came out, in a word.
    pub outcome: Option<MakeOutcome>,
    /// The files that the source panel shows first: the scenario's own and its patterns'.
    pub sources: &'static [&'static str],
    /// Named situations, as (name, query of a link).
    pub presets: &'static [(&'static str, &'static str)],
    /// Whether the parameters fit each other; each alone is in its range already. [`any`] if nothing can be amiss.
    pub check: fn(&Params) -> Result<(), ConfigError>,
    /// Makes the root task.
    pub start: fn(&Runtime, &Params) -> Root,
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scenario").field(&self.id).finish()
    }
}

/// The one list, in the order of the catalogue.
static ALL: &[&Scenario] = &[
    &error_boundary::SCENARIO,
    &cancellation_reasons::SCENARIO,
    &preemption::SCENARIO,
    &shared_state::SCENARIO,
    &saturation::SCENARIO,
    &stale_data::SCENARIO,
    &deadlock::SCENARIO,
    &duplicated_message::SCENARIO,
    &interval_heartbeat::SCENARIO,
    &silent_worker::SCENARIO,
    &work_unit_heartbeat::SCENARIO,
    &heartbeat_tests::SCENARIO,
    &detectors::SCENARIO,
    &replicated_requests::SCENARIO,
    &hedged_requests::SCENARIO,
    &rate_limit::SCENARIO,
    &tiered_rate_limit::SCENARIO,
    &retry_storm::SCENARIO,
    &circuit_breaker::SCENARIO,
    &steward::SCENARIO,
    &restarted_stream::SCENARIO,
    &healthy_ward_restarted::SCENARIO,
    &supervision_tree::SCENARIO,
    &all_together::SCENARIO,
];

/// Parameters that fit each other whatever they are.
pub fn any(_: &Params) -> Result<(), ConfigError> {
    Ok(())
}

/// Every scenario.
pub fn all() -> &'static [&'static Scenario] {
    ALL
}

/// The scenario with this id.
pub fn find(id: &str) -> Option<&'static Scenario> {
    all().iter().copied().find(|scenario| scenario.id == id)
}
