//! Who is woken by way of a plain [`Waker`]: by a combinator, or by a foreign future.

use super::Runtime;
use super::core::Core;
use crate::trace::TaskId;
use std::cell::RefMut;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Wake, Waker};

/// Tasks woken through a plain [`Waker`], by a combinator or a foreign future.
#[derive(Default)]
pub(super) struct Outside {
    any: AtomicBool,
    woken: Mutex<Vec<TaskId>>,
}

struct TaskWaker {
    task: TaskId,
    outside: Arc<Outside>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }
    fn wake_by_ref(self: &Arc<Self>) {
        self.outside.woken.lock().unwrap_or_else(PoisonError::into_inner).push(self.task);
        self.outside.any.store(true, Ordering::Relaxed);
    }
}

impl Runtime {
    /// The waker of a task.
    pub(super) fn waker_of(&self, task: TaskId) -> Waker {
        let mut core = self.core();
        while core.wakers.len() <= task as usize {
            let task = core.wakers.len() as TaskId;
            core.wakers.push(Waker::from(Arc::new(TaskWaker { task, outside: self.0.outside.clone() })));
        }
        core.wakers[task as usize].clone()
    }

    /// The state, once the wakers of combinators were called and whoever was woken through a plain waker is awake.
    pub(super) fn awake(&self) -> RefMut<'_, Core> {
        self.pass_on_wakes(self.core())
    }

    #[inline]
    pub(super) fn pass_on_wakes<'a>(&'a self, mut core: RefMut<'a, Core>) -> RefMut<'a, Core> {
        // Looking is cheaper than taking.
        while self.0.outside.any.load(Ordering::Relaxed) || !core.foreign.is_empty() {
            core = self.take_wakes(core);
        }
        core
    }

    #[cold]
    pub(super) fn take_wakes<'a>(&'a self, mut core: RefMut<'a, Core>) -> RefMut<'a, Core> {
        self.0.outside.any.store(false, Ordering::Relaxed);
        let foreign = std::mem::take(&mut core.foreign);
        drop(core);
        foreign.into_iter().for_each(Waker::wake);
        let woken = std::mem::take(&mut *self.0.outside.woken.lock().unwrap_or_else(PoisonError::into_inner));
        let mut core = self.core();
        for task in woken {
            core.wake(task, None);
        }
        core
    }
}
