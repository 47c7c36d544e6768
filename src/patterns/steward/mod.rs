//! A steward watches a ward and begins its next life when this one shows no more signs of being well.
//!
//! It listens to the ward's heartbeat and pulses itself; it has the signature of a [`Ward`], so stewards can be
//! stacked. What it does with the old life before the new one begins is its [`Handover`]: the book's steward tells
//! the old one to stop and does not look back, so two lives overlap.
//!
//! - `ward`: what is watched · `restart`: ends, and who is started again · `pauses` · `intensity`: too many
//! - `watch`: the loop

mod intensity;
mod pauses;
mod restart;
mod ward;
mod watch;

pub use intensity::{Intensity, MOST as MOST_RESTARTS, Restarts};
pub use pauses::Pauses;
pub use restart::{Exit, Restart};
pub use ward::{Fence, Life, Signs, Ward};

use super::config::ConfigError;
use crate::runtime::Runtime;
use std::rc::Rc;
use std::time::Duration;
use watch::Watch;

/// What is done with the old life before the new one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handover {
    /// It is told to stop, and the new one begins at once: for a while there are two. The book's way.
    Overlap,
    /// It is told to stop and has so long to do it; then it is dropped where it is. Never two at a time.
    Kill(Duration),
    /// The same, but it cannot be dropped: it stays as a zombie, and the [`Fence`] refuses what it still brings.
    Fence(Duration),
}

/// Why a life is not well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// No pulse for too long.
    Silent,
    /// Pulses, but nothing gets done.
    Stalled,
    /// It is over.
    Exited(Exit),
}

/// A moment of a steward's work, for whoever wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// This life is not well; another begins unless there were too many.
    Unwell(Why),
    /// It stopped in time.
    Stopped,
    /// It did not and was dropped.
    Killed,
    /// It did not and is still there.
    Zombie,
    /// There have been too many; none will begin any more.
    GaveUp,
}

/// Told of every change, with the life it concerns.
pub type Hook = Rc<dyn Fn(&Runtime, u32, Change)>;

/// How a steward watches.
#[derive(Clone)]
pub struct Config {
    /// A silence of this length is the end of a life.
    pub timeout: Duration,
    /// A life that has not pulsed yet has so long for its start; `None`: as for any silence.
    pub startup: Option<Duration>,
    /// How often the ward is asked to pulse; less than `timeout`. The book takes half of it, a third is safer.
    pub pulse: Duration,
    /// How many pulses of its own wait for a listener who is late: 0 or 1.
    pub capacity: usize,
    /// What becomes of the old life.
    pub handover: Handover,
    /// Which ends of a life are followed by another; `None`: it does not see ends, only silence, as in the book.
    pub restart: Option<Restart>,
    /// So long a ward may pulse without getting anything done.
    pub progress: Option<Duration>,
    /// Pauses before restarts.
    pub pauses: Pauses,
    /// How many restarts are too many; `None`: it never gives up, as in the book.
    pub intensity: Option<Intensity>,
    /// If its own timer is later than this, the silence is its own fault and is excused.
    pub pause: Option<Duration>,
    /// Raised to each new life before it begins.
    pub fence: Fence,
    /// Told of every change.
    pub hook: Option<Hook>,
}

impl Config {
    /// The book's steward: silence is all it knows, and it neither waits nor gives up.
    pub fn book(timeout: Duration) -> Self {
        Config {
            timeout,
            startup: None,
            pulse: timeout / 2,
            capacity: 0,
            handover: Handover::Overlap,
            restart: None,
            progress: None,
            pauses: Pauses::NONE,
            intensity: None,
            pause: None,
            fence: Fence::default(),
            hook: None,
        }
    }

    /// Whether the settings fit each other.
    ///
    /// # Errors
    /// A duration of zero, a pulse that is not faster than the timeout, or whatever back-off and intensity refuse.
    pub fn check(&self) -> Result<(), ConfigError> {
        ConfigError::if_zero("timeout", self.timeout)?;
        ConfigError::if_zero("pulse", self.pulse)?;
        let shorter = format!("< {:?}", self.timeout);
        ConfigError::unless(self.pulse < self.timeout, "pulse", format!("{:?}", self.pulse), shorter)?;
        if let Some(limit) = self.progress {
            let longer = format!("> {:?}", self.pulse);
            ConfigError::unless(limit > self.pulse, "progress", format!("{limit:?}"), longer)?;
        }
        if let Some(tolerance) = self.pause {
            ConfigError::if_zero("pause", tolerance)?;
        }
        self.pauses.check()?;
        // A life that only falls silent is not over before its timeout.
        let shortest_life = if self.restart.is_some() { Duration::ZERO } else { self.timeout };
        self.intensity.map_or(Ok(()), |intensity| intensity.check(self.pauses, shortest_life))
    }
}

/// A steward over a ward, itself a ward; its task is called `name`.
///
/// It ends with [`Exit::Shutdown`] when its context is cancelled, having stopped its ward unless the handover is
/// [`Handover::Overlap`]; with [`Exit::Failed`] if there were too many restarts; and as its ward ended if that end
/// is not followed by another life. Its heartbeat is closed then.
///
/// ```
/// use heartrace::patterns::cancel::Context;
/// use heartrace::patterns::steward::{Config, Exit, Life, Signs, Ward, steward};
/// use heartrace::runtime::{Receiver, setting::Setting, virtual_time::Run};
/// use std::{rc::Rc, time::Duration};
///
/// let mut run = Run::new(Setting::default(), true);
/// let rt = run.runtime().clone();
/// run.start(async move {
///     // A ward that pulses never: it is begun at 0, 4 and 8 s.
///     let silent = Ward::new(|rt, life| {
///         let task = rt.spawn("ward", async move {
///             life.context.done().await;
///             Exit::Shutdown
///         });
///         Signs { heartbeat: Receiver::absent(), task: Rc::new(task) }
///     });
///     let steward = steward("steward", Config::book(Duration::from_secs(4)), silent).unwrap();
///     let (context, cancel) = Context::background(&rt).with_cancel();
///     let signs = steward.begin(&rt, Life { context, pulse: Duration::from_secs(4), epoch: 1 });
///     rt.sleep(Duration::from_secs(9)).await;
///     cancel.cancel();
///     assert_eq!(signs.task.join().await, Ok(Exit::Shutdown));
/// });
/// run.finish();
/// assert_eq!(run.runtime().with_trace(|trace| trace.tasks.iter().filter(|t| t.name.starts_with("ward")).count()), 3);
/// ```
///
/// # Errors
/// If the [`Config`] makes no sense.
pub fn steward(name: &'static str, config: Config, ward: Ward) -> Result<Ward, ConfigError> {
    config.check()?;
    Ok(Ward::new(move |rt, life| {
        let (listener, heartbeat) = rt.channel(&format!("{name}-heartbeat"), config.capacity);
        let (inner, config, ward) = (rt.clone(), config.clone(), ward.clone());
        let run = async move { Watch::new(inner, config, ward, listener, life).run().await };
        Signs { heartbeat, task: Rc::new(rt.spawn(name, run)) }
    }))
}
