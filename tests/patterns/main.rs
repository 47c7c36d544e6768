//! The techniques as patterns, one file each, natively and in the browser alike: what each promises, in virtual time.

mod backoff;
mod breaker;
mod cancel;
mod concurrency;
mod heartbeat;
mod queue;
mod retry;
mod window;

#[cfg(target_arch = "wasm32")]
mod browser {
    wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
}
