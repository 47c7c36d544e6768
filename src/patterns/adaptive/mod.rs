//! Limits that find their own number. Pure; [`Concurrency::set_limit`] and [`WorkQueue::set_limit`] obey them.
//!
//! - [`aimd`]: from drops · [`vegas`]: from how much longer calls take than they need
//!
//! [`Concurrency::set_limit`]: super::concurrency::Concurrency::set_limit
//! [`WorkQueue::set_limit`]: super::queue::WorkQueue::set_limit

pub mod aimd;
pub mod vegas;

pub use aimd::Aimd;
pub use vegas::Vegas;
