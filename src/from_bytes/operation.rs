//! The bodies of operations.

use super::event::NUMBERS;
use super::{Bytes, FromBytes};
use crate::event::KeyValueList;
use crate::machine::Operation;
use crate::testing::prelude::*;

/// The body of an operation for one byte: a valid one, or one with a single error. `None` for bytes that announce a
/// body that is spelled out.
///
/// Bits 0 to 2 are the operation: 0 InitiateIMSession, 1 SendMessage, 2 AttachUserData, 3 UpdateUserData, 4
/// DeleteUserData, 5 Complete, 6 an unknown one, 7 spelled out. Bits 3 to 5 select a parameter, in the order
/// `operationName`, `text`, `destination`, `userData`, `key`, `devicePath`, from 0. Bits 6 and 7 are its error: 1 it is
/// the number 7, 2 it is empty, 3 it is `null`. With 0 the parameter is missing, counted from 1, so that a byte below 8
/// is a valid body. Parameters that the operation does not use are never present, and so never wrong.
///
/// ```
/// use im_session::from_bytes::operation_of;
///
/// let body = r#"{"destination":{"phoneNumber":"3002"},"devicePath":"/devices/1","operationName":"SendMessage","text":"hello"}"#;
/// assert_eq!(operation_of(1, "/devices/1").unwrap(), body);
/// ```
#[must_use]
pub fn operation_of(byte: u8, device_path: &str) -> Option<String> {
    let parameters = [
        (
            "operationName",
            json!(Operation::ALL.get(usize::from(byte & 7)).map_or("Hold", |operation| operation.name())),
        ),
        ("text", json!("hello")),
        ("destination", json!({"phoneNumber": "3002"})),
        ("userData", json!({"k": "v"})),
        ("key", json!("k")),
        ("devicePath", json!(device_path)),
    ];
    let used: &[&str] = match byte & 7 {
        0 => &["operationName", "destination", "userData", "devicePath"],
        1 => &["operationName", "text", "destination", "devicePath"],
        2 | 3 => &["operationName", "userData", "devicePath"],
        4 => &["operationName", "key", "devicePath"],
        5 | 6 => &["operationName", "devicePath"],
        7.. => return None,
    };
    let (how, which) = (byte >> 6, usize::from(byte >> 3 & 7));
    let spoilt = |position: usize, value: Value| match how {
        0 if which == position + 1 => None,
        1 if which == position => Some(json!(7)),
        2 if which == position => Some(if value.is_object() { json!({}) } else { json!("") }),
        3 if which == position => Some(Value::Null),
        0.. => Some(value),
    };
    let mut body = Map::new();
    for (position, (name, value)) in parameters.into_iter().enumerate() {
        if used.contains(&name) {
            body.extend(spoilt(position, value).map(|value| (name.to_string(), value)));
        }
    }
    Some(Value::Object(body).to_string())
}

/// A body for one byte, or one that is spelled out: any text, its parameters, or parameters of which one has another
/// value.
#[must_use]
pub fn operation_body(bytes: &mut Bytes<'_>, device_path: &str) -> String {
    let byte = bytes.byte();
    if let Some(body) = operation_of(byte, device_path) {
        return body;
    }
    if byte & 8 == 0 {
        return bytes.spelled_out();
    }
    let mut body = json!({
        "operationName": bytes.text(&Operation::ALL.map(Operation::name)),
        "text": bytes.text(&["hello", "größer"]),
        "destination": {"phoneNumber": bytes.text(&NUMBERS)},
        "userData": KeyValueList::from_bytes(bytes),
        "key": bytes.text(&["k", "n", "text"]),
        "devicePath": bytes.text(&[device_path, "/devices/1", "/devices/2", "/devices/3", "/devices/4"]),
    });
    if let (true, Some(body)) = (byte & 0x10 != 0, body.as_object_mut()) {
        let names = ["userData", "destination", "text", "key", "devicePath", "operationName", "unknown"];
        body.insert(bytes.one_of(&names).into(), another_value(bytes.byte()));
    }
    body.to_string()
}

/// Values of every type, including boundary values.
fn another_value(byte: u8) -> Value {
    let values = [
        json!({"k": true}),
        json!({"k": null}),
        json!({"phoneNumber": null}),
        json!({"phoneNumber": ""}),
        json!({"phoneNumber": 7}),
        json!(-7),
        json!(1.5),
        json!(true),
        json!([1]),
        json!(u64::MAX),
        json!({"k": 1.5, "list": [1, {"n": u64::MAX}]}),
        json!({"k": "x".repeat(15_999)}),
        json!({"k": "x".repeat(16_000)}),
    ];
    super::bytes::counted(byte, &values).cloned().unwrap_or_default()
}
