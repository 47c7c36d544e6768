//! The checked values of one run.

use super::{Parameter, ParameterError, Rate, Ratio, Value, closest};
use crate::scenarios::parameter::Misfit;
use std::time::Duration;

/// The values of all parameters of a scenario, each in its range.
///
/// The getters are for the scenario's own code: asking for a name or a kind that it did not declare is a bug and panics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    parameters: &'static [Parameter],
    values: Vec<Value>,
}

impl Params {
    /// Every parameter at its default.
    pub fn defaults(parameters: &'static [Parameter]) -> Self {
        Params { parameters, values: parameters.iter().map(Parameter::default).collect() }
    }

    /// Sets a parameter from text.
    ///
    /// # Errors
    /// If there is no such parameter, or the text is not a value it takes; nothing is changed then.
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), ParameterError> {
        let Some(index) = self.parameters.iter().position(|parameter| parameter.name == name) else {
            let names = self.parameters.iter().map(|parameter| parameter.name);
            return Err(ParameterError {
                misfit: Misfit::Unknown,
                part: name.to_string(),
                value: name.to_string(),
                suggestion: closest(name, names.clone()).map(str::to_string),
                allowed: names.collect::<Vec<_>>().join(", "),
            });
        };
        self.values[index] = self.parameters[index].read(text)?;
        Ok(())
    }

    /// Every parameter with its value, in declared order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Parameter, Value)> + '_ {
        self.parameters.iter().zip(self.values.iter().copied())
    }

    /// The parameters that differ from their default, in declared order.
    pub fn changed(&self) -> impl Iterator<Item = (&'static Parameter, Value)> + '_ {
        self.iter().filter(|(parameter, value)| *value != parameter.default())
    }

    /// The value of a duration.
    ///
    /// # Panics
    /// If the scenario declares no duration of this name; so do the other getters for their kinds.
    pub fn duration(&self, name: &str) -> Duration {
        match self.value(name) {
            Value::Duration(duration) => duration,
            other => wrong_kind(name, "duration", other),
        }
    }

    /// The value of a rate.
    pub fn rate(&self, name: &str) -> Rate {
        match self.value(name) {
            Value::Rate(rate) => rate,
            other => wrong_kind(name, "rate", other),
        }
    }

    /// The value of a count.
    pub fn count(&self, name: &str) -> u64 {
        match self.value(name) {
            Value::Count(count) => count,
            other => wrong_kind(name, "count", other),
        }
    }

    /// The value of a ratio.
    pub fn ratio(&self, name: &str) -> Ratio {
        match self.value(name) {
            Value::Ratio(ratio) => ratio,
            other => wrong_kind(name, "ratio", other),
        }
    }

    /// The value of a flag.
    pub fn flag(&self, name: &str) -> bool {
        match self.value(name) {
            Value::Flag(flag) => flag,
            other => wrong_kind(name, "flag", other),
        }
    }

    /// The value of a choice.
    pub fn choice(&self, name: &str) -> &'static str {
        match self.value(name) {
            Value::Choice(choice) => choice,
            other => wrong_kind(name, "choice", other),
        }
    }

    fn value(&self, name: &str) -> Value {
        // A search asks before every execution, as a rule with the very text of the declaration.
        let is_same = |parameter: &Parameter| std::ptr::eq(parameter.name, name);
        let place = self.parameters.iter().position(is_same);
        match place.or_else(|| self.parameters.iter().position(|parameter| parameter.name == name)) {
            Some(index) => self.values[index],
            None => panic!("the scenario declares no parameter {name:?}"),
        }
    }
}

fn wrong_kind(name: &str, asked: &str, value: Value) -> ! {
    panic!("parameter {name:?} was asked for as a {asked}, but its value is {value}")
}
