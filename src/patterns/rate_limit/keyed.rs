//! A bucket per key: each user, address or tenant has a limit of its own.
//!
//! A bucket that is full is no different from one that was never made, so a key that has been idle for long enough can
//! be forgotten, and nobody can tell. Only a key whose bucket is not full costs memory, and there is a most of those.

use super::{Bucket, Limiter, TokenBucket};
use crate::ordered::Map;
use crate::patterns::config::ConfigError;
use crate::runtime::Time;
use std::cell::RefCell;
use std::rc::Rc;

/// More keys than this are never remembered.
pub const MOST_KEYS: usize = 100_000;

/// Limiters by key, all made like one. Clones are the same.
pub struct Keyed<K: Ord>(Rc<Shared<K>>);

struct Shared<K: Ord> {
    number: u32,
    fresh: TokenBucket,
    most: usize,
    limiters: RefCell<Map<K, Limiter>>,
}

/// So many keys are busy that there is no room for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyKeys;

impl<K: Ord> Clone for Keyed<K> {
    fn clone(&self) -> Self {
        Keyed(self.0.clone())
    }
}

impl<K: Ord + Clone> Keyed<K> {
    /// Each key gets a bucket like `fresh`, which all are known by as `number`; at most so many keys are remembered.
    ///
    /// # Errors
    /// If no key may be remembered, or more than [`MOST_KEYS`].
    pub fn new(number: u32, fresh: TokenBucket, most: usize) -> Result<Self, ConfigError> {
        ConfigError::unless((1..=MOST_KEYS).contains(&most), "most", most, format!("1–{MOST_KEYS}"))?;
        Ok(Keyed(Rc::new(Shared { number, fresh, most, limiters: RefCell::default() })))
    }

    /// The limiter of a key, to be used now: whoever keeps it keeps the key from being forgotten.
    ///
    /// # Errors
    /// [`TooManyKeys`], if it is a new key and none of the others has been idle until its bucket was full.
    pub fn of(&self, now: Time, key: K) -> Result<Limiter, TooManyKeys> {
        let mut limiters = self.0.limiters.borrow_mut();
        if let Some(known) = limiters.get(&key) {
            return Ok(known.clone());
        }
        if limiters.len() >= self.0.most {
            limiters.retain(|_, limiter| limiter.is_shared() || !limiter.with(|bucket| bucket.is_full(now)));
        }
        if limiters.len() >= self.0.most {
            return Err(TooManyKeys);
        }
        let made = Limiter::new(self.0.number, self.0.fresh.clone());
        limiters.insert(key, made.clone());
        Ok(made)
    }

    /// Takes `n` tokens of a key's bucket if they are there now.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn allow(&self, now: Time, key: K, n: u32) -> Result<bool, TooManyKeys> {
        Ok(self.of(now, key)?.with(|bucket| bucket.allow(now, n)))
    }

    /// How many keys are remembered.
    pub fn len(&self) -> usize {
        self.0.limiters.borrow().len()
    }

    /// Whether no key is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
