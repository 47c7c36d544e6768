//! What a search is reported as, for `--json`, for JavaScript and for merging. Plain data.

use super::options::{Options, Strategy};
use super::outcomes::{Finding, MAX_BEHAVIOURS};
use super::prove::Part;
use super::search::Search;
use super::world::World;
use crate::gather::gather;
use crate::link::Link;
use crate::report::VERSION;
use crate::runner::Execution;
use crate::runtime::setting::{Deviation, Model};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a search has found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct Exploration {
    /// The link that was searched, with its timing model and what may go wrong.
    pub link: String,
    /// The version of this program.
    pub version: String,
    /// `timed` or `any-speed`.
    pub model: String,
    /// How executions were chosen.
    pub strategy: String,
    /// How many there were to be at most.
    pub budget: u64,
    /// The seed of the hunt.
    pub seed: u64,
    /// The bound on the depth of a deviation, if there was one.
    #[serde(default)]
    pub depth: Option<u32>,
    /// The bound on preemptions, if there was one.
    #[serde(default)]
    pub preemptions: Option<u32>,
    /// Which part of the search this is, such as `1/4`; none if it is the whole.
    pub shard: Option<String>,
    /// How many executions were begun, those included that turned out to have been made before in another order.
    pub executions: u64,
    /// How fast.
    pub executions_per_second: f64,
    /// Whether nothing is left: the outcomes are all there are. Of a part: whether nothing is left of it.
    pub exhausted: bool,
    /// How many executions differ in more than the order of steps that commute.
    pub behaviours: u64,
    /// The limit that was reached, if any: `executions`, `interrupted`, `behaviours`, `bound` (all within it was
    /// made), or that of an execution that was cut.
    pub limit: Option<String>,
    /// By outcome; of a scenario that declares none by end.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, OutcomeReport>"))]
    pub outcomes: BTreeMap<String, OutcomeReport>,
    /// The verdicts over all executions.
    pub claims: Vec<ExploredClaim>,
}

/// The executions with one outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct OutcomeReport {
    /// How many there were.
    pub count: u64,
    /// The shortest that was found.
    pub link: String,
    /// In how many choices it deviates from the canonical run.
    pub deviations: u32,
    /// Whether it is proven that none has fewer.
    pub minimal: bool,
    /// The number of the first of them.
    pub first: u64,
}

/// The verdict on a claim over all executions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct ExploredClaim {
    /// Its name.
    pub id: String,
    /// `always`, or `breaks` if the scenario exists to show that it can be broken.
    pub expect: String,
    /// False if some execution breaks it, true if there is none, null if that is not known.
    pub holds: Option<bool>,
    /// The executions that break it.
    pub broken: Option<OutcomeReport>,
    /// The events that show it in the shortest of them.
    pub evidence: Vec<u32>,
}

impl Exploration {
    /// The report of a search, as far as it has come.
    pub fn new(search: &Search, options: &Options, executions_per_second: f64, is_interrupted: bool) -> Self {
        let (found, world) = (search.found(), search.world());
        let exhausted = search.is_exhausted();
        let link = world.link_of(&[]);
        let is_whole = options.part.of == 1;
        let finding = |finding: &Finding| OutcomeReport {
            count: finding.count,
            link: world.link_of(&finding.deviations).to_string(),
            deviations: finding.deviations.len() as u32,
            minimal: finding.minimal,
            first: finding.first,
        };
        let claims = world.claims().iter().zip(&found.claims).map(|((id, expect), against)| ExploredClaim {
            id: (*id).to_owned(),
            expect: expect.name().to_owned(),
            holds: match &against.broken {
                Some(_) => Some(false),
                None => (exhausted && is_whole && !against.undecided).then_some(true),
            },
            broken: against.broken.as_ref().map(finding),
            evidence: against.broken.as_ref().map_or_else(Vec::new, |broken| evidence(world, id, &broken.deviations)),
        });
        let outcomes = found.outcomes.iter().map(|(outcome, found)| ((*outcome).to_owned(), finding(found)));
        Exploration {
            version: VERSION.to_owned(),
            model: if link.setting.model == Model::AnySpeed { "any-speed" } else { "timed" }.to_owned(),
            link: link.to_string(),
            strategy: options.strategy.name().to_owned(),
            budget: options.executions,
            seed: options.seed,
            depth: options.bounds.depth,
            preemptions: options.bounds.preemptions,
            shard: (!is_whole).then(|| shard(options.part)),
            executions: found.executions,
            executions_per_second: executions_per_second.round(),
            exhausted,
            behaviours: found.behaviours.len() as u64,
            limit: limit(search, options, is_interrupted).map(str::to_owned),
            outcomes: gather(outcomes),
            claims: claims.collect(),
        }
    }

    /// Whether every claim holds.
    pub fn all_hold(&self) -> bool {
        self.claims.iter().all(|claim| claim.holds == Some(true))
    }
}

/// A part as it is written.
fn shard(part: Part) -> String {
    format!("{}/{}", part.index + 1, part.of)
}

fn limit(search: &Search, options: &Options, is_interrupted: bool) -> Option<&'static str> {
    let found = search.found();
    match found.cut {
        Some(limit) => Some(limit.name()),
        None if is_interrupted => Some("interrupted"),
        None if found.behaviours.len() >= MAX_BEHAVIOURS => Some("behaviours"),
        None if search.is_complete() && options.bounds.is_any() => Some("bound"),
        None if !search.is_complete() && options.strategy == Strategy::Prove => Some("executions"),
        None => None,
    }
}

/// The events that show in one execution that a claim is broken.
fn evidence(world: &World, claim: &str, deviations: &[Deviation]) -> Vec<u32> {
    let link: Link = world.link_of(deviations);
    let finished = Execution::new(&link, false).finish();
    let claims = finished.map(|finished| finished.claims).unwrap_or_default();
    claims.into_iter().find(|(id, ..)| *id == claim).map_or_else(Vec::new, |(_, _, verdict)| verdict.evidence)
}

/// Every kind of execution that a report names, with what it says of it.
pub fn findings(report: &Exploration) -> impl Iterator<Item = (&str, &OutcomeReport)> {
    let claims = report.claims.iter().filter_map(|claim| Some((claim.id.as_str(), claim.broken.as_ref()?)));
    report.outcomes.iter().map(|(outcome, found)| (outcome.as_str(), found)).chain(claims)
}
