//! `work-unit-heartbeat` (HB-3), `heartbeat-tests` (HB-4 to HB-7) and `detectors`.

use crate::{SEEDS, Told, tell, tell_seeds};
use heartrace::analysis::claim::Expect;
use heartrace::link::Link;
use std::collections::{BTreeMap, BTreeSet};

fn lines(told: &Told) -> Vec<(u64, &str)> {
    told.lines.iter().map(|(time, line)| (*time, line.as_str())).collect()
}

#[test]
fn hb3_pulse_and_result_take_turns() {
    let told = tell("#/work-unit-heartbeat");
    for (index, (time, line)) in told.lines.iter().enumerate() {
        let expected = if index % 2 == 0 { "pulse" } else { "results " };
        assert!(line.starts_with(expected) && *time == 0, "{index}: {line}");
    }
    assert_eq!((told.lines.len(), told.end_ms, told.broken), (20, 0, vec![]));
}

#[test]
fn hb3_never_loses_one_and_draws_its_values() {
    let mut digits = BTreeSet::new();
    for told in tell_seeds("work-unit-heartbeat") {
        // Of those who run one at a time the consumer waits for every pulse: they alternate, as on one processor.
        assert!(told.lines.chunks(2).all(|pair| pair[0].1 == "pulse"), "{}: {:?}", told.link, told.lines);
        let (pulses, results) = (told.times_of("pulse").len(), told.times_of("results").len());
        assert_eq!((pulses, results), (10, 10), "{}: {:?}", told.link, told.lines);
        digits.extend(told.lines.iter().filter_map(|(_, line)| line.strip_prefix("results ")?.parse::<u32>().ok()));
    }
    assert!(digits.into_iter().eq(0..=9));
    // If it comes late a neighbour may swap, and still nothing is lost.
    let mut alternating = 0;
    for seed in 0..SEEDS {
        let told = tell(&format!("#/work-unit-heartbeat?late=1s&order=seeded&seed={seed}"));
        let (pulses, results) = (told.times_of("pulse").len(), told.times_of("results").len());
        assert_eq!((pulses, results, &told.broken[..]), (10, 10, &[][..]), "{}: {:?}", told.link, told.lines);
        alternating += u64::from(told.lines.chunks(2).all(|pair| pair[0].1 == "pulse"));
    }
    assert!((SEEDS / 4..SEEDS).contains(&alternating), "{alternating} of {SEEDS} alternate");
}

#[test]
fn hb3_a_late_listener_finds_one_pulse_if_there_is_room() {
    let pulses = |query: &str| tell(&format!("#/work-unit-heartbeat?late=1s{query}")).times_of("pulse").len();
    assert_eq!((pulses(""), pulses("&capacity=0")), (10, 9));
}

#[test]
fn hb4_hb5_a_guess_fails_a_healthy_worker() {
    let told = tell("#/heartbeat-tests?test=bad");
    assert_eq!(lines(&told), [(1000, "test timed out"), (1000, "bad-test: FAIL, 0 of 5 values")]);
    assert_eq!((told.end_ms, told.broken), (1000, vec!["bad-test-passes"]));
    for seed in 0..SEEDS {
        let told = tell(&format!("#/heartbeat-tests?test=bad&order=seeded&seed={seed}"));
        assert_eq!(lines(&told)[1], (1000, "bad-test: FAIL, 0 of 5 values"), "{}", told.link);
    }
    // As long as the guess it is a coin toss.
    let mut verdicts = BTreeMap::new();
    for seed in 0..200 {
        let told = tell(&format!("#/heartbeat-tests?test=bad&delay=1s&order=seeded&seed={seed}"));
        *verdicts.entry(told.broken.is_empty()).or_insert(0) += 1;
    }
    assert!(verdicts.len() == 2 && verdicts.values().all(|times| *times > 20), "{verdicts:?}");
}

#[test]
fn hb6_waiting_for_the_first_beat_passes() {
    let told = tell("#/heartbeat-tests?test=first-beat");
    let expected = [(2000, "first-beat-test: first heartbeat"), (2000, "first-beat-test: PASS, 5 of 5 values")];
    assert_eq!((lines(&told), told.end_ms), (expected.to_vec(), 2000));
    // However long the start takes, and in any order.
    for link in ["delay=1h", "delay=0s", "model=any-speed&order=seeded&seed=7"] {
        assert!(tell(&format!("#/heartbeat-tests?test=first-beat&{link}")).broken.is_empty(), "{link}");
    }
}

#[test]
fn hb7_listening_to_the_heartbeat_passes() {
    let told = tell("#/heartbeat-tests?test=interval");
    let expected = [(3000, "interval-test: first heartbeat"), (3000, "interval-test: PASS, 5 of 5 values")];
    assert_eq!((lines(&told), told.end_ms), (expected.to_vec(), 3000));
    for seed in 0..SEEDS {
        let told = tell(&format!("#/heartbeat-tests?test=interval&order=seeded&seed={seed}"));
        assert_eq!(lines(&told), expected, "{}", told.link);
    }
    // It catches a worker that is stuck, which the first-beat test would wait for; a slow one it lets pass.
    let slow = tell("#/heartbeat-tests?test=interval&slow=10s");
    assert_eq!((slow.end_ms, slow.broken), (13_000, vec![]));
    let stuck = tell("#/heartbeat-tests?test=interval&slow=10s&fault=interval-worker:crash@5.5s");
    assert_eq!(lines(&stuck)[1..], [(7000, "test timed out"), (7000, "interval-test: FAIL, 2 of 5 values")]);
}

#[test]
fn the_three_tests_side_by_side() {
    let told = tell("#/heartbeat-tests");
    let verdicts: Vec<_> = lines(&told).into_iter().filter(|(_, line)| line.contains("of 5")).collect();
    let expected = [
        (1000, "bad-test: FAIL, 0 of 5 values"),
        (2000, "first-beat-test: PASS, 5 of 5 values"),
        (3000, "interval-test: PASS, 5 of 5 values"),
    ];
    assert_eq!(verdicts, expected);
    assert_eq!(told.broken, ["bad-test-passes"]);
}

/// When a detector suspects, in ms; the last is the end.
fn suspicions(told: &Told, detector: &str) -> Vec<u64> {
    told.times_of(&format!("{detector}: suspects"))
}

#[test]
fn detectors_pay_for_haste_with_false_suspicions_and_for_patience_with_time() {
    let told = tell("#/detectors");
    let found = ["deadline", "misses", "phi", "exponential"].map(|name| {
        let times = suspicions(&told, name);
        (times.len() - 1, times.last().copied().unwrap_or_default() / 1000)
    });
    // Two pauses before the end: false suspicions of three of them, and the second at which each notices the end.
    assert_eq!(found, [(2, 40), (2, 41), (2, 41), (0, 60)]);
    assert_eq!(told.broken, ["deadline-fair", "misses-fair", "phi-fair"]);
    for seed in 0..50 {
        let told = tell(&format!("#/detectors?order=seeded&seed={seed}"));
        assert!(!told.broken.contains(&"doubt-in-time") && !told.broken.contains(&"exponential-fair"), "{}", told.link);
        assert_eq!(told.notes("dead"), 4, "{}", told.link);
    }
}

#[test]
fn a_steady_heart_is_never_suspected_before_its_end() {
    for query in ["pause=0s&jitter=0s", "accept=3s&misses=5", "pause=0s&jitter=0s&threshold=1&accept=500ms"] {
        for seed in 0..20 {
            let told = tell(&format!("#/detectors?{query}&seed={seed}"));
            assert!(told.broken.is_empty(), "{}: {:?}", told.link, told.broken);
            assert_eq!((told.notes("doubt"), told.notes("clear")), (4, 0), "{}", told.link);
        }
    }
}

#[test]
fn p_h4_a_watcher_that_stood_still_does_not_suspect_the_heart() {
    let stall = "pause=0s&fault=watcher:hang@10.6s%2B6s";
    let blames = tell(&format!("#/detectors?{stall}"));
    assert!(blames.notes("clear") > 0, "{:?}", blames.lines);
    let forgives = tell(&format!("#/detectors?{stall}&guard=1s"));
    assert_eq!((forgives.notes("clear"), forgives.notes("pause")), (0, 1), "{:?}", forgives.lines);
    assert_eq!(forgives.notes("dead"), 4, "the end is noticed all the same");
}

#[test]
fn a_broken_way_is_no_death_if_others_are_asked() {
    let cut = "pause=0s&cut=10s";
    let alone = tell(&format!("#/detectors?{cut}"));
    for name in ["deadline", "misses", "phi", "exponential"] {
        let first = suspicions(&alone, name)[0];
        assert!(first > 10_000 && first < 40_000, "{name} at {first} ms, and the ward is there until 40 s");
    }
    assert_eq!(alone.broken, ["deadline-fair", "misses-fair", "phi-fair", "exponential-fair"]);
    for (probes, seed) in (0..40).map(|seed| (1 + seed % 4, seed)) {
        let told = tell(&format!("#/detectors?{cut}&probes={probes}&order=seeded&seed={seed}"));
        assert_eq!((told.broken.len(), told.notes("doubt"), told.notes("clear")), (0, 4, 0), "{}", told.link);
        assert!(told.notes("heard") > 10, "{}", told.link);
        // The end itself is noticed by all of them, and no later than without asking by more than a question.
        let late = suspicions(&told, "deadline")[0];
        assert!((40_000..44_000).contains(&late), "{}: {late}", told.link);
    }
}

#[test]
fn asking_others_changes_nothing_for_a_heart_that_is_heard() {
    for query in ["pause=2s", "pause=0s", "pause=0s&jitter=0s"] {
        for seed in 0..10 {
            let verdicts = |probes: u32| {
                let told = tell(&format!("#/detectors?{query}&probes={probes}&seed={seed}"));
                (suspicions(&told, "deadline"), suspicions(&told, "exponential"), told.broken)
            };
            assert_eq!(verdicts(0), verdicts(3), "{query} {seed}");
        }
    }
}

#[test]
fn what_is_said_of_those_who_ask_others_is_so() {
    for query in [
        "pause=0s&cut=10s&probes=1",
        "pause=0s&cut=39s",
        "cut=10s&probes=2&accept=4s",
        "cut=10s&probes=2&accept=3s&pause=1s&threshold=2",
        "pause=500ms&pause-every=3&cut=5s&probes=2&accept=2s",
    ] {
        for seed in 0..60 {
            let link = format!("#/detectors?{query}&order=seeded&seed={seed}");
            let parsed = Link::parse(&link).unwrap();
            let told = tell(&link);
            for claim in parsed.scenario.claims {
                let holds = !told.broken.contains(&claim.id);
                assert!(holds || (claim.expect)(&parsed.params) == Expect::Breaks, "{link}: {}", claim.id);
            }
        }
    }
    let refused = Link::parse("#/detectors?probes=1&accept=300ms").unwrap_err().to_string();
    assert!(refused.contains("accept"), "{refused}");
}
