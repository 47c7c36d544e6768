//! `duplicated-message`: what three remedies do about a result that had left before the cancel came.

use crate::tell;

/// How many results of the one request the sink took, and how many it threw away.
fn taken(query: &str) -> (u64, u64) {
    let told = tell(&format!("#/duplicated-message?{query}"));
    (told.notes("accept"), told.notes("discard"))
}

#[test]
fn o012_accept_first() {
    assert_eq!(taken("policy=none"), (2, 0), "without a remedy the stage behind gets both");
    assert_eq!(taken("policy=accept-first"), (1, 1));
}

#[test]
fn o013_accept_last_until_the_consumer_has_started() {
    // The second comes 1.5 s after the first: in time while the sink still waits for it, too late once it has begun.
    assert_eq!(taken("policy=accept-last-timer&window=2s"), (1, 0));
    assert_eq!(taken("policy=accept-last-timer&window=1s"), (1, 1));
    assert_eq!(taken("policy=accept-last-forget"), (2, 0), "a sink that forgets takes it for a new one");
}

#[test]
fn o014_who_asks_first_and_gets_no_does_not_send() {
    // Nothing is thrown away: there was nothing to throw away.
    for policy in ["permission", "permission-revoked"] {
        assert_eq!(taken(&format!("policy={policy}")), (1, 0), "{policy}");
    }
}
