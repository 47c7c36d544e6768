//! Several tasks of which all, some or as many as possible are to succeed: what a nursery or an error group decides.
//!
//! Each rule is a way to read a [`Keyed`] set, and none leaves anybody behind: once it is decided, whoever is still under
//! way is cancelled and dropped. What those make of their cancel is told nowhere, so it hides no error that was first.

use super::cancel::Context;
use super::keyed::Keyed;
use super::timeout::timeout;
use crate::runtime::{Gone, Runtime};
use std::future::Future;
use std::time::Duration;

/// Why a task gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost<E> {
    /// It failed.
    Failed(E),
    /// It crashed, or somebody has stopped it.
    Gone(Gone),
}

/// A failure, and whose: the place of its body in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed<E> {
    /// Whose it is, from 0.
    pub place: usize,
    /// What went wrong.
    pub why: Lost<E>,
}

type Set<T, E> = Keyed<usize, Result<T, E>>;

fn start<T: 'static, E: 'static, F: Future<Output = Result<T, E>> + 'static>(
    rt: &Runtime,
    context: &Context,
    name: &str,
    bodies: impl IntoIterator<Item = impl FnOnce(Context) -> F>,
) -> Set<T, E> {
    let set = Set::new(rt, context);
    for (place, body) in bodies.into_iter().enumerate() {
        set.spawn(place, &format!("{name}-{place}"), body);
    }
    set
}

fn flat<T, E>(ended: Result<Result<T, E>, Gone>) -> Result<T, Lost<E>> {
    ended.map_err(Lost::Gone)?.map_err(Lost::Failed)
}

/// Runs all bodies as tasks called `name-0`, `name-1` … and gives what they gave, in their order; or, as soon as one has
/// failed, that failure.
///
/// # Errors
/// [`Failed`]: the first failure in time; of those of one moment the one with the lowest place.
///
/// # Cancellation safety
/// Dropping it cancels and drops every task.
pub async fn all<T: 'static, E: 'static, F: Future<Output = Result<T, E>> + 'static>(
    rt: &Runtime,
    context: &Context,
    name: &str,
    bodies: impl IntoIterator<Item = impl FnOnce(Context) -> F>,
) -> Result<Vec<T>, Failed<E>> {
    let set = start(rt, context, name, bodies);
    let mut given: Vec<Option<T>> = set.keys().iter().map(|_| None).collect();
    while let Some((place, ended)) = set.next().await {
        given[place] = Some(flat(ended).map_err(|why| Failed { place, why })?);
    }
    Ok(given.into_iter().flatten().collect())
}

/// Runs all bodies and gives the first `enough` results, in the order in which they came, each with its place; or, as
/// soon as too few are left for that, every failure. Nothing is enough for 0.
///
/// # Errors
/// Every [`Failed`] so far, in the order in which they came.
///
/// # Cancellation safety
/// Dropping it cancels and drops every task.
pub async fn first<T: 'static, E: 'static, F: Future<Output = Result<T, E>> + 'static>(
    enough: usize,
    rt: &Runtime,
    context: &Context,
    name: &str,
    bodies: impl IntoIterator<Item = impl FnOnce(Context) -> F>,
) -> Result<Vec<(usize, T)>, Vec<Failed<E>>> {
    let set = start(rt, context, name, bodies);
    let (mut given, mut failed) = (Vec::new(), Vec::new());
    while given.len() < enough {
        if given.len() + set.len() < enough {
            return Err(failed);
        }
        let Some((place, ended)) = set.next().await else { break };
        match flat(ended) {
            Ok(value) => given.push((place, value)),
            Err(why) => failed.push(Failed { place, why }),
        }
    }
    Ok(given)
}

/// Runs all bodies for at most `limit` and gives what has come of each by then, in their order: none of one that was
/// still under way. No failure cuts another short.
///
/// # Cancellation safety
/// Dropping it cancels and drops every task.
pub async fn settle<T: 'static, E: 'static, F: Future<Output = Result<T, E>> + 'static>(
    limit: Duration,
    rt: &Runtime,
    context: &Context,
    name: &str,
    bodies: impl IntoIterator<Item = impl FnOnce(Context) -> F>,
) -> Vec<Option<Result<T, Lost<E>>>> {
    let set = start(rt, context, name, bodies);
    let mut outcomes: Vec<_> = set.keys().iter().map(|_| None).collect();
    let everyone = async {
        while let Some((place, ended)) = set.next().await {
            outcomes[place] = Some(flat(ended));
        }
    };
    // At the limit whatever there is is what there is.
    let _ = timeout(rt, limit, everyone).await;
    outcomes
}
