//! What happened in a run: events with integer nanoseconds, stored as columns, named by one 64-bit fingerprint.
//!
//! This layer knows nothing of tasks that run or channels that deliver; it keeps what the
//! runtime tells it, and everything that reads a run (claims, timeline, texts, exports) reads it here.

mod event;
mod fingerprint;
mod names;
mod observe;
mod store;
mod time;

pub use event::{ChannelId, Event, EventId, FaultCode, Kind, Reason, TaskId};
pub use fingerprint::{ENCODING_VERSION, Fingerprint};
pub(crate) use names::Names;
pub use observe::{Access, Observe, Touch};
pub use store::{ChannelInfo, Site, TaskInfo, Trace};
pub(crate) use time::nanos;
pub use time::{Time, UNITS, decimal, write_duration};
