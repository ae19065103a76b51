//! What is the JSON of specification 1, 2.3 and 5? It is written to the byte, read with tolerance, and refused with a
//! reason.

use im_session::resource::{Country, Fields, ImSessionList, ListBody, NotificationType, OperationBody, Parameter};
use im_session::{
    BaseUri, CallEvent, CapabilityTable, DataEvent, Event, ImSession, KeyValueList, Notification, Operation,
    Operations, Participant, Sessions, State, StatusCode, Value,
};
use serde_json::json;

use crate::agent::hear;

/// The sample of specification 1 without insignificant white space.
const SAMPLE: &str = concat!(
    r#"{"imSessions":[{"capabilities":["SendMessage","AttachUserData","Complete"],"#,
    r#""id":"007MDF3D0KAHL93L807GK2LAES000001","#,
    r#""participants":[{"digits":"3002","e164Number":"3002","formattedPhoneNumber":"3002","phoneNumber":"3002"}],"#,
    r#""path":"/im-sessions/007MDF3D0KAHL93L807GK2LAES000001","state":"Talking","#,
    r#""uri":"http://hpe-voicevm-64.genesyslab.com:8090/api/v2/im-sessions/007MDF3D0KAHL93L807GK2LAES000001"}],"#,
    r#""statusCode":0}"#,
);
const ID: &str = "007MDF3D0KAHL93L807GK2LAES000001";
const BASE: &str = "http://hpe-voicevm-64.genesyslab.com:8090";

fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("JSON")
}

/// A list with every field of each session.
fn whole_list(im_sessions: Vec<ImSession<'_>>) -> String {
    to_json(&ListBody { im_sessions, fields: Some(Fields::ALL) })
}

fn im_session(json: &str) -> Result<ImSession<'_>, serde_json::Error> {
    serde_json::from_str(json)
}

/// The sessions after the events of the sample.
fn sample_sessions() -> Sessions {
    let mut sessions = Sessions::new(BaseUri::new(BASE));
    for name in [CallEvent::Ringing, CallEvent::Established] {
        let event = Event::new(name).with_this_dn("3001").with_other_dn("3002").with_call_uuid(ID);
        hear(&mut sessions, &event);
    }
    sessions
}

#[test]
fn the_sample_is_read_and_written_back_byte_for_byte() {
    let list: ImSessionList = serde_json::from_str(SAMPLE).expect("the published sample");
    let session = &list.im_sessions[0];
    assert_eq!((session.state(), session.id()), (State::Talking, ID));
    assert_eq!(session.capabilities().to_string(), "SendMessage, AttachUserData, Complete");
    assert!(session.participants().eq([Participant::from_number("3002")]));
    assert!(session.user_data().is_empty());
    assert_eq!(list.status_code, StatusCode::Ok);
    assert_eq!(whole_list(list.im_sessions), SAMPLE);
}

#[test]
fn the_sample_is_what_the_sessions_show() {
    let sessions = sample_sessions();
    let shown: Vec<ImSession<'_>> = sessions.iter().map(|session| sessions.resource(session)).collect();
    let ImSessionList { im_sessions, .. } = serde_json::from_str(SAMPLE).expect("the published sample");
    assert_eq!(shown, im_sessions);
    assert_eq!(whole_list(shown), SAMPLE);
}

#[test]
fn user_data_comes_last_and_only_where_there_is_some() {
    let mut sessions = sample_sessions();
    let list = |pairs: &[(&'static str, Value<'static>)]| KeyValueList::try_from_iter(pairs.iter().cloned()).unwrap();
    let changed = |user_data| {
        Event::new(DataEvent::AttachedDataChanged).with_this_dn("3001").with_call_uuid(ID).with_user_data(user_data)
    };
    let inner = list(&[("English", "5".into()), ("empty", KeyValueList::new().into())]);
    let user_data = list(&[
        ("ServiceType", "hidden".into()),
        ("Skills", inner.into()),
        ("PegAG", 1.into()),
        ("binary", Value::Binary("[2] 00 01".into())),
        ("ServiceType", "gold".into()),
    ]);
    hear(&mut sessions, &changed(user_data));
    let session = sessions.iter().next().expect("the session");
    let json = to_json(&sessions.resource(session));
    let written =
        r#","userData":{"Skills":{"English":"5","empty":{}},"PegAG":1,"binary":"[2] 00 01","ServiceType":"gold"}}"#;
    assert!(json.ends_with(written), "{json}");
    assert!(json.contains(r#""AttachUserData","UpdateUserData","DeleteUserData","#), "{json}");

    hear(&mut sessions, &changed(KeyValueList::new()));
    let session = sessions.iter().next().expect("the session");
    assert!(!to_json(&sessions.resource(session)).contains("userData"));
}

#[test]
fn a_completed_session_has_an_empty_array_of_capabilities() {
    let mut sessions = sample_sessions();
    hear(&mut sessions, &Event::new(CallEvent::Released).with_this_dn("3001").with_call_uuid(ID));
    let session = sessions.iter().next().expect("the session");
    assert!(to_json(&sessions.resource(session)).starts_with(r#"{"capabilities":[],"id""#));
    let base = BaseUri::new(BASE);
    let sample = ImSession::of(session, &base, &CapabilityTable::DOCUMENTED_SAMPLE);
    assert_eq!(sample.capabilities(), Operations::ALL.without(Operation::InitiateIMSession));
}

#[test]
fn fields_that_are_not_known_are_skipped_at_every_level() {
    let json = r#"{"new":{"a":[1,2.5,null]},"id":"A","state":"Alerting","participants":[{"digits":"1","role":"x",
        "country":{"name":"N","continent":5}}],"capabilities":[],"channel":"im"}"#;
    let session = im_session(json).expect("unknown fields are skipped");
    let participant = session.participants().next().expect("one");
    assert_eq!(participant.country.map(|country| country.name.into_owned()).as_deref(), Some("N"));
}

#[test]
fn the_state_is_trimmed_and_the_order_of_capabilities_free() {
    for state in ["Talking", " Talking", "Talking ", "\\t Talking\\n"] {
        let json = format!(r#"{{"id":"A","state":"{state}","capabilities":["Complete"," SendMessage","Complete"]}}"#);
        let session = im_session(&json).expect(state);
        assert_eq!(session.state(), State::Talking);
        assert_eq!(session.capabilities(), Operations::of(&[Operation::SendMessage, Operation::Complete]));
        assert!(to_json(&session).starts_with(r#"{"capabilities":["SendMessage","Complete"],"#));
    }
}

#[test]
fn operations_that_are_not_known_are_skipped() {
    let session = im_session(r#"{"id":"A","state":"Talking","capabilities":["Hold","Complete","Transfer"]}"#);
    assert_eq!(session.expect("tolerance").capabilities().to_string(), "Complete");
}

#[test]
fn only_id_and_state_must_be_there() {
    let session = im_session(r#"{"id":"A","state":"Completed"}"#).expect("the rest is optional");
    assert_eq!((&*session.path(), &*session.uri(), session.participants().count()), ("", "", 0));
    assert!(session.user_data().is_empty() && session.capabilities().is_empty());
    for (json, missing) in [(r#"{"state":"Talking"}"#, "id"), (r#"{"id":"A"}"#, "state")] {
        let error = im_session(json).expect_err("it lacks something").to_string();
        assert!(error.contains(&format!("missing field `{missing}`")), "{error}");
    }
}

/// Found in review: an error answer was not read as a list, and `null` was refused for some of the fields.
#[test]
fn an_error_is_read_as_a_list_without_sessions() {
    for body in [
        r#"{"statusCode":6,"statusMessage":"there is no such resource"}"#,
        r#"{"imSessions":null,"statusCode":6}"#,
        r#"{"imSessions":[],"statusCode":6}"#,
    ] {
        let list: ImSessionList = serde_json::from_str(body).expect("an answer");
        assert_eq!((list.im_sessions.len(), list.status_code), (0, StatusCode::NotFound), "{body}");
    }
    // A list of addresses, or no list at all, is not an empty list of sessions.
    for body in [r#"{"statusCode":0,"uris":["http://h/api/v2/im-sessions/A"]}"#, r#"{"imSessions":null}"#, "{}"] {
        let error = serde_json::from_str::<ImSessionList>(body).expect_err(body).to_string();
        assert!(error.contains("imSessions"), "{error}");
    }
}

#[test]
fn null_is_no_value_of_any_field_that_may_be_absent() {
    let json = r#"{"capabilities":null,"id":"A","participants":null,"path":null,"state":"Alerting","uri":null,"userData":null}"#;
    let session = im_session(json).expect("null is tolerated");
    assert_eq!(session, im_session(r#"{"id":"A","state":"Alerting"}"#).expect("a session"));
    for json in [r#"{"id":null,"state":"Alerting"}"#, r#"{"id":"A","state":null}"#] {
        assert!(im_session(json).is_err(), "{json}");
    }
}

#[test]
fn null_user_data_is_none() {
    let session = im_session(r#"{"id":"A","state":"Talking","userData":null}"#).expect("null is tolerated");
    assert!(session.user_data().is_empty());
    assert!(!to_json(&session).contains("userData"));
    let list: KeyValueList<'_> = serde_json::from_str("null").expect("an empty list");
    assert!(list.is_empty());
    let list: KeyValueList<'_> = serde_json::from_str(r#"{"empty":null}"#).expect("an empty list inside");
    assert_eq!(list.get("empty"), Some(&Value::List(KeyValueList::new())));
    assert_eq!(to_json(&list), r#"{"empty":{}}"#);
}

#[test]
fn of_repeated_keys_the_last_wins_when_written_and_all_are_kept_when_read() {
    let list: KeyValueList<'_> = serde_json::from_str(r#"{"k":1,"l":{"m":1,"m":"2"},"k":"last"}"#).expect("an object");
    assert_eq!(list.len(), 3);
    assert_eq!(list.get("k"), Some(&Value::from("last")));
    assert_eq!(to_json(&list), r#"{"l":{"m":"2"},"k":"last"}"#);
}

#[test]
fn user_data_that_is_none_is_refused_with_key_and_kind() {
    let wrong = [
        (r#"{"k":1.5}"#, "\"k\"", "a fraction"),
        (r#"{"k":1e2}"#, "\"k\"", "a fraction"),
        (r#"{"k":true}"#, "\"k\"", "a boolean"),
        (r#"{"k":[]}"#, "\"k\"", "an array"),
        (r#"{"ok":"v","l":{"m":{"deep":[{"k":1}]}}}"#, "\"deep\"", "an array"),
        (r#"{"k":9223372036854775808}"#, "\"k\"", "a larger integer"),
        (r#"{"k":-9223372036854775809}"#, "\"k\"", "larger integer"),
        (r#""text""#, "an object", ""),
        ("5", "an object", ""),
        ("[]", "an array", ""),
        ("true", "a boolean", ""),
    ];
    for (json, what, kind) in wrong {
        let alone = serde_json::from_str::<KeyValueList<'_>>(json).expect_err(json).to_string();
        assert!(alone.contains(what) && alone.contains(kind), "{json}: {alone}");
        let within = format!(r#"{{"id":"A","state":"Talking","userData":{json}}}"#);
        let error = im_session(&within).expect_err(json).to_string();
        assert!(error.contains(what) && error.contains(kind), "{json}: {error}");
    }
    let edges: KeyValueList<'_> =
        serde_json::from_str(r#"{"k":9223372036854775807,"l":-9223372036854775808}"#).expect("64 bits");
    assert_eq!((edges.get("k"), edges.get("l")), (Some(&i64::MAX.into()), Some(&i64::MIN.into())));
}

/// Found in review: a body with user data nested deeper than 127 levels was unreadable, so its other errors went
/// unreported.
#[test]
fn a_body_is_read_however_deep_it_is() {
    for depth in [101, 128, 100_000] {
        let list = format!("{}1{}", "{\"k\":".repeat(depth), "}".repeat(depth));
        let json = format!(r#"{{"operationName":"AttachUserData","new":{list},"text":{list},"userData":{list}}}"#);
        let body = OperationBody::from_json(json.as_bytes()).expect("an object");
        assert_eq!(body.operation_name, Parameter::Is("AttachUserData".into()));
        assert_eq!(body.user_data, Parameter::Wrong("lists nested deeper than 100".into()));
        assert!(OperationBody::from_json(format!("{json} {{}}").as_bytes()).is_err(), "one object");
    }
}

/// Values that JSON cannot hold but another format can.
#[test]
fn a_body_with_bytes_is_refused_with_what_was_expected() {
    use serde::de::Deserialize;
    use serde::de::value::{BytesDeserializer, Error, MapDeserializer};

    let whole = OperationBody::deserialize(BytesDeserializer::<Error>::new(b"{}")).expect_err("bytes");
    assert_eq!(whole.to_string(), "invalid type: byte array, expected a JSON object");
    for (key, expected) in
        [("text", "any value"), ("destination", "any value"), ("userData", "an object of user data or null")]
    {
        let body = MapDeserializer::<_, Error>::new([(key, &b"v"[..])].into_iter());
        let error = OperationBody::deserialize(body).expect_err(key);
        assert_eq!(error.to_string(), format!("invalid type: byte array, expected {expected}"));
    }
}

#[test]
fn wrong_types_and_names_are_refused() {
    let wrong = [
        r#"{"id":5,"state":"Talking"}"#,
        r#"{"id":"A","state":"Held"}"#,
        r#"{"id":"A","state":"talking"}"#,
        r#"{"id":"A","state":3}"#,
        r#"{"id":"A","state":"Talking","capabilities":"Complete"}"#,
        r#"{"id":"A","state":"Talking","capabilities":[5]}"#,
        r#"{"id":"A","state":"Talking","participants":{}}"#,
        r#"{"id":"A","state":"Talking","participants":["3002"]}"#,
        r#"["A"]"#,
        "null",
    ];
    for json in wrong {
        assert!(im_session(json).is_err(), "{json}");
    }
    let error = im_session(r#"{"id":"A","state":"Held"}"#).expect_err("no state").to_string();
    assert!(error.contains("Held") && error.contains("Initiating, Alerting, Talking, Completed"), "{error}");
}

#[test]
fn a_public_number_has_country_and_location() {
    let json = concat!(
        r#"{"country":{"callingCode":"1","code":"US","name":"United States"},"digits":"9165550104","#,
        r#""e164Number":"+19165550104","formattedPhoneNumber":"(916) 555-0104","location":"California","#,
        r#""phoneNumber":"9165550104"}"#,
    );
    let participant: Participant<'_> = serde_json::from_str(json).expect("a participant");
    assert_eq!(to_json(&participant), json, "the fields in alphabetical order");
    assert_eq!(participant.location.as_deref(), Some("California"));
    assert_eq!(participant.formatted_phone_number, "(916) 555-0104");
    let country = participant.country.expect("a country");
    assert_eq!((&*country.name, &*country.code, &*country.calling_code), ("United States", "US", "1"));
    assert_eq!(to_json(&Country::default()), r#"{"callingCode":"","code":"","name":""}"#);
}

#[test]
fn an_internal_extension_with_an_empty_e164_number() {
    let json = r#"{"digits":"5001","e164Number":"","formattedPhoneNumber":"5001","phoneNumber":"5001"}"#;
    let participant: Participant<'_> = serde_json::from_str(json).expect("newer voice samples have it so");
    assert_eq!(to_json(&participant), json);
    assert_eq!(serde_json::from_str::<Participant<'_>>("{}").expect("nothing but defaults"), Participant::default());
}

#[test]
fn without_number_analysis_all_four_carry_the_number() {
    let numbers = [
        ("3002", "3002"),
        ("+1 (916) 555-0104", "19165550104"),
        ("VQ_Sales", "VQ_Sales"),
        ("VQ_7", "7"),
        ("+", "+"),
        ("٣", "٣"),
        ("", ""),
    ];
    for (number, digits) in numbers {
        let expected = json!({
            "digits": digits, "e164Number": number, "formattedPhoneNumber": number, "phoneNumber": number,
        });
        assert_eq!(serde_json::to_value(Participant::from_number(number)).expect("JSON"), expected);
    }
}

#[test]
fn a_slash_at_the_end_of_the_base_address_does_not_count() {
    for address in ["http://localhost:8090", "http://localhost:8090/", "http://localhost:8090//"] {
        let base = BaseUri::new(address);
        assert_eq!(base.uri_of("A").to_string(), "http://localhost:8090/api/v2/im-sessions/A");
        assert_eq!(BaseUri::new(address.to_owned()), base);
    }
    assert_eq!(
        BaseUri::new("https://host/prefix/").uri_of("A").to_string(),
        "https://host/prefix/api/v2/im-sessions/A"
    );
}

/// Short addresses are built on the stack, long ones on the heap.
#[test]
fn addresses_of_any_length_are_written_whole() {
    let mut written = 0;
    for id in ["A".to_owned(), "A".repeat(64)] {
        for length in 0..200 {
            let base = "é".repeat(length % 2) + &"b".repeat(length);
            let mut sessions = Sessions::new(BaseUri::new(base.clone()));
            hear(&mut sessions, &Event::new(CallEvent::Ringing).with_this_dn("3001").with_call_uuid(id.clone()));
            let session = sessions.get("3001", &id).expect("it rang");
            let resource = sessions.resource(session);
            let json = serde_json::to_value(&resource).expect("JSON");
            assert_eq!(json["id"], id);
            assert_eq!(json["path"], format!("/im-sessions/{id}"));
            assert_eq!(json["uri"], format!("{base}/api/v2/im-sessions/{id}"));
            let mut direct = Vec::new();
            resource.write_json(&mut direct);
            assert_eq!(direct, serde_json::to_vec(&resource).expect("JSON"));
            assert_eq!(direct, serde_json::to_vec(&resource.into_owned()).expect("JSON"));
            written += 1;
        }
    }
    assert_eq!(written, 400);
}

const STATUS_CHANGE: &str = concat!(
    r#"{"data":{"imSession":{"capabilities":["SendMessage","AttachUserData","Complete"],"id":"A","#,
    r#""participants":[{"digits":"3002","e164Number":"3002","formattedPhoneNumber":"3002","phoneNumber":"3002"}],"#,
    r#""path":"/im-sessions/A","state":"Talking","uri":"http://localhost:8090/api/v2/im-sessions/A"},"#,
    r#""messageType":"IMSessionStateChangeMessage","notificationType":"StatusChange"}}"#,
);
const NEW_MESSAGE: &str = concat!(
    r#"{"data":{"imSessionPath":"/im-sessions/A","message":"the text","#,
    r#""messageType":"IMLogUpdateMessage","notificationType":"NewMessage"}}"#,
);

#[test]
fn both_notifications_are_written_as_events_cause_them() {
    let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    let at = |event: Event<'static>| event.with_this_dn("3001").with_call_uuid("A");
    let pushed = |sessions: &mut Sessions, event: Event<'static>| -> Vec<(String, String)> {
        let handled = sessions.handle_event(&event).expect("a readable event");
        handled.notifications().map(|(dn, notification)| (dn.to_owned(), to_json(&notification))).collect()
    };
    let established = at(Event::new(CallEvent::Established)).with_other_dn("3002");
    assert_eq!(pushed(&mut sessions, established.clone()), [("3001".to_owned(), STATUS_CHANGE.to_owned())]);
    assert_eq!(pushed(&mut sessions, established), [], "a repeat is not told");

    let message = at(Event::new(DataEvent::PrivateInfo))
        .with_extensions(KeyValueList::from_iter([("text", "no"), ("text", "the text")]));
    assert_eq!(pushed(&mut sessions, message), [("3001".to_owned(), NEW_MESSAGE.to_owned())]);

    let user_data = KeyValueList::from_iter([("k", "v")]);
    let attached = Event::new(DataEvent::AttachedDataChanged).with_call_uuid("A").with_user_data(user_data.clone());
    let told = pushed(&mut sessions, attached);
    assert_eq!(told.len(), 1);
    let tail = r#""userData":{"k":"v"}},"messageType":"IMSessionStateChangeMessage","notificationType":"AttachedDataChanged"}}"#;
    assert!(told[0].1.ends_with(tail), "{}", told[0].1);

    // Data that comes with a new state or new participants is included in that notification, once.
    let more = KeyValueList::from_iter([("k", "w")]);
    let released = at(Event::new(CallEvent::Released)).with_user_data(more);
    let told = pushed(&mut sessions, released);
    assert_eq!(told.len(), 1);
    assert!(told[0].1.contains(r#""state":"Completed""#) && told[0].1.contains(r#""userData":{"k":"w"}"#));
    assert!(told[0].1.ends_with(r#""notificationType":"StatusChange"}}"#));
    assert_eq!(im_session::resource::TOPIC, "/v2/me/im-sessions");
}

#[test]
fn both_notifications_are_read() {
    let notification: Notification<'_> = serde_json::from_str(STATUS_CHANGE).expect("a notification");
    let Notification::SessionChanged { im_session, notification_type } = &notification else {
        panic!("a change: {notification:?}")
    };
    assert_eq!((im_session.id(), im_session.state()), ("A", State::Talking));
    assert_eq!(*notification_type, NotificationType::StatusChange);
    assert_eq!(to_json(&notification), STATUS_CHANGE);

    let notification: Notification<'_> = serde_json::from_str(NEW_MESSAGE).expect("a notification");
    assert_eq!(notification, Notification::NewMessage { id: "A".into(), message: "the text".into() });
    assert_eq!(to_json(&notification), NEW_MESSAGE);

    let turned = r#"{"channel":"x","data":{"messageType":"IMLogUpdateMessage","new":1,"message":"m","imSessionPath":"/im-sessions/p",
        "notificationType":"NewMessage"}}"#;
    let notification: Notification<'_> = serde_json::from_str(turned).expect("the order of fields is free");
    assert!(matches!(notification, Notification::NewMessage { id, message } if (&*id, &*message) == ("p", "m")));
}

#[test]
fn notifications_that_are_none_are_refused() {
    let wrong = [
        (r"{}", "data"),
        (r#"{"data":{"messageType":"Other","notificationType":"StatusChange"}}"#, "Other"),
        (
            r#"{"data":{"messageType":"IMLogUpdateMessage","notificationType":"NewMessage","message":"m"}}"#,
            "imSessionPath",
        ),
        (
            r#"{"data":{"messageType":"IMLogUpdateMessage","notificationType":"NewMessage","imSessionPath":"/im-sessions/p"}}"#,
            "message",
        ),
        (
            r#"{"data":{"messageType":"IMLogUpdateMessage","notificationType":"NewMessage","imSessionPath":"p","message":"m"}}"#,
            "expected an imSessionPath that begins with /im-sessions/",
        ),
        (r#"{"data":{"messageType":"IMSessionStateChangeMessage","notificationType":"StatusChange"}}"#, "imSession"),
        (
            r#"{"data":{"messageType":"IMSessionStateChangeMessage","notificationType":"Other","imSession":{"id":"A","state":"Talking"}}}"#,
            "Other",
        ),
    ];
    for (json, what) in wrong {
        let error = serde_json::from_str::<Notification<'_>>(json).expect_err(json).to_string();
        assert!(error.contains(what), "{json}: {error}");
    }
}

/// An owned resource, which outlives its text, equals a borrowed one.
#[test]
fn what_is_owned_is_equal_to_what_is_borrowed() {
    let text = String::from(
        r#"{"capabilities":["Complete"],"id":"007","participants":[{"country":{"callingCode":"1","code":"US","name":"United States"},"digits":"9165550104","e164Number":"+19165550104","formattedPhoneNumber":"(916) 555-0104","location":"California","phoneNumber":"9165550104"}],"path":"/im-sessions/007","state":"Alerting","uri":"http://localhost:8090/api/v2/im-sessions/007","userData":{"list":{"n":1},"k":"v"}}"#,
    );
    let owned = {
        let copy = text.clone();
        serde_json::from_str::<ImSession<'_>>(&copy).expect("a resource").into_owned()
    };
    assert_eq!(owned, serde_json::from_str::<ImSession<'_>>(&text).expect("a resource").into_owned());
    assert_eq!(serde_json::to_string(&owned).expect("JSON"), text);
    let message = Notification::NewMessage { id: "007".into(), message: String::from("hello").into() }.into_owned();
    assert!(serde_json::to_string(&message).expect("JSON").contains("\"message\":\"hello\""));
}

#[test]
fn the_number_of_a_participant_is_the_first_that_is_there() {
    let read = |json: &'static str| serde_json::from_str::<Participant<'_>>(json).expect("a participant");
    assert_eq!(read(r#"{"phoneNumber":"1","e164Number":"2","digits":"3"}"#).t_library_number(), "1");
    assert_eq!(read(r#"{"phoneNumber":"","e164Number":"2","digits":"3"}"#).t_library_number(), "2");
    assert_eq!(read(r#"{"digits":"3"}"#).t_library_number(), "3");
    assert_eq!(read("{}").t_library_number(), "");
}

#[test]
fn status_codes_have_the_numbers_of_the_specification() {
    for code in 0..=20 {
        assert_eq!(StatusCode::from_code(code).map(StatusCode::code), Some(code));
    }
    assert_eq!(StatusCode::from_code(21), None);
    assert_eq!(StatusCode::from_code(6), Some(StatusCode::NotFound));
}

#[test]
fn what_is_no_body_is_told_what_should_be_there() {
    let error = serde_json::from_str::<OperationBody<'_>>("7").expect_err("no object").to_string();
    assert!(error.contains("expected a JSON object"), "{error}");
}
