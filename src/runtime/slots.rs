//! The tasks of a run as the runtime sees them: what each is doing, who wakes it and what keeps it from running.

use super::core::Core;
use super::ends::Limit;
use super::ledger::{Name, Object, common, mix};
use super::waiters::Waiters;
use crate::trace::{EventId, Kind, Site, TaskId, TaskInfo};

/// What a task is doing, as far as the runtime knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    Alive,
    Ended,
    Stopped,
    Crashed,
}

pub(crate) struct TaskSlot {
    pub life: Life,
    pub server: bool,
    /// In so many hangs and blocking stretches: not polled, whatever wakes it.
    pub held: u32,
    /// How many of them are hangs.
    pub hung: u32,
    /// In the ready set, or to be put there when no longer held.
    pub woken: bool,
    /// The last event this task knows of: its own, or what woke it.
    pub last: Option<EventId>,
    /// How much longer its work takes, in thousandths.
    pub slow: u64,
    /// It shall be dropped as soon as its poll returns.
    pub doomed: bool,
    /// Faults that only may strike begin here.
    pub vulnerable: bool,
    /// A hang for good has struck it in the middle of a poll.
    pub frozen: bool,
    /// Who waits for its end.
    pub joiners: Waiters,
    /// The same in every execution.
    pub name: Name,
    /// The first of its two objects: whether and where it goes on.
    pub object: Object,
    /// How many objects it has created, since the head of a loop if it has declared one, to name the next.
    pub created: u32,
    /// What it has declared at the head of a loop; 0 if nothing.
    pub lap: u64,
    /// What the names of the objects it creates begin with: its name and the lap.
    pub stem: u64,
    /// Which numbers it has drawn: how many from each stream.
    pub drawn: u64,
    /// What it has observed.
    pub history: u64,
    /// What it returns says nothing.
    pub is_plain: bool,
}

impl TaskSlot {
    /// The object of its being over or not.
    pub fn ending(&self) -> Object {
        self.object + 1
    }
}

impl Core {
    /// A task of the current one, or the root, before its future has a seat.
    pub(super) fn announce(&mut self, name: &str, server: bool, site: Option<Site>, is_plain: bool) -> TaskId {
        let is_root = self.tasks.is_empty();
        let id = self.add_task(name, (!is_root).then_some(self.current), server, is_plain);
        if !is_root {
            let event = self.emit(Kind::Spawn, id, 0, site);
            self.tasks[id as usize].last = event;
        }
        self.strike_late();
        id
    }

    fn add_task(&mut self, name: &str, parent: Option<TaskId>, server: bool, is_plain: bool) -> TaskId {
        let id = self.tasks.len() as TaskId;
        if id >= self.setting.limits.objects {
            self.reach(Limit::Objects);
        }
        self.ledger.change(common::TASKS);
        let task_name = self.christen() & !1;
        self.has_hidden_state |= self.is_in_lap() && self.tasks.iter().any(|task| task.name == task_name);
        let object = self.ledger.register(task_name, 2);
        let (name, hash) = self.trace.task_names.unique(name);
        let path = match parent.and_then(|parent| self.trace.tasks.get(parent as usize)) {
            Some(parent) => hash ^ parent.path.rotate_left(7),
            None => hash,
        };
        self.trace.tasks.push(TaskInfo { name, path, parent, server });
        self.tasks.push(TaskSlot {
            life: Life::Alive,
            server,
            held: 0,
            hung: 0,
            woken: true,
            last: None,
            slow: 1000,
            doomed: false,
            vulnerable: parent.is_some(),
            frozen: false,
            joiners: Waiters::default(),
            name: task_name,
            object,
            created: 0,
            lap: 0,
            stem: mix(task_name, 0),
            drawn: 0,
            history: 0,
            is_plain,
        });
        id
    }

    /// Asks whether a task is over, as another task may.
    pub fn look_at(&self, task: TaskId) -> Option<Life> {
        let slot = self.tasks.get(task as usize)?;
        self.ledger.read(slot.ending());
        self.ledger.observe_of(slot.name, slot.life as u64);
        Some(slot.life)
    }

    pub fn is_alive(&self, task: TaskId) -> bool {
        self.tasks[task as usize].life == Life::Alive
    }

    /// Whether the current task has crashed or was hung for good in the poll that is under way: a combinator
    /// may go on to its other parts, but none of them does anything any more.
    pub fn is_struck(&self) -> bool {
        self.tasks.get(self.current as usize).is_some_and(|task| task.frozen || task.life == Life::Crashed)
    }

    /// Makes a task runnable; it runs next (S4).
    pub fn wake(&mut self, task: TaskId, cause: Option<EventId>) {
        let slot = &mut self.tasks[task as usize];
        self.ledger.change(slot.object);
        if slot.life != Life::Alive {
            return;
        }
        if cause.is_some() {
            slot.last = cause;
        }
        if slot.woken {
            return;
        }
        slot.woken = true;
        if slot.held == 0 {
            self.enqueue(task);
        }
    }

    pub fn enqueue(&mut self, task: TaskId) {
        match &mut self.live {
            Some(live) => live.wake(task),
            None => self.ready.push_next(task),
        }
    }

    /// Keeps a task from being polled until it is released as often.
    pub fn hold(&mut self, task: TaskId) {
        let slot = &mut self.tasks[task as usize];
        self.ledger.change(slot.object);
        slot.held += 1;
        if slot.woken {
            self.ready.remove(task);
        }
    }

    pub fn release(&mut self, task: TaskId) {
        let slot = &mut self.tasks[task as usize];
        self.ledger.change(slot.object);
        slot.held = slot.held.saturating_sub(1);
        if slot.held == 0 && slot.woken && slot.life == Life::Alive {
            self.enqueue(task);
        }
    }

    /// Marks the end of a task and tells who waits for it.
    pub fn finish_task(&mut self, task: TaskId, life: Life, cause: Option<EventId>) {
        let slot = &mut self.tasks[task as usize];
        self.ledger.change(slot.object);
        self.ledger.change(slot.ending());
        if task == 0 {
            // Nothing moves after the end of the root.
            self.ledger.touch_everything();
        }
        slot.life = life;
        if slot.woken {
            self.ready.remove(task);
        }
        let mut joiners = std::mem::take(&mut self.tasks[task as usize].joiners);
        for (wait, arm) in joiners.take() {
            self.commit(wait, arm, cause);
        }
    }

    pub(super) fn give_way(&mut self, task: TaskId) {
        // It may have been woken during this very poll: it is to stand in the queue only once.
        if std::mem::replace(&mut self.tasks[task as usize].woken, true) {
            self.ready.remove(task);
        }
        if self.tasks[task as usize].held > 0 {
            return;
        }
        match &mut self.live {
            Some(live) => live.wake(task),
            None => self.ready.push_back(task),
        }
    }
}
