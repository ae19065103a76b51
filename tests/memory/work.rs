//! Does the work of an operation depend on the number of sessions? The tests count allocations, allocated bytes and
//! hashed bytes, and measure no time.

use std::cell::Cell;
use std::hash::{BuildHasher, DefaultHasher, Hasher};
use std::time::Duration;

use im_session::{Agent, BaseUri, CallEvent, DataEvent, Event, Limits, Sessions, Target};

use crate::counting_allocator::{ALLOCATED, ALLOCATIONS};

thread_local! {
    static HASHED: Cell<usize> = const { Cell::new(0) };
}

/// Counts the bytes that are written to its hashers.
#[derive(Clone)]
struct Counting;

struct CountingHasher(DefaultHasher);

impl BuildHasher for Counting {
    type Hasher = CountingHasher;

    fn build_hasher(&self) -> CountingHasher {
        CountingHasher(DefaultHasher::new())
    }
}

impl Hasher for CountingHasher {
    fn write(&mut self, bytes: &[u8]) {
        HASHED.set(HASHED.get() + 1);
        self.0.write(bytes);
    }

    fn finish(&self) -> u64 {
        self.0.finish()
    }
}

/// The number of allocations, their bytes, and the bytes hashed.
fn work(of: impl FnOnce()) -> (usize, usize, usize) {
    let before = HASHED.get();
    let (count, bytes) = allocated(of);
    (count, bytes, HASHED.get() - before)
}

fn new_store() -> Sessions<Counting> {
    Sessions::with_hasher(BaseUri::new("http://localhost:8090"), Counting).with_limits(Limits::SPECIFICATION)
}

fn hear(store: &mut Sessions<Counting>, event: &Event<'_>) {
    assert!(store.handle_event(event).is_ok_and(|handled| handled.outcome().is_accepted()));
}

/// A store with this many sessions, all heard at time 100. Half are open with a request in flight, and half are
/// completed.
fn store_of(sessions: usize) -> Sessions<Counting> {
    let mut store = new_store();
    store.set_time(Duration::from_secs(100)).expect("no jump is too far");
    for number in 0..sessions {
        let dn = number.to_string();
        let event = |name| Event::new(name).with_this_dn(dn.clone()).with_call_uuid("A");
        hear(&mut store, &event(CallEvent::Ringing));
        if number % 2 == 0 {
            hear(&mut store, &event(CallEvent::Released));
        } else {
            let me = Agent::new().with_device("/devices/1", dn.clone());
            let body = br#"{"operationName":"Complete"}"#;
            assert!(store.post(&me, Target::Session("A"), body).is_ok());
        }
    }
    store
}

#[test]
fn what_ends_nothing_costs_the_same_at_any_size() {
    let costs = [1_000, 16_000].map(|sessions| {
        let mut store = store_of(sessions);
        let before = Duration::from_secs(100);
        let ends_nothing = |ended: usize| assert_eq!(ended, 0);
        let costs = [
            work(|| ends_nothing(store.expire(before).expect("a cutoff").changed().count())),
            work(|| ends_nothing(store.forget_completed(before).expect("a cutoff").forgotten())),
            work(|| ends_nothing(store.time_out_requests(before).expect("a cutoff").settled().len())),
        ];
        // A second later, everything ends.
        store.set_time(Duration::from_secs(101)).expect("no jump is too far");
        let before = Duration::from_secs(101);
        assert_eq!(store.time_out_requests(before).expect("a cutoff").settled().len(), sessions / 2);
        assert_eq!(store.forget_completed(before).expect("a cutoff").forgotten(), sessions / 2);
        assert_eq!(store.expire(before).expect("a cutoff").changed().count(), sessions / 2);
        costs
    });
    println!("{:?}", costs[0]);
    assert_eq!(costs[0], costs[1]);
}

/// Some additions also allocate a tree node. So the test compares the cheapest of several and bounds all of them.
#[test]
fn a_party_costs_the_same_however_many_there_are() {
    let costs = [10, 1_000].map(|there| {
        let mut store = new_store();
        hear(&mut store, &Event::new(CallEvent::Established).with_this_dn("3001").with_call_uuid("A"));
        let party = |number: usize| {
            let event = Event::new(DataEvent::PartyAdded).with_this_dn("3001").with_call_uuid("A");
            event.with_other_dn(format!("{number:04}"))
        };
        (0..there).for_each(|number| hear(&mut store, &party(number)));
        let events: Vec<Event<'_>> = (there..there + 32).map(party).collect();
        let costs: Vec<_> = events.iter().map(|event| work(|| hear(&mut store, event))).collect();
        assert_eq!(store.get("3001", "A").map(|session| session.participants().len()), Some(there + 32));
        let all: usize = costs.iter().map(|(count, _, _)| count).sum();
        assert!(all <= 32 * 8, "{all} allocations for 32 parties beside {there}");
        costs.into_iter().min().expect("some were added")
    });
    println!("{:?}", costs[0]);
    assert_eq!(costs[0], costs[1]);
}

/// The number of allocations of this thread during `work`, and their total bytes.
fn allocated(work: impl FnOnce()) -> (usize, usize) {
    let before = (ALLOCATIONS.get(), ALLOCATED.get());
    work();
    (ALLOCATIONS.get() - before.0, ALLOCATED.get() - before.1)
}
