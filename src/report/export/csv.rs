//! Events as a table (RFC 4180): the fields of the JSON events, one line each.

use crate::report::EventReport;
use crate::trace::Trace;

/// The whole table with its heading.
pub fn write(trace: &Trace) -> String {
    let mut table = "id,time_ns,task,kind,detail,cause,source\r\n".to_owned();
    for event in trace.events() {
        let EventReport { id, time_ns, task, kind, detail, cause, source } = EventReport::new(&event, trace);
        let cause = cause.map(|cause| cause.to_string()).unwrap_or_default();
        let fields = [id.to_string(), time_ns.to_string(), task, kind, detail, cause, source.unwrap_or_default()];
        table += &fields.map(|field| quoted(&field)).join(",");
        table += "\r\n";
    }
    table
}

/// A field, in quotes where it has to be. One that a spreadsheet would take for a formula is kept a text.
fn quoted(field: &str) -> String {
    let text = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{field}") } else { field.to_owned() };
    if text.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
