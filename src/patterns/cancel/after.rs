//! What is to be done once a context is cancelled, and the right to call it off.

use super::node::Node;
use crate::runtime::Runtime;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};

type Body = Pin<Box<dyn Future<Output = ()>>>;

/// The right to call off what [`after_cancel`](super::Context::after_cancel) would start. Clones are the same
/// right; dropping it calls off nothing.
#[derive(Clone)]
pub struct StopAfter {
    name: &'static str,
    body: Rc<RefCell<Option<Body>>>,
    /// The context's place, which may leave the tree once nothing is to be done there.
    node: Weak<Node>,
}

impl StopAfter {
    pub(super) fn new(name: &'static str, body: Body, node: Weak<Node>) -> Self {
        StopAfter { name, body: Rc::new(RefCell::new(Some(body))), node }
    }

    /// Calls it off: true exactly if this call prevented it. Never waits for it.
    pub fn stop(&self) -> bool {
        // Dropped with nothing borrowed: it may own whatever it likes.
        let prevented = self.body.take().is_some();
        if let Some(node) = self.node.upgrade().filter(|_| prevented) {
            Node::leave(node);
        }
        prevented
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
