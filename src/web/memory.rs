//! Memory ahead of need: a browser takes as long to add one page of it as to add a thousand, so it grows by halves.

use std::arch::wasm32::memory_size;
use std::cell::Cell;
use std::hint::black_box;

/// Bytes of a page.
const PAGE: usize = 1 << 16;

/// Pages that are added one by one: no small run comes near them.
const SMALL: usize = 128;

thread_local! {
    /// How many pages there were when it was last looked ahead.
    static AHEAD: Cell<usize> = const { Cell::new(SMALL) };
}

/// Adds half as much as there is, if what was added last is used up. What the allocator gets back it keeps at hand; what
/// it does not get is asked for when it is needed.
pub(super) fn look_ahead() {
    let pages = memory_size::<0>();
    if pages <= AHEAD.get() {
        return;
    }
    let mut block: Vec<u8> = Vec::new();
    let _ = block.try_reserve_exact(pages / 2 * PAGE);
    drop(black_box(block));
    AHEAD.set(memory_size::<0>());
}
