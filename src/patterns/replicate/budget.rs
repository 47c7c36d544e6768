//! How many extra copies there may be: a share of the requests, and only so many at once. Without it, copies double
//! the load exactly when everything is slow. Whole thousandths of a token, so no share is ever rounded up.

use crate::patterns::config::ConfigError;
use std::cell::RefCell;
use std::rc::Rc;

/// What an extra copy costs, in thousandths.
const COPY: u64 = 1_000;

/// What a budget allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Extra copies per thousand requests, 0 to 1,000 for each extra copy a request may have.
    pub per_mille: u32,
    /// Extra copies allowed before any request has paid for them.
    pub start: u32,
    /// The most that can be saved up.
    pub most: u32,
    /// The most under way at once.
    pub at_once: u32,
}

#[derive(Debug)]
struct State {
    share: Share,
    saved: u64,
    under_way: u32,
    refused: u64,
}

/// A budget that requests share. Clones are the same budget.
#[derive(Clone, Debug)]
pub struct Budget(Rc<RefCell<State>>);

/// The right to one extra copy; it counts as under way until this is dropped.
#[derive(Debug)]
#[must_use = "dropped, the copy no longer counts as under way"]
pub struct Permit(Budget);

impl Budget {
    /// A budget.
    ///
    /// # Errors
    /// If it could never allow anything, or starts with more than it can save.
    pub fn new(share: Share) -> Result<Self, ConfigError> {
        let Share { per_mille, start, most, at_once } = share;
        ConfigError::unless(per_mille > 0 || start > 0, "per_mille", per_mille, "> 0, or a start")?;
        ConfigError::unless(most > 0, "most", most, "> 0")?;
        ConfigError::unless(start <= most, "start", start, "0–most")?;
        ConfigError::unless(at_once > 0, "at_once", at_once, "> 0")?;
        let saved = u64::from(start) * COPY;
        Ok(Budget(Rc::new(RefCell::new(State { share, saved, under_way: 0, refused: 0 }))))
    }

    /// A request comes and pays in its share.
    pub fn pay_in(&self) {
        let mut state = self.0.borrow_mut();
        let most = u64::from(state.share.most) * COPY;
        state.saved = (state.saved + u64::from(state.share.per_mille)).min(most);
    }

    /// The right to one extra copy, if there is enough for it.
    pub fn pay_out(&self) -> Option<Permit> {
        let mut state = self.0.borrow_mut();
        if state.saved < COPY || state.under_way >= state.share.at_once {
            state.refused += 1;
            return None;
        }
        state.saved -= COPY;
        state.under_way += 1;
        Some(Permit(self.clone()))
    }

    /// What is saved up, in thousandths of an extra copy.
    pub fn saved_per_mille(&self) -> u64 {
        self.0.borrow().saved
    }

    /// How many extra copies are under way.
    pub fn under_way(&self) -> u32 {
        self.0.borrow().under_way
    }

    /// How many were refused so far.
    pub fn refused(&self) -> u64 {
        self.0.borrow().refused
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.0.borrow_mut().under_way -= 1;
    }
}
