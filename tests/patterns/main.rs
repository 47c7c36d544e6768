//! The techniques as patterns, one file each, natively and in the browser alike: what each promises, in virtual time.

<<<<<<< HEAD
mod bridge;
mod cancel;
<<<<<<< HEAD
mod detector;
mod heartbeat;
<<<<<<< HEAD
mod limiter;
#[cfg(not(target_arch = "wasm32"))]
mod races;
mod rate_limit;
#[cfg(not(target_arch = "wasm32"))]
mod refunds;
mod replicate;
=======
mod steward;
mod supervisor;
>>>>>>> healing
=======
mod backoff;
mod breaker;
mod cancel;
mod concurrency;
mod heartbeat;
mod queue;
mod retry;
mod window;
>>>>>>> overload
=======
mod cancel_tree;
mod dedup;
mod fault;
mod group;
mod heartbeat;
mod preempt;
mod story;
mod timeout;
mod undo;
>>>>>>> faults

#[cfg(target_arch = "wasm32")]
mod browser {
    wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
}
