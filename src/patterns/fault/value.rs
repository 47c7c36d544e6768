//! What a fault was about, as data and not as text; and the stable names of cases.

use std::fmt;
use std::time::Duration;

/// A value of a fault's context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// A length of time.
    Duration(Duration),
    /// Yes or no.
    Flag(bool),
    /// What programs may look at and no text shows; see [`Fault::secret`](super::Fault::secret).
    Secret(Secret),
}

/// A value that is shown nowhere: neither in a log nor to a user nor on a wire.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<Value>);

impl Secret {
    /// Makes a value one.
    pub fn new(value: impl Into<Value>) -> Self {
        Secret(Box::new(value.into()))
    }

    /// The value, for a program that knows what it does.
    pub fn reveal(&self) -> &Value {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Value::Number(number.into())
    }
}

impl From<Duration> for Value {
    fn from(duration: Duration) -> Self {
        Value::Duration(duration)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Flag(flag)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => write!(f, "{text:?}"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Duration(duration) => write!(f, "{duration:?}"),
            Value::Flag(flag) => write!(f, "{flag}"),
            Value::Secret(secret) => write!(f, "{secret:?}"),
        }
    }
}

/// The stable name of a case, for programs: 2 to 63 of `A`–`Z`, `0`–`9` and `_`, beginning with a letter and not
/// ending in `_`; the rule of the API guidelines AIP-193.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code(&'static str);

impl Code {
    /// A name that was found fit, in a `const` when the program is compiled.
    ///
    /// # Panics
    /// If it is not.
    pub const fn new(name: &'static str) -> Self {
        assert!(Code::is_fit(name), "a code is 2 to 63 of A-Z, 0-9 and _, begins with a letter, ends without _");
        Code(name)
    }

    /// Whether a text can be a code.
    pub const fn is_fit(name: &str) -> bool {
        let name = name.as_bytes();
        if name.len() < 2 || name.len() > 63 || !name[0].is_ascii_uppercase() || name[name.len() - 1] == b'_' {
            return false;
        }
        let mut index = 0;
        while index < name.len() {
            if !matches!(name[index], b'A'..=b'Z' | b'0'..=b'9' | b'_') {
                return false;
            }
            index += 1;
        }
        true
    }

    /// The name.
    pub const fn name(self) -> &'static str {
        self.0
    }
}
