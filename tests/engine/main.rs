//! The engine: what every pattern and scenario relies on, natively and in the browser alike.

mod channels;
mod choices;
mod ends;
mod faults;
#[cfg(target_arch = "wasm32")]
mod live;
mod tasks;
mod timers;
mod traps;
mod variables;

use heartrace::runtime::Runtime;
use heartrace::runtime::chooser::{Choose, Point};
use heartrace::runtime::ends::End;
use heartrace::runtime::setting::{Fault, Harm, Model, Order, Setting};
use heartrace::runtime::virtual_time::Run;
use heartrace::trace::{Kind, Time};
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

/// What came of a run: its end, and its printed lines as `MILLISECONDS TASK: TEXT`.
pub(crate) struct Ran {
    pub(crate) end: End,
    pub(crate) lines: Vec<String>,
    /// Every event as `MILLISECONDS TASK KIND`.
    pub(crate) events: Vec<String>,
    pub(crate) fingerprint: u64,
    pub(crate) missed: Vec<Fault>,
}

pub(crate) fn run_with<F: Future<Output = ()> + 'static>(
    setting: Setting,
    chooser: Option<Box<dyn Choose>>,
    root: impl FnOnce(Runtime) -> F,
) -> Ran {
    let mut run = Run::new(setting, true);
    let rt = run.runtime().clone();
    if let Some(chooser) = chooser {
        rt.decide_with(chooser);
    }
    run.start(root(rt.clone()));
    let end = run.finish();
    let at = |time: Time| {
        let (millis, rest) = (time.as_nanos() / 1_000_000, time.as_nanos() % 1_000_000);
        if rest == 0 { millis.to_string() } else { format!("{millis}+{rest}ns") }
    };
    let missed = rt.missed_faults();
    rt.with_trace(|trace| Ran {
        end,
        lines: trace
            .events()
            .filter(|event| event.kind == Kind::Log)
            .map(|event| format!("{} {}: {}", at(event.time), trace.task_name(event.task), trace.text(event.a)))
            .collect(),
        events: trace
            .events()
            .map(|event| format!("{} {} {}", at(event.time), trace.task_name(event.task), event.kind.name()))
            .collect(),
        fingerprint: trace.fingerprint(),
        missed,
    })
}

pub(crate) fn run_in<F: Future<Output = ()> + 'static>(setting: Setting, root: impl FnOnce(Runtime) -> F) -> Ran {
    run_with(setting, None, root)
}

/// Runs canonically and compares the printed lines; the run must finish.
#[track_caller]
pub(crate) fn check<F: Future<Output = ()> + 'static>(expected: &[&str], root: impl FnOnce(Runtime) -> F) {
    check_in(Setting::default(), expected, root);
}

#[track_caller]
pub(crate) fn check_in<F: Future<Output = ()> + 'static>(
    setting: Setting,
    expected: &[&str],
    root: impl FnOnce(Runtime) -> F,
) {
    let said = format!("{setting:?}");
    let ran = run_in(setting, root);
    assert_eq!(ran.lines, expected, "{said}");
    assert_eq!(ran.end, End::Finished, "{said}");
}

pub(crate) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) fn at(millis: u64) -> Time {
    Time::from_nanos(millis * 1_000_000)
}

pub(crate) fn faulty(faults: &[(&str, Harm)]) -> Setting {
    let faults = faults.iter().map(|(target, harm)| Fault { target: (*target).to_owned(), harm: *harm });
    Setting { faults: faults.collect(), ..Setting::default() }
}

pub(crate) fn seeded(seed: u64, model: Model) -> Setting {
    Setting { seed, model, order: Order::Seeded, ..Setting::default() }
}

/// Picks as told, then 0; keeps the arities it met.
#[derive(Clone, Default)]
pub(crate) struct Told {
    pub(crate) picks: Vec<u32>,
    pub(crate) arities: Rc<RefCell<Vec<u32>>>,
}

impl Told {
    pub(crate) fn new(picks: &[u32]) -> Self {
        Told { picks: picks.to_vec(), arities: Rc::default() }
    }
}

impl Choose for Told {
    fn choose(&mut self, point: Point<'_>) -> u32 {
        let mut arities = self.arities.borrow_mut();
        arities.push(point.arity());
        self.picks.get(arities.len() - 1).copied().unwrap_or(0)
    }
}

#[cfg(target_arch = "wasm32")]
mod browser {
    wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
}
