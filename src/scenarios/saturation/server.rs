//! The server: one at a time, as long as the work takes, whether or not anybody still waits for the answer.

use super::Plan;
use super::instant::{DEQUEUE, give_way};
use crate::patterns::adaptive::{Aimd, Vegas};
use crate::patterns::queue::{Next, Shed, WorkQueue};
use crate::runtime::{Message, Runtime, Sender, Time};
use std::time::Duration;

/// A request in the queue.
#[derive(Clone)]
pub struct Call {
    pub request: u32,
    pub attempt: u32,
    /// When it joined the queue.
    pub since: Time,
    /// Where the client waits.
    pub reply: Sender<Answer>,
}

impl Call {
    /// Drops it undone and tells the client.
    pub fn refuse(self, rt: &Runtime) {
        rt.note("drop request {} attempt {}", [self.request, self.attempt]);
        let _ = self.reply.try_send(rt, Answer { attempt: self.attempt, served: false });
    }
}

/// An answer to an attempt.
#[derive(Clone, Copy)]
pub struct Answer {
    pub attempt: u32,
    pub served: bool,
}

impl Message for Answer {
    fn code(&self) -> u32 {
        self.attempt << 1 | u32::from(self.served)
    }
    fn describe(code: u32) -> String {
        let what = if code & 1 == 1 { "answer" } else { "refusal" };
        format!("{what} attempt {}", code >> 1)
    }
}

/// A limit that the server sets for its own queue, from how long each request took, waiting included.
pub enum Adaptive {
    /// It stays as it is.
    Fixed,
    /// What took more than half of a client's patience counts as dropped.
    Aimd(Aimd),
    /// What took longer than the fastest has waited.
    Vegas(Vegas),
}

impl Adaptive {
    /// After a request that took so long, while so many were there with it: how many may be there, if that changes.
    fn adapt(&mut self, plan: &Plan, took: Duration, present: u32) -> Option<u32> {
        match self {
            Adaptive::Fixed => None,
            Adaptive::Aimd(aimd) if took > plan.timeout / 2 => Some(aimd.dropped()),
            Adaptive::Aimd(aimd) => Some(aimd.success(present)),
            Adaptive::Vegas(vegas) => Some(vegas.sample(took, present)),
        }
    }
}

/// Serves for ever.
pub async fn serve(rt: Runtime, plan: Plan, queue: WorkQueue<Call>, mut adaptive: Adaptive) {
    let tells = matches!(plan.queue.shed, Shed::Codel(_));
    while queue.filled(&rt).await {
        give_way(&rt, DEQUEUE).await;
        // Dropping takes no time: on to the first that is to be served.
        while let Some(next) = queue.try_take(&rt) {
            match next {
                Next::Serve(call) => {
                    rt.note("serve request {} attempt {}", [call.request, call.attempt]);
                    rt.work(plan.service).await;
                    let _ = call.reply.try_send(&rt, Answer { attempt: call.attempt, served: true });
                    let present = queue.len() as u32 + 1;
                    if let Some(limit) = adaptive.adapt(&plan, rt.now() - call.since, present) {
                        // The one in service does not stand in the queue.
                        queue.set_limit(limit - 1);
                    }
                    break;
                }
                Next::Drop(call) if tells => call.refuse(&rt),
                Next::Drop(call) => rt.note("drop request {} attempt {}", [call.request, call.attempt]),
            }
        }
    }
}
