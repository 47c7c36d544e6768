//! `cancellation-reasons`: the four reasons of one tree.

use crate::{tell, tell_seeds};

#[test]
fn each_of_four_reasons_stops_its_own() {
    let told = tell("#/cancellation-reasons");
    let expected = [
        (1500, "replica-1: answered first"),
        (1750, "replica-3: stopped (replica)"),
        (1750, "replica-2: stopped (replica)"),
        (2100, "lookup: stopped (timeout)"),
        (3150, "report: stopped (user)"),
        (3150, "table: stopped (parent)"),
        (3150, "chart: stopped (parent)"),
    ];
    assert_eq!(told.lines, expected.map(|(time, line)| (time, line.to_owned())));
    assert_eq!((told.end_ms, told.broken), (3_150, vec![]));
}

#[test]
fn the_reasons_stay_apart_in_any_order() {
    for told in tell_seeds("cancellation-reasons") {
        assert_eq!(told.lines.len(), 7, "{}: {:?}", told.link, told.lines);
        assert_eq!(told.end_ms, 3_150, "{}", told.link);
    }
    for link in [
        "#/cancellation-reasons?timeout=10s&user=10s",
        "#/cancellation-reasons?user=500ms",
        "#/cancellation-reasons?period=2s",
        "#/cancellation-reasons?fault=report:cancel@1s",
        "#/cancellation-reasons?model=any-speed&order=seeded&seed=5",
        "#/cancellation-reasons?timeout=0s&user=0s&work=0s&replica-1=0s&replica-2=0s&replica-3=0s",
    ] {
        assert!(tell(link).broken.is_empty(), "{link}: {:?}", tell(link).broken);
    }
    let user = tell("#/cancellation-reasons?fault=report:cancel@1s").times_of("report: stopped (user)");
    assert_eq!(user, [1050]);
}

/// A report had said it was done while its parts still worked, and was deaf to its user until they were.
#[test]
fn a_report_is_done_when_its_parts_are_and_can_be_stopped_until_then() {
    let told = tell("#/cancellation-reasons?work=1s&user=500ms&period=1s&fault=chart:slow@0s*4");
    assert_eq!(told.times_of("report: stopped (user)"), [1_000]);
    let told = tell("#/cancellation-reasons?work=1s&user=2s&period=1s&fault=chart:slow@0s*4");
    assert_eq!((told.times_of("report: stopped (user)"), told.times_of("report: done")), (vec![4_000], vec![]));
    let told = tell("#/cancellation-reasons?work=1s&user=10s&timeout=10s&period=1s&fault=chart:slow@0s*4");
    assert_eq!((told.times_of("report: done"), told.times_of("chart: done")), (vec![4_000], vec![4_000]));
    for link in [
        "#/cancellation-reasons?work=0s&replica-3=0s&model=any-speed&order=seeded",
        "#/cancellation-reasons?timeout=0s&user=0s&work=0s&replica-1=1h&replica-2=0s&order=seeded&seed=4",
    ] {
        assert!(tell(link).broken.is_empty(), "{link}: {:?}", tell(link).broken);
    }
}

#[test]
fn a_task_that_hangs_hears_its_cancel_late() {
    let told = tell("#/cancellation-reasons?fault=chart:hang@2.9s%2B2s");
    assert_eq!(told.broken, ["cancel-heard"]);
}
