//! The steward's loop: begin a life, listen until it is not well, part from it, begin the next.

use super::{Change, Config, Exit, Handover, Life, Restarts, Signs, Ward, Why};
use crate::patterns::cancel::{Cancel, Context};
use crate::patterns::detector::{LocalPause, Progress};
use crate::patterns::heartbeat::Pulse;
use crate::runtime::{Cause, Of2, Of4, Reason, Receiver, Runtime, Sender, Task, Time, select};
use futures::future::{Either, pending, select as either};
use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

/// The steward itself was told to stop.
struct Done;

/// A life as its steward sees it.
struct Watched {
    epoch: u32,
    since: Time,
    heartbeat: Receiver<u32>,
    task: Rc<Task<Exit>>,
    cancel: Cancel,
}

/// A steward that is dropped where it is leaves nobody behind who does not know.
impl Drop for Watched {
    fn drop(&mut self) {
        if !self.task.is_over() {
            self.cancel.because(Cause::new(Reason::Parent, "its steward is gone"));
        }
    }
}

pub(super) struct Watch {
    rt: Runtime,
    config: Config,
    ward: Ward,
    context: Context,
    pulse: Pulse<u32>,
    /// What the ward had done when it last said so; its steward says the same.
    done: Cell<u32>,
}

impl Watch {
    pub fn new(rt: Runtime, config: Config, ward: Ward, listener: Sender<u32>, own: Life) -> Self {
        let pulse = Pulse::every(&rt, own.pulse, listener);
        Watch { rt, config, ward, context: own.context, pulse, done: Cell::new(0) }
    }

    /// Watches until it is told to stop, has to give up, or an end is final.
    pub async fn run(self) -> Exit {
        let exit = self.lives().await.unwrap_or(Exit::Shutdown);
        self.pulse.close(&self.rt);
        exit
    }

    /// One life after the other.
    async fn lives(&self) -> Result<Exit, Done> {
        let mut restarts = self.config.intensity.map(Restarts::new);
        let mut pauses = self.config.pauses;
        let mut life = self.begin(1);
        loop {
            // What a life does at the moment at which all of this is told to stop is part of that, whoever hears first.
            let why = match self.listen(&life).await {
                Ok(why) if self.context.err().is_none() => why,
                _ => {
                    self.end(&life).await;
                    return Err(Done);
                }
            };
            if let Why::Exited(exit) = why
                && !self.config.restart.is_some_and(|restart| restart.applies_to(exit))
            {
                return Ok(exit);
            }
            self.tell(life.epoch, Change::Unwell(why));
            let now = self.rt.now();
            if restarts.as_mut().is_some_and(|restarts| !restarts.admit(now)) {
                self.rt.note("giveup after {} lives", [life.epoch, 0]);
                self.tell(life.epoch, Change::GaveUp);
                self.part(&life).await?;
                return Ok(Exit::Failed("too many restarts"));
            }
            pauses.lived(now - life.since);
            self.part(&life).await?;
            let pause = pauses.draw(&self.rt);
            if !pause.is_zero() {
                self.meanwhile(self.rt.sleep(pause)).await?;
            }
            life = self.begin(life.epoch + 1);
        }
    }

    fn begin(&self, epoch: u32) -> Watched {
        if epoch > 1 {
            self.rt.note("restart as life {}", [epoch, 0]);
        }
        self.config.fence.raise(epoch);
        let (context, cancel) = self.context.with_cancel();
        let life = Life { context, pulse: self.config.pulse, epoch };
        let Signs { heartbeat, task } = self.ward.begin(&self.rt, life);
        Watched { epoch, since: self.rt.now(), heartbeat, task, cancel }
    }

    /// Listens to a life until it is not well.
    async fn listen(&self, life: &Watched) -> Result<Why, Done> {
        let rt = &self.rt;
        let mut exit = pin!(async {
            match self.config.restart {
                Some(_) => Exit::of(life.task.join().await),
                None => pending().await,
            }
        });
        let own_pause = self.config.pause.and_then(|tolerance| LocalPause::new(tolerance).ok());
        let mut heartbeat = life.heartbeat.clone();
        let mut signs = 0;
        let mut progress = self.config.progress.map(|limit| Progress::new(limit, rt.now()));
        loop {
            let limit = self.config.startup.filter(|_| signs == 0).unwrap_or(self.config.timeout);
            let mut silence = rt.sleep(limit);
            let deadline = rt.now() + limit;
            loop {
                // In the order of the book's select: its own pulse, the ward's, silence, the end.
                let next = select((self.pulse.due(), heartbeat.recv(rt), silence.by_ref(), self.context.done()));
                let next = match either(exit.as_mut(), next).await {
                    Either::Left((exit, _)) => return Ok(Why::Exited(exit)),
                    Either::Right((next, _)) => next,
                };
                match next {
                    Of4::A(_) => _ = self.pulse.beat_with(rt, self.done.get()),
                    Of4::B(Some(done)) => {
                        signs += 1;
                        self.done.set(done);
                        if progress.as_mut().is_some_and(|progress| progress.is_stalled(rt.now(), done)) {
                            rt.note("stall at unit {}, life {}", [done, life.epoch]);
                            return Ok(Why::Stalled);
                        }
                        break;
                    }
                    // A heart that has closed is silent; asked again and again it would answer at once for ever.
                    Of4::B(None) => heartbeat = Receiver::absent(),
                    Of4::C(()) => {
                        if let Some(late) = own_pause.as_ref().and_then(|own| own.lateness(deadline, rt.now())) {
                            rt.note("pause of {} ms excused", [late.as_millis() as u32, 0]);
                            break;
                        }
                        rt.note("silence after {} signs of life", [signs, life.epoch]);
                        return Ok(Why::Silent);
                    }
                    Of4::D(_) => return Err(Done),
                }
            }
        }
    }

    /// Tells a life to stop and sees to it that the next can begin.
    async fn part(&self, life: &Watched) -> Result<(), Done> {
        life.cancel.because(Cause::new(Reason::Timeout, "not well"));
        let parted = match self.config.handover {
            Handover::Overlap => Ok(()),
            Handover::Kill(grace) | Handover::Fence(grace) => self.meanwhile(self.stopped_within(life, grace)).await,
        };
        if parted.is_err() {
            self.end(life).await;
        }
        parted
    }

    /// It is told to stop itself, and with it its ward.
    async fn end(&self, life: &Watched) {
        match self.config.handover {
            Handover::Overlap => {}
            Handover::Kill(_) | Handover::Fence(_) if life.task.is_over() => self.tell(life.epoch, Change::Stopped),
            Handover::Kill(grace) | Handover::Fence(grace) => self.stopped_within(life, grace).await,
        }
    }

    /// Waits until a life that was told to stop has stopped, or its grace is over and it has been dealt with.
    async fn stopped_within(&self, life: &Watched, grace: Duration) {
        if life.task.is_over() {
            return;
        }
        let rt = &self.rt;
        match select((life.task.join(), rt.sleep(grace))).await {
            Of2::A(_) => self.tell(life.epoch, Change::Stopped),
            Of2::B(()) if matches!(self.config.handover, Handover::Fence(_)) => {
                rt.note("zombie life {}", [life.epoch, 0]);
                self.tell(life.epoch, Change::Zombie);
            }
            Of2::B(()) => {
                rt.note("kill life {}", [life.epoch, 0]);
                life.task.stop();
                self.tell(life.epoch, Change::Killed);
            }
        }
    }

    /// Waits for something and pulses meanwhile.
    async fn meanwhile(&self, what: impl Future<Output = ()>) -> Result<(), Done> {
        let what = pin!(self.pulse.during(&self.rt, self.done.get(), what));
        match either(what, self.context.done()).await {
            Either::Left(((), _)) => Ok(()),
            Either::Right(_) => Err(Done),
        }
    }

    fn tell(&self, epoch: u32, change: Change) {
        if let Some(hook) = &self.config.hook {
            hook(&self.rt, epoch, change);
        }
    }
}
