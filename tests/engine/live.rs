//! Traps that only a session on the browser's own timers can fall into.

use crate::ms;
use gloo_timers::callback::Timeout;
use heartrace::patterns::timeout::timeout;
use heartrace::runtime::Receiver;
use heartrace::runtime::browser::LiveRun;
use heartrace::runtime::ends::End;
use heartrace::runtime::setting::Setting;
use js_sys::Promise;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Lets the browser go on for so many real milliseconds.
async fn pass(millis: u32) {
    let promise = Promise::new(&mut |resolve, _| {
        Timeout::new(millis, move || _ = resolve.call0(&JsValue::NULL)).forget();
    });
    JsFuture::from(promise).await.expect("nobody rejects it");
}

fn session() -> LiveRun {
    LiveRun::new(Setting::default()).expect("a browser has message channels")
}

/// The browser fires a delay of more than 2³¹−1 ms at once; and a timer that had been set for later than a new one kept
/// the new one waiting.
#[test]
async fn p_v7_p_v8_a_long_sleep_is_long_and_a_short_one_after_it_is_on_time() {
    let run = session();
    let (rt, seen) = (run.runtime().clone(), Rc::new(Cell::new(None)));
    let found = seen.clone();
    run.start(async move {
        let month = rt.sleep(Duration::from_secs(30 * 24 * 3600));
        let long = rt.spawn("long", month);
        rt.sleep(ms(20)).await;
        found.set(Some(long.is_over()));
        Receiver::<u32>::absent().recv(&rt).await;
    });
    pass(300).await;
    assert_eq!(seen.get(), Some(false), "the short one is over and the long one is not");
    assert_eq!(run.end(), None, "it still waits for the long one");
}

/// A timer that was for a limit stayed armed when what it limited was over.
#[test]
async fn p_c14_no_timer_of_the_browser_outlives_what_it_was_for() {
    let run = session();
    let rt = run.runtime().clone();
    run.start(async move {
        let _ = timeout(&rt, Duration::from_secs(3600), rt.sleep(ms(1))).await;
        Receiver::<u32>::absent().recv(&rt).await;
    });
    pass(100).await;
    assert!(matches!(run.end(), Some(End::Stalled(_))), "{:?}", run.end());
}

/// Tasks that woke each other ran in one microtask after the other, and no timer and no frame came between them.
#[test]
async fn p_w3_the_browser_gets_its_turn_while_tasks_are_busy() {
    let run = session();
    let (rt, is_told) = (run.runtime().clone(), Rc::new(Cell::new(false)));
    let told = is_told.clone();
    run.start(async move {
        while !told.get() {
            rt.yield_now().await;
        }
    });
    Timeout::new(0, move || is_told.set(true)).forget();
    pass(100).await;
    assert_eq!(run.end(), Some(End::Finished));
}
