//! An allocator that counts what the whole program has in use: the memory of a server is taken and given back by
//! several threads.

#![allow(unsafe_code, reason = "an allocator can be written in no other way")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The system's allocator, which counts what is in use and the most that ever was.
struct Counting;

static IN_USE: AtomicIsize = AtomicIsize::new(0);
static MOST: AtomicIsize = AtomicIsize::new(0);

// SAFETY: every call goes on to `System` as it came; only numbers are kept besides.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let in_use = IN_USE.fetch_add(layout.size() as isize, SeqCst) + layout.size() as isize;
        MOST.fetch_max(in_use, SeqCst);
        // SAFETY: the caller keeps the contract of `alloc`, which is the same.
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

/// Measures what is taken from now on. While it is there, no other test of this program measures.
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

    /// Begins again.
    pub(crate) fn begin(&mut self) {
        self.before = IN_USE.load(SeqCst);
        MOST.store(self.before, SeqCst);
    }

    /// How many more bytes are in use than at the beginning.
    pub(crate) fn in_use(&self) -> isize {
        IN_USE.load(SeqCst) - self.before
    }

    /// The most bytes in use since the beginning.
    pub(crate) fn most(&self) -> isize {
        MOST.load(SeqCst) - self.before
    }
}

/// Asserts that the bytes are those of the page, or at most a tenth fewer.
#[track_caller]
pub(crate) fn meets(what: &str, bytes: isize, page: usize) {
    let page = isize::try_from(page).expect("small");
    println!("{what}: {bytes} bytes, the page says {page}");
    assert!(bytes <= page && bytes >= page * 9 / 10, "{what}: {bytes} bytes, the page says {page}");
}
