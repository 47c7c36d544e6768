//! Heartbeats: a worker shows that it is alive while it waits and while it works.
//!
//! A pulse is sent only to a listener who is waiting for it, so a worker never waits for its own pulse.
//! Pulses may get lost; results never are. What a worker hands over goes by [`deliver`], which keeps
//! the heart beating while nobody takes it.

use crate::runtime::{Closed, Interval, Message, Of2, Of3, Op, Receiver, Runtime, Sender, Signal, Time, select};
use futures::future::{Either, select as either};
use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

/// Where the pulses of a worker go. On a rendezvous a pulse needs a listener who is waiting; with a place of
/// room (`channel(name, 1)`) the first pulse waits for a listener who is late, as a pulse per unit of work should.
pub struct Heart<B: Message = ()> {
    listener: Sender<B>,
    beats: Cell<u32>,
}

impl Heart {
    /// Sends a pulse if somebody can take it at once; whether it was sent.
    #[track_caller]
    pub fn beat(&self, rt: &Runtime) -> bool {
        self.beat_with(rt, ())
    }
}

impl<B: Message> Heart<B> {
    /// A heart that beats into this channel.
    pub fn new(listener: Sender<B>) -> Self {
        Heart { listener, beats: Cell::new(0) }
    }

    /// The same for a pulse that says something, such as how much is done: one that only says "alive" hides that
    /// nothing moves any more.
    #[track_caller]
    pub fn beat_with(&self, rt: &Runtime, says: B) -> bool {
        let is_sent = self.listener.try_send(rt, says).is_ok();
        if is_sent {
            self.beats.set(self.beats.get() + 1);
            rt.note("pulse beat {}", [self.beats.get(), 0]);
        }
        is_sent
    }

    /// How many pulses were sent.
    pub fn beats(&self) -> u32 {
        self.beats.get()
    }

    /// Closes the channel: the listener learns that the worker has ended.
    #[track_caller]
    pub fn close(&self, rt: &Runtime) {
        self.listener.close(rt);
    }
}

/// A heart that is to beat at regular intervals. Whoever has it waits for [`due`](Pulse::due) besides whatever
/// else it waits for, and beats then.
pub struct Pulse<B: Message = ()> {
    heart: Heart<B>,
    clock: Interval,
}

impl Pulse {
    /// Sends the pulse that is due if somebody listens.
    #[track_caller]
    pub fn beat(&self, rt: &Runtime) -> bool {
        self.heart.beat(rt)
    }
}

impl<B: Message> Pulse<B> {
    /// A pulse every `period` from now on.
    #[track_caller]
    pub fn every(rt: &Runtime, period: Duration, listener: Sender<B>) -> Self {
        Pulse { heart: Heart::new(listener), clock: rt.interval(period) }
    }

    /// Waits until the next pulse is due: an arm for every select of the worker.
    ///
    /// # Cancellation safety
    /// Dropping it loses no pulse.
    #[track_caller]
    pub fn due(&self) -> Op<crate::runtime::interval::Tick> {
        self.clock.tick()
    }

    /// The same for a pulse that says something.
    #[track_caller]
    pub fn beat_with(&self, rt: &Runtime, says: B) -> bool {
        self.heart.beat_with(rt, says)
    }

    /// Closes the channel.
    #[track_caller]
    pub fn close(&self, rt: &Runtime) {
        self.heart.close(rt);
    }
}

impl<B: Message> Pulse<B> {
    /// Waits for something and beats meanwhile; it is asked before the clock.
    ///
    /// # Cancellation safety
    /// Dropping it drops the future.
    pub async fn during<T>(&self, rt: &Runtime, says: B, what: impl Future<Output = T>) -> T {
        let mut what = pin!(what);
        loop {
            match either(what.as_mut(), self.due()).await {
                Either::Left((output, _)) => return output,
                Either::Right(_) => _ = self.beat_with(rt, says.clone()),
            }
        }
    }
}

/// Waits for the first sign of life: a test that does so needs no guess at how long a start takes.
/// False if the heart has closed without a beat.
///
/// # Cancellation safety
/// Dropping it loses no pulse.
pub async fn first_beat<B: Message>(rt: &Runtime, heartbeat: &Receiver<B>) -> bool {
    heartbeat.recv(rt).await.is_some()
}

/// A delivery was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undelivered;

/// Hands over a result, however long nobody takes it, and pulses meanwhile.
///
/// # Errors
/// [`Undelivered`] if `done` was given first or the channel was closed.
///
/// # Cancellation safety
/// Dropped before it completes, the result was not handed over.
pub async fn deliver<T: Message>(
    rt: &Runtime,
    result: T,
    results: &Sender<T>,
    pulse: &Pulse,
    done: &Signal,
) -> Result<(), Undelivered> {
    loop {
        match select((done.wait(rt), pulse.due(), results.send(rt, result.clone()))).await {
            Of3::A(_) | Of3::C(Err(Closed)) => return Err(Undelivered),
            Of3::B(_) => {
                pulse.beat(rt);
            }
            Of3::C(Ok(())) => return Ok(()),
        }
    }
}

/// The same for a worker that cannot be told to stop.
///
/// # Errors
/// [`Undelivered`] if the channel was closed.
///
/// # Cancellation safety
/// As [`deliver`].
pub async fn deliver_at_any_cost<T: Message>(
    rt: &Runtime,
    result: T,
    results: &Sender<T>,
    pulse: &Pulse,
) -> Result<(), Undelivered> {
    loop {
        match select((pulse.due(), results.send(rt, result.clone()))).await {
            Of2::A(_) => {
                pulse.beat(rt);
            }
            Of2::B(sent) => return sent.map_err(|Closed| Undelivered),
        }
    }
}

/// The writing end of a slot in which the latest value wins: a reader who is late finds only the newest, which
/// is what a pulse that carries progress needs.
pub struct Latest<T: Message> {
    write: Sender<T>,
    read: Receiver<T>,
}

/// A slot for the latest value: both its ends.
pub fn latest<T: Message>(rt: &Runtime, name: &str) -> (Latest<T>, Receiver<T>) {
    let (write, read) = rt.channel(name, 1);
    (Latest { write, read: read.clone() }, read)
}

impl<T: Message> Latest<T> {
    /// Puts a value into the slot, in place of one that nobody has read; whether it replaced one.
    #[track_caller]
    pub fn put(&self, rt: &Runtime, value: T) -> bool {
        let is_stale = self.read.try_recv(rt).is_some();
        // There is room now. A closed slot takes nothing more.
        let _ = self.write.try_send(rt, value);
        is_stale
    }

    /// Closes the slot: the reader gets the last value, then nothing.
    #[track_caller]
    pub fn close(&self, rt: &Runtime) {
        self.write.close(rt);
    }
}

/// What was said, and when: a reader who is late sees how old it is, and a detector that is fed `sent` rather than the
/// moment of reading does not take a stale pulse for a sign of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamped<T> {
    /// The moment of sending.
    pub sent: Time,
    /// What was said.
    pub says: T,
}

impl<T> Stamped<T> {
    /// It is said now.
    pub fn now(rt: &Runtime, says: T) -> Self {
        Stamped { sent: rt.now(), says }
    }
}

impl<T: Message> Message for Stamped<T> {
    fn code(&self) -> u32 {
        self.says.code()
    }
    fn describe(code: u32) -> String {
        T::describe(code)
    }
}
