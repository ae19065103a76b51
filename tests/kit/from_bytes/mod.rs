//! Which values do bytes stand for? The table byte by byte, and the boundary values.

mod logs;
mod pinned;
mod resources;
mod valid_histories;

use std::collections::BTreeSet;

use im_session::decode::Form;
use im_session::from_bytes::{Bytes, FromBytes, agents, event_of, operation_of};
use im_session::resource::Parameter;
use im_session::testing::{Fault, History, Log, Step};
use im_session::{
    CallEvent, ConnId, DataEvent, Event, EventName, KeyValueList, Limits, Operation, OperationBody, Operations,
    Participant, SessionEvent, State, Value,
};
use serde_json::json;

fn of<T: FromBytes>(bytes: &[u8]) -> T {
    T::from_bytes(&mut Bytes::new(bytes))
}

/// A list of one pair.
fn with(key: &'static str, value: Value<'static>) -> KeyValueList<'static> {
    KeyValueList::try_from_iter([(key, value)]).expect("not too deep")
}

/// The values of all one-byte strings.
fn of_every_byte<T: FromBytes>() -> Vec<T> {
    (0..=u8::MAX).map(|byte| of(&[byte])).collect()
}

const NAMES: [&str; 16] = [
    "(spelled out)",
    "EventDialing",
    "EventRinging",
    "EventEstablished",
    "EventReleased",
    "EventAbandoned",
    "EventDestinationBusy",
    "EventPartyChanged",
    "EventPartyAdded",
    "EventPartyDeleted",
    "EventAttachedDataChanged",
    "EventPrivateInfo",
    "EventHeld",
    "EventAttachedDataChanged",
    "EventError",
    "EventACK",
];

/// Each row: the DN, the call, OtherDN and user data.
const ROWS: [(&str, &str, Option<&str>, Option<&str>); 8] = [
    ("3001", "A", Some("3001"), Some("{}")),
    ("VQ_4", "~._-", None, None),
    ("3003", "A", None, None),
    ("3001", "B", None, None),
    ("3001", "A", None, None),
    ("3001", "A", Some("3002"), Some(r#"{"k":"v"}"#)),
    ("3002", "A", None, None),
    ("3002", "A", Some("3001"), Some(r#"{"k":"w"}"#)),
];

#[test]
fn every_byte_is_the_event_of_the_table() {
    for byte in 0..=u8::MAX {
        let (low, row) = (usize::from(byte & 0xf), usize::from(byte >> 4 & 7));
        let Some(event) = event_of(byte) else {
            assert_eq!(low, 0, "{byte:#x}");
            continue;
        };
        let (this_dn, id, other_dn, user_data) = ROWS[row];
        assert_ne!(low, 0, "{byte:#x}");
        assert_eq!(event.name.as_str(), NAMES[low], "{byte:#x}");
        assert_eq!(event.this_dn(), Some(this_dn).filter(|_| low != 13), "{byte:#x}");
        assert_eq!(event.call_uuid(), Some(id), "{byte:#x}");
        assert_eq!(event.other_dn.as_deref(), other_dn, "{byte:#x}");
        let json = event.user_data.list().map(|list| serde_json::to_string(list).unwrap());
        assert_eq!(json.as_deref(), user_data, "{byte:#x}");
        assert_eq!(event.text().as_deref(), Some("hello").filter(|_| low == 11 && row != 0), "{byte:#x}");
        assert_eq!(event.event_sequence_number, Some(1).filter(|_| byte >= 0x80), "{byte:#x}");
        assert_eq!(event.server_start_time, Some(1_420_640_000).filter(|_| byte >= 0x80), "{byte:#x}");
        assert_eq!(event.reference_id, [None, Some(1), Some(2)][low.saturating_sub(13)], "{byte:#x}");
        assert_eq!(event.error_code, Some(50).filter(|_| low == 14), "{byte:#x}");
        assert!(event.route().is_ok(), "{byte:#x}");
        assert_eq!(of::<Event<'static>>(&[byte]), event);
        assert_eq!(of::<Step>(&[byte]), Step::Event(event));
    }
}

/// 240 bytes are events. Only EventAttachedDataChanged without ThisDN gives the same event for the three DNs of one
/// call.
#[test]
fn hardly_two_bytes_are_the_same_event() {
    let events: BTreeSet<String> = (0..=u8::MAX).filter_map(event_of).map(|event| format!("{event:?}")).collect();
    assert_eq!(events.len(), 240 - 2 * 2);
}

/// A corpus can be written by hand because the letters select the common rows.
#[test]
fn a_text_is_a_history() {
    let history: History = of(b"AbCcDd");
    assert_eq!(history.agents, agents());
    let at = |dn: &'static str, name: CallEvent| Step::Event(Event::new(name).with_this_dn(dn).with_call_uuid("A"));
    let (mine, theirs) = ("3001", "3002");
    assert_eq!(
        history.steps,
        [
            at(mine, CallEvent::Dialing),
            at(theirs, CallEvent::Ringing),
            at(mine, CallEvent::Established),
            at(theirs, CallEvent::Established),
            at(mine, CallEvent::Released),
            at(theirs, CallEvent::Released),
        ]
    );
}

#[test]
fn numbered_events_of_a_history_count_up() {
    let history: History = of(&[b'A', 0x80 | b'C', 0x80 | b'D', b'D']);
    let number = |step: &Step| match step {
        Step::Event(event) => event.event_sequence_number,
        other => panic!("{other:?}"),
    };
    assert_eq!(history.steps.iter().map(number).collect::<Vec<_>>(), [None, Some(2), Some(3), None]);
}

#[test]
fn no_bytes_are_the_first_of_everything() {
    assert_eq!(of::<History>(b""), History { agents: agents(), steps: vec![] });
    assert_eq!(of::<Event<'static>>(b""), Event::new(CallEvent::Dialing));
    assert_eq!(of::<KeyValueList<'static>>(b""), KeyValueList::new());
    assert_eq!(of::<Limits>(b""), Limits::DEFAULT);
}

#[test]
fn one_byte_reaches_all_of_a_small_type() {
    assert!(State::ALL.iter().all(|state| of_every_byte().contains(state)));
    assert!(CallEvent::ALL.iter().all(|event| of_every_byte().contains(event)));
    assert!(DataEvent::ALL.iter().all(|event| of_every_byte().contains(event)));
    assert!(Operation::ALL.iter().all(|operation| of_every_byte().contains(operation)));
    assert!(
        [Form::JsonLines, Form::TServerLog, Form::PlatformSdkLog].iter().all(|form| of_every_byte().contains(form))
    );
    assert_eq!(of_every_byte::<SessionEvent>().into_iter().collect::<BTreeSet<_>>().len(), 11);
    let sets: BTreeSet<String> = of_every_byte::<Operations>().iter().map(Operations::to_string).collect();
    assert_eq!(sets.len(), 64);
    let names: BTreeSet<String> = of_every_byte::<EventName<'static>>().iter().map(EventName::to_string).collect();
    assert!(NAMES[1..].iter().all(|name| names.contains(*name)));
}

#[test]
fn one_byte_reaches_the_boundaries() {
    let conn_ids = of_every_byte::<ConnId>();
    for boundary in [0, 1, u64::MAX - 1, u64::MAX] {
        assert!(conn_ids.contains(&ConnId(boundary)), "{boundary}");
    }
    assert_eq!(of::<ConnId>(&[0xfc, 1, 2, 0, 0, 0, 0, 0, 0]), ConnId(0x201), "any other is nine bytes");

    let lists = of_every_byte::<KeyValueList<'static>>();
    let sizes: BTreeSet<usize> = lists.iter().map(KeyValueList::size).collect();
    let depths: BTreeSet<usize> = lists.iter().map(KeyValueList::depth).collect();
    assert!(sizes.is_superset(&BTreeSet::from([0, 2, 16_000, 16_001])), "{sizes:?}");
    assert!(depths.is_superset(&BTreeSet::from([1, 2, 16, 17])), "{depths:?}");

    // A string or an integer is its kind followed by the value.
    let integers: Vec<Value<'static>> = (0..=u8::MAX).map(|byte| of(&[1, byte])).collect();
    for boundary in [0, 1, -1, i64::MIN, i64::MAX] {
        assert!(integers.contains(&Value::Integer(boundary)), "{boundary}");
    }
    let lengths: BTreeSet<usize> = (0..=u8::MAX)
        .filter_map(|byte| match of(&[0, byte]) {
            Value::String(text) => Some(text.len()),
            Value::Integer(_) | Value::Binary(_) | Value::List(_) => None,
        })
        .collect();
    assert!(lengths.is_superset(&BTreeSet::from([0, 1, 64, 65, 255, 256])), "{lengths:?}");

    let limits = of::<Limits>(&[0x80, 0x81, 0xff, 0x7f, 0, 0, 0, 0, 0, 0, 0x82]);
    assert_eq!((limits.sessions, limits.sessions_per_dn, limits.participants, limits.remembered_ends), (0, 1, 127, 2));
    assert_eq!(limits.user_data_size, Limits::DEFAULT.user_data_size);
}

/// 0x00, and then each attribute: a byte that says whether it is present, and the value.
#[test]
fn an_event_is_spelled_out() {
    let bytes = [0x00, 2, 1, 1, 0, 1, 0, 0, 1, 0xff, 1, 1, 1, 1, 0];
    let expected = Event::new(CallEvent::Established)
        .with_this_dn("3002")
        .with_call_uuid("A")
        .with_event_sequence_number(u64::MAX)
        .with_server_start_time(1)
        .with_user_data(KeyValueList::from_iter([("k", "v")]));
    assert_eq!(of::<Event<'static>>(&bytes), expected);
}

#[test]
fn however_many_lists_the_bytes_say_they_are_not_nested_without_end() {
    let list: KeyValueList<'_> = of(&[0xff; 10_000]);
    assert_eq!(list.depth(), 41);
    let value: Value<'_> = of(&[3; 10_000]);
    assert!(matches!(value, Value::List(list) if list.depth() == 40));
}

#[test]
fn bodies_of_one_byte_are_good_or_have_one_thing_wrong() {
    let mut operations = BTreeSet::new();
    for byte in 0..=u8::MAX {
        let Some(body) = operation_of(byte, "/devices/1") else {
            assert_eq!(byte & 7, 7);
            continue;
        };
        let read = OperationBody::from_json(body.as_bytes()).expect("an object");
        match &read.operation_name {
            Parameter::Is(name) => {
                let name: Result<Operation, _> = name.parse();
                assert!(name.is_ok() || byte & 7 == 6 || body.contains("\"operationName\":\"\""), "{byte:#x} {body}");
                operations.extend(name.ok().filter(|_| byte < 8).map(Operation::name));
            }
            Parameter::Missing | Parameter::Wrong(_) => assert!(byte >= 8, "{byte:#x} {body}"),
        }
    }
    assert_eq!(operations.len(), 6);
}

/// Bits 3 to 5 select a parameter, and bits 6 and 7 select what is wrong with it. The rest of the body is right.
#[test]
fn the_one_thing_that_is_wrong_with_a_body_is_the_one_of_its_bits() {
    let parameters = ["operationName", "text", "destination", "userData", "key", "devicePath"];
    let body = |byte: u8| Some(serde_json::from_str::<serde_json::Value>(&operation_of(byte, "/devices/1")?).unwrap());
    for byte in 0..=u8::MAX {
        let (mut expected, which, how) = (body(byte & 7), usize::from(byte >> 3 & 7), byte >> 6);
        if let Some(serde_json::Value::Object(good)) = &mut expected {
            let name = if how == 0 { which.checked_sub(1) } else { Some(which) }.and_then(|at| parameters.get(at));
            if let Some((name, value)) = name.and_then(|&name| Some((name, good.get_mut(name)?))) {
                match how {
                    0 => drop(good.remove(name)),
                    1 => *value = json!(7),
                    2 => *value = if value.is_object() { json!({}) } else { json!("") },
                    _ => *value = json!(null),
                }
            }
        }
        assert_eq!(body(byte), expected, "{byte:#x}");
    }
}

#[test]
fn every_step_has_bytes() {
    let mut kinds = BTreeSet::new();
    for row in 0..16_u8 {
        let step: Step = of(&[row << 4, 1, 1, 0, 0]);
        kinds.insert(format!("{step:?}").split(['(', ' ']).next().unwrap_or_default().to_owned());
    }
    let all = ["Event", "Expire", "Forget", "ForgetCompleted", "List", "Post", "Read", "Reconcile", "Restart", "Time"];
    assert_eq!(kinds.iter().collect::<Vec<_>>(), all);
    let posted: Step = of(&[b'@', 0, 5]);
    let body = r#"{"devicePath":"/devices/1","operationName":"Complete"}"#.to_owned();
    assert_eq!(posted, Step::Post { agent: 0, target: Some("A".into()), body });
}

/// In the first byte of Post, bits 0 and 1 select the agent, and bits 2 and 3 the target.
#[test]
fn an_operation_is_posted_by_hand() {
    let post = |bytes: &[u8]| match of::<Step>(bytes) {
        Step::Post { agent, target, body } => (agent, target, body),
        other => panic!("{other:?}"),
    };
    let complete = |device: &str| format!(r#"{{"devicePath":"/devices/{device}","operationName":"Complete"}}"#);
    assert_eq!(post(b"@@="), (0, Some("A".into()), complete("1")));
    assert_eq!(post(b"@E="), (1, None, complete("2")));
    assert_eq!(post(b"0J="), (2, Some("B".into()), complete("1")));
    assert_eq!(post(b"PO\x03="), (3, Some("~._-".into()), complete("1")));
    for (byte, name) in (b'8'..).zip(Operation::ALL) {
        let (_, _, body) = post(&[b'@', b'@', byte]);
        let body = OperationBody::from_json(body.as_bytes()).expect("an object");
        assert_eq!(body.operation_name, Parameter::Is(name.name().into()));
    }
    assert_eq!(post(b"@@7\x02{}").2, "{}", "a body spelled out");
    let parameters: serde_json::Value = serde_json::from_str(&post(&[b'@', b'@', b'?', 1, 1, 1, 2, 1, 3]).2).unwrap();
    assert_eq!(
        parameters,
        json!({
            "operationName": "SendMessage", "text": "größer", "destination": {"phoneNumber": "3002"},
            "userData": {"k": true}, "key": "n", "devicePath": "/devices/3",
        })
    );
}

/// Asserts that this is the size hint of the type, and that no string uses fewer or more bytes.
fn assert_takes<T: FromBytes + for<'a> arbitrary::Arbitrary<'a> + PartialEq + std::fmt::Debug>(
    hint: (usize, Option<usize>),
) {
    let name = std::any::type_name::<T>();
    assert_eq!(<T as arbitrary::Arbitrary<'_>>::size_hint(0), hint, "{name}");
    for byte in 0..=u8::MAX {
        for bytes in [[byte; 100], std::array::from_fn(|at| byte.wrapping_add(at as u8))] {
            let mut rest = arbitrary::Unstructured::new(&bytes);
            assert_eq!(rest.arbitrary::<T>().ok(), Some(of(&bytes)), "{name} of {bytes:?}");
            let taken = bytes.len() - rest.len();
            assert!((hint.0..=hint.1.unwrap_or(usize::MAX)).contains(&taken), "{name} took {taken} of {bytes:?}");
        }
    }
}

#[test]
fn a_value_takes_as_many_bytes_as_its_hint_says() {
    assert_takes::<State>((1, Some(1)));
    assert_takes::<CallEvent>((1, Some(1)));
    assert_takes::<DataEvent>((1, Some(1)));
    assert_takes::<SessionEvent>((1, Some(1)));
    assert_takes::<Operation>((1, Some(1)));
    assert_takes::<Form>((1, Some(1)));
    assert_takes::<Operations>((1, Some(1)));
    assert_takes::<ConnId>((1, Some(9)));
    assert_takes::<Limits>((11, Some(11)));
    assert_takes::<EventName<'static>>((1, None));
    assert_takes::<Participant<'static>>((1, None));
    assert_takes::<Value<'static>>((1, None));
    assert_takes::<KeyValueList<'static>>((1, None));
    assert_takes::<Event<'static>>((1, None));
    assert_takes::<Step>((1, None));
    assert_takes::<History>((0, None));
    assert_takes::<Fault>((1, Some(19)));
    assert_takes::<Log>((1, None));
}
