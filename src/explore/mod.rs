//! The explorer: another chooser around unchanged scenario code, and what it makes of many executions.
//!
//! In reading order:
//! - [`options`]: what is asked for · [`search`]: a search, slice by slice · [`world`]: one execution after the other
//! - [`mind`]: who decides · [`prove`]: all executions, sleep sets, cache · [`hunt`]: random walk, POS, PCT, URW
//! - [`behaviour`]: what commutes, and the partial order as a hash · [`table`]: sets of hashes
//! - [`report`]: what a search is reported as · [`merge`]: parts of a search as one
//! - [`story`]: a run in ten sentences · [`inevitable`]: when it became so
//! - [`outcomes`]: what was found · [`deepen`]: the fewest deviations · [`shrink`]: fewer of them

pub mod behaviour;
pub mod deepen;
pub mod hunt;
pub mod inevitable;
pub mod merge;
pub mod mind;
pub mod options;
pub mod outcomes;
pub mod prove;
pub mod report;
pub mod search;
pub mod shrink;
pub mod story;
pub mod table;
pub mod world;

use crate::scenarios::Scenario;

/// The scenarios whose tasks share nothing but objects of the runtime, so that the [reductions](prove) are sound for
/// them: channels, signals, [variables](crate::runtime::Variable). Contexts are such objects: whoever looks at the end of
/// one reads its signal. Elsewhere, where limiters, budgets and counters are shared as they are, a proof executes every
/// sequence of choices.
const REDUCIBLE: [&str; 16] = [
    "error-boundary",
    "cancellation-reasons",
    "preemption",
    "shared-state",
    "stale-data",
    "deadlock",
    "duplicated-message",
    "interval-heartbeat",
    "silent-worker",
    "work-unit-heartbeat",
    "heartbeat-tests",
    "detectors",
    "steward",
    "restarted-stream",
    "healthy-ward-restarted",
    "supervision-tree",
];

/// Whether the reductions are sound for a scenario.
pub fn is_reducible(scenario: &Scenario) -> bool {
    REDUCIBLE.contains(&scenario.id)
}
