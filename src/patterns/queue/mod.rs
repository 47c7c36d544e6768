//! A bounded queue in front of workers: who may stand in it, who is served next, and who is dropped instead.
//!
//! - [`backlog`]: the decisions · [`work_queue`]: the same for tasks

pub mod backlog;
pub mod work_queue;

pub use backlog::{Admitted, Backlog, Class, Codel, Config, Full, MOST, Next, OnFull, Order, Shed, Ticket};
pub use work_queue::{Refused, WorkQueue};
