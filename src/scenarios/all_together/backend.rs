//! A backend: takes jobs, serves them one by one, and pulses meanwhile. The first one gets stuck, job in hand.

use super::super::parameter::Params;
use super::sink::Delivery;
use crate::patterns::cancel::Context;
use crate::patterns::heartbeat::Pulse;
use crate::patterns::steward::{Exit, Life, Signs, Ward};
use crate::runtime::{Message, Of3, Receiver, Runtime, Sender, Time, select};
use std::rc::Rc;
use std::time::Duration;

const NAMES: [&str; 2] = ["backend-1", "backend-2"];
const PULSES: [&str; 2] = ["pulses-1", "pulses-2"];
/// A heart that is not to beat beats so often.
const NEVER: Duration = Duration::from_secs(100 * 24 * 3600);

/// A copy of a request, as a backend gets it.
#[derive(Clone)]
pub struct Job {
    /// The request, from 1.
    pub request: u32,
    /// Which copy of it, from 0.
    pub copy: u32,
    /// Ends when nobody wants the answer any more.
    pub context: Context,
    /// Where it is waited for.
    pub answer: Sender<Answer>,
}

impl Message for Job {
    fn code(&self) -> u32 {
        self.request << 4 | self.copy
    }
    fn describe(code: u32) -> String {
        format!("job {} {}", code >> 4, code & 15)
    }
}

/// What a backend says of a job: done, or that such a request cannot be served by anybody.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The result is on its way to the sink.
    Done,
    /// The request makes no sense.
    Rejected,
}

impl Message for Answer {
    fn code(&self) -> u32 {
        *self as u32
    }
    fn is_whole() -> bool {
        true
    }
    fn describe(code: u32) -> String {
        if code == Answer::Done as u32 { "done" } else { "rejected" }.to_owned()
    }
}

/// A backend and what is amiss with it.
pub struct Backend {
    number: usize,
    jobs: Receiver<Job>,
    results: Sender<Delivery>,
    beats: bool,
    fast: Duration,
    slow: Duration,
    slow_millionths: u64,
    /// From then on its first life takes one more job and does nothing any more.
    stuck: Option<Time>,
    bad: u32,
}

impl Backend {
    /// The backend with this number, from 0.
    pub fn new(number: u32, params: &Params, jobs: Receiver<Job>, results: Sender<Delivery>) -> Self {
        let stuck = params.duration("stuck-at");
        Backend {
            number: number as usize,
            jobs,
            results,
            beats: params.flag("heartbeat"),
            fast: params.duration("fast"),
            slow: params.duration("slow"),
            slow_millionths: params.ratio("slow-share").millionths,
            stuck: (number == 0 && !stuck.is_zero()).then_some(Time::ZERO + stuck),
            bad: params.count("bad") as u32,
        }
    }

    /// Its lives: all of them take jobs from the same queue.
    pub fn ward(self) -> Ward {
        let backend = Rc::new(self);
        Ward::new(move |rt, life| {
            let (heart, heartbeat) = rt.channel(PULSES[backend.number], 1);
            let life = backend.clone().serve(rt.clone(), life, heart);
            Signs { heartbeat, task: Rc::new(rt.spawn(NAMES[backend.number], life)) }
        })
    }

    async fn serve(self: Rc<Self>, rt: Runtime, life: Life, heart: Sender<u32>) -> Exit {
        let pulse = Pulse::every(&rt, if self.beats { life.pulse } else { NEVER }, heart);
        let mut done = 0;
        loop {
            let job = match select((life.context.done(), pulse.due(), self.jobs.recv(&rt))).await {
                Of3::A(_) | Of3::C(None) => return Exit::Shutdown,
                Of3::B(_) => {
                    pulse.beat_with(&rt, done);
                    continue;
                }
                Of3::C(Some(job)) => job,
            };
            if life.epoch == 1 && self.stuck.is_some_and(|stuck| rt.now() >= stuck) {
                rt.note("stuck with request {}", [job.request, 0]);
                Receiver::<()>::absent().recv(&rt).await;
            }
            if job.context.err().is_some() {
                continue;
            }
            if job.request == self.bad {
                let _ = job.answer.send(&rt, Answer::Rejected).await;
                continue;
            }
            let work = select((rt.work(self.load(&rt)), job.context.done(), life.context.done()));
            match pulse.during(&rt, done, work).await {
                Of3::A(()) => {
                    let _ = self.results.send(&rt, Delivery { request: job.request, copy: job.copy }).await;
                    let _ = job.answer.send(&rt, Answer::Done).await;
                    done += 1;
                }
                Of3::B(_) => {}
                Of3::C(_) => return Exit::Shutdown,
            }
        }
    }

    /// How long a job takes: most are fast, a few are slow.
    fn load(&self, rt: &Runtime) -> Duration {
        if rt.draw("load", 1, 1_000_000) <= self.slow_millionths { self.slow } else { self.fast }
    }
}
