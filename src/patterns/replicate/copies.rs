//! The copies of one request that are under way: tasks that answer or are told to stop.

use super::attempt::Tie;
use super::race::Tasks;
use super::{Attempt, Failed, Fate, Judgement, Losers, Next, Permit, Policy, Report, Why, Won};
use crate::patterns::cancel::{Cancel, Context, Guard};
use crate::runtime::{Cause, Later, Of2, Of3, Reason, Receiver, Runtime, Sender, Task, Time, select};
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

/// What the race waits for.
pub(super) enum Happened {
    Answer(u32),
    Due,
    Ended,
}

struct Copy<T, E> {
    context: Context,
    cancel: Cancel,
    guard: Guard,
    began: Time,
    ended: Option<Time>,
    outcome: Rc<RefCell<Option<Result<T, E>>>>,
}

/// The end of the losers' grace: kept by the losers themselves, so it goes with the last of them.
type Grace = Rc<RefCell<Option<Later>>>;

pub(super) struct Copies<'a, T, E> {
    rt: Runtime,
    parent: &'a Context,
    name: &'a str,
    policy: &'a Policy,
    copies: Vec<Copy<T, E>>,
    tasks: Vec<Task<()>>,
    answers: (Sender<u32>, Receiver<u32>),
    tie: Option<Rc<Tie>>,
    suppressed: u32,
    grace: Grace,
}

impl<'a, T: 'static, E: 'static> Copies<'a, T, E> {
    pub fn new(rt: &Runtime, parent: &'a Context, name: &'a str, policy: &'a Policy) -> Self {
        Copies {
            rt: rt.clone(),
            parent,
            name,
            policy,
            copies: Vec::new(),
            tasks: Vec::new(),
            answers: rt.channel("result", policy.targets as usize),
            tie: policy.tied.then(Rc::default),
            suppressed: 0,
            grace: Grace::default(),
        }
    }

    /// Sends the next copy; the permit is its own until it has ended.
    pub fn send<F: Future<Output = Result<T, E>> + 'static>(
        &mut self,
        permit: Option<Permit>,
        serve: &impl Fn(Attempt) -> F,
    ) {
        let number = self.copies.len() as u32;
        let (context, cancel) = self.parent.with_cancel();
        if let Some(tie) = &self.tie {
            tie.add(number, cancel.clone());
        }
        let attempt = Attempt { number, context: context.clone(), rt: self.rt.clone(), tie: self.tie.clone() };
        let outcome = Rc::new(RefCell::new(None));
        let (served, slot) = (serve(attempt), outcome.clone());
        let (rt, wanted, answer, grace) =
            (self.rt.clone(), context.clone(), self.answers.0.clone(), self.grace.clone());
        if permit.is_some() {
            self.rt.note("extra copy {}", [number, 0]);
        }
        self.tasks.push(self.rt.spawn(&format!("{}-{number}", self.name), async move {
            let _kept = (permit, grace);
            let outcome = served.await;
            // Nobody waits for the answer of a copy that was cancelled.
            if wanted.err().is_none() {
                *slot.borrow_mut() = Some(outcome);
                let _ = answer.send(&rt, number).await;
            }
        }));
        let (began, guard) = (self.rt.now(), cancel.clone().guard());
        self.copies.push(Copy { context, cancel, guard, began, ended: None, outcome });
    }

    /// A copy was due that the budget does not allow.
    pub fn suppress(&mut self) {
        self.suppressed += 1;
        self.rt.note("suppress a copy, the {}. of this request", [self.suppressed, 0]);
    }

    /// Whether one of tied copies is being served: others would be cancelled at once.
    pub fn is_served(&self) -> bool {
        self.tie.as_ref().is_some_and(|tie| tie.served().is_some())
    }

    /// How many could still answer.
    pub fn running(&self) -> usize {
        self.copies.iter().filter(|copy| copy.is_running()).count()
    }

    /// Waits for an answer, for the end of the context, or until a copy is due.
    pub async fn next(&self, context: &Context, due: Option<Time>) -> Happened {
        let answer = |number: Option<u32>| Happened::Answer(number.expect("nobody closes the channel"));
        let answers = &self.answers.1;
        let Some(due) = due else {
            return match select((answers.recv(&self.rt), context.done())).await {
                Of2::A(number) => answer(number),
                Of2::B(_) => Happened::Ended,
            };
        };
        let wait = due.since(self.rt.now());
        if !wait.is_zero() {
            match select((answers.recv(&self.rt), context.done(), self.rt.sleep(wait))).await {
                Of3::A(number) => return answer(number),
                Of3::B(_) => return Happened::Ended,
                Of3::C(()) => {}
            }
        }
        // Whatever else is to happen at this moment may still be an answer.
        match select((answers.recv(&self.rt), self.rt.sleep(Duration::ZERO))).await {
            Of2::A(number) => answer(number),
            Of2::B(()) => Happened::Due,
        }
    }

    /// Takes note of an answer, and says what it means.
    pub fn judge(&mut self, number: u32, judge: impl Fn(&Result<T, E>) -> Judgement) -> Judgement {
        let copy = &mut self.copies[number as usize];
        copy.ended = Some(self.rt.now());
        let outcome = copy.outcome.borrow();
        let judgement = judge(outcome.as_ref().expect("who sends its number has left its outcome"));
        if let Some(tie) = self.tie.as_ref().filter(|_| judgement != Judgement::Wins) {
            tie.release(number);
        }
        judgement
    }

    /// One has won: the others are told, and the answer is given.
    pub async fn win(mut self, number: u32) -> Won<T> {
        self.learn(number);
        let reports = self.reports(Some(number));
        self.dismiss();
        if self.policy.losers == Losers::Await {
            self.join().await;
        }
        let winner = self.copies.swap_remove(number as usize);
        let value = winner.outcome.take().and_then(Result::ok).expect("only an answer wins");
        let tasks = Rc::new(std::mem::take(&mut self.tasks));
        self.bury(&tasks);
        let tasks = Tasks(tasks);
        Won { value, number, reports, suppressed: self.suppressed, tasks, _context: winner.guard }
    }

    /// None has: the others are told, and the outcomes are given.
    pub async fn lose(mut self, why: Why) -> Failed<T, E> {
        let reports = self.reports(None);
        self.dismiss();
        if self.policy.losers == Losers::Await {
            self.join().await;
        }
        let numbered = (0..).zip(&self.copies);
        let mut others: Vec<_> = numbered.filter_map(|(number, copy)| Some((number, copy.outcome.take()?))).collect();
        let speaker = match why {
            Why::Fatal(number) => others.iter().position(|(other, _)| *other == number),
            _ => (!others.is_empty()).then_some(0),
        };
        let outcome = speaker.map(|index| others.remove(index).1);
        let tasks = Rc::new(std::mem::take(&mut self.tasks));
        self.bury(&tasks);
        Failed { why, outcome, others, reports, suppressed: self.suppressed, tasks: Tasks(tasks) }
    }

    /// What the copies teach about how long answers take. A copy that was cancelled would have taken longer.
    fn learn(&self, winner: u32) {
        let Next::Late(latencies) = &self.policy.next else { return };
        for (number, copy) in (0..).zip(&self.copies) {
            match copy.ended {
                Some(ended) if number == winner => latencies.answered(ended.since(copy.began)),
                Some(_) => {}
                None => latencies.cut_short(self.end_of(copy).since(copy.began)),
            }
        }
    }

    /// When a copy that has not answered was cancelled: when another began to be served, or now.
    fn end_of(&self, copy: &Copy<T, E>) -> Time {
        let served = self.tie.as_ref().and_then(|tie| tie.served());
        match served.filter(|_| !copy.is_running()) {
            Some((_, since)) => since,
            None => self.rt.now(),
        }
    }

    fn reports(&self, winner: Option<u32>) -> Vec<Report> {
        let report = |(number, copy): (u32, &Copy<T, E>)| {
            let fate = match copy.ended {
                Some(_) if winner == Some(number) => Fate::Won,
                Some(_) => Fate::Failed,
                None => Fate::Cancelled,
            };
            let ended = copy.ended.unwrap_or(self.end_of(copy));
            Report { number, began: copy.began, lasted: ended.since(copy.began), fate }
        };
        (0..).zip(&self.copies).map(report).collect()
    }

    async fn join(&self) {
        for task in &self.tasks {
            let _ = task.join().await;
        }
    }
}

impl<T, E> Copy<T, E> {
    fn is_running(&self) -> bool {
        self.ended.is_none() && self.context.err().is_none()
    }
}

impl<T, E> Copies<'_, T, E> {
    /// Tells everybody who still runs that it is over.
    fn dismiss(&self) {
        for copy in self.copies.iter().filter(|copy| copy.is_running()) {
            copy.cancel.because(Cause::new(Reason::Replica, "another copy has answered"));
        }
    }

    /// Whoever still runs when the grace is over is dropped.
    fn bury(&self, tasks: &Rc<Vec<Task<()>>>) {
        let Losers::Drain { grace } = self.policy.losers else { return };
        if tasks.iter().all(Task::is_over) {
            return;
        }
        let tasks = tasks.clone();
        let later = self.rt.later(grace, move |rt| force(rt, &tasks));
        *self.grace.borrow_mut() = Some(later);
    }
}

impl<T, E> Drop for Copies<'_, T, E> {
    fn drop(&mut self) {
        if !self.tasks.is_empty() {
            self.dismiss();
            let tasks = Rc::new(std::mem::take(&mut self.tasks));
            match self.policy.losers {
                Losers::Drain { .. } => self.bury(&tasks),
                // Who would wait for them is gone.
                Losers::Await => force(&self.rt, &tasks),
            }
        }
    }
}

/// Drops those that still run.
fn force(rt: &Runtime, tasks: &[Task<()>]) {
    for task in tasks.iter().filter(|task| !task.is_over()) {
        rt.note("force task {}", [task.id(), 0]);
        task.stop();
    }
}
