//! From a link to a run and its verdicts: the one place that puts scenario, runtime and claims together.

use crate::analysis::claim::{Ending, Expect, Jury, SharedJury, Verdict};
use crate::link::Link;
use crate::runtime::Runtime;
use crate::runtime::chooser::{Choose, Misfit};
use crate::runtime::ends::End;
use crate::runtime::setting::{Fault, Model};
use crate::runtime::virtual_time::Run;
use crate::scenarios::ClaimInfo;
use crate::trace::{Time, Trace};
use std::cell::RefCell;
use std::rc::Rc;

/// A run of a link in virtual time.
pub struct Execution {
    run: Run,
    jury: SharedJury,
    claims: Vec<(&'static str, Expect)>,
}

/// What came of a run.
pub struct Finished {
    /// How it ended.
    pub end: End,
    /// When.
    pub duration: Time,
    /// How it came out, if the scenario says so.
    pub outcome: Option<&'static str>,
    /// The claims: id, what the scenario says of it, verdict.
    pub claims: Vec<(&'static str, Expect, Verdict)>,
    /// The fingerprint; of no events if none were recorded.
    pub fingerprint: u64,
    /// How many events there were, recorded or not.
    pub events: u32,
    /// Faults that found nothing to strike.
    pub missed: Vec<Fault>,
}

impl Finished {
    /// What a live run of the link tells: nothing against a claim about durations. Real timers are late, and an instant
    /// that the claim counts on is none there; virtual time is where such a claim is judged. What is meant to break may.
    pub fn told_live(mut self, link: &Link) -> Self {
        for (info, (_, expect, verdict)) in judged(link).zip(&mut self.claims) {
            if info.about_time && *expect == Expect::Always {
                verdict.holds = verdict.holds.filter(|holds| *holds);
            }
        }
        self
    }
}

impl Execution {
    /// Begins a run of a link; `recording` keeps its events.
    pub fn new(link: &Link, recording: bool) -> Self {
        Self::build(link, recording, None)
    }

    /// The same with somebody else to choose.
    pub fn with_chooser(link: &Link, recording: bool, chooser: Box<dyn Choose>) -> Self {
        Self::build(link, recording, Some(chooser))
    }

    fn build(link: &Link, recording: bool, chooser: Option<Box<dyn Choose>>) -> Self {
        let run = Run::new(link.setting.clone(), recording);
        let (jury, claims) = jury_of(link);
        run.runtime().watch(jury.clone());
        if let Some(chooser) = chooser {
            run.runtime().decide_with(chooser);
        }
        run.start((link.scenario.start)(run.runtime(), &link.params));
        Execution { run, jury, claims }
    }

    /// Goes on for about so many steps; whether the run has ended.
    pub fn advance(&mut self, steps: u32) -> bool {
        self.run.advance(steps)
    }

    /// The runtime, for how far the run is.
    pub fn runtime(&self) -> &Runtime {
        self.run.runtime()
    }

    /// Reads what was recorded so far.
    pub fn with_trace<T>(&self, read: impl FnOnce(&Trace) -> T) -> T {
        self.run.runtime().with_trace(read)
    }

    /// Goes on to the end and judges.
    ///
    /// # Errors
    /// If the link's recorded choices do not fit the run.
    pub fn finish(&mut self) -> Result<Finished, Misfit> {
        let end = self.run.finish();
        self.conclude(end)
    }

    /// Judges the run as far as it has come: a run that has not ended counts as interrupted.
    ///
    /// # Errors
    /// If the link's recorded choices do not fit the run.
    pub fn judge(&self) -> Result<Finished, Misfit> {
        self.conclude(self.run.end().cloned().unwrap_or(End::Interrupted))
    }

    fn conclude(&self, end: End) -> Result<Finished, Misfit> {
        if let End::Misfit(misfit) = end {
            return Err(misfit);
        }
        Ok(judge(self.run.runtime(), &self.jury, &self.claims, end))
    }
}

/// The claims and the outcome of a link's scenario.
pub(crate) fn jury_of(link: &Link) -> (SharedJury, Vec<(&'static str, Expect)>) {
    let claims = judged(link).map(|claim| (claim.make)(&link.params)).collect();
    let outcome = link.scenario.outcome.map(|make| make(&link.params));
    let jury = SharedJury(Rc::new(RefCell::new(Jury::new(claims, outcome))));
    (jury, judged(link).map(|claim| (claim.id, (claim.expect)(&link.params))).collect())
}

/// The claims that are judged: in the any-speed model none about durations.
fn judged(link: &Link) -> impl Iterator<Item = &'static ClaimInfo> {
    let is_timed = link.setting.model == Model::Timed;
    link.scenario.claims.iter().filter(move |claim| is_timed || !claim.about_time)
}

/// Makes a jury of this link one that has seen nothing.
pub(crate) fn fresh_jury(link: &Link, jury: &SharedJury) {
    let claim = |index| {
        let claim = judged(link).nth(index).expect("the jury has the claims of the link");
        (claim.make)(&link.params)
    };
    jury.0.borrow_mut().restart(claim, || link.scenario.outcome.map(|make| make(&link.params)));
}

/// An end, as far as verdicts depend on it.
pub(crate) fn ending_of(end: &End) -> Ending {
    match end {
        End::Finished => Ending::Finished,
        End::Stalled(_) => Ending::Stalled,
        End::LiveLocked { .. } => Ending::LiveLocked,
        End::Cut(_) | End::Interrupted | End::Misfit(_) => Ending::Cut,
    }
}

/// The verdicts of a run that has ended so.
pub(crate) fn judge(rt: &Runtime, jury: &SharedJury, claims: &[(&'static str, Expect)], end: End) -> Finished {
    let ending = ending_of(&end);
    let jury = jury.0.borrow();
    let verdicts = claims.iter().zip(&jury.claims);
    let verdicts = verdicts.map(|((id, expect), claim)| (*id, *expect, claim.verdict(ending).at(ending)));
    Finished {
        duration: rt.now(),
        outcome: jury.outcome.as_ref().and_then(|outcome| outcome.outcome(ending)),
        claims: verdicts.collect(),
        fingerprint: rt.with_trace(Trace::fingerprint),
        events: rt.event_count(),
        missed: rt.missed_faults(),
        end,
    }
}
