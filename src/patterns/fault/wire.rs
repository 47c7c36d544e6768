//! A fault as JSON, and an error that came from elsewhere: another tab, a link, a newer version of this program.
//!
//! What arrives is an ordinary error: it prints, can be wrapped and searched, and is like the one that was sent. It may
//! speak of modules, codes and fields that this program has never heard of; those are kept and sent on unchanged.
//! Numbers travel as text, since JavaScript keeps only 53 bits of them. Secrets do not travel.

use super::search::record_of;
use super::{Fault, MOST_CAUSES, MOST_FRAMES, MOST_TEXT, Retry, Severity, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

/// A text longer than this is not read: the most that the limits of a record can come to, with room for a newer one's.
pub const MOST_JSON: usize = 1 << 20;

/// A record as it travels: what [`Record`](super::Record) holds, without what only this program could use.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Wire {
    /// Of an error of somebody else: what it prints for developers. Then only text and causes are known of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foreign: Option<String>,
    /// The number of the occurrence where it occurred, which says nothing here.
    #[serde(default)]
    pub id: u32,
    /// When, in nanoseconds since 1970 (UTC), in decimal.
    #[serde(default)]
    pub when_ns: String,
    /// The task and who started it, from the root.
    #[serde(default)]
    pub path: String,
    /// Which attempt it was, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The operations it went through, innermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stack: Vec<String>,
    /// For developers: what happened.
    pub what: String,
    /// For the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Which module knows the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// For programs: the name of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What it was about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<(String, Sent)>,
    /// Whether trying again could help: `never`, or after so many nanoseconds; none if nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<String>,
    /// What somebody could do about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// Where more is written about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// How bad it is; none if it is an error like others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// The operation that has dealt with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handled: Option<String>,
    /// Whether it should be impossible.
    #[serde(default, skip_serializing_if = "is_false")]
    pub bug: bool,
    /// Whether the causes are for people only.
    #[serde(default, skip_serializing_if = "is_false")]
    pub barrier: bool,
    /// Whether something was left out.
    #[serde(default, skip_serializing_if = "is_false")]
    pub truncated: bool,
    /// What it came of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Wire>,
    /// What failed besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secondary: Vec<Wire>,
    /// What this program does not know, kept for whoever does.
    #[serde(flatten)]
    pub rest: BTreeMap<String, serde_json::Value>,
}

/// A value of the context as it travels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sent {
    /// A text.
    Text(String),
    /// A whole number, in decimal.
    Number(String),
    /// Nanoseconds, in decimal.
    DurationNs(String),
    /// Yes or no.
    Flag(bool),
    /// There was a secret.
    Redacted,
    /// Something that this program does not know.
    #[serde(untagged)]
    Unknown(serde_json::Value),
}

/// What arrived is no fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAFault {
    /// Why not.
    pub why: String,
}

impl fmt::Display for NotAFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a fault: {}", self.why)
    }
}

impl Error for NotAFault {}

fn is_false(flag: &bool) -> bool {
    !flag
}

impl Wire {
    /// An error with all it came of, ready to be sent. Causes behind a barrier go along, for people; foreign errors as
    /// what they print.
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        Wire::within(error, MOST_CAUSES)
    }

    fn within(error: &(dyn Error + 'static), depth: usize) -> Self {
        if let Some(wire) = error.downcast_ref::<Wire>() {
            return wire.clone();
        }
        let (blank, below) = (Wire::blank(), depth.saturating_sub(1));
        let all = |errors: &[std::rc::Rc<dyn Error>]| match below {
            0 => Vec::new(),
            _ => errors.iter().map(|error| Wire::within(&**error, below)).collect(),
        };
        let Some(fault) = record_of(error) else {
            let causes: Vec<Wire> =
                error.source().filter(|_| below > 0).map(|cause| Wire::within(cause, below)).into_iter().collect();
            let truncated = causes.is_empty() && error.source().is_some();
            return Wire { foreign: Some(format!("{error:?}")), what: error.to_string(), causes, truncated, ..blank };
        };
        let (causes, secondary) = (all(&fault.causes), all(&fault.secondary));
        let left_out = causes.len() + secondary.len() < fault.causes.len() + fault.secondary.len();
        Wire {
            id: fault.id,
            when_ns: fault.when.to_string(),
            path: fault.path.clone(),
            attempt: fault.attempt,
            stack: fault.frames.iter().map(|frame| frame.operation.to_owned()).collect(),
            what: fault.what.clone(),
            user: fault.user.clone(),
            module: fault.module.map(str::to_owned),
            code: fault.code.map(|code| code.name().to_owned()),
            context: fault.context.iter().map(|(key, value)| ((*key).to_owned(), Sent::from(value))).collect(),
            retry: match fault.retry {
                Retry::Unknown => None,
                Retry::Never => Some("never".to_owned()),
                Retry::After(delay) => Some(delay.as_nanos().to_string()),
            },
            hints: fault.hints.clone(),
            help: fault.help.clone(),
            severity: (fault.severity != Severity::default()).then(|| fault.severity.name().to_owned()),
            handled: fault.handled.map(|handled| handled.operation.to_owned()),
            bug: fault.bug,
            barrier: fault.barrier,
            truncated: fault.truncated || left_out,
            causes,
            secondary,
            ..blank
        }
    }

    fn blank() -> Self {
        Wire {
            foreign: None,
            id: 0,
            when_ns: String::new(),
            path: String::new(),
            attempt: None,
            stack: Vec::new(),
            what: String::new(),
            user: None,
            module: None,
            code: None,
            context: Vec::new(),
            retry: None,
            hints: Vec::new(),
            help: None,
            severity: None,
            handled: None,
            bug: false,
            barrier: false,
            truncated: false,
            causes: Vec::new(),
            secondary: Vec::new(),
            rest: BTreeMap::new(),
        }
    }

    /// As JSON, on one line; the same fault is the same text.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts, numbers and lists can be written")
    }

    /// Reads what [`to_json`](Self::to_json) has written, here or elsewhere.
    ///
    /// # Errors
    /// [`NotAFault`] if it is something else, longer than [`MOST_JSON`], or larger than a record may be.
    pub fn from_json(text: &str) -> Result<Self, NotAFault> {
        if text.len() > MOST_JSON {
            return Err(NotAFault { why: format!("{} bytes, at most {MOST_JSON}", text.len()) });
        }
        let wire: Wire = serde_json::from_str(text).map_err(|error| NotAFault { why: error.to_string() })?;
        wire.check(MOST_CAUSES)?;
        Ok(wire)
    }

    fn check(&self, depth: usize) -> Result<(), NotAFault> {
        let unless = |fits: bool, what: &str| match fits {
            true => Ok(()),
            false => Err(NotAFault { why: format!("too many {what}") }),
        };
        unless(depth > 0, "layers")?;
        unless(self.causes.len() <= MOST_CAUSES && self.secondary.len() <= MOST_CAUSES, "causes")?;
        unless(self.stack.len() <= MOST_FRAMES && self.context.len() <= MOST_FRAMES, "frames or entries")?;
        unless(self.hints.len() <= MOST_CAUSES, "hints")?;
        let texts = [&self.foreign, &self.user, &self.help].into_iter().flatten();
        let texts = texts.chain(&self.hints).chain([&self.what, &self.path]);
        unless(texts.map(String::len).sum::<usize>() <= 2 * MOST_TEXT, "words")?;
        self.causes.iter().chain(&self.secondary).try_for_each(|below| below.check(depth - 1))
    }

    /// The causes that programs may find.
    pub(super) fn found(&self) -> impl DoubleEndedIterator<Item = &Wire> {
        self.causes.iter().filter(|_| !self.barrier)
    }
}

impl From<&Value> for Sent {
    fn from(value: &Value) -> Self {
        match value {
            Value::Text(text) => Sent::Text(text.clone()),
            Value::Number(number) => Sent::Number(number.to_string()),
            Value::Duration(duration) => Sent::DurationNs(duration.as_nanos().to_string()),
            Value::Flag(flag) => Sent::Flag(*flag),
            Value::Secret(_) => Sent::Redacted,
        }
    }
}

impl From<&Fault> for Wire {
    fn from(fault: &Fault) -> Self {
        Wire::of(fault)
    }
}

impl fmt::Display for Wire {
    /// What happened, on one line, with the causes that are not behind a barrier.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if self.foreign.is_some() {
            // It has said all of it itself.
            return Ok(());
        }
        for (index, cause) in self.found().enumerate() {
            write!(f, "{}{cause}", if index == 0 { ": " } else { "; " })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Wire {
    /// All of it, on one line, for the log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.foreign {
            Some(foreign) => f.write_str(foreign),
            None => write!(f, "from elsewhere {}", self.to_json()),
        }
    }
}

impl Error for Wire {
    /// The first cause, unless it lies behind a barrier.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.found().next().map(|cause| cause as _)
    }
}
