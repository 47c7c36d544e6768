//! What can be set in a scenario: parameters with a kind, a unit, a range and a default, and the checked values of one run.
//!
//! A scenario declares its parameters as constants; link, form and command line read and write them as text.
//! Reading is exact and total: a text is a value in range, or a [`ParameterError`] that says what is allowed.

mod error;
mod params;
mod value;

pub use error::{ParameterError, closest};
pub use params::Params;
pub use value::{Misfit, Rate, Ratio, Value, read_count, read_duration, read_rate, read_ratio, write_duration};

/// What kind of value a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A length of time, exact to one nanosecond: `1.95s`, `250ms`.
    Duration,
    /// So many per second, minute or hour: `10/s`.
    Rate,
    /// A whole number: `3`.
    Count,
    /// A decimal number, exact to one millionth: `0.05`.
    Ratio,
    /// `true` or `false`.
    Flag,
    /// One of a list of words.
    Choice,
}

impl Kind {
    /// The word for this kind in JSON and on the page.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Duration => "duration",
            Kind::Rate => "rate",
            Kind::Count => "count",
            Kind::Ratio => "ratio",
            Kind::Flag => "flag",
            Kind::Choice => "choice",
        }
    }
}

/// A value as it stands in a scenario's source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Given {
    Text(&'static str),
    Number(u64),
    Flag(bool),
}

/// One parameter of a scenario.
///
/// ```
/// use heartrace::scenarios::parameter::{Parameter, Params};
/// const PARAMETERS: &[Parameter] = &[
///     Parameter::choice("policy", "none", &["none", "accept-first"]),
///     Parameter::duration("timeout", "2s", "1ms", "1h"),
/// ];
/// let mut params = Params::defaults(PARAMETERS);
/// params.set("timeout", "1.95s").unwrap();
/// assert_eq!(params.duration("timeout").as_millis(), 1950);
/// assert_eq!(params.set("timeout", "2").unwrap_err().allowed, "1ms–1h (ns, us, ms, s, m, h)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its key in a link.
    pub name: &'static str,
    /// What kind of value it takes.
    pub kind: Kind,
    /// The words a choice may take, in the order of the form; empty for other kinds.
    pub values: &'static [&'static str],
    default: Given,
    range: Option<(Given, Given)>,
}

impl Parameter {
    /// A length of time from `min` to `max`, all three written as in a link.
    pub const fn duration(name: &'static str, default: &'static str, min: &'static str, max: &'static str) -> Self {
        Self::between(name, Kind::Duration, Given::Text(default), Given::Text(min), Given::Text(max))
    }

    /// A rate from `min` to `max`, all three written as in a link.
    pub const fn rate(name: &'static str, default: &'static str, min: &'static str, max: &'static str) -> Self {
        Self::between(name, Kind::Rate, Given::Text(default), Given::Text(min), Given::Text(max))
    }

    /// A whole number from `min` to `max`.
    pub const fn count(name: &'static str, default: u64, min: u64, max: u64) -> Self {
        Self::between(name, Kind::Count, Given::Number(default), Given::Number(min), Given::Number(max))
    }

    /// A decimal number from `min` to `max`, all three written as in a link.
    pub const fn ratio(name: &'static str, default: &'static str, min: &'static str, max: &'static str) -> Self {
        Self::between(name, Kind::Ratio, Given::Text(default), Given::Text(min), Given::Text(max))
    }

    /// Yes or no.
    pub const fn flag(name: &'static str, default: bool) -> Self {
        Parameter { name, kind: Kind::Flag, values: &[], default: Given::Flag(default), range: None }
    }

    /// One of `values`.
    pub const fn choice(name: &'static str, default: &'static str, values: &'static [&'static str]) -> Self {
        Parameter { name, kind: Kind::Choice, values, default: Given::Text(default), range: None }
    }

    const fn between(name: &'static str, kind: Kind, default: Given, min: Given, max: Given) -> Self {
        Parameter { name, kind, values: &[], default, range: Some((min, max)) }
    }

    /// The value it has when a link does not name it.
    ///
    /// # Panics
    /// If the scenario declares a default that is no value of its kind.
    pub fn default(&self) -> Value {
        self.declared(self.default)
    }

    /// The least and the greatest value, where the kind has an order.
    ///
    /// # Panics
    /// If the scenario declares a bound that is no value of its kind.
    pub fn range(&self) -> Option<(Value, Value)> {
        self.range.map(|(min, max)| (self.declared(min), self.declared(max)))
    }

    /// The unit a bare number of this parameter would have: `s`, `/s` or none.
    pub const fn unit(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Duration => Some("s"),
            Kind::Rate => Some("/s"),
            Kind::Count | Kind::Ratio | Kind::Flag | Kind::Choice => None,
        }
    }

    /// Reads a value and checks it against the range.
    ///
    /// # Errors
    /// If the text is no value of this kind, or out of range.
    pub fn read(&self, text: &str) -> Result<Value, ParameterError> {
        let value = self.parse(text).map_err(|misfit| self.refuse(misfit, text))?;
        match self.range() {
            Some((min, max)) if !value.is_within(min, max) => Err(self.refuse(Misfit::OutOfRange, text)),
            _ => Ok(value),
        }
    }

    /// What is allowed, in words that need no translation: `1ms–1h (ns, us, ms, s, m, h)`, `none, accept-first`.
    pub fn allowed(&self) -> String {
        let range = self.range().map(|(min, max)| format!("{min}–{max}")).unwrap_or_default();
        match self.kind {
            Kind::Duration => format!("{range} ({})", value::DURATION_UNITS),
            Kind::Rate => format!("{range} ({})", value::RATE_UNITS),
            Kind::Count | Kind::Ratio => range,
            Kind::Flag => "true, false".to_string(),
            Kind::Choice => self.values.join(", "),
        }
    }

    fn parse(&self, text: &str) -> Result<Value, Misfit> {
        if text.is_empty() {
            return Err(Misfit::Missing);
        }
        match self.kind {
            Kind::Duration => read_duration(text).map(Value::Duration),
            Kind::Rate => read_rate(text).map(Value::Rate),
            Kind::Count => read_count(text).map(Value::Count),
            Kind::Ratio => read_ratio(text).map(Value::Ratio),
            Kind::Flag => match text {
                "true" => Ok(Value::Flag(true)),
                "false" => Ok(Value::Flag(false)),
                _ => Err(Misfit::Unknown),
            },
            Kind::Choice => {
                let known = self.values.iter().find(|value| **value == text);
                known.map(|value| Value::Choice(value)).ok_or(Misfit::Unknown)
            }
        }
    }

    fn refuse(&self, misfit: Misfit, text: &str) -> ParameterError {
        let suggestion = (misfit == Misfit::Unknown).then(|| match self.kind {
            Kind::Flag => closest(text, ["true", "false"]),
            _ => closest(text, self.values.iter().copied()),
        });
        ParameterError {
            misfit,
            part: self.name.to_string(),
            value: text.to_string(),
            allowed: self.allowed(),
            suggestion: suggestion.flatten().map(str::to_string),
        }
    }

    fn declared(&self, given: Given) -> Value {
        let text = match given {
            Given::Text(text) => text,
            Given::Number(number) => return Value::Count(number),
            Given::Flag(flag) => return Value::Flag(flag),
        };
        self.parse(text)
            .unwrap_or_else(|_| panic!("parameter {} declares {text:?}, which is no {}", self.name, self.kind.name()))
    }
}
