//! `retry-storm`: how retries in layers multiply, and what keeps them from it.

use crate::{Told, tell};

/// The numbers of calls, layer by layer, the backend last.
fn calls(told: &Told) -> Vec<u32> {
    let numbers = told.lines.iter().filter_map(|(_, line)| line.strip_prefix("calls to ")?.split(": ").nth(1));
    numbers.map(|number| number.parse().expect("a number")).collect()
}

#[test]
fn three_tries_in_five_layers_are_243_calls() {
    let told = tell("#/retry-storm");
    assert_eq!(calls(&told), [1, 3, 9, 27, 81, 243]);
    assert_eq!(told.broken, ["retries-do-not-multiply", "retries-within-budget"]);
}

#[test]
fn tries_to_the_power_of_layers() {
    for (layers, tries, expected) in [(1, 5, 5), (2, 4, 16), (4, 2, 16), (6, 2, 64), (6, 1, 1), (6, 3, 729)] {
        let told = tell(&format!("#/retry-storm?layers={layers}&tries={tries}"));
        assert_eq!(calls(&told).last(), Some(&expected), "{}", told.link);
        assert_eq!(told.broken.contains(&"retries-do-not-multiply"), expected > tries, "{}", told.link);
    }
}

#[test]
fn p_r20_a_call_knows_whether_it_is_a_retry() {
    // One fresh call a layer, each with its own retries, and no retries of those: 1 + 5 · 2.
    assert_eq!(calls(&tell("#/retry-storm?retry=fresh")), [1, 3, 5, 7, 9, 11]);
    for retry in ["top", "bottom"] {
        let told = tell(&format!("#/retry-storm?retry={retry}"));
        assert_eq!(calls(&told).last(), Some(&3), "{}", told.link);
        assert!(!told.broken.contains(&"retries-do-not-multiply"), "{}", told.link);
    }
}

#[test]
fn a_budget_in_each_layer_bounds_the_storm() {
    // A layer with c calls makes 2c retries, but at most the 10 it begins with and a tenth of c.
    assert_eq!(calls(&tell("#/retry-storm?budget=0.1")), [1, 3, 9, 19, 30, 43]);
    let many = |budget| calls(&tell(&format!("#/retry-storm?layers=3&requests=20&gap=50ms&budget={budget}")));
    assert_eq!(many("0"), [20, 60, 180, 540]);
    assert_eq!(many("0.1"), [20, 32, 45, 59]);
}

#[test]
fn clients_that_are_refused_a_lot_stop_asking() {
    // Two tries in each of three layers, 40 requests, nothing is ever accepted: almost nothing is asked any more.
    for seed in 0..50 {
        let many = |throttle| {
            let query = format!("layers=3&tries=2&requests=40&gap=50ms&throttle={throttle}&seed={seed}");
            calls(&tell(&format!("#/retry-storm?{query}")))
        };
        assert_eq!(many("0").last(), Some(&320));
        let (each, backend) = (many("2"), many("2")[3]);
        assert!(each[0] == 40 && (1..=40).contains(&backend), "seed {seed}: {each:?}");
    }
    // A backend that accepts everything is asked everything.
    assert_eq!(calls(&tell("#/retry-storm?layers=3&requests=40&gap=50ms&throttle=2&outage=0s")), [40; 4]);
}

#[test]
fn jitter_lets_a_herd_through_that_comes_back_in_step_without_it() {
    let herd = "layers=1&tries=4&requests=50&backoff=100ms&outage=50ms&capacity=10";
    let served = |told: &Told| {
        let line = told.lines.iter().find_map(|(_, line)| line.strip_prefix("requests served: "));
        line.and_then(|line| line.split(' ').next()).and_then(|number| number.parse::<u32>().ok()).expect("a number")
    };
    // In step: three waves after the outage, of which ten each are served.
    assert_eq!(served(&tell(&format!("#/retry-storm?{herd}"))), 30);
    for seed in 0..50 {
        let told = tell(&format!("#/retry-storm?{herd}&jitter=true&seed={seed}"));
        assert!(served(&told) > 40, "{}: {}", told.link, served(&told));
    }
}

#[test]
fn what_is_claimed_holds_in_every_order() {
    for query in [
        "retry=top",
        "retry=bottom&requests=3",
        "layers=3&requests=20&budget=0.1",
        "budget=0.2&throttle=1.5&requests=5",
    ] {
        for model in ["timed", "any-speed"] {
            for seed in 0..50 {
                let told = tell(&format!("#/retry-storm?{query}&model={model}&order=seeded&seed={seed}"));
                let is_one = !query.contains("throttle");
                assert!(!is_one || !told.broken.contains(&"retries-do-not-multiply"), "{}", told.link);
                let is_budgeted = query.contains("budget");
                assert!(!is_budgeted || !told.broken.contains(&"retries-within-budget"), "{}", told.link);
            }
        }
    }
}
