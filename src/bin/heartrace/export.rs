//! `export`: a run written for another tool, to stdout or to a file.

use crate::output::as_json;
use crate::run::carried_out;
use crate::texts;
use heartrace::link::LinkError;
use heartrace::report::export::Format;
use serde::Serialize;

/// What was exported, for scripts. The text is here or in the file, never in both.
#[derive(Serialize)]
struct Exported<'a> {
    link: &'a str,
    #[serde(rename = "as")]
    format: &'static str,
    bytes: usize,
    out: Option<&'a str>,
    text: Option<&'a str>,
}

pub fn export(text: &str, format: Format, out: Option<&str>, wants_json: bool) -> Result<(String, u8), LinkError> {
    let run = carried_out(text)?;
    let texts = texts::of(run.link.scenario);
    let written = run.execution.with_trace(|trace| format.write(&run.link, &run.report, trace, &texts));
    if let Some(file) = out {
        let refused = |error: std::io::Error| LinkError::new("unwritable-file", file, &error.to_string(), "--out FILE");
        std::fs::write(file, &written).map_err(refused)?;
    }
    if !wants_json {
        return Ok((if out.is_some() { String::new() } else { written }, 0));
    }
    let text = out.is_none().then_some(written.as_str());
    let exported = Exported { link: &run.report.link, format: format.word(), bytes: written.len(), out, text };
    Ok((as_json(&exported), 0))
}
