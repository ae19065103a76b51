//! Bodies of operations.

use alloc::string::{String, ToString};

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

use super::primitives::{spelled_out, text};
use crate::event::KeyValueList;

const NAMES: [&str; 6] =
    ["InitiateIMSession", "SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"];

/// The body of an operation by one byte, from a good one to one with a single thing wrong; none for the bytes that are
/// spelled out.
///
/// Bits 0 to 2 are the operation: 0 InitiateIMSession, 1 SendMessage, 2 AttachUserData, 3 UpdateUserData, 4 DeleteUserData,
/// 5 Complete, 6 one that there is not, 7 spelled out. Bits 6 and 7 are what is wrong with the parameter that bits 3 to 5 name
/// (in the order `operationName`, `text`, `destination`, `userData`, `key`, `devicePath`, from 0): 1 it is the number 7, 2 it is
/// empty, 3 it is `null`; or else, 0, the parameter is missing, named from 1, so that a byte under 8 is a good body. A parameter
/// that the operation does not use is never there, and so never wrong.
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
        ("operationName", json!(NAMES.get(usize::from(byte & 7)).copied().unwrap_or("Hold"))),
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
    let (how, which) = (byte >> 6, byte >> 3 & 7);
    let spoilt = |position: usize, value: Value| {
        let is_it = match how {
            0 => usize::from(which).checked_sub(1) == Some(position),
            1.. => usize::from(which) == position,
        };
        match how {
            _ if !is_it => Some(value),
            0 => None,
            1 => Some(json!(7)),
            2 => Some(empty(&value)),
            3.. => Some(Value::Null),
        }
    };
    let mut body = Map::new();
    for (position, (name, value)) in parameters.into_iter().enumerate() {
        if used.contains(&name) {
            body.extend(spoilt(position, value).map(|value| (name.to_string(), value)));
        }
    }
    Some(Value::Object(body).to_string())
}

fn empty(value: &Value) -> Value {
    if value.is_object() { json!({}) } else { json!("") }
}

/// A body by one byte, or spelled out: its parameters, or any text.
pub(super) fn body(u: &mut Unstructured<'_>, device_path: &str) -> Result<String> {
    let byte = u.arbitrary::<u8>()?;
    match operation_of(byte, device_path) {
        Some(body) => Ok(body),
        None if byte & 8 == 0 => spelled_out(u),
        None => {
            let list: KeyValueList<'_> = u.arbitrary()?;
            let body = json!({
                "operationName": text(u, &NAMES)?,
                "text": text(u, &["hello", "größer"])?,
                "destination": {"phoneNumber": text(u, &super::names::NUMBERS)?},
                "userData": list,
                "key": text(u, &["k", "n", "text"])?,
                "devicePath": text(u, &["/devices/1", "/devices/2", "/devices/3", "/devices/4"])?,
            });
            Ok(body.to_string())
        }
    }
}
