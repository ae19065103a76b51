//! The target `machine`: applies the events of a history to single sessions, and compares them with the kit's reference
//! model.
//!
//! The input is that of `store`: the limits, then a history by the table of `im_session::from_bytes`. `0ACD` is a call
//! that is dialed, answered and ended. Only the events of the history are used.

use std::collections::BTreeMap;

use im_session::event::Route;
use im_session::from_bytes::{Bytes, FromBytes};
use im_session::testing::{History, Model, Setup, Step};
use im_session::{CapabilityTable, Event, Limits, Outcome, Session, State};
use serde_json::{Value, json};

use crate::situation::setup;

/// How many events are applied.
const LONG: usize = 400;

/// The session for each DN and call, if an event opened it.
type Sessions = BTreeMap<(String, String), Option<Session>>;

/// Applies the events to single sessions, without a store, and compares each outcome and each session with the model.
///
/// Three laws must also hold: rejected and ignored events change nothing; the state never goes back, except when a
/// session is reopened (specification 2.1); no other event leaves `Completed`.
pub fn machine(input: &[u8]) {
    let mut bytes = Bytes::new(input);
    let mut setup = setup(&mut bytes);
    // A single session knows neither other sessions nor forgotten ones.
    setup.limits.sessions = usize::MAX;
    setup.limits.sessions_per_dn = usize::MAX;
    setup.limits.sessions_per_call = usize::MAX;
    setup.limits.remembered_ends = 0;
    let mut both = Both { model: setup.model(), sessions: Sessions::new(), setup };
    for step in History::from_bytes(&mut bytes).steps.into_iter().take(LONG) {
        if let Step::Event(event) = &step {
            both.apply(event, &step);
        }
    }
}

/// The sessions of the library, and the model, which must be equal.
struct Both {
    setup: Setup,
    sessions: Sessions,
    model: Model,
}

impl Both {
    fn apply(&mut self, event: &Event<'_>, step: &Step) {
        let told = self.model.carry_out(&[], step)["told"].take();
        let limits = &self.setup.limits;
        match event.route() {
            Ok(Route::AtDn { this_dn, id, .. }) => {
                let session = self.sessions.entry((this_dn.to_owned(), id.to_owned())).or_default();
                let from = session.as_ref().map(Session::state);
                let outcome = lawfully_applied(session, event, limits);
                let reason =
                    if let Outcome::Rejected(rejection) = &outcome { Some(rejection.reason.name()) } else { None };
                let to = session.as_ref().map(Session::state);
                assert_eq!(told["outcome"], outcome.name(), "{event:?} in {from:?}");
                assert_eq!(told["reason"], json!(reason), "{event:?} in {from:?}");
                assert_eq!(told["from"], json!(from.map(State::name)), "{event:?}");
                assert_eq!(told["to"], json!(to.map(State::name)), "{event:?}");
                if from != to && to == Some(State::Completed) {
                    assert_eq!(told["cause"], json!(session.as_ref().and_then(Session::cause)), "{event:?}");
                }
            }
            Ok(Route::ToCall { id }) => {
                let of_call = self.sessions.iter_mut().filter(|((_, of), session)| of == id && session.is_some());
                let outcomes: Vec<_> =
                    of_call.map(|(_, session)| lawfully_applied(session, event, limits).name()).collect();
                let changed = outcomes.contains(&"changed");
                assert_eq!(told["outcome"] == "changed", changed, "{event:?}: {outcomes:?}, the model {told}");
                assert!(!outcomes.is_empty() || told["reason"] == "orphan", "{event:?}: {told}");
            }
            Ok(Route::Answer | Route::Other) => {
                assert_eq!(lawfully_applied(&mut None, event, limits), Outcome::Ignored);
                assert_eq!(told["outcome"], "ignored", "{event:?}");
            }
            Err(_) => {
                assert!(!lawfully_applied(&mut None, event, limits).is_accepted(), "{event:?}");
                assert_eq!(told["outcome"], "unreadable", "{event:?}");
            }
        }
        self.compare(event);
    }

    /// Compares every session, including the data that the resource does not show, and its capabilities.
    fn compare(&self, event: &Event<'_>) {
        let sessions: Vec<&Session> = self.sessions.values().flatten().collect();
        let keys: Vec<_> = sessions.iter().map(|session| (session.this_dn(), session.id())).collect();
        assert_eq!(keys, self.model.keys(), "after {event:?}");
        let resources = self.model.resources();
        for (session, resource) in sessions.into_iter().zip(&resources) {
            let expected = self.model.inside(session.this_dn(), session.id());
            assert_eq!(
                Some(inside(session)),
                expected,
                "the session on the left, the model on the right, after {event:?}"
            );
            let capabilities = session.capabilities(&CapabilityTable::DEFAULT);
            assert_eq!(json!(capabilities), resource["capabilities"], "after {event:?}");
        }
    }
}

/// A session in the form of [`Model::inside`].
fn inside(session: &Session) -> Value {
    let last = session.last_event().map(|last| (last.server_start_time, last.event_sequence_number));
    json!({
        "cause": session.cause(),
        "connID": session.conn_id().map(|conn_id| format!("{:016x}", conn_id.0)),
        "lastEvent": last,
        "participants": session.participants().collect::<Vec<_>>(),
        "state": session.state().name(),
        "userData": session.user_data(),
    })
}

/// Applies the event, and checks the laws.
fn lawfully_applied(session: &mut Option<Session>, event: &Event<'_>, limits: &Limits) -> Outcome {
    let before = session.clone();
    let outcome = Session::apply(session, event, limits);
    let (before, after) = (before.as_ref(), session.as_ref());
    if !outcome.is_accepted() {
        assert_eq!(before, after, "{outcome:?} of {event:?} changed something");
    }
    if let Outcome::Changed { from, to, participants, user_data } = outcome {
        assert_eq!((from, Some(to)), (before.map(Session::state), after.map(Session::state)));
        assert!(from != Some(to) || participants || user_data, "{event:?} changed nothing");
    }
    let (Some(before), Some(after)) = (before, after) else {
        assert!(before.is_none(), "{event:?} took the session away");
        return outcome;
    };
    assert_eq!((before.this_dn(), before.id()), (after.this_dn(), after.id()));
    let reopens = matches!(event.name.as_str(), "EventDialing" | "EventRinging");
    let newer = before.last_event().is_some_and(|last| {
        event.event_sequence_number > Some(last.event_sequence_number)
            && event.server_start_time == last.server_start_time
    });
    if before.state() == State::Completed && !(reopens && newer) {
        assert_eq!(after.state(), State::Completed, "{event:?} left Completed");
    } else if before.state() != State::Completed {
        assert!(after.state() == before.state() || rank(after.state()) > rank(before.state()), "{event:?} went back");
    }
    outcome
}

/// Initiating = Alerting < Talking < Completed.
fn rank(state: State) -> u8 {
    match state {
        State::Initiating | State::Alerting => 1,
        State::Talking => 2,
        State::Completed => 3,
    }
}
