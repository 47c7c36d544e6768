//! The ward whose heart is heard, and the way from it to others: it answers whoever asks it, but in a pause.

use crate::patterns::heartbeat::Heart;
use crate::patterns::timeout::timeout;
use crate::runtime::{Message, Of2, Of3, Receiver, Runtime, Sender, Signal, Time, select};
use std::time::Duration;

/// How a heart beats.
#[derive(Clone, Copy)]
pub struct Heartbeat {
    pub interval: Duration,
    pub jitter: Duration,
    pub pause: Duration,
    pub pause_every: u64,
    pub dies: Duration,
    /// From then on its beats do not reach the watcher; zero: they always do.
    pub cut: Duration,
}

/// Somebody asks whether it is there: the way back.
#[derive(Clone)]
pub struct Ping(Sender<()>);

impl Message for Ping {}

/// A peer that asks for somebody else, for so long; it goes on for ever if there is no answer by then.
pub async fn ping(rt: Runtime, helper: u32, pings: Sender<Ping>, patience: Duration) {
    let inner = rt.clone();
    let peer = rt.spawn(&format!("peer-{}", helper + 1), async move {
        let (back, answer) = inner.channel("pong", 1);
        let _ = pings.try_send(&inner, Ping(back));
        timeout(&inner, patience, answer.recv(&inner)).await.is_ok()
    });
    if peer.join().await != Ok(true) {
        std::future::pending().await
    }
}

/// Beats at uneven intervals, pauses now and then, and is gone one day without a word.
pub async fn beat(rt: Runtime, plan: Heartbeat, heart: Heart, pings: Option<Receiver<Ping>>, done: Signal) {
    let end = rt.now() + plan.dies;
    for beat in 1_u64.. {
        if plan.cut.is_zero() || rt.now() < Time::ZERO + plan.cut {
            heart.beat(&rt);
        } else {
            rt.note("lost beat {}", [beat as u32, 0]);
        }
        let jitter = rt.draw("jitter", 0, plan.jitter.as_nanos() as u64);
        let pause = if beat.is_multiple_of(plan.pause_every) { plan.pause } else { Duration::ZERO };
        let usual = plan.interval + Duration::from_nanos(jitter);
        let is_told = match &pings {
            None => rest(&rt, &done, (usual + pause).min(end - rt.now())).await,
            Some(pings) => {
                answering(&rt, &done, pings, usual.min(end - rt.now())).await
                    || !pause.is_zero() && rest(&rt, &done, pause.min(end - rt.now())).await
            }
        };
        if is_told || rt.now() >= end {
            return;
        }
    }
}

/// Waits; whether it was told to stop.
async fn rest(rt: &Runtime, done: &Signal, span: Duration) -> bool {
    matches!(select((done.wait(rt), rt.sleep(span))).await, Of2::A(_))
}

/// The same, and answers whoever asks meanwhile.
async fn answering(rt: &Runtime, done: &Signal, pings: &Receiver<Ping>, span: Duration) -> bool {
    let mut sleep = rt.sleep(span);
    loop {
        match select((done.wait(rt), sleep.by_ref(), pings.recv(rt))).await {
            Of3::A(_) => return true,
            Of3::B(()) => return false,
            Of3::C(ping) => {
                // Who has given up does not hear it.
                let _ = ping.map(|Ping(back)| back.try_send(rt, ()));
            }
        }
    }
}
