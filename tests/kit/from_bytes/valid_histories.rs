//! Does every byte string give a valid history, and which faults can be added to one?

use std::collections::BTreeSet;
use std::slice;

use im_session::event::ListAttribute;
use im_session::from_bytes::{Bytes, agents, event_of, faulty_history, interleaved_histories, valid_history};
use im_session::testing::{Fault, History, Step};
use im_session::{
    BaseUri, CallEvent, ConnId, DataEvent, Event, EventName, KeyValueList, Limits, Outcome, Session, Sessions, Value,
};
use proptest::prelude::*;

use super::{NAMES, of, with};
use crate::legal_sequences::{LEGAL, is_legal, moves};

fn valid(bytes: &[u8]) -> Vec<Event<'static>> {
    valid_history(&mut Bytes::new(bytes))
}

fn interleaved(bytes: &[u8]) -> Vec<Event<'static>> {
    let history = interleaved_histories(&mut Bytes::new(bytes));
    assert_eq!(history.agents, agents());
    let event = |step| match step {
        Step::Event(event) => event,
        other => panic!("{other:?}"),
    };
    history.steps.into_iter().map(event).collect()
}

fn faulty(bytes: &[u8]) -> Vec<Event<'static>> {
    faulty_history(&mut Bytes::new(bytes))
}

fn names<'e>(events: &'e [Event<'_>]) -> Vec<&'e str> {
    events.iter().map(|event| event.name.as_str()).collect()
}

/// Asserts that a store accepts all events, and that they are numbered from 1 under one server start.
fn assert_accepted(events: &[Event<'_>], bytes: &[u8]) {
    let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    assert!(!events.is_empty(), "{bytes:?}");
    for (number, event) in (1..).zip(events) {
        assert_eq!(event.event_sequence_number, Some(number), "{bytes:?}");
        assert_eq!(event.server_start_time, Some(1_420_640_000), "{bytes:?}");
        let handled = sessions.handle_event(event).unwrap_or_else(|error| panic!("{bytes:?}: {error}"));
        assert!(handled.outcome().is_accepted(), "{bytes:?}: {event:?}: {:?}", handled.outcome());
    }
}

/// Asserts that the events belong to one call at one DN and form consecutive legal sequences of specification 2. Data
/// events may come in between.
fn assert_valid(bytes: &[u8]) {
    let events = valid(bytes);
    assert_accepted(&events, bytes);
    let place = (&events[0].this_dn, &events[0].call_uuid);
    assert!(events.iter().all(|event| (&event.this_dn, &event.call_uuid) == place), "{bytes:?}");
    for (nth, leg) in legs(&events).iter().enumerate() {
        assert!(is_legal(leg), "{bytes:?}: {leg:?}");
        assert!(nth == 0 || leg[0] != "EventEstablished", "{bytes:?}");
    }
}

/// The events that move a session, split into legs from each beginning to its end.
fn legs<'e>(events: &'e [Event<'_>]) -> Vec<Vec<&'e str>> {
    let mut legs = vec![vec![]];
    for event in events.iter().filter(|event| moves(event)) {
        let name = event.name.as_str();
        legs.last_mut().expect("a leg").push(name);
        if ["EventReleased", "EventAbandoned"].contains(&name) {
            legs.push(vec![]);
        }
    }
    legs.retain(|leg| !leg.is_empty());
    legs
}

#[test]
fn every_string_of_up_to_two_bytes_is_a_valid_history() {
    assert_valid(&[]);
    for first in 0..=u8::MAX {
        assert_valid(&[first]);
        for second in 0..=u8::MAX {
            assert_valid(&[first, second]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_longer_string_is_a_valid_history(bytes in prop::collection::vec(any::<u8>(), 3..80)) {
        assert_valid(&bytes);
    }

    /// Any bytes, and letters, few of which are mapped.
    #[test]
    fn every_string_is_interleaved_histories(
        bytes in prop::collection::vec(any::<u8>(), 0..80),
        letters in "[A-KP-Za-kp-z]{1,40}",
    ) {
        for bytes in [&bytes[..], letters.as_bytes()] {
            let events = interleaved(bytes);
            assert_accepted(&events, bytes);
            let places: BTreeSet<_> = events.iter().map(|event| (event.this_dn(), event.call_uuid())).collect();
            for place in places {
                let mine: Vec<Event<'_>> =
                    events.iter().filter(|event| (event.this_dn(), event.call_uuid()) == place).cloned().collect();
                prop_assert!(legs(&mine).iter().all(|leg| is_legal(leg)), "{:?}", bytes);
            }
        }
    }

    #[test]
    fn every_string_is_a_faulty_history(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let numbers: BTreeSet<_> = faulty(&bytes).iter().map(|event| event.event_sequence_number.is_some()).collect();
        let without = bytes.first().is_some_and(|byte| byte & 4 != 0);
        prop_assert!(!numbers.contains(&without));
    }
}

/// The low half selects its own event if that is legal next. Otherwise it selects one of the legal events, counted
/// modulo.
#[test]
fn every_byte_is_a_legal_event_at_every_point() {
    const CHANGES: [&str; 4] =
        ["EventPartyChanged", "EventPartyAdded", "EventPartyDeleted", "EventAttachedDataChanged"];
    let and_changes = |names: &[&'static str]| [names, &CHANGES].concat();
    let dialed = and_changes(&["EventEstablished", "EventReleased", "EventDestinationBusy"]);
    let busy = and_changes(&["EventReleased"]);
    let rings = and_changes(&["EventEstablished", "EventReleased", "EventAbandoned"]);
    let answered = [and_changes(&["EventReleased"]), vec!["EventPrivateInfo"]].concat();
    let new = vec!["EventDialing", "EventRinging", "EventEstablished"];
    let ended = vec!["EventDialing", "EventRinging"];
    for (so_far, legal) in [
        ("", &new),
        ("A", &dialed),
        ("AJ", &dialed),
        ("AF", &busy),
        ("AFJ", &busy),
        ("B", &rings),
        ("BH", &rings),
        ("C", &answered),
        ("AC", &answered),
        ("BCGHIJK", &answered),
        ("ACD", &ended),
        ("AFD", &ended),
        ("BE", &ended),
        ("ACDA", &dialed),
        ("BEB", &rings),
    ] {
        for byte in 0..=u8::MAX {
            // If the attributes are spelled out, the byte after them selects the event.
            for bytes in [vec![byte], vec![0x40, byte]] {
                let low = usize::from(byte & 0xf);
                if bytes[0] & 0xf == 0 && bytes.len() == 1 {
                    continue;
                }
                let whole = [so_far.as_bytes(), &bytes].concat();
                let events = valid(&whole);
                let own = NAMES[low];
                // NAMES[13] is EventAttachedDataChanged without ThisDN, which is not an event of a single DN.
                let expected = if legal.contains(&own) && low != 13 { own } else { legal[low % legal.len()] };
                assert_eq!(names(&events).last(), Some(&expected), "{so_far} and {bytes:?}");
                assert_eq!(events.len(), so_far.len() + 1);
            }
        }
    }
}

#[test]
fn every_legal_sequence_is_reached() {
    let letters = || [b'A', b'B', b'C', b'D', b'E', b'F'];
    let mut whole = BTreeSet::new();
    for first in letters() {
        for second in letters() {
            for third in letters() {
                let events = valid(&[first, second, third]);
                whole
                    .extend(legs(&events)[..1].iter().filter(|leg| LEGAL.contains(&&leg[..])).map(|leg| leg.join(" ")));
            }
        }
    }
    assert_eq!(whole.len(), LEGAL.len(), "{whole:?}");
}

/// Each row from 8 on: DN, id, OtherDN, size and depth of the user data, and text. The rows before are those of every
/// history.
#[test]
fn the_high_half_says_where_and_with_what() {
    let (dn, id, text) = ("x".repeat(255), "x".repeat(64), "x".repeat(16_000));
    let binary = || with("k", Value::Binary("00 01".into()));
    type Row<'r> = (&'r str, &'r str, Option<&'r str>, Option<KeyValueList<'static>>, &'r str);
    let rows: [Row<'_>; 8] = [
        ("3001", &id, None, Some(KeyValueList::from_iter([("k", "x".repeat(15_999))])), "hello"),
        (&dn, "A", None, Some(of(&[8])), "hello"),
        ("3001", "B", Some(&dn), None, "hello"),
        ("3001", "007MDF3D0KAHL93L807GK2LAES000001", None, None, &text),
        ("3002", "B", Some("+1 (916) 555-0104"), Some(binary()), "hello"),
        ("3003", "B", None, Some(KeyValueList::from_iter([("k", "v"), ("k", "w")])), "hello"),
        (&dn, &id, Some(&dn), Some(KeyValueList::new()), "hello"),
        ("3002", &id, None, None, "hello"),
    ];
    let message = |text: &str| Some(KeyValueList::from_iter([("text", text.to_owned())]));
    for row in 0..16_u8 {
        let bytes = [row << 4 | 3, row << 4 | 11];
        let mut expected: Vec<Event<'_>> = match row.checked_sub(8) {
            None => bytes.iter().filter_map(|&byte| event_of(byte)).collect(),
            Some(nth) => {
                let (this_dn, call_uuid, other_dn, user_data, text) = rows[usize::from(nth)].clone();
                let event = |name: EventName<'static>, extensions| {
                    let mut event = Event::new(name).with_this_dn(this_dn).with_call_uuid(call_uuid);
                    (event.other_dn, event.user_data) = (other_dn.map(Into::into), user_data.clone().into());
                    event.extensions = ListAttribute::from(extensions);
                    event
                };
                vec![event(CallEvent::Established.into(), None), event(DataEvent::PrivateInfo.into(), message(text))]
            }
        };
        if row == 0 {
            expected[1].extensions = message("").into();
        }
        for (number, event) in (1..).zip(&mut expected) {
            event.event_sequence_number = Some(number);
            event.server_start_time = Some(1_420_640_000);
        }
        assert_eq!(valid(&bytes), expected, "row {row}");
        assert_eq!(interleaved(&bytes), expected, "row {row}");
    }
    let limits = Limits::DEFAULT;
    assert_eq!((dn.len(), text.len(), limits.user_data_size), (limits.dn_length, limits.text_length, 16_000));
    assert_eq!(of::<KeyValueList<'static>>(&[8]).depth(), limits.user_data_depth);
    assert!(
        im_session::event::check_call_uuid(&id).is_ok() && im_session::event::check_call_uuid(&(id + "x")).is_err()
    );
}

/// The first byte selects the DN and the call. The later bytes cannot change them.
#[test]
fn a_valid_history_is_of_the_place_of_its_first_byte() {
    let events = valid(b"1cT");
    assert_eq!(names(&events), ["EventDialing", "EventEstablished", "EventReleased"]);
    assert!(events.iter().all(|event| (event.this_dn(), event.call_uuid()) == (Some("3001"), Some("B"))));
    assert_eq!(events[2].other_dn.as_deref(), Some("3002"));
}

#[test]
fn no_bytes_are_one_call_that_is_dialed() {
    let dialing = Event::new(CallEvent::Dialing)
        .with_this_dn("3001")
        .with_call_uuid("A")
        .with_event_sequence_number(1)
        .with_server_start_time(1_420_640_000);
    assert_eq!(valid(b""), slice::from_ref(&dialing));
    assert_eq!(interleaved(b""), slice::from_ref(&dialing));
    assert_eq!(faulty(b""), [dialing.clone(), dialing], "no bytes are one fault, that the first event comes twice");
}

/// The same letters give the same events as in a history, provided that the history is valid and numbered.
#[test]
fn interleaved_histories_read_as_a_history() {
    let letters = b"AbCcKjDdaQ";
    let numbered: Vec<u8> = letters.iter().map(|letter| letter | 0x80).collect();
    let history: History = of(&numbered);
    assert_eq!(interleaved(letters).into_iter().map(Step::Event).collect::<Vec<_>>(), history.steps);
}

/// The event, OtherDN, ConnID, user data and text.
#[test]
fn attributes_are_spelled_out() {
    let events =
        valid(&[0x60, 3, 1, 3, 1, 0xff, 1, 1, 0x40, 11, 0, 2, 0, 1, 0x40, 10, 0, 0, 1, 9, 0x40, 10, 0, 0, 3, 8]);
    let at = |name: EventName<'static>, number| {
        Event::new(name)
            .with_this_dn("3002")
            .with_call_uuid("A")
            .with_event_sequence_number(number)
            .with_server_start_time(1_420_640_000)
    };
    let changed = DataEvent::AttachedDataChanged;
    assert_eq!(
        events,
        [
            at(CallEvent::Established.into(), 1)
                .with_other_dn("VQ_4")
                .with_conn_id(ConnId(u64::MAX))
                .with_user_data(KeyValueList::from_iter([("k", "v")])),
            at(DataEvent::PrivateInfo.into(), 2).with_extensions(KeyValueList::from_iter([("text", "")])),
            // 17 levels exceed the limit, so the user data is left out.
            at(changed.into(), 3),
            at(changed.into(), 4).with_user_data(of(&[8])),
        ]
    );
}

#[test]
fn faults_are_those_of_the_table() {
    for byte in 0..=u8::MAX {
        let at = usize::from(byte & 0xf) + if byte < 0x80 { 0 } else { 16 };
        let expected = match byte >> 4 & 7 {
            // The position is 5, and the distance is the maximum.
            0 => match byte & 0xf {
                0 | 5 | 10 | 15 => Fault::Repeated { at: 5, after: usize::MAX },
                1 | 6 | 11 => Fault::Lost { at: 5 },
                2 | 7 | 12 => Fault::Reordered { at: 5, by: usize::MAX },
                3 | 8 | 13 => Fault::Truncated { at: 5 },
                _ => Fault::WrongRole { at: 5 },
            },
            1 => Fault::Reordered { at, by: usize::MAX },
            2 => Fault::Repeated { at, after: 0 },
            3 => Fault::Repeated { at, after: 3 },
            4 => Fault::Lost { at },
            5 => Fault::Reordered { at, by: 1 },
            6 => Fault::Truncated { at },
            _ => Fault::WrongRole { at },
        };
        assert_eq!(of::<Fault>(&[byte, 5, 0xff]), expected, "{byte:#x}");
    }
}

#[test]
fn faults_are_written_by_hand() {
    for (bytes, expected) in [
        ("0AACD", "DX"),
        ("0@ACD", "EX"),
        ("0\"ACD", "DEXX"),
        ("00ACKD", "DEMXD"),
        ("0PACD", "EDX"),
        ("0\u{10}ACD", "EXD"),
        ("0aACD", "D"),
        ("0pACD", "REX"),
        // Two, three and four faults, one after the other.
        ("1@@ACD", "X"),
        ("2@@@ACKJD", "JX"),
        ("3@@@@ACKJD", "X"),
        ("7@@@@ACKJD", "X"),
    ] {
        let events = faulty(bytes.as_bytes());
        let letter = |name: &&str| match *name {
            "EventDialing" => 'D',
            "EventRinging" => 'R',
            "EventEstablished" => 'E',
            "EventPrivateInfo" => 'M',
            "EventAttachedDataChanged" => 'J',
            _ => 'X',
        };
        assert_eq!(names(&events).iter().map(letter).collect::<String>(), expected, "{bytes:?}");
    }
    let numbers = |bytes| faulty(bytes).iter().map(|event| event.event_sequence_number).collect::<Vec<_>>();
    assert_eq!(numbers(b"0AACD"), [Some(1), Some(3)], "those of the valid one");
    assert_eq!(numbers(b"4AACD"), [None, None]);
}

/// Faulty histories lead to every reason for rejection that the faults can cause.
#[test]
fn faulty_histories_are_refused_for_every_reason_that_a_fault_leads_to() {
    let mut reasons = BTreeSet::new();
    for fault in 0..=u8::MAX {
        // The last string has two faults: the event at position 1 is repeated, and then replaced by the other side's
        // event.
        for how in [&b"0"[..], b"4", b"5q"] {
            for calls in ["AJCKD", "BCD", "BE", "ACDBCD", "A"] {
                let mut session = None;
                let (how, others) = how.split_at(1);
                for event in &faulty(&[how, &[fault], others, calls.as_bytes()].concat()) {
                    if let Outcome::Rejected(rejection) = Session::apply(&mut session, event, &Limits::DEFAULT) {
                        reasons.insert(rejection.reason.name());
                    }
                }
            }
        }
    }
    assert_eq!(reasons.into_iter().collect::<Vec<_>>(), ["early", "ended", "late", "orphan", "role-conflict", "stale"]);
}
