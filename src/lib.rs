//! Heartrace: the techniques of concurrency at scale, run for real and repeatably.
//!
//! Ordinary `async` Rust, written once against a small [`Runtime`](runtime::Runtime), runs live on the
//! browser's own executor or in virtual time; there a run is a pure function of its link. This page is
//! the map. A layer knows the layers above it in this list that it names, and no other:
//!
//! | module | what it is | knows |
//! | --- | --- | --- |
//! | [`trace`] | what happened: events, nanoseconds, the fingerprint | nothing |
//! | [`runtime`] | the world a pattern sees, and the two engines | trace |
//! | [`patterns`] | the techniques | runtime |
//! | [`analysis`] | what can be read from a trace: verdicts, words, a picture | trace |
//! | [`scenarios`] | the stories: parameters, lanes, claims, start | runtime, patterns, analysis |
//! | [`link`] | a run as text, and back | scenarios |
//! | [`ordered`] | maps and sets that share a tree | nothing |
//! | `gather` | order for a handful of items | nothing |
//! | [`runner`] | from a link to a run and its verdicts | all of these |
//! | [`report`] | what a run is reported as | all of these |
//! | [`levers`] | what in a link an event's time comes from | all of these |
//! | [`explore`] | many runs of one link: which outcomes can happen, and which cannot | all of these |
//! | `web`, `bin/heartrace` | the two faces | all of these |
//!
//! # A run, step by step
//!
//! 1. [`link::Link::parse`] reads a text: a scenario, its [parameters](scenarios::parameter), and a
//!    [`Setting`](runtime::setting::Setting): timing model, order, seed, faults, recorded choices.
//! 2. [`runner::Execution`] makes a [`Run`](runtime::virtual_time::Run) and starts the scenario's root task.
//! 3. At each step the run loop lists what could happen next, in canonical order, and asks the
//!    [chooser](runtime::chooser); with one candidate there is nothing to ask.
//! 4. Every operation records itself: who, when, what, why (its cause) and on which line of Rust.
//! 5. [Claims](analysis::claim) are folded over the events as they happen, stored or not.
//!
//! ```
//! use heartrace::{link::Link, runner::Execution};
//! let link = Link::parse("#/duplicated-message?policy=accept-first").unwrap();
//! let finished = Execution::new(&link, true).finish().unwrap();
//! assert_eq!(finished.outcome, Some("once"));
//! ```
//!
//! # What is absent, on purpose
//!
//! - No clock and no randomness outside the runtime; integer nanoseconds; ordered maps; one named generator.
//! - No `unsafe` code.
//! - No recording in patterns: the runtime records what they do; they only `note` a moment of their own domain.
//! - No words in the core: messages are a code and arguments; the texts are in `www/locales`.
//! - Nothing grows without a [limit](runtime::setting::Limits), and reaching one ends the run and says so.

pub mod ordered;

pub mod trace;

pub mod runtime;

pub mod patterns;

pub mod analysis;

pub mod scenarios;

pub mod link;
pub mod text;

mod gather;
pub mod report;
pub mod runner;

pub mod levers;

pub mod explore;

#[cfg(target_arch = "wasm32")]
pub mod web;
