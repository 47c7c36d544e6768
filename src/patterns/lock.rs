//! A fair lock: a channel with one token in it. Who takes the token holds the lock; those who wait get it in the order
//! they came, and a run that is stuck names the channel they wait for.

use crate::runtime::{Receiver, Runtime, Sender};

/// A lock. Clones are the same lock.
#[derive(Clone)]
pub struct Lock {
    rt: Runtime,
    give: Sender<()>,
    take: Receiver<()>,
}

impl Lock {
    /// A lock that nobody holds, as a channel of this name.
    #[track_caller]
    pub fn new(rt: &Runtime, name: &str) -> Self {
        let (give, take) = rt.channel(name, 1);
        // There is room for it.
        let _ = give.try_send(rt, ());
        Lock { rt: rt.clone(), give, take }
    }

    /// Waits for the lock, behind all who came before.
    ///
    /// # Cancellation safety
    /// Dropping it leaves the queue. If the lock was handed over but not yet taken notice of, the next gets it.
    pub async fn hold(&self) -> Held {
        // The channel is never closed: what comes is the token.
        let _token = self.take.recv(&self.rt).await;
        Held { rt: self.rt.clone(), give: self.give.clone() }
    }

    /// Takes the lock if nobody holds it.
    #[track_caller]
    pub fn try_hold(&self) -> Option<Held> {
        let () = self.take.try_recv(&self.rt)?;
        Some(Held { rt: self.rt.clone(), give: self.give.clone() })
    }
}

/// A lock that is held, until this is dropped. A task that crashes keeps it for ever.
#[must_use = "dropped at once the lock is free at once"]
pub struct Held {
    rt: Runtime,
    give: Sender<()>,
}

impl Drop for Held {
    fn drop(&mut self) {
        // The place of the one token is free.
        let _ = self.give.try_send(&self.rt, ());
    }
}
