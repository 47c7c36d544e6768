//! The message that arrives twice: stage A is slow, is cancelled and replaced, and both results reach stage B.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario, any};
use crate::analysis::claim::{Access, Ending, Event, Expect, Kind, Outcome, Trace, key_of};
use crate::analysis::claims::{AtMostOnce, CancelHeard, NoOrphans, NothingLost, accepted};
use crate::analysis::few::Few;
use crate::patterns::duplicates::generator::Generator;
use crate::patterns::duplicates::sink::Sink;
use crate::patterns::duplicates::{Plan, Policy};
use crate::runtime::Runtime;
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "duplicated-message",
    chapter: "5.2",
    parameters: PARAMETERS,
    tasks: &["generator", "stage-a", "stage-a2", "stage-b"],
    cancels: &["stage-a", "stage-a2"],
    channels: &["orders-a", "orders-a2", "reports", "inbox", "verdicts"],
    claims: &[
        ClaimInfo::expected(
            "accepted-once",
            |params| breaks_if(plan(params).policy.can_duplicate()),
            |_| Box::new(AtMostOnce::default()),
        ),
        ClaimInfo::expected(
            "nothing-lost",
            |params| breaks_if(plan(params).policy.can_lose()),
            |params| Box::new(NothingLost::new(params.count("requests") as u32)),
        ),
        ClaimInfo::always("cancel-heard", |params| Box::new(CancelHeard::within(hears_within(params)))).about_time(),
        ClaimInfo::always("no-orphans", |_| Box::new(NoOrphans::default())),
    ],
    outcome: Some(|params| {
        Box::new(Deliveries { requests: params.count("requests") as u32, accepted: Few::default() })
    }),
    sources: &[
        "src/patterns/duplicates/generator.rs",
        "src/patterns/duplicates/stage.rs",
        "src/patterns/duplicates/sink.rs",
        "src/scenarios/duplicated_message.rs",
    ],
    presets: &[
        ("race", ""),
        ("in-time", "work=2.5s"),
        ("accept-first", "policy=accept-first"),
        ("handshake", "policy=handshake&work=3s"),
        ("lease", "policy=permission-lease"),
        ("suspicion", "policy=heartbeat-suspect&work=3s&fault=stage-a:hang@1s+2s"),
        ("crash", "policy=announce-rendezvous&fault=stage-a:crash@1.75s"),
    ],
    check: any,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::choice("policy", "none", &names()),
    Parameter::duration("timeout", "2s", "0s", "1h"),
    Parameter::duration("work", "1.5s", "0s", "1h"),
    Parameter::duration("replacement-work", "1s", "0s", "1h"),
    Parameter::duration("hop", "100ms", "0s", "1m"),
    Parameter::flag("preemptible", true),
    Parameter::duration("window", "1s", "0s", "1h"),
    Parameter::duration("patience", "500ms", "0s", "1h"),
    Parameter::duration("lease", "1s", "0s", "1h"),
    Parameter::duration("beat", "500ms", "1ms", "1h"),
    Parameter::duration("silence", "1.5s", "1ms", "1h"),
    Parameter::count("requests", 1, 1, 100_000),
];

/// The words of the policies.
const fn names() -> [&'static str; Policy::ALL.len()] {
    let mut names = [""; Policy::ALL.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = Policy::ALL[index].0;
        index += 1;
    }
    names
}

fn breaks_if(can_break: bool) -> Expect {
    if can_break { Expect::Breaks } else { Expect::Always }
}

fn plan(params: &Params) -> Plan {
    Plan {
        policy: Policy::named(params.choice("policy")).unwrap_or(Policy::None),
        requests: params.count("requests") as u32,
        timeout: params.duration("timeout"),
        work: params.duration("work"),
        replacement_work: params.duration("replacement-work"),
        preemptible: params.flag("preemptible"),
        window: params.duration("window"),
        patience: params.duration("patience"),
        lease: params.duration("lease"),
        beat: params.duration("beat"),
        silence: params.duration("silence"),
        hop: params.duration("hop"),
    }
}

/// The declared preemption period: at once, or at the end of the work if that cannot be interrupted.
/// A stage with a heartbeat that has sent waits for its last pulse.
fn hears_within(params: &Params) -> Duration {
    let plan = plan(params);
    let work = if plan.preemptible { Duration::ZERO } else { plan.work.max(plan.replacement_work) };
    if plan.policy.beats() { work.max(plan.beat) } else { work }
}

/// The root: starts sink and generator, and waits until nothing is under way and nothing is held.
fn start(rt: &Runtime, params: &Params) -> Root {
    let (rt, plan) = (rt.clone(), plan(params));
    Box::pin(async move {
        let (inbox, to_sink) = rt.link("inbox", plan.hop);
        let (verdicts, from_sink) = rt.link("verdicts", plan.hop);
        let sink = Sink::new(&rt, plan, verdicts);
        let open_buffers = sink.open_buffers();
        rt.spawn_server("stage-b", sink.run(rt.clone(), to_sink.clone()));
        let generator = Generator::new(&rt, plan, inbox, from_sink);
        let generator = rt.spawn("generator", generator.run(rt.clone()));
        let _ = generator.join().await;
        to_sink.quiet(&rt).await;
        open_buffers.quiet(&rt).await;
    })
}

/// What can come of a request.
const WORST_FIRST: [&str; 5] = ["stall", "lost", "dup", "once+stuck", "once"];

/// How often each request was accepted, and the worst that came of it.
struct Deliveries {
    requests: u32,
    accepted: Few<u32, u32>,
}

impl Outcome for Deliveries {
    fn kinds(&self) -> u32 {
        Kind::Note.bit()
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        if let Some(request) = accepted(event, trace) {
            *self.accepted.get_or_insert(request, 0) += 1;
        }
    }

    fn outcome(&self, ending: Ending) -> Option<&'static str> {
        let is_stuck = match ending {
            Ending::Finished => false,
            Ending::Stalled => true,
            Ending::LiveLocked | Ending::Cut => return None,
        };
        let of = |request| match (self.accepted.get(request), is_stuck) {
            (None, true) => "stall",
            (None, false) => "lost",
            (Some(1), true) => "once+stuck",
            (Some(1), false) => "once",
            (Some(_), _) => "dup",
        };
        let rank = |outcome: &&str| WORST_FIRST.iter().position(|known| known == outcome);
        (1..=self.requests).map(of).min_by_key(rank)
    }

    /// Counts have no order.
    fn order(&self, _: &Event, _: &Trace, _: &mut dyn FnMut(u64, Access)) {}

    fn key(&self) -> Option<u64> {
        Some(key_of(self.accepted.iter().map(|(request, count)| u64::from(request) << 2 | u64::from((*count).min(2)))))
    }

    fn restart(&mut self) -> bool {
        self.accepted.clear();
        true
    }
}
