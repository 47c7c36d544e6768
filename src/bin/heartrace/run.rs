//! `list` and `run`.

use crate::output::as_json;
use crate::texts;
use heartrace::link::{Link, LinkError};
use heartrace::report::{Catalogue, EventReport, Report, golden, misfit_error};
use heartrace::runner::Execution;
use serde::Serialize;
use std::fmt::Write as _;

pub fn list() -> String {
    let mut text = String::new();
    for scenario in Catalogue::new().scenarios {
        let _ = writeln!(text, "{}  {}", scenario.chapter, scenario.id);
        for parameter in &scenario.parameters {
            let range = match (&parameter.min, &parameter.max, &parameter.values) {
                (Some(min), Some(max), _) => format!("{min}–{max}"),
                (_, _, Some(values)) => values.join(" | "),
                _ => "true | false".to_owned(),
            };
            let _ = writeln!(text, "       {:<18} {:<8} {range}", parameter.name, parameter.default);
        }
        let _ = writeln!(text, "       tasks     {}", scenario.tasks.join(", "));
        let _ = writeln!(text, "       channels  {}", scenario.channels.join(", "));
        let claims: Vec<String> =
            scenario.claims.iter().map(|claim| format!("{} ({})", claim.id, claim.expect)).collect();
        let _ = writeln!(text, "       claims    {}\n", claims.join(", "));
    }
    text
}

/// A link's run with its report.
pub struct Carried {
    pub link: Link,
    pub execution: Execution,
    pub report: Report,
}

/// Carries out the run of a link; an error that only the run could find points into the text as well.
pub fn carried_out(text: &str) -> Result<Carried, LinkError> {
    let link = Link::parse(text)?;
    let mut execution = Execution::new(&link, true);
    let misfit_in_text = |misfit| LinkError { position: None, ..misfit_error(&link, misfit) }.placed_in(text);
    let finished = execution.finish().map_err(misfit_in_text)?;
    let report = execution.with_trace(|trace| Report::new(&link, &finished, trace));
    Ok(Carried { link, execution, report })
}

pub fn run(text: &str, wants_json: bool, wants_events: bool) -> Result<(String, u8), LinkError> {
    let Carried { link, execution, report } = carried_out(text)?;
    let is_expected = link.expect.is_none_or(|expect| format!("{expect:016x}") == report.fingerprint);
    let code = u8::from(!(report.all_hold() && is_expected));
    if !wants_json {
        return Ok((
            execution.with_trace(|trace| golden::text(&link, &report, trace, &texts::of(link.scenario))),
            code,
        ));
    }
    let all = || execution.with_trace(|trace| trace.events().map(|event| EventReport::new(&event, trace)).collect());
    let whole = Whole { report, events: wants_events.then(all) };
    Ok((as_json(&whole), code))
}

/// A report with its events, if they were asked for.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    report: Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<EventReport>>,
}
