//! What does an agent see? The rules of specification 4 on reading.

use im_session::resource::{Field, Fields, ImSessionList, ListBody};
use im_session::{Agent, DataEvent, Operation, Operations, Query, Sessions, State};
use serde_json::{Value, json};

use crate::agent::{ID, data_event, forget, hear, list, me, new_store, other, put, read, store_with, user_data};

/// Sessions of ME at both DNs, and one of another agent on the same call.
fn store() -> Sessions {
    let mut store = new_store();
    put(&mut store, "3009", "a", State::Talking);
    put(&mut store, "3002", "a", State::Talking);
    put(&mut store, "3002", "B", State::Alerting);
    put(&mut store, "3001", "b", State::Completed);
    put(&mut store, "3001", "a", State::Completed);
    store
}

/// The ids of a list of resources.
fn ids(body: &Value) -> Vec<&str> {
    body["imSessions"].as_array().unwrap().iter().map(|resource| resource["id"].as_str().unwrap()).collect()
}

#[test]
fn a_list_without_fields_gives_full_addresses() {
    let uris = json!({"statusCode": 0, "uris": [
        "http://localhost:8090/api/v2/im-sessions/a",
        "http://localhost:8090/api/v2/im-sessions/b",
        "http://localhost:8090/api/v2/im-sessions/B",
        "http://localhost:8090/api/v2/im-sessions/a",
    ]});
    for query in ["", "fields", "fields=", "fields=id&fields=", "unknown=1", "devicePath=/devices/1"] {
        assert_eq!(list(&store(), query), uris, "{query}");
    }
    let body = serde_json::to_string(&new_store().list(&me(), &Query::default())).unwrap();
    assert_eq!(body, r#"{"statusCode":0,"uris":[]}"#);
}

#[test]
fn a_list_with_every_field_is_the_resource_of_the_specification() {
    let body = serde_json::to_string(&store_with(State::Talking).list(&me(), &Query::parse("fields=*"))).unwrap();
    let expected = concat!(
        r#"{"imSessions":[{"capabilities":["SendMessage","AttachUserData","UpdateUserData","DeleteUserData","Complete"],"#,
        r#""id":"007MDF3D0KAHL93L807GK2LAES000001","#,
        r#""participants":[{"digits":"3001","e164Number":"3001","formattedPhoneNumber":"3001","phoneNumber":"3001"}],"#,
        r#""path":"/im-sessions/007MDF3D0KAHL93L807GK2LAES000001","state":"Talking","#,
        r#""uri":"http://localhost:8090/api/v2/im-sessions/007MDF3D0KAHL93L807GK2LAES000001","#,
        r#""userData":{"k":"v"}}],"statusCode":0}"#
    );
    assert_eq!(body, expected);
    // The list parses, and writing it again gives the same text.
    let ImSessionList { im_sessions, .. } = serde_json::from_str(&body).unwrap();
    assert_eq!(serde_json::to_string(&ListBody { im_sessions, fields: Some(Fields::ALL) }).unwrap(), expected);
}

#[test]
fn a_list_is_in_byte_order_of_dn_then_id() {
    assert_eq!(ids(&list(&store(), "fields=*")), ["a", "b", "B", "a"], "3001 a, 3001 b, 3002 B, 3002 a");
    let states: Vec<Value> = list(&store(), "fields=state")["imSessions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["state"].clone())
        .collect();
    assert_eq!(states, ["Completed", "Completed", "Alerting", "Talking"]);
}

#[test]
fn an_agent_without_devices_sees_nothing_and_a_dn_named_twice_counts_once() {
    let query = Query::parse("fields=id");
    assert_eq!(json!(store().list(&Agent::new(), &query)), json!({"imSessions": [], "statusCode": 0}));
    let twice = me().with_device("/devices/1", "3002");
    assert_eq!(json!(store().list(&twice, &query)), list(&store(), "fields=id"));
    assert_eq!(json!(store().list(&other(), &query)), json!({"imSessions": [{"id": "a"}], "statusCode": 0}));
}

#[test]
fn only_the_fields_asked_for_are_given() {
    let store = store_with(State::Talking);
    let names = |query: &str| -> Vec<String> {
        let body = list(&store, query);
        assert_eq!(body["statusCode"], 0);
        body["imSessions"][0].as_object().unwrap().keys().cloned().collect()
    };
    let all = ["capabilities", "id", "participants", "path", "state", "uri", "userData"];
    for field in all {
        assert_eq!(names(&format!("fields={field}")), [field]);
    }
    assert_eq!(names("fields=*"), all);
    assert_eq!(names("fields=id,*"), all);
    assert_eq!(names("fields=state,id"), ["id", "state"], "in the order of the resource");
    assert_eq!(names("fields=id,,id,new, state"), ["id", "state"], "unknown names are skipped");
    assert_eq!(names("fields=new"), [""; 0]);
    assert_eq!(names("fields=ID"), [""; 0], "names are as they are spelt");
    assert_eq!(names("fields=state&fields=id"), ["id"], "of a repeated fields the last counts");
}

/// Every set of fields.
#[test]
fn every_set_of_fields() {
    let fields = [
        (Field::Capabilities, "capabilities"),
        (Field::Id, "id"),
        (Field::Participants, "participants"),
        (Field::Path, "path"),
        (Field::State, "state"),
        (Field::Uri, "uri"),
        (Field::UserData, "userData"),
    ];
    let store = store_with(State::Talking);
    for set in 1..128_u32 {
        let chosen: Vec<_> =
            fields.iter().enumerate().filter(|(bit, _)| set & (1 << bit) != 0).map(|(_, field)| *field).collect();
        let names: Vec<&str> = chosen.iter().map(|(_, name)| *name).collect();
        let query = format!("fields={}", names.join(","));
        let parsed = Query::parse(&query).fields.unwrap();
        assert_eq!(parsed, chosen.iter().fold(Fields::NONE, |set, (field, _)| set.with(*field)));
        let body = list(&store, &query);
        assert!(body["imSessions"][0].as_object().unwrap().keys().eq(names), "{query}");
    }
}

#[test]
fn user_data_is_absent_where_there_is_none() {
    let mut store = store_with(State::Talking);
    hear(&mut store, &data_event(DataEvent::AttachedDataChanged, "3002", ID).with_user_data(user_data(&[])));
    assert_eq!(list(&store, "fields=id,userData"), json!({"imSessions": [{"id": ID}], "statusCode": 0}));
}

#[test]
fn filters_compare_the_text_of_a_plain_value() {
    let count = |query: &str| ids(&list(&store(), &format!("fields=*&{query}"))).len();
    for (query, expected) in [
        ("state=Completed", 2),
        ("state=Talking", 1),
        ("state=talking", 0),
        ("state=", 0),
        ("state", 0),
        ("id=a", 2),
        ("path=/im-sessions/B", 1),
        ("uri=http://localhost:8090/api/v2/im-sessions/b", 1),
        ("state=Completed&id=a", 1),
        ("state=Completed&state=Talking", 0),
        ("state=Completed&unknown=1", 2),
        // A nested value matches no filter.
        ("userData=v", 0),
        ("userData=", 0),
        ("participants=3001", 0),
        ("capabilities=Complete", 0),
    ] {
        assert_eq!(count(query), expected, "{query}");
    }
    // Filters also apply to lists of addresses, and to fields that are not shown.
    let uri = "http://localhost:8090/api/v2/im-sessions/B";
    assert_eq!(list(&store(), "state=Alerting"), json!({"statusCode": 0, "uris": [uri]}));
    assert_eq!(ids(&list(&store(), "fields=id&state=Alerting")), ["B"]);
}

/// Found by counting: a list applied every filter to every session, so the cost of one query was the product of both.
#[test]
fn of_thousands_of_filters_two_on_a_field_count() {
    let store = store();
    for (repeated, shown) in [("state=Talking&", 1), ("state=Talking&state=Alerting&", 0), ("id=b&state=Completed&", 1)]
    {
        let query = repeated.repeat(5_000);
        let parsed = Query::parse(&query);
        assert_eq!(parsed.filters, Query::parse(repeated).filters, "{repeated}");
        assert_eq!(store.list(&me(), &parsed).im_sessions.len(), shown, "{repeated}");
    }
    let all: String = (0..5_000).map(|at| format!("id={at}&uri={at}&state={at}&path={at}&")).collect();
    assert_eq!(Query::parse(&all).filters.len(), 2 * 4);
}

#[test]
fn names_and_values_are_percent_decoded() {
    for (query, plain) in [
        ("f%69elds=%2A", "fields=*"),
        ("fields=id%2Cstate", "fields=id,state"),
        ("fields=id&st%61te=Talk%69ng", "fields=id&state=Talking"),
        ("fields=id&path=%2Fim-sessions%2Fa", "fields=id&path=/im-sessions/a"),
        ("devicePath=%2Fdevices%2f1", "devicePath=/devices/1"),
        // An invalid percent triple stays unchanged, and a plus is a plus.
        ("fields=id&id=a%", "fields=id&id=a%25"),
        ("fields=id&id=a%4", "fields=id&id=a%254"),
        ("fields=id&id=%zz", "fields=id&id=%25zz"),
        ("fields=id&id=a+b", "fields=id&id=a%2Bb"),
        ("id=%2526", "id=%25%32%36"),
    ] {
        assert_eq!(Query::parse(query), Query::parse(plain), "{query}");
        assert_eq!(list(&store(), query), list(&store(), plain), "{query}");
    }
    assert_eq!(Query::parse("id=%26%3D").filters, [(Field::Id, "&=".into())], "decoded after it is taken apart");
    assert_eq!(Query::parse("id=%FF").filters, [(Field::Id, "\u{fffd}".into())]);
    assert_eq!(Query::parse("&&=&=x&").filters, []);
}

#[test]
fn one_session_is_given_whole_unless_fields_are_named() {
    let store = store_with(State::Talking);
    let whole = json!({"imSession": list(&store, "fields=*")["imSessions"][0], "statusCode": 0});
    for query in ["", "fields=", "fields=*"] {
        assert_eq!(read(&store, ID, query), whole, "{query}");
    }
    assert_eq!(
        read(&store, ID, "fields=id,state"),
        json!({"imSession": {"id": ID, "state": "Talking"}, "statusCode": 0})
    );
    // Filters apply only to lists.
    assert_eq!(read(&store, ID, "fields=id&state=Completed"), json!({"imSession": {"id": ID}, "statusCode": 0}));
}

#[test]
fn device_path_chooses_among_sessions_with_the_same_id() {
    let state = |query: &str| read(&store(), "a", query)["imSession"]["state"].clone();
    assert_eq!(state(""), "Talking", "the open one, at 3002");
    assert_eq!(state("devicePath=/devices/1"), "Talking");
    assert_eq!(state("devicePath=/devices/2"), "Completed");
    assert_eq!(state("devicePath=/devices/9"), "Talking", "another agent's device names none");
    // Both sessions are completed, so the first in device order is read, which is at 3002.
    let mut store = new_store();
    put(&mut store, "3001", "a", State::Completed);
    put(&mut store, "3002", "a", State::Completed);
    assert_eq!(read(&store, "a", "fields=participants")["imSession"]["participants"][0]["digits"], "3001");
}

#[test]
fn anothers_session_is_not_found_in_the_same_words() {
    let there = store();
    for id in ["a", "b", "B", "none", "", "../a", "\u{fffd}"] {
        let empty = new_store().read(&other(), id, &Query::default()).unwrap_err();
        assert_eq!(json!(empty)["statusCode"], 6);
        let found = there.read(&other(), id, &Query::parse("devicePath=/devices/1"));
        match id {
            "a" => assert!(found.is_ok(), "its own, at 3009"),
            _ => assert_eq!(found.unwrap_err(), empty, "{id:?}"),
        }
    }
    let error = there.read(&Agent::new(), "a", &Query::default()).unwrap_err();
    assert_eq!(
        serde_json::to_string(&error).unwrap(),
        r#"{"statusCode":6,"statusMessage":"there is no session \"a\""}"#
    );
}

#[test]
fn completed_sessions_stay_readable_until_forgotten() {
    let mut store = store();
    assert_eq!(read(&store, "b", "fields=state")["imSession"]["state"], "Completed");
    assert!(forget(&mut store, "3001", "b"));
    assert_eq!(read(&store, "b", "")["statusCode"], 6);
}

/// An agent sees only capabilities that it has a right to: in lists, in single reads, and in notifications made for it.
#[test]
fn what_an_agent_has_no_right_to_is_not_among_the_capabilities() {
    let store = store_with(State::Talking);
    let all = store.get("3002", ID).map(|session| store.resource(session).capabilities()).unwrap();
    for bits in 0..64_u32 {
        let rights: Operations = Operation::ALL
            .into_iter()
            .enumerate()
            .filter(|(bit, _)| bits & (1 << bit) != 0)
            .map(|(_, one)| one)
            .collect();
        let me = me().with_rights(rights);
        let names: Vec<&str> = all.iter().filter(|one| rights.contains(*one)).map(Operation::name).collect();
        let query = Query::parse("fields=capabilities");
        let listed = json!(store.list(&me, &query));
        assert_eq!(listed["imSessions"][0]["capabilities"], json!(names), "{rights}");
        let single = json!(store.read(&me, ID, &query).unwrap());
        assert_eq!(single["imSession"]["capabilities"], json!(names), "{rights}");

        let mut store = store.clone();
        let changed = data_event(DataEvent::AttachedDataChanged, "3002", ID).with_user_data(user_data(&[("k", "w")]));
        let handled = store.handle_event(&changed).unwrap();
        let (_, notification) = handled.notifications().next().unwrap();
        let pushed = json!(notification.for_rights(rights));
        assert_eq!(pushed["data"]["imSession"]["capabilities"], json!(names), "{rights}");
    }
}
