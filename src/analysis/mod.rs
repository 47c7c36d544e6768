//! What can be read from a trace: verdicts, words, a picture. It knows traces and nothing else.
//!
//! - [`claim`]: a fold over events with a verdict · [`claims`]: the general ones · [`signs`]: those about signs of life · [`limits`]: those about tokens · [`copies`]: those about copies of a request
//! - [`text`]: an event in words · [`timeline`]: spans, arrows and marks to draw

pub mod claim;
pub mod claims;
pub mod copies;
pub mod limits;
pub mod signs;
pub mod text;
pub mod timeline;
