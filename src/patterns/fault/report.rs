//! The one place where failures are reported: the whole record once into the log, a sentence and the id to the user.

use super::known::{Class, Module, classify, sentence};
use super::search;
use crate::runtime::{Runtime, wall};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

/// A reporter remembers at most so many ids; of an older one a repetition is a report of its own again.
const MOST_REMEMBERED: usize = 10_000;

/// What the user is told. It prints as `[1] There was …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The id under which the log has the whole record.
    pub id: u32,
    /// What the failure is to whoever stands at the top.
    pub class: Class,
    /// The sentence.
    pub text: String,
    /// How often the same occurrence had been reported before.
    pub repeats: u32,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.id, self.text)
    }
}

/// Reports failures at the top of a program. One reporter is enough, and only one sees what is a repetition.
pub struct Reporter {
    rt: Runtime,
    /// By id: how often it was reported.
    reported: RefCell<BTreeMap<u32, u32>>,
}

impl Reporter {
    /// A reporter that has reported nothing.
    pub fn new(rt: &Runtime) -> Self {
        Reporter { rt: rt.clone(), reported: RefCell::default() }
    }

    /// Reports what came up from module `M`: the log line is printed unless this occurrence was reported before.
    /// An error without a record gets its id here.
    #[track_caller]
    pub fn report<M: Module>(&self, error: &(dyn Error + 'static)) -> Told {
        let id = search::record(error).map_or_else(|| self.rt.number("fault"), |record| record.id);
        let repeats = self.count(id);
        if repeats == 0 {
            let time = wall::time_of_day(self.rt.utc_nanos());
            self.rt.log(format!("[logID: {id}]: {time} {error:?}"));
        } else {
            self.rt.note("repeated fault {}, {} times", [id, repeats]);
        }
        Told { id, class: classify::<M>(error), text: sentence::<M>(error), repeats }
    }

    fn count(&self, id: u32) -> u32 {
        let mut reported = self.reported.borrow_mut();
        let times = reported.entry(id).or_default();
        let before = *times;
        *times = times.saturating_add(1);
        if reported.len() > MOST_REMEMBERED {
            reported.pop_first();
        }
        before
    }
}
