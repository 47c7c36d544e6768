//! What is wrong with a link: which part, at which character, and what is allowed there.

use crate::scenarios::parameter::{Misfit, ParameterError};
use crate::text::{Texts, visible};
use std::fmt;

/// How much of a wrong text an error repeats, in characters.
const SHOWN: usize = 80;

/// A link that cannot be run, as a code with its arguments; [`LinkError::message`] puts them into words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkError {
    /// What is wrong; the text is `error.CODE` in `www/locales/…/core.json`.
    pub code: &'static str,
    /// The part of the link: `link`, `scenario`, `check`, or the key.
    pub part: String,
    /// The text that does not fit, at most 80 characters of it, with invisible characters written out.
    pub value: String,
    /// Where that text begins, in characters (Unicode scalar values) from the start of the text that was given;
    /// none for what only a run can find, such as a fault that meets no task.
    pub position: Option<usize>,
    /// What is allowed, as a list, a range or a form: it needs no translation.
    pub allowed: String,
    /// The allowed word that was probably meant.
    pub suggestion: Option<String>,
}

impl LinkError {
    /// Makes an error without a place.
    pub fn new(code: &'static str, part: &str, value: &str, allowed: impl Into<String>) -> Self {
        LinkError {
            code,
            part: visible(part, SHOWN),
            value: visible(value, SHOWN),
            position: None,
            allowed: allowed.into(),
            suggestion: None,
        }
    }

    /// A recorded choice that the run does not have: the `number`-th deviation of the schedule, counted from 1.
    ///
    /// `found` is the arity met in the run, or none if the run ended before that choice.
    pub fn schedule_misfit(number: usize, pick: u32, arity: u32, found: Option<u32>) -> Self {
        let value = format!("{number}: {pick}/{arity}");
        match found {
            Some(found) => {
                let allowed = format!("{number}: 0–{}/{found}", found.saturating_sub(1));
                LinkError::new("schedule-misfit", "schedule", &value, allowed)
            }
            None => LinkError::new("schedule-too-long", "schedule", &value, format!("1–{}", number.saturating_sub(1))),
        }
    }

    /// This error with a word that was probably meant.
    pub fn suggesting(mut self, word: Option<&str>) -> Self {
        self.suggestion = word.map(str::to_string);
        self
    }

    /// This error with the place of its key in `text`, for errors that only a run can find.
    pub fn placed_in(mut self, text: &str) -> Self {
        if self.position.is_none() {
            let key = format!("{}=", self.part);
            let found = text.find(&format!("?{key}")).or_else(|| text.find(&format!("&{key}")));
            self.position = found.map(|byte| text[..byte].chars().count() + 1 + key.chars().count());
        }
        self
    }

    /// The message in English: one or two sentences that name the part, the text and what is allowed.
    pub fn message(&self) -> String {
        self.message_in(Texts::english())
    }

    /// The message in the language of `texts`.
    pub fn message_in(&self, texts: &Texts) -> String {
        let arguments = [("part", &*self.part), ("value", &*self.value), ("allowed", &*self.allowed)];
        let mut message = texts.fill(&format!("error.{}", self.code), &arguments);
        if let Some(suggestion) = &self.suggestion {
            message.push(' ');
            message.push_str(&texts.fill("error.suggestion", &[("suggestion", suggestion)]));
        }
        message
    }
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for LinkError {}

/// An error within one value, before it is known where in the link that value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub code: &'static str,
    /// Bytes from the start of the value.
    pub offset: usize,
    pub value: String,
    pub allowed: String,
    pub suggestion: Option<String>,
}

impl Trouble {
    pub fn new(code: &'static str, offset: usize, value: &str, allowed: impl Into<String>) -> Self {
        Trouble { code, offset, value: value.to_string(), allowed: allowed.into(), suggestion: None }
    }

    pub fn suggesting(mut self, word: Option<&str>) -> Self {
        self.suggestion = word.map(str::to_string);
        self
    }

    pub fn in_part(self, part: &str) -> LinkError {
        LinkError::new(self.code, part, &self.value, self.allowed).suggesting(self.suggestion.as_deref())
    }
}

impl From<ParameterError> for Trouble {
    fn from(error: ParameterError) -> Self {
        let code = misfit_code(error.misfit);
        Trouble::new(code, 0, &error.value, error.allowed).suggesting(error.suggestion.as_deref())
    }
}

pub(super) fn misfit_code(misfit: Misfit) -> &'static str {
    match misfit {
        Misfit::Missing => "missing-value",
        Misfit::NotANumber => "not-a-number",
        Misfit::Negative => "negative",
        Misfit::NoUnit => "missing-unit",
        Misfit::UnknownUnit => "unknown-unit",
        Misfit::TooFine => "too-fine",
        Misfit::OutOfRange => "out-of-range",
        Misfit::Unknown => "unknown-value",
    }
}
