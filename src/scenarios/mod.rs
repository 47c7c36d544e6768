//! stub
pub mod parameter;
use parameter::Parameter;
/// stub
#[derive(Debug)]
pub struct Scenario {
    /// x
    pub id: &'static str,
    /// x
    pub chapter: &'static str,
    /// x
    pub parameters: &'static [Parameter],
    /// x
    pub tasks: &'static [&'static str],
    /// x
    pub channels: &'static [&'static str],
}
const P: &[Parameter] = &[
    Parameter::choice(
        "policy",
        "none",
        &[
            "none",
            "report-after",
            "announce",
            "announce-rendezvous",
            "handshake",
            "handshake-patience",
            "accept-first",
            "accept-last-count",
            "accept-last-timer",
            "accept-last-forget",
            "accept-last-closed",
            "permission",
            "permission-revoked",
            "permission-lease",
            "permission-fence",
            "permission-accept-first",
            "heartbeat",
            "heartbeat-suspect",
            "through-parent",
            "arbiter",
        ],
    ),
    Parameter::duration("timeout", "2s", "1ms", "1h"),
    Parameter::duration("work", "1.5s", "0s", "1h"),
    Parameter::duration("replacement-work", "1s", "0s", "1h"),
    Parameter::duration("hop", "100ms", "0s", "1h"),
    Parameter::flag("preemptible", true),
    Parameter::count("requests", 1, 1, 1000),
];
static D: Scenario = Scenario {
    id: "duplicated-message",
    chapter: "5.2",
    parameters: P,
    tasks: &["generator", "stage-a", "stage-a2", "stage-b"],
    channels: &["requests", "results"],
};
/// x
static ALL: [&Scenario; 1] = [&D];
/// x
pub fn all() -> &'static [&'static Scenario] {
    &ALL
}
/// x
pub fn find(id: &str) -> Option<&'static Scenario> {
    all().iter().copied().find(|s| s.id == id)
}
