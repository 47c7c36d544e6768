//! The explorer: its reductions against the plain search, the outcomes of the policies, its shrinker, its parts.
#![cfg(not(target_arch = "wasm32"))]

mod bounds;
mod corpus;
mod policies;
mod reductions;
mod shrinking;
mod stories;
mod strategies;

use heartrace::explore::options::Options;
use heartrace::explore::report::Exploration;
use heartrace::explore::search::Search;
use heartrace::link::Link;

/// A link that is to be read.
#[track_caller]
pub(crate) fn parse(text: &str) -> Link {
    Link::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Searches to the end.
pub(crate) fn searched(text: &str, options: &Options) -> Search {
    let mut search = Search::new(&parse(text), options);
    while !search.advance(1_000) {}
    search
}

/// Searches to the end and reports.
pub(crate) fn explored(text: &str, options: &Options) -> Exploration {
    Exploration::new(&searched(text, options), options, 0.0, false)
}
