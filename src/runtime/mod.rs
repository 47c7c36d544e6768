//! The world a pattern sees.
pub mod setting;
