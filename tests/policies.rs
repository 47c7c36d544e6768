//! The duplicated-message policies: the accept times of the numeric fixture to the nanosecond, and the outcomes
//! that are reachable over all interleavings. Both tables stand here as data, one row a policy.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use heartrace::link::Link;
use heartrace::patterns::duplicates::Policy;
use heartrace::runner::Execution;
use heartrace::runtime::chooser::{Candidate, Choose, Point};
use heartrace::trace::Kind;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn parse(text: &str) -> Link {
    Link::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// What the sink accepted, as `seconds/attempt`, and how the run came out.
fn accepts(query: &str) -> (String, &'static str) {
    let link = parse(&format!("#/duplicated-message?{query}"));
    let mut run = Execution::new(&link, true);
    let outcome = run.finish().expect("nothing is recorded").outcome.expect("no limit is reached");
    let accepts = run.with_trace(|trace| {
        let is_accept =
            |event: &heartrace::trace::Event| event.kind == Kind::Note && trace.label(event.a).starts_with("accept ");
        let accepts = trace.events().filter(is_accept);
        let accepts = accepts.map(|event| {
            let nanos = event.time.as_nanos();
            // Written by hand: exact to the nanosecond.
            let decimals = format!("{:09}", nanos % 1_000_000_000);
            let decimals = decimals.trim_end_matches('0');
            format!("{}.{:0<1}/{}", nanos / 1_000_000_000, decimals, event.numbers()[1])
        });
        accepts.collect::<Vec<_>>().join(" ")
    });
    (accepts, outcome)
}

fn check_accepts(query: &str, expected: &str, outcome: &str) {
    let (times, came_out) = accepts(query);
    assert_eq!((times.as_str(), came_out), (expected, outcome), "#/duplicated-message?{query}");
}

// ---------------------------------------------------------------- 3.2, the numeric fixture

/// Accept times, each `seconds/attempt`, and outcome.
type Accepts = (&'static str, &'static str);

/// Policy, further parameters; accept times as seconds/attempt and outcome for work = 1.5 s and for work = 3 s.
#[rustfmt::skip]
const FIXTURE: &[(&str, &str, Accepts, Accepts)] = &[
    ("none",                    "",          ("1.7/1 3.2/2", "dup"), ("3.2/2", "once")),
    ("report-after",            "",          ("1.7/1", "once"),      ("3.2/2", "once")),
    ("handshake",               "",          ("1.7/1", "once"),      ("3.4/2", "once")),
    ("announce",                "",          ("1.7/1", "once"),      ("3.2/2", "once")),
    ("announce-rendezvous",     "",          ("1.9/1", "once"),      ("3.2/2", "once")),
    ("accept-first",            "",          ("1.7/1", "once"),      ("3.2/2", "once")),
    ("accept-last-count",       "",          ("3.2/2", "once"),      ("", "stall")),
    ("accept-last-timer",       "window=1s", ("2.7/1", "once"),      ("4.2/2", "once")),
    ("accept-last-timer",       "window=2s", ("3.7/2", "once"),      ("5.2/2", "once")),
    ("permission-revoked",      "",          ("1.9/1", "once"),      ("3.4/2", "once")),
    ("heartbeat",               "",          ("1.7/1", "once"),      ("3.2/1", "once")),
    ("heartbeat-suspect",       "",          ("1.7/1", "once"),      ("3.2/1", "once")),
    ("permission-lease",        "",          ("1.9/1 4.1/2", "dup"), ("3.4/2", "once")),
    ("permission-fence",        "",          ("1.9/1 4.1/2", "dup"), ("3.4/2", "once")),
    ("through-parent",          "",          ("1.8/1", "once"),      ("3.3/2", "once")),
    ("arbiter",                 "",          ("1.7/1", "once"),      ("3.4/2", "once")),
    // Not printed in the fixture, by the same arithmetic. P1e: the handshake takes 0.2 s of 0.5 s patience.
    ("handshake-patience",      "",          ("1.7/1", "once"),      ("3.4/2", "once")),
    // P3c: the window of A's result closes at 2.7; A2's arrives at 3.2, counts as new and closes at 4.2.
    ("accept-last-forget",      "",          ("2.7/1 4.2/2", "dup"), ("4.2/2", "once")),
    // P3d: A closes with its result (1.7), or when it hears the cancel (2.1); A2 with its result at 3.2.
    ("accept-last-closed",      "",          ("3.2/2", "once"),      ("3.2/2", "once")),
    // P4a: as P4b, for the only grant is A's; or else A is cancelled before it has asked.
    ("permission",              "",          ("1.9/1", "once"),      ("3.4/2", "once")),
    // P4e: as P4c, and the second copy is discarded.
    ("permission-accept-first", "",          ("1.9/1", "once"),      ("3.4/2", "once")),
];

#[test]
fn the_numeric_fixture_comes_out_to_the_nanosecond() {
    for (policy, more, short, long) in FIXTURE {
        check_accepts(format!("policy={policy}&work=1.5s&{more}").trim_end_matches('&'), short.0, short.1);
        check_accepts(format!("policy={policy}&work=3s&{more}").trim_end_matches('&'), long.0, long.1);
    }
}

#[test]
fn a_stage_that_cannot_be_interrupted_answers_at_the_end_of_its_work() {
    // P1d: 0.1 + 3.0 of work, answer at G 3.2, A2 4.3, result 4.4.
    check_accepts("policy=handshake&work=3s&preemptible=false", "4.4/2", "once");
    // At the end of its work it looks for a cancel before it sends.
    check_accepts("work=3s&preemptible=false", "3.2/2", "once");
    check_accepts("work=1.5s&preemptible=false", "1.7/1 3.2/2", "dup");
    // P1e gives up at 2.5; A2 has the request at 2.6, is done at 3.6.
    check_accepts("policy=handshake-patience&work=3s&preemptible=false", "3.7/2", "once");
}

#[test]
fn heartbeats_wait_for_the_living_however_slow() {
    for policy in ["heartbeat", "heartbeat-suspect"] {
        check_accepts(&format!("policy={policy}&work=10s"), "10.2/1", "once");
    }
}

#[test]
fn a_hung_stage_is_suspected_yet_not_dead() {
    // P5b: last beat 0.6, seen 0.7, suspected 2.2, A2 has it 2.3, works until 3.3. A comes back too late or not.
    let (times, outcome) = accepts("policy=heartbeat-suspect&work=3s&fault=stage-a:hang@1s%2B1h");
    assert_eq!((times.as_str(), outcome), ("3.4/2", "once"));
    let (times, outcome) = accepts("policy=heartbeat-suspect&work=1.5s&fault=stage-a:hang@1s%2B1h");
    assert_eq!((times.as_str(), outcome), ("3.4/2", "once"));
    // P5a waits: from 1.0 to 2.0 nothing, then the rest of the work.
    check_accepts("policy=heartbeat&work=1.5s&fault=stage-a:hang@1s%2B1s", "2.7/1", "once");
}

#[test]
fn without_a_policy_every_work_below_the_timeout_is_a_duplicate() {
    // A cancel is sent at 2.0 and arrives at 2.1; A has the request at 0.1 and is done at 0.1 + work.
    check_accepts("work=1ns", "0.200000001/1 3.2/2", "dup");
    check_accepts("work=1.999999999s", "2.199999999/1 3.2/2", "dup");
    // The cancel arrives before the timer of the same instant.
    check_accepts("work=2s", "3.2/2", "once");
    check_accepts("work=2.000000001s", "3.2/2", "once");
}

#[test]
fn the_window_of_accept_last_decides_by_a_nanosecond() {
    // From the first arrival at 1.7 to A2's at 3.2: arrivals come before timers of the same instant.
    check_accepts("policy=accept-last-timer&window=1.499999999s", "3.199999999/1", "once");
    check_accepts("policy=accept-last-timer&window=1.5s", "3.2/2", "once");
    check_accepts("policy=accept-last-forget&window=1.499999999s", "3.199999999/1 4.699999999/2", "dup");
    check_accepts("policy=accept-last-forget&window=1.5s", "3.2/2", "once");
}

#[test]
fn several_requests_are_one_fixture_after_the_other() {
    // A report of request 1 that is late must not save request 2: its copies are its own.
    check_accepts("policy=report-after&requests=3", "1.7/1 3.4/1 5.1/1", "once");
    check_accepts("policy=accept-first&requests=2", "1.7/1 3.7/1", "once");
    let (times, outcome) = accepts("policy=arbiter&requests=20");
    assert_eq!((times.split(' ').count(), outcome), (20, "once"));
}

// ---------------------------------------------------------------- 3.1, outcomes over all interleavings

/// Policy; the outcomes reachable without a fault; and if the first attempt may crash once.
#[rustfmt::skip]
const OUTCOMES: &[(&str, &[&str], &[&str])] = &[
    ("none",                    &["once", "dup"],   &["once", "dup"]),
    ("report-after",            &["once", "dup"],   &["once", "dup"]),
    ("announce-rendezvous",     &["once"],          &["once", "lost"]),
    ("accept-first",            &["once"],          &["once"]),
    ("accept-last-timer",       &["once"],          &["once"]),
    ("permission-revoked",      &["once"],          &["once", "lost"]),
    ("permission-accept-first", &["once"],          &["once"]),
    ("heartbeat",               &["once"],          &["once", "dup"]),
    ("through-parent",          &["once"],          &["once"]),
    ("arbiter",                 &["once"],          &["once"]),
    // The rest is derived from the rules of 3.1.
    //
    // P1b: the announcement may still be under way when the timeout fires: A sends and A2 sends. A crash between
    // announcement and send: G waits for nobody and replaces nobody, so nothing comes.
    ("announce",                &["once", "dup"],   &["once", "dup", "lost"]),
    // P1d: G hears "stopped" (only A2 sends) or "already sent" (only A did). A crash before the send: no answer
    // ever, nothing accepted. A crash after it: accepted, and G waits for ever. G always asks in the end, so
    // nothing is lost without somebody waiting.
    ("handshake",               &["once"],          &["once", "stall", "once+stuck"]),
    // P1e: the patience may run out although A has sent. A crash only costs patience.
    ("handshake-patience",      &["once", "dup"],   &["once", "dup"]),
    // P3a: if A is stopped in time, or crashes, one copy comes and B waits for the second for ever.
    ("accept-last-count",       &["once", "stall"], &["once", "stall"]),
    // P3c: A's copy is closed and forgotten before A2's comes.
    ("accept-last-forget",      &["once", "dup"],   &["once", "dup"]),
    // P3d: both end or are stopped, and at least A2 has sent. A crash before the send closes nothing.
    ("accept-last-closed",      &["once"],          &["once", "stall"]),
    // P4a: the ask of A, cancelled meanwhile, takes the only grant; A2 is denied. There is one grant, so no dup.
    ("permission",              &["once", "lost"],  &["once", "lost"]),
    // P4c: a used grant looks unused: both send. Whoever crashes with a grant is replaced.
    ("permission-lease",        &["once", "dup"],   &["once", "dup"]),
    // P4d: attempt 1 before attempt 2 is not out of order: both pass.
    ("permission-fence",        &["once", "dup"],   &["once", "dup"]),
    // P5b: a slow A is suspected and sends all the same.
    ("heartbeat-suspect",       &["once", "dup"],   &["once", "dup"]),
];

/// The choices of one execution: those of the path first, 0 from then on.
///
/// Of several ready tasks only the canonical one is tried. That loses no outcome: between two polls the tasks of
/// this scenario share nothing but links, every message of a link lands by a timer of its own, and every pending
/// timer is a candidate at every step. The random walks leave nothing out.
#[derive(Clone, Default)]
struct Replay(Rc<RefCell<Path>>);

#[derive(Default)]
struct Path {
    picks: Vec<(u32, u32)>,
    at: usize,
}

impl Choose for Replay {
    fn choose(&mut self, point: Point<'_>) -> u32 {
        let is_task = |candidate: &&Candidate| matches!(candidate, Candidate::Task(_));
        let left_out = match point {
            Point::Step(candidates) => candidates.iter().filter(is_task).count().saturating_sub(1) as u32,
            Point::Select(..) | Point::Fault(_) => 0,
        };
        let arity = point.arity() - left_out;
        if arity == 1 {
            return 0;
        }
        let mut path = self.0.borrow_mut();
        let at = path.at;
        path.at += 1;
        let pick = match path.picks.get(at) {
            Some((pick, known)) => {
                assert_eq!(*known, arity, "the same choices led somewhere else at choice {at}");
                *pick
            }
            None => {
                path.picks.push((0, arity));
                0
            }
        };
        if pick == 0 { 0 } else { pick + left_out }
    }
}

impl Replay {
    /// Goes on to the next path in depth-first order; false after the last.
    fn advance(&self) -> bool {
        let mut path = self.0.borrow_mut();
        path.at = 0;
        while let Some((pick, arity)) = path.picks.pop() {
            if pick + 1 < arity {
                path.picks.push((pick + 1, arity));
                return true;
            }
        }
        false
    }
}

/// Any candidate at any point, those that a replay leaves out included; a fault that may strike does so one time in
/// eight, so that it also strikes late.
struct Walk(u64);

impl Choose for Walk {
    fn choose(&mut self, point: Point<'_>) -> u32 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        match point {
            Point::Fault(_) => u32::from(z.is_multiple_of(8)),
            _ => (z % u64::from(point.arity())) as u32,
        }
    }
}

fn outcome(link: &Link, chooser: Box<dyn Choose>) -> &'static str {
    let finished = Execution::with_chooser(link, false, chooser).finish().expect("nothing is recorded");
    finished.outcome.unwrap_or("cut")
}

/// The budget of one search in executions, and how many random walks are added. A complete search of all but the
/// policies with a heartbeat, whose schedules have no end, takes some hundred thousand to some million executions:
/// `HEARTRACE_EXECUTIONS=10000000 cargo test --release --test policies`.
fn budget() -> (u32, u64) {
    let told = std::env::var("HEARTRACE_EXECUTIONS").ok().and_then(|text| text.parse().ok());
    let default = if cfg!(target_arch = "wasm32") { 500 } else { 2_000 };
    (told.unwrap_or(default), if cfg!(target_arch = "wasm32") { 300 } else { 2_500 })
}

/// Not a proof where the budget runs out first: nothing else *was* reached, and everything listed was.
fn check_outcomes(policy: &str, may: &str, listed: &[&'static str]) {
    let text = format!("#/duplicated-message?policy={policy}&model=any-speed{may}");
    let link = parse(&text);
    let listed: BTreeSet<&str> = listed.iter().copied().collect();
    let (most, walks) = budget();
    let mut found = BTreeSet::new();
    let replay = Replay::default();
    let mut is_all = false;
    for _ in 0..most {
        let outcome = outcome(&link, Box::new(replay.clone()));
        let picks: Vec<u32> = replay.0.borrow().picks.iter().map(|(pick, _)| *pick).collect();
        assert!(listed.contains(outcome), "{text} came out as {outcome} by the picks {picks:?}");
        found.insert(outcome);
        if !replay.advance() {
            is_all = true;
            break;
        }
    }
    if is_all {
        assert_eq!(found, listed, "{text}, all interleavings");
    }
    for seed in 0..walks {
        let outcome = outcome(&link, Box::new(Walk(seed)));
        assert!(listed.contains(outcome), "{text} came out as {outcome} in random walk {seed}");
        found.insert(outcome);
    }
    assert_eq!(found, listed, "{text}");
}

#[test]
fn every_policy_is_in_the_table() {
    let tabled: BTreeSet<&str> = OUTCOMES.iter().map(|(policy, ..)| *policy).collect();
    assert_eq!(tabled, Policy::ALL.into_iter().map(|(name, _)| name).collect());
}

#[test]
fn a_policy_knows_what_can_befall_it() {
    for (policy, listed, _) in OUTCOMES {
        let known = Policy::named(policy).expect("the table names policies");
        assert_eq!(known.can_duplicate(), listed.contains(&"dup"), "{policy}");
        assert_eq!(known.can_lose(), listed.contains(&"lost") || listed.contains(&"stall"), "{policy}");
    }
}

#[test]
fn outcomes_without_a_fault_are_those_of_the_table() {
    for (policy, listed, _) in OUTCOMES {
        check_outcomes(policy, "", listed);
    }
}

#[test]
fn outcomes_with_one_crash_are_those_of_the_table() {
    for (policy, _, listed) in OUTCOMES {
        check_outcomes(policy, "&may=crash:stage-a*1", listed);
    }
}

/// P2 and P3b show that accepting once does not say whose copy is kept.
#[test]
fn the_copy_that_is_kept_is_the_first_attempts_in_some_runs_and_the_seconds_in_others() {
    for policy in ["accept-first", "accept-last-timer"] {
        let link = parse(&format!("#/duplicated-message?policy={policy}&model=any-speed"));
        let mut kept = BTreeSet::new();
        for seed in 0..200 {
            let mut run = Execution::with_chooser(&link, true, Box::new(Walk(seed)));
            run.finish().expect("nothing is recorded");
            run.with_trace(|trace| {
                let accepts = trace
                    .events()
                    .filter(|event| event.kind == Kind::Note && trace.label(event.a).starts_with("accept "));
                kept.extend(accepts.map(|event| event.numbers()[1]));
            });
        }
        assert_eq!(kept, [1, 2].into(), "{policy}");
    }
}

/// The perfect detector joined a stage that had ended a second time, was told "stopped, for the result has been
/// taken", and took that for a death: under P5a, without any fault, the message came twice.
#[test]
fn a_stage_that_has_ended_is_not_dead() {
    let (times, outcome) = accepts("policy=heartbeat&fault=reports:delay@4%2B1h");
    assert_eq!((times.as_str(), outcome), ("1.7/1", "once"));
    // Without its last word the generator waits for ever; it is not kept awake by its own timers.
    let (times, outcome) = accepts("policy=heartbeat&fault=reports:drop@4");
    assert_eq!((times.as_str(), outcome), ("1.7/1", "once+stuck"));
}
