//! How much memory the store takes for finding its sessions, and that many are found as well as few.
//!
//! A test binary of its own, as it counts every allocation of the process.

mod counting_allocator;

use std::hash::{BuildHasherDefault, Hasher};

use counting_allocator::{alone, in_use, most_memory};
use im_session::{BaseUri, CallEvent, Event, Limits, Sessions, State};

fn new_store() -> Sessions {
    Sessions::new(BaseUri::new("http://localhost:8090")).with_limits(Limits::SPECIFICATION)
}

fn event(name: CallEvent, this_dn: &'static str, number: usize) -> Event<'static> {
    Event::new(name).with_this_dn(this_dn).with_call_uuid(number.to_string())
}

/// Fewer taken places would be memory for nothing, more would make searches long.
#[test]
fn the_indices_grow_when_seven_of_eight_places_are_taken() {
    let _alone = alone();
    let mut store = new_store();
    let mut open = |number| {
        let event = event(CallEvent::Ringing, "3002", number);
        most_memory(|| assert!(store.handle_event(&event).is_ok()))
    };
    for number in 1..7 * 1024 {
        open(number);
    }
    let within = open(7 * 1024);
    let over = open(7 * 1024 + 1);
    println!("session 7168 takes {within} bytes, session 7169 takes {over}");
    // The test harness may need a little at the same time.
    assert!(within < 16 * 1024);
    // That of the keys and that of the calls, to twice 8 192 places of at least 8 bytes.
    assert!(over >= 2 * 16_384 * 8);
}

#[test]
fn sessions_that_come_and_go_leave_nothing_behind() {
    let _alone = alone();
    let mut store = new_store();
    let mut rounds = |numbers: std::ops::Range<usize>| {
        for number in numbers {
            for name in [CallEvent::Ringing, CallEvent::Released] {
                assert!(store.handle_event(&event(name, "3002", number)).is_ok());
            }
            assert!(store.forget("3002", &number.to_string()));
        }
        in_use()
    };
    let after_few = rounds(0..100);
    let after_many = rounds(100..10_000);
    // The test harness may need a little at the same time.
    assert!(after_many < after_few + 16 * 1024, "{after_few} bytes, then {after_many}");
}

/// Were each searched for among all the others, this would not end in anybody's time.
#[test]
fn a_hundred_thousand_sessions_are_found() {
    let _alone = alone();
    let mut store = new_store();
    for number in 0..100_000 {
        assert!(store.handle_event(&event(CallEvent::Ringing, "3002", number)).is_ok());
    }
    assert!((0..100_000).all(|number| store.get("3002", &number.to_string()).is_some()));
    assert!(store.get("3002", "100000").is_none());
}

/// A hasher that knows no difference.
#[derive(Default)]
struct SameForAll;

impl Hasher for SameForAll {
    fn finish(&self) -> u64 {
        7
    }

    fn write(&mut self, _: &[u8]) {}
}

#[test]
fn keys_with_the_same_hash_are_told_apart() {
    let hasher = BuildHasherDefault::<SameForAll>::default();
    let mut store = Sessions::with_hasher(BaseUri::new("http://localhost:8090"), hasher);
    let keys = || (0..20).flat_map(|number| ["3001", "3002"].map(|this_dn| (this_dn, number)));
    for (this_dn, number) in keys() {
        assert!(store.handle_event(&event(CallEvent::Ringing, this_dn, number)).is_ok());
    }
    let of = |store: &Sessions<_>, this_dn, number: usize| store.get(this_dn, &number.to_string()).map(|s| s.state());
    assert!(store.handle_event(&event(CallEvent::Established, "3001", 9)).is_ok());
    for (this_dn, number) in keys() {
        let expected = if (this_dn, number) == ("3001", 9) { State::Talking } else { State::Alerting };
        assert_eq!(of(&store, this_dn, number), Some(expected), "{this_dn} {number}");
    }
    for (this_dn, number) in keys().filter(|(_, number)| number % 3 == 0) {
        assert!(store.handle_event(&event(CallEvent::Released, this_dn, number)).is_ok());
        assert!(store.forget(this_dn, &number.to_string()));
    }
    for (this_dn, number) in keys() {
        assert_eq!(of(&store, this_dn, number).is_some(), number % 3 != 0, "{this_dn} {number}");
    }
}
