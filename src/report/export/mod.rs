//! A run to take along: the same trace written for other tools. Each format is one pure function to text.
//!
//! - [`chrome`]: a Chrome trace, which Perfetto opens · [`mermaid`]: a sequence diagram · [`csv`]: a table of events
//! - [`markdown`]: for an issue or a review · [`reproduction`]: a Rust test that repeats the run

pub mod chrome;
pub mod csv;
pub mod markdown;
pub mod mermaid;
pub mod reproduction;

use super::{Report, golden};
use crate::link::{Link, LinkError};
use crate::scenarios::parameter::closest;
use crate::text::Texts;
use crate::trace::Trace;

/// A format to write a run in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// What `heartrace run` prints.
    Text,
    /// A table of events, RFC 4180.
    Csv,
    /// The JSON form of the Chrome trace format.
    Chrome,
    /// A Mermaid sequence diagram.
    Mermaid,
    /// Markdown for an issue.
    Markdown,
    /// A Rust test.
    Rust,
}

impl Format {
    /// Every format with its word and the ending of its files.
    pub const ALL: [(&'static str, Format, &'static str); 6] = [
        ("text", Format::Text, "txt"),
        ("csv", Format::Csv, "csv"),
        ("chrome", Format::Chrome, "json"),
        ("mermaid", Format::Mermaid, "mmd"),
        ("markdown", Format::Markdown, "md"),
        ("rust", Format::Rust, "rs"),
    ];

    /// The format with this word.
    pub fn named(word: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|(name, ..)| *name == word).map(|(_, format, _)| format)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        Format::ALL[self as usize].0
    }

    /// The words of all formats.
    pub fn words() -> [&'static str; 6] {
        Format::ALL.map(|(word, ..)| word)
    }

    /// The format with this word.
    ///
    /// # Errors
    /// Another word is refused with what is allowed; `part` says where it stood.
    pub fn read(word: &str, part: &str) -> Result<Format, LinkError> {
        let words = Format::words();
        let unknown = || LinkError::new("unknown-value", part, word, words.join(", ")).suggesting(closest(word, words));
        Format::named(word).ok_or_else(unknown)
    }

    /// Writes a run; what is told in words is told in these.
    pub fn write(self, link: &Link, report: &Report, trace: &Trace, texts: &Texts) -> String {
        match self {
            Format::Text => golden::text(link, report, trace, texts),
            Format::Csv => csv::write(trace),
            Format::Chrome => chrome::write(report, trace),
            Format::Mermaid => mermaid::write(report, trace),
            Format::Markdown => markdown::write(link, report, trace, texts),
            Format::Rust => reproduction::write(report),
        }
    }
}
