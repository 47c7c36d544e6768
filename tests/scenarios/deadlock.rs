//! `deadlock`: stuck without timeouts, moving without progress with equal ones, done with random ones.

use crate::{tell, tell_seeds};
use heartrace::link::Link;
use heartrace::runner::Execution;
use heartrace::runtime::ends::{Blocked, End};

#[test]
fn without_timeouts_it_is_stuck_and_says_who_waits_for_whom() {
    for seed in 0..200 {
        let link = Link::parse(&format!("#/deadlock?order=seeded&seed={seed}")).unwrap();
        let mut execution = Execution::new(&link, true);
        let finished = execution.finish().unwrap();
        let End::Stalled(waits) = &finished.end else { panic!("{link}: {:?}", finished.end) };
        let mut waits: Vec<(String, String)> = execution.with_trace(|trace| {
            let locks = waits.iter().filter_map(|(task, blocked)| match blocked {
                Blocked::Receive(channel) => {
                    Some((trace.task_name(*task).to_owned(), trace.channel_name(*channel).to_owned()))
                }
                _ => None,
            });
            locks.collect()
        });
        waits.sort();
        let expected = [("left", "lock-b"), ("right", "lock-a")].map(|(task, lock)| (task.to_owned(), lock.to_owned()));
        assert_eq!(waits, expected, "{link}");
        let broken: Vec<_> = finished.claims.iter().filter(|claim| claim.2.holds == Some(false)).collect();
        assert_eq!(broken.iter().map(|claim| claim.0).collect::<Vec<_>>(), ["nobody-stuck", "everybody-done"]);
        assert!(broken.iter().all(|claim| claim.2.evidence.len() >= 2), "{link}");
    }
}

#[test]
fn equal_timeouts_move_in_step_and_get_nowhere() {
    for seed in 0..200 {
        let told = tell(&format!("#/deadlock?policy=equal&order=seeded&seed={seed}"));
        let mut lines: Vec<&str> = told.lines.iter().map(|(_, line)| line.as_str()).collect();
        lines.sort_unstable();
        assert_eq!(lines, ["left: gave up after 20 rounds", "right: gave up after 20 rounds"], "{}", told.link);
        // A round: work, wait for the timeout, put things back.
        assert_eq!(told.end_ms, 20 * (100 + 500 + 50), "{}", told.link);
        assert_eq!(told.broken, ["everybody-done"], "{}", told.link);
    }
}

#[test]
fn random_pauses_get_everybody_done() {
    let mut rounds = 0;
    for told in tell_seeds("deadlock?policy=random") {
        let done = |name: &str| told.lines.iter().any(|(_, line)| line.starts_with(&format!("{name}: done in round ")));
        assert!(done("left") && done("right"), "{}: {:?}", told.link, told.lines);
        let last = |line: &str| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap();
        rounds = rounds.max(told.lines.iter().map(|(_, line)| last(line)).max().unwrap());
    }
    assert!((3..15).contains(&rounds), "some seed needs more than one pause and none needs many: {rounds}");
}

#[test]
fn one_order_for_both_never_waits_long() {
    for seed in 0..200 {
        let told = tell(&format!("#/deadlock?policy=ordered&order=seeded&seed={seed}"));
        assert_eq!((told.end_ms, told.broken.len()), (400, 0), "{}", told.link);
    }
}

#[test]
fn a_disturbance_takes_them_out_of_step() {
    let told = tell("#/deadlock?policy=equal&fault=left:hang@650ms%2B150ms");
    assert!(told.broken.is_empty(), "{:?}", told.lines);
}
