//! One request: waits for its turn, asks a backend and perhaps another, and tells its user if nothing came of it.

use super::super::parameter::Params;
use super::backend::{Answer, Job};
use crate::patterns::cancel::Context;
use crate::patterns::fault::{Fault, Known, Module, Reporter, Retry};
use crate::patterns::rate_limit::{Denied, Limiter};
use crate::patterns::replicate::{Attempt, Eligible, Judgement, Replicator, Why};
use crate::patterns::timeout::{Ended, Mode, within};
use crate::runtime::{Of2, Runtime, Sender, select};
use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

/// The pipeline, as a module whose failures have a sentence for the user.
enum Pipeline {}

impl Module for Pipeline {
    const NAME: &'static str = "PipelineErr";
}

/// What can come of a request instead of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// It was not let through.
    Denied(Denied),
    /// There was no answer in time.
    Ended(Ended),
    /// No backend can serve it.
    Rejected,
    /// Whoever it was given to is gone.
    Lost,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Denied(denied) => denied.fmt(f),
            Trouble::Ended(ended) => ended.fmt(f),
            Trouble::Rejected => f.write_str("rejected by the backend"),
            Trouble::Lost => f.write_str("no answer from any backend"),
        }
    }
}

impl Error for Trouble {}

impl Trouble {
    /// The sentence for the user.
    fn sentence(self, request: u32) -> String {
        let why = match self {
            Trouble::Denied(_) => "too many requests at the moment; please try again later",
            Trouble::Ended(_) | Trouble::Lost => "it took too long; please try again",
            Trouble::Rejected => "it cannot be served as it is",
        };
        format!("request {request}: {why}")
    }

    fn retry(self) -> Retry {
        match self {
            Trouble::Rejected => Retry::Never,
            Trouble::Denied(Denied::Deadline { wait, .. }) => Retry::After(wait),
            Trouble::Denied(_) | Trouble::Ended(_) | Trouble::Lost => Retry::Unknown,
        }
    }
}

/// What all requests share.
pub struct Client {
    rt: Runtime,
    context: Context,
    limiter: Limiter,
    copies: Replicator,
    jobs: Vec<Sender<Job>>,
    patience: Option<Duration>,
    hop: Duration,
    wraps: bool,
    reporter: Reporter,
    waiting: Cell<u32>,
    answered: Cell<u32>,
    told: Cell<u32>,
}

impl Client {
    /// Asks these backends.
    pub fn new(
        rt: &Runtime,
        params: &Params,
        context: Context,
        limiter: Limiter,
        copies: Replicator,
        jobs: Vec<Sender<Job>>,
    ) -> Self {
        Client {
            rt: rt.clone(),
            context,
            limiter,
            copies,
            jobs,
            patience: params.flag("timeout").then(|| params.duration("patience")),
            hop: params.duration("hop"),
            wraps: params.flag("wrap"),
            reporter: Reporter::new(rt),
            waiting: Cell::new(0),
            answered: Cell::new(0),
            told: Cell::new(0),
        }
    }

    /// A request from its coming to its end: an answer, or a sentence for its user.
    pub async fn request(self: Rc<Self>, number: u32) {
        self.count(1);
        match self.answer(number).await {
            Ok(()) => self.answered.set(self.answered.get() + 1),
            Err(trouble) => {
                let error: Box<dyn Error> = if self.wraps { self.wrap(number, trouble) } else { Box::new(trouble) };
                self.rt.log(self.reporter.report::<Pipeline>(&*error).to_string());
                self.told.set(self.told.get() + 1);
            }
        }
        self.count(-1);
    }

    /// Within the user's patience, if that has an end.
    async fn answer(&self, number: u32) -> Result<(), Trouble> {
        let Some(patience) = self.patience else { return self.ask(number, self.context.clone()).await };
        let ask = |context| self.ask(number, context);
        within(&self.rt, &self.context, patience, Mode::Drain(super::GRACE), ask).await.map_err(Trouble::Ended)?
    }

    /// Its turn, then a backend; another one if that is slow.
    async fn ask(&self, number: u32, context: Context) -> Result<(), Trouble> {
        self.limiter.wait(&self.rt, &context, 1).await.map_err(Trouble::Denied)?;
        let judge = |outcome: &Result<(), Trouble>| match outcome {
            Ok(()) => Judgement::Wins,
            Err(Trouble::Rejected) => Judgement::Fatal,
            Err(_) => Judgement::Next,
        };
        let serve = |copy: Attempt| {
            let jobs = self.jobs[(number + copy.number) as usize % self.jobs.len()].clone();
            serve(self.rt.clone(), number, copy, jobs, self.hop)
        };
        match self.copies.ask(&self.rt, &context, Eligible::Idempotent, "copy", judge, serve).await {
            Ok(_) => Ok(()),
            Err(failed) => Err(match (failed.why, failed.outcome) {
                (Why::Ended(error), _) => Trouble::Ended(Ended::Cancelled(error.cause())),
                (_, Some(Err(trouble))) => trouble,
                _ => Trouble::Lost,
            }),
        }
    }

    fn wrap(&self, number: u32, trouble: Trouble) -> Box<dyn Error> {
        let fault = Fault::because(&self.rt, "request", format!("request {number} has no result"), trouble);
        let fault = fault.with("request", number).retry(trouble.retry());
        Box::new(Known::<Pipeline>::new(fault, trouble.sentence(number)))
    }

    fn count(&self, change: i32) {
        self.waiting.set(self.waiting.get().saturating_add_signed(change));
        self.rt.note("gauge waiting {}/{}", [self.waiting.get(), 1]);
    }

    /// How many requests are under way.
    pub fn waiting(&self) -> u32 {
        self.waiting.get()
    }

    /// Says what came of all requests.
    #[track_caller]
    pub fn sum_up(&self) {
        self.rt.log(format!("{} answered, {} told why not", self.answered.get(), self.told.get()));
    }
}

/// One copy: hands the job to its backend and waits for the word that it is done.
async fn serve(rt: Runtime, request: u32, copy: Attempt, jobs: Sender<Job>, hop: Duration) -> Result<(), Trouble> {
    let (answer, answers) = rt.link("answers", hop);
    let job = Job { request, copy: copy.number, context: copy.context.clone(), answer };
    let _ = jobs.send(&rt, job).await;
    match select((answers.recv(&rt), copy.context.done())).await {
        Of2::A(Some(Answer::Done)) => Ok(()),
        Of2::A(Some(Answer::Rejected)) => Err(Trouble::Rejected),
        Of2::A(None) | Of2::B(_) => Err(Trouble::Lost),
    }
}
