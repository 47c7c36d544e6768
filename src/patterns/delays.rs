//! A queue of delays: values that come out when their time has come, and can be moved or taken back until then.
//!
//! [`Delays`] is the queue as a state machine; [`DelayQueue`] lets one reader wait at it. The reader sleeps until the
//! first is due, and whatever changes which one that is wakes it: an earlier one, a move, a removal, the last one gone.

use super::config::ConfigError;
use crate::ordered::Map;
use crate::runtime::{Receiver, Runtime, Sender, Time, select};
use std::cell::RefCell;
use std::rc::Rc;

/// More values than this never wait.
pub const MOST: usize = 1_000_000;

/// Which value it is; the number of one that is gone is not given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(u64);

/// There is no room for another value, which is handed back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full<T>(pub T);

/// A value whose time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expired<T> {
    /// Which one it was.
    pub key: Key,
    /// When it was due, which may be earlier than when it was taken.
    pub due: Time,
    /// The value.
    pub value: T,
}

/// Values by the moment they are due, those of one moment in the order in which they were put there.
///
/// ```
/// # use heartrace::patterns::delays::Delays;
/// # use heartrace::runtime::Time;
/// let at = |second: u64| Time::from_nanos(second * 1_000_000_000);
/// let mut delays = Delays::new(10).unwrap();
/// let tea = delays.insert(at(3), "tea").unwrap();
/// delays.insert(at(2), "eggs").unwrap();
/// delays.reset(tea, at(1));
/// assert_eq!(delays.next_due(), Some(at(1)));
/// assert_eq!(delays.pop(at(1)).unwrap().value, "tea");
/// assert!(delays.pop(at(1)).is_none());
/// ```
#[derive(Clone, Debug)]
pub struct Delays<T> {
    most: usize,
    made: u64,
    /// By the moment, then by when it was put there.
    order: Map<(Time, u64), Key>,
    values: Map<Key, ((Time, u64), T)>,
}

impl<T> Delays<T> {
    /// An empty queue for so many values, 1 to [`MOST`].
    ///
    /// # Errors
    /// If none would fit, or too many.
    pub fn new(most: usize) -> Result<Self, ConfigError> {
        ConfigError::unless((1..=MOST).contains(&most), "most", most, format!("1–{MOST}"))?;
        Ok(Delays { most, made: 0, order: Map::new(), values: Map::new() })
    }

    /// Puts a value in that is due at a moment, be it one that has passed.
    ///
    /// # Errors
    /// If the queue is full.
    pub fn insert(&mut self, due: Time, value: T) -> Result<Key, Full<T>> {
        if self.values.len() >= self.most {
            return Err(Full(value));
        }
        self.made += 1;
        let (key, place) = (Key(self.made), (due, self.made));
        self.order.insert(place, key);
        self.values.insert(key, (place, value));
        Ok(key)
    }

    /// Moves a value to another moment, behind those that are due then; whether it was there.
    pub fn reset(&mut self, key: Key, due: Time) -> bool {
        let Some((place, _)) = self.values.get_mut(&key) else { return false };
        self.order.remove(place);
        self.made += 1;
        *place = (due, self.made);
        self.order.insert(*place, key);
        true
    }

    /// Takes a value back, due or not. None if it is gone.
    pub fn remove(&mut self, key: Key) -> Option<T> {
        let (place, value) = self.values.remove(&key)?;
        self.order.remove(&place);
        Some(value)
    }

    /// The value that is due first, if it is due by now.
    pub fn pop(&mut self, now: Time) -> Option<Expired<T>> {
        self.next_due().filter(|due| *due <= now)?;
        let ((due, _), key) = self.order.pop_first()?;
        let (_, value) = self.values.remove(&key).expect("what has a place has a value");
        Some(Expired { key, due, value })
    }

    /// Which one is due first, if there is any.
    pub fn peek(&self) -> Option<Key> {
        self.order.first_key_value().map(|(_, key)| *key)
    }

    /// When that is.
    pub fn next_due(&self) -> Option<Time> {
        self.order.first_key_value().map(|((due, _), _)| *due)
    }

    /// A value that is still there, and when it is due.
    pub fn get(&self, key: Key) -> Option<(Time, &T)> {
        self.values.get(&key).map(|((due, _), value)| (*due, value))
    }

    /// Takes everything back.
    pub fn clear(&mut self) {
        self.order.clear();
        self.values.clear();
    }

    /// How many values there are, due or not.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// A queue of delays that a task waits at. Clones are the same queue.
pub struct DelayQueue<T> {
    delays: Rc<RefCell<Delays<T>>>,
    changed: Sender<()>,
    wakes: Receiver<()>,
}

impl<T> Clone for DelayQueue<T> {
    fn clone(&self) -> Self {
        DelayQueue { delays: self.delays.clone(), changed: self.changed.clone(), wakes: self.wakes.clone() }
    }
}

impl<T> DelayQueue<T> {
    /// A queue; its name is that of the channel by which it wakes its reader.
    #[track_caller]
    pub fn new(rt: &Runtime, name: &str, delays: Delays<T>) -> Self {
        let (changed, wakes) = rt.channel(name, 1);
        DelayQueue { delays: Rc::new(RefCell::new(delays)), changed, wakes }
    }

    /// Looks at the queue or changes it. The reader is woken if another moment has become the first.
    #[track_caller]
    pub fn with<R>(&self, rt: &Runtime, act: impl FnOnce(&mut Delays<T>) -> R) -> R {
        let mut delays = self.delays.borrow_mut();
        let before = delays.next_due();
        let result = act(&mut delays);
        if delays.next_due() != before {
            // A reader who has been told already looks at what is there then.
            let _ = self.changed.try_send(rt, ());
        }
        result
    }

    /// Waits for the next value; none as soon as the queue is empty.
    ///
    /// # Cancellation safety
    /// Dropping it loses no value.
    pub async fn next(&self, rt: &Runtime) -> Option<Expired<T>> {
        loop {
            let (now, due) = {
                let mut delays = self.delays.borrow_mut();
                let now = rt.now();
                if let Some(expired) = delays.pop(now) {
                    return Some(expired);
                }
                (now, delays.next_due()?)
            };
            select((rt.sleep(due - now), self.wakes.recv(rt))).await;
        }
    }
}
