//! The techniques as patterns, one file each, natively and in the browser alike: what each promises, in virtual time.

mod bridge;
mod cancel;
mod detector;
mod heartbeat;
mod steward;
mod supervisor;

#[cfg(target_arch = "wasm32")]
mod browser {
    wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
}
