//! A run as Markdown, for an issue or a review: what came of it, the claims, how to repeat it, and the events folded.

use crate::link::Link;
use crate::report::{Report, golden};
use crate::text::Texts;
use crate::trace::{Time, Trace};

/// The whole text.
pub fn write(link: &Link, report: &Report, trace: &Trace, texts: &Texts) -> String {
    let outcome = report.outcome.as_ref().map(|outcome| format!(", outcome **{outcome}**")).unwrap_or_default();
    let end = format!("{} at {}", report.end, Time::from_nanos(report.duration_ns));
    let mut text = format!("`{}`: {end}{outcome}.\n\n| claim | holds | where |\n| --- | --- | --- |\n", report.link);
    for claim in &report.claims {
        let holds = match claim.holds {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "undecided",
        };
        let place = |id: &u32| format!("#{id} at {}", trace.event(*id).time);
        let places: Vec<String> = claim.evidence.iter().take(5).map(place).collect();
        let more = if claim.evidence.len() > 5 { " …" } else { "" };
        text += &format!("| {} | {holds} | {}{more} |\n", claim.id, places.join(", "));
    }
    text += &if link.live {
        let again = Link { live: false, expect: None, ..link.clone() };
        format!("\nIt ran live; no two such runs are alike. In virtual time: `heartrace run '{again}'`.\n")
    } else {
        let Report { link, version, fingerprint, .. } = report;
        format!("\nTo repeat it, `heartrace run '{link}'` (version {version}, fingerprint `{fingerprint}`).\n")
    };
    text += "\n<details>\n<summary>Events</summary>\n\n";
    let events = golden::text(link, report, trace, texts);
    let fence = fence_around(&events);
    text += &format!("{fence}text\n{events}{fence}\n\n</details>\n");
    text
}

/// A fence longer than any run of backticks within.
fn fence_around(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}
