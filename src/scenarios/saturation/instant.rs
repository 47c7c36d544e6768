//! The order of what happens at one instant: completions, then timeouts, then arrivals, then the next service.
//!
//! Timers of one instant fire in the order they were made, which says nothing about what they mean. Whoever is woken
//! by one gives way as often as its kind ranks: each time, everything that was due or has come up before goes first.

use crate::runtime::{Later, Runtime};
use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

/// How often timeouts give way: to completions, so that an answer exactly at the deadline counts.
pub const TIMEOUT: u32 = 1;
/// How often arrivals give way: to retries of the same instant as well.
pub const ARRIVAL: u32 = 2;
/// How often a server gives way before it takes the next request: it sees everybody who came by now.
pub const DEQUEUE: u32 = 3;

/// Gives way to whatever else is due at this instant, so many times over.
///
/// # Cancellation safety
/// Dropping it loses nothing.
pub async fn give_way(rt: &Runtime, times: u32) {
    for _ in 0..times {
        let mut turn = None;
        poll_fn(|context| {
            let (_, state) = turn.get_or_insert_with(|| Turn::begin(rt));
            match &mut *state.borrow_mut() {
                State::Over => Poll::Ready(()),
                State::Waiting(waker) => {
                    waker.clone_from(context.waker());
                    Poll::Pending
                }
            }
        })
        .await;
    }
}

enum State {
    Waiting(Waker),
    Over,
}

struct Turn;

impl Turn {
    /// A timer of this very instant ranks behind all that are there already.
    fn begin(rt: &Runtime) -> (Later, Rc<RefCell<State>>) {
        let state = Rc::new(RefCell::new(State::Waiting(Waker::noop().clone())));
        let over = state.clone();
        let later = rt.later(Duration::ZERO, move |_| {
            if let State::Waiting(waker) = over.replace(State::Over) {
                waker.wake();
            }
        });
        (later, state)
    }
}
