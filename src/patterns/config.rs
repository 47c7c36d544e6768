//! A setting that makes no sense is found when a pattern is made, as a value that names the field.

use std::fmt;
use std::time::Duration;

/// A setting that a pattern cannot work with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The field, as the pattern's documentation and a scenario's parameter call it.
    pub field: &'static str,
    /// What it was given.
    pub value: String,
    /// What it takes, in words that need no translation: `> 0s`, `1–burst`, `0 < q < 1`.
    pub allowed: String,
}

impl ConfigError {
    /// A field with the value it was given and what it takes.
    pub fn new(field: &'static str, value: impl fmt::Display, allowed: impl Into<String>) -> Self {
        ConfigError { field, value: value.to_string(), allowed: allowed.into() }
    }

    /// The error unless a condition holds.
    ///
    /// # Errors
    /// If it does not hold.
    pub fn unless(
        holds: bool,
        field: &'static str,
        value: impl fmt::Display,
        allowed: impl Into<String>,
    ) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(ConfigError::new(field, value, allowed)) }
    }

    /// The error if a duration is zero.
    ///
    /// # Errors
    /// If it is zero.
    pub fn if_zero(field: &'static str, duration: Duration) -> Result<(), Self> {
        ConfigError::unless(!duration.is_zero(), field, "0s", "> 0s")
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} is not allowed; allowed: {}", self.field, self.value, self.allowed)
    }
}

impl std::error::Error for ConfigError {}
