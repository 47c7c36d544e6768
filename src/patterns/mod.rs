//! The techniques, one file or folder each, in reading order. They know the runtime and nothing else.
//!
//! - [`duplicates`]: twenty policies for the message that arrives twice

pub mod duplicates;
