//! In which order is an event checked? Specification 7: ignored by name, unreadable, stale, the table, the limits.

use im_session::machine::{Step, admit, step};
use im_session::{CallEvent, DataEvent, Event, Limits, Outcome, SessionEvent, Sessions, State};

use crate::agent::{ID, event, hear, new_store, user_data};

/// A store in which 3002 has a session in this state, or only a remembered end. The last number is 5 of server start 9.
fn store_in(state: Option<State>) -> Sessions {
    let mut limits = Limits::DEFAULT;
    limits.user_data_size = 5;
    let mut store = new_store().with_limits(limits);
    let names: &[CallEvent] = match state {
        None => &[CallEvent::Released],
        Some(State::Initiating) => &[CallEvent::Dialing],
        Some(State::Alerting) => &[CallEvent::Ringing],
        Some(State::Talking) => &[CallEvent::Established],
        Some(State::Completed) => &[CallEvent::Established, CallEvent::Released],
    };
    for (name, number) in names.iter().rev().zip([5, 4]).collect::<Vec<_>>().into_iter().rev() {
        let event = event(*name, "3002", ID).with_event_sequence_number(number).with_server_start_time(9);
        hear(&mut store, &event);
    }
    assert_eq!(store.get("3002", ID).map(|session| session.state()), state);
    store
}

/// Defects of an event that the table does not cover.
#[derive(Debug, Clone, Copy)]
struct Wrong {
    ignored: bool,
    unreadable: bool,
    stale: bool,
    over_a_limit: bool,
}

/// The expected result as a word: `ignored`, `unreadable`, `accepted`, or the reason for a rejection.
fn expected(state: Option<State>, session_event: SessionEvent, wrong: Wrong) -> &'static str {
    let by_table = match session_event {
        SessionEvent::Call(event) => step(state, event),
        SessionEvent::Data(event) => admit(state, event),
    };
    let is_end = matches!(session_event, SessionEvent::Call(CallEvent::Released | CallEvent::Abandoned));
    // An event with a higher number reopens a completed session.
    let opens_anew = matches!(session_event, SessionEvent::Call(CallEvent::Dialing | CallEvent::Ringing))
        && state == Some(State::Completed);
    match by_table {
        _ if wrong.ignored => "ignored",
        _ if wrong.unreadable => "unreadable",
        _ if wrong.stale => "stale",
        Step::Rejected { reason, .. } if !opens_anew => reason.name(),
        _ if wrong.over_a_limit && !is_end => "limit",
        Step::Changed { .. } | Step::Unchanged { .. } | Step::Rejected { .. } => "accepted",
    }
}

/// Every event in every state with every combination of defects.
#[test]
fn ignored_then_unreadable_then_stale_then_the_table_then_limit() {
    let columns = [None].into_iter().chain(State::ALL.map(Some));
    let calls = CallEvent::ALL.map(SessionEvent::Call);
    let session_events: Vec<SessionEvent> = calls.into_iter().chain(DataEvent::ALL.map(SessionEvent::Data)).collect();
    let mut tried = 0;
    for state in columns {
        for &session_event in &session_events {
            for bits in 0..16_u8 {
                let is = |bit: u8| bits & (1 << bit) != 0;
                let wrong = Wrong { ignored: is(0), unreadable: is(1), stale: is(2), over_a_limit: is(3) };
                let name = if wrong.ignored { "EventHeld" } else { session_event.name() };
                let mut event = Event::new(name).with_this_dn("3002").with_call_uuid(ID).with_server_start_time(9);
                event = event.with_event_sequence_number(if wrong.stale { 5 } else { 6 });
                event = event.with_extensions(user_data(&[("text", "hello")]));
                if wrong.over_a_limit {
                    event = event.with_user_data(user_data(&[("k", "too much")]));
                }
                if wrong.unreadable {
                    event = event.with_call_uuid("no id");
                }
                let mut store = store_in(state);
                let found = match store.handle_event(&event) {
                    Err(_) => "unreadable",
                    Ok(handled) => match handled.outcome() {
                        Outcome::Rejected(rejection) => rejection.reason.name(),
                        Outcome::Ignored => "ignored",
                        Outcome::Changed { .. } | Outcome::Unchanged | Outcome::Message(_) => "accepted",
                    },
                };
                assert_eq!(found, expected(state, session_event, wrong), "{session_event} in {state:?}, {wrong:?}");
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 5 * 11 * 16);
}

/// An event can be stale in two ways: against the session, or against the remembered end.
#[test]
fn a_rejection_as_stale_says_after_what() {
    for state in [None, Some(State::Talking)] {
        let stale = event(CallEvent::Ringing, "3002", ID).with_event_sequence_number(3).with_server_start_time(9);
        let mut store = store_in(state);
        let handled = store.handle_event(&stale).unwrap();
        let Outcome::Rejected(rejection) = handled.outcome() else { panic!("{:?}", handled.outcome()) };
        assert_eq!(rejection.state, state);
        let words = rejection.to_string();
        assert!(words.contains("(stale") && words.contains("#3 since 9") && words.contains("#5 since 9"), "{words}");
    }
}
