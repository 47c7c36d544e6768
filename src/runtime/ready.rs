//! The tasks that can run now, in the canonical order: a one-place "run next" slot before a queue (rule S4).

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

    /// The tasks besides the canonical one, by id.
    pub fn others(&self, found: &mut Vec<TaskId>) {
        found.clear();
        let first = self.first();
        found.extend(self.next.iter().chain(&self.queue).filter(|task| Some(**task) != first));
        found.sort_unstable();
    }
}
