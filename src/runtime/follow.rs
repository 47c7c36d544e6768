//! The explorer's seat: it is shown who can move, by name, before every step, and what the step touched after it.
//!
//! With somebody following, every step is asked for, also where only one can move: whoever follows may give the
//! execution up. A run that is followed can be begun anew, and keeps what it has allocated. Of an execution of which
//! nobody wants to know what its steps touch no account is kept, which is faster.

use super::Runtime;
use super::chooser::{Candidate, Choose};
use super::core::Core;
use super::ends::End;
use super::ledger::{Account, Name, Touched, common, mix};
use super::setting::Model;
use super::slots::Life;
use super::virtual_time::Run;
use std::convert::Infallible;

/// Who can move, and what is asked about the state.
pub struct Moment<'a> {
    /// The present moment in nanoseconds.
    pub now: u64,
    /// Who can move: first who would move canonically.
    pub candidates: &'a [Candidate],
    core: &'a Core,
    rt: &'a Runtime,
}

impl Moment<'_> {
    /// The name of a candidate: the same mover has the same name in every execution.
    pub fn name(&self, candidate: u32) -> Name {
        self.core.name_of(self.candidates[candidate as usize])
    }

    /// The names of all of them.
    pub fn names(&self) -> impl Iterator<Item = Name> + '_ {
        self.candidates.iter().map(|candidate| self.core.name_of(*candidate))
    }

    /// A hash of everything on which it depends what happens from here on, if there is one.
    pub fn state(&self) -> Option<u64> {
        self.rt.state_key(self.core)
    }
}

/// Somebody who decides every step. What is decided within a step ([`Point::Select`](super::chooser::Point),
/// [`Point::Fault`](super::chooser::Point)) its chooser is asked.
pub trait Follow {
    /// Who moves, of the candidates; none: the execution is given up. The runtime is not to be used meanwhile.
    fn pick(&mut self, moment: &Moment<'_>) -> Option<u32>;
    /// A step was made; what it touched, if account is kept of that.
    fn stepped(&mut self, touched: Option<&mut Touched<'_>>);
}

impl Run {
    /// Lets somebody follow. The run is to be begun anew before every execution.
    pub fn followed_by(&self, chooser: Box<dyn Choose>) {
        self.runtime().0.is_repeated.set(true);
        self.runtime().decide_with(chooser);
    }

    /// Goes on to the end, or until the follower gives up: [`End::Interrupted`].
    pub fn follow(&mut self, follower: &mut impl Follow) -> End {
        let rt = self.runtime().clone();
        let mut candidates = std::mem::take(&mut rt.core().candidates);
        let Err(end) = rt.go_along(follower, &mut candidates);
        rt.core().candidates = candidates;
        self.conclude(end.clone());
        end
    }

    /// Begins anew, with nothing left of what was but the room it took.
    pub fn restart(&mut self, account: Account) {
        self.runtime().tear_down();
        self.runtime().ledger().keep(account);
        let wakers = self.runtime().core().restart();
        drop(wakers);
        self.forget_end();
    }
}

impl Core {
    fn name_of(&self, candidate: Candidate) -> Name {
        match candidate {
            Candidate::Task(task) => self.tasks[task as usize].name,
            Candidate::Timer(timer) => self.timers.get(timer).name,
        }
    }

    #[inline]
    fn begin_step(&mut self, candidate: Candidate) {
        self.ledger.begin();
        match candidate {
            Candidate::Task(task) => {
                let slot = &mut self.tasks[task as usize];
                self.ledger.change(slot.object);
            }
            Candidate::Timer(timer) => {
                self.ledger.set_history(self.timers.get(timer).name);
                if self.model == Model::AnySpeed {
                    self.ledger.add(common::CLOCK);
                    // The moment at which a timed fault strikes depends on every firing before it.
                    if self.plan.next_at().is_some() {
                        self.ledger.touch_everything();
                    }
                }
            }
        }
    }

    /// Whether moments are part of the state: always where they decide who can move, else only if somebody looks.
    fn has_time(&self) -> bool {
        self.model == Model::Timed || self.ledger.clock_read() || self.plan.next_at().is_some()
    }
}

impl Runtime {
    fn go_along(&self, follower: &mut impl Follow, candidates: &mut Vec<Candidate>) -> Result<Infallible, End> {
        let mut core = self.awake();
        loop {
            core.settle()?;
            core.list_candidates(candidates);
            if candidates.is_empty() {
                core.wait()?;
                continue;
            }
            let moment = Moment { now: core.now, candidates, core: &core, rt: self };
            let Some(pick) = follower.pick(&moment) else { return Err(End::Interrupted) };
            let candidate = candidates[pick as usize];
            core.begin_step(candidate);
            core = self.move_on(core, candidate)?;
            match self.ledger() {
                ledger if ledger.is_kept() => ledger.with_touched(|touched| follower.stepped(Some(touched))),
                _ => follower.stepped(None),
            }
        }
    }

    /// A hash of everything on which it depends what happens next, the order of the ready queue aside, which decides
    /// only who is candidate 0. None if something is part of it that has no hash.
    fn state_key(&self, core: &Core) -> Option<u64> {
        let judges = match &core.observer {
            Some(observer) => observer.key()?,
            None => 0,
        };
        if core.has_hidden_state {
            return None;
        }
        let with_time = core.has_time();
        let tasks = core.tasks.iter().zip(0_u64..).map(|(slot, id)| {
            let is_alive = slot.life == Life::Alive;
            let says_nothing = !is_alive && (slot.is_plain || slot.life != Life::Ended);
            let known = if says_nothing { 0 } else { mix(slot.history, slot.drawn) };
            let flags = [slot.woken, slot.doomed, slot.vulnerable, slot.frozen];
            let flags = flags.iter().fold(slot.life as u64, |flags, flag| flags << 1 | u64::from(*flag));
            let flags = if is_alive {
                flags | u64::from(slot.held) << 8 | u64::from(slot.hung) << 16
            } else {
                slot.life as u64
            };
            mix(mix(mix(slot.name, id), mix(flags, slot.slow)), known)
        });
        let timers = core.timers.all().map(|(timer, is_pending)| {
            let flags = u64::from(is_pending) | u64::from(timer.fired.is_some()) << 1;
            let when = if with_time { mix(timer.deadline, timer.paused.map_or(0, |left| left + 1)) } else { 0 };
            mix(mix(timer.name, flags), when)
        });
        let committed = core.waits.committed().map(|(task, arm)| mix(core.tasks[task as usize].name, u64::from(arm)));
        let channels = core.channels.iter().map(|channel| channel.key(core, with_time));
        let objects = core.objects.wrapping_add(core.ledger.variables());
        let unordered = tasks.chain(timers).chain(committed).chain(channels).fold(objects, u64::wrapping_add);
        let when = if with_time { core.now } else { 0 };
        Some(mix(mix(mix(unordered, when), core.plan.key()), judges))
    }
}
