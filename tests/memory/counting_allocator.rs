//! An allocator that counts what each thread has in use: for tests of how much memory something needs.

#![allow(unsafe_code, reason = "an allocator can be written in no other way")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, which counts what is in use and the most that ever was.
struct Counting;

thread_local! {
    // Below zero where a thread gives back what another one took.
    static IN_USE: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
    /// How many allocations this thread has made.
    pub(crate) static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    /// How many bytes they had together.
    pub(crate) static ALLOCATED: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes on to `System` as it came; only numbers are kept besides.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let in_use = IN_USE.get() + layout.size() as isize;
        IN_USE.set(in_use);
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        ALLOCATED.set(ALLOCATED.get() + layout.size());
        MOST.set(MOST.get().max(in_use));
        // SAFETY: the caller keeps the contract of `alloc`, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.set(IN_USE.get() - layout.size() as isize);
        // SAFETY: the pointer came from `System`, with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes that this thread had in use during `work` above what was before, and how many more it has in use
/// after it.
pub(crate) fn memory(work: impl FnOnce()) -> (isize, isize) {
    let before = IN_USE.get();
    MOST.set(before);
    work();
    (MOST.get() - before, IN_USE.get() - before)
}
