//! Which failures a module knows: a type per module, and what becomes of an error at its boundary.

use super::Fault;
use super::search;
use crate::patterns::cancel::ContextError;
use std::error::Error;
use std::fmt;
use std::marker::PhantomData;

/// What the user is told of a failure that nobody has foreseen.
pub const GENERIC: &str = "There was an unexpected issue; please report this as a bug.";

/// A module, as far as its errors are concerned: a type that stands for it.
pub trait Module: 'static {
    /// The name of its error type.
    const NAME: &'static str;
}

/// The error type of a module: a case that it knows and has a sentence for.
pub struct Known<M>(Fault, PhantomData<fn() -> M>);

impl<M: Module> Known<M> {
    /// Makes a record a known case of this module, with a sentence for whoever uses it.
    pub fn new(fault: Fault, user: impl Into<String>) -> Self {
        let user = user.into();
        let fault = fault.change(|record| {
            record.module = Some(M::NAME);
            record.user = Some(record.cut(user));
        });
        Known(fault, PhantomData)
    }
}

impl<M> Known<M> {
    /// The record.
    pub fn fault(&self) -> &Fault {
        &self.0
    }

    /// The sentence for the user.
    pub fn user(&self) -> &str {
        self.0.user.as_deref().unwrap_or(GENERIC)
    }
}

impl<M> Clone for Known<M> {
    fn clone(&self) -> Self {
        Known(self.0.clone(), PhantomData)
    }
}

impl<M> fmt::Debug for Known<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<M> fmt::Display for Known<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<M> Error for Known<M> {
    /// Its record.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

/// The boundary between two modules: what the inner one knows is wrapped as something the outer one knows. Anything
/// else goes up untouched, so that a bug stays recognisable as one.
pub fn boundary<Inner: Module, Outer: Module>(
    error: Box<dyn Error>,
    wrap: impl FnOnce(Known<Inner>) -> Known<Outer>,
) -> Box<dyn Error> {
    match error.downcast::<Known<Inner>>() {
        Ok(known) => Box::new(wrap(*known)),
        Err(other) => other,
    }
}

/// What an error is to whoever stands above a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A case that the module knows.
    Known,
    /// Anything else: by definition a bug.
    Bug,
    /// Nothing failed: it was cancelled.
    Cancelled,
    /// Nothing failed: there was no more time.
    OutOfTime,
}

/// What an error is above module `M`. The outermost type decides and nothing below it: an error of `M` that was
/// wrapped once more is a bug again, until somebody wraps it well. To look below, see [`search::find`].
pub fn classify<M: Module>(error: &(dyn Error + 'static)) -> Class {
    match error.downcast_ref::<ContextError>() {
        Some(ContextError::Canceled) => Class::Cancelled,
        Some(ContextError::DeadlineExceeded) => Class::OutOfTime,
        None if error.is::<Known<M>>() => Class::Known,
        None => Class::Bug,
    }
}

/// What the user is told of an error that came up from module `M`.
pub(super) fn sentence<M: Module>(error: &(dyn Error + 'static)) -> String {
    match classify::<M>(error) {
        Class::Known => search::find::<Known<M>>(error).map_or(GENERIC, Known::user).to_owned(),
        Class::Bug => GENERIC.to_owned(),
        Class::Cancelled => "This was cancelled.".to_owned(),
        Class::OutOfTime => "There was not enough time; trying again may help.".to_owned(),
    }
}
