//! The sliding window, held against a plain list of what was added.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use heartrace::patterns::window::Window;
use heartrace::runtime::Time;
use std::time::Duration;

fn at(ms: u64) -> Time {
    Time::from_nanos(ms * 1_000_000)
}

#[test]
fn it_counts_what_the_slots_of_the_span_hold() {
    let mut window = Window::<2>::new(Duration::from_secs(1), 10).unwrap();
    let mut list: Vec<(u64, usize, i64)> = Vec::new();
    let (mut now, mut dice) = (0, 7_u64);
    for _ in 0..20_000 {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let roll = dice >> 33;
        now += [0, 1, 13, 99, 100, 101, 850, 5000][roll as usize % 8];
        let (which, amount) = ((roll / 8) as usize % 2, (roll / 16) as i64 % 7 - 2);
        window.add(at(now), which, amount);
        list.push((now, which, amount));
        list.retain(|(then, ..)| now / 100 - then / 100 < 10);
        let sum = |which| list.iter().filter(|(_, each, _)| *each == which).map(|(.., amount)| amount).sum::<i64>();
        assert_eq!(window.sums(at(now)), [sum(0), sum(1)], "at {now}");
    }
}

#[test]
fn what_is_younger_than_nine_tenths_counts_and_what_is_older_than_the_span_does_not() {
    for begin in 0..300 {
        let sums = |age: u64| {
            let mut window = Window::<1>::new(Duration::from_secs(1), 10).unwrap();
            window.add(at(begin), 0, 1);
            window.sums(at(begin + age))
        };
        assert_eq!([sums(0), sums(900), sums(1000), sums(100_000)], [[1], [1], [0], [0]], "added at {begin}");
    }
}

#[test]
fn a_clock_that_goes_back_stands_still() {
    let mut window = Window::<1>::new(Duration::from_secs(1), 10).unwrap();
    window.add(at(5000), 0, 1);
    window.add(at(0), 0, 1);
    assert_eq!([window.sums(at(0)), window.sums(at(5899)), window.sums(at(6000))], [[2], [2], [0]]);
    window.add(at(6000), 0, 1);
    window.clear();
    assert_eq!(window.sums(at(6000)), [0]);
}

#[test]
fn a_window_that_makes_no_sense_names_the_field() {
    let field = |span, slots| Window::<1>::new(span, slots).map(drop).map_err(|error| error.field);
    assert_eq!(field(Duration::ZERO, 10), Err("window"));
    assert_eq!(field(Duration::from_nanos(9), 10), Err("window"));
    assert_eq!(field(Duration::from_secs(1), 0), Err("slots"));
    assert_eq!(field(Duration::from_secs(1), 1001), Err("slots"));
    assert_eq!(field(Duration::from_nanos(10), 10), Ok(()));
}
