//! What generator, stages and sink tell one another: a word about one attempt at one request.

use crate::runtime::{Message, Reason};

/// What a letter says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Word {
    /// To a stage: do this.
    Request = 1,
    /// To a stage: stop.
    Cancel = 2,
    /// To a stage: your announcement was taken, send.
    Acknowledge = 3,
    /// To a stage: you may send.
    Grant = 4,
    /// To a stage: you may not send.
    Deny = 5,
    /// To the generator: I am about to send.
    Announce = 6,
    /// To the generator: I have sent.
    Sent = 7,
    /// To the generator: I have stopped and shall not send.
    Stopped = 8,
    /// To the generator: may I send?
    Ask = 9,
    /// To the generator: I am alive.
    Beat = 10,
    /// To the sink, or through the generator: the result.
    Result = 11,
    /// To the sink: nothing will come from me.
    Closed = 12,
    /// To the sink: reject this attempt from now on.
    Fence = 13,
    /// From the sink: it was accepted already.
    Accepted = 14,
    /// From the sink: it will be rejected.
    Fenced = 15,
}

impl Word {
    const ALL: [(Word, &'static str); 15] = [
        (Word::Request, "request"),
        (Word::Cancel, "cancel"),
        (Word::Acknowledge, "acknowledge"),
        (Word::Grant, "grant"),
        (Word::Deny, "deny"),
        (Word::Announce, "announce"),
        (Word::Sent, "sent"),
        (Word::Stopped, "stopped"),
        (Word::Ask, "ask"),
        (Word::Beat, "beat"),
        (Word::Result, "result"),
        (Word::Closed, "closed"),
        (Word::Fence, "fence"),
        (Word::Accepted, "accepted"),
        (Word::Fenced, "fenced"),
    ];
}

/// A word about one attempt at one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letter {
    /// What it says.
    pub word: Word,
    /// The request, from 1.
    pub request: u32,
    /// The attempt: 1 is the stage, 2 its replacement.
    pub attempt: u8,
}

impl Letter {
    /// A letter.
    pub fn new(word: Word, request: u32, attempt: u8) -> Self {
        Letter { word, request, attempt }
    }
}

impl Message for Letter {
    /// Eight bits of word, four of attempt, twenty of request.
    fn code(&self) -> u32 {
        u32::from(self.word as u8) << 24 | u32::from(self.attempt) << 20 | (self.request & 0xf_ffff)
    }

    /// Of the first million requests it says everything.
    fn is_whole() -> bool {
        true
    }

    fn describe(code: u32) -> String {
        let word = Word::ALL.iter().find(|(word, _)| u32::from(*word as u8) == code >> 24);
        let name = word.map_or("letter", |(_, name)| name);
        format!("{name} {} attempt {}", code & 0xf_ffff, code >> 20 & 0xf)
    }

    fn reason(code: u32) -> Option<Reason> {
        (code >> 24 == u32::from(Word::Cancel as u8)).then_some(Reason::Timeout)
    }
}
