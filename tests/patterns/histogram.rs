//! Histograms of durations: every bucket is where it says it is, and every answer near enough.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use heartrace::patterns::histogram::Histogram;
use std::time::Duration;

const fn ns(nanos: u64) -> Duration {
    Duration::from_nanos(nanos)
}

#[test]
fn every_length_is_in_a_bucket_at_most_an_eighth_too_high() {
    let edges = (0..64).flat_map(|bit| [(1_u64 << bit) - 1, 1 << bit, (1 << bit) + 1, (1 << bit) + (1 << bit) / 3]);
    for nanos in edges.chain(0..5_000).chain([u64::MAX - 1, u64::MAX]) {
        let mut one = Histogram::default();
        one.add(ns(nanos));
        let bars: Vec<_> = one.bars().collect();
        assert_eq!((bars.len(), bars[0].1), (1, 1), "{nanos}");
        let highest = bars[0].0.as_nanos();
        assert!(highest >= u128::from(nanos) && highest - u128::from(nanos) <= u128::from(nanos) / 8, "{nanos}");
        assert_eq!(one.quantile(0.5), Some(ns(nanos)), "never above the longest");
    }
}

#[test]
fn quantiles_by_rank() {
    let mut lengths = Histogram::default();
    assert_eq!((lengths.quantile(0.5), lengths.count(), lengths.longest()), (None, 0, ns(0)));
    (1..=7).for_each(|nanos| lengths.add(ns(nanos)));
    let found = [-1.0, 0.0, 1.0 / 7.0, 0.5, 0.99, 1.0, 2.0].map(|q| lengths.quantile(q).unwrap().as_nanos());
    assert_eq!(found, [1, 1, 1, 4, 7, 7, 7]);
    assert_eq!(lengths.quantile(f64::NAN), None);
    assert!(lengths.bars().map(|(_, count)| count).eq([1; 7]));
}
