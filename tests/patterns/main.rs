//! The techniques as patterns, one file each, natively and in the browser alike: what each promises, in virtual time.

mod cancel;
mod cancel_tree;
mod dedup;
mod fault;
mod group;
mod heartbeat;
mod preempt;
mod story;
mod timeout;
mod undo;

#[cfg(target_arch = "wasm32")]
mod browser {
    wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
}
