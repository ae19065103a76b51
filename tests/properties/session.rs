//! Sessions: what no event may do, and what every event does, against the reference.

use im_session::{BaseUri, Capabilities, CapabilityTable, Limits, Operation, Session, Sessions, State};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::config;
use crate::generate::meeting_event;
use crate::reference::{Book, PlainEvent, convert};

fn sessions() -> Sessions {
    Sessions::new(BaseUri::new("http://localhost:8090"))
}

fn all(sessions: &Sessions) -> Vec<Session> {
    sessions.iter().cloned().collect()
}

fn rank(state: Option<State>) -> u8 {
    match state {
        None => 0,
        Some(State::Initiating | State::Alerting) => 1,
        Some(State::Talking) => 2,
        Some(State::Completed) => 3,
    }
}

/// Numbered, the session's last number known, the same ServerStartTime, higher: specification 2.1.
fn is_provably_newer(event: &PlainEvent, session: &Session) -> bool {
    session.last_event().is_some_and(|last| {
        last.server_start_time == event.server_start_time
            && event.number.is_some_and(|number| number > last.event_sequence_number)
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn as_the_reference_says(
        events in vec(meeting_event(), 0..40),
        largest in prop_oneof![Just(16_000_usize), 0..60_usize],
        deepest in prop_oneof![Just(16_usize), 0..4_usize],
    ) {
        let mut limits = Limits::DEFAULT;
        limits.user_data_size = largest;
        limits.user_data_depth = deepest;
        let mut sessions = sessions().with_limits(limits);
        let mut book = Book { largest, deepest, ..Book::default() };
        for plain in &events {
            let event = convert::event(plain);
            match (sessions.handle_event(&event), book.handle(plain)) {
                (Ok(found), Ok(expected)) => prop_assert_eq!(convert::report(&found), expected, "{:?}", plain),
                (Err(_), Err(_)) => {}
                (found, expected) => prop_assert!(false, "{:?}: {:?}, not {:?}", plain, found, expected),
            }
            prop_assert_eq!(&convert::book(&sessions).sessions, &book.sessions, "{:?}", plain);
        }
    }

    #[test]
    fn what_is_not_accepted_changes_nothing(events in vec(meeting_event(), 0..40)) {
        let mut sessions = sessions();
        for plain in &events {
            let before = all(&sessions);
            let event = convert::event(plain);
            let accepted = match sessions.handle_event(&event) {
                Ok(handled) => {
                    if !handled.outcome().is_accepted() {
                        prop_assert_eq!(handled.notifications().count() + handled.changes().count(), 0);
                        prop_assert_eq!(handled.from(), handled.to());
                    }
                    handled.outcome().is_accepted()
                }
                Err(_) => false,
            };
            if !accepted {
                prop_assert_eq!(all(&sessions), before, "{:?}", plain);
            }
        }
    }

    #[test]
    fn the_state_never_goes_back(events in vec(meeting_event(), 0..60)) {
        let mut sessions = sessions();
        for plain in &events {
            let before = sessions.clone();
            if sessions.handle_event(&convert::event(plain)).is_err() {
                continue;
            }
            for session in before.iter() {
                let now = sessions.get(session.this_dn(), session.id()).map(Session::state);
                let is_first = plain.name == "EventDialing" || plain.name == "EventRinging";
                let anew = session.state() == State::Completed && is_first && is_provably_newer(plain, session);
                if session.state() == State::Completed && !anew {
                    prop_assert_eq!(now, Some(State::Completed), "{:?}", plain);
                } else if !anew {
                    prop_assert!(rank(now) >= rank(Some(session.state())), "{:?}", plain);
                    let changed = now != Some(session.state());
                    prop_assert!(!changed || rank(now) > rank(Some(session.state())), "{:?}", plain);
                }
            }
        }
    }

    #[test]
    fn a_completed_session_keeps_its_data(events in vec(meeting_event(), 0..60)) {
        let mut sessions = sessions();
        for plain in &events {
            let before = sessions.clone();
            if sessions.handle_event(&convert::event(plain)).is_err() {
                continue;
            }
            for session in before.iter().filter(|session| session.state() == State::Completed) {
                let now = sessions.get(session.this_dn(), session.id()).expect("sessions do not go away");
                if now.state() == State::Completed {
                    prop_assert!(now.participants().eq(session.participants()));
                    prop_assert_eq!(now.user_data(), session.user_data());
                }
            }
        }
    }

    #[test]
    fn the_same_event_again_changes_nothing_more(events in vec(meeting_event(), 0..40), times in 1..4_usize) {
        let mut sessions = sessions();
        for plain in &events {
            let event = convert::event(plain);
            let first = sessions.handle_event(&event).map(|handled| handled.outcome().name().to_owned());
            let after = all(&sessions);
            for _ in 0..times {
                let again = sessions.handle_event(&event).map(|handled| convert::report(&handled));
                prop_assert_eq!(again.is_ok(), first.is_ok());
                if let (Ok(again), Ok(first)) = (again, &first) {
                    prop_assert_ne!(again.outcome, "changed", "{:?}", plain);
                    prop_assert_eq!(again.from, again.to);
                    if first == "message" && event.event_sequence_number.is_some() {
                        prop_assert_eq!(again.reason, Some("stale"), "a numbered message is told once");
                    }
                }
                prop_assert_eq!(&all(&sessions), &after, "{:?}", plain);
            }
        }
    }

    /// One log can hold the same event several times, once for each client it was sent to.
    #[test]
    fn numbered_events_again_at_any_later_time_change_nothing(
        events in vec(meeting_event(), 1..30),
        repeats in vec((any::<Index>(), any::<Index>()), 0..20),
    ) {
        let numbered: Vec<PlainEvent> = (1..).zip(events)
            .map(|(number, event)| PlainEvent { number: Some(number), server_start_time: Some(1), ..event })
            .collect();
        // Each repeat: which event, and after which later one it comes again.
        let mut order: Vec<(usize, usize)> = (0..numbered.len()).map(|at| (at, at)).collect();
        for (which, after) in repeats {
            let which = which.index(numbered.len());
            order.push((which + after.index(numbered.len() - which), which));
        }
        order.sort_by_key(|&(when, _)| when);
        let (mut once, mut several) = (sessions(), sessions());
        for plain in &numbered {
            let _ = once.handle_event(&convert::event(plain));
        }
        let mut seen = vec![false; numbered.len()];
        for (_, which) in order {
            let event = convert::event(&numbered[which]);
            if let Ok(handled) = several.handle_event(&event) {
                prop_assert!(!seen[which] || !["changed", "message"].contains(&handled.outcome().name()));
            }
            seen[which] = true;
        }
        prop_assert_eq!(all(&several), all(&once));
    }

    #[test]
    fn capabilities_follow_state_and_data(events in vec(meeting_event(), 0..40)) {
        let (mut by_default, mut by_sample) = (sessions(), sessions().with_capabilities(CapabilityTable::DOCUMENTED_SAMPLE));
        for plain in &events {
            let event = convert::event(plain);
            let _ = by_default.handle_event(&event);
            let _ = by_sample.handle_event(&event);
            for session in by_default.iter() {
                let open = session.state() != State::Completed;
                let expected: Capabilities = Operation::ALL.into_iter().filter(|operation| match operation {
                    Operation::SendMessage => session.state() == State::Talking,
                    Operation::AttachUserData | Operation::Complete => open,
                    Operation::UpdateUserData | Operation::DeleteUserData => open && !session.user_data().is_empty(),
                }).collect();
                let resource = by_default.resource(session);
                prop_assert_eq!(resource.capabilities, expected);
                prop_assert_eq!(resource.state, session.state());
                let sample = by_sample.resource(session).capabilities;
                prop_assert_eq!(sample, if open { expected } else { Capabilities::ALL });
            }
        }
    }

    #[test]
    fn never_the_own_dn_and_nobody_twice(events in vec(meeting_event(), 0..40)) {
        let mut sessions = sessions();
        for plain in &events {
            let _ = sessions.handle_event(&convert::event(plain));
            for session in sessions.iter() {
                let mut participants: Vec<&str> = session.participants().collect();
                prop_assert!(!participants.contains(&session.this_dn()));
                prop_assert!(!participants.contains(&""));
                participants.sort_unstable();
                participants.dedup();
                prop_assert_eq!(participants.len(), session.participants().len());
            }
        }
    }

    #[test]
    fn the_list_is_in_byte_order(events in vec(meeting_event(), 0..40)) {
        let mut sessions = sessions();
        for plain in &events {
            let _ = sessions.handle_event(&convert::event(plain));
        }
        let keys: Vec<(&[u8], &[u8])> =
            sessions.iter().map(|session| (session.this_dn().as_bytes(), session.id().as_bytes())).collect();
        prop_assert!(keys.windows(2).all(|two| two[0] < two[1]), "{:?}", keys);
    }
}
