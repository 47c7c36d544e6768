//! `shared-state` (TC-4, TC-5): which totals are written, what a cancel leaves, how many writes are rolled back.

use crate::tell;

/// The totals written, how many writes were rolled back (none if nothing was undone), and what is visible at the end.
fn check(query: &str, written: &[u32], rolled_back: Option<usize>, visible: u32, broken: &[&str]) {
    for seed in 0..50 {
        let link = format!("#/shared-state?{query}&order=seeded&seed={seed}");
        let told = tell(&link);
        let numbers = |start: &str| -> Vec<u32> {
            told.lines.iter().filter_map(|(_, line)| line.strip_prefix(start)?.parse().ok()).collect()
        };
        assert_eq!(numbers("wrote "), written, "{link}");
        assert_eq!(numbers("rolled back: "), rolled_back.map(|n| n as u32).into_iter().collect::<Vec<_>>(), "{link}");
        assert_eq!(numbers("visible: "), [visible], "{link}");
        assert_eq!(told.broken, broken, "{link}");
    }
}

const LEFT: &str = "nothing-left";
const HALF: &str = "no-half-visible";

#[test]
fn tc4_writes_three_totals() {
    check("cancel=1m", &[6, 21, 45], None, 45, &[HALF]);
}

#[test]
fn tc4_a_cancel_after_write_k_leaves_a_part() {
    check("cancel=500ms", &[], None, 0, &[]);
    check("cancel=1.5s", &[6], None, 6, &[LEFT, HALF]);
    check("cancel=2.5s", &[6, 21], None, 21, &[LEFT, HALF]);
    check("cancel=3.25s", &[6, 21, 45], None, 45, &[LEFT, HALF]);
}

#[test]
fn tc4_needs_k_roll_backs() {
    check("undo=true&cancel=500ms", &[], Some(0), 0, &[]);
    check("undo=true&cancel=1.5s", &[6], Some(1), 0, &[HALF]);
    check("undo=true&cancel=2.5s", &[6, 21], Some(2), 0, &[HALF]);
    check("undo=true&cancel=3.25s", &[6, 21, 45], Some(3), 0, &[HALF]);
}

#[test]
fn tc5_writes_once() {
    check("writes=one&cancel=1m", &[45], None, 45, &[]);
    check("writes=one&cancel=1.5s", &[], None, 0, &[]);
    check("writes=one&cancel=2.5s", &[], None, 0, &[]);
}

#[test]
fn tc5_needs_one_roll_back_at_most() {
    check("writes=one&cancel=3.25s", &[45], None, 45, &[LEFT]);
    check("writes=one&undo=true&cancel=2.5s", &[], Some(0), 0, &[]);
    check("writes=one&undo=true&cancel=3.25s", &[45], Some(1), 0, &[]);
}

#[test]
fn rolling_back_takes_its_time_and_goes_backwards() {
    let told = tell("#/shared-state?cancel=2.5s&undo=true");
    let expected = [
        (1_000, "wrote 6"),
        (1_200, "reader: 6"),
        (2_000, "wrote 21"),
        (2_400, "reader: 21"),
        (2_700, "rolled back: 2"),
        (2_700, "visible: 0"),
    ];
    assert_eq!(told.lines, expected.map(|(time, line)| (time, line.to_owned())));
}

#[test]
fn what_cannot_be_undone_in_time_is_told_besides() {
    let told = tell("#/shared-state?cancel=2.5s&undo=true&undo-work=2s");
    let lines: Vec<&str> = told.lines.iter().map(|(_, line)| line.as_str()).collect();
    let [.., rolled, log, user, visible] = lines[..] else { panic!("{lines:?}") };
    assert_eq!([rolled, visible], ["rolled back: 0", "visible: 21"]);
    assert!(log.starts_with("[logID: 1]: 00:00:04 WriterErr { id: 1, what: \"the sum was cancelled\""), "{log}");
    assert_eq!(log.matches("besides: \"undoing total took longer than 1s\"").count(), 2, "{log}");
    assert_eq!(user, "[1] The sum was cancelled, and a part of it could not be undone.");
    assert_eq!((told.end_ms, told.broken), (4_500, vec![LEFT, HALF]));
}

#[test]
fn the_button_cancels_as_well() {
    let told = tell("#/shared-state?cancel=1h&undo=true&fault=writer:cancel@2.5s");
    assert_eq!(told.times_of("rolled back: 2"), [2_700]);
}

#[test]
fn behind_a_shield_the_cancel_waits() {
    let told = tell("#/shared-state?shield=5s");
    assert_eq!((told.times_of("committed"), told.times_of("cancelled meanwhile")), (vec![3_500], vec![3_500]));
    assert_eq!(
        (told.times_of("visible: 45"), told.broken),
        (vec![3_500], vec![HALF]),
        "others see the parts all the same"
    );
    assert_eq!(tell("#/shared-state?writes=one&shield=5s").broken, [""; 0]);
    let not_cancelled = tell("#/shared-state?cancel=1m&shield=5s");
    assert_eq!((not_cancelled.times_of("cancelled meanwhile").len(), not_cancelled.end_ms), (0, 3_500));
}

#[test]
fn a_shield_ends() {
    // It lasts for 2.5 s, in which two groups are written, whenever the cancel comes.
    let told = tell("#/shared-state?shield=2.5s");
    assert_eq!((told.times_of("visible: 21"), told.broken), (vec![2_500], vec![LEFT, HALF]));
    let undone = tell("#/shared-state?undo=true&shield=2.5s");
    assert_eq!((undone.times_of("rolled back: 2"), undone.broken), (vec![2_700], vec![HALF]));
}
