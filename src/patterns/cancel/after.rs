//! What is to be done once a context is cancelled, and the right to call it off.

use crate::runtime::Runtime;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

type Body = Pin<Box<dyn Future<Output = ()>>>;

/// The right to call off what [`after_cancel`](super::Context::after_cancel) would start. Clones are the same
/// right; dropping it calls off nothing.
#[derive(Clone)]
pub struct StopAfter {
    name: &'static str,
    body: Rc<RefCell<Option<Body>>>,
}

impl StopAfter {
    pub(super) fn new(name: &'static str, body: Body) -> Self {
        StopAfter { name, body: Rc::new(RefCell::new(Some(body))) }
    }

    /// Calls it off: true exactly if this call prevented it. Never waits for it.
    pub fn stop(&self) -> bool {
        self.body.take().is_some()
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.body.borrow().is_some()
    }

    #[track_caller]
    pub(super) fn start(&self, rt: &Runtime) {
        let body = self.body.take();
        if let Some(body) = body {
            rt.spawn(self.name, body);
        }
    }
}
