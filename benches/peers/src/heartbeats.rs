//! Virtual time: a thousand workers send a thousand beats each to one monitor, and nothing is recorded. An event is a
//! timer that fires or a message that is taken.

use heartrace::runtime::setting::Setting;
use heartrace::runtime::virtual_time::Run;
use std::time::Duration;

const WORKERS: u32 = 1000;
const BEATS: u32 = 1000;
const PERIOD: Duration = Duration::from_secs(1);
/// How many messages may wait.
const ROOM: usize = 1024;

/// How many events there are.
pub const EVENTS: u64 = 2 * WORKERS as u64 * BEATS as u64;

/// In our virtual time.
pub fn ours() {
    let mut run = Run::new(Setting::default(), false);
    let rt = run.runtime().clone();
    run.start(async move {
        let (beats, beaten) = rt.channel::<u32>("beats", ROOM);
        for worker in 0..WORKERS {
            let (own, beats) = (rt.clone(), beats.clone());
            rt.spawn("worker", async move {
                for _ in 0..BEATS {
                    own.sleep(PERIOD).await;
                    let _ = beats.send(&own, worker).await;
                }
            });
        }
        for _ in 0..WORKERS * BEATS {
            let _ = beaten.recv(&rt).await;
        }
    });
    run.finish();
}

/// In tokio's, which jumps when its clock is paused.
pub fn tokios() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let (beats, mut beaten) = tokio::sync::mpsc::channel(ROOM);
        for worker in 0..WORKERS {
            let beats = beats.clone();
            tokio::spawn(async move {
                for _ in 0..BEATS {
                    tokio::time::sleep(PERIOD).await;
                    let _ = beats.send(worker).await;
                }
            });
        }
        for _ in 0..WORKERS * BEATS {
            let _ = beaten.recv().await;
        }
    });
}
