//! The sink: takes its inbox in order and accepts, discards or waits for a later copy, as the policy says.

use super::{Letter, Plan, Policy, Word};
use crate::ordered::{Map, Set};
use crate::runtime::sleep::Sleep;
use crate::runtime::{Of2, Op, Receiver, Runtime, Sender, select};
use std::collections::VecDeque;

/// The sink and what it remembers.
pub struct Sink {
    plan: Plan,
    /// Requests that are settled: accepted, or closed without memory of the copies.
    settled: Set<u32>,
    /// The highest attempt seen of a request (P4d).
    highest: Map<u32, u8>,
    /// Attempts to be rejected (P7).
    fenced: Set<[u32; 2]>,
    /// Copies that wait for a later one (P3), and how many producers have closed.
    held: Map<u32, Held>,
    /// Windows that are open, the earliest first (P3b, P3c).
    windows: VecDeque<(u32, Op<Sleep>)>,
    /// One token for every request that is held: whoever waits for the sink to be done waits for none.
    open: (Sender<u32>, Receiver<u32>),
    verdicts: Sender<Letter>,
}

#[derive(Default)]
struct Held {
    last: Option<Letter>,
    copies: u32,
    closed: u32,
}

impl Sink {
    /// A sink; its verdicts go to the generator.
    pub fn new(rt: &Runtime, plan: Plan, verdicts: Sender<Letter>) -> Self {
        Sink {
            plan,
            settled: Set::new(),
            highest: Map::new(),
            fenced: Set::new(),
            held: Map::new(),
            windows: VecDeque::new(),
            open: rt.channel("open-buffers", usize::MAX),
            verdicts,
        }
    }

    /// Holds a token for every buffer that is not closed.
    pub fn open_buffers(&self) -> Receiver<u32> {
        self.open.1.clone()
    }

    /// Serves until the inbox is closed.
    ///
    /// # Cancellation safety
    /// Dropped before it completes, what it holds in open buffers is lost.
    pub async fn run(mut self, rt: Runtime, inbox: Receiver<Letter>) {
        loop {
            let letter = match self.windows.front_mut() {
                None => inbox.recv(&rt).await,
                Some((_, window)) => match select((inbox.recv(&rt), window.by_ref())).await {
                    Of2::A(letter) => letter,
                    Of2::B(()) => {
                        self.close_window(&rt);
                        continue;
                    }
                },
            };
            match letter {
                Some(letter) => self.take(&rt, letter).await,
                None => return,
            }
        }
    }

    async fn take(&mut self, rt: &Runtime, letter: Letter) {
        match letter.word {
            Word::Result => self.take_result(rt, letter),
            Word::Closed => self.hold(rt, letter),
            Word::Fence => {
                let was_accepted = self.settled.contains(&letter.request);
                if !was_accepted {
                    self.fenced.insert([letter.request, letter.attempt.into()]);
                }
                let word = if was_accepted { Word::Accepted } else { Word::Fenced };
                let _ = self.verdicts.send(rt, Letter { word, ..letter }).await;
            }
            _ => {}
        }
    }

    fn take_result(&mut self, rt: &Runtime, letter: Letter) {
        match self.plan.policy {
            Policy::AcceptFirst | Policy::PermissionAcceptFirst if self.settled.contains(&letter.request) => {
                self.discard(rt, letter);
            }
            Policy::AcceptLastCount | Policy::AcceptLastTimer | Policy::AcceptLastForget | Policy::AcceptLastClosed => {
                self.hold(rt, letter);
            }
            Policy::PermissionFence => {
                let highest = self.highest.get_or_insert_with(letter.request, u8::default);
                if letter.attempt < *highest {
                    self.discard(rt, letter);
                } else {
                    *highest = letter.attempt;
                    self.accept(rt, letter);
                }
            }
            Policy::Arbiter if self.fenced.contains(&[letter.request, letter.attempt.into()]) => {
                self.discard(rt, letter)
            }
            _ => self.accept(rt, letter),
        }
    }

    /// Keeps a copy, or the word that none will come, until the request is closed.
    fn hold(&mut self, rt: &Runtime, letter: Letter) {
        if self.settled.contains(&letter.request) {
            self.discard(rt, letter);
            return;
        }
        if !self.held.contains_key(&letter.request) {
            let _ = self.open.0.try_send(rt, letter.request);
            if matches!(self.plan.policy, Policy::AcceptLastTimer | Policy::AcceptLastForget) {
                self.windows.push_back((letter.request, rt.sleep(self.plan.window)));
            }
        }
        let held = self.held.get_or_insert_with(letter.request, Held::default);
        // A result is the last thing an attempt sends, so it closes as well.
        held.closed += 1;
        if letter.word == Word::Result {
            held.copies += 1;
            held.last = Some(letter);
        }
        let is_complete = match self.plan.policy {
            Policy::AcceptLastCount => held.copies == 2,
            Policy::AcceptLastClosed => held.closed == 2,
            _ => false,
        };
        if is_complete {
            self.close(rt, letter.request);
        }
    }

    fn close_window(&mut self, rt: &Runtime) {
        if let Some((request, _)) = self.windows.pop_front() {
            self.close(rt, request);
            if self.plan.policy == Policy::AcceptLastForget {
                self.settled.remove(&request);
            }
        }
    }

    /// Accepts the last copy that was held.
    fn close(&mut self, rt: &Runtime, request: u32) {
        let _ = self.open.1.try_recv(rt);
        if let Some(letter) = self.held.remove(&request).and_then(|held| held.last) {
            self.accept(rt, letter);
        }
    }

    fn accept(&mut self, rt: &Runtime, letter: Letter) {
        self.settled.insert(letter.request);
        rt.note("accept request {} attempt {}", [letter.request, u32::from(letter.attempt)]);
    }

    fn discard(&self, rt: &Runtime, letter: Letter) {
        rt.note("discard request {} attempt {}", [letter.request, u32::from(letter.attempt)]);
    }
}
