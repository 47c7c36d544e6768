//! `preemption` (TC-1, TC-2, TC-3): how late a cancel is heard, in the table's numbers and by its general formula.

use crate::tell;
use proptest::prelude::*;

/// From the cancel to the end of the stage, in milliseconds; none if there was nothing to cancel.
fn delay(version: &str, half: u64, cancel: u64, period: u64, setting: &str) -> Option<u64> {
    let link = format!("#/preemption?version={version}&half={half}ms&cancel={cancel}ms&period={period}ms{setting}");
    let told = tell(&link);
    let is_late = !told.broken.is_empty();
    assert!(told.broken.iter().all(|claim| *claim == "cancel-heard"), "{link}: {:?}", told.broken);
    let (_, line) = &told.lines[..][0];
    let delay = line.starts_with("main: the stage has stopped").then(|| told.end_ms - cancel);
    assert_eq!(is_late, delay.is_some_and(|delay| delay > period), "{link}: {:?}", told.lines);
    delay
}

#[test]
fn tc1_a_long_call_hears_nothing() {
    assert_eq!(delay("none", 3_000, 1_000, 250, ""), Some(5_000));
    assert_eq!(delay("none", 3_000, 4_000, 250, ""), Some(2_000));
    let told = tell("#/preemption");
    assert_eq!(told.lines, [(6_000, "main: the stage has stopped 5s after the cancel".to_owned())]);
}

#[test]
fn tc2_a_look_in_the_middle_halves_the_wait_at_best() {
    assert_eq!(delay("half", 3_000, 1_000, 250, ""), Some(2_000));
    assert_eq!(delay("half", 3_000, 4_000, 250, ""), Some(2_000));
}

#[test]
fn tc3_looking_everywhere_keeps_the_period() {
    for seed in 0..100 {
        for cancel in [1_000, 4_000] {
            let late = delay("full", 3_000, cancel, 250, &format!("&order=seeded&seed={seed}"));
            assert!(late.is_some_and(|delay| delay <= 250), "seed {seed}: {late:?}");
        }
    }
}

#[test]
fn what_comes_too_late_cancels_nothing() {
    let told = tell("#/preemption?cancel=7s");
    assert_eq!(told.lines, [(6_000, "main: result 14, nothing to cancel".to_owned())]);
    assert!(told.broken.is_empty());
}

#[test]
fn the_button_cancels_as_well() {
    let told = tell("#/preemption?version=full&cancel=1h&fault=stage:cancel@700ms");
    assert_eq!(told.lines, [(750, "main: the stage has stopped 50ms after the cancel".to_owned())]);
}

#[test]
fn a_period_too_fine_to_be_drawn_is_refused() {
    let error = heartrace::link::Link::parse("#/preemption?half=1h&period=1ms").unwrap_err();
    assert_eq!(error.part, "period");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tc1_to_tc3_in_general(half in 1_u64..5_000, cancel in 0_u64..12_000, period in 1_u64..3_000, seed in 0_u64..1_000) {
        let setting = format!("&order=seeded&seed={seed}");
        // At the very end of the call either may be first: the result or the cancel.
        prop_assume!(cancel != 2 * half);
        let none = delay("none", half, cancel, period, &setting);
        prop_assert_eq!(none, (2 * half).checked_sub(cancel));

        let in_halves = delay("half", half, cancel, period, &setting);
        let expected = if cancel < half { Some(half - cancel) } else { (2 * half).checked_sub(cancel) };
        prop_assert!(in_halves == expected || cancel == half && in_halves == Some(0));

        let full = delay("full", half, cancel, period, &setting);
        prop_assert_eq!(full.is_some(), cancel < 2 * half);
        prop_assert!(full.is_none_or(|delay| delay <= period && delay <= 2 * half - cancel));
    }
}
