//! One scenario, executed again and again: the world is built once, and begun anew for every execution.
//!
//! Nothing is recorded: claims and outcome are folded as events happen. Who decides is the [`Mind`] of the walk.

use super::mind::{Choice, Mind, Walk, Walker};
use crate::analysis::claim::{Ending, Expect, SharedJury};
use crate::link::Link;
use crate::runner::{ending_of, fresh_jury, jury_of};
use crate::runtime::ends::{End, Limit};
use crate::runtime::ledger::Account;
use crate::runtime::setting::{Deviation, Order};
use crate::runtime::virtual_time::Run;
use std::cell::RefMut;

/// More polls than this in one execution and it is cut: it may have no end.
pub const MAX_POLLS: u64 = 50_000;

/// What came of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Came {
    /// The outcome that the scenario declares; without one, how it ended.
    pub outcome: &'static str,
    /// It was cut at a limit.
    pub cut: Option<Limit>,
    /// The claims that do not hold, by bit.
    pub broken: u64,
    /// The claims of which that is undecided, by bit.
    pub undecided: u64,
}

/// A scenario to be executed.
pub struct World {
    link: Link,
    run: Run,
    walker: Walker,
    jury: SharedJury,
    claims: Vec<(&'static str, Expect)>,
}

impl World {
    /// The world of a link; whatever order and choices it has are replaced by those of the search.
    pub fn new(link: &Link) -> Self {
        let mut link = link.clone().without_view();
        (link.setting.order, link.setting.schedule, link.expect) = (Order::Canonical, None, None);
        link.setting.limits.polls = MAX_POLLS;
        let run = Run::new(link.setting.clone(), false);
        let (jury, claims) = jury_of(&link);
        let walker = Walker::default();
        run.runtime().watch(jury.clone());
        run.followed_by(Box::new(walker.clone()));
        World { link, run, walker, jury, claims }
    }

    /// The link without order and choices.
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// The claims in order: id, and what the scenario says of it.
    pub fn claims(&self) -> &[(&'static str, Expect)] {
        &self.claims
    }

    /// Who decides, and what was chosen in the last execution.
    pub fn walk(&self) -> RefMut<'_, Walk> {
        self.walker.borrow()
    }

    /// Lets somebody else decide; gives who did.
    pub fn think(&self, mind: Mind) -> Mind {
        std::mem::replace(&mut self.walk().mind, mind)
    }

    /// Executes once; none if the mind gave up.
    pub fn execute(&mut self) -> Option<Came> {
        let account = if matches!(self.walk().mind, Mind::Proves(_)) { Account::Everything } else { Account::Steps };
        self.execute_keeping(account)
    }

    /// The same without keeping account of what steps touch: faster, but then there is no behaviour, and nothing for who
    /// decides by what commutes.
    pub fn execute_without_account(&mut self) -> Option<Came> {
        self.execute_keeping(Account::Nothing)
    }

    fn execute_keeping(&mut self, account: Account) -> Option<Came> {
        self.run.restart(account);
        fresh_jury(&self.link, &self.jury);
        self.walk().begin(self.link.setting.model);
        self.run.start((self.link.scenario.start)(self.run.runtime(), &self.link.params));
        let end = self.run.follow(&mut self.walker);
        (end != End::Interrupted).then(|| self.judge(&end))
    }

    fn judge(&self, end: &End) -> Came {
        let ending = ending_of(end);
        let jury = self.jury.0.borrow();
        let mut came = Came { outcome: end.name(), cut: None, broken: 0, undecided: 0 };
        for (index, claim) in jury.claims.iter().take(64).enumerate() {
            match claim.verdict(ending).at(ending).holds {
                Some(true) => {}
                Some(false) => came.broken |= 1 << index,
                None => came.undecided |= 1 << index,
            }
        }
        if let (Some(outcome), true) = (&jury.outcome, ending != Ending::Cut) {
            came.outcome = outcome.outcome(ending).unwrap_or(came.outcome);
        }
        if let End::Cut(limit) = end {
            came.cut = Some(*limit);
        }
        came
    }

    /// The moment at which the last execution ended, in nanoseconds.
    pub fn now(&self) -> u64 {
        self.run.runtime().now().as_nanos()
    }

    /// The link of an execution with these choices.
    pub fn link_of(&self, deviations: &[Deviation]) -> Link {
        let mut link = self.link.clone();
        link.setting.limits = Default::default();
        link.setting.schedule = (!deviations.is_empty()).then(|| deviations.to_vec());
        link
    }
}

/// Choices as deviations from the candidates 0.
pub fn deviations_of(choices: &[Choice]) -> Vec<Deviation> {
    let mut gap = 0;
    let mut found = Vec::new();
    for choice in choices {
        if choice.pick == 0 {
            gap += 1;
        } else {
            found.push(Deviation { gap, pick: choice.pick, arity: choice.arity });
            gap = 0;
        }
    }
    found
}
