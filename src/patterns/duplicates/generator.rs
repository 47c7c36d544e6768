//! The generator: hands out requests, judges the stage, cancels it and starts the replacement, as the policy says.

use super::stage::Attempt;
use super::{Letter, Plan, Policy, Word};
use crate::runtime::{Of2, Receiver, Runtime, Sender, Task, select};

/// What the generator knows of one request.
#[derive(Default)]
struct Case {
    /// Nothing more is to be decided about the first attempt.
    settled: bool,
    /// The first attempt was cancelled, or its grant taken back.
    revoked: bool,
    /// Who holds the grant (P4).
    granted: Option<u8>,
    /// A result was forwarded (P6).
    forwarded: bool,
    /// The stage has answered the cancel: whether it had sent (P1d, P1e).
    answered: Option<bool>,
}

/// The generator's ends of every link.
pub struct Generator {
    plan: Plan,
    reports: (Sender<Letter>, Receiver<Letter>),
    verdicts: Receiver<Letter>,
    inbox: Sender<Letter>,
    cases: Vec<Case>,
    orders: Vec<[Option<Sender<Letter>>; 2]>,
    attempts: Vec<Task<()>>,
}

impl Generator {
    /// A generator that sends to `inbox`, the sink's, and hears the sink's verdicts.
    pub fn new(rt: &Runtime, plan: Plan, inbox: Sender<Letter>, verdicts: Receiver<Letter>) -> Self {
        Generator {
            plan,
            reports: rt.link("reports", plan.hop),
            verdicts,
            inbox,
            cases: Vec::new(),
            orders: Vec::new(),
            attempts: Vec::new(),
        }
    }

    /// Hands out every request, then answers until all its attempts are over.
    ///
    /// # Cancellation safety
    /// Dropped before it completes, whoever still asks gets no answer.
    pub async fn run(mut self, rt: Runtime) {
        for request in 1..=self.plan.requests {
            self.cases.push(Case::default());
            self.orders.push([None, None]);
            self.start(&rt, request, 1).await;
            self.watch(&rt, request).await;
            if !self.case(request).settled && self.may_replace(&rt, request).await {
                self.start(&rt, request, 2).await;
            }
        }
        self.linger(&rt).await;
    }

    /// All that it knows; reckoned only if somebody asks.
    fn holds(&self) -> impl Iterator<Item = u64> {
        let attempts = self.orders.iter().map(|orders| orders.iter().flatten().count() as u64);
        let cases = self.cases.iter().map(|case| {
            let flags =
                [case.settled, case.revoked, case.forwarded, case.answered.is_some(), case.answered == Some(true)];
            flags.iter().fold(u64::from(case.granted.unwrap_or(0)), |all, flag| all << 1 | u64::from(*flag))
        });
        attempts.chain(cases)
    }

    fn case(&mut self, request: u32) -> &mut Case {
        &mut self.cases[request as usize - 1]
    }

    /// Starts an attempt and sends it the request.
    async fn start(&mut self, rt: &Runtime, request: u32, number: u8) {
        let (links, name) = if number == 1 { ("orders-a", "stage-a") } else { ("orders-a2", "stage-a2") };
        let (orders, inbox) = rt.link(links, self.plan.hop);
        let attempt = Attempt {
            number,
            plan: self.plan,
            orders: inbox,
            reports: self.reports.0.clone(),
            inbox: self.inbox.clone(),
            user: rt.input(name),
        };
        self.attempts.push(rt.spawn(name, attempt.run(rt.clone())));
        self.orders[request as usize - 1][usize::from(number) - 1] = Some(orders);
        self.order(rt, Word::Request, request, number).await;
    }

    async fn order(&self, rt: &Runtime, word: Word, request: u32, number: u8) {
        if let Some(orders) = &self.orders[request as usize - 1][usize::from(number) - 1] {
            let _ = orders.send(rt, Letter::new(word, request, number)).await;
        }
    }

    /// Listens until the request is settled or the first attempt is judged slow, silent or dead.
    async fn watch(&mut self, rt: &Runtime, request: u32) {
        if self.plan.policy.beats() {
            return self.watch_beats(rt, request).await;
        }
        let mut timeout = rt.sleep(self.plan.timeout);
        while !self.case(request).settled {
            match select((self.reports.1.recv(rt), timeout.by_ref())).await {
                Of2::A(Some(letter)) => self.hear(rt, letter).await,
                Of2::A(None) => return,
                Of2::B(()) => {
                    rt.note("timeout request {} attempt {}", [request, 1]);
                    return;
                }
            }
            if self.plan.policy.leases() && self.case(request).granted == Some(1) {
                return self.watch_lease(rt, request).await;
            }
        }
    }

    /// A grant that is out: nobody reports whether it was used, so it is taken back when the lease ends.
    async fn watch_lease(&mut self, rt: &Runtime, request: u32) {
        let mut lease = rt.sleep(self.plan.lease);
        loop {
            match select((self.reports.1.recv(rt), lease.by_ref())).await {
                Of2::A(Some(letter)) => self.hear(rt, letter).await,
                Of2::A(None) => return,
                Of2::B(()) => {
                    rt.note("revoke request {} attempt {}", [request, 1]);
                    self.case(request).granted = None;
                    return;
                }
            }
        }
    }

    /// Heartbeats instead of a timeout: every sign of life begins the silence anew.
    async fn watch_beats(&mut self, rt: &Runtime, request: u32) {
        let stage = self.attempts.len() - 1;
        while !self.case(request).settled {
            rt.at_loop_head("watch beats", self.holds());
            match select((self.reports.1.recv(rt), rt.sleep(self.plan.silence))).await {
                Of2::A(Some(letter)) => self.hear(rt, letter).await,
                Of2::A(None) => return,
                Of2::B(()) => {
                    rt.note("suspect request {} attempt {}", [request, 1]);
                    if self.plan.policy == Policy::HeartbeatSuspect || rt.is_dead(self.attempts[stage].id()) {
                        return;
                    }
                    // The perfect detector says it lives: wait for its next beat, or its death.
                    match select((self.reports.1.recv(rt), self.attempts[stage].join())).await {
                        Of2::A(Some(letter)) => self.hear(rt, letter).await,
                        Of2::A(None) => return,
                        // It has ended, so it has said "sent": the word is under way, or lost for good.
                        Of2::B(Ok(())) => {
                            while !self.case(request).settled {
                                let Some(letter) = self.reports.1.recv(rt).await else { return };
                                self.hear(rt, letter).await;
                            }
                        }
                        Of2::B(Err(_)) => return,
                    }
                }
            }
        }
    }

    /// Cancels the first attempt and does what the policy wants before a replacement may start.
    async fn may_replace(&mut self, rt: &Runtime, request: u32) -> bool {
        self.case(request).revoked = true;
        self.order(rt, Word::Cancel, request, 1).await;
        match self.plan.policy {
            Policy::Handshake => {
                while self.case(request).answered.is_none() {
                    let Some(letter) = self.reports.1.recv(rt).await else { return false };
                    self.hear(rt, letter).await;
                }
            }
            Policy::HandshakePatience => {
                let mut patience = rt.sleep(self.plan.patience);
                while self.case(request).answered.is_none() {
                    match select((self.reports.1.recv(rt), patience.by_ref())).await {
                        Of2::A(Some(letter)) => self.hear(rt, letter).await,
                        Of2::A(None) | Of2::B(()) => break,
                    }
                }
            }
            Policy::Arbiter => {
                let _ = self.inbox.send(rt, Letter::new(Word::Fence, request, 1)).await;
                let verdict = self.verdicts.recv(rt).await;
                return verdict.is_some_and(|verdict| verdict.word == Word::Fenced);
            }
            _ => {}
        }
        self.case(request).answered != Some(true)
    }

    /// Takes a report, of this request or a stale one.
    async fn hear(&mut self, rt: &Runtime, letter: Letter) {
        let policy = self.plan.policy;
        let request = letter.request;
        let case = self.case(request);
        match letter.word {
            Word::Announce if policy == Policy::Announce => case.settled = true,
            Word::Announce if !case.revoked => {
                case.settled = true;
                self.order(rt, Word::Acknowledge, request, letter.attempt).await;
            }
            Word::Sent => {
                case.answered = Some(true);
                case.settled |= !case.revoked;
            }
            Word::Stopped => case.answered = Some(false),
            Word::Ask => self.judge(rt, letter).await,
            Word::Result if !case.forwarded => {
                case.forwarded = true;
                case.settled = true;
                let _ = self.inbox.send(rt, letter).await;
            }
            _ => {}
        }
    }

    /// Answers an attempt that asks whether it may send.
    async fn judge(&mut self, rt: &Runtime, ask: Letter) {
        let policy = self.plan.policy;
        let case = self.case(ask.request);
        let is_stale = policy != Policy::Permission && ask.attempt == 1 && case.revoked;
        let word = if case.granted.is_some() || is_stale {
            Word::Deny
        } else {
            case.granted = Some(ask.attempt);
            case.settled |= !policy.leases();
            Word::Grant
        };
        self.order(rt, word, ask.request, ask.attempt).await;
    }

    /// Answers until every attempt is over and every report has been read.
    async fn linger(&mut self, rt: &Runtime) {
        for attempt in std::mem::take(&mut self.attempts) {
            let mut over = attempt.join();
            loop {
                rt.at_loop_head("linger", self.holds().chain([u64::from(attempt.id())]));
                match select((self.reports.1.recv(rt), over.by_ref())).await {
                    Of2::A(Some(letter)) => self.hear(rt, letter).await,
                    _ => break,
                }
            }
        }
        self.reports.0.close(rt);
        while let Some(letter) = self.reports.1.recv(rt).await {
            self.hear(rt, letter).await;
        }
    }
}
