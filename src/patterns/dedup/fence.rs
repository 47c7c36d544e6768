//! Fencing: what comes from an attempt that has been replaced is turned away.

/// Lets only the current attempt through: each attempt has a number, its epoch, and a higher one replaces all lower.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fence {
    current: u32,
    stale: u32,
}

impl Fence {
    /// Something comes from an attempt; whether it may pass. What is newer than all before is current from now on.
    pub fn admit(&mut self, epoch: u32) -> bool {
        self.current = self.current.max(epoch);
        let is_current = epoch == self.current;
        self.stale += u32::from(!is_current);
        is_current
    }

    /// Replaces the current attempt: the epoch of the next.
    pub fn advance(&mut self) -> u32 {
        self.current += 1;
        self.current
    }

    /// How many were turned away.
    pub fn stale(&self) -> u32 {
        self.stale
    }
}
