//! Measures memory with a counting allocator: bytes per session in a store of a million, and allocations for an event
//! that stores nothing new. Writes figures.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hash::RandomState;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use im_session::{BaseUri, CallEvent, DataEvent, Event, EventName, KeyValueList, Outcome, Sessions};
use im_session_peers::store::{self, Visits};
use im_session_peers::{figures, plain};

/// Counts the bytes that are allocated, and the allocations.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static REQUESTS: AtomicUsize = AtomicUsize::new(0);

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Relaxed);
        REQUESTS.fetch_add(1, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LIVE.fetch_add(size, Relaxed);
        LIVE.fetch_sub(layout.size(), Relaxed);
        REQUESTS.fetch_add(1, Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const MILLION: usize = 1_000_000;

fn main() {
    let out = &mut std::io::stdout();
    let sessions = each(|| store::sessions(MILLION, RandomState::new()));
    figures::put(out, "memory", "bytes a session", "im-session", sessions);
    let map = each(|| store::bare_map(MILLION, RandomState::new()));
    figures::put(out, "memory", "bytes a session", "bare hashbrown", map);
    let program = each(|| plain::established(MILLION));
    figures::put(out, "memory", "bytes a session", "plain program", program);

    let mut visits = Visits::new(store::sessions(1000, RandomState::new()), 1000);
    // Once through the circle: after that no session has a participant to lose.
    visits.meet_next(3_000);
    let changes = requests(|| {
        assert_eq!(visits.meet_next(EVENTS), [EVENTS, 0, 0], "every event of the circle changes the state");
    });
    figures::put(out, "memory", "allocations a change of state", "im-session", changes);
    figures::put(out, "memory", "allocations a repeated or rejected event", "im-session", requests(repeats()));
}

const EVENTS: usize = 30_000;

/// Allocations per event.
fn requests(handle: impl FnOnce()) -> f64 {
    let before = REQUESTS.load(Relaxed);
    handle();
    (REQUESTS.load(Relaxed) - before) as f64 / EVENTS as f64
}

/// A session with user data that gets the same event, and late ones, again and again.
fn repeats() -> impl FnOnce() {
    let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    let about =
        |name| Event::new(name).with_this_dn("3002").with_other_dn("3001").with_call_uuid("007MDF3D0KAHL93L807");
    let user_data = || KeyValueList::from_iter([("ServiceType", "orders"), ("WebPage", "/orders/48113")]);
    let mut repeated = about(EventName::Call(CallEvent::Established)).with_user_data(user_data());
    let mut data = about(EventName::Data(DataEvent::AttachedDataChanged)).with_user_data(user_data());
    let mut late = about(EventName::Call(CallEvent::Ringing));
    let _handled = sessions.handle_event(&repeated).expect("a readable event");
    move || {
        for number in 0..EVENTS {
            let event = match number % 3 {
                0 => &mut repeated,
                1 => &mut data,
                _ => &mut late,
            };
            event.event_sequence_number = Some(number as u64);
            let handled = sessions.handle_event(event).expect("a readable event");
            assert!(matches!(handled.outcome(), Outcome::Unchanged | Outcome::Rejected(_)), "{event:?}");
        }
    }
}

/// The bytes for each of a million.
fn each<T>(make: impl FnOnce() -> T) -> f64 {
    let before = LIVE.load(Relaxed);
    let made = make();
    let bytes = (LIVE.load(Relaxed) - before) as f64 / MILLION as f64;
    drop(made);
    bytes
}
