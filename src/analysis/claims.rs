//! The claims that many scenarios share.

use super::claim::{Access, Claim, Ending, Verdict, key_of};
use super::few::Few;
use crate::ordered::{Map, Set};
use crate::trace::{Event, EventId, FaultCode, Kind, Reason, TaskId, Time, Trace};
use std::time::Duration;

/// The request of an `accept` note.
pub fn accepted(event: &Event, trace: &Trace) -> Option<u32> {
    let is_accept = event.kind == Kind::Note && trace.label(event.a).starts_with("accept ");
    is_accept.then(|| event.numbers()[0])
}

/// Each request is accepted at most once.
#[derive(Default)]
pub struct AtMostOnce {
    /// The first acceptance of each request, until a second one makes it evidence.
    first: Few<u32, Option<EventId>>,
    against: Vec<EventId>,
}

impl Claim for AtMostOnce {
    fn kinds(&self) -> u32 {
        Kind::Note.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        let Some(request) = accepted(event, trace) else { return };
        match self.first.get_mut(request) {
            None => {
                self.first.get_or_insert(request, Some(event.id));
            }
            Some(first) => {
                self.against.extend(first.take());
                self.against.push(event.id);
            }
        }
    }

    fn verdict(&self, ending: Ending) -> Verdict {
        match (ending, self.against.is_empty()) {
            (Ending::Cut, true) => Verdict { holds: None, evidence: Vec::new() },
            _ => Verdict::unless(&self.against),
        }
    }

    /// Which of two acceptances came first shows only in the evidence.
    fn order(&self, _: &Event, _: &Trace, _: &mut dyn FnMut(u64, Access)) {}

    fn key(&self) -> Option<u64> {
        let once = self.first.iter().map(|(request, first)| u64::from(request) << 1 | u64::from(first.is_some()));
        Some(key_of(once.chain([u64::from(self.against.is_empty())])))
    }

    fn restart(&mut self) -> bool {
        self.first.clear();
        self.against.clear();
        true
    }
}

/// Every one of so many requests is accepted.
pub struct NothingLost {
    requests: u32,
    accepted: Few<u32, ()>,
    last: Option<EventId>,
}

impl NothingLost {
    /// Requests 1 to `requests`.
    pub fn new(requests: u32) -> Self {
        NothingLost { requests, accepted: Few::default(), last: None }
    }
}

impl Claim for NothingLost {
    fn kinds(&self) -> u32 {
        Kind::Note.bit() | Kind::Send.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        self.last = Some(event.id);
        if let Some(request) = accepted(event, trace) {
            self.accepted.get_or_insert(request, ());
        }
    }

    fn verdict(&self, ending: Ending) -> Verdict {
        let all = self.accepted.len() as u32 == self.requests;
        match ending {
            _ if all => Verdict { holds: Some(true), evidence: Vec::new() },
            Ending::Cut => Verdict { holds: None, evidence: Vec::new() },
            _ => Verdict { holds: Some(false), evidence: self.last.into_iter().collect() },
        }
    }

    /// A set has no order.
    fn order(&self, _: &Event, _: &Trace, _: &mut dyn FnMut(u64, Access)) {}

    fn key(&self) -> Option<u64> {
        Some(key_of(self.accepted.iter().map(|(request, ())| u64::from(request))))
    }

    fn restart(&mut self) -> bool {
        self.accepted.clear();
        self.last = None;
        true
    }
}

/// Whoever is cancelled hears it within a period, or is over by then.
pub struct CancelHeard {
    period: Duration,
    /// When a cancel reached a task that has not heard it yet.
    reached: Map<TaskId, (Time, EventId)>,
    over: Set<TaskId>,
    given: Map<EventId, Time>,
    now: Time,
    against: Vec<EventId>,
}

impl CancelHeard {
    /// The period within which a cancel must be heard.
    pub fn within(period: Duration) -> Self {
        CancelHeard {
            period,
            reached: Map::new(),
            over: Set::new(),
            given: Map::new(),
            now: Time::ZERO,
            against: Vec::new(),
        }
    }

    fn heard(&mut self, event: &Event) {
        if let Some((time, cancel)) = self.reached.remove(&event.task)
            && event.time - time > self.period
        {
            self.against.extend([cancel, event.id]);
        }
    }
}

impl Claim for CancelHeard {
    fn kinds(&self) -> u32 {
        [Kind::Arrive, Kind::Cancel, Kind::Cancelled, Kind::End, Kind::Stop, Kind::Fault]
            .iter()
            .fold(0, |kinds, kind| kinds | kind.bit())
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        self.now = event.time;
        match event.kind {
            Kind::Cancel => {
                self.given.insert(event.id, event.time);
            }
            Kind::Arrive => {
                let channel = trace.channels.get(event.a as usize);
                let reason = channel.and_then(|channel| (channel.reason)(event.message().1));
                let is_awaited = channel.is_some_and(|channel| channel.receiver == Some(event.task));
                if reason.is_some() && is_awaited && !self.over.contains(&event.task) {
                    self.reached.insert(event.task, (event.time, event.id));
                }
            }
            Kind::Cancelled => {
                self.heard(event);
                if let Some((cancel, time)) = event.cause.and_then(|cause| Some((cause, self.given.get(&cause)?)))
                    && event.time - *time > self.period
                {
                    self.against.extend([cancel, event.id]);
                }
            }
            Kind::Fault if event.a != FaultCode::Crash as u32 => {}
            _ => {
                self.heard(event);
                self.over.insert(event.task);
            }
        }
    }

    fn verdict(&self, ending: Ending) -> Verdict {
        let unheard = self.reached.values().filter(|(time, _)| self.now - *time > self.period);
        let against: Vec<EventId> = self.against.iter().copied().chain(unheard.map(|(_, cancel)| *cancel)).collect();
        match (ending, against.is_empty()) {
            (Ending::Cut, true) => Verdict { holds: None, evidence: Vec::new() },
            _ => Verdict::unless(&against),
        }
    }
}

/// No task ends before the tasks it started, servers aside.
#[derive(Default)]
pub struct NoOrphans {
    /// By task: who started it, if it is not over.
    parent: Vec<Option<TaskId>>,
    /// By task: how many of the tasks it has started are not over, if it has started any and is not over itself.
    children: Vec<Option<u32>>,
    against: Vec<EventId>,
}

/// The place of a task in a list by task.
fn of_task<T: Clone + Default>(list: &mut Vec<T>, task: TaskId) -> &mut T {
    if list.len() <= task as usize {
        list.resize(task as usize + 1, T::default());
    }
    &mut list[task as usize]
}

impl Claim for NoOrphans {
    fn kinds(&self) -> u32 {
        Kind::Spawn.bit() | Kind::End.bit() | Kind::Stop.bit() | Kind::Fault.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        match event.kind {
            Kind::Spawn => {
                let is_server = trace.tasks.get(event.a as usize).is_some_and(|task| task.server);
                if !is_server {
                    *of_task(&mut self.parent, event.a) = Some(event.task);
                    *of_task(&mut self.children, event.task).get_or_insert(0) += 1;
                }
            }
            Kind::Fault if event.a != FaultCode::Crash as u32 => {}
            _ => {
                let parent = of_task(&mut self.parent, event.task).take();
                if let Some(children) = parent.and_then(|parent| of_task(&mut self.children, parent).as_mut()) {
                    *children -= 1;
                }
                let leaves_child = of_task(&mut self.children, event.task).take().is_some_and(|children| children > 0);
                if leaves_child && event.kind != Kind::Fault {
                    self.against.push(event.id);
                }
            }
        }
    }

    fn verdict(&self, _: Ending) -> Verdict {
        Verdict::unless(&self.against)
    }

    /// A task's end is told apart from the ends of its children on either side of it, and they not from one another.
    fn order(&self, event: &Event, _: &Trace, touch: &mut dyn FnMut(u64, Access)) {
        if event.kind == Kind::Spawn {
            touch(u64::from(event.a), Access::Change);
            touch(u64::from(event.task), Access::Add);
            return;
        }
        touch(u64::from(event.task), Access::Change);
        if let Some(Some(parent)) = self.parent.get(event.task as usize) {
            touch(u64::from(*parent), Access::Add);
        }
    }

    fn key(&self) -> Option<u64> {
        let known = |list: &[Option<u32>]| {
            let known = list.iter().zip(0_u64..).filter_map(|(number, task)| Some(task << 32 | u64::from((*number)?)));
            key_of(known)
        };
        Some(key_of([known(&self.parent), known(&self.children), u64::from(self.against.is_empty())]))
    }

    fn restart(&mut self) -> bool {
        self.parent.clear();
        self.children.clear();
        self.against.clear();
        true
    }
}

/// Each reason stops exactly the tasks it is meant for: nobody hears another reason than its own, and nobody
/// who is at work when its reason is given ends without hearing it.
pub struct StoppedFor {
    expected: &'static [(&'static str, Reason)],
    at_work: Set<TaskId>,
    /// Who has to hear a cancel that was given.
    owed: Map<TaskId, EventId>,
    against: Vec<EventId>,
}

impl StoppedFor {
    /// Tasks by name, each with its reason; other tasks are free.
    pub fn new(expected: &'static [(&'static str, Reason)]) -> Self {
        StoppedFor { expected, at_work: Set::new(), owed: Map::new(), against: Vec::new() }
    }

    fn reason_of(&self, task: TaskId, trace: &Trace) -> Option<Reason> {
        let name = trace.task_name(task);
        self.expected.iter().find(|(known, _)| *known == name).map(|(_, reason)| *reason)
    }
}

impl Claim for StoppedFor {
    fn kinds(&self) -> u32 {
        [Kind::Spawn, Kind::Cancel, Kind::Cancelled, Kind::End, Kind::Stop, Kind::Fault]
            .iter()
            .fold(0, |kinds, kind| kinds | kind.bit())
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        match event.kind {
            Kind::Spawn if self.reason_of(event.a, trace).is_some() => {
                self.at_work.insert(event.a);
            }
            Kind::Cancel => {
                let reason = Reason::from_number(event.b);
                let meant = self.at_work.iter().filter(|task| self.reason_of(**task, trace) == reason);
                let meant: Vec<TaskId> = meant.copied().collect();
                self.owed.extend(meant.into_iter().map(|task| (task, event.id)));
            }
            Kind::Cancelled if self.at_work.remove(&event.task) => {
                self.owed.remove(&event.task);
                if self.reason_of(event.task, trace) != Reason::from_number(event.b) {
                    self.against.push(event.id);
                }
            }
            Kind::Fault if event.a == FaultCode::Crash as u32 => {
                self.at_work.remove(&event.task);
                self.owed.remove(&event.task);
            }
            Kind::End | Kind::Stop => {
                self.at_work.remove(&event.task);
                if let Some(cancel) = self.owed.remove(&event.task) {
                    self.against.extend([cancel, event.id]);
                }
            }
            _ => {}
        }
    }

    fn verdict(&self, ending: Ending) -> Verdict {
        let against: Vec<EventId> = self.against.iter().chain(self.owed.values()).copied().collect();
        match ending {
            Ending::Cut => Verdict { holds: None, evidence: Vec::new() },
            _ => Verdict::unless(&against),
        }
    }
}
