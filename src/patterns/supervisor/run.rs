//! The supervisor's loop: an end, a command, a pause that is over; one after the other, so that it can always be asked.
//!
//! Invariants:
//! 1. A child's place says all there is to know of it: whatever is decided replaces a pause, so none can fire late.
//! 2. A beginning that fails counts as a restart and waits its turn like one.
//! 3. Children are stopped in the reverse of their order, and begin in their order.

use super::child::{Begun, Child};
use super::status::{Command, Handle, State};
use super::stop::{Stopped, stop};
use super::{AutoShutdown, Config};
use crate::patterns::cancel::Cancel;
use crate::patterns::heartbeat::Pulse;
use crate::patterns::steward::{Exit, Life, Pauses, Restart, Restarts};
use crate::runtime::{Cause, Of3, Reason, Receiver, Runtime, Sender, Task, Time, select};
use futures::future::{Either, pending, select as either, select_all};
use std::pin::pin;
use std::rc::Rc;

/// A child in its place.
struct Place {
    child: Child,
    epoch: u32,
    pauses: Pauses,
    now: Now,
}

enum Now {
    Running(Living),
    /// Begins anew at this moment.
    Pausing(Time),
    Stopped(Option<Exit>),
}

/// A life. Whoever drops it has not stopped it in order: a supervisor that was itself dropped takes its children along.
struct Living {
    task: Rc<Task<Exit>>,
    cancel: Cancel,
    since: Time,
}

impl Drop for Living {
    fn drop(&mut self) {
        if !self.task.is_over() {
            self.cancel.because(Cause::new(Reason::Parent, "its supervisor is gone"));
            self.task.stop();
        }
    }
}

impl Place {
    fn is_running(&self) -> bool {
        matches!(self.now, Now::Running(_))
    }

    /// A temporary child has no place when it is over.
    fn is_gone(&self) -> bool {
        self.child.restart == Restart::Temporary && matches!(self.now, Now::Stopped(_)) && self.epoch > 0
    }

    fn due(&self) -> Option<Time> {
        match self.now {
            Now::Pausing(due) => Some(due),
            _ => None,
        }
    }
}

/// What the loop turns to next.
enum Next {
    Exit(usize, Exit),
    Asked(Command),
    Due,
    Done,
}

/// Everything is to be stopped, and this is how it ends.
struct Over(Exit);

pub(super) struct Run {
    rt: Runtime,
    config: Config,
    handle: Handle,
    life: Life,
    pulse: Pulse<u32>,
    restarts: Restarts,
    places: Vec<Place>,
    /// How many significant children have ended by themselves.
    lost: usize,
}

impl Run {
    pub fn new(rt: Runtime, config: Config, handle: Handle, life: Life, listener: Sender<u32>) -> Self {
        let pulse = Pulse::every(&rt, life.pulse, listener);
        Run { rt, config, handle, life, pulse, restarts: Restarts::new(config.intensity), places: Vec::new(), lost: 0 }
    }

    pub async fn run(mut self, children: Vec<Child>, mailbox: Receiver<Command>) -> Exit {
        let Over(exit) = match self.begin_all(children) {
            Ok(()) => self.serve(&mailbox).await,
            Err(over) => over,
        };
        for place in (0..self.places.len()).rev() {
            if let Some(stopped) = self.stop(place).await {
                let name = self.places[place].child.name.clone();
                self.handle.shared.change(|shared| shared.stopped.push((name, stopped)));
            }
        }
        self.show();
        self.handle.close(&self.rt);
        self.pulse.close(&self.rt);
        exit
    }

    /// The first children, in order.
    fn begin_all(&mut self, children: Vec<Child>) -> Result<(), Over> {
        for child in children {
            if !self.add(child) {
                return Err(Over(Exit::Failed("a child did not begin")));
            }
        }
        self.forget_gone();
        Ok(())
    }

    async fn serve(&mut self, mailbox: &Receiver<Command>) -> Over {
        loop {
            self.show();
            let step = match self.next(mailbox).await {
                Next::Exit(place, exit) => self.ended(place, exit).await,
                Next::Due => self.begin_due().await,
                Next::Asked(command) => self.obey(command).await,
                Next::Done => Err(Over(Exit::Shutdown)),
            };
            if let Err(over) = step {
                return over;
            }
            self.forget_gone();
        }
    }

    /// Waits for whatever comes first, and pulses meanwhile.
    async fn next(&self, mailbox: &Receiver<Command>) -> Next {
        let running = self.places.iter().enumerate().filter_map(|(place, at)| match &at.now {
            Now::Running(living) => Some((place, living.task.join())),
            _ => None,
        });
        let (running, joins): (Vec<_>, Vec<_>) = running.unzip();
        let exit = pin!(async {
            // Nobody's end would be an end at once.
            if joins.is_empty() { pending().await } else { select_all(joins).await }
        });
        let due = self.places.iter().filter_map(Place::due).min();
        let pause = pin!(async {
            match due {
                Some(due) => self.rt.sleep(due - self.rt.now()).await,
                None => pending().await,
            }
        });
        let mut own = either(exit, pause);
        loop {
            let other = select((self.life.context.done(), mailbox.recv(&self.rt), self.pulse.due()));
            match either(&mut own, other).await {
                Either::Left((Either::Left(((joined, index, _), _)), _)) => {
                    return Next::Exit(running[index], Exit::of(joined));
                }
                Either::Left((Either::Right(_), _)) => return Next::Due,
                Either::Right((Of3::A(_) | Of3::B(None), _)) => return Next::Done,
                Either::Right((Of3::B(Some(command)), _)) => return Next::Asked(command),
                Either::Right((Of3::C(_), _)) => _ = self.pulse.beat_with(&self.rt, self.handle.restarts()),
            }
        }
    }

    /// Gives a child a place and begins it; without a place again if it does not begin.
    fn add(&mut self, child: Child) -> bool {
        self.places.push(Place { child, epoch: 0, pauses: self.config.pauses, now: Now::Stopped(None) });
        let begun = self.begin(self.places.len() - 1);
        if !begun {
            self.places.pop();
        }
        begun
    }

    /// Begins the next life of a child; whether it did.
    fn begin(&mut self, place: usize) -> bool {
        let at = &mut self.places[place];
        at.epoch += 1;
        if at.epoch > 1 {
            self.rt.note("restart as life {} of child {}", [at.epoch, place as u32 + 1]);
        }
        // Not below its own context, whose cancel would reach all of them at once: they are stopped in order.
        let (context, cancel) = self.life.context.without_cancel().with_cancel();
        let life = Life { context, pulse: self.life.pulse, epoch: at.epoch };
        let since = self.rt.now();
        let (now, begun) = match (at.child.begin)(&self.rt, life) {
            Begun::Running(task) => (Now::Running(Living { task, cancel, since }), true),
            Begun::Ignored => (Now::Stopped(None), true),
            Begun::Failed(why) => (Now::Stopped(Some(Exit::Failed(why))), false),
        };
        at.now = now;
        begun
    }

    /// Stops a child that lives, or calls its restart off.
    async fn stop(&mut self, place: usize) -> Option<Stopped> {
        let at = &self.places[place];
        let Now::Running(Living { task, cancel, .. }) = &at.now else {
            if at.due().is_some() {
                self.places[place].now = Now::Stopped(None);
            }
            return None;
        };
        let stopping = stop(&self.rt, task, cancel, at.child.shutdown);
        let stopped = self.pulse.during(&self.rt, self.handle.restarts(), stopping).await;
        if stopped == Stopped::Killed {
            self.rt.note("kill life {} of child {}", [self.places[place].epoch, place as u32 + 1]);
        }
        self.places[place].now = Now::Stopped(Some(stopped.exit()));
        Some(stopped)
    }

    /// A child has ended by itself.
    async fn ended(&mut self, place: usize, exit: Exit) -> Result<(), Over> {
        let at = &mut self.places[place];
        if let Now::Running(living) = &at.now {
            at.pauses.lived(self.rt.now() - living.since);
        }
        at.now = Now::Stopped(Some(exit));
        if at.child.restart.applies_to(exit) {
            return self.restart(place).await;
        }
        let is_significant = at.child.significant;
        self.lost += usize::from(is_significant);
        let left =
            self.places.iter().filter(|at| at.child.significant && (at.is_running() || at.due().is_some())).count();
        let is_last = !self.places.iter().any(|at| at.child.significant && at.is_running());
        match self.config.auto_shutdown {
            AutoShutdown::Share(share) if is_significant && 1000 * self.lost > share as usize * (self.lost + left) => {
                Err(Over(Exit::Shutdown))
            }
            AutoShutdown::Any if is_significant => Err(Over(Exit::Shutdown)),
            AutoShutdown::All if is_significant && is_last => Err(Over(Exit::Shutdown)),
            _ => Ok(()),
        }
    }

    /// Counts a restart, stops whom it affects, and sets when they begin anew.
    async fn restart(&mut self, place: usize) -> Result<(), Over> {
        if !self.restarts.admit(self.rt.now()) {
            self.rt.note("giveup after {} restarts", [self.handle.restarts(), 0]);
            self.handle.shared.change(|shared| shared.gave_up = true);
            return Err(Over(Exit::Shutdown));
        }
        self.handle.shared.change(|shared| shared.restarts += 1);
        let mut again = vec![place];
        for bystander in self.config.strategy.affected(place, self.places.len()).rev() {
            let was_pausing = self.places[bystander].due().is_some();
            let was_running = bystander != place && self.stop(bystander).await.is_some();
            // A bystander ends through no fault of its own; only a temporary one is not begun anew.
            if was_pausing || was_running && self.places[bystander].child.restart != Restart::Temporary {
                again.push(bystander);
            }
        }
        let due = self.rt.now() + self.places[place].pauses.draw(&self.rt);
        for place in again {
            self.places[place].now = Now::Pausing(due);
        }
        Ok(())
    }

    /// Begins those whose pause is over, in order. One that does not begin is a restart more.
    async fn begin_due(&mut self) -> Result<(), Over> {
        for place in 0..self.places.len() {
            let is_due = self.places[place].due().is_some_and(|due| due <= self.rt.now());
            if is_due && !self.begin(place) {
                return self.restart(place).await;
            }
        }
        Ok(())
    }

    async fn obey(&mut self, command: Command) -> Result<(), Over> {
        let place_of = |name: &str| self.places.iter().position(|at| at.child.name == name);
        match command {
            Command::Start(child) => {
                let has_place = self.places.len() < self.config.most && place_of(&child.name).is_none();
                if !has_place || child.check(self.config.auto_shutdown).is_err() || !self.add(child) {
                    self.rt.note("decline child {}", [self.places.len() as u32 + 1, 0]);
                }
            }
            Command::Stop(name) => {
                if let Some(place) = place_of(&name) {
                    self.stop(place).await;
                }
            }
            Command::Restart(name) => {
                if let Some(place) = place_of(&name) {
                    self.stop(place).await;
                    self.begin(place);
                }
            }
            Command::Remove(name) => {
                if let Some(place) = place_of(&name) {
                    self.stop(place).await;
                    self.places.remove(place);
                }
            }
        }
        Ok(())
    }

    fn forget_gone(&mut self) {
        self.places.retain(|at| !at.is_gone());
    }

    /// Lets those outside see how it is.
    fn show(&self) {
        let children = self.places.iter().map(|at| {
            let state = match at.now {
                Now::Running(_) => State::Running(at.epoch),
                Now::Pausing(_) => State::Restarting,
                Now::Stopped(exit) => State::Stopped(exit),
            };
            (at.child.name.clone(), state)
        });
        let children = children.collect();
        self.handle.shared.change(|shared| shared.children = children);
    }
}
