//! What a search has found: outcome classes with counts, broken claims, distinct behaviours.

use super::table::HashSet64;
use super::world::Came;
use crate::runtime::ends::Limit;
use crate::runtime::setting::Deviation;
use std::collections::BTreeMap;

/// At most so many behaviours are told apart; the count stands still from there on.
pub const MAX_BEHAVIOURS: usize = 1_000_000;

/// Executions of one kind: with an outcome, or against a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How many there were.
    pub count: u64,
    /// The number of the first of them.
    pub first: u64,
    /// The choices of the first, or of one found later that has fewer.
    pub deviations: Vec<Deviation>,
    /// No execution of the kind has fewer deviations.
    pub minimal: bool,
}

impl Finding {
    fn add(&mut self, first: u64, deviations: impl FnOnce() -> Vec<Deviation>) {
        self.count += 1;
        if first < self.first {
            (self.first, self.deviations) = (first, deviations());
        }
    }

    /// Takes in what another part of the search has found of the same kind.
    pub fn merge(&mut self, other: &Finding) {
        self.count += other.count;
        let (mine, others) = ((!self.minimal, self.first), (!other.minimal, other.first));
        if others < mine {
            (self.deviations, self.minimal) = (other.deviations.clone(), other.minimal);
        }
        self.first = self.first.min(other.first);
    }
}

/// The verdict on a claim over all executions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Against {
    /// The executions that break it.
    pub broken: Option<Finding>,
    /// It was undecided in some execution.
    pub undecided: bool,
}

/// What is looked for: the shortest execution of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// With this outcome.
    Outcome(&'static str),
    /// Against the claim with this number.
    Claim(usize),
}

impl Kind {
    /// Whether an execution is of this kind.
    pub fn fits(self, came: &Came) -> bool {
        match self {
            Kind::Outcome(outcome) => came.outcome == outcome,
            Kind::Claim(index) => came.broken >> index & 1 == 1,
        }
    }
}

/// What a search has found.
#[derive(Default)]
pub struct Found {
    /// How many executions were begun, those included that turned out to have been made before.
    pub executions: u64,
    /// By outcome.
    pub outcomes: BTreeMap<&'static str, Finding>,
    /// By number of the claim.
    pub claims: Vec<Against>,
    /// Distinct behaviours.
    pub behaviours: HashSet64,
    /// A limit at which some execution was cut.
    pub cut: Option<Limit>,
}

impl Found {
    /// Nothing yet, of so many claims.
    pub fn new(claims: usize) -> Self {
        Found { claims: vec![Against::default(); claims], ..Found::default() }
    }

    /// Takes in an execution.
    pub fn add(&mut self, number: u64, came: &Came, behaviour: u64, deviations: impl Fn() -> Vec<Deviation>) {
        self.behaviours.insert(behaviour, MAX_BEHAVIOURS);
        self.cut = self.cut.or(came.cut);
        add(&mut self.outcomes, came.outcome, number, &deviations);
        if came.broken | came.undecided == 0 {
            return;
        }
        for (index, against) in self.claims.iter_mut().enumerate() {
            against.undecided |= came.undecided >> index & 1 == 1;
            if came.broken >> index & 1 == 1 {
                match &mut against.broken {
                    Some(finding) => finding.add(number, &deviations),
                    None => {
                        let deviations = deviations();
                        against.broken = Some(Finding { count: 1, first: number, deviations, minimal: false });
                    }
                }
            }
        }
    }

    /// Takes in what another part of the search has found.
    pub fn merge(&mut self, other: &Found) {
        self.executions += other.executions;
        self.cut = self.cut.or(other.cut);
        other.behaviours.iter().for_each(|hash| self.behaviours.insert(hash, MAX_BEHAVIOURS));
        for (outcome, finding) in &other.outcomes {
            let known = self.outcomes.entry(outcome);
            known.and_modify(|known| known.merge(finding)).or_insert_with(|| finding.clone());
        }
        for (mine, others) in self.claims.iter_mut().zip(&other.claims) {
            mine.undecided |= others.undecided;
            match (&mut mine.broken, &others.broken) {
                (Some(known), Some(finding)) => known.merge(finding),
                (None, Some(finding)) => mine.broken = Some(finding.clone()),
                (_, None) => {}
            }
        }
    }

    /// Every kind of execution that was found.
    pub fn kinds(&self) -> Vec<Kind> {
        let outcomes = self.outcomes.keys().map(|outcome| Kind::Outcome(outcome));
        let claims = self.claims.iter().enumerate().filter(|(_, against)| against.broken.is_some());
        outcomes.chain(claims.map(|(index, _)| Kind::Claim(index))).collect()
    }

    /// What was found of a kind.
    pub fn of(&mut self, kind: Kind) -> Option<&mut Finding> {
        match kind {
            Kind::Outcome(outcome) => self.outcomes.get_mut(outcome),
            Kind::Claim(index) => self.claims.get_mut(index)?.broken.as_mut(),
        }
    }
}

fn add(
    outcomes: &mut BTreeMap<&'static str, Finding>,
    outcome: &'static str,
    number: u64,
    deviations: &impl Fn() -> Vec<Deviation>,
) {
    match outcomes.get_mut(outcome) {
        Some(finding) => finding.add(number, deviations),
        None => {
            let finding = Finding { count: 1, first: number, deviations: deviations(), minimal: false };
            outcomes.insert(outcome, finding);
        }
    }
}
