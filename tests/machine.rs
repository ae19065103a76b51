//! The machine, cell by cell, against tables typed in by hand from specification 2, 2.1, 2.2 and 3.
//!
//! These copies are made once and independently: nothing here is computed from what it checks.

use std::collections::BTreeSet;

use im_session::machine::STATES;
use im_session::{
    CallEvent, Capabilities, CapabilityTable, DataEvent, Dot, EventName, Mermaid, Operation, RejectReason, Rejection,
    SessionEvent, State, Step, StepOutcome, TRANSITIONS, Table, Transition, accepts, admit, next, step,
};

/// The columns of both tables below.
const COLUMNS: [Option<State>; 5] =
    [None, Some(State::Initiating), Some(State::Alerting), Some(State::Talking), Some(State::Completed)];

/// Specification 2.1: a state is where the event leads, `=` is unchanged, all else is the reason of the rejection.
const CALL_TABLE: [(CallEvent, [&str; 5]); 5] = [
    //                         no session    Initiating       Alerting         Talking      Completed
    (CallEvent::Dialing, /*    */ ["Initiating", "=", "role-conflict", "late", "ended"]),
    (CallEvent::Ringing, /*    */ ["Alerting", "role-conflict", "=", "late", "ended"]),
    (CallEvent::Established, /**/ ["Talking", "Talking", "Talking", "=", "ended"]),
    (CallEvent::Released, /*   */ ["orphan", "Completed", "Completed", "Completed", "="]),
    (CallEvent::Abandoned, /*  */ ["orphan", "Completed", "Completed", "Completed", "="]),
];

/// Specification 2.2: `=` is accepted, all else is the reason of the rejection.
const DATA_TABLE: [(DataEvent, [&str; 5]); 6] = [
    (DataEvent::DestinationBusy, /*    */ ["orphan", "=", "early", "late", "ended"]),
    (DataEvent::PartyChanged, /*       */ ["orphan", "=", "=", "=", "ended"]),
    (DataEvent::PartyAdded, /*         */ ["orphan", "=", "=", "=", "ended"]),
    (DataEvent::PartyDeleted, /*       */ ["orphan", "=", "=", "=", "ended"]),
    (DataEvent::AttachedDataChanged, /**/ ["orphan", "=", "=", "=", "ended"]),
    (DataEvent::PrivateInfo, /*        */ ["orphan", "early", "early", "=", "ended"]),
];

/// Whether `step` says what the table has as `word`, and says it of this state and this event.
fn is_as_typed(step: Step, state: Option<State>, event: CallEvent, word: &str) -> bool {
    match step {
        Step::Changed(change) => (change.from, change.event, change.to.name()) == (state, event, word),
        Step::Unchanged(stays) => word == "=" && state == Some(stays),
        Step::Rejected(rejection) => is_rejected_as_typed(rejection, state, event, word),
    }
}

fn is_rejected_as_typed(
    rejection: Rejection,
    state: Option<State>,
    event: impl Into<SessionEvent>,
    reason: &str,
) -> bool {
    (rejection.state, rejection.event, rejection.reason.name()) == (state, event.into(), reason)
}

#[test]
fn every_cell_of_the_transition_table() {
    for (event, row) in CALL_TABLE {
        for (state, word) in COLUMNS.into_iter().zip(row) {
            assert!(
                is_as_typed(step(state, event), state, event, word),
                "{event} in {state:?}: {:?}",
                step(state, event)
            );
            let accepted = matches!(word, "=" | "Initiating" | "Alerting" | "Talking" | "Completed");
            assert_eq!(accepts(state, event), accepted, "{event} in {state:?}");
        }
    }
}

#[test]
fn transitions_has_each_cell_once_state_by_state() {
    assert_eq!(STATES, COLUMNS);
    let mut cells = TRANSITIONS.into_iter();
    for (column, state) in COLUMNS.into_iter().enumerate() {
        for (event, row) in CALL_TABLE {
            let cell = cells.next().expect("25 cells");
            assert_eq!((cell.state, cell.event), (state, event));
            assert!(is_as_typed(cell.step, state, event, row[column]), "{cell:?}");
        }
    }
    assert_eq!(cells.next(), None);
}

#[test]
fn every_cell_of_the_data_table() {
    for (event, row) in DATA_TABLE {
        for (state, word) in COLUMNS.into_iter().zip(row) {
            let is_right = match admit(state, event) {
                Ok(stays) => word == "=" && state == Some(stays),
                Err(rejection) => is_rejected_as_typed(rejection, state, event, word),
            };
            assert!(is_right, "{event} in {state:?}: {:?}", admit(state, event));
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
        let left = CallEvent::ALL.into_iter().any(|event| matches!(step(Some(state), event), Step::Changed(_)));
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
    for cell in TRANSITIONS {
        if let Step::Changed(transition) = cell.step {
            assert!(transition.from.map_or(0, rank) < rank(transition.to), "{transition:?}");
        }
    }
}

#[test]
fn the_machine_can_be_asked_at_compile_time() {
    const ANSWERED: Step = step(Some(State::Alerting), CallEvent::Established);
    const BUSY: Result<State, Rejection> = admit(Some(State::Initiating), DataEvent::DestinationBusy);
    assert!(matches!(ANSWERED, Step::Changed(Transition { to: State::Talking, .. })));
    assert_eq!(BUSY, Ok(State::Initiating));
}

#[test]
fn names_of_states_operations_and_reasons_both_ways() {
    let states = ["Initiating", "Alerting", "Talking", "Completed"];
    for (state, name) in State::ALL.into_iter().zip(states) {
        assert_eq!((state.name(), state.to_string().as_str(), name.parse()), (name, name, Ok(state)));
    }
    let operations = ["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"];
    for (operation, name) in Operation::ALL.into_iter().zip(operations) {
        assert_eq!((operation.name(), operation.to_string().as_str(), name.parse()), (name, name, Ok(operation)));
    }
    let reasons = [
        (RejectReason::Orphan, "orphan"),
        (RejectReason::RoleConflict, "role-conflict"),
        (RejectReason::Late, "late"),
        (RejectReason::Early, "early"),
        (RejectReason::Ended, "ended"),
        (RejectReason::Stale, "stale"),
        (RejectReason::Limit, "limit"),
    ];
    for (reason, name) in reasons {
        assert_eq!((reason.name(), reason.to_string().as_str(), name.parse()), (name, name, Ok(reason)));
        assert!(!reason.sentence().is_empty());
    }
    assert!("talking".parse::<State>().is_err(), "names are spelt one way");
    assert!("Hold".parse::<Operation>().is_err());
    assert!("Orphan".parse::<RejectReason>().is_err());
}

/// Specification 2: the T-Library numbers.
const NUMBERS: [(&str, u16); 15] = [
    ("EventError", 52),
    ("EventAbandoned", 59),
    ("EventRinging", 60),
    ("EventDialing", 61),
    ("EventNetworkReached", 62),
    ("EventDestinationBusy", 63),
    ("EventEstablished", 64),
    ("EventReleased", 65),
    ("EventHeld", 66),
    ("EventRetrieved", 67),
    ("EventPartyChanged", 68),
    ("EventPartyAdded", 69),
    ("EventPartyDeleted", 70),
    ("EventAttachedDataChanged", 85),
    ("EventPrivateInfo", 150),
];

#[test]
fn event_names_and_numbers_both_ways_over_all_numbers() {
    for number in 0..=u16::MAX {
        let name = NUMBERS.iter().find(|&&(_, known)| known == number).map(|&(name, _)| name);
        let event_name = EventName::from_number(number);
        assert_eq!(event_name.as_ref().map(EventName::as_str), name, "{number}");
        let call_event = CallEvent::from_number(number);
        assert_eq!(call_event, name.and_then(|name| name.parse().ok()), "{number}");
        let data_event = DataEvent::from_number(number);
        assert_eq!(data_event, name.and_then(|name| name.parse().ok()), "{number}");
        if let Some(event_name) = event_name {
            assert_eq!(event_name.number(), Some(number));
            assert_eq!(call_event.map(EventName::Call).or(data_event.map(EventName::Data)), {
                event_name.session_event().map(EventName::from)
            });
        }
    }
}

#[test]
fn names_of_events_both_ways() {
    let calls = ["EventDialing", "EventRinging", "EventEstablished", "EventReleased", "EventAbandoned"];
    for (event, name) in CallEvent::ALL.into_iter().zip(calls) {
        assert_eq!((event.name(), event.to_string().as_str(), name.parse()), (name, name, Ok(event)));
        assert_eq!(EventName::from(name), EventName::Call(event));
        let session_event = SessionEvent::from(event);
        assert_eq!((session_event.name(), session_event.number()), (name, event.number()));
        assert_eq!(session_event.to_string(), name);
        assert_eq!(CallEvent::from_number(event.number()), Some(event));
    }
    let data = [
        "EventDestinationBusy",
        "EventPartyChanged",
        "EventPartyAdded",
        "EventPartyDeleted",
        "EventAttachedDataChanged",
        "EventPrivateInfo",
    ];
    for (event, name) in DataEvent::ALL.into_iter().zip(data) {
        assert_eq!((event.name(), event.to_string().as_str(), name.parse()), (name, name, Ok(event)));
        assert_eq!(EventName::from(name), EventName::Data(event));
        let session_event = SessionEvent::from(event);
        assert_eq!((session_event.name(), session_event.number()), (name, event.number()));
        assert_eq!(DataEvent::from_number(event.number()), Some(event));
    }
    for (name, number) in NUMBERS {
        assert_eq!(EventName::from(name).number(), Some(number), "{name}");
        assert_eq!(EventName::from(name).to_string(), name);
        assert_eq!(EventName::from(name).into_owned().as_str(), name);
    }
    for unknown in ["EventOnHook", "Eventringing", "EVENTRINGING", "Event", "EventRinging ", ""] {
        assert!(matches!(EventName::from(unknown), EventName::Ignored(name) if name == unknown));
        assert_eq!((EventName::from(unknown).number(), EventName::from(unknown).session_event()), (None, None));
    }
}

/// The 32 sets, each with a naive set of the same operations.
fn all_sets() -> impl Iterator<Item = (Capabilities, BTreeSet<Operation>)> {
    (0..32_u32).map(|bits| {
        let chosen = (0..5).filter(|index| bits & (1 << index) != 0).map(|index| Operation::ALL[index as usize]);
        let naive: BTreeSet<Operation> = chosen.collect();
        (naive.iter().copied().collect(), naive)
    })
}

#[test]
fn every_set_of_capabilities_against_a_naive_set() {
    let mut seen = BTreeSet::new();
    for (set, naive) in all_sets() {
        let in_order: Vec<Operation> = naive.iter().copied().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), in_order, "definition order");
        assert_eq!(set.into_iter().len(), in_order.len());
        assert_eq!((set.len(), set.is_empty()), (naive.len(), naive.is_empty()));
        assert_eq!(Capabilities::from_operations(&in_order), set);
        assert_eq!(in_order.iter().rev().copied().collect::<Capabilities>(), set, "any order gives the same set");

        let printed = set.to_string();
        assert_eq!(printed, in_order.iter().map(|operation| operation.name()).collect::<Vec<_>>().join(", "));
        assert_eq!(printed.parse(), Ok(set));
        assert_eq!(printed.split(", ").collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join(",").parse(), {
            Ok(set)
        });
        assert!(seen.insert(printed), "32 different sets");

        for operation in Operation::ALL {
            assert_eq!(set.contains(operation), naive.contains(&operation));
            let mut with = naive.clone();
            with.insert(operation);
            assert!(set.with(operation).iter().eq(with));
        }
        for (other, other_naive) in all_sets() {
            assert!(set.union(other).iter().eq(naive.union(&other_naive).copied()));
            assert_eq!(set == other, naive == other_naive);
        }
    }
    assert_eq!(Capabilities::default(), Capabilities::NONE);
    assert!(Capabilities::ALL.iter().eq(Operation::ALL));
}

#[test]
fn capabilities_that_are_no_list_of_operations() {
    assert_eq!(" \t ".parse(), Ok(Capabilities::NONE));
    for (text, position) in [("Hold", 1), ("Complete,", 2), ("Complete, SendMessage, complete", 3), (",", 1)] {
        let error = text.parse::<Capabilities>().expect_err(text);
        assert_eq!(error.position, position, "{text:?}");
        assert!(error.to_string().contains("SendMessage, AttachUserData"), "says what was expected: {error}");
    }
}

/// Specification 3: without user data, with user data.
const CAPABILITIES: [(State, &str, &str); 4] = [
    (State::Initiating, "AttachUserData, Complete", "AttachUserData, UpdateUserData, DeleteUserData, Complete"),
    (State::Alerting, "AttachUserData, Complete", "AttachUserData, UpdateUserData, DeleteUserData, Complete"),
    (
        State::Talking,
        "SendMessage, AttachUserData, Complete",
        "SendMessage, AttachUserData, UpdateUserData, DeleteUserData, Complete",
    ),
    (State::Completed, "", ""),
];

#[test]
fn every_cell_of_the_capability_table() {
    assert_eq!(CapabilityTable::default(), CapabilityTable::DEFAULT);
    for (state, without, with) in CAPABILITIES {
        assert_eq!(Capabilities::of(state, false).to_string(), without, "{state}");
        assert_eq!(Capabilities::of(state, true).to_string(), with, "{state}");
        assert_eq!(CapabilityTable::DEFAULT.get(state, false).to_string(), without, "{state}");
        assert_eq!(CapabilityTable::DEFAULT.get(state, true).to_string(), with, "{state}");
    }
}

#[test]
fn the_documented_sample_differs_only_in_completed() {
    for state in State::ALL {
        for has_user_data in [false, true] {
            let sample = CapabilityTable::DOCUMENTED_SAMPLE.get(state, has_user_data);
            if state == State::Completed {
                assert_eq!(sample, Capabilities::ALL);
            } else {
                assert_eq!(sample, CapabilityTable::DEFAULT.get(state, has_user_data));
            }
        }
    }
}

#[test]
fn an_own_row_of_capabilities_is_the_one_that_counts() {
    let mut table = CapabilityTable::DEFAULT;
    table.alerting.with_user_data = Capabilities::from_operations(&[Operation::SendMessage]);
    for (state, without, with) in CAPABILITIES {
        assert_eq!(table.get(state, false).to_string(), without);
        assert_eq!(table.get(state, true).to_string(), if state == State::Alerting { "SendMessage" } else { with });
    }
}

#[test]
fn a_rejection_says_state_event_and_reason() {
    let Step::Rejected(late) = step(Some(State::Talking), CallEvent::Ringing) else {
        panic!("a late EventRinging is rejected")
    };
    let text = late.to_string();
    assert!(["EventRinging", "Talking", "late"].iter().all(|word| text.contains(word)), "{text}");
    let orphan = admit(None, DataEvent::PartyAdded).expect_err("no session");
    let text = orphan.to_string();
    assert!(["EventPartyAdded", "without a session", "orphan"].iter().all(|word| text.contains(word)), "{text}");
}

#[test]
fn the_diagrams_show_every_transition_and_no_other() {
    let mermaid = "\
stateDiagram-v2
    [*] --> Initiating : Dialing
    [*] --> Alerting : Ringing
    [*] --> Talking : Established
    Initiating --> Talking : Established
    Initiating --> Completed : Released, Abandoned
    Alerting --> Talking : Established
    Alerting --> Completed : Released, Abandoned
    Talking --> Completed : Released, Abandoned
    Completed --> [*]
";
    assert_eq!(Mermaid.to_string(), mermaid);

    let table = "\
| event \\ state | no session | Initiating | Alerting | Talking | Completed |
|---|---|---|---|---|---|
| Dialing | → Initiating | unchanged | reject: role-conflict | reject: late | reject: ended |
| Ringing | → Alerting | reject: role-conflict | unchanged | reject: late | reject: ended |
| Established | → Talking | → Talking | → Talking | unchanged | reject: ended |
| Released | reject: orphan | → Completed | → Completed | → Completed | unchanged |
| Abandoned | reject: orphan | → Completed | → Completed | → Completed | unchanged |
";
    assert_eq!(Table.to_string(), table);

    let dot = Dot.to_string();
    assert!(dot.starts_with("digraph im_session {\n") && dot.ends_with("}\n"));
    let edges: Vec<&str> = dot.lines().map(str::trim).filter(|line| line.contains("->")).collect();
    let expected = [
        "none -> Initiating [label=\"Dialing\"];",
        "none -> Alerting [label=\"Ringing\"];",
        "none -> Talking [label=\"Established\"];",
        "Initiating -> Talking [label=\"Established\"];",
        "Initiating -> Completed [label=\"Released, Abandoned\"];",
        "Alerting -> Talking [label=\"Established\"];",
        "Alerting -> Completed [label=\"Released, Abandoned\"];",
        "Talking -> Completed [label=\"Released, Abandoned\"];",
    ];
    assert_eq!(edges, expected);
}

/// The small word and the step say the same of every cell.
#[test]
fn next_says_what_step_says() {
    for cell in TRANSITIONS {
        let small = next(cell.state, cell.event);
        let (state, outcome, reason) = match step(cell.state, cell.event) {
            Step::Changed(transition) => (Some(transition.to), StepOutcome::Changed, None),
            Step::Unchanged(state) => (Some(state), StepOutcome::Unchanged, None),
            Step::Rejected(rejection) => (cell.state, StepOutcome::Rejected, Some(rejection.reason)),
        };
        assert_eq!((small.state, small.outcome, small.reason), (state, outcome, reason), "{cell:?}");
    }
    assert_eq!(size_of_val(&next(None, CallEvent::Dialing)), 4);
}
