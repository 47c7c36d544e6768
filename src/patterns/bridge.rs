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

/// One stream of all that the streams bring, in their order; it ends when their stream has closed and the last of
/// them is over, or when the context is cancelled.
pub fn bridge<T: Message>(rt: &Runtime, context: &Context, streams: Receiver<Receiver<T>>, switch: Switch) -> Stage<T> {
    let (inner, context) = (rt.clone(), context.clone());
    stage(rt, "bridge", move |to| async move {
        match switch {
            Switch::WhenClosed => one_after_the_other(&inner, &context, streams, &to).await,
            Switch::AtOnce => newest_only(&inner, &context, streams, &to).await,
        }
    })
}

async fn one_after_the_other<T: Message>(
    rt: &Runtime,
    context: &Context,
    streams: Receiver<Receiver<T>>,
    to: &Sender<T>,
) {
    while let Of2::A(Some(stream)) = select((streams.recv(rt), context.done())).await {
        let stream = or_done(rt, context, stream);
        // It closes when the context is cancelled; what is under way then is dropped.
        while let Some(value) = stream.out.recv(rt).await {
            hand_on(rt, context, value, to).await;
        }
        let _ = stream.task.join().await;
    }
}

async fn newest_only<T: Message>(rt: &Runtime, context: &Context, streams: Receiver<Receiver<T>>, to: &Sender<T>) {
    let (mut streams, mut newest) = (Some(streams), None);
    while streams.is_some() || newest.is_some() {
        let coming = streams.clone().unwrap_or_else(Receiver::absent);
        let current = newest.clone().unwrap_or_else(Receiver::absent);
        match select((context.done(), coming.recv(rt), current.recv(rt))).await {
            Of3::A(_) => return,
            Of3::B(Some(stream)) => newest = Some(stream),
            Of3::B(None) => streams = None,
            Of3::C(Some(value)) => _ = hand_on(rt, context, value, to).await,
            Of3::C(None) => newest = None,
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
