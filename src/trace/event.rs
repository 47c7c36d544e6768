//! One event: who, when, what, and the event that caused it.

use super::Time;

/// A task of a run, numbered in order of creation; the root is 0.
pub type TaskId = u32;
/// A channel of a run, numbered in order of creation.
pub type ChannelId = u32;
/// An event of a run, numbered in the order it happened.
pub type EventId = u32;

/// What kind of thing happened. The list is closed and part of the fingerprint: numbers never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// A task was created; `a` is the new task.
    Spawn = 0,
    /// A task returned.
    End = 1,
    /// A task was stopped from outside and its future dropped; servers stop so at the end of a run.
    Stop = 2,
    /// A task became busy; `b` is the time the work needs, in nanoseconds.
    Work = 3,
    /// A busy stretch ended; `a` is 1 if it was cut short; `b` is how long it lasted.
    Worked = 4,
    /// A timer was set; `b` is its duration.
    Sleep = 5,
    /// A timer fired; `b` is the duration it was set for.
    Wake = 6,
    /// A tick of an interval; `b` is its number, from 1.
    Tick = 7,
    /// A message left; `a` is the channel, `b` the message ([`Event::message`]).
    Send = 8,
    /// A message that travelled has landed in the inbox of its channel.
    Arrive = 9,
    /// A message was taken.
    Receive = 10,
    /// A message could not be handed over at once and was given up (`try_send`).
    Refuse = 11,
    /// A message was lost: dropped by a fault or sent where nobody listens any more.
    Lose = 12,
    /// A channel was closed; `a` is the channel.
    Close = 13,
    /// Somebody cancelled; `a` is the signal, `b` the [`Reason`].
    Cancel = 14,
    /// A task saw that it was cancelled; `a` is the signal, `b` the [`Reason`].
    Cancelled = 15,
    /// A moment of a pattern's own domain; `a` is the label, `b` holds two numbers ([`Event::numbers`]).
    Note = 16,
    /// A printed line; `a` is the text.
    Log = 17,
    /// A fault struck; `a` is the [`FaultCode`], `b` its argument.
    Fault = 18,
}

impl Kind {
    /// Every kind, in the order of its number.
    pub const ALL: [Kind; 19] = [
        Kind::Spawn,
        Kind::End,
        Kind::Stop,
        Kind::Work,
        Kind::Worked,
        Kind::Sleep,
        Kind::Wake,
        Kind::Tick,
        Kind::Send,
        Kind::Arrive,
        Kind::Receive,
        Kind::Refuse,
        Kind::Lose,
        Kind::Close,
        Kind::Cancel,
        Kind::Cancelled,
        Kind::Note,
        Kind::Log,
        Kind::Fault,
    ];

    /// The word for this kind in JSON and on the page.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Spawn => "spawn",
            Kind::End => "end",
            Kind::Stop => "stop",
            Kind::Work => "work",
            Kind::Worked => "worked",
            Kind::Sleep => "sleep",
            Kind::Wake => "wake",
            Kind::Tick => "tick",
            Kind::Send => "send",
            Kind::Arrive => "arrive",
            Kind::Receive => "receive",
            Kind::Refuse => "refuse",
            Kind::Lose => "lose",
            Kind::Close => "close",
            Kind::Cancel => "cancel",
            Kind::Cancelled => "cancelled",
            Kind::Note => "note",
            Kind::Log => "log",
            Kind::Fault => "fault",
        }
    }

    /// This kind as one bit, for claims that look only at some kinds.
    pub const fn bit(self) -> u32 {
        1 << self as u8
    }
}

/// Why something was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Reason {
    /// It took too long.
    Timeout = 1,
    /// A person asked for it.
    User = 2,
    /// What it was part of was cancelled.
    Parent = 3,
    /// Another copy of the same request has answered.
    Replica = 4,
    /// The whole is being shut down.
    Shutdown = 5,
    /// None was given.
    Plain = 6,
}

impl Reason {
    /// Every reason, in the order of its number.
    pub const ALL: [Reason; 6] =
        [Reason::Timeout, Reason::User, Reason::Parent, Reason::Replica, Reason::Shutdown, Reason::Plain];

    /// The word for this reason in JSON and on the page.
    pub const fn name(self) -> &'static str {
        match self {
            Reason::Timeout => "timeout",
            Reason::User => "user",
            Reason::Parent => "parent",
            Reason::Replica => "replica",
            Reason::Shutdown => "shutdown",
            Reason::Plain => "plain",
        }
    }

    /// The reason with this number.
    pub fn from_number(number: u64) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| *reason as u64 == number)
    }
}

/// What a fault does, as recorded in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum FaultCode {
    /// The task is never polled again.
    Crash = 0,
    /// The task is not polled for a while; the argument is how long, in nanoseconds.
    Hang = 1,
    /// A hang is over.
    Resume = 2,
    /// The task's work is stretched; the argument is the factor in thousandths.
    Slow = 3,
    /// The user's cancel; the argument is nothing.
    Cancel = 4,
    /// A message was dropped; the argument is its number on the channel.
    Drop = 5,
    /// A message was delayed; the argument is by how much, in nanoseconds.
    Delay = 6,
    /// A message was duplicated; the argument is its number on the channel.
    Duplicate = 7,
}

impl FaultCode {
    /// Every fault, in the order of its number.
    pub const ALL: [FaultCode; 8] = [
        FaultCode::Crash,
        FaultCode::Hang,
        FaultCode::Resume,
        FaultCode::Slow,
        FaultCode::Cancel,
        FaultCode::Drop,
        FaultCode::Delay,
        FaultCode::Duplicate,
    ];

    /// The word for this fault in links, JSON and on the page.
    pub const fn name(self) -> &'static str {
        match self {
            FaultCode::Crash => "crash",
            FaultCode::Hang => "hang",
            FaultCode::Resume => "resume",
            FaultCode::Slow => "slow",
            FaultCode::Cancel => "cancel",
            FaultCode::Drop => "drop",
            FaultCode::Delay => "delay",
            FaultCode::Duplicate => "duplicate",
        }
    }

    /// The fault with this number.
    pub fn from_number(number: u32) -> Option<FaultCode> {
        FaultCode::ALL.into_iter().find(|code| *code as u32 == number)
    }
}

/// One event of a run. What `a` and `b` mean depends on the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number.
    pub id: EventId,
    /// When it happened.
    pub time: Time,
    /// Whose event it is.
    pub task: TaskId,
    /// What kind of thing happened.
    pub kind: Kind,
    /// The object: a channel, a task, a signal, a label, a text or a [`FaultCode`].
    pub a: u32,
    /// The argument: a duration, a message, a reason or two small numbers.
    pub b: u64,
    /// The event that brought this one about.
    pub cause: Option<EventId>,
}

impl Event {
    /// Of a message event: (number on its channel from 1, code of its content).
    pub fn message(&self) -> (u32, u32) {
        ((self.b >> 32) as u32, self.b as u32)
    }

    /// Of a note: its two numbers.
    pub fn numbers(&self) -> [u32; 2] {
        [(self.b >> 32) as u32, self.b as u32]
    }
}
