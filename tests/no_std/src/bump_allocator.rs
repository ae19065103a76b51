//! The smallest allocator that suffices: a block of memory and a mark that moves up. Memory is never freed.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering};

const SIZE: usize = 256 * 1024;

#[global_allocator]
static MEMORY: BumpAllocator = BumpAllocator { bytes: UnsafeCell::new([0; SIZE]), used: AtomicUsize::new(0) };

struct BumpAllocator {
    bytes: UnsafeCell<[u8; SIZE]>,
    used: AtomicUsize,
}

// SAFETY: only `alloc` hands out the bytes, and never the same byte twice.
unsafe impl Sync for BumpAllocator {}

// SAFETY: every block lies in `bytes` and has the requested alignment. The mark moves up atomically, so no two blocks
// overlap.
unsafe impl GlobalAlloc for BumpAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let start = self.bytes.get() as usize;
        let aligned = |used: usize| (start + used).next_multiple_of(layout.align()) - start;
        let end = |used: usize| aligned(used).checked_add(layout.size()).filter(|&end| end <= SIZE);
        match self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, end) {
            // SAFETY: `aligned(used)` plus the size is at most `SIZE`.
            Ok(used) => unsafe { self.bytes.get().cast::<u8>().add(aligned(used)) },
            Err(_) => null_mut(),
        }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}
