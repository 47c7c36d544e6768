//! What in a link an event's time comes from, found by measuring: the run is made again with one duration a little
//! different, and the same event is looked for in it. So it holds for every scenario, needs no declaration, and cannot lie.
//!
//! A lever is a duration that the link says or could say: a parameter, the time of a fault, the length of a hang or a delay.
//! How far up the chain of causes an event still moves tells which of several levers is nearest: work moves the end of a bar
//! but not its beginning, and what moves both comes from before.

use crate::link::Link;
use crate::runner::Execution;
use crate::runtime::setting::Harm;
use crate::scenarios::parameter::{Value, write_duration};
use crate::trace::{Event, EventId, Kind, Time, Trace};
use std::time::Duration;

/// How far a lever is pulled to measure it. A microsecond shows ratios to a thousandth and seldom lets two events of a
/// run change places.
const PULL: Duration = Duration::from_micros(1);
/// Causes that are followed.
const CHAIN: usize = 200;
/// The last event that is measured: each lever costs a run up to it.
pub const LAST_EVENT: EventId = 50_000;
/// The most levers of a link that are tried: the parameters first, then the faults by time.
pub const MOST_LEVERS: usize = 60;

/// A duration of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lever {
    /// A parameter.
    Parameter(&'static str),
    /// The time of a fault, by its place among the link's faults.
    Fault(usize),
    /// How long a hang or a delay lasts.
    Length(usize),
}

/// By how much an event moves with a lever.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Movement {
    /// The lever.
    pub lever: Lever,
    /// Its value in the link.
    pub value: Duration,
    /// Nanoseconds that the event moves for each nanosecond of the lever; never 0.
    pub ratio: f64,
    /// How many events of the chain of causes move, the event itself included: the fewer, the nearer.
    pub reach: usize,
}

/// An event whose levers are looked for.
pub struct Search<'a> {
    link: &'a Link,
    event: EventId,
    identity: Identity,
    /// The times of the event and of its causes, nearest first.
    chain: Vec<(Identity, Time)>,
    levers: Vec<Lever>,
}

/// What an event is, whenever it happens: among those that are the same it is found by counting.
#[derive(PartialEq, Eq)]
struct Identity {
    task: String,
    kind: Kind,
    object: u32,
    label: &'static str,
}

impl Identity {
    fn of(event: &Event, trace: &Trace) -> Self {
        let (object, label) = object(event, trace);
        Identity { task: trace.task_name(event.task).to_owned(), kind: event.kind, object, label }
    }

    fn is(&self, event: &Event, trace: &Trace) -> bool {
        event.kind == self.kind
            && object(event, trace) == (self.object, self.label)
            && trace.task_name(event.task) == self.task
    }
}

impl<'a> Search<'a> {
    /// A search for the levers of one event of a link's run. There are none if the link holds recorded choices, which were
    /// made for the run as it is, or if the event comes after [`LAST_EVENT`].
    pub fn new(link: &'a Link, trace: &Trace, event: EventId) -> Option<Self> {
        if link.setting.schedule.is_some() || event > LAST_EVENT || event as usize >= trace.len() {
            return None;
        }
        let identity = Identity::of(&trace.event(event), trace);
        Some(Search { link, event, identity, chain: chain(trace, event), levers: levers(link) })
    }

    /// How many levers there are to try.
    pub fn len(&self) -> usize {
        self.levers.len()
    }

    /// Whether there is nothing to try.
    pub fn is_empty(&self) -> bool {
        self.levers.is_empty()
    }

    /// Measures a lever; none if the event does not move with it, or is not there any more after the least pull.
    pub fn measure(&self, trace: &Trace, index: usize) -> Option<Movement> {
        let lever = *self.levers.get(index)?;
        let value = value(self.link, lever)?;
        let nth = (0..self.event).filter(|id| self.identity.is(&trace.event(*id), trace)).count();
        // At the end of its range, or where two events meet, a lever can be pulled one way only.
        let pulls = [(1.0, value.checked_add(PULL)), (-1.0, value.checked_sub(PULL))];
        let (sign, moved, reach) = pulls.into_iter().find_map(|(sign, pulled)| {
            let pulled = with(self.link, lever, pulled?)?;
            let (moved, reach) = self.run(&pulled, nth)?;
            Some((sign, moved, reach))
        })?;
        let ratio = sign * moved as f64 / PULL.as_nanos() as f64;
        (moved != 0).then_some(Movement { lever, value, ratio, reach })
    }

    /// Makes the run until the event has happened: by how many nanoseconds it has moved, and how many of its chain have.
    fn run(&self, link: &Link, nth: usize) -> Option<(i64, usize)> {
        const STEPS: u32 = 100;
        let patience = 2 * self.event as usize + 1_000;
        let mut execution = Execution::new(link, true);
        let (mut seen, mut met) = (0, 0);
        loop {
            let done = execution.advance(STEPS);
            let found = execution.with_trace(|trace| {
                while (seen as usize) < trace.len() {
                    met += usize::from(self.identity.is(&trace.event(seen), trace));
                    if met > nth {
                        return Some(self.compare(&chain(trace, seen)));
                    }
                    seen += 1;
                }
                None
            });
            if found.is_some() || done || seen as usize > patience {
                return found;
            }
        }
    }

    fn compare(&self, pulled: &[(Identity, Time)]) -> (i64, usize) {
        let pairs = self.chain.iter().zip(pulled);
        let same = pairs.take_while(|((ours, _), (theirs, _))| ours == theirs);
        let moves: Vec<i64> = same.map(|((_, was), (_, is))| is.as_nanos() as i64 - was.as_nanos() as i64).collect();
        (moves.first().copied().unwrap_or(0), moves.iter().take_while(|moved| **moved != 0).count())
    }
}

fn levers(link: &Link) -> Vec<Lever> {
    let parameters = link.params.iter().filter(|(_, value)| matches!(value, Value::Duration(_)));
    let parameters = parameters.map(|(parameter, _)| Lever::Parameter(parameter.name));
    let faults = (0..link.setting.faults.len()).flat_map(|index| [Lever::Fault(index), Lever::Length(index)]);
    parameters.chain(faults.filter(|lever| value(link, *lever).is_some())).take(MOST_LEVERS).collect()
}

/// The value of a lever, if the link has it.
fn value(link: &Link, lever: Lever) -> Option<Duration> {
    let harm = |index: usize| link.setting.faults.get(index).map(|fault| fault.harm);
    match lever {
        Lever::Parameter(name) => link.params.iter().find_map(|(parameter, value)| match value {
            Value::Duration(duration) if parameter.name == name => Some(duration),
            _ => None,
        }),
        Lever::Fault(index) => harm(index)?.at().map(|at| Duration::from_nanos(at.as_nanos())),
        Lever::Length(index) => match harm(index)? {
            Harm::Hang { lasting, .. } => Some(lasting),
            Harm::Delay { by, .. } => Some(by),
            _ => None,
        },
    }
}

/// The link with a lever at another value; none out of its range.
fn with(link: &Link, lever: Lever, value: Duration) -> Option<Link> {
    let mut link = link.clone();
    match lever {
        Lever::Parameter(name) => link.params.set(name, &write_duration(value)).ok()?,
        Lever::Fault(index) => match &mut link.setting.faults[index].harm {
            Harm::Crash { at } | Harm::Hang { at, .. } | Harm::Slow { at, .. } | Harm::Cancel { at } => {
                *at = Time::ZERO + value;
            }
            Harm::Drop { .. } | Harm::Delay { .. } | Harm::Duplicate { .. } => return None,
        },
        Lever::Length(index) => match &mut link.setting.faults[index].harm {
            Harm::Hang { lasting: length, .. } | Harm::Delay { by: length, .. } if !value.is_zero() => *length = value,
            _ => return None,
        },
    }
    Some(link)
}

fn object(event: &Event, trace: &Trace) -> (u32, &'static str) {
    match event.kind {
        Kind::Note => (0, trace.label(event.a)),
        // What it says may hold a time.
        Kind::Log => (0, ""),
        _ => (event.a, ""),
    }
}

fn chain(trace: &Trace, event: EventId) -> Vec<(Identity, Time)> {
    let causes = std::iter::successors(Some(trace.event(event)), |event| event.cause.map(|cause| trace.event(cause)));
    causes.take(CHAIN).map(|event| (Identity::of(&event, trace), event.time)).collect()
}
