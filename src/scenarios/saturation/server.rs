//! The server: one at a time, as long as the work takes, whether or not anybody still waits for the answer.

use super::Plan;
use super::instant::{DEQUEUE, give_way};
use crate::patterns::queue::{Next, Shed, WorkQueue};
use crate::runtime::{Message, Runtime, Sender};

/// A request in the queue.
#[derive(Clone)]
pub struct Call {
    pub request: u32,
    pub attempt: u32,
    /// Where the client waits.
    pub reply: Sender<Answer>,
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

/// Serves for ever.
pub async fn serve(rt: Runtime, plan: Plan, queue: WorkQueue<Call>) {
    let tells = matches!(plan.queue.shed, Shed::Codel(_));
    loop {
        queue.filled(&rt).await;
        give_way(&rt, DEQUEUE).await;
        // Dropping takes no time: on to the first that is to be served.
        while let Some(next) = queue.try_take(&rt) {
            match next {
                Next::Serve(call) => {
                    rt.note("serve request {} attempt {}", [call.request, call.attempt]);
                    rt.work(plan.service).await;
                    let _ = call.reply.try_send(&rt, Answer { attempt: call.attempt, served: true });
                    break;
                }
                Next::Drop(call) => {
                    rt.note("drop request {} attempt {}", [call.request, call.attempt]);
                    if tells {
                        let _ = call.reply.try_send(&rt, Answer { attempt: call.attempt, served: false });
                    }
                }
            }
        }
    }
}
