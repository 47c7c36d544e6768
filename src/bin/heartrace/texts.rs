//! The English texts of the scenarios: what the page fetches when it needs it is built into the command line.

use heartrace::scenarios::Scenario;
use heartrace::text::Texts;

macro_rules! built_in {
    ($($id:literal)*) => {
        &[$(($id, include_str!(concat!("../../../www/locales/en/scenarios/", $id, ".json")))),*]
    };
}

/// The texts of each scenario. A test finds one that is not here.
const SCENARIOS: &[(&str, &str)] = built_in![
    "error-boundary" "cancellation-reasons" "preemption" "shared-state" "saturation" "stale-data" "deadlock"
    "duplicated-message" "interval-heartbeat" "silent-worker" "work-unit-heartbeat" "heartbeat-tests" "detectors"
    "replicated-requests" "hedged-requests" "rate-limit" "tiered-rate-limit" "retry-storm" "circuit-breaker"
    "steward" "restarted-stream" "healthy-ward-restarted" "supervision-tree" "all-together"
];

/// The texts of the core and of a scenario, which may put its own in the place of one of the core's.
pub fn of(scenario: &Scenario) -> Texts {
    let mut texts = Texts::english().clone();
    if let Some((_, own)) = SCENARIOS.iter().find(|(id, _)| *id == scenario.id) {
        texts.add(own);
    }
    texts
}
