//! The tasks that can run now, in the canonical order: a one-place "run next" slot before a queue (rule S4).

use super::chooser::Candidate;
use crate::trace::TaskId;
use std::collections::VecDeque;

#[derive(Default)]
pub(crate) struct Ready {
    next: Option<TaskId>,
    queue: VecDeque<TaskId>,
}

impl Ready {
    /// Nobody is ready.
    pub fn clear(&mut self) {
        self.next = None;
        self.queue.clear();
    }

    pub fn len(&self) -> usize {
        usize::from(self.next.is_some()) + self.queue.len()
    }

    /// A woken or just spawned task runs next; who was to run next goes to the tail.
    pub fn push_next(&mut self, task: TaskId) {
        if let Some(previous) = self.next.replace(task) {
            self.queue.push_back(previous);
        }
    }

    /// A task that gives way goes to the tail.
    pub fn push_back(&mut self, task: TaskId) {
        self.queue.push_back(task);
    }

    /// Who runs canonically.
    pub fn first(&self) -> Option<TaskId> {
        self.next.or_else(|| self.queue.front().copied())
    }

    /// Takes out a task, wherever it stands.
    pub fn remove(&mut self, task: TaskId) {
        if self.next == Some(task) {
            self.next = None;
        } else if self.queue.front() == Some(&task) {
            self.queue.pop_front();
        } else if let Some(place) = self.queue.iter().position(|other| *other == task) {
            self.queue.remove(place);
        }
    }

    /// Adds all of them: the canonical one, then the others by id.
    pub fn list(&self, found: &mut Vec<Candidate>) {
        let from = found.len();
        if let Some(next) = self.next {
            found.push(Candidate::Task(next));
        }
        if self.queue.is_empty() {
            return;
        }
        // They are few as a rule: pushing them one by one is faster than to reckon how much room they need.
        self.queue.iter().for_each(|task| found.push(Candidate::Task(*task)));
        if found.len() > from + 2 {
            found[from + 1..].sort_unstable_by_key(|candidate| match candidate {
                Candidate::Task(id) | Candidate::Timer(id) => *id,
            });
        }
    }
}
