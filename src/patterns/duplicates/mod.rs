//! The duplicated-message problem: a slow stage is cancelled and replaced, and both results may arrive.
//!
//! A [`generator`] gives a request to a [`stage`], judges it slow, cancels it and gives the request to
//! a second instance; the [`sink`] takes what arrives. The [`Policy`] says what the three do about the
//! result that has left before the cancel came.

pub mod generator;
mod letter;
pub mod sink;
pub mod stage;

pub use letter::{Letter, Word};

use std::time::Duration;

/// What is done about the message that may arrive twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// P0: cancel and replace on timeout, nothing else.
    None,
    /// P1a: the stage reports after it has sent; a child that has reported is not cancelled.
    ReportAfter,
    /// P1b: the stage announces that it will send, and does not wait.
    Announce,
    /// P1c: the stage may send only after the generator took the announcement; then it is never cancelled.
    AnnounceRendezvous,
    /// P1d: the replacement starts only after the stage answered the cancel.
    Handshake,
    /// P1e: the same, but the generator's patience is limited.
    HandshakePatience,
    /// P2: the sink accepts the first and discards later copies.
    AcceptFirst,
    /// P3a: the sink accepts the last of two.
    AcceptLastCount,
    /// P3b: the sink accepts the last that came within a window; later ones are dropped.
    AcceptLastTimer,
    /// P3c: the same without memory: a late one counts as new.
    AcceptLastForget,
    /// P3d: the sink accepts the last when all producers have closed.
    AcceptLastClosed,
    /// P4a: an attempt asks before it sends; the first asker gets the only grant.
    Permission,
    /// P4b: the same, but after the timeout the first attempt is denied.
    PermissionRevoked,
    /// P4c: the same, and a grant that seems unused after the lease goes to the replacement.
    PermissionLease,
    /// P4d: the same, and the sink rejects an attempt lower than the highest it has seen.
    PermissionFence,
    /// P4e: as P4c, and the sink accepts the first.
    PermissionAcceptFirst,
    /// P5a: replace only a stage that is dead; the detector is perfect.
    Heartbeat,
    /// P5b: replace a stage that has been silent; the detector may be wrong.
    HeartbeatSuspect,
    /// P6: both attempts return to the generator, which forwards the first.
    ThroughParent,
    /// P7: before replacing, the generator asks the sink to fence the first attempt.
    Arbiter,
}

impl Policy {
    /// Every policy with its word in links.
    pub const ALL: [(&'static str, Policy); 20] = [
        ("none", Policy::None),
        ("report-after", Policy::ReportAfter),
        ("announce", Policy::Announce),
        ("announce-rendezvous", Policy::AnnounceRendezvous),
        ("handshake", Policy::Handshake),
        ("handshake-patience", Policy::HandshakePatience),
        ("accept-first", Policy::AcceptFirst),
        ("accept-last-count", Policy::AcceptLastCount),
        ("accept-last-timer", Policy::AcceptLastTimer),
        ("accept-last-forget", Policy::AcceptLastForget),
        ("accept-last-closed", Policy::AcceptLastClosed),
        ("permission", Policy::Permission),
        ("permission-revoked", Policy::PermissionRevoked),
        ("permission-lease", Policy::PermissionLease),
        ("permission-fence", Policy::PermissionFence),
        ("permission-accept-first", Policy::PermissionAcceptFirst),
        ("heartbeat", Policy::Heartbeat),
        ("heartbeat-suspect", Policy::HeartbeatSuspect),
        ("through-parent", Policy::ThroughParent),
        ("arbiter", Policy::Arbiter),
    ];

    /// The policy with this word.
    pub fn named(word: &str) -> Option<Policy> {
        Policy::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, policy)| policy)
    }

    /// Whether some order of events lets the sink accept two copies, without any fault.
    pub fn can_duplicate(self) -> bool {
        use Policy::*;
        let by_request = matches!(self, None | ReportAfter | Announce | HandshakePatience | AcceptLastForget);
        by_request || matches!(self, PermissionLease | PermissionFence | HeartbeatSuspect)
    }

    /// Whether some order of events lets the sink accept nothing, without any fault.
    pub fn can_lose(self) -> bool {
        matches!(self, Policy::AcceptLastCount | Policy::Permission)
    }

    /// Whether an attempt asks before it sends.
    pub fn asks(self) -> bool {
        use Policy::*;
        matches!(self, Permission | PermissionRevoked | PermissionLease | PermissionFence | PermissionAcceptFirst)
    }

    /// Whether a grant runs out.
    pub fn leases(self) -> bool {
        matches!(self, Policy::PermissionLease | Policy::PermissionFence | Policy::PermissionAcceptFirst)
    }

    /// Whether an attempt answers a cancel, and the generator waits for it.
    pub fn shakes_hands(self) -> bool {
        matches!(self, Policy::Handshake | Policy::HandshakePatience)
    }

    /// Whether the first attempt sends heartbeats instead of being judged by the timeout.
    pub fn beats(self) -> bool {
        matches!(self, Policy::Heartbeat | Policy::HeartbeatSuspect)
    }
}

/// The numbers of a run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// What is done about duplicates.
    pub policy: Policy,
    /// How many requests there are, one after the other.
    pub requests: u32,
    /// How long the generator waits, from the sending of a request.
    pub timeout: Duration,
    /// How long the first attempt works.
    pub work: Duration,
    /// How long the replacement works.
    pub replacement_work: Duration,
    /// Whether an attempt hears a cancel while it works, or only at the end of it.
    pub preemptible: bool,
    /// How long the sink waits for later copies (P3).
    pub window: Duration,
    /// How long the generator waits for the answer to a cancel (P1e).
    pub patience: Duration,
    /// How long a grant lasts (P4c–e).
    pub lease: Duration,
    /// The period of the heartbeat (P5).
    pub beat: Duration,
    /// The silence after which the generator suspects (P5).
    pub silence: Duration,
    /// How long every message travels.
    pub hop: Duration,
}
