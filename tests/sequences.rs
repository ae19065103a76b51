//! Sequences of events, exhaustively, against models written in another style.
//!
//! The five events that move a session: every sequence up to length 8, against ranks. All eleven with their attributes:
//! every sequence of any length over a finite alphabet, against [`reference`], by visiting every state that can be
//! reached and trying every event in it. That covers all sequences, since all that a session is can be seen, and is
//! compared after each step: two sessions that look the same are the same.

mod reference;

use std::collections::BTreeSet;

use im_session::{BaseUri, CallEvent, Event, Limits, Outcome, Session, Sessions};
use reference::convert;
use reference::pairs::{Pair, Pairs};
use reference::{Book, PlainEvent};

const ID: &str = "007MDF3D0KAHL93L807GK2LAES000001";

/// A session as two numbers: how far it is, and whether it began as the caller's (1), the callee's (2) or in mid-call (0).
#[derive(Clone, Copy, PartialEq, Eq)]
struct Ranks {
    /// 0 no session, 1 begun, 2 talking, 3 over.
    rank: u8,
    role: u8,
}

impl Ranks {
    fn state(self) -> Option<&'static str> {
        match (self.rank, self.role) {
            (0, _) => None,
            (1, 1) => Some("Initiating"),
            (1, _) => Some("Alerting"),
            (2, _) => Some("Talking"),
            (_, _) => Some("Completed"),
        }
    }

    /// What came of the event, by comparing ranks: an event lifts a session to its own rank or leaves it.
    fn take(&mut self, event: CallEvent) -> &'static str {
        let (rank, role) = match event {
            CallEvent::Dialing => (1, 1),
            CallEvent::Ringing => (1, 2),
            CallEvent::Established => (2, 0),
            CallEvent::Released | CallEvent::Abandoned => (3, 0),
        };
        if self.rank == 0 && rank == 3 {
            return "orphan";
        }
        if self.rank < rank {
            *self = Ranks { rank, role: if rank == 1 { role } else { self.role } };
            return "changed";
        }
        match (self.rank == rank, self.rank) {
            (true, 1) if self.role != role => "role-conflict",
            (true, _) => "unchanged",
            (false, 3) => "ended",
            (false, _) => "late",
        }
    }
}

/// Tries every event after `session`, and after each what can follow, to this depth. How many steps that were.
fn walk(session: &Option<Session>, model: Ranks, depth: u32) -> u32 {
    if depth == 0 {
        return 0;
    }
    let mut steps = 0;
    for call_event in CallEvent::ALL {
        let event = Event::new(call_event).with_this_dn("3002").with_call_uuid(ID);
        let (mut session, mut model) = (session.clone(), model);
        let from = model.state();
        let expected = model.take(call_event);
        let outcome = Session::apply(&mut session, &event, &Limits::DEFAULT);
        let found = match &outcome {
            Outcome::Rejected(rejection) => {
                assert_eq!(rejection.state.map(|state| state.name()), from);
                assert_eq!(rejection.event, call_event.into());
                rejection.reason.name()
            }
            Outcome::Changed(change) => {
                assert_eq!(change.from.map(|state| state.name()), from);
                assert_eq!(Some(change.to.name()), model.state());
                assert!(change.state() && !change.participants && !change.user_data);
                "changed"
            }
            Outcome::Unchanged | Outcome::Message(_) | Outcome::Ignored => outcome.name(),
        };
        assert_eq!(found, expected, "{call_event} in {from:?}");
        assert_eq!(session.as_ref().map(|session| session.state().name()), model.state());
        steps += 1 + walk(&session, model, depth - 1);
    }
    steps
}

#[test]
fn every_sequence_of_call_events_up_to_length_8() {
    let steps = walk(&None, Ranks { rank: 0, role: 0 }, 8);
    assert_eq!(steps, (1..=8).map(|length| 5_u32.pow(length)).sum::<u32>(), "every sequence was tried");
}

#[test]
fn the_legal_sequences_of_specification_2() {
    let legal = [
        "Dialing Established Released",
        "Dialing Released",
        "Dialing DestinationBusy Released",
        "Ringing Established Released",
        "Ringing Released",
        "Ringing Abandoned",
        "Established Released",
    ];
    for sequence in legal {
        let mut session = None;
        for name in sequence.split(' ') {
            let event = Event::new(format!("Event{name}").as_str()).into_owned();
            let event = event.with_this_dn("3002").with_call_uuid(ID);
            assert!(Session::apply(&mut session, &event, &Limits::DEFAULT).is_accepted(), "{name} of {sequence}");
        }
        assert_eq!(session.expect("a session").state().name(), "Completed", "{sequence}");
    }
}

fn text(key: &str, value: &str) -> (String, Pair) {
    (key.to_owned(), Pair::Text(value.to_owned()))
}

/// Every combination of a name and some attributes.
fn alphabet(
    names: &[&str],
    this_dns: &[Option<&str>],
    other_dns: &[Option<&str>],
    identities: &[(Option<u64>, Option<u64>)],
    user_data: &[Option<Pairs>],
) -> Vec<PlainEvent> {
    let mut events = Vec::new();
    for name in names {
        for this_dn in this_dns {
            for other_dn in other_dns {
                for (number, server_start_time) in identities {
                    for user_data in user_data {
                        events.push(PlainEvent {
                            name: (*name).to_owned(),
                            this_dn: this_dn.map(str::to_owned),
                            other_dn: other_dn.map(str::to_owned),
                            call_uuid: Some(ID.to_owned()),
                            number: *number,
                            server_start_time: *server_start_time,
                            user_data: user_data.clone(),
                            ..PlainEvent::default()
                        });
                    }
                }
            }
        }
    }
    events
}

/// Tries every event in every state that can be reached; how many states these were.
fn visit_all(alphabet: &[PlainEvent], limits: Limits) -> usize {
    let events: Vec<Event<'_>> = alphabet.iter().map(convert::event).collect();
    let book = Book { largest: limits.user_data_size, deepest: limits.user_data_depth, ..Book::default() };
    let sessions = Sessions::new(BaseUri::new("http://localhost:8090")).with_limits(limits);
    let mut seen = BTreeSet::from([book.sessions.clone()]);
    let mut open = vec![(book, sessions)];
    while let Some((book, sessions)) = open.pop() {
        for (plain, event) in alphabet.iter().zip(&events) {
            let (mut book_after, mut sessions_after) = (book.clone(), sessions.clone());
            let expected = book_after.handle(plain);
            let found = sessions_after.handle_event(event).map(|handled| convert::report(&handled));
            match (&found, &expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{plain:?} at {:?}", book.sessions),
                (Err(_), Err(_)) => {}
                (Ok(_), Err(_)) | (Err(_), Ok(_)) => {
                    panic!("{plain:?} at {:?}: {found:?}, not {expected:?}", book.sessions)
                }
            }
            assert_eq!(convert::book(&sessions_after).sessions, book_after.sessions, "{plain:?}");
            if seen.insert(book_after.sessions.clone()) {
                open.push((book_after, sessions_after));
            }
        }
    }
    seen.len()
}

const ALL_NAMES: [&str; 12] = [
    "EventDialing",
    "EventRinging",
    "EventEstablished",
    "EventReleased",
    "EventAbandoned",
    "EventDestinationBusy",
    "EventPartyChanged",
    "EventPartyAdded",
    "EventPartyDeleted",
    "EventAttachedDataChanged",
    "EventPrivateInfo",
    "EventHeld",
];

#[test]
fn every_sequence_with_parties_and_numbers() {
    let mut alphabet = alphabet(
        &ALL_NAMES,
        &[Some("3002")],
        &[None, Some(""), Some("3002"), Some("3001"), Some("3003")],
        &[(None, None), (Some(1), None), (Some(2), None), (Some(1), Some(9)), (Some(2), Some(9)), (None, Some(9))],
        &[None],
    );
    for event in alphabet.iter_mut().filter(|event| event.name == "EventPrivateInfo") {
        // Some with a message, some without.
        if event.other_dn.is_some() {
            event.extensions = Some(vec![text("text", "hello")]);
        }
    }
    // 4 states × 5 lists of parties × 5 last numbers, and no session.
    assert_eq!(visit_all(&alphabet, Limits::DEFAULT), 101);
}

#[test]
fn every_sequence_with_user_data_and_numbers() {
    let list = |pairs: &[(String, Pair)]| Some(pairs.to_vec());
    let alphabet = alphabet(
        &ALL_NAMES,
        &[Some("3002")],
        &[None, Some("3001")],
        &[(None, None), (Some(1), None), (Some(2), None)],
        &[
            None,
            list(&[]),
            list(&[text("k", "v"), text("l", "w")]),
            // The same view in another order, and with a pair that another hides.
            list(&[text("l", "w"), text("k", "hidden"), text("k", "v")]),
            // Over the limit of 12 bytes, and too deep.
            list(&[text("key", "ten bytes!")]),
            list(&[("k".into(), Pair::List(vec![("k".into(), Pair::List(Pairs::new()))]))]),
        ],
    );
    let mut limits = Limits::DEFAULT;
    limits.user_data_size = 12;
    limits.user_data_depth = 2;
    // 4 states × 2 lists of parties × 3 lists of user data × 3 last numbers, and no session.
    assert_eq!(visit_all(&alphabet, limits), 73);
}

#[test]
fn every_sequence_at_two_dns_of_one_call() {
    let names = ["EventDialing", "EventRinging", "EventEstablished", "EventReleased", "EventAttachedDataChanged"];
    let alphabet = alphabet(
        &names,
        &[None, Some("3001"), Some("3002")],
        &[None],
        &[(None, None), (Some(1), None), (Some(2), None)],
        &[None, Some(vec![text("k", "v")])],
    );
    // At each DN: 4 states × with user data or not × 3 last numbers, and no session.
    assert_eq!(visit_all(&alphabet, Limits::DEFAULT), 25 * 25);
}
