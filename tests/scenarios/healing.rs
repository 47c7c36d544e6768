//! `steward` (HL-1), `restarted-stream` (HL-2, HL-3) and `healthy-ward-restarted`.

use crate::{SEEDS, Told, tell};
use heartrace::analysis::claim::Expect;
use heartrace::explore::options::Options;
use heartrace::explore::report::Exploration;
use heartrace::explore::search::Search;
use heartrace::link::Link;
use std::collections::BTreeMap;

const HELLO: &str = "ward: Hello, I'm irresponsible!";
const UNHEALTHY: &str = "steward: ward unhealthy; restarting";
const HALTING: &str = "ward: I am halting.";

fn lines(told: &Told) -> Vec<(u64, &str)> {
    told.lines.iter().map(|(time, line)| (*time, line.as_str())).collect()
}

#[test]
fn hl1_prints_what_the_book_prints() {
    let told = tell("#/steward");
    let expected = [
        (0, HELLO),
        (4000, UNHEALTHY),
        (4000, HELLO),
        (4000, HALTING),
        (8000, UNHEALTHY),
        (8000, HELLO),
        (8000, HALTING),
        (9000, "main: halting steward and ward."),
        (9000, HALTING),
        (9000, "Done"),
    ];
    assert_eq!(lines(&told), expected);
    // Two lives overlap at each restart, whatever the order.
    assert_eq!((told.end_ms, told.broken), (9000, vec!["one-life"]));
}

#[test]
fn hl1_the_new_life_begins_before_the_old_one_halts() {
    let mut last = BTreeMap::new();
    for seed in 0..SEEDS {
        let told = tell(&format!("#/steward?order=seeded&seed={seed}"));
        let found = lines(&told);
        let before = &found[..found.len() - 2];
        let expected = [
            (0, HELLO),
            (4000, UNHEALTHY),
            (4000, HELLO),
            (4000, HALTING),
            (8000, UNHEALTHY),
            (8000, HELLO),
            (8000, HALTING),
            (9000, "main: halting steward and ward."),
        ];
        assert_eq!(before, expected, "{}", told.link);
        // Who is last is open in Go; the book and the canonical order have the ward halt first.
        *last.entry(found[found.len() - 1].1.to_owned()).or_insert(0) += 1;
        let mut end = [found[found.len() - 2], found[found.len() - 1]];
        end.sort_unstable();
        assert_eq!(end, [(9000, "Done"), (9000, HALTING)], "{}", told.link);
    }
    assert!(last.len() == 2 && last.values().all(|times| *times > SEEDS / 20), "{last:?}");
}

#[test]
fn a_ward_that_is_slow_to_stop_overlaps_two_others() {
    let told = tell("#/steward?lag=6s&stop=13s");
    assert_eq!(told.times_of(HELLO), [0, 4000, 8000, 12000]);
    assert_eq!(told.times_of(HALTING), [10_000, 14_000, 18_000, 19_000]);
    assert_eq!(told.broken, ["one-life", "no-orphans"]);
}

#[test]
fn p_s9_a_steward_that_makes_sure_keeps_lives_apart() {
    for (link, hellos) in [
        ("#/steward?handover=kill", vec![0, 4000, 8000]),
        // It waits for the old one, and only then begins the next.
        ("#/steward?handover=kill&lag=1.5s", vec![0, 5500]),
        // One that does not hear is dropped when its grace is over.
        ("#/steward?handover=kill&lag=1h&grace=500ms", vec![0, 4500]),
    ] {
        let told = tell(link);
        assert_eq!((told.times_of(HELLO), told.broken), (hellos, vec![]), "{link}");
    }
    for seed in 0..200 {
        let told = tell(&format!("#/steward?handover=kill&lag=2s&grace=2s&model=any-speed&order=seeded&seed={seed}"));
        assert!(told.broken.is_empty(), "{}: {:?}", told.link, told.broken);
    }
    let zombie = tell("#/steward?handover=fence&lag=6s&grace=500ms");
    assert_eq!(zombie.times_of(HELLO), [0, 4500]);
    assert_eq!(zombie.broken, ["one-life", "no-orphans"]);
}

#[test]
fn o029_a_live_lock_that_beats_is_noticed_by_what_its_pulses_tell() {
    let stuck = tell("#/steward?ward=stuck&stop=30s");
    assert_eq!((stuck.notes("restart"), stuck.notes("pulse") > 15), (0, true));
    assert_eq!(stuck.broken, ["no-stall"]);
    let noticed = tell("#/steward?ward=stuck&stop=30s&progress=5s&handover=kill");
    // The third unit is done at 6 s; the pulse at 12 s is the first to tell the same for 5 s.
    assert_eq!(noticed.times_of(UNHEALTHY), [12_000, 24_000]);
    assert_eq!(noticed.broken, Vec::<&str>::new());
}

#[test]
fn o030_a_hung_steward_is_restarted_by_its_own() {
    let told = tell("#/steward?levels=2&handover=kill&stop=30s&fault=steward:hang@5s%2B1h");
    // Its last pulse comes at 4 s; 8 s later it is told to stop, and 4 s after that it is dropped.
    assert_eq!(told.times_of("chief: steward unhealthy; restarting"), [12_000]);
    assert_eq!(told.times_of(HELLO), [0, 4000, 16_000, 20_000, 24_000, 28_000]);
    let without = tell("#/steward?levels=2&handover=kill&stop=30s");
    assert_eq!((without.times_of("chief").len(), without.times_of(HELLO).len(), without.broken), (0, 8, vec![]));
}

const NEGATIVE: &str = "negative value: -1";

#[test]
fn hl2_prints_what_the_book_prints() {
    let told = tell("#/restarted-stream");
    let mut expected = Vec::new();
    for round in 0..3 {
        if round > 0 {
            expected.push((round, UNHEALTHY));
        }
        expected.extend([(round, "Received: 1"), (round, NEGATIVE), (round, "Received: 2")]);
    }
    assert_eq!(lines(&told), expected);
    assert_eq!((told.end_ms, told.broken), (2, vec!["no-repeats"]));
}

#[test]
fn hl2_stays_within_what_go_does() {
    let mut places = BTreeMap::new();
    for seed in 0..SEEDS {
        let told = tell(&format!("#/restarted-stream?order=seeded&seed={seed}"));
        let found = lines(&told);
        assert_eq!((found.len(), told.end_ms), (11, 2), "{}: {found:?}", told.link);
        let mut rest = &found[..];
        for round in 0..3_u64 {
            if round > 0 {
                assert_eq!(rest[0], (round, UNHEALTHY), "{}: {found:?}", told.link);
                rest = &rest[1..];
            }
            // The negative value may come anywhere in its round.
            let place = rest[..3].iter().position(|line| *line == (round, NEGATIVE));
            *places.entry(place).or_insert(0) += 1;
            let values: Vec<_> = rest[..3].iter().filter(|(_, line)| *line != NEGATIVE).collect();
            assert_eq!(values, [&(round, "Received: 1"), &(round, "Received: 2")], "{}: {found:?}", told.link);
            rest = &rest[3..];
        }
    }
    assert!(!places.contains_key(&None) && places.len() >= 2, "{places:?}");
}

#[test]
fn hl3_a_kept_list_goes_on_after_the_poison() {
    let told = tell("#/restarted-stream?list=kept&take=5");
    let received = told.lines.iter().filter_map(|(_, line)| line.strip_prefix("Received: "));
    assert!(received.eq(["1", "2", "3", "4", "5"]), "{:?}", told.lines);
    assert_eq!((told.times_of(NEGATIVE), told.times_of(UNHEALTHY)), (vec![0], vec![1]));
    assert_eq!(told.broken, Vec::<&str>::new());
}

#[test]
fn hl3_the_trap_is_a_sixth_value_that_never_comes() {
    let told = tell("#/restarted-stream?list=kept&stop=10ms");
    assert_eq!(told.times_of("Received").len(), 5);
    // Restarted again and again, though there is nothing left to do.
    assert_eq!(told.times_of(UNHEALTHY), (1..10).collect::<Vec<u64>>());
    assert_eq!((told.end_ms, told.broken), (10, vec!["all-taken"]));
}

/// How many of so many seeds restart a healthy ward, and how often in all.
fn false_restarts(query: &str, seeds: u64) -> (u64, u64) {
    let (mut runs, mut restarts) = (0, 0);
    for seed in 0..seeds {
        let told = tell(&format!("#/healthy-ward-restarted?{query}&order=seeded&seed={seed}"));
        runs += u64::from(told.broken == ["only-silent-suspected"]);
        restarts += told.notes("restart");
    }
    (runs, restarts)
}

/// **Differs** from what was measured on Go, where about half of 400 runs were unlucky whatever the steward's pulse:
/// there two tickers keep their order from one coincidence to the next, so that a run as a whole is lucky or not. Here
/// every coincidence is drawn anew, and of a run with many hardly any is lucky.
#[test]
fn a_healthy_ward_is_restarted_in_some_orders() {
    let share = |runs: u64| runs as f64 / 400.0;
    // The one coincidence is at 4 s, and the restart at 6 s.
    let (unlucky, restarts) = false_restarts("horizon=7s", 400);
    assert!((0.12..0.25).contains(&share(unlucky)) && restarts == unlucky, "{restarts} restarts in {unlucky} runs");
    for (pulse, coincidences) in [("2s", 28), ("4s", 14), ("5s", 5), ("7s", 4)] {
        let (runs, restarts) = false_restarts(&format!("steward-pulse={pulse}"), 400);
        let expected = 1.0 - (1.0 - share(unlucky)).powi(coincidences);
        let is_so = (share(runs) - expected).abs() < 0.1 && restarts >= runs;
        assert!(is_so, "steward pulse {pulse}: {restarts} restarts in {runs} of 400 runs, expected {expected:.2}");
        for cure in ["capacity=1", "pulse=1.333333333s"] {
            assert_eq!(false_restarts(&format!("steward-pulse={pulse}&{cure}"), 200), (0, 0), "{pulse} {cure}");
        }
    }
    assert_eq!(false_restarts("steward-pulse=1h", 200), (0, 0));
}

#[test]
fn what_is_said_of_a_healthy_ward_is_so() {
    let (mut safe, mut unsafe_) = (0, 0);
    for timeout in [4, 6] {
        for pulse in [1, 2, 3] {
            for own in [1, 2, 3, 5] {
                for capacity in [0, 1] {
                    let query = format!(
                        "timeout={timeout}s&pulse={pulse}s&steward-pulse={own}s&capacity={capacity}&horizon=20s"
                    );
                    let link = Link::parse(&format!("#/healthy-ward-restarted?{query}")).unwrap();
                    let expect = (link.scenario.claims[0].expect)(&link.params);
                    // Two pulses in a row have to be lost, which may be rare: more seeds are tried for those.
                    let seeds = if expect == Expect::Breaks { 2_000 } else { 100 };
                    let (runs, _) = false_restarts(&query, seeds);
                    assert_eq!(runs > 0, expect == Expect::Breaks, "{query}: {runs} of {seeds} seeds");
                    *(if runs > 0 { &mut unsafe_ } else { &mut safe }) += 1;
                }
            }
        }
    }
    assert!(safe > 20 && unsafe_ > 5, "{safe} {unsafe_}");
}

#[test]
fn o032_a_steward_that_stood_still_does_not_blame_the_ward() {
    let hidden = "horizon=30s&fault=steward:hang@10.5s%2B10s";
    let blamed = tell(&format!("#/healthy-ward-restarted?{hidden}"));
    assert_eq!((blamed.notes("restart"), blamed.broken), (1, vec!["only-silent-suspected"]));
    let guarded = tell(&format!("#/healthy-ward-restarted?guard=500ms&{hidden}"));
    assert_eq!((guarded.notes("restart"), guarded.notes("pause")), (0, 1));
    assert_eq!(guarded.broken, Vec::<&str>::new());
    // A ward that is really gone is restarted all the same.
    let gone = tell("#/healthy-ward-restarted?guard=500ms&horizon=30s&fault=ward:crash@9s");
    assert_eq!((gone.notes("restart"), gone.broken), (1, vec![]));
}

#[test]
fn a_child_is_begun_anew_alone_or_with_others() {
    for (strategy, source, cache, index) in [("one", 1, 3, 1), ("rest", 1, 3, 3), ("all", 3, 3, 3)] {
        let told = tell(&format!("#/supervision-tree?strategy={strategy}"));
        let lives = ["source", "cache", "index"].map(|name| told.times_of(&format!("{name}: begins")).len());
        assert_eq!((lives, told.broken), ([source, cache, index], vec![]), "{strategy}");
    }
    // Bystanders are stopped in reverse and begin in order, when the slowest has stopped.
    let all = tell("#/supervision-tree?strategy=all&failures=1");
    let around: Vec<_> = lines(&all).into_iter().filter(|(time, _)| (2000..=2200).contains(time)).collect();
    let expected = [
        (2000, "cache: fails"),
        (2200, "index: stops"),
        (2200, "source: stops"),
        (2200, "source: begins life 2"),
        (2200, "cache: begins life 2"),
        (2200, "index: begins life 2"),
    ];
    assert_eq!(around, expected);
}

#[test]
fn everything_is_stopped_in_reverse() {
    for query in ["", "?strategy=all", "?strategy=rest", "?lag=1h"] {
        let told = tell(&format!("#/supervision-tree{query}"));
        let last = lines(&told).into_iter().rev().filter_map(|(_, line)| line.strip_suffix(": stops")).take(5);
        let mut last: Vec<&str> = last.collect();
        last.reverse();
        let expected = ["front", "index", "cache", "source", "store"];
        let heard = expected.into_iter().filter(|name| !(query == "?lag=1h" && *name == "index"));
        assert!(last.iter().rev().zip(heard.rev()).all(|(one, two)| *one == two), "{query}: {last:?}");
        assert!(told.broken.is_empty(), "{query}: {:?}", told.broken);
    }
}

#[test]
fn s022_too_many_restarts_move_the_problem_up() {
    let pool = tell("#/supervision-tree?failures=100");
    // Each pool allows two; the third failure is its end, and a restart at the top.
    assert_eq!((pool.times_of("cache: fails").len(), pool.notes("giveup")), (9, 3));
    assert_eq!(pool.lines.last().map(|(_, line)| line.as_str()), Some("main: all stopped"));
    let tree = tell("#/supervision-tree?failures=100&period=1m&stop=1m");
    // The top allows two as well: its third is the end of the tree.
    assert_eq!((tree.notes("giveup"), tree.end_ms), (4, 18_600));
    assert_eq!(tree.lines.last().map(|(_, line)| line.as_str()), Some("main: the tree gave up"));
    assert_eq!(tree.broken, ["heals"]);
}

#[test]
fn p_s8_a_limit_that_is_never_reached_is_refused() {
    for query in ["failures=100&backoff=6s", "intensity=1&backoff=1s&period=999ms"] {
        let error = Link::parse(&format!("#/supervision-tree?{query}")).unwrap_err();
        assert_eq!(error.part, "period", "{query}: {error}");
    }
    // Reached just so.
    Link::parse("#/supervision-tree?intensity=1&backoff=1s&period=1s").map(drop).unwrap();
}

#[test]
fn what_always_holds_holds_in_every_situation() {
    let ours = ["5.3", "5.6"];
    for scenario in heartrace::scenarios::all().iter().filter(|scenario| ours.contains(&scenario.chapter)) {
        for (_, query) in scenario.presets {
            let link = format!("#/{}?{query}", scenario.id);
            let mut link = Link::parse(link.trim_end_matches('?')).unwrap();
            link.setting.faults.clear();
            for (model, seed) in crate::orders().take(40) {
                let (text, claims) = crate::verdicts(link.clone(), model, seed);
                let broken = claims.iter().find(|(_, expect, holds)| *expect == Expect::Always && *holds != Some(true));
                assert_eq!(broken, None, "{text}");
            }
        }
    }
}

/// Every order of a link is executed.
fn prove(link: &str) -> Exploration {
    let options = Options::default();
    let mut search = Search::new(&Link::parse(link).unwrap(), &options);
    while !search.advance(1_000) {}
    let found = Exploration::new(&search, &options, 0.0, false);
    assert!(found.exhausted, "{link}: {:?}", found.limit);
    found
}

#[test]
fn it_is_proven_when_a_healthy_ward_is_safe() {
    let lucky = prove("#/healthy-ward-restarted?horizon=7s");
    // Two choices are enough: the pulse is lost, and the next one loses against the deadline.
    let broken = lucky.claims[0].broken.as_ref().expect("some order restarts it");
    assert_eq!((broken.deviations, broken.minimal), (2, true), "{}", broken.link);
    for cure in ["capacity=1&horizon=9s", "pulse=1.333333333s&horizon=13s", "timeout=6s&horizon=9s"] {
        let cured = prove(&format!("#/healthy-ward-restarted?{cure}"));
        assert!(cured.all_hold(), "{cure}");
    }
}

#[test]
fn it_is_proven_that_the_good_tests_pass() {
    let found = prove("#/heartbeat-tests?test=first-beat");
    assert!(found.all_hold());
    assert!(prove("#/heartbeat-tests?test=interval").all_hold());
}
