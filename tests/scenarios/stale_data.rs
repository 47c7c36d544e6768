//! `stale-data`: a queue uses what is too old, deadlines in a queue use nothing in the end, the newest keeps both.

use crate::{tell, tell_seeds};
use proptest::prelude::*;

#[test]
fn in_a_queue_each_reading_is_older_than_the_one_before() {
    let told = tell("#/stale-data");
    let line = |(index, (time, line)): (usize, &(u64, String))| {
        let number = index as u64 + 1;
        let age = 1_200 + index as u64 * 700;
        assert_eq!(*time, number * 500 + age);
        let age = std::time::Duration::from_millis(age);
        assert_eq!(*line, format!("reading {number}: used, {age:?} old"));
    };
    told.lines.iter().enumerate().for_each(line);
    assert_eq!((told.lines.len(), told.broken), (20, vec!["fresh"]));
}

#[test]
fn deadlines_in_a_queue_end_in_work_for_nothing() {
    let told = tell("#/stale-data?policy=deadline");
    let used = told.lines.iter().filter(|(_, line)| line.contains("used")).count();
    assert_eq!((used, told.lines.len()), (2, 20));
    assert_eq!(told.broken, ["keeps-coming"]);
}

#[test]
fn the_newest_next_keeps_both_promises() {
    for told in tell_seeds("stale-data?policy=newest") {
        assert!(told.lines.len() >= 8 && told.lines.iter().all(|(_, line)| line.contains("used")), "{}", told.link);
    }
}

#[test]
fn the_newest_at_once_never_finishes() {
    let told = tell("#/stale-data?policy=supersede");
    let used: Vec<_> = told.lines.iter().filter(|(_, line)| line.contains("used")).collect();
    assert_eq!(used, [&(11_200, "reading 20: used, 1.2s old".to_owned())]);
    assert_eq!(told.broken, ["keeps-coming"]);
    assert!(tell("#/stale-data?policy=supersede&work=400ms").broken.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_said_to_hold_holds_whatever_the_numbers(
        policy in proptest::sample::select(vec!["queue", "deadline", "newest", "supersede"]),
        every in 1_u32..6, work in 1_u32..12, age in 1_u32..20, gap in 1_u32..20, seed in 0_u32..1_000,
    ) {
        use heartrace::analysis::claim::Expect;
        // Small numbers, so that ties abound.
        let text = format!(
            "#/stale-data?policy={policy}&every={every}ms&work={work}ms&max-age={age}ms&gap={gap}ms&readings=12\
             &order=seeded&seed={seed}"
        );
        let link = heartrace::link::Link::parse(&text).unwrap();
        let finished = heartrace::runner::Execution::new(&link, false).finish().unwrap();
        for (id, expect, verdict) in finished.claims {
            prop_assert!(expect == Expect::Breaks || verdict.holds == Some(true), "{text}: {id}");
        }
    }
}
