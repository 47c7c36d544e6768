//! One stream over many lives: whoever reads it does not notice that its source has begun anew.
//!
//! Each stage is a task that reads a stream and gives one, and ends when its source has or its context is cancelled.

use super::cancel::Context;
use crate::runtime::{Message, Of2, Of3, Receiver, Runtime, Sender, Task, select};

/// A stage: what it gives, and its task.
pub struct Stage<T: Message> {
    /// The stream it gives; closed when the stage ends.
    pub out: Receiver<T>,
    /// Its task.
    pub task: Task<()>,
}

/// When a bridge leaves one stream for the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// When it has closed: nothing of it is lost, and one that is never closed blocks the rest.
    WhenClosed,
    /// As soon as the next is there: whatever the older life still brings is refused.
    AtOnce,
}

/// Starts a stage: its output is closed when its work is over.
fn stage<T: Message, F: Future<Output = ()> + 'static>(
    rt: &Runtime,
    name: &str,
    work: impl FnOnce(Sender<T>) -> F,
) -> Stage<T> {
    let (give, out) = rt.channel(name, 0);
    let (rt_inner, closing, work) = (rt.clone(), give.clone(), work(give));
    let task = rt.spawn(name, async move {
        work.await;
        closing.close(&rt_inner);
    });
    Stage { out, task }
}

/// The next value of a stream; none once it has closed or the context is cancelled.
async fn pull<T: Message>(rt: &Runtime, context: &Context, from: &Receiver<T>) -> Option<T> {
    // Once it is cancelled nothing more is taken, whatever would be ready.
    if context.err().is_some() {
        return None;
    }
    match select((context.done(), from.recv(rt))).await {
        Of2::A(_) => None,
        Of2::B(value) => value,
    }
}

/// Hands a value on; false if the context was cancelled first, and the value is dropped.
async fn hand_on<T: Message>(rt: &Runtime, context: &Context, value: T, to: &Sender<T>) -> bool {
    matches!(select((to.send(rt, value), context.done())).await, Of2::A(Ok(())))
}

/// The stream as it is, until it closes or the context is cancelled.
pub fn or_done<T: Message>(rt: &Runtime, context: &Context, stream: Receiver<T>) -> Stage<T> {
    let (inner, context) = (rt.clone(), context.clone());
    stage(rt, "or-done", |to| async move {
        while let Some(value) = pull(&inner, &context, &stream).await {
            if !hand_on(&inner, &context, value, &to).await {
                return;
            }
        }
    })
}

/// What a bridge can tell of the streams it reads, numbered from 1 in the order they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked<T> {
    /// From here on the values are of this stream.
    Begun(u32),
    /// A value.
    Value(T),
    /// This stream has closed.
    Ended(u32),
}

impl<T: Message> Message for Marked<T> {
    fn code(&self) -> u32 {
        match self {
            Marked::Begun(stream) | Marked::Ended(stream) => *stream,
            Marked::Value(value) => value.code(),
        }
    }
}

/// One stream of all that the streams bring, in their order; it ends when their stream has closed and the last of
/// them is over, or when the context is cancelled.
pub fn bridge<T: Message>(rt: &Runtime, context: &Context, streams: Receiver<Receiver<T>>, switch: Switch) -> Stage<T> {
    bridge_as(rt, context, streams, switch, |marked| match marked {
        Marked::Value(value) => Some(value),
        Marked::Begun(_) | Marked::Ended(_) => None,
    })
}

/// The same with marks between the streams, for whoever wants to know that a life has ended and the next begun.
pub fn bridge_marked<T: Message>(
    rt: &Runtime,
    context: &Context,
    streams: Receiver<Receiver<T>>,
    switch: Switch,
) -> Stage<Marked<T>> {
    bridge_as(rt, context, streams, switch, Some)
}

/// A bridge on its way to somebody.
struct Crossing<U: Message, F> {
    rt: Runtime,
    context: Context,
    to: Sender<U>,
    tell: F,
}

impl<U: Message, F> Crossing<U, F> {
    /// Hands on what is to be told; false if the context was cancelled meanwhile.
    async fn give<T>(&self, marked: Marked<T>) -> bool
    where
        F: Fn(Marked<T>) -> Option<U>,
    {
        match (self.tell)(marked) {
            Some(told) => hand_on(&self.rt, &self.context, told, &self.to).await,
            None => true,
        }
    }
}

fn bridge_as<T: Message, U: Message>(
    rt: &Runtime,
    context: &Context,
    streams: Receiver<Receiver<T>>,
    switch: Switch,
    tell: impl Fn(Marked<T>) -> Option<U> + 'static,
) -> Stage<U> {
    let (rt_inner, context) = (rt.clone(), context.clone());
    stage(rt, "bridge", move |to| async move {
        let crossing = Crossing { rt: rt_inner, context, to, tell };
        match switch {
            Switch::WhenClosed => one_after_the_other(&crossing, streams).await,
            Switch::AtOnce => newest_only(&crossing, streams).await,
        }
    })
}

async fn one_after_the_other<T: Message, U: Message>(
    crossing: &Crossing<U, impl Fn(Marked<T>) -> Option<U>>,
    streams: Receiver<Receiver<T>>,
) {
    let Crossing { rt, context, .. } = crossing;
    let mut number = 0;
    while let Some(stream) = pull(rt, context, &streams).await {
        number += 1;
        let stream = or_done(rt, context, stream);
        crossing.give(Marked::Begun(number)).await;
        // It closes when the context is cancelled; what is under way then is dropped.
        while let Some(value) = stream.out.recv(rt).await {
            crossing.give(Marked::Value(value)).await;
        }
        let _ = stream.task.join().await;
        crossing.give(Marked::Ended(number)).await;
    }
}

async fn newest_only<T: Message, U: Message>(
    crossing: &Crossing<U, impl Fn(Marked<T>) -> Option<U>>,
    streams: Receiver<Receiver<T>>,
) {
    let Crossing { rt, context, .. } = crossing;
    let (mut number, mut streams, mut newest) = (0, Some(streams), None);
    while streams.is_some() || newest.is_some() {
        let coming = streams.clone().unwrap_or_else(Receiver::absent);
        let current = newest.clone().unwrap_or_else(Receiver::absent);
        let goes_on = match select((context.done(), coming.recv(rt), current.recv(rt))).await {
            Of3::A(_) => false,
            Of3::B(Some(stream)) => {
                number += 1;
                newest = Some(stream);
                crossing.give(Marked::Begun(number)).await
            }
            Of3::B(None) => {
                streams = None;
                true
            }
            Of3::C(Some(value)) => crossing.give(Marked::Value(value)).await,
            Of3::C(None) => {
                newest = None;
                crossing.give(Marked::Ended(number)).await
            }
        };
        if !goes_on {
            return;
        }
    }
}

/// The first `count` values. Unlike the book's it can be cancelled while it waits for one: there the receive is
/// evaluated before the select, which then does not hear the cancel.
pub fn take<T: Message>(rt: &Runtime, context: &Context, stream: Receiver<T>, count: u32) -> Stage<T> {
    let (inner, context) = (rt.clone(), context.clone());
    stage(rt, "take", move |to| async move {
        for _ in 0..count {
            let Some(value) = pull(&inner, &context, &stream).await else { return };
            if !hand_on(&inner, &context, value, &to).await {
                return;
            }
        }
    })
}
