//! A cancel comes while shared state is being changed: how often it is written decides what is left and what to undo;
//! behind a shield the cancel waits.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario, any};
use crate::analysis::claim::Expect;
use crate::analysis::claims::NoOrphans;
use crate::analysis::state::{NoHalfVisible, NothingLeft};
use crate::patterns::cancel::Context;
use crate::patterns::fault::{Fault, Known, Module, Reporter};
use crate::patterns::shield::shield;
use crate::patterns::stage::Shared;
use crate::patterns::undo::{RolledBack, Undo};
use crate::runtime::{Cause, Of3, Reason, Runtime, select};
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "shared-state",
    chapter: "5.2",
    parameters: PARAMETERS,
    tasks: &["main", "writer", "reader", "roll-back"],
    cancels: &["writer"],
    channels: &[],
    claims: &[
        ClaimInfo::expected("nothing-left", expect_nothing_left, |_| Box::new(NothingLeft::default())).about_time(),
        ClaimInfo::expected("no-half-visible", expect_no_half, |_| Box::new(NoHalfVisible::with(&TOTALS))).about_time(),
        ClaimInfo::always("no-orphans", |_| Box::new(NoOrphans::default())),
    ],
    outcome: None,
    sources: &[
        "src/scenarios/shared_state.rs",
        "src/patterns/undo.rs",
        "src/patterns/stage.rs",
        "src/patterns/shield.rs",
        "src/patterns/fault/mod.rs",
    ],
    presets: &[
        ("first-left", ""),
        ("second-left", "cancel=2.5s"),
        ("one-undone", "undo=true"),
        ("two-undone", "cancel=2.5s&undo=true"),
        ("one-write", "writes=one&cancel=2.5s"),
        ("one-write-window", "writes=one&cancel=3.2s"),
        ("one-write-undone", "writes=one&cancel=3.2s&undo=true"),
        ("undo-too-slow", "undo=true&undo-work=2s"),
        ("not-cancelled", "cancel=1m"),
        ("shielded", "shield=5s"),
        ("shield-too-short", "undo=true&shield=2.5s"),
    ],
    check: any,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::choice("writes", "three", &["three", "one"]),
    Parameter::duration("cancel", "1.5s", "0s", "1h"),
    Parameter::flag("undo", false),
    Parameter::duration("work", "1s", "1ms", "1h"),
    Parameter::duration("hand-over", "500ms", "0s", "1h"),
    Parameter::duration("undo-work", "100ms", "0s", "1h"),
    Parameter::duration("undo-limit", "1s", "1ms", "1h"),
    Parameter::duration("shield", "0s", "0s", "1h"),
];

/// What is added up, group by group.
const GROUPS: [[u32; 3]; 3] = [[1, 2, 3], [4, 5, 6], [7, 8, 9]];
/// The total before, and when everything is added.
const TOTALS: [u32; 2] = [0, 45];

/// The writer as a module: it knows that not everything can be undone.
enum Writer {}

impl Module for Writer {
    const NAME: &'static str = "WriterErr";
}

#[derive(Clone, Copy)]
struct Plan {
    one_write: bool,
    cancel: Duration,
    undo: bool,
    work: Duration,
    hand_over: Duration,
    undo_work: Duration,
    undo_limit: Duration,
    /// So long no cancel cuts the work short; zero: any does.
    shield: Duration,
}

fn plan(params: &Params) -> Plan {
    Plan {
        one_write: params.choice("writes") == "one",
        cancel: params.duration("cancel"),
        undo: params.flag("undo"),
        work: params.duration("work"),
        hand_over: params.duration("hand-over"),
        undo_work: params.duration("undo-work"),
        undo_limit: params.duration("undo-limit"),
        shield: params.duration("shield"),
    }
}

impl Plan {
    /// When the work is cut short: by the cancel, or by the end of the shield.
    fn cut(self) -> Duration {
        if self.shield.is_zero() { self.cancel } else { self.shield }
    }
}

/// An end between the first write and the commit leaves something unless it is undone in time.
fn expect_nothing_left(params: &Params) -> Expect {
    let plan = plan(params);
    let first = if plan.one_write { 3 * plan.work } else { plan.work };
    let is_undone = plan.undo && plan.undo_work < plan.undo_limit;
    let leaves = !is_undone && (first..=3 * plan.work + plan.hand_over).contains(&plan.cut());
    if leaves { Expect::Breaks } else { Expect::Always }
}

/// Undoing makes nobody forget what they have seen.
fn expect_no_half(params: &Params) -> Expect {
    let plan = plan(params);
    if !plan.one_write && plan.cut() >= plan.work { Expect::Breaks } else { Expect::Always }
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let (rt, plan) = (rt.clone(), plan(params));
    Box::pin(async move {
        let _ = rt.spawn("main", command(rt.clone(), plan)).join().await;
    })
}

/// Starts the writer and cancels it, unless it is done by then.
async fn command(rt: Runtime, plan: Plan) {
    let total = Shared::new(&rt, TOTALS[0]);
    rt.spawn_server("reader", read(rt.clone(), total.clone()));
    let (context, cancel) = Context::background(&rt).with_cancel();
    let button = rt.input("writer");
    let writer = rt.spawn("writer", write(rt.clone(), plan, context, total.clone()));
    if !matches!(select((writer.join(), rt.sleep(plan.cancel), button.wait(&rt))).await, Of3::A(_)) {
        cancel.because(Cause::new(Reason::User, "no longer wanted"));
        let _ = writer.join().await;
    }
    rt.log(format!("visible: {}", total.read()));
}

/// Adds everything up and hands it over. It keeps what it has written only if it gets to the end.
async fn write(rt: Runtime, plan: Plan, context: Context, total: Shared<u32>) {
    let Ok(mut undo) = Undo::new(&rt, plan.undo_limit) else { return };
    let work = add_up(&rt, plan, &total, &mut undo);
    let done = match plan.shield {
        Duration::ZERO => context.run(work).await.is_ok(),
        limit => shield(&rt, &context, limit, |_| work).await.is_ok(),
    };
    match done {
        true => {
            undo.commit();
            rt.note("commit total {}", [*total.read(), 0]);
            rt.log("committed");
            if context.err().is_some() {
                rt.log("cancelled meanwhile");
            }
        }
        false if plan.undo => {
            let rolled = undo.roll_back().await;
            rt.log(format!("rolled back: {}", rolled.undone.len()));
            if rolled.is_dirty() {
                admit(&rt, rolled);
            }
        }
        // Nobody knows the way back.
        false => undo.commit(),
    }
}

/// Not everything could be undone. What stopped the work stays what happened; this is told besides.
fn admit(rt: &Runtime, rolled: RolledBack) {
    let cancelled = Fault::new(rt, "write", "the sum was cancelled");
    let fault = rolled.onto(cancelled);
    let known = Known::<Writer>::new(fault, "The sum was cancelled, and a part of it could not be undone.");
    rt.log(Reporter::new(rt).report::<Writer>(&known).to_string());
}

/// The work itself: a total over all groups, written after each group or at the end only.
async fn add_up(rt: &Runtime, plan: Plan, total: &Shared<u32>, undo: &mut Undo) {
    let mut sum = *total.read();
    for (index, group) in GROUPS.iter().enumerate() {
        rt.work(plan.work).await;
        sum += group.iter().sum::<u32>();
        if plan.one_write && index + 1 < GROUPS.len() {
            continue;
        }
        let before = *total.read();
        let (inner, place) = (rt.clone(), total.clone());
        undo.push("total", async move {
            inner.work(plan.undo_work).await;
            put(&inner, &place, before);
            Ok(())
        });
        put(rt, total, sum);
        rt.log(format!("wrote {sum}"));
    }
    rt.work(plan.hand_over).await;
}

fn put(rt: &Runtime, total: &Shared<u32>, value: u32) {
    total.write(value);
    rt.note("write total {}", [value, 0]);
    rt.note("gauge total {}/{}", [value, 1]);
}

/// Somebody else who looks at the total now and then. An end to it keeps a search finite where time has none.
async fn read(rt: Runtime, total: Shared<u32>) {
    let looks = rt.interval(Duration::from_millis(600));
    let mut seen = *total.read();
    for _ in 0..6 {
        looks.tick().await;
        let found = *total.read();
        if found != seen {
            rt.log(format!("reader: {found}"));
            seen = found;
        }
    }
}
