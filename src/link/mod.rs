//! Links: a run as text, readable and editable by hand, and back.
//!
//! `#/SCENARIO?~CC&key=value&…`, in this order:
//!
//! | key | value | absent means |
//! | --- | --- | --- |
//! | `~CC` | the check ([`carries_check`]) | typed by hand |
//! | the scenario's parameters | `1.95s`, `10/s`, `3`, `0.05`, `true`, `accept-first` | the default of this link version |
//! | `v` | version of the link | 1 |
//! | `model` | `timed`, `any-speed` | `timed` |
//! | `order` | `canonical`, `seeded` | `canonical` |
//! | `seed` | 0–2^53−1 | 0 |
//! | `may`, any number | `crash:TASK*N`, `hang:TASK*N`, `drop:CHANNEL*N`, also `any` | nothing may go wrong |
//! | `fault`, any number, by time | `stage-a:hang@1s+500ms` | nothing goes wrong |
//! | `schedule` | recorded choices ([`encode_schedule`]) | none |
//! | `expect` | a fingerprint, 16 hex digits | none |
//! | `mode` | `live` | virtual time |
//!
//! and last how the page shows it ([`View`]), which changes nothing about the run:
//!
//! | key | value | absent means |
//! | --- | --- | --- |
//! | `axis` | `time`, `events`, `squeezed` | `time` |
//! | `range` | two times `1.2s-3.4s`, or two events `12-40` | the whole run |
//! | `lanes` | names of lanes, `stage-b,stage-a`: these first among the children of their parents | the scenario's order |
//! | `fold` | names of lanes that their children's are folded into | none |
//! | `filter` | a text that the names of all lanes shown hold | all lanes |
//! | `event` | the chosen event | the most telling one |
//! | `at` | where the cursor stands, if not at the chosen event | there |
//! | `measure` | the two events that are measured between, `12-40` | none |
//! | `pin`, any number, by time | a note, `1.25s:TEXT` | none |
//!
//! The command line and JavaScript read these keys like any others, keep them, and make nothing of them. `note` stays a
//! key of later versions: a contract that is older than `pin` says that it is refused.
//!
//! Invariants:
//! 1. Reading is total: every text is a link or one [`LinkError`] that names the part and the character.
//! 2. A link has one text ([`Display`](std::fmt::Display)); reading it gives the same link.
//! 3. Nothing is guessed: a text that is not understood opens nothing.

mod check;
mod error;
mod fault;
mod format;
mod parse;
mod piece;
mod schedule;
mod view;

pub use check::carries_check;
pub use error::LinkError;
pub use fault::{ANY, MAX_FAULTS, MAX_MAY, write_fault, write_may};
pub use parse::MAX_LENGTH;
pub use schedule::{MAX_DEVIATIONS, encode_schedule};
pub use view::{Axis, MAX_FILTER, MAX_LANES, MAX_PIN, MAX_PINS, Pin, Range, View};

use crate::runtime::setting::{Fault, May, Setting};
use crate::scenarios::Scenario;
use crate::scenarios::parameter::Params;
use crate::trace::Time;

/// The version of links that this program writes. Defaults belong to it and are frozen with it.
pub const VERSION: u32 = 1;

/// The greatest seed: 2^53 − 1, which JavaScript's numbers keep exactly.
pub const MAX_SEED: u64 = (1 << 53) - 1;

/// Keys that later versions of the page give a meaning.
pub const LATER_KEYS: [&str; 4] = ["with", "note", "system", "embed"];

/// A run to be: everything that decides what happens.
///
/// ```
/// use heartrace::link::Link;
/// let link = Link::parse("#/duplicated-message?policy=accept-first&work=1950ms").unwrap();
/// assert_eq!(link.params.choice("policy"), "accept-first");
/// assert!(link.to_string().ends_with("&policy=accept-first&work=1.95s"));
/// assert_eq!(Link::parse("#/duplicated-message?wrok=3s").unwrap_err().suggestion.as_deref(), Some("work"));
/// ```
#[derive(Clone, Debug)]
pub struct Link {
    /// Which scenario.
    pub scenario: &'static Scenario,
    /// Its parameters.
    pub params: Params,
    /// The version of the link.
    pub version: u32,
    /// Model, order, seed, faults and recorded choices; its limits are the defaults.
    pub setting: Setting,
    /// The fingerprint that the run should have.
    pub expect: Option<u64>,
    /// Whether the page runs it live instead of in virtual time.
    pub live: bool,
    /// How the page shows it.
    pub view: View,
    /// Keys without a meaning here, with their values, in the order given.
    pub unknown: Vec<(String, String)>,
}

impl Link {
    /// The link of a scenario that changes nothing.
    pub fn new(scenario: &'static Scenario) -> Self {
        Link {
            scenario,
            params: Params::defaults(scenario.parameters),
            version: VERSION,
            setting: Setting::default(),
            expect: None,
            live: false,
            view: View::default(),
            unknown: Vec::new(),
        }
    }

    /// Reads a whole URL, or its fragment with or without `#`, and refuses what does not run in virtual time here.
    ///
    /// # Errors
    /// If any part of it is not understood, unknown and later keys and `mode=live` included.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        parse::parse(text, true)
    }

    /// Reads a link for the page, which keeps unknown and later keys ([`Link::unknown`]) and can run live.
    ///
    /// # Errors
    /// If any part of it is not understood, except for those keys.
    pub fn parse_for_page(text: &str) -> Result<Self, LinkError> {
        parse::parse(text, false)
    }

    /// Reads one fault of this link's scenario: `stage-a:hang@1s+500ms`.
    ///
    /// # Errors
    /// If the form, the kind, the name or a number does not fit.
    pub fn read_fault(&self, text: &str) -> Result<Fault, LinkError> {
        fault::read_fault(text, self.scenario).map_err(|trouble| trouble.in_part("fault"))
    }

    /// Reads what a user does to a task of a live run now: `stage-a:hang+500ms`.
    ///
    /// # Errors
    /// If the form, the kind, the name or a number does not fit.
    pub fn read_action(&self, text: &str, now: Time) -> Result<Fault, LinkError> {
        fault::read_action(text, self.scenario, now).map_err(|trouble| trouble.in_part("action"))
    }

    /// Reads what may go wrong: `crash:stage-a*1`.
    ///
    /// # Errors
    /// If the form, the kind, the name or the number does not fit.
    pub fn read_may(&self, text: &str) -> Result<May, LinkError> {
        fault::read_may(text, self.scenario).map_err(|trouble| trouble.in_part("may"))
    }

    /// This link without its view: the run alone.
    pub fn without_view(mut self) -> Self {
        self.view = View::default();
        self
    }

    /// This link without the keys that have no meaning here.
    pub fn without_unknown(mut self) -> Self {
        self.unknown.clear();
        self
    }
}

impl PartialEq for Link {
    fn eq(&self, other: &Self) -> bool {
        self.scenario.id == other.scenario.id
            && self.params == other.params
            && (self.version, self.expect, self.live) == (other.version, other.expect, other.live)
            && self.setting == other.setting
            && self.view == other.view
            && self.unknown == other.unknown
    }
}
