//! Claims about progress: nobody waits for ever, and whoever moves gets somewhere.

use super::claim::{Access, Claim, Ending, Verdict, key_of};
use crate::ordered::{Map, Set};
use crate::trace::{Event, EventId, Kind, TaskId, Trace};

/// The run does not come to a standstill. Evidence: the last thing each task did that had not ended.
#[derive(Default)]
pub struct NobodyStuck {
    last: Map<TaskId, EventId>,
}

impl Claim for NobodyStuck {
    fn kinds(&self) -> u32 {
        [Kind::Receive, Kind::Send, Kind::Worked, Kind::Wake, Kind::End, Kind::Stop]
            .iter()
            .fold(0, |kinds, kind| kinds | kind.bit())
    }

    fn see(&mut self, event: &Event, _: &Trace) {
        match event.kind {
            Kind::End | Kind::Stop => drop(self.last.remove(&event.task)),
            _ => drop(self.last.insert(event.task, event.id)),
        }
    }

    fn verdict(&self, ending: Ending) -> Verdict {
        match ending {
            Ending::Stalled => Verdict { holds: Some(false), evidence: self.last.values().copied().collect() },
            Ending::Cut => Verdict { holds: None, evidence: Vec::new() },
            Ending::Finished | Ending::LiveLocked => Verdict { holds: Some(true), evidence: Vec::new() },
        }
    }

    fn order(&self, _: &Event, _: &Trace, _: &mut dyn FnMut(u64, Access)) {}

    fn key(&self) -> Option<u64> {
        // The end alone decides.
        Some(0)
    }
}

/// Everybody gets done: each of these tasks notes `done`. Evidence: how often each of the others began anew, or the
/// last thing it got if it never did.
pub struct EverybodyDone {
    tasks: &'static [&'static str],
    done: Set<&'static str>,
    again: Vec<(TaskId, EventId)>,
    got: Map<TaskId, EventId>,
}

impl EverybodyDone {
    /// Tasks by name.
    pub fn of(tasks: &'static [&'static str]) -> Self {
        EverybodyDone { tasks, done: Set::new(), again: Vec::new(), got: Map::new() }
    }
}

impl Claim for EverybodyDone {
    fn kinds(&self) -> u32 {
        Kind::Note.bit() | Kind::Receive.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        if event.kind == Kind::Receive {
            self.got.insert(event.task, event.id);
            return;
        }
        let label = trace.label(event.a);
        if label.starts_with("done ") {
            let name = trace.task_name(event.task);
            self.done.extend(self.tasks.iter().find(|task| **task == name).copied());
            self.again.retain(|(task, _)| *task != event.task);
            self.got.remove(&event.task);
        } else if label.starts_with("back ") {
            self.again.push((event.task, event.id));
        }
    }

    fn verdict(&self, ending: Ending) -> Verdict {
        let all = self.done.len() == self.tasks.len();
        match ending {
            _ if all => Verdict { holds: Some(true), evidence: Vec::new() },
            Ending::Cut => Verdict { holds: None, evidence: Vec::new() },
            _ if self.again.is_empty() => {
                Verdict { holds: Some(false), evidence: self.got.values().copied().collect() }
            }
            _ => Verdict { holds: Some(false), evidence: self.again.iter().map(|(_, event)| *event).collect() },
        }
    }

    fn order(&self, _: &Event, _: &Trace, _: &mut dyn FnMut(u64, Access)) {}

    fn key(&self) -> Option<u64> {
        let is_done = self.tasks.iter().map(|task| u64::from(self.done.contains(task)));
        Some(key_of(is_done))
    }
}
