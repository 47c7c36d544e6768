//! Merging: what parts of a search have found, as if one search had.
//!
//! The outcome set, the minimal links, `exhausted` and the claims are those of the single search. `executions` may be
//! more when proving, since each part finds its way to what is its own; `behaviours` of a hunt are at least as many as
//! said, since two parts may have met the same.

use super::options::Strategy;
use super::report::{Exploration, OutcomeReport};
use crate::link::LinkError;
use std::collections::{BTreeMap, BTreeSet};

/// Merges reports; `names` says in errors which is which.
///
/// # Errors
/// If there is none, if they are not of one search, or if a part is there twice.
pub fn merge(reports: &[Exploration], names: &[String]) -> Result<Exploration, LinkError> {
    let Some(first) = reports.first() else {
        return Err(LinkError::new("missing-argument", "merge", "", "FILE…"));
    };
    let search = |report: &Exploration| {
        let Exploration { link, version, strategy, budget, seed, depth, preemptions, .. } = report;
        (link.clone(), version.clone(), strategy.clone(), *budget, *seed, (*depth, *preemptions))
    };
    let of = |report: &Exploration| {
        report.shard.as_deref().and_then(|shard| shard.split_once('/')).map(|(_, of)| of.to_owned())
    };
    let mut parts = BTreeSet::new();
    for (report, name) in reports.iter().zip(names) {
        if search(report) != search(first) || of(report) != of(first) {
            let allowed = format!(
                "{} --strategy {} --executions {} --seed {}",
                first.link, first.strategy, first.budget, first.seed
            );
            return Err(LinkError::new("another-search", name, &report.link, allowed));
        }
        if !parts.insert(report.shard.clone()) {
            let shard = report.shard.as_deref().unwrap_or("1/1");
            return Err(LinkError::new("repeated-part", name, shard, "1/N … N/N"));
        }
    }
    let of: usize = of(first).and_then(|of| of.parse().ok()).unwrap_or(1);
    let is_whole = parts.len() == of;
    let exhausted = is_whole && reports.iter().all(|report| report.exhausted);
    let mut merged = Exploration {
        shard: None,
        exhausted,
        executions: 0,
        executions_per_second: 0.0,
        behaviours: 0,
        limit: reports.iter().find_map(|report| report.limit.clone()).or((!is_whole).then(|| "parts".to_owned())),
        outcomes: BTreeMap::new(),
        ..first.clone()
    };
    let proves = first.strategy == Strategy::Prove.name();
    for (index, report) in reports.iter().enumerate() {
        merged.executions += report.executions;
        merged.executions_per_second += report.executions_per_second;
        merged.behaviours =
            if proves { merged.behaviours + report.behaviours } else { merged.behaviours.max(report.behaviours) };
        for (outcome, found) in &report.outcomes {
            let known = merged.outcomes.entry(outcome.clone());
            known
                .and_modify(|known| {
                    join(known, found);
                })
                .or_insert_with(|| found.clone());
        }
        if index == 0 {
            continue;
        }
        for (mine, others) in merged.claims.iter_mut().zip(&report.claims) {
            let better = match (&mut mine.broken, &others.broken) {
                (Some(known), Some(found)) => join(known, found),
                (None, Some(found)) => {
                    mine.broken = Some(found.clone());
                    true
                }
                (_, None) => false,
            };
            if better {
                mine.evidence.clone_from(&others.evidence);
            }
        }
    }
    for claim in &mut merged.claims {
        claim.holds = if claim.broken.is_some() { Some(false) } else { exhausted.then_some(true) };
    }
    Ok(merged)
}

/// Takes in what another part says of the same kind; whether the link is now the other's.
fn join(known: &mut OutcomeReport, found: &OutcomeReport) -> bool {
    let is_better = (!found.minimal, found.first) < (!known.minimal, known.first);
    if is_better {
        known.link.clone_from(&found.link);
        (known.deviations, known.minimal) = (found.deviations, found.minimal);
    }
    known.count += found.count;
    known.first = known.first.min(found.first);
    is_better
}
