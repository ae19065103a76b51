//! Is every list and table complete after a value is added to an enum? Every `match` on these enums is exhaustive, so
//! the compiler finds most places. These tests find the rest: lists, names, numbers and tables without the new value.

use std::collections::BTreeSet;
use std::fmt::Debug;

use im_session::machine::transitions;
use im_session::resource::{Field, NotificationType};
use im_session::session::Limit;
use im_session::store::RequestName;
use im_session::{
    CallEvent, DataEvent, EventName, Operation, Operations, RejectReason, SessionEvent, State, StatusCode, WhyNot,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Checks that every value is listed once, with a unique name that parses back.
macro_rules! check_names {
    ($($Type:ty),+ $(,)?) => {$({
        let names: BTreeSet<&str> = <$Type>::ALL.into_iter().map(<$Type>::name).collect();
        assert_eq!(names.len(), <$Type>::ALL.len(), "{names:?}");
        for value in <$Type>::ALL {
            assert_eq!((value.to_string().as_str(), value.name().parse()), (value.name(), Ok(value)));
        }
    })+};
}

#[test]
fn every_value_has_a_name_that_reads_back() {
    check_names!(State, CallEvent, DataEvent, Operation, RejectReason);
    check_names!(Field, Limit, NotificationType, RequestName, StatusCode, WhyNot);
}

fn reads_back_as_json<T: Serialize + DeserializeOwned + PartialEq + Debug + Copy>(values: &[T]) {
    for value in values {
        let json = serde_json::to_string(value).unwrap();
        assert_eq!(serde_json::from_str::<T>(&json).unwrap(), *value, "{json}");
    }
}

#[test]
fn every_value_reads_back_as_json() {
    reads_back_as_json(&State::ALL);
    reads_back_as_json(&CallEvent::ALL);
    reads_back_as_json(&DataEvent::ALL);
    reads_back_as_json(&Operation::ALL);
    reads_back_as_json(&RejectReason::ALL);
    reads_back_as_json(&RequestName::ALL);
    reads_back_as_json(&StatusCode::ALL);
    for operation in Operation::ALL {
        let set = Operations::of(&[operation]);
        assert_eq!(serde_json::to_string(&set).unwrap(), format!("[\"{operation}\"]"));
        assert_eq!(serde_json::from_str::<Operations>(&format!("[\"{operation}\"]")).unwrap(), set);
    }
}

/// Every event has a cell for each state and for no session. Every state has a cell for each event.
#[test]
fn every_event_has_a_cell_in_every_column() {
    for event in CallEvent::ALL {
        let columns: Vec<Option<State>> =
            transitions().filter(|&(_, of, _)| of == event).map(|(state, ..)| state).collect();
        let expected: Vec<Option<State>> = [None].into_iter().chain(State::ALL.map(Some)).collect();
        assert_eq!(columns, expected, "{event}");
    }
    assert_eq!(transitions().count(), (State::ALL.len() + 1) * CallEvent::ALL.len());
}

/// Every event of the machine is recognised by name and by number wherever events are read.
#[test]
fn every_event_of_the_machine_is_found_by_name_and_by_number() {
    let calls = CallEvent::ALL.into_iter().map(|event| (SessionEvent::Call(event), event.message_number()));
    let data = DataEvent::ALL.into_iter().map(|event| (SessionEvent::Data(event), event.message_number()));
    let mut numbers = BTreeSet::new();
    for (event, number) in calls.chain(data) {
        let by_name = EventName::from(event.name());
        assert_eq!(by_name, EventName::from(event));
        assert_eq!((by_name.session_event(), by_name.message_number()), (Some(event), Some(number)));
        assert_eq!(EventName::from_message_number(number), Some(by_name));
        assert!(numbers.insert(number), "{event} has the number of another event");
    }
}

/// Every posted operation becomes a request of its own kind.
#[test]
fn every_operation_has_a_request_of_its_own() {
    let requests: BTreeSet<RequestName> = Operation::ALL.into_iter().map(RequestName::of).collect();
    assert!(requests.into_iter().eq(RequestName::ALL));
    let numbers: BTreeSet<u16> = RequestName::ALL.into_iter().map(RequestName::message_number).collect();
    assert_eq!(numbers.len(), RequestName::ALL.len());
}

/// The pinned number of a status code is its position, so an inserted status code would shift the others.
#[test]
fn every_status_code_is_found_by_its_number() {
    for (position, status_code) in StatusCode::ALL.into_iter().enumerate() {
        assert_eq!(usize::from(status_code.code()), position);
        assert_eq!(StatusCode::from_code(status_code.code()), Some(status_code));
    }
    assert_eq!(StatusCode::from_code(u8::try_from(StatusCode::ALL.len()).unwrap()), None);
}
