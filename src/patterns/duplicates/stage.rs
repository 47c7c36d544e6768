//! A stage: takes one request, works, and sends its result unless it is stopped before.

use super::{Letter, Plan, Policy, Word};
use crate::runtime::{Interval, Of2, Of3, Of4, Reason, Receiver, Runtime, Sender, Signal, select};

/// One attempt at one request.
pub struct Attempt {
    /// 1 for the stage, 2 for its replacement.
    pub number: u8,
    /// The numbers of the run.
    pub plan: Plan,
    /// From the generator.
    pub orders: Receiver<Letter>,
    /// To the generator.
    pub reports: Sender<Letter>,
    /// To the sink.
    pub inbox: Sender<Letter>,
    /// The user may stop it by hand; whoever started it is not told.
    pub user: Signal,
}

/// It was told to stop.
struct Stop;

impl Attempt {
    /// Takes the request and sees it through. What may go wrong with it begins when it holds its request.
    ///
    /// # Cancellation safety
    /// Dropped before it completes, its request is not seen through; a result that was sent stays sent.
    pub async fn run(self, rt: Runtime) {
        rt.set_vulnerable(false);
        let Some(order) = self.orders.recv(&rt).await else { return };
        rt.set_vulnerable(true);
        let request = order.request;
        // One clock for the heartbeat from the receipt of the request to the pulse that says "sent".
        let beats = (self.number == 1 && self.plan.policy.beats()).then(|| rt.interval(self.plan.beat));
        match self.up_to_sending(&rt, request, beats.as_ref()).await {
            Ok(()) => {
                self.send_result(&rt, request).await;
                self.after_sending(&rt, request, beats.as_ref()).await;
            }
            Err(Stop) => self.after_stopping(&rt, request).await,
        }
    }

    async fn up_to_sending(&self, rt: &Runtime, request: u32, beats: Option<&Interval>) -> Result<(), Stop> {
        match beats {
            Some(beats) => self.work_and_beat(rt, request, beats).await?,
            None => self.work(rt).await?,
        }
        if self.number == 1 {
            match self.plan.policy {
                Policy::Announce => self.tell(rt, Word::Announce, request).await,
                Policy::AnnounceRendezvous => {
                    self.tell(rt, Word::Announce, request).await;
                    self.answer(rt).await?;
                }
                _ => {}
            }
        }
        if self.plan.policy.asks() {
            self.tell(rt, Word::Ask, request).await;
            self.answer(rt).await?;
        }
        Ok(())
    }

    /// Works; a preemptible attempt hears a cancel meanwhile, another looks for one at the end.
    async fn work(&self, rt: &Runtime) -> Result<(), Stop> {
        let duration = if self.number == 1 { self.plan.work } else { self.plan.replacement_work };
        if !self.plan.preemptible {
            rt.work(duration).await;
            return self.look(rt).await;
        }
        match select((rt.work(duration), self.orders.recv(rt), self.user.wait(rt))).await {
            Of3::A(()) => Ok(()),
            Of3::B(order) => Err(order.map_or(Stop, |order| self.obey(rt, order))),
            Of3::C(_) => Err(Stop),
        }
    }

    /// Looks whether a cancel has come meanwhile.
    async fn look(&self, rt: &Runtime) -> Result<(), Stop> {
        if self.user.given().is_some() {
            self.user.wait(rt).await;
            return Err(Stop);
        }
        match self.orders.try_recv(rt) {
            Some(order) => Err(self.obey(rt, order)),
            None => Ok(()),
        }
    }

    /// The same with a heartbeat meanwhile.
    async fn work_and_beat(&self, rt: &Runtime, request: u32, beats: &Interval) -> Result<(), Stop> {
        let mut work = rt.work(self.plan.work);
        loop {
            rt.at_loop_head("work and beat", [u64::from(request)]);
            if self.plan.preemptible {
                match select((work.by_ref(), self.orders.recv(rt), self.user.wait(rt), beats.beat())).await {
                    Of4::A(()) => break,
                    Of4::B(order) => return Err(order.map_or(Stop, |order| self.obey(rt, order))),
                    Of4::C(_) => return Err(Stop),
                    Of4::D(_) => self.beat(rt, request).await,
                }
            } else {
                match select((work.by_ref(), beats.beat())).await {
                    Of2::A(()) => break,
                    Of2::B(_) => self.beat(rt, request).await,
                }
            }
        }
        self.look(rt).await
    }

    /// Shows that it is alive, unless its last sign of life is still to be read.
    async fn beat(&self, rt: &Runtime, request: u32) {
        if !self.reports.is_quiet(rt) {
            return;
        }
        rt.note("pulse request {} attempt {}", [request, u32::from(self.number)]);
        self.tell(rt, Word::Beat, request).await;
    }

    /// Waits for leave to send.
    async fn answer(&self, rt: &Runtime) -> Result<(), Stop> {
        match select((self.orders.recv(rt), self.user.wait(rt))).await {
            Of2::A(Some(order)) if matches!(order.word, Word::Acknowledge | Word::Grant) => Ok(()),
            Of2::A(Some(order)) => Err(self.obey(rt, order)),
            Of2::A(None) | Of2::B(_) => Err(Stop),
        }
    }

    fn obey(&self, rt: &Runtime, order: Letter) -> Stop {
        if order.word == Word::Cancel {
            rt.acknowledge(Reason::Timeout);
        }
        Stop
    }

    async fn send_result(&self, rt: &Runtime, request: u32) {
        let result = Letter::new(Word::Result, request, self.number);
        let to = if self.plan.policy == Policy::ThroughParent { &self.reports } else { &self.inbox };
        let _ = to.send(rt, result).await;
    }

    /// What is left to do after the result has gone.
    async fn after_sending(&self, rt: &Runtime, request: u32, beats: Option<&Interval>) {
        if let Some(beats) = beats {
            // "Sent" travels in the next pulse, which is the last.
            beats.beat().await;
            rt.note("pulse request {} attempt {}", [request, u32::from(self.number)]);
            self.tell(rt, Word::Sent, request).await;
        }
        match self.plan.policy {
            Policy::ReportAfter if self.number == 1 => self.tell(rt, Word::Sent, request).await,
            Policy::Handshake | Policy::HandshakePatience if self.number == 1 => {
                let order = self.orders.recv(rt).await;
                if order.is_some() {
                    self.tell(rt, Word::Sent, request).await;
                }
            }
            _ => {}
        }
    }

    async fn after_stopping(&self, rt: &Runtime, request: u32) {
        if self.plan.policy.shakes_hands() {
            self.tell(rt, Word::Stopped, request).await;
        }
        if self.plan.policy == Policy::AcceptLastClosed {
            let _ = self.inbox.send(rt, Letter::new(Word::Closed, request, self.number)).await;
        }
    }

    async fn tell(&self, rt: &Runtime, word: Word, request: u32) {
        let _ = self.reports.send(rt, Letter::new(word, request, self.number)).await;
    }
}
