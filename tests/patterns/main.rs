//! The techniques as patterns, one file each, natively and in the browser alike: what each promises, in virtual time.

mod backoff;
mod breaker;
mod bridge;
mod cancel;
mod cancel_tree;
mod concurrency;
mod dedup;
mod delays;
mod detector;
mod fault;
mod group;
mod heartbeat;
mod histogram;
mod join;
mod keyed;
mod limit;
mod limiter;
mod preempt;
mod queue;
mod quotas;
#[cfg(not(target_arch = "wasm32"))]
mod races;
mod rate_limit;
#[cfg(not(target_arch = "wasm32"))]
mod refunds;
mod replicate;
mod retry;
mod shield;
mod steward;
mod story;
mod supervision;
mod supervisor;
mod timeout;
mod tracker;
mod undo;
mod waiting;
mod window;
mod windows;
mod wire;

#[cfg(target_arch = "wasm32")]
mod browser {
    wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
}
