//! The race: sends copies as the policy says, takes the first acceptable answer, and sees the losers off.
//!
//! 1. A refused copy suppresses only itself. If then none is under way, the race has failed, and fails now.
//! 2. Before an extra copy is sent, for whatever reason, the answers of that same moment are heard.
//! 3. Losers hear of it before the winner is returned. They are tasks of their own: a deaf one holds nobody up.
//! 4. The winner's context lives as long as its [`Won`]: what it still reads is not cancelled under its hands.

use super::copies::{Copies, Happened};
use super::schedule::Schedule;
use super::{Attempt, Budget, Eligible, Judgement, Next, Policy, Report, Why};
use crate::patterns::cancel::{Context, ContextError, Guard};
use crate::patterns::config::ConfigError;
use crate::runtime::{Runtime, Task};
use std::fmt;
use std::future::Future;
use std::rc::Rc;

/// Sends copies of requests by a policy and within a budget.
#[derive(Clone)]
pub struct Replicator {
    policy: Policy,
    budget: Budget,
}

/// A result.
#[must_use]
pub struct Won<T> {
    /// The answer.
    pub value: T,
    /// Whose it is.
    pub number: u32,
    /// Every copy that was sent, in order.
    pub reports: Vec<Report>,
    /// How many copies the budget has suppressed.
    pub suppressed: u32,
    pub(super) tasks: Tasks,
    pub(super) _context: Guard,
}

/// No result.
#[derive(Debug)]
pub struct Failed<T, E> {
    /// Why.
    pub why: Why,
    /// The outcome that speaks for all: the fatal one, else the original's, else the first. None if no copy had one.
    pub outcome: Option<Result<T, E>>,
    /// The other outcomes, with the copies they are from.
    pub others: Vec<(u32, Result<T, E>)>,
    /// Every copy that was sent, in order.
    pub reports: Vec<Report>,
    /// How many copies the budget has suppressed.
    pub suppressed: u32,
    pub(super) tasks: Tasks,
}

/// The tasks of all copies.
pub(super) struct Tasks(pub Rc<Vec<Task<()>>>);

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(Task::id)).finish()
    }
}

impl Tasks {
    /// A copy that was stopped or has crashed is gone as well.
    async fn are_over(&self) {
        for task in self.0.iter() {
            let _ = task.join().await;
        }
    }
}

impl<T> Won<T> {
    /// Waits until every loser has stopped or was dropped.
    ///
    /// # Cancellation safety
    /// Dropping it loses nothing.
    pub async fn drained(&self) {
        self.tasks.are_over().await;
    }
}

impl<T, E> Failed<T, E> {
    /// Waits until every copy has stopped or was dropped: some may be deaf to what ended the race.
    ///
    /// # Cancellation safety
    /// Dropping it loses nothing.
    pub async fn drained(&self) {
        self.tasks.are_over().await;
    }
}

impl Replicator {
    /// Copies by this policy and within this budget.
    ///
    /// # Errors
    /// If there are fewer targets than copies.
    pub fn new(policy: Policy, budget: Budget) -> Result<Self, ConfigError> {
        policy.check()?;
        Ok(Replicator { policy, budget })
    }

    /// Asks: `serve` makes the future of each copy, which runs as a task called `name-number`.
    ///
    /// # Errors
    /// [`Failed`] if no copy gave an acceptable answer, or if the context ended; the copies under way are told, and
    /// drained or awaited, as after a win.
    ///
    /// # Cancellation safety
    /// Dropping it cancels every copy; those that are deaf are dropped after their grace, at once with
    /// [`Losers::Await`](super::Losers::Await).
    pub async fn ask<T: 'static, E: 'static, F: Future<Output = Result<T, E>> + 'static>(
        &self,
        rt: &Runtime,
        context: &Context,
        eligible: Eligible,
        name: &str,
        judge: impl Fn(&Result<T, E>) -> Judgement,
        serve: impl Fn(Attempt) -> F,
    ) -> Result<Won<T>, Failed<T, E>> {
        let extra = if eligible == Eligible::Idempotent { self.policy.extra } else { 0 };
        let step = match &self.policy.next {
            Next::After(delay) => Some(*delay),
            Next::Late(latencies) => latencies.quantile(),
            Next::OnFailure => None,
        };
        let mut copies = Copies::new(rt, context, name, &self.policy);
        if let Some(error) = context.err() {
            return Err(copies.lose(Why::Ended(error)).await);
        }
        self.budget.pay_in();
        copies.send(None, &serve);
        let mut schedule = Schedule::new(rt.now(), step, extra);
        // At the start there is nothing to be heard before copies are sent.
        let mut is_heard = true;
        let why = 'race: loop {
            while is_heard && schedule.is_due(rt.now()) && !copies.is_served() {
                schedule.take();
                match self.budget.pay_out() {
                    Some(permit) => copies.send(Some(permit), &serve),
                    None => copies.suppress(),
                }
                if copies.running() == 0 {
                    break 'race Why::AllFailed;
                }
            }
            let due = schedule.due(rt.now()).filter(|_| !copies.is_served());
            if copies.running() == 0 && due.is_none() {
                break Why::AllFailed;
            }
            let happened = copies.next(context, due).await;
            is_heard = matches!(happened, Happened::Due);
            match happened {
                Happened::Due => {}
                Happened::Ended => break Why::Ended(context.err().unwrap_or(ContextError::Canceled)),
                Happened::Answer(number) => match copies.judge(number, &judge) {
                    Judgement::Wins => return Ok(copies.win(number).await),
                    Judgement::Next => schedule.bring_forward(),
                    Judgement::NextAfter(wait) => schedule.put_off(rt.now() + wait),
                    Judgement::NoMore => schedule.end(),
                    Judgement::Fatal => break Why::Fatal(number),
                },
            }
        };
        Err(copies.lose(why).await)
    }
}
