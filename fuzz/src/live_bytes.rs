//! Counts the bytes that this thread holds on the heap, to check that decoders keep little.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

#[global_allocator]
static COUNTING: Counting = Counting;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
}

/// How many bytes this thread has allocated and not freed.
pub(crate) fn live_bytes() -> isize {
    LIVE.get()
}

/// The maximum number of bytes that this thread held during `work`, minus those that it held before.
pub(crate) fn most_live_bytes(work: impl FnOnce()) -> isize {
    let before = LIVE.get();
    MOST.set(before);
    work();
    MOST.get() - before
}

struct Counting;

impl Counting {
    fn count(bytes: isize) {
        // When a thread ends, it may free memory after its counter was destroyed.
        let _ = LIVE.try_with(|live| {
            live.set(live.get() + bytes);
            MOST.try_with(|most| most.set(most.get().max(live.get())))
        });
    }
}

// SAFETY: `System` does the work and fulfils the contract; the counter neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::count(layout.size() as isize);
        // SAFETY: the caller fulfils the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        Self::count(-(layout.size() as isize));
        // SAFETY: the caller fulfils the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}
