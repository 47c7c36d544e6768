//! What can be read from a trace: verdicts, words, a picture. It knows traces and nothing else.
//!
//! - [`claim`]: a fold over events with a verdict · [`claims`]: the general ones · [`signs`]: those about signs of life
//! - [`lives`]: those about lives that follow one another · [`doubts`]: about detectors
//! - [`text`]: an event in words · [`timeline`]: spans, arrows and marks to draw

pub mod claim;
pub mod claims;
pub mod doubts;
pub mod lives;
pub mod signs;
pub mod text;
pub mod timeline;
