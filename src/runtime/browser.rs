//! The live engine: the same tasks on the browser's own executor and timers, in a Web Worker.
//!
//! Each task is a `spawn_local` future that holds only the task's number; the runtime owns the real
//! future. A woken task is polled in a microtask until the slice of 8 ms is used up; then it waits for
//! the next macrotask, so that timers and messages get their turn. Every timer is a `gloo-timers`
//! timeout, clamped and set anew beyond 2³¹−1 ms. What a task waits for and what it does is the very
//! code of the virtual engine; only the order and the lateness of timers are the browser's.

use super::Runtime;
use super::core::{Core, Live};
use super::ends::End;
use super::setting::{Fault, Setting};
use super::slots::Life;
use super::timers::TimerId;
use crate::trace::TaskId;
use gloo_timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;

/// How long tasks may be polled before the thread is handed back, in milliseconds.
const SLICE_MS: f64 = 8.0;
/// The longest delay a browser timer keeps, in milliseconds; beyond it would fire at once.
const LONGEST_MS: u64 = i32::MAX as u64;
/// At most so many samples of lateness are kept; later ones replace earlier ones in turn.
const SAMPLES: usize = 4096;

/// How late timers fired, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lateness {
    /// Half of them were at most so late.
    pub p50: f64,
    /// 95 of 100 were at most so late.
    pub p95: f64,
    /// The latest.
    pub max: f64,
    /// How many timers fired.
    pub count: u32,
}

/// What the session and its callbacks share.
struct Session {
    start_ms: f64,
    rt: RefCell<Option<Runtime>>,
    wakers: RefCell<BTreeMap<TaskId, Waker>>,
    timeouts: RefCell<BTreeMap<TimerId, Timeout>>,
    faults: RefCell<Option<Timeout>>,
    slice_began: Cell<Option<f64>>,
    deferred: RefCell<Vec<TaskId>>,
    pump: Pump,
    late: RefCell<Vec<f64>>,
    fired: Cell<u32>,
    max_late: Cell<f64>,
    over: Cell<bool>,
    /// The clock stands still from here on, in nanoseconds.
    stopped_at: Cell<Option<u64>>,
}

/// Asks for the next macrotask without the 4 ms of a chained timer.
struct Pump {
    channel: web_sys::MessageChannel,
    asked: Rc<Cell<bool>>,
    _answer: Closure<dyn FnMut()>,
}

fn now_ms() -> f64 {
    // A worker's clock; the live engine runs nowhere else.
    let scope: web_sys::WorkerGlobalScope = js_sys::global().unchecked_into();
    scope.performance().map_or(0.0, |performance| performance.now())
}

impl Pump {
    fn new(session: Weak<Session>) -> Option<Self> {
        let channel = web_sys::MessageChannel::new().ok()?;
        let asked = Rc::new(Cell::new(false));
        let is_asked = asked.clone();
        let answer = Closure::new(move || {
            is_asked.set(false);
            if let Some(session) = session.upgrade() {
                session.next_slice();
            }
        });
        channel.port1().set_onmessage(Some(answer.as_ref().unchecked_ref()));
        Some(Pump { channel, asked, _answer: answer })
    }

    fn ask(&self) {
        if !self.asked.replace(true) {
            // Posting nothing cannot fail.
            let _ = self.channel.port2().post_message(&wasm_bindgen::JsValue::NULL);
        }
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        self.channel.port1().set_onmessage(None);
        self.channel.port1().close();
    }
}

impl Session {
    fn clock(&self) -> u64 {
        // Milliseconds with fractions of a microsecond: exact enough in f64 for centuries.
        let measured = || ((now_ms() - self.start_ms).max(0.0) * 1e6) as u64;
        self.stopped_at.get().unwrap_or_else(measured)
    }

    /// A new macrotask: a new slice for the tasks that waited for it.
    fn next_slice(&self) {
        self.slice_began.set(None);
        for task in self.deferred.take() {
            let waker = self.wakers.borrow().get(&task).cloned();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    /// Whether the slice is used up; the first poll after a macrotask begins one.
    fn is_used_up(&self) -> bool {
        let now = now_ms();
        match self.slice_began.get() {
            Some(began) => now - began > SLICE_MS,
            None => {
                self.slice_began.set(Some(now));
                // The slice ends with this macrotask, however short it is.
                self.pump.ask();
                false
            }
        }
    }

    fn fire(self: &Rc<Self>, timer: TimerId) {
        self.timeouts.borrow_mut().remove(&timer);
        let Some(rt) = self.rt.borrow().clone() else { return };
        let deadline = rt.core().timers.get(timer).deadline;
        let now = self.clock();
        if now < deadline {
            // Clamped, or the browser was early by less than its clock's step: never early.
            self.set(timer, deadline);
            return;
        }
        self.sample((now - deadline) as f64 / 1e6);
        self.slice_began.set(None);
        rt.fire(timer);
        drop(rt.awake());
        self.check_end(&rt);
    }

    fn sample(&self, late_ms: f64) {
        let count = self.fired.get();
        self.fired.set(count.saturating_add(1));
        self.max_late.set(self.max_late.get().max(late_ms));
        let mut late = self.late.borrow_mut();
        match late.len() {
            SAMPLES => late[count as usize % SAMPLES] = late_ms,
            _ => late.push(late_ms),
        }
    }

    fn set(self: &Rc<Self>, timer: TimerId, deadline: u64) {
        let session = Rc::downgrade(self);
        let timeout = Timeout::new(delay_ms(deadline, self.clock()), move || {
            if let Some(session) = session.upgrade() {
                session.fire(timer);
            }
        });
        self.timeouts.borrow_mut().insert(timer, timeout);
    }

    /// Sets the browser timer of the next fault or end of a hang.
    fn set_faults(self: &Rc<Self>, at: Option<u64>) {
        let session = Rc::downgrade(self);
        let timeout = at.map(|at| {
            Timeout::new(delay_ms(at, self.clock()), move || {
                if let Some(session) = session.upgrade() {
                    session.strike();
                }
            })
        });
        *self.faults.borrow_mut() = timeout;
    }

    fn strike(self: &Rc<Self>) {
        let Some(rt) = self.rt.borrow().clone() else { return };
        let next = {
            let mut core = rt.core();
            core.strike_due();
            core.forget_late();
            core.plan.next_at()
        };
        drop(rt.awake());
        self.set_faults(next);
    }

    fn check_end(&self, rt: &Runtime) {
        let core = rt.core();
        if core.tasks.first().is_some_and(|root| root.life == Life::Ended) || core.over.is_some() {
            self.over.set(true);
        }
    }
}

/// Whole milliseconds until a deadline, rounded up, at most what a browser timer keeps.
fn delay_ms(deadline: u64, now: u64) -> u32 {
    deadline.saturating_sub(now).div_ceil(1_000_000).min(LONGEST_MS) as u32
}

/// The runtime's way to the session; the runtime does not keep the session alive.
struct Hooks(Weak<Session>);

impl Live for Hooks {
    fn now(&self) -> u64 {
        self.0.upgrade().map_or(0, |session| session.clock())
    }

    fn wake(&mut self, task: TaskId) {
        let Some(session) = self.0.upgrade() else { return };
        let waker = session.wakers.borrow().get(&task).cloned();
        match waker {
            Some(waker) => waker.wake(),
            None => spawn_local(drive(self.0.clone(), task)),
        }
    }

    fn arm(&mut self, timer: TimerId, deadline: u64) {
        if let Some(session) = self.0.upgrade() {
            session.set(timer, deadline);
        }
    }

    fn disarm(&mut self, timer: TimerId) {
        if let Some(session) = self.0.upgrade() {
            session.timeouts.borrow_mut().remove(&timer);
        }
    }
}

/// The browser's side of one task: polls it whenever it is woken, until it or the session is over.
async fn drive(session: Weak<Session>, task: TaskId) {
    poll_fn(move |cx| {
        let Some(session) = session.upgrade() else { return Poll::Ready(()) };
        let Some(rt) = session.rt.borrow().clone() else { return Poll::Ready(()) };
        if session.over.get() || !rt.core().is_alive(task) {
            return Poll::Ready(());
        }
        session.wakers.borrow_mut().insert(task, cx.waker().clone());
        if session.is_used_up() {
            session.deferred.borrow_mut().push(task);
            session.pump.ask();
            return Poll::Pending;
        }
        let may_run = {
            let core = rt.core();
            let slot = &core.tasks[task as usize];
            slot.woken && slot.held == 0
        };
        if may_run {
            drop(rt.poll_task(rt.core(), task));
            rt.core().polls += 1;
            session.check_end(&rt);
        }
        if rt.core().is_alive(task) { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

/// A live session.
pub struct LiveRun {
    session: Rc<Session>,
    rt: Runtime,
}

impl LiveRun {
    /// A session under a setting; none where the browser has no `MessageChannel`.
    pub fn new(setting: Setting) -> Option<Self> {
        web_sys::MessageChannel::new().ok()?;
        let session = Rc::new_cyclic(|weak: &Weak<Session>| Session {
            start_ms: now_ms(),
            rt: RefCell::new(None),
            wakers: RefCell::default(),
            timeouts: RefCell::default(),
            faults: RefCell::default(),
            slice_began: Cell::new(None),
            deferred: RefCell::default(),
            pump: Pump::new(weak.clone()).expect("a MessageChannel was made a moment ago"),
            late: RefCell::default(),
            fired: Cell::new(0),
            max_late: Cell::new(0.0),
            over: Cell::new(false),
            stopped_at: Cell::new(None),
        });
        let mut core = Core::new(setting, true);
        core.live = Some(Box::new(Hooks(Rc::downgrade(&session))));
        let rt = Runtime::new(core);
        *session.rt.borrow_mut() = Some(rt.clone());
        Some(LiveRun { session, rt })
    }

    /// The runtime of the session.
    pub fn runtime(&self) -> &Runtime {
        &self.rt
    }

    /// Starts the root task.
    pub fn start(&self, root: impl Future<Output = ()> + 'static) {
        let _ = self.rt.admit("root", false, None, root);
        let next = self.rt.core().plan.next_at();
        self.session.set_faults(next);
    }

    /// Does harm now; false if there is nobody to harm.
    pub fn act(&self, fault: &Fault) -> bool {
        let (struck, next) = {
            let mut core = self.rt.core();
            (core.strike(fault), core.plan.next_at())
        };
        drop(self.rt.awake());
        self.session.set_faults(next);
        struck
    }

    /// How the session ended, if it has.
    pub fn end(&self) -> Option<End> {
        let core = self.rt.core();
        if let Some(limit) = core.over {
            return Some(End::Cut(limit));
        }
        if core.tasks.first()?.life == Life::Ended {
            return Some(End::Finished);
        }
        if self.session.stopped_at.get().is_some() {
            return Some(End::Interrupted);
        }
        let is_idle = self.session.timeouts.borrow().is_empty()
            && self.session.faults.borrow().is_none()
            && core.tasks.iter().all(|slot| !slot.woken || slot.life != Life::Alive);
        is_idle.then(|| End::Stalled(core.stuck()))
    }

    /// How late timers fired so far.
    pub fn lateness(&self) -> Lateness {
        let mut late = self.session.late.borrow().clone();
        late.sort_by(f64::total_cmp);
        let at = |share: f64| late.get(((late.len() as f64 - 1.0) * share).round() as usize).copied().unwrap_or(0.0);
        Lateness { p50: at(0.5), p95: at(0.95), max: self.session.max_late.get(), count: self.session.fired.get() }
    }

    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.session.clock())
    }

    /// Ends the session and its clock: every wrapper is woken and returns, timers are taken back, tasks are dropped.
    /// The trace stays.
    pub fn stop(&self) {
        if self.session.stopped_at.get().is_some() {
            return;
        }
        self.session.stopped_at.set(Some(self.session.clock()));
        self.session.over.set(true);
        self.session.faults.borrow_mut().take();
        let timeouts = std::mem::take(&mut *self.session.timeouts.borrow_mut());
        drop(timeouts);
        let wakers = std::mem::take(&mut *self.session.wakers.borrow_mut());
        wakers.into_values().for_each(Waker::wake);
        self.rt.tear_down();
        self.session.rt.borrow_mut().take();
    }
}

impl Drop for LiveRun {
    fn drop(&mut self) {
        self.stop();
    }
}
