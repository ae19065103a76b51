//! The target `machine`: what one session hears, against the reference model and against three laws.
//!
//! The input is a history by the table of `im_session::from_bytes`, of which the events of the session A at 3001 count: `ACD`.

use im_session::from_bytes::{Bytes, FromBytes};
use im_session::session::EventIdentity;
use im_session::testing::{History, Setup, Step};
use im_session::{CallEvent, Event, Outcome, Session, State};
use serde_json::{Value, json};

const THIS_DN: &str = "3001";
const ID: &str = "A";

/// Applies the events that the bytes mean to one session, and holds three laws and the model against it, limits small.
///
/// The laws: what is rejected or ignored changes nothing; the state never goes back, but for the reopening of
/// specification 2.1; nothing else leaves `Completed`.
pub fn machine(input: &[u8]) {
    let mut setup = Setup::default();
    let limits = &mut setup.limits;
    (limits.user_data_size, limits.user_data_depth, limits.user_data_pairs) = (40, 3, 3);
    (limits.participants, limits.dn_length, limits.text_length) = (2, 4, 5);
    // What has ended is the store's, not the session's.
    limits.remembered_ends = 0;
    let mut session = None;
    let mut model = setup.model();
    for step in History::from_bytes(&mut Bytes::new(input)).steps {
        let Step::Event(event) = step else { continue };
        let is_of_the_call = event.call_uuid() == Some(ID) && event.this_dn().is_none_or(|dn| dn == THIS_DN);
        if !is_of_the_call || event.route().is_err() {
            continue;
        }
        let before: Option<Session> = session.clone();
        let outcome = Session::apply(&mut session, &event, &setup.limits);
        laws(before.as_ref(), session.as_ref(), &event, &outcome);
        if event.this_dn().is_none() && session.as_ref().is_none_or(|session| !session.state().is_open()) {
            // A store gives it to the sessions that are open.
            assert!(!outcome.is_accepted(), "{event:?} on {before:?}");
            continue;
        }
        let expected = model.carry_out(&[], &Step::Event(event.clone()));
        assert_eq!(told(&outcome), in_short(&expected["told"]), "{event:?} on {before:?}");
        assert_eq!(session.as_ref().map(inside), model.inside(THIS_DN, ID), "after {event:?}");
    }
}

fn laws(before: Option<&Session>, after: Option<&Session>, event: &Event<'_>, outcome: &Outcome) {
    if !outcome.is_accepted() {
        assert_eq!(before, after, "{outcome:?} of {event:?} changed something");
    }
    if let Outcome::Changed { from, to, participants, user_data } = outcome {
        assert_eq!((*from, Some(*to)), (before.map(Session::state), after.map(Session::state)));
        assert!(*from != Some(*to) || *participants || *user_data, "{event:?} changed nothing");
    }
    let (Some(before), Some(after)) = (before, after) else {
        assert!(before.is_none(), "{event:?} took the session away");
        return;
    };
    assert_eq!((before.this_dn(), before.id()), (after.this_dn(), after.id()));
    if before.state() == State::Completed && !(may_reopen(event) && is_newer(event, before.last_event())) {
        assert_eq!(after.state(), State::Completed, "{event:?} left Completed");
    } else if before.state() != State::Completed {
        assert!(after.state() == before.state() || rank(after.state()) > rank(before.state()), "{event:?} went back");
    }
}

fn may_reopen(event: &Event<'_>) -> bool {
    event.name == CallEvent::Dialing.into() || event.name == CallEvent::Ringing.into()
}

/// Of the same server start, with a higher number.
fn is_newer(event: &Event<'_>, last: Option<EventIdentity>) -> bool {
    last.is_some_and(|last| {
        event.server_start_time == last.server_start_time
            && event.event_sequence_number > Some(last.event_sequence_number)
    })
}

/// Initiating = Alerting < Talking < Completed.
fn rank(state: State) -> u8 {
    match state {
        State::Initiating | State::Alerting => 1,
        State::Talking => 2,
        State::Completed => 3,
    }
}

/// What came of the event, and why.
fn told(outcome: &Outcome) -> Value {
    let reason = match outcome {
        Outcome::Rejected(rejection) => Some(rejection.reason.name()),
        _ => None,
    };
    json!([outcome.name(), reason])
}

fn in_short(told: &Value) -> Value {
    json!([told["outcome"], told["reason"]])
}

/// As `Model::inside` has it.
fn inside(session: &Session) -> Value {
    json!({
        "cause": session.cause(),
        "connID": session.conn_id().map(|conn_id| conn_id.to_string()),
        "lastEvent": session.last_event().map(|last| (last.server_start_time, last.event_sequence_number)),
        "participants": session.participants().collect::<Vec<_>>(),
        "state": session.state(),
        "userData": session.user_data(),
    })
}
