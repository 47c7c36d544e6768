//! What can travel on a channel.

use super::Receiver;
use crate::trace::{Reason, Time};

/// What can travel on a channel: plain values with a number that says which one it is.
pub trait Message: Clone + 'static {
    /// The content as a number: part of the fingerprint, and all that the trace keeps of it.
    fn code(&self) -> u32 {
        0
    }
    /// Whether the code says all that the value holds: then values with the same code are the same to the explorer.
    fn is_whole() -> bool {
        false
    }
    /// The words for a code: a name and its numbers, such as `result 1 2`.
    fn describe(_code: u32) -> String {
        String::new()
    }
    /// Of a message that cancels: why. It is drawn in the colour of its reason.
    fn reason(_code: u32) -> Option<Reason> {
        None
    }
}

impl Message for () {
    fn is_whole() -> bool {
        true
    }
}

impl Message for u32 {
    fn code(&self) -> u32 {
        *self
    }
    fn is_whole() -> bool {
        true
    }
    fn describe(code: u32) -> String {
        code.to_string()
    }
}

impl Message for i64 {
    fn code(&self) -> u32 {
        *self as u32
    }
    fn describe(code: u32) -> String {
        (code as i32).to_string()
    }
}

/// A moment travels as its milliseconds (up to 49 days).
impl Message for Time {
    fn code(&self) -> u32 {
        (self.as_nanos() / 1_000_000) as u32
    }
    fn describe(code: u32) -> String {
        Time::from_nanos(u64::from(code) * 1_000_000).to_string()
    }
}

impl<T: Message> Message for Receiver<T> {
    fn code(&self) -> u32 {
        self.id().unwrap_or(u32::MAX)
    }
    fn describe(code: u32) -> String {
        format!("channel {code}")
    }
}
