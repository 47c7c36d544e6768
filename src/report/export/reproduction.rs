//! A Rust test that repeats a run: it needs this crate and nothing else.

use crate::report::Report;

/// The whole file.
pub fn write(report: &Report) -> String {
    let Report { link, end, outcome, fingerprint, version, .. } = report;
    let outcome = outcome.as_ref().map_or("None".to_owned(), |outcome| format!("Some({outcome:?})"));
    let broken: Vec<&str> =
        report.claims.iter().filter(|claim| claim.holds == Some(false)).map(|claim| claim.id.as_str()).collect();
    format!(
        r##"//! Repeats a run of heartrace {version}.

use heartrace::link::Link;
use heartrace::runner::Execution;

#[rustfmt::skip]
const LINK: &str = {link:?};

#[test]
fn the_run_is_the_same() {{
    let link = Link::parse(LINK).expect("the link can be read");
    let finished = Execution::new(&link, true).finish().expect("its recorded choices fit");
    let broken = finished.claims.iter().filter(|(.., verdict)| verdict.holds == Some(false));
    let broken: Vec<&str> = broken.map(|(id, ..)| *id).collect();
    assert_eq!((finished.end.name(), finished.outcome), ({end:?}, {outcome}));
    assert_eq!(broken, {broken:?} as [&str; {count}]);
    assert_eq!(format!("{{:016x}}", finished.fingerprint), {fingerprint:?});
}}
"##,
        count = broken.len()
    )
}
