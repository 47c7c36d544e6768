//! What goes to stdout and stderr, and the exit code.

use heartrace::link::LinkError;
use heartrace::report::ErrorReport;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A value as a line of JSON.
pub fn as_json(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value).expect("reports are plain data");
    format!("{text}\n")
}

/// What goes to stdout and stderr for bad input, and the exit code.
pub fn refuse(error: &LinkError, link: &str, wants_json: bool) -> (String, String, u8) {
    let report = ErrorReport::new(error);
    if wants_json {
        return (as_json(&BTreeMap::from([("error", &report)])), String::new(), 2);
    }
    let mut message = format!("heartrace: {}\n", report.message);
    // A sign under the place, where the terminal shows a character in each column.
    let is_plain = link.len() <= 100 && link.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if let Some(position) = report.position.filter(|_| is_plain && !link.is_empty()) {
        let _ = writeln!(message, "  {link}\n  {:>1$}", '^', position + 1);
    }
    (String::new(), message, 2)
}
