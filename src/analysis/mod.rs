//! What can be read from a trace: verdicts, words, a picture. It knows traces and nothing else.
//!
//! - [`claim`]: a fold over events with a verdict · [`claims`]: the general ones · [`signs`]: those about signs of life
//! - [`delays`]: how long until a cancel is heard
//! - [`freshness`]: how old what is used is · [`state`]: what a cancel leaves behind · [`progress`]: who gets done
//! - [`failures`]: those about what was logged and what users were told
//! - [`lives`]: those about lives that follow one another · [`doubts`]: about detectors
//! - [`overload`]: those about overload
//! - [`limits`]: those about tokens · [`copies`]: those about copies of a request
//! - [`few`]: a small map that most of them are made of
//! - [`text`]: an event in words · [`timeline`]: spans, arrows and marks to draw

pub mod claim;
pub mod claims;
pub mod copies;
pub mod delays;
pub mod doubts;
pub mod failures;
pub mod few;
pub mod freshness;
pub mod limits;
pub mod lives;
pub mod overload;
pub mod progress;
pub mod signs;
pub mod state;
pub mod text;
pub mod timeline;
