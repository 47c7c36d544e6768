//! What a run is reported as: the same objects for `--json`, for JavaScript and for the page. Plain data.

pub mod ending;
pub mod export;
pub mod golden;

use crate::analysis::claim::Expect;
use crate::analysis::text;
use crate::link::{Link, LinkError};
use crate::runner::Finished;
use crate::runtime::chooser::Misfit;
use crate::scenarios::Scenario;
use crate::scenarios::parameter::{Parameter, Params};
use crate::trace::{Event, EventId, Kind, Trace};
use ending::{Sentence, ending};
use serde::Serialize;

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Derives what JavaScript needs where there is JavaScript.
macro_rules! data {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
        pub struct $name { $($(#[$field_doc])* pub $field: $kind,)* }
    };
}

data! {
    /// A run and its verdicts.
    Report {
        /// The canonical link.
        link: String,
        /// The version of this program.
        version: String,
        /// `virtual` or `live`.
        engine: String,
        /// `finished`, `stalled`, `live-locked` or `cut`.
        end: String,
        /// Which limit, who waits for what, which fault found nothing to strike, in English; else none.
        end_detail: Option<String>,
        /// How it came out, if the scenario says so.
        outcome: Option<String>,
        /// 16 hex digits.
        fingerprint: String,
        /// The time of the end, in nanoseconds.
        duration_ns: u64,
        /// How many events there were.
        event_count: u32,
        /// The verdicts, in the order of the scenario's list.
        claims: Vec<ClaimReport>,
    }
}

data! {
    /// The verdict on one claim.
    ClaimReport {
        /// Its name.
        id: String,
        /// `always`, or `breaks` if the scenario exists to show that it can be broken.
        expect: String,
        /// Whether it holds; none if the run was cut before that could be decided.
        holds: Option<bool>,
        /// The events that show it.
        evidence: Vec<EventId>,
    }
}

data! {
    /// One event in words.
    EventReport {
        /// Its number.
        id: EventId,
        /// When, in nanoseconds.
        time_ns: u64,
        /// Whose it is.
        task: String,
        /// One of the closed list of kinds.
        kind: String,
        /// What happened, in words that need no translation.
        detail: String,
        /// The event that caused it.
        cause: Option<EventId>,
        /// The line of Rust that produced it: `src/…:line`; none for what the engine did by itself.
        source: Option<String>,
    }
}

data! {
    /// Everything that can be run.
    Catalogue {
        /// The version of this program.
        version: String,
        /// The scenarios, in the order of the menu.
        scenarios: Vec<ScenarioInfo>,
        /// The closed list of kinds of events.
        kinds: Vec<String>,
    }
}

data! {
    /// One scenario.
    ScenarioInfo {
        /// Its name in links.
        id: String,
        /// The chapter's section.
        chapter: String,
        /// What can be set.
        parameters: Vec<ParameterInfo>,
        /// The tasks that faults may name.
        tasks: Vec<String>,
        /// Those of them that listen to the user's cancel.
        cancels: Vec<String>,
        /// The channels that faults may name.
        channels: Vec<String>,
        /// What is claimed of every run.
        claims: Vec<ClaimInfo>,
        /// Named situations.
        presets: Vec<PresetInfo>,
        /// The source files to show.
        sources: Vec<String>,
    }
}

data! {
    /// A claim of a scenario.
    ClaimInfo {
        /// Its name.
        id: String,
        /// `always` or `breaks`, with the default parameters.
        expect: String,
    }
}

data! {
    /// A named situation of a scenario.
    PresetInfo {
        /// Its name.
        id: String,
        /// Its link, as typed by hand.
        link: String,
    }
}

data! {
    /// One parameter of a scenario; values as they are written in a link.
    ParameterInfo {
        /// Its key in a link.
        name: String,
        /// `duration`, `rate`, `count`, `ratio`, `flag` or `choice`.
        kind: String,
        /// The unit of a bare number.
        unit: Option<String>,
        /// What it is when a link does not say.
        default: String,
        /// The least value.
        min: Option<String>,
        /// The greatest value.
        max: Option<String>,
        /// The words of a choice.
        values: Option<Vec<String>>,
    }
}

data! {
    /// Bad input, as a code with its arguments and as an English sentence.
    ErrorReport {
        /// What is wrong.
        code: String,
        /// The part of the link or command that it is about.
        part: String,
        /// The text that does not fit.
        value: String,
        /// Where it begins, in characters.
        position: Option<usize>,
        /// What is allowed.
        allowed: String,
        /// All of that as a sentence.
        message: String,
    }
}

impl Report {
    /// The report of a run in virtual time.
    pub fn new(link: &Link, finished: &Finished, trace: &Trace) -> Self {
        let claims = finished.claims.iter().map(|(id, expect, verdict)| ClaimReport {
            id: (*id).to_owned(),
            expect: expect.name().to_owned(),
            holds: verdict.holds,
            evidence: verdict.evidence.clone(),
        });
        Report {
            link: link.to_string(),
            version: VERSION.to_owned(),
            engine: if link.live { "live" } else { "virtual" }.to_owned(),
            end: finished.end.name().to_owned(),
            end_detail: end_detail(finished, trace),
            outcome: finished.outcome.map(str::to_owned),
            fingerprint: format!("{:016x}", finished.fingerprint),
            duration_ns: finished.duration.as_nanos(),
            event_count: finished.events,
            claims: claims.collect(),
        }
    }

    /// Whether every claim holds.
    pub fn all_hold(&self) -> bool {
        self.claims.iter().all(|claim| claim.holds == Some(true))
    }
}

/// What there is to say about the end, in English.
fn end_detail(finished: &Finished, trace: &Trace) -> Option<String> {
    let sentences: Vec<String> = ending(finished, trace).iter().map(Sentence::english).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

impl EventReport {
    /// An event of a trace in words.
    pub fn new(event: &Event, trace: &Trace) -> Self {
        EventReport {
            id: event.id,
            time_ns: event.time.as_nanos(),
            task: trace.task_name(event.task).to_owned(),
            kind: event.kind.name().to_owned(),
            detail: text::detail(event, trace),
            cause: event.cause,
            source: trace.site(event.id).map(|site| format!("{}:{}", portable(site.file()), site.line())),
        }
    }
}

/// The path of a source file with forward slashes, from `src/` on.
pub fn portable(file: &str) -> String {
    let file = file.replace('\\', "/");
    match file.rfind("src/") {
        Some(start) => file[start..].to_owned(),
        None => file,
    }
}

impl Catalogue {
    /// The catalogue of this program.
    pub fn new() -> Self {
        Catalogue {
            version: VERSION.to_owned(),
            scenarios: crate::scenarios::all().iter().map(|scenario| ScenarioInfo::new(scenario)).collect(),
            kinds: Kind::ALL.iter().map(|kind| kind.name().to_owned()).collect(),
        }
    }
}

impl Default for Catalogue {
    fn default() -> Self {
        Catalogue::new()
    }
}

impl ScenarioInfo {
    /// A scenario as data.
    pub fn new(scenario: &Scenario) -> Self {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let link = |query: &str| match query {
            "" => format!("#/{}", scenario.id),
            query => format!("#/{}?{query}", scenario.id),
        };
        let defaults = Params::defaults(scenario.parameters);
        let claim = |id: &str, expect: Expect| ClaimInfo { id: id.to_owned(), expect: expect.name().to_owned() };
        ScenarioInfo {
            id: scenario.id.to_owned(),
            chapter: scenario.chapter.to_owned(),
            parameters: scenario.parameters.iter().map(ParameterInfo::new).collect(),
            tasks: owned(scenario.tasks),
            cancels: owned(scenario.cancels),
            channels: owned(scenario.channels),
            claims: scenario.claims.iter().map(|info| claim(info.id, (info.expect)(&defaults))).collect(),
            presets: scenario
                .presets
                .iter()
                .map(|(id, query)| PresetInfo { id: (*id).to_owned(), link: link(query) })
                .collect(),
            sources: owned(scenario.sources),
        }
    }
}

impl ParameterInfo {
    /// A parameter as data.
    pub fn new(parameter: &Parameter) -> Self {
        let range = parameter.range();
        let words = || parameter.values.iter().map(|word| (*word).to_owned()).collect();
        ParameterInfo {
            name: parameter.name.to_owned(),
            kind: parameter.kind.name().to_owned(),
            unit: parameter.unit().map(str::to_owned),
            default: parameter.default().to_string(),
            min: range.map(|(min, _)| min.to_string()),
            max: range.map(|(_, max)| max.to_string()),
            values: (!parameter.values.is_empty()).then(words),
        }
    }
}

impl ErrorReport {
    /// A link error as data.
    pub fn new(error: &LinkError) -> Self {
        ErrorReport {
            code: error.code.to_owned(),
            part: error.part.clone(),
            value: error.value.clone(),
            position: error.position,
            allowed: error.allowed.clone(),
            message: error.message(),
        }
    }
}

/// Recorded choices that the run does not have, as an error of the link.
pub fn misfit_error(link: &Link, misfit: Misfit) -> LinkError {
    let number = misfit.deviation as usize + 1;
    let deviations = link.setting.schedule.as_deref().unwrap_or_default();
    let pick = deviations.get(misfit.deviation as usize).map_or(0, |deviation| deviation.pick);
    LinkError::schedule_misfit(number, pick, misfit.recorded, misfit.met).placed_in(&link.to_string())
}
