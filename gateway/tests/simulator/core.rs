//! Which events does each request cause?

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;

use crate::requests::{Requests, START, are, server};

/// The simulator ends a silent call after the time at which the engine expires a silent session.
const END_AFTER: Duration = Duration::from_secs(4 * 3_600);

#[test]
fn a_call_is_answered_at_once() {
    let mut requests = Requests::new(server(Duration::ZERO));
    let events =
        requests.carry_out("RequestMakeCall", json!({"ThisDN": "3001", "OtherDN": "3002", "UserData": {"k": "v"}}));
    are(&events, &[("Dialing", "3001"), ("Ringing", "3002"), ("Established", "3002"), ("Established", "3001")]);
    let ids: BTreeSet<_> = events.iter().map(|event| event.call_uuid().unwrap()).collect();
    assert_eq!(ids.len(), 1);
    let id = events[0].call_uuid().unwrap();
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'V').contains(&byte)), "{id}");
    assert_eq!(events.iter().map(|event| event.conn_id.unwrap()).collect::<BTreeSet<_>>().len(), 2);
    assert_eq!(events.iter().map(|event| event.event_sequence_number.unwrap()).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert!(events.iter().all(|event| event.server_start_time == Some(START.as_secs())));
    assert_eq!(events.iter().map(|event| event.reference_id).collect::<Vec<_>>(), [Some(101), None, None, None]);
    assert_eq!(events[0].other_party(), Some("3002"));
    for event in &events[..2] {
        assert_eq!(event.user_data.list().unwrap().get("k").unwrap().as_str(), Some("v"));
    }
}

#[test]
fn a_call_rings_until_it_is_answered() {
    let mut requests = Requests::new(server(Duration::from_secs(5)));
    are(&requests.make_call("3001", "3002"), &[("Dialing", "3001"), ("Ringing", "3002")]);
    let answered = START + Duration::from_secs(5);
    assert_eq!(requests.simulator.next_due(), Some(answered));
    assert!(requests.simulator.due(answered - Duration::from_nanos(1)).is_empty());
    are(&requests.simulator.due(answered), &[("Established", "3002"), ("Established", "3001")]);
    // Nothing else is due until the call has been silent for too long.
    assert_eq!(requests.simulator.next_due(), Some(answered + END_AFTER));
}

#[test]
fn a_call_that_nothing_is_heard_of_ends() {
    let (just_before, begun) = (END_AFTER - Duration::from_secs(1), Duration::from_secs(1));
    let mut requests = Requests::new(server(Duration::ZERO));
    let call = requests.make_call("3001", "3002");
    // Every request that changes something keeps the call alive.
    let text = json!({"OtherDN": "3002", "Extensions": {"text": "hello"}});
    let attach = json!({"UserData": {"k": "v"}});
    for (name, attributes) in [("RequestPrivateService", text), ("RequestAttachUserData", attach)] {
        requests.now += just_before;
        assert_eq!(requests.of(&call[0], name, attributes).len(), 2, "{name}");
    }
    requests.now += just_before;
    assert!(requests.simulator.due(requests.now).is_empty());
    requests.now += begun;
    are(&requests.simulator.due(requests.now), &[("Released", "3001"), ("Released", "3002")]);
    assert_eq!((requests.simulator.open_calls(), requests.simulator.next_due()), (0, None));

    // A ringing call also ends after this time, before the next request is handled.
    let mut requests = Requests::new(server(2 * END_AFTER));
    requests.make_call("3001", "3002");
    requests.now += END_AFTER;
    let events = requests.make_call("3001", "3002");
    are(&events, &[("Released", "3001"), ("Abandoned", "3002"), ("Dialing", "3001"), ("Ringing", "3002")]);
}

#[test]
fn who_cannot_be_called_is_busy() {
    let mut requests = Requests::new(server(Duration::ZERO));
    let busy = [("Dialing", "3001"), ("DestinationBusy", "3001"), ("Released", "3001")];
    // The destinations are configured as busy, unknown, and the caller itself.
    for callee in ["3004", "9999", "3001"] {
        are(&requests.make_call("3001", callee), &busy);
    }
    assert_eq!(requests.simulator.open_calls(), 0);
    requests.make_call("3002", "3003");
    are(&requests.make_call("3001", "3003"), &busy);
    assert_eq!(requests.simulator.open_calls(), 1);
}

#[test]
fn a_text_is_heard_by_both() {
    let mut requests = Requests::new(server(Duration::ZERO));
    let call = requests.make_call("3001", "3002");
    let text = json!({"OtherDN": "3001", "Extensions": {"text": "hello"}});
    let events = requests.of(&call[1], "RequestPrivateService", text.clone());
    are(&events, &[("PrivateInfo", "3002"), ("PrivateInfo", "3001")]);
    assert_eq!(events.iter().map(|event| event.text().unwrap()).collect::<Vec<_>>(), ["hello", "hello"]);
    assert_eq!(events.iter().map(|event| event.reference_id).collect::<Vec<_>>(), [Some(102), None]);
    // The recipient is not the other party of the call.
    are(&requests.of(&call[0], "RequestPrivateService", text), &[("Error", "3001")]);
}

#[test]
fn user_data_is_that_of_both() {
    let mut requests = Requests::new(server(Duration::ZERO));
    let call = requests.make_call("3001", "3002");
    let seen = |events: &[im_session::Event<'_>]| {
        are(events, &[("AttachedDataChanged", "3001"), ("AttachedDataChanged", "3002")]);
        assert_eq!(events[0].user_data, events[1].user_data);
        let pairs = events[0].user_data.list().unwrap().iter();
        pairs.map(|pair| format!("{}={}", pair.key, pair.value.as_str().unwrap())).collect::<Vec<_>>().join(" ")
    };
    let attach = |pairs| json!({"UserData": pairs});
    assert_eq!(seen(&requests.of(&call[0], "RequestAttachUserData", attach(json!({"a": "1", "b": "2"})))), "a=1 b=2");
    assert_eq!(seen(&requests.of(&call[0], "RequestAttachUserData", attach(json!({"a": "3"})))), "a=1 b=2 a=3");
    assert_eq!(
        seen(&requests.of(&call[0], "RequestUpdateUserData", attach(json!({"a": "4", "c": "5"})))),
        "b=2 a=4 c=5"
    );
    assert_eq!(seen(&requests.of(&call[0], "RequestDeletePair", json!({"Key": "b"}))), "a=4 c=5");
    are(&requests.of(&call[0], "RequestDeletePair", json!({"Key": "b"})), &[("Error", "3001")]);
}

#[test]
fn a_call_that_ends_ends_at_both() {
    let mut requests = Requests::new(server(Duration::ZERO));
    let call = requests.make_call("3001", "3002");
    are(&requests.of(&call[1], "RequestReleaseCall", json!({})), &[("Released", "3002"), ("Released", "3001")]);
    // The call no longer exists.
    let error = requests.of(&call[1], "RequestReleaseCall", json!({}));
    are(&error, &[("Error", "3002")]);
    assert_eq!((error[0].reference_id, error[0].error_code), (Some(103), Some(56)));

    let mut requests = Requests::new(server(Duration::from_secs(5)));
    let call = requests.make_call("3001", "3002");
    are(&requests.of(&call[0], "RequestReleaseCall", json!({})), &[("Released", "3001"), ("Abandoned", "3002")]);
    let call = requests.make_call("3001", "3002");
    are(&requests.of(&call[1], "RequestReleaseCall", json!({})), &[("Released", "3002"), ("Released", "3001")]);
    // A call that has ended cannot be answered.
    assert_eq!(requests.simulator.next_due(), None);
}

#[test]
fn what_cannot_be_carried_out_is_an_error() {
    let mut requests = Requests::new(server(Duration::from_secs(5)));
    are(&requests.make_call("9999", "3001"), &[("Error", "9999")]);
    let call = requests.make_call("3001", "3002");
    are(&requests.make_call("3001", "3003"), &[("Error", "3001")]);
    // The first request comes before the answer, and the second one uses another DN's connection.
    let text = json!({"OtherDN": "3002", "Extensions": {"text": "hello"}});
    are(&requests.of(&call[0], "RequestPrivateService", text), &[("Error", "3001")]);
    let stolen = json!({"ThisDN": "3003", "ConnID": call[0].conn_id.unwrap().to_string()});
    are(&requests.carry_out("RequestReleaseCall", stolen), &[("Error", "3003")]);
}

#[test]
fn a_request_is_carried_out_once() {
    let mut simulator = server(Duration::ZERO);
    let request = json!({"Request": "RequestMakeCall", "RequestNumber": 14, "ReferenceID": 1, "ThisDN": "3001", "OtherDN": "3002"});
    let request = serde_json::from_value(request).unwrap();
    simulator.carry_out(START, 7, &request);
    assert_eq!(simulator.due(START).len(), 4);
    simulator.carry_out(START, 7, &request);
    assert!(simulator.due(START).is_empty());
    assert_eq!((simulator.carried_out(), simulator.open_calls()), (7, 1));
}
