//! How much memory does a session take, with its index entries, and are sessions found quickly among many?

use std::hash::{BuildHasherDefault, Hasher};

use im_session::{BaseUri, CallEvent, Event, Limits, Outcome, RejectReason, Session, Sessions, State};

use crate::counting_allocator::memory;

fn new_store() -> Sessions {
    Sessions::new(BaseUri::new("http://localhost:8090")).with_limits(Limits::SPECIFICATION)
}

fn event(name: CallEvent, this_dn: &'static str, number: usize) -> Event<'static> {
    Event::new(name).with_this_dn(this_dn).with_call_uuid(number.to_string())
}

/// The id, ThisDN and the first participant are stored inside the session if they fit into 48 bytes together, and
/// allocated otherwise.
#[test]
fn names_of_any_length_are_given_back_and_short_ones_take_no_memory_of_their_own() {
    for dn_length in 1..60 {
        for participant_length in [0, 1, 7, 300] {
            let (this_dn, participant) = ("ü".repeat(dn_length), "7".repeat(participant_length));
            let event = Event::new(CallEvent::Ringing).with_this_dn(&*this_dn).with_call_uuid("007MDF");
            let event = if participant.is_empty() { event } else { event.with_other_dn(&*participant) };
            let mut session = None;
            let (_, kept) =
                memory(|| assert!(Session::apply(&mut session, &event, &Limits::SPECIFICATION).is_accepted()));
            for another in [event.clone().with_call_uuid("007MDE"), event.with_this_dn("x")] {
                let outcome = Session::apply(&mut session, &another, &Limits::SPECIFICATION);
                assert!(matches!(outcome, Outcome::Rejected(rejection) if rejection.reason == RejectReason::Orphan));
            }
            let session = session.unwrap();
            assert_eq!((session.this_dn(), session.id()), (&*this_dn, "007MDF"));
            assert!(session.participants().eq(Some(&*participant).filter(|participant| !participant.is_empty())));
            let length = (this_dn.len() + "007MDF".len() + participant.len()) as isize;
            assert_eq!(kept, if length <= 48 { 0 } else { length }, "{length} bytes");
        }
    }
}

/// A lower load would waste memory, and a higher load would make searches long.
#[test]
fn the_indices_grow_when_seven_of_eight_places_are_taken() {
    let mut store = new_store();
    let mut open = |number| {
        let event = event(CallEvent::Ringing, "3002", number);
        let (most, _) = memory(|| assert!(store.handle_event(&event).is_ok()));
        most
    };
    for number in 1..7 * 1024 {
        open(number);
    }
    let within = open(7 * 1024);
    let over = open(7 * 1024 + 1);
    println!("session 7168 takes {within} bytes, session 7169 takes {over}");
    assert!(within < 1024);
    // The indices of keys and of calls both grow to twice 8 192 places of at least 8 bytes.
    assert!(over >= 2 * 16_384 * 8);
}

#[test]
fn sessions_that_come_and_go_leave_nothing_behind() {
    let mut store = new_store();
    let mut rounds = |numbers: std::ops::Range<usize>| {
        for number in numbers {
            for name in [CallEvent::Ringing, CallEvent::Released] {
                assert!(store.handle_event(&event(name, "3002", number)).is_ok());
            }
            assert_eq!(store.forget("3002", &number.to_string()).forgotten(), 1);
        }
    };
    rounds(0..100);
    assert_eq!(memory(|| rounds(100..10_000)).1, 0);
}

/// The test would practically never end if each lookup scanned all sessions.
#[test]
fn a_hundred_thousand_sessions_are_found() {
    let mut store = new_store();
    for number in 0..100_000 {
        assert!(store.handle_event(&event(CallEvent::Ringing, "3002", number)).is_ok());
    }
    assert!((0..100_000).all(|number| store.get("3002", &number.to_string()).is_some()));
    assert!(store.get("3002", "100000").is_none());
}

/// A hasher with the same hash for everything.
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
        assert_eq!(store.forget(this_dn, &number.to_string()).forgotten(), 1);
    }
    for (this_dn, number) in keys() {
        assert_eq!(of(&store, this_dn, number).is_some(), number % 3 != 0, "{this_dn} {number}");
    }
}
