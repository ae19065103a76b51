//! The names on the wire as serde values, and what a person is told of a name or an event that does not fit.

use im_session::{
    CallEvent, Capabilities, CapabilityTable, DataEvent, Limit, Limits, Operation, Outcome, RejectReason, Session,
    State,
};
use im_session::{Event, KeyValueList};
use serde::de::DeserializeOwned;

fn read<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

fn error_of<T: DeserializeOwned>(json: &str) -> String {
    read::<T>(json).err().unwrap()
}

#[test]
fn a_name_that_is_none_is_told_which_there_are() {
    let place = " at line 1 column";
    let told = |error: String| error.split(place).next().unwrap().to_owned();
    assert_eq!(
        told(error_of::<State>(r#""Ringing""#)),
        r#"invalid value: string "Ringing", expected Initiating, Alerting, Talking or Completed"#
    );
    assert_eq!(
        told(error_of::<CallEvent>("5")),
        "invalid type: integer `5`, expected EventDialing, EventRinging, EventEstablished, EventReleased or EventAbandoned"
    );
    assert_eq!(
        told(error_of::<DataEvent>("[]")),
        "invalid type: sequence, expected the name of an event that touches data"
    );
    assert_eq!(
        told(error_of::<RejectReason>("null")),
        "invalid type: null, expected orphan, role-conflict, late, early, ended, stale or limit"
    );
    assert_eq!("Send".parse::<Operation>().unwrap_err().to_string(), {
        "expected one of SendMessage, AttachUserData, UpdateUserData, DeleteUserData, Complete"
    });
}

#[test]
fn capabilities_are_read_in_any_order_and_unknown_ones_skipped() {
    let some = read::<Capabilities>(r#"["Complete"," SendMessage ","Transfer","Complete"]"#).unwrap();
    assert_eq!(some, Capabilities::from_operations(&[Operation::SendMessage, Operation::Complete]));
    assert_eq!(serde_json::to_string(&some).unwrap(), r#"["SendMessage","Complete"]"#);
    assert_eq!(read::<Capabilities>("[]").unwrap(), Capabilities::NONE);
    assert!(error_of::<Capabilities>(r#""Complete""#).contains("expected an array of operation names"));
    assert!(error_of::<Capabilities>("[1]").contains("expected a name"));
}

#[test]
fn a_capability_table_is_a_markdown_table() {
    assert_eq!(
        CapabilityTable::DOCUMENTED_SAMPLE.to_string().lines().skip(4).collect::<Vec<_>>(),
        [
            "| Talking | SendMessage, AttachUserData, Complete | SendMessage, AttachUserData, UpdateUserData, DeleteUserData, Complete |",
            "| Completed | SendMessage, AttachUserData, UpdateUserData, DeleteUserData, Complete | SendMessage, AttachUserData, UpdateUserData, DeleteUserData, Complete |",
        ]
    );
    assert!(CapabilityTable::DEFAULT.to_string().ends_with("| Completed | none | none |\n"));
}

/// The sentence of the rejection of the last of these events.
fn sentence(events: &[Event<'_>], limits: &Limits) -> String {
    let mut session = None;
    let mut last = String::new();
    for event in events {
        let event = event.clone().with_this_dn("3002").with_call_uuid("007");
        last = match Session::apply(&mut session, &event, limits) {
            Outcome::Rejected(rejection) => rejection.to_string(),
            outcome => outcome.name().to_owned(),
        };
    }
    last
}

#[test]
fn a_rejection_says_which_state_met_which_event_and_why() {
    let new = |name: CallEvent| Event::new(name);
    let numbered = || new(CallEvent::Ringing).with_event_sequence_number(4);
    let large = || KeyValueList::from_iter([("k", "v".repeat(20))]);
    let mut limits = Limits::DEFAULT;
    limits.user_data_size = 10;
    for (events, expected) in [
        (
            vec![new(CallEvent::Released)],
            "EventReleased rejected without a session: there is no such session and this event does not open one (orphan)",
        ),
        (
            vec![new(CallEvent::Dialing), new(CallEvent::Ringing)],
            "EventRinging rejected in Initiating: caller and callee events do not mix in one session (role-conflict)",
        ),
        (
            vec![new(CallEvent::Established), new(CallEvent::Ringing)],
            "EventRinging rejected in Talking: the session is already past that point (late)",
        ),
        (
            vec![new(CallEvent::Ringing), Event::new(DataEvent::DestinationBusy)],
            "EventDestinationBusy rejected in Alerting: the session is not talking yet (early)",
        ),
        (
            vec![new(CallEvent::Ringing), new(CallEvent::Abandoned), new(CallEvent::Established)],
            "EventEstablished rejected in Completed: the session is over (ended)",
        ),
        (
            vec![numbered(), numbered()],
            "EventRinging rejected in Alerting: this event or a newer one was seen before (stale)",
        ),
        (
            vec![new(CallEvent::Ringing).with_user_data(large())],
            "EventRinging rejected without a session: it goes over a limit (limit: size of the user data)",
        ),
    ] {
        assert_eq!(sentence(&events, &limits), expected);
    }
}

#[test]
fn every_limit_has_a_name_for_a_person() {
    let names = [
        Limit::Sessions,
        Limit::SessionsPerDn,
        Limit::Participants,
        Limit::UserDataSize,
        Limit::UserDataDepth,
        Limit::TextLength,
        Limit::Requests,
        Limit::DnLength,
    ]
    .map(|limit| limit.to_string());
    assert_eq!(names.iter().collect::<std::collections::BTreeSet<_>>().len(), 8, "{names:?}");
    assert_eq!(names[4], "depth of the user data");
}
