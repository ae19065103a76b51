//! Which names and numbers do states, events, operations, reasons and limits have, as text, in JSON, and in error
//! messages?

use im_session::session::Limit;
use im_session::{CallEvent, DataEvent, EventName, Operation, Operations, RejectReason, SessionEvent, State};
use serde::de::DeserializeOwned;

#[test]
fn names_of_states_operations_and_reasons_both_ways() {
    let states = ["Initiating", "Alerting", "Talking", "Completed"];
    assert_eq!(State::ALL.map(State::name), states);
    for (state, name) in State::ALL.into_iter().zip(states) {
        assert_eq!((state.to_string().as_str(), name.parse()), (name, Ok(state)));
    }
    let operations =
        ["InitiateIMSession", "SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"];
    assert_eq!(Operation::ALL.map(Operation::name), operations);
    for (operation, name) in Operation::ALL.into_iter().zip(operations) {
        assert_eq!((operation.to_string().as_str(), name.parse()), (name, Ok(operation)));
    }
    let reasons = [
        (RejectReason::Orphan, "orphan", "there is no such session and this event does not open one"),
        (RejectReason::RoleConflict, "role-conflict", "caller and callee events do not mix in one session"),
        (RejectReason::Late, "late", "the session is already past that point"),
        (RejectReason::Early, "early", "the session is not talking yet"),
        (RejectReason::Ended, "ended", "the session is over"),
        (RejectReason::Stale, "stale", "this event or a newer one was seen before"),
        (RejectReason::Limit, "limit", "it goes over a limit"),
    ];
    assert_eq!(RejectReason::ALL, reasons.map(|(reason, ..)| reason));
    for (reason, name, sentence) in reasons {
        assert_eq!((reason.name(), reason.to_string().as_str(), name.parse()), (name, name, Ok(reason)));
        assert_eq!(reason.sentence(), sentence);
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
        let event_name = EventName::from_message_number(number);
        assert_eq!(event_name.as_ref().map(EventName::as_str), name, "{number}");
        let call_event = CallEvent::from_message_number(number);
        assert_eq!(call_event, name.and_then(|name| name.parse().ok()), "{number}");
        let data_event = DataEvent::from_message_number(number);
        assert_eq!(data_event, name.and_then(|name| name.parse().ok()), "{number}");
        if let Some(event_name) = event_name {
            assert_eq!(event_name.message_number(), Some(number));
            assert_eq!(call_event.map(EventName::Call).or(data_event.map(EventName::Data)), {
                event_name.session_event().map(EventName::from)
            });
        }
    }
}

#[test]
fn names_of_events_both_ways() {
    let calls = ["EventDialing", "EventRinging", "EventEstablished", "EventReleased", "EventAbandoned"];
    assert_eq!(CallEvent::ALL.map(CallEvent::name), calls);
    for (event, name) in CallEvent::ALL.into_iter().zip(calls) {
        assert_eq!((event.to_string().as_str(), name.parse()), (name, Ok(event)));
        assert_eq!(EventName::from(name), EventName::Call(event));
        assert_eq!(EventName::from(event), EventName::Call(event));
        let session_event = SessionEvent::from(event);
        assert_eq!((session_event.name(), session_event.to_string().as_str()), (name, name));
    }
    let data = [
        "EventDestinationBusy",
        "EventPartyChanged",
        "EventPartyAdded",
        "EventPartyDeleted",
        "EventAttachedDataChanged",
        "EventPrivateInfo",
    ];
    assert_eq!(DataEvent::ALL.map(DataEvent::name), data);
    for (event, name) in DataEvent::ALL.into_iter().zip(data) {
        assert_eq!((event.to_string().as_str(), name.parse()), (name, Ok(event)));
        assert_eq!(EventName::from(name), EventName::Data(event));
        assert_eq!(EventName::from(event), EventName::Data(event));
        let session_event = SessionEvent::from(event);
        assert_eq!((session_event.name(), session_event.to_string().as_str()), (name, name));
    }
    for (name, number) in NUMBERS {
        assert_eq!(EventName::from(name).message_number(), Some(number), "{name}");
        assert_eq!(EventName::from(name).to_string(), name);
        assert_eq!(EventName::from(name).into_owned().as_str(), name);
    }
    for unknown in ["EventOnHook", "Eventringing", "EVENTRINGING", "Event", "EventRinging ", "EventAck", ""] {
        assert!(matches!(EventName::from(unknown), EventName::Other(name) if name == unknown));
        assert_eq!((EventName::from(unknown).message_number(), EventName::from(unknown).session_event()), (None, None));
    }
}

/// EventError and EventACK answer requests. They have their own names, and no session accepts them.
#[test]
fn the_names_of_answers() {
    for (name, expected, number) in [("EventError", EventName::Error, Some(52)), ("EventACK", EventName::Ack, None)] {
        assert_eq!(EventName::from(name), expected);
        assert_eq!((expected.as_str(), expected.message_number(), expected.session_event()), (name, number, None));
        assert_eq!(expected.clone().into_owned(), expected);
    }
}

fn read<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

/// The error of parsing a JSON text, without the position.
fn error_of<T: DeserializeOwned>(json: &str) -> String {
    let error = read::<T>(json).err().unwrap();
    error.split(" at line 1 column").next().unwrap().to_owned()
}

#[test]
fn a_name_that_is_none_is_told_which_there_are() {
    assert_eq!(
        error_of::<State>(r#""Ringing""#),
        r#"invalid value: string "Ringing", expected one of Initiating, Alerting, Talking, Completed"#
    );
    assert_eq!(
        error_of::<CallEvent>("5"),
        "invalid type: integer `5`, \
         expected one of EventDialing, EventRinging, EventEstablished, EventReleased, EventAbandoned"
    );
    assert_eq!(
        error_of::<DataEvent>("[]"),
        "invalid type: sequence, expected one of EventDestinationBusy, EventPartyChanged, EventPartyAdded, \
         EventPartyDeleted, EventAttachedDataChanged, EventPrivateInfo"
    );
    assert_eq!(
        error_of::<RejectReason>("null"),
        "invalid type: null, expected one of orphan, role-conflict, late, early, ended, stale, limit"
    );
    assert_eq!(
        "Send".parse::<Operation>().unwrap_err().to_string(),
        "expected one of InitiateIMSession, SendMessage, AttachUserData, UpdateUserData, DeleteUserData, Complete"
    );
}

#[test]
fn names_on_the_wire() {
    assert_eq!(serde_json::to_string(&RejectReason::RoleConflict).unwrap(), r#""role-conflict""#);
    assert_eq!(read::<RejectReason>(r#""stale""#), Ok(RejectReason::Stale));
    assert_eq!(serde_json::to_string(&CallEvent::Ringing).unwrap(), r#""EventRinging""#);
}

/// Published samples have white space around the state.
#[test]
fn names_in_json_are_trimmed() {
    assert_eq!(read::<State>(r#"" Talking""#), Ok(State::Talking));
    assert_eq!(read::<RejectReason>("\"\\trole-conflict \""), Ok(RejectReason::RoleConflict));
    assert!(" Talking".parse::<State>().is_err(), "only in JSON");
}

#[test]
fn operations_are_read_in_any_order_and_unknown_ones_skipped() {
    let some = read::<Operations>(r#"["Complete"," SendMessage ","Transfer","Complete"]"#).unwrap();
    assert_eq!(some, Operations::of(&[Operation::SendMessage, Operation::Complete]));
    assert_eq!(serde_json::to_string(&some).unwrap(), r#"["SendMessage","Complete"]"#);
    assert_eq!(read::<Operations>("[]").unwrap(), Operations::NONE);
    assert!(error_of::<Operations>(r#""Complete""#).contains("expected an array of operation names"));
    assert!(error_of::<Operations>("[1]").contains("expected a name"));
}

#[test]
fn every_limit_has_a_name_for_a_person() {
    let names = [
        (Limit::Sessions, "sessions in all"),
        (Limit::SessionsPerDn, "sessions of one DN"),
        (Limit::Participants, "participants of a session"),
        (Limit::UserDataSize, "size of the user data"),
        (Limit::UserDataDepth, "depth of the user data"),
        (Limit::TextLength, "length of a message"),
        (Limit::Requests, "requests in flight"),
        (Limit::DnLength, "length of a DN"),
    ];
    for (limit, name) in names {
        assert_eq!(limit.to_string(), name);
    }
}
