//! The clients: a source that starts one for each request, and what a client does until it has an answer or gives up.

use super::instant::{ARRIVAL, TIMEOUT, give_way};
use super::server::{Answer, Call};
use super::{Counts, Plan, URGENT, bump};
use crate::patterns::queue::{Admitted, WorkQueue};
use crate::patterns::retry::{Attempt, Checked, Failure, SharedBudget, retry};
use crate::runtime::scope::Scope;
use crate::runtime::{Receiver, Runtime, Sender, Time};
use futures::future::{Either, select};
use std::rc::Rc;
use std::time::Duration;

/// What all clients share.
#[derive(Clone)]
pub struct Clients {
    pub rt: Runtime,
    pub plan: Plan,
    pub policy: Checked,
    pub queue: WorkQueue<Call>,
    pub budget: SharedBudget,
    pub counts: Rc<Counts>,
}

impl Clients {
    /// Starts a client for each request, at the rate of the moment, until the run has lasted long enough.
    pub async fn arrive(self) {
        let clients = Scope::new(&self.rt);
        let end = Time::ZERO + self.plan.duration;
        let mut planned = Time::ZERO;
        let mut request = 0;
        while planned < end {
            let next = self.plan.next_arrival(planned);
            let spread = ((next - planned).as_nanos() * u128::from(self.plan.jitter) / 1_000_000) as u64;
            let late = if spread > 0 { self.rt.draw("arrival", 0, spread) } else { 0 };
            self.wait_until(planned + Duration::from_nanos(late)).await;
            give_way(&self.rt, ARRIVAL).await;
            request += 1;
            clients.spawn("client", self.clone().ask(request));
            planned = next;
        }
        self.wait_until(end).await;
        // Whoever still waits is stopped: the observation is over.
    }

    async fn wait_until(&self, at: Time) {
        let left = at - self.rt.now();
        if !left.is_zero() {
            self.rt.sleep(left).await;
        }
    }

    /// One client: asks, and asks again if that fails.
    async fn ask(self, request: u32) {
        let began = self.rt.now();
        // Late answers to earlier attempts find room, whether or not anybody still reads them.
        let (reply, answers) = self.rt.channel("answers", self.plan.retries as usize + 1);
        let done =
            retry(&self.rt, self.policy, &self.budget, |attempt| self.attempt(request, attempt, &reply, &answers));
        if done.await.is_ok() {
            bump(&self.counts.useful);
            if self.plan.class(request) == URGENT {
                bump(&self.counts.urgent);
            }
            let took_ms = (self.rt.now() - began).as_millis() as u32;
            self.counts.worst_ms.set(self.counts.worst_ms.get().max(took_ms));
            self.rt.note("useful request {} after {} ms", [request, took_ms]);
        }
    }

    /// One attempt: into the queue, then waits for the answer, but not for ever.
    async fn attempt(
        &self,
        request: u32,
        attempt: Attempt,
        reply: &Sender<Answer>,
        answers: &Receiver<Answer>,
    ) -> Result<(), Failure<()>> {
        let (rt, number) = (&self.rt, attempt.number);
        bump(&self.counts.offered);
        rt.note("offer request {} attempt {}", [request, number]);
        let deadline = rt.now() + self.plan.timeout;
        let call = Call { request, attempt: number, since: rt.now(), reply: reply.clone() };
        let Ok(Admitted { ticket, evicted }) = self.queue.offer(rt, call, self.plan.class(request), deadline) else {
            rt.note("refuse request {} attempt {}", [request, number]);
            return Err(Failure::transient(()));
        };
        if let Some(evicted) = evicted {
            evicted.refuse(rt);
        }
        match self.answer(number, answers).await {
            Some(true) => Ok(()),
            Some(false) => Err(Failure::transient(())),
            None => {
                rt.note("timeout request {} attempt {}", [request, number]);
                if self.plan.told {
                    self.queue.withdraw(rt, ticket);
                }
                Err(Failure::transient(()))
            }
        }
    }

    /// Waits for the answer to an attempt: served or refused, or none by the deadline. Late answers to earlier
    /// attempts are of no use, and do not wind the clock up again.
    async fn answer(&self, number: u32, answers: &Receiver<Answer>) -> Option<bool> {
        let rt = &self.rt;
        let mut patience = rt.sleep(self.plan.timeout);
        while let Either::Left((answer, _)) = select(answers.recv(rt), &mut patience).await {
            let answer = answer?;
            if answer.attempt == number {
                return Some(answer.served);
            }
        }
        give_way(rt, TIMEOUT).await;
        let in_time = std::iter::from_fn(|| answers.try_recv(rt)).find(|answer| answer.attempt == number);
        in_time.map(|answer| answer.served)
    }
}
