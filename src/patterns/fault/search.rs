//! Looking through the causes of an error: what programs may depend on. No search goes behind a barrier, nor to
//! secondary errors.

use super::wire::{Sent, Wire};
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
            None => match error.downcast_ref::<Wire>() {
                Some(wire) => waiting.extend(wire.found().rev().map(|cause| cause as &(dyn Error + 'static))),
                None => waiting.extend(error.source()),
            },
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
    matches_name(error, code.name())
}

/// The same for a name that this program may not know itself: it came with an error from elsewhere.
pub fn matches_name(error: &(dyn Error + 'static), code: &str) -> bool {
    walk(error).any(|error| Said::by(error).is_some_and(|said| said.code == Some(code)))
}

/// Whether the error or one of its causes should be impossible.
pub fn is_bug(error: &(dyn Error + 'static)) -> bool {
    walk(error).any(|error| match (error.downcast_ref::<Fault>(), error.downcast_ref::<Wire>()) {
        (Some(fault), _) => fault.bug,
        (_, Some(wire)) => wire.bug,
        _ => false,
    })
}

/// What somebody could do about it: the causes' hints before those of whoever wrapped them, each once.
pub fn hints<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a str> {
    let layers: Vec<_> = walk(error).collect();
    let mut hints: Vec<&str> = Vec::new();
    for layer in layers.into_iter().rev() {
        let said = match (layer.downcast_ref::<Fault>(), layer.downcast_ref::<Wire>()) {
            (Some(fault), _) => &fault.hints[..],
            (_, Some(wire)) => &wire.hints[..],
            _ => &[],
        };
        for hint in said {
            if !hints.contains(&hint.as_str()) {
                hints.push(hint);
            }
        }
    }
    hints
}

/// Whether two errors say the same, whenever and wherever they occurred, on whichever side of a wire: module, code, text,
/// context and causes. Secrets are not compared. Foreign errors are compared by what they print for developers.
pub fn is_alike(one: &(dyn Error + 'static), other: &(dyn Error + 'static)) -> bool {
    let (mut ones, mut others) =
        (walk(one).filter(|one| !is_cover(*one)), walk(other).filter(|other| !is_cover(*other)));
    loop {
        match (ones.next(), others.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if says_the_same(one, other) => {}
            _ => return false,
        }
    }
}

fn says_the_same(one: &(dyn Error + 'static), other: &(dyn Error + 'static)) -> bool {
    match (Said::by(one), Said::by(other)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => foreign(one) == foreign(other),
        _ => false,
    }
}

/// What is compared of a record, wherever it is from.
#[derive(PartialEq)]
struct Said<'a> {
    module: Option<&'a str>,
    code: Option<&'a str>,
    barrier: bool,
    causes: usize,
    what: &'a str,
    context: Vec<(&'a str, Sent)>,
}

impl<'a> Said<'a> {
    fn by(error: &'a (dyn Error + 'static)) -> Option<Self> {
        if let Some(wire) = error.downcast_ref::<Wire>() {
            return wire.foreign.is_none().then(|| Said {
                module: wire.module.as_deref(),
                code: wire.code.as_deref(),
                barrier: wire.barrier,
                causes: wire.causes.len(),
                what: &wire.what,
                context: wire.context.iter().map(|(key, value)| (key.as_str(), value.clone())).collect(),
            });
        }
        let fault = record_of(error)?;
        Some(Said {
            module: fault.module,
            code: fault.code.map(Code::name),
            barrier: fault.barrier,
            causes: fault.causes.len(),
            what: &fault.what,
            context: fault.context.iter().map(|(key, value)| (*key, Sent::from(value))).collect(),
        })
    }
}

/// What an error of somebody else prints for developers, or printed before it was sent.
fn foreign(error: &(dyn Error + 'static)) -> String {
    let sent = error.downcast_ref::<Wire>().and_then(|wire| wire.foreign.clone());
    sent.unwrap_or_else(|| format!("{error:?}"))
}

/// Whether an error is but the type of a module around the record that follows.
fn is_cover(error: &(dyn Error + 'static)) -> bool {
    !error.is::<Fault>() && record_of(error).is_some()
}

/// The record that an error is, or that it is the known case of.
pub(super) fn record_of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Fault> {
    error.downcast_ref().or_else(|| error.source()?.downcast_ref().filter(|fault: &&Fault| fault.module.is_some()))
}
