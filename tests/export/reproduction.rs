//! Repeats a run of heartrace 0.1.0.

use heartrace::link::Link;
use heartrace::runner::Execution;

#[rustfmt::skip]
const LINK: &str = "#/duplicated-message?~Dc&work=1.95s&fault=stage-b:slow@1s*2";

#[test]
fn the_run_is_the_same() {
    let link = Link::parse(LINK).expect("the link can be read");
    let finished = Execution::new(&link, true).finish().expect("its recorded choices fit");
    let broken = finished.claims.iter().filter(|(.., verdict)| verdict.holds == Some(false));
    let broken: Vec<&str> = broken.map(|(id, ..)| *id).collect();
    assert_eq!((finished.end.name(), finished.outcome), ("finished", Some("dup")));
    assert_eq!(broken, ["accepted-once"] as [&str; 1]);
    assert_eq!(format!("{:016x}", finished.fingerprint), "74122fee08d8a904");
}
