//! An allocator that counts the memory in use per thread, for the tests of memory needs.

#![allow(unsafe_code, reason = "an allocator can be written in no other way")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator with counters for the bytes in use and their peak.
struct Counting;

thread_local! {
    // Negative if a thread frees memory that another thread allocated.
    static IN_USE: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
    /// The number of allocations that this thread has made.
    pub(crate) static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    /// The total bytes of those allocations.
    pub(crate) static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is forwarded unchanged to `System`. Only the counters are updated besides.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let in_use = IN_USE.get() + layout.size() as isize;
        IN_USE.set(in_use);
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        ALLOCATED.set(ALLOCATED.get() + layout.size());
        MOST.set(MOST.get().max(in_use));
        // SAFETY: the caller upholds the contract of `alloc`, which is the same as that of `System`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.set(IN_USE.get() - layout.size() as isize);
        // SAFETY: the pointer was allocated by `System` with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The peak of the bytes that this thread had in use during `work`, above the bytes before it, and the bytes that
/// remain in use after it.
pub(crate) fn memory(work: impl FnOnce()) -> (isize, isize) {
    let before = IN_USE.get();
    MOST.set(before);
    work();
    (MOST.get() - before, IN_USE.get() - before)
}
