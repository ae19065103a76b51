//! An allocator that counts the memory of the whole program, because several threads of the server allocate and free
//! it.

#![allow(unsafe_code, reason = "an allocator can be written in no other way")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The system's allocator. It also counts the bytes in use and their maximum.
struct Counting;

static IN_USE: AtomicIsize = AtomicIsize::new(0);
static MOST: AtomicIsize = AtomicIsize::new(0);

// SAFETY: every call is passed to `System` unchanged. The only addition is counting.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let in_use = IN_USE.fetch_add(layout.size() as isize, SeqCst) + layout.size() as isize;
        MOST.fetch_max(in_use, SeqCst);
        // SAFETY: the caller fulfils the contract of `alloc`, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size() as isize, SeqCst);
        // SAFETY: the pointer came from `System`, with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Measures allocations from now on. As long as it exists, no other test of this program measures.
pub(crate) struct Meter {
    before: isize,
    _alone: MutexGuard<'static, ()>,
}

impl Meter {
    /// Waits until no other test measures.
    pub(crate) fn alone() -> Self {
        let mut meter = Meter { before: 0, _alone: ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner) };
        meter.begin();
        meter
    }

    /// Starts the measurement again.
    pub(crate) fn begin(&mut self) {
        self.before = IN_USE.load(SeqCst);
        MOST.store(self.before, SeqCst);
    }

    /// The bytes in use, minus those in use at the beginning.
    pub(crate) fn in_use(&self) -> isize {
        IN_USE.load(SeqCst) - self.before
    }

    /// The maximum of the bytes in use since the beginning, minus those in use at the beginning.
    pub(crate) fn most(&self) -> isize {
        MOST.load(SeqCst) - self.before
    }
}

/// Asserts that the bytes match the figure in the documentation, or are at most a tenth lower.
#[track_caller]
pub(crate) fn meets(what: &str, bytes: isize, page: usize) {
    let page = isize::try_from(page).expect("small");
    println!("{what}: {bytes} bytes, the page says {page}");
    assert!(bytes <= page && bytes >= page * 9 / 10, "{what}: {bytes} bytes, the page says {page}");
}
