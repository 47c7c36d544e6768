//! Looking through the causes of an error: what programs may depend on. No search goes behind a barrier, nor to
//! secondary errors.

use super::{Code, Fault};
use std::error::Error;

/// So many errors are looked at and no more: a foreign error may name itself as its source.
const MOST_LOOKED_AT: usize = 1_024;

/// The error and what it came of, the first cause each time.
pub fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source()).take(MOST_LOOKED_AT)
}

/// The error and everything it came of: each before its causes, in their order.
pub fn walk<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut waiting = vec![error];
    let next = move || {
        let error = waiting.pop()?;
        match error.downcast_ref::<Fault>() {
            Some(fault) if fault.barrier => {}
            Some(fault) => waiting.extend(fault.causes.iter().rev().map(|cause| &**cause)),
            None => waiting.extend(error.source()),
        }
        Some(error)
    };
    std::iter::from_fn(next).take(MOST_LOOKED_AT)
}

/// What it came of in the end.
pub fn root<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    chain(error).last().unwrap_or(error)
}

/// The outermost error of a type, the error itself included.
pub fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    walk(error).find_map(|error| error.downcast_ref())
}

/// The outermost record; none if nobody has made one.
pub fn record<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Fault> {
    find::<Fault>(error)
}

/// Whether the error or one of its causes is the case of this name.
pub fn matches(error: &(dyn Error + 'static), code: Code) -> bool {
    walk(error).any(|error| error.downcast_ref::<Fault>().is_some_and(|fault| fault.code == Some(code)))
}

/// Whether two errors say the same, whenever and wherever they occurred: module, code, text, context and causes.
/// Foreign errors are compared by what they print for developers.
pub fn is_alike(one: &(dyn Error + 'static), other: &(dyn Error + 'static)) -> bool {
    let (mut ones, mut others) = (walk(one), walk(other));
    loop {
        match (ones.next(), others.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if says_the_same(one, other) => {}
            _ => return false,
        }
    }
}

fn says_the_same(one: &(dyn Error + 'static), other: &(dyn Error + 'static)) -> bool {
    match (record_of(one), record_of(other)) {
        (Some(one), Some(other)) => {
            let said = |fault: &Fault| (fault.module, fault.code, fault.barrier, fault.causes.len());
            said(one) == said(other) && one.what == other.what && one.context == other.context
        }
        (None, None) => format!("{one:?}") == format!("{other:?}"),
        _ => false,
    }
}

/// The record that an error is, or that it is the known case of.
pub(super) fn record_of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Fault> {
    error.downcast_ref().or_else(|| error.source()?.downcast_ref().filter(|fault: &&Fault| fault.module.is_some()))
}
