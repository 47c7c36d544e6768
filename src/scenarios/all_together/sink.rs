//! The sink: accepts results, and discards those it has accepted before if it remembers them.

use crate::patterns::dedup::{Admit, Dedup};
use crate::runtime::{Message, Receiver, Runtime};

/// A result under way.
#[derive(Clone, Copy)]
pub struct Delivery {
    /// The request, from 1.
    pub request: u32,
    /// Which copy of it was served, from 0.
    pub copy: u32,
}

impl Message for Delivery {
    fn code(&self) -> u32 {
        self.request << 4 | self.copy
    }
    fn is_whole() -> bool {
        true
    }
    fn describe(code: u32) -> String {
        format!("result {} {}", code >> 4, code & 15)
    }
}

/// Accepts for ever.
pub async fn accept(rt: Runtime, results: Receiver<Delivery>, mut memory: Option<Dedup<u32, ()>>) {
    while let Some(Delivery { request, copy }) = results.recv(&rt).await {
        // The content follows from the request, so that the key says it all.
        let is_new = memory.as_mut().is_none_or(|known| match known.admit(rt.now(), request, 0) {
            Admit::Fresh => known.settle(rt.now(), &request, ()),
            _ => false,
        });
        if is_new {
            rt.note("accept request {} attempt {}", [request, copy + 1]);
        } else {
            rt.note("discard request {} attempt {}", [request, copy + 1]);
        }
    }
}
