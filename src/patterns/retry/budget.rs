//! How many retries all callers together may add to the load: four ways to count, all in whole thousandths.
//!
//! A budget that is used up suppresses only the new attempt; nothing under way is touched. What is under way is counted
//! by guards, so that nothing stays counted that is over, whatever became of it.

use crate::patterns::config::ConfigError;
use crate::patterns::window::Window;
use crate::runtime::Time;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// A token, in the unit in which tokens are counted.
pub const TOKEN: u32 = 1000;

/// A retry budget. It is told of every request, success and failure, and asked before every retry.
#[derive(Clone, Debug)]
pub enum Budget {
    /// Any number of retries.
    Unlimited,
    /// A share of the new requests.
    Tokens(TokenRatio),
    /// A share of the successes, given back half at a time.
    Throttle(Throttle),
    /// A share of the recent requests, and some per second besides.
    Recent(Recent),
    /// A share of the requests that are under way.
    Active(ActiveShare),
}

impl Budget {
    /// A new request (not a retry) is made.
    pub fn request(&mut self, now: Time) {
        match self {
            Budget::Tokens(tokens) => tokens.request(),
            Budget::Recent(recent) => recent.deposit(now),
            Budget::Active(active) => active.requests += 1,
            Budget::Unlimited | Budget::Throttle(_) => {}
        }
    }

    /// A request is over, with all its retries.
    pub fn request_over(&mut self) {
        if let Budget::Active(active) = self {
            active.requests = active.requests.saturating_sub(1);
        }
    }

    /// A retry that was paid for is over.
    pub fn retry_over(&mut self) {
        if let Budget::Active(active) = self {
            active.retries = active.retries.saturating_sub(1);
        }
    }

    /// An attempt succeeded.
    pub fn success(&mut self) {
        if let Budget::Throttle(throttle) = self {
            throttle.success();
        }
    }

    /// An attempt failed in a way that speaks of overload: worth retrying, or the server told not to.
    pub fn failure(&mut self) {
        if let Budget::Throttle(throttle) = self {
            throttle.failure();
        }
    }

    /// Whether one more retry may be made; it is paid for if so. `invited`: its failure was not held against the
    /// throttle, since the server itself said when to come back.
    pub fn retry(&mut self, now: Time, invited: bool) -> bool {
        match self {
            Budget::Unlimited => true,
            Budget::Tokens(tokens) => tokens.retry(),
            Budget::Throttle(throttle) => invited || throttle.allows(),
            Budget::Recent(recent) => recent.withdraw(now),
            Budget::Active(active) => active.retry(),
        }
    }

    /// The same budget for several callers.
    pub fn shared(self) -> SharedBudget {
        SharedBudget(Rc::new(RefCell::new(self)))
    }
}

/// A budget that several callers share. Clones are the same budget.
#[derive(Clone, Debug)]
pub struct SharedBudget(Rc<RefCell<Budget>>);

impl SharedBudget {
    /// A new request; it is over when the guard is dropped.
    pub fn request(&self, now: Time) -> UnderWay {
        self.with(|budget| budget.request(now));
        UnderWay { budget: self.clone(), over: Budget::request_over }
    }

    /// A retry that was paid for; it is over when the guard is dropped.
    pub fn retry(&self) -> UnderWay {
        UnderWay { budget: self.clone(), over: Budget::retry_over }
    }

    /// Asks or tells it something.
    pub fn with<R>(&self, ask: impl FnOnce(&mut Budget) -> R) -> R {
        ask(&mut self.0.borrow_mut())
    }
}

/// A request or a retry under way, as far as a budget counts it.
#[must_use = "dropping it says that it is over"]
pub struct UnderWay {
    budget: SharedBudget,
    over: fn(&mut Budget),
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.budget.with(self.over);
    }
}

/// Every new request earns a share of a token, every retry costs a whole one.
#[derive(Clone, Debug)]
pub struct TokenRatio {
    ratio: u32,
    cap: u32,
    tokens: u32,
}

impl TokenRatio {
    /// Earns `ratio` thousandths of a token per request, begins with `start` tokens, keeps at most `cap`.
    ///
    /// # Errors
    /// If the ratio is 0 or above 1000 (a request would pay for more than a retry), the cap is 0 or above a
    /// million, or the start is above the cap.
    pub fn new(ratio: u32, start: u32, cap: u32) -> Result<Self, ConfigError> {
        ConfigError::unless((1..=1000).contains(&ratio), "ratio", f64::from(ratio) / 1000.0, "0.001–1")?;
        ConfigError::unless((1..=1_000_000).contains(&cap), "cap", cap, "1–1000000")?;
        ConfigError::unless(start <= cap, "start", start, "0–cap")?;
        Ok(TokenRatio { ratio, cap: cap * TOKEN, tokens: start * TOKEN })
    }

    /// Thousandths of a token that are left.
    pub fn tokens(&self) -> u32 {
        self.tokens
    }

    /// A new request earns its share.
    pub fn request(&mut self) {
        self.tokens = (self.tokens + self.ratio).min(self.cap);
    }

    /// Pays for a retry, if there is a whole token.
    pub fn retry(&mut self) -> bool {
        let paid = self.tokens.checked_sub(TOKEN);
        self.tokens = paid.unwrap_or(self.tokens);
        paid.is_some()
    }
}

/// gRPC's retry throttle (A6): a failure costs a token, a success earns a share of one, and retries are allowed
/// while more than half of the tokens are left.
#[derive(Clone, Debug)]
pub struct Throttle {
    max: u32,
    ratio: u32,
    tokens: u32,
}

impl Throttle {
    /// At most `max` tokens, `ratio` thousandths of one for each success.
    ///
    /// # Errors
    /// If `max` is 0 or above 1000, or the ratio is 0 or above a thousand tokens.
    pub fn new(max: u32, ratio: u32) -> Result<Self, ConfigError> {
        ConfigError::unless((1..=1000).contains(&max), "max", max, "1–1000")?;
        let share = f64::from(ratio) / 1000.0;
        ConfigError::unless((1..=1000 * TOKEN).contains(&ratio), "ratio", share, "0.001–1000")?;
        Ok(Throttle { max: max * TOKEN, ratio, tokens: max * TOKEN })
    }

    /// gRPC's numbers: 10 tokens, 0.1 per success.
    pub fn grpc() -> Self {
        Throttle { max: 10 * TOKEN, ratio: 100, tokens: 10 * TOKEN }
    }

    /// Thousandths of a token that are left.
    pub fn tokens(&self) -> u32 {
        self.tokens
    }

    /// An attempt succeeded.
    pub fn success(&mut self) {
        self.tokens = self.tokens.saturating_add(self.ratio).min(self.max);
    }

    /// An attempt failed.
    pub fn failure(&mut self) {
        self.tokens = self.tokens.saturating_sub(TOKEN);
    }

    /// Whether more than half of the tokens are left.
    pub fn allows(&self) -> bool {
        self.tokens > self.max / 2
    }
}

/// A share of the requests of the last while, and so many retries a second besides (tower's `TpsBudget`).
#[derive(Clone, Debug)]
pub struct Recent {
    window: Window<1>,
    ratio: u32,
    reserve: i64,
}

impl Recent {
    /// `ratio` thousandths of a retry for every request of the last `window`, plus `per_second` retries a second.
    ///
    /// # Errors
    /// If the window is not 1 to 60 s, or the ratio is above a thousand.
    pub fn new(window: Duration, per_second: u32, ratio: u32) -> Result<Self, ConfigError> {
        let fits = (Duration::from_secs(1)..=Duration::from_secs(60)).contains(&window);
        ConfigError::unless(fits, "window", format!("{window:?}"), "1s–60s")?;
        ConfigError::unless(ratio <= 1_000_000, "ratio", f64::from(ratio) / 1000.0, "0–1000")?;
        let reserve = u128::from(per_second) * window.as_millis();
        Ok(Recent { window: Window::new(window, 10)?, ratio, reserve: i64::try_from(reserve).unwrap_or(i64::MAX / 2) })
    }

    /// A request was made.
    pub fn deposit(&mut self, now: Time) {
        self.window.add(now, 0, i64::from(self.ratio));
    }

    /// Pays for a retry, if the balance allows it.
    pub fn withdraw(&mut self, now: Time) -> bool {
        let [balance] = self.window.sums(now);
        let is_covered = balance.saturating_add(self.reserve) >= i64::from(TOKEN);
        if is_covered {
            self.window.add(now, 0, -i64::from(TOKEN));
        }
        is_covered
    }
}

/// A share of the requests under way may be retries, and so many in any case (Envoy's retry budget).
#[derive(Clone, Debug)]
pub struct ActiveShare {
    share: u32,
    least: u32,
    requests: u32,
    retries: u32,
}

impl ActiveShare {
    /// `share` thousandths of the requests under way, but always at least `least`.
    ///
    /// # Errors
    /// If the share is above 1000, or neither would ever allow a retry.
    pub fn new(share: u32, least: u32) -> Result<Self, ConfigError> {
        ConfigError::unless(share <= 1000, "share", f64::from(share) / 1000.0, "0–1")?;
        ConfigError::unless(share > 0 || least > 0, "least", least, "≥ 1 without a share")?;
        Ok(ActiveShare { share, least, requests: 0, retries: 0 })
    }

    /// Envoy's numbers: 20 % and at least 3.
    pub fn envoy() -> Self {
        ActiveShare { share: 200, least: 3, requests: 0, retries: 0 }
    }

    /// Requests and retries under way.
    pub fn under_way(&self) -> (u32, u32) {
        (self.requests, self.retries)
    }

    /// Counts a retry, if there is room for it.
    pub fn retry(&mut self) -> bool {
        let room = u64::from(self.requests) * u64::from(self.share) / 1000;
        let is_allowed = u64::from(self.retries) < room.max(u64::from(self.least));
        self.retries += u32::from(is_allowed);
        is_allowed
    }
}
