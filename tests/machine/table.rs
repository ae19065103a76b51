//! Does every cell match the transition table of specification 2.1 and the column "accepted in" of 2.2?

use im_session::machine::{Step, accepts, admit, step, transitions};
use im_session::{CallEvent, DataEvent, State};

/// The columns of both tables below.
const COLUMNS: [Option<State>; 5] =
    [None, Some(State::Initiating), Some(State::Alerting), Some(State::Talking), Some(State::Completed)];

/// Specification 2.1. A state is the one that the event leads to, `=` means unchanged, and any other word is the reason
/// for the rejection.
const CALL_TABLE: [(CallEvent, [&str; 5]); 5] = [
    //                         no session    Initiating       Alerting         Talking      Completed
    (CallEvent::Dialing, /*    */ ["Initiating", "=", "role-conflict", "late", "ended"]),
    (CallEvent::Ringing, /*    */ ["Alerting", "role-conflict", "=", "late", "ended"]),
    (CallEvent::Established, /**/ ["Talking", "Talking", "Talking", "=", "ended"]),
    (CallEvent::Released, /*   */ ["orphan", "Completed", "Completed", "Completed", "="]),
    (CallEvent::Abandoned, /*  */ ["orphan", "Completed", "Completed", "Completed", "="]),
];

/// Specification 2.2. `=` means accepted, and any other word is the reason for the rejection.
const DATA_TABLE: [(DataEvent, [&str; 5]); 6] = [
    (DataEvent::DestinationBusy, /*    */ ["orphan", "=", "early", "late", "ended"]),
    (DataEvent::PartyChanged, /*       */ ["orphan", "=", "=", "=", "ended"]),
    (DataEvent::PartyAdded, /*         */ ["orphan", "=", "=", "=", "ended"]),
    (DataEvent::PartyDeleted, /*       */ ["orphan", "=", "=", "=", "ended"]),
    (DataEvent::AttachedDataChanged, /**/ ["orphan", "=", "=", "=", "ended"]),
    (DataEvent::PrivateInfo, /*        */ ["orphan", "early", "early", "=", "ended"]),
];

/// A step in the words of the tables. Also checks the state that the step reports.
fn word(step: Step, state: Option<State>) -> &'static str {
    match step {
        Step::Changed { to } => to.name(),
        Step::Unchanged { state: stays } if state == Some(stays) => "=",
        Step::Rejected { state: met, reason } if state == met => reason.name(),
        Step::Unchanged { .. } | Step::Rejected { .. } => "another state",
    }
}

/// An end event always ends the session, and no other event does.
#[test]
fn an_end_event_completes_every_open_session() {
    for (event, [_, open @ .., _]) in CALL_TABLE {
        assert_eq!(open.contains(&"Completed"), event.is_end(), "{event}");
        assert_eq!(open.iter().all(|cell| *cell == "Completed"), event.is_end(), "{event}");
    }
}

#[test]
fn every_cell_of_the_transition_table() {
    for (event, row) in CALL_TABLE {
        for (state, expected) in COLUMNS.into_iter().zip(row) {
            assert_eq!(word(step(state, event), state), expected, "{event} in {state:?}");
            let accepted = matches!(expected, "=" | "Initiating" | "Alerting" | "Talking" | "Completed");
            assert_eq!(accepts(state, event), accepted, "{event} in {state:?}");
        }
    }
}

#[test]
fn transitions_has_each_cell_once_state_by_state() {
    let mut cells = transitions();
    for (column, state) in COLUMNS.into_iter().enumerate() {
        for (event, row) in CALL_TABLE {
            let (at, on, step) = cells.next().expect("25 cells");
            assert_eq!((at, on, word(step, state)), (state, event, row[column]));
        }
    }
    assert_eq!(cells.next(), None);
}

#[test]
fn every_cell_of_the_data_table() {
    for (event, row) in DATA_TABLE {
        for (state, expected) in COLUMNS.into_iter().zip(row) {
            assert_eq!(word(admit(state, event), state), expected, "{event} in {state:?}");
        }
    }
}

#[test]
fn accepted_events_of_each_state() {
    use CallEvent::{Abandoned, Dialing, Established, Released, Ringing};

    let accepted = |state: State| state.accepted_events().collect::<Vec<_>>();
    assert_eq!(accepted(State::Initiating), [Dialing, Established, Released, Abandoned]);
    assert_eq!(accepted(State::Alerting), [Ringing, Established, Released, Abandoned]);
    assert_eq!(accepted(State::Talking), [Established, Released, Abandoned]);
    assert_eq!(accepted(State::Completed), [Released, Abandoned]);
}

#[test]
fn only_completed_is_terminal_and_no_event_leaves_it() {
    for state in State::ALL {
        assert_eq!(state.is_terminal(), state == State::Completed);
        assert_eq!(state.is_open(), state != State::Completed);
        let left = CallEvent::ALL.into_iter().any(|event| matches!(step(Some(state), event), Step::Changed { .. }));
        assert_eq!(left, !state.is_terminal());
    }
}

#[test]
fn the_state_only_moves_forward() {
    let rank = |state: State| match state {
        State::Initiating | State::Alerting => 1,
        State::Talking => 2,
        State::Completed => 3,
    };
    for (from, event, step) in transitions() {
        if let Step::Changed { to } = step {
            assert!(from.map_or(0, rank) < rank(to), "{event} leads from {from:?} to {to}");
        }
    }
}

#[test]
fn the_machine_can_be_asked_at_compile_time() {
    const ANSWERED: Step = step(Some(State::Alerting), CallEvent::Established);
    const BUSY: Step = admit(Some(State::Initiating), DataEvent::DestinationBusy);
    assert_eq!(ANSWERED, Step::Changed { to: State::Talking });
    assert_eq!(BUSY, Step::Unchanged { state: State::Initiating });
}

/// The state after a step can be read without matching on the kind of step.
#[test]
fn a_step_is_four_bytes_and_has_the_state_after_it() {
    for (state, event, step) in transitions() {
        let after = match step {
            Step::Changed { to } => Some(to),
            Step::Unchanged { .. } | Step::Rejected { .. } => state,
        };
        assert_eq!(step.state(), after, "{event} in {state:?}");
        assert_eq!(size_of_val(&step), 4);
    }
}
