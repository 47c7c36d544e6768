//! The same request is done once: whoever repeats it meanwhile waits or is refused, and later gets what came of it.

use super::{Admit, Dedup, Window};
use crate::ordered::Map;
use crate::patterns::config::ConfigError;
use crate::runtime::{Receiver, Runtime, Sender};
use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::rc::Rc;

/// What a repetition does while the first is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeated {
    /// It waits for what comes of the first; if that fails, one of those who wait does it again.
    Wait,
    /// It is refused.
    Refuse,
}

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotDone<E> {
    /// Another request had this key.
    Conflict,
    /// The same request is being done.
    InFlight,
    /// Too many requests are under way.
    Full,
    /// It was done and failed.
    Failed(E),
}

impl<E: fmt::Display> fmt::Display for NotDone<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotDone::Conflict => f.write_str("another request had the same key"),
            NotDone::InFlight => f.write_str("the same request is being done"),
            NotDone::Full => f.write_str("too many requests are under way"),
            NotDone::Failed(error) => write!(f, "it failed: {error}"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> Error for NotDone<E> {}

struct Shared<K, R> {
    table: Dedup<K, R>,
    /// Of each request in flight: a channel that is closed when it lands.
    landings: Map<K, (Sender<()>, Receiver<()>)>,
}

/// Does each request once. Clones share what they know.
pub struct Once<K, R> {
    rt: Runtime,
    repeated: Repeated,
    shared: Rc<RefCell<Shared<K, R>>>,
}

impl<K, R> Clone for Once<K, R> {
    fn clone(&self) -> Self {
        Once { rt: self.rt.clone(), repeated: self.repeated, shared: self.shared.clone() }
    }
}

/// What is in flight lands when this is dropped: as failed, if nobody has said how.
struct Flight<'a, K: Ord + Clone, R: Clone> {
    once: &'a Once<K, R>,
    key: K,
}

impl<K: Ord + Clone, R: Clone> Drop for Flight<'_, K, R> {
    fn drop(&mut self) {
        let now = self.once.rt.now();
        let mut shared = self.once.shared.borrow_mut();
        shared.table.fail(now, &self.key);
        let landing = shared.landings.remove(&self.key);
        drop(shared);
        if let Some((landed, _)) = landing {
            landed.close(&self.once.rt);
        }
    }
}

impl<K: Ord + Clone, R: Clone> Once<K, R> {
    /// Nothing done yet.
    ///
    /// # Errors
    /// [`ConfigError`] as for [`Dedup::new`].
    pub fn new(rt: &Runtime, window: Window, repeated: Repeated) -> Result<Self, ConfigError> {
        let shared = Shared { table: Dedup::new(window)?, landings: Map::new() };
        Ok(Once { rt: rt.clone(), repeated, shared: Rc::new(RefCell::new(shared)) })
    }

    /// Does a request unless the same was done or is being done; gives what came of it.
    ///
    /// # Errors
    /// [`NotDone`]; of a failure only whoever did it hears.
    ///
    /// # Cancellation safety
    /// Dropped while it does the request, that counts as failed, and one of those who wait does it again. Dropped
    /// while it waits, nothing is lost.
    pub async fn run<E, F: Future<Output = Result<R, E>>>(
        &self,
        key: K,
        digest: u64,
        work: impl FnOnce() -> F,
    ) -> Result<R, NotDone<E>> {
        loop {
            let admitted = self.shared.borrow_mut().table.admit(self.rt.now(), key.clone(), digest);
            match admitted {
                Admit::Fresh | Admit::Again(_) => break,
                Admit::Done(result) => return Ok(result),
                Admit::Conflict => return Err(NotDone::Conflict),
                Admit::Full => return Err(NotDone::Full),
                Admit::InFlight if self.repeated == Repeated::Refuse => return Err(NotDone::InFlight),
                Admit::InFlight => {
                    let landing = self.shared.borrow().landings.get(&key).map(|(_, landing)| landing.recv(&self.rt));
                    if let Some(landing) = landing {
                        landing.await;
                    }
                }
            }
        }
        let landing = self.rt.channel("in-flight", 0);
        self.shared.borrow_mut().landings.insert(key.clone(), landing);
        let flight = Flight { once: self, key };
        let result = work().await.map_err(NotDone::Failed)?;
        self.shared.borrow_mut().table.settle(self.rt.now(), &flight.key, result.clone());
        Ok(result)
    }
}
