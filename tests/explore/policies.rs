//! The twenty policies over all interleavings at any speed, without a fault and with one crash of the first attempt.

use crate::explored;
use heartrace::explore::options::Options;
use heartrace::patterns::duplicates::Policy;
use std::collections::BTreeSet;

/// Policy; the outcomes that can happen without a fault; and if the first attempt may crash once. The reasons are told
/// in `tests/policies.rs`, which reaches the same sets without any reduction.
#[rustfmt::skip]
const OUTCOMES: [(&str, &[&str], &[&str]); 20] = [
    ("none",                    &["dup", "once"],   &["dup", "once"]),
    ("report-after",            &["dup", "once"],   &["dup", "once"]),
    ("announce",                &["dup", "once"],   &["dup", "lost", "once"]),
    ("announce-rendezvous",     &["once"],          &["lost", "once"]),
    ("handshake",               &["once"],          &["once", "once+stuck", "stall"]),
    ("handshake-patience",      &["dup", "once"],   &["dup", "once"]),
    ("accept-first",            &["once"],          &["once"]),
    ("accept-last-count",       &["once", "stall"], &["once", "stall"]),
    ("accept-last-timer",       &["once"],          &["once"]),
    ("accept-last-forget",      &["dup", "once"],   &["dup", "once"]),
    ("accept-last-closed",      &["once"],          &["once", "stall"]),
    ("permission",              &["lost", "once"],  &["lost", "once"]),
    ("permission-revoked",      &["once"],          &["lost", "once"]),
    ("permission-lease",        &["dup", "once"],   &["dup", "once"]),
    ("permission-fence",        &["dup", "once"],   &["dup", "once"]),
    ("permission-accept-first", &["once"],          &["once"]),
    ("heartbeat",               &["once"],          &["dup", "once"]),
    ("heartbeat-suspect",       &["dup", "once"],   &["dup", "once"]),
    ("through-parent",          &["once"],          &["once"]),
    ("arbiter",                 &["once"],          &["once"]),
];

fn check(policy: &str, may: &str, listed: &[&str]) {
    let text = format!("#/duplicated-message?policy={policy}&model=any-speed{may}");
    let options = Options { executions: 50_000, ..Options::default() };
    let report = explored(&text, &options);
    assert!(report.exhausted, "{text}: {} executions, {:?}", report.executions, report.limit);
    assert_eq!(report.outcomes.keys().collect::<Vec<_>>(), listed, "{text}");
    for found in report.outcomes.values() {
        assert!(found.minimal && found.count > 0, "{}", found.link);
    }
    for claim in &report.claims {
        assert_eq!(claim.holds, Some(claim.broken.is_none()), "{text}: {}", claim.id);
        assert!(!may.is_empty() || claim.expect == "breaks" || claim.holds == Some(true), "{text}: {}", claim.id);
        // Lost or stalled is what breaks it, as a scenario says of its parameters.
        assert!(!may.is_empty() || claim.expect == "always" || claim.holds == Some(false), "{text}: {}", claim.id);
    }
}

#[test]
fn every_policy_is_in_the_table() {
    let tabled: BTreeSet<&str> = OUTCOMES.iter().map(|(policy, ..)| *policy).collect();
    assert_eq!(tabled, Policy::ALL.into_iter().map(|(name, _)| name).collect());
}

#[test]
fn without_a_fault_the_outcomes_are_those_of_the_table_and_there_are_no_others() {
    for (policy, listed, _) in OUTCOMES {
        check(policy, "", listed);
    }
}

#[test]
fn with_one_crash_the_outcomes_are_those_of_the_table_and_there_are_no_others() {
    for (policy, _, listed) in OUTCOMES {
        check(policy, "&may=crash:stage-a*1", listed);
    }
}

/// Several requests in the same way: a late report of one must not save the next.
#[test]
fn two_requests_end_as_one_does() {
    let options = Options { executions: 400_000, ..Options::default() };
    let report = explored("#/duplicated-message?policy=accept-first&requests=2&model=any-speed", &options);
    assert!(!report.outcomes.contains_key("dup") && !report.outcomes.contains_key("lost"), "{:?}", report.outcomes);
}
