//! A job fails three modules down: whether the user gets a sentence or "report this as a bug" is decided by who wraps.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario, any};
use crate::analysis::claim::Expect;
use crate::analysis::failures::{LoggedOnce, NobodyReportsABug};
use crate::patterns::fault::{Code, Fault, Known, Module, Reporter, Retry, boundary};
use crate::runtime::Runtime;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "error-boundary",
    chapter: "5.1",
    parameters: PARAMETERS,
    tasks: &["main", "intermediate", "low-level"],
    cancels: &[],
    channels: &[],
    claims: &[
        ClaimInfo::always("logged-once", |_| Box::new(LoggedOnce::default())),
        ClaimInfo::expected("told-what-happened", expect_sentence, |_| Box::new(NobodyReportsABug::default())),
    ],
    outcome: None,
    sources: &[
        "src/scenarios/error_boundary.rs",
        "src/patterns/fault/mod.rs",
        "src/patterns/fault/known.rs",
        "src/patterns/fault/report.rs",
        "src/patterns/fault/render.rs",
    ],
    presets: &[
        ("unwrapped", ""),
        ("wrapped", "version=corrected"),
        ("forgotten", "version=corrected&step=not-executable"),
        ("raw", "version=corrected&step=run-fails"),
        ("all-wrapped", "version=complete&step=run-fails"),
        ("fine", "step=fine"),
        ("crash", "fault=low-level:crash@10ms"),
    ],
    check: any,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::choice("version", "wrong", &["wrong", "corrected", "complete"]),
    Parameter::choice("step", "stat-fails", &["stat-fails", "not-executable", "run-fails", "fine"]),
    Parameter::duration("disk", "20ms", "0s", "1h"),
];

/// The low-level module, which looks at files.
enum LowLevel {}

impl Module for LowLevel {
    const NAME: &'static str = "LowLevelErr";
}

/// The module in the middle, which runs jobs.
enum Intermediate {}

impl Module for Intermediate {
    const NAME: &'static str = "IntermediateErr";
}

const UNAVAILABLE: Code = Code::new("BINARY_UNAVAILABLE");
const BINARY: &str = "/bad/job/binary";
const JOB: &str = "1";

/// What the operating system says when a file cannot be looked at or run.
#[derive(Debug)]
struct SystemError {
    operation: &'static str,
    path: &'static str,
    error: &'static str,
}

impl fmt::Display for SystemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.operation, self.path, self.error)
    }
}

impl Error for SystemError {}

/// What any of the modules may give back; `?` makes it of every error, well-formed or not.
type Outcome<T> = Result<T, Box<dyn Error>>;

#[derive(Clone, Copy)]
struct Plan {
    version: &'static str,
    step: &'static str,
    disk: Duration,
}

/// The only failures that come up well-formed are those that somebody wraps.
fn expect_sentence(params: &Params) -> Expect {
    match (params.choice("version"), params.choice("step")) {
        (_, "fine") | ("corrected", "stat-fails") | ("complete", _) => Expect::Always,
        _ => Expect::Breaks,
    }
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let plan = Plan { version: params.choice("version"), step: params.choice("step"), disk: params.duration("disk") };
    let rt = rt.clone();
    Box::pin(async move {
        let _ = rt.spawn("main", serve(rt.clone(), plan)).join().await;
    })
}

/// The top: reports once, and tells the user what is fit for him.
async fn serve(rt: Runtime, plan: Plan) {
    let reporter = Reporter::new(&rt);
    if let Err(error) = call(&rt, "intermediate", run_job(rt.clone(), plan)).await {
        let told = reporter.report::<Intermediate>(&*error);
        rt.log(told.to_string());
    }
}

/// The module in the middle.
async fn run_job(rt: Runtime, plan: Plan) -> Outcome<()> {
    let looked = call(&rt, "low-level", is_globally_executable(rt.clone(), plan)).await;
    let is_executable = match plan.version {
        // `?` takes every error there is, and so the low-level module's goes on as it is.
        "wrong" => looked?,
        _ => looked.map_err(|error| boundary(error, |low| unavailable(&rt, low)))?,
    };
    if !is_executable {
        let what = format!("cannot run job {JOB:?}: requisite binaries are not executable");
        let fault = Fault::new(&rt, "run_job", what.clone()).with("job", JOB).with("path", BINARY);
        return Err(well_formed(plan, fault, what));
    }
    run(&rt, plan).await.map_err(|error| match plan.version {
        "complete" => {
            let fault = Fault::because(&rt, "run_job", "the job's process did not start", error).with("job", JOB);
            well_formed(plan, fault, format!("cannot run job {JOB:?}: it could not be started"))
        }
        _ => error.into(),
    })
}

/// What the low-level module knows, as a case of this module.
fn unavailable(rt: &Runtime, low: Known<LowLevel>) -> Known<Intermediate> {
    let what = format!("cannot run job {JOB:?}: requisite binaries not available");
    let fault = Fault::because(rt, "run_job", what.clone(), low).with("job", JOB).code(UNAVAILABLE);
    Known::new(fault, what)
}

/// The step that is forgotten most easily: to give a new failure the module's own type.
fn well_formed(plan: Plan, fault: Fault, user: String) -> Box<dyn Error> {
    match plan.version {
        "complete" => Box::new(Known::<Intermediate>::new(fault, user)),
        _ => Box::new(fault),
    }
}

/// The low-level module. In spite of its name it looks at the owner's bit only.
async fn is_globally_executable(rt: Runtime, plan: Plan) -> Outcome<bool> {
    const OWNER_MAY_RUN: u32 = 0o100;
    let mode = stat(&rt, plan).await.map_err(|error| {
        let fault = Fault::because(&rt, "is_globally_executable", "the binary cannot be looked at", error);
        Known::<LowLevel>::new(fault.with("path", BINARY).retry(Retry::Never), format!("{BINARY} is not there"))
    })?;
    Ok(mode & OWNER_MAY_RUN != 0)
}

/// The operating system: the mode of the file.
async fn stat(rt: &Runtime, plan: Plan) -> Result<u32, SystemError> {
    rt.work(plan.disk).await;
    match plan.step {
        "stat-fails" => Err(SystemError { operation: "stat", path: BINARY, error: "no such file or directory" }),
        "not-executable" => Ok(0o644),
        _ => Ok(0o744),
    }
}

/// The operating system: runs the file.
async fn run(rt: &Runtime, plan: Plan) -> Result<(), SystemError> {
    rt.work(plan.disk).await;
    match plan.step {
        "run-fails" => Err(SystemError { operation: "fork/exec", path: BINARY, error: "exec format error" }),
        _ => Ok(()),
    }
}

/// Calls another module, which runs as a task of its own. A task that is gone is a failure like any other.
async fn call<T: 'static>(
    rt: &Runtime,
    module: &'static str,
    body: impl Future<Output = Outcome<T>> + 'static,
) -> Outcome<T> {
    match rt.spawn(module, body).join().await {
        Ok(outcome) => outcome,
        Err(gone) => Err(Fault::new(rt, "call", format!("{module} is gone: {gone:?}")).into()),
    }
}
