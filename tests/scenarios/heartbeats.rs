//! `interval-heartbeat` (HB-1) and `silent-worker` (HB-2).

use crate::{SEEDS, tell, tell_seeds};

#[test]
fn hb1_prints_what_the_book_prints() {
    let told = tell("#/interval-heartbeat");
    let mut expected = Vec::new();
    for second in 1..=9 {
        expected.push((second * 1000, "pulse".to_owned()));
        if second % 2 == 0 {
            expected.push((second * 1000, format!("results {second}")));
        }
    }
    assert_eq!(told.lines, expected);
    assert_eq!((told.end_ms, told.broken), (10_000, vec![]));
}

#[test]
fn hb1_stays_within_what_go_does() {
    let mut outcomes = std::collections::BTreeSet::new();
    for told in tell_seeds("interval-heartbeat") {
        let (pulses, results) = (told.times_of("pulse"), told.times_of("results"));
        assert!((5..=10).contains(&pulses.len()), "{}: {} pulses", told.link, pulses.len());
        assert!((4..=5).contains(&results.len()), "{}: {} results", told.link, results.len());
        assert!([1, 3, 5, 7, 9].iter().all(|odd| pulses.contains(&(odd * 1000))), "{}: {pulses:?}", told.link);
        assert_eq!(told.end_ms, 10_000, "{}", told.link);
        outcomes.insert((pulses.len(), results.len()));
    }
    let pulses: std::collections::BTreeSet<_> = outcomes.iter().map(|(pulses, _)| *pulses).collect();
    assert!(pulses.iter().copied().eq(5..=10), "every number of pulses comes up: {pulses:?}");
}

#[test]
fn hb2_prints_what_the_book_prints() {
    let told = tell("#/silent-worker");
    let expected = [(1000, "pulse"), (2000, "pulse"), (4000, "worker goroutine is not healthy!")];
    assert_eq!(told.lines, expected.map(|(time, line)| (time, line.to_owned())));
    assert_eq!((told.end_ms, told.broken), (4_000, vec![]));
}

#[test]
fn hb2_has_three_ways_and_one_end() {
    const RESULT: &str = "results 2026-01-01 00:00:02 +0000 UTC";
    let mut found = [0; 3];
    for told in tell_seeds("silent-worker") {
        let lines: Vec<&str> = told.lines.iter().map(|(_, line)| line.as_str()).collect();
        let way = match lines[..] {
            ["pulse", "pulse", _] => 0,
            ["pulse", RESULT, _] => 1,
            ["pulse", "pulse", RESULT, _] => 2,
            _ => panic!("{}: {lines:?}", told.link),
        };
        found[way] += 1;
        assert_eq!(told.lines.last(), Some(&(4000, "worker goroutine is not healthy!".to_owned())), "{}", told.link);
    }
    assert!(found.iter().all(|times| *times > SEEDS / 20), "each way comes up: {found:?}");
}

#[test]
fn a_silent_worker_is_suspected_whatever_silenced_it() {
    for (link, suspected_ms) in [
        ("#/interval-heartbeat?fault=worker:crash@4.5s", 6_000),
        ("#/interval-heartbeat?fault=worker:hang@4.5s%2B5s", 6_000),
        ("#/silent-worker?rounds=100&fault=worker:hang@3.5s%2B4s", 5_000),
    ] {
        let told = tell(link);
        assert_eq!(told.end_ms, suspected_ms, "{link}");
        assert!(!told.broken.contains(&"silence-noticed"), "{link}: {:?}", told.broken);
        assert!(!told.broken.contains(&"only-silent-suspected"), "{link}: {:?}", told.broken);
    }
}

#[test]
fn a_pulse_slower_than_the_timeout_is_a_false_alarm() {
    let told = tell("#/interval-heartbeat?pulse=3s&work=7s");
    assert!(told.broken.contains(&"only-silent-suspected"), "{:?}", told.broken);
}
