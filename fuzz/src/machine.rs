//! The target `machine`: a sequence of events at one session, against the reference model and against three laws.

use im_session::{CapabilityTable, EventName, Limits, Outcome, Session, State};

use crate::model::{Expected, Model};
use crate::operation::{DN_LENGTH, Operation, Operations, PARTICIPANTS, TEXT_LENGTH, USER_DATA_DEPTH, USER_DATA_SIZE};

/// Applies the events that the bytes mean (`operation.rs`) to one session, and holds three laws and the model against it.
///
/// The laws: what is rejected or ignored changes nothing; the state never goes back, but for the reopening of
/// specification 2.1; nothing else leaves `Completed`.
pub fn machine(input: &[u8]) {
    let mut limits = Limits::DEFAULT;
    limits.user_data_size = USER_DATA_SIZE;
    limits.user_data_depth = USER_DATA_DEPTH;
    limits.participants = PARTICIPANTS;
    limits.dn_length = DN_LENGTH;
    limits.text_length = TEXT_LENGTH;
    let mut session = None;
    let mut model = Model::new();
    for operation in Operations::new(input) {
        let before = session.clone();
        let event = operation.event();
        let outcome = Session::apply(&mut session, &event, &limits);

        laws(before.as_ref(), session.as_ref(), &operation, &outcome);
        assert_eq!(told(&outcome), model.apply(&operation), "{operation:?} on {before:?}");
        compare(session.as_ref(), &model, &operation);
    }
}

fn laws(before: Option<&Session>, after: Option<&Session>, operation: &Operation, outcome: &Outcome<'_>) {
    if !outcome.is_accepted() {
        assert_eq!(before, after, "{outcome:?} of {operation:?} changed something");
    }
    if let Outcome::Changed(change) = outcome {
        assert_eq!((change.from, Some(change.to)), (before.map(Session::state), after.map(Session::state)));
        assert!(change.state() || change.participants || change.user_data, "{operation:?} changed nothing");
    }
    let (Some(before), Some(after)) = (before, after) else {
        assert!(before.is_none(), "{operation:?} took the session away");
        return;
    };
    assert_eq!((before.this_dn(), before.id()), (after.this_dn(), after.id()));
    let reopens = matches!(EventName::from(operation.name).as_str(), "EventDialing" | "EventRinging");
    let newer = operation.number > before.last_event().map(|last| last.event_sequence_number)
        && before.last_event().is_some_and(|last| last.server_start_time == operation.server_start_time);
    if before.state() == State::Completed && !(reopens && newer) {
        assert_eq!(after.state(), State::Completed, "{operation:?} left Completed");
    } else if before.state() != State::Completed {
        assert!(rank(after.state()) >= rank(before.state()), "{operation:?} went back");
        assert!(after.state() == before.state() || rank(after.state()) > rank(before.state()));
    }
}

/// Initiating = Alerting < Talking < Completed.
fn rank(state: State) -> u8 {
    match state {
        State::Initiating | State::Alerting => 1,
        State::Talking => 2,
        State::Completed => 3,
    }
}

/// The outcome in the model's terms.
fn told(outcome: &Outcome<'_>) -> Expected {
    match outcome {
        Outcome::Ignored => Expected::Ignored,
        Outcome::Rejected(rejection) => Expected::Rejected(rejection.reason.name(), rejection.state.map(State::name)),
        Outcome::Unchanged => Expected::Unchanged,
        Outcome::Changed(change) => {
            Expected::Changed { participants: change.participants, user_data: change.user_data }
        }
        Outcome::Message(text) => Expected::Message(text.clone().into_owned()),
    }
}

fn compare(session: Option<&Session>, model: &Model, operation: &Operation) {
    assert_eq!(session.map(|session| session.state().name()), model.state, "after {operation:?}");
    let Some(session) = session else {
        return;
    };
    assert!(session.participants().eq(model.participants.iter().copied()), "after {operation:?}");
    let user_data = serde_json::to_value(session.user_data()).expect("JSON");
    assert_eq!(user_data, model.user_data, "after {operation:?}");
    assert_eq!(session.conn_id().map(|conn_id| conn_id.0), model.conn_id, "after {operation:?}");
    let last = session.last_event().map(|last| (last.server_start_time, last.event_sequence_number));
    assert_eq!(last, model.last, "after {operation:?}");
    assert_eq!(session.capabilities(&CapabilityTable::DEFAULT).to_string(), model.capabilities());
}
