//! Writes an event in each of the three text forms, from specification 6 and not from the decoders: what they should read.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::json;

use crate::decode::Form;
use crate::event::{Event, KeyValueList, Value};

/// The lines of one event in this form, each with its end.
///
/// The logs cannot carry everything: texts of several lines, keys with a quote before white space. What a
/// `loggable_event` (features `proptest` and `arbitrary`) has they carry.
///
/// ```
/// use im_session::testing::log_message;
/// use im_session::decode::Form;
/// use im_session::{CallEvent, Event};
///
/// let event = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("A");
/// assert_eq!(log_message(Form::JsonLines, &event), "{\"Event\":\"EventRinging\",\"ThisDN\":\"3002\",\"CallUUID\":\"A\"}\n");
/// ```
#[must_use]
pub fn log_message(form: Form, event: &Event<'_>) -> String {
    match form {
        Form::JsonLines => json_line(event),
        Form::TServerLog => tserver_log(event),
        Form::PlatformSdkLog => platform_sdk_log(event),
    }
}

type Text<'e> = Option<Cow<'e, str>>;

/// Repeated keys are written as often as they are there, which no JSON value of serde could do.
fn json_object(list: &KeyValueList<'_>) -> String {
    let value = |value: &Value<'_>| match value {
        Value::String(text) | Value::Binary(text) => json!(text).to_string(),
        Value::Integer(number) => number.to_string(),
        Value::List(list) => json_object(list),
    };
    let pairs = list.pairs().iter().map(|pair| format!("{}:{}", json!(pair.key), value(&pair.value)));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
}

fn json_line(event: &Event<'_>) -> String {
    let string = |text: &Text<'_>| text.as_ref().map(|text| json!(text).to_string());
    let attributes = [
        ("Event", Some(json!(event.name.as_str()).to_string())),
        ("ThisDN", string(&event.this_dn)),
        ("OtherDN", string(&event.other_dn)),
        ("CallUUID", string(&event.call_uuid)),
        ("ConnID", event.conn_id.map(|conn_id| format!("\"{:x}\"", conn_id.0))),
        ("EventSequenceNumber", event.event_sequence_number.map(|number| number.to_string())),
        ("ServerStartTime", event.server_start_time.map(|number| number.to_string())),
        ("UserData", event.user_data.list().map(json_object)),
        ("Extensions", event.extensions.list().map(json_object)),
        ("ReferenceID", event.reference_id.map(|number| number.to_string())),
        ("ErrorCode", event.error_code.map(|number| number.to_string())),
        ("ErrorMessage", string(&event.error_message)),
    ];
    let there = attributes.into_iter().filter_map(|(name, value)| Some(format!("\"{name}\":{}", value?)));
    format!("{{{}}}\n", there.collect::<Vec<_>>().join(","))
}

fn tserver_log(event: &Event<'_>) -> String {
    fn write_pairs(log: &mut String, list: &KeyValueList<'_>, depth: usize) {
        let indentation = "\t".repeat(depth);
        for pair in list.pairs() {
            let key = &pair.key;
            log.push_str(&match &pair.value {
                Value::String(text) => format!("{indentation}'{key}'\t'{text}'\n"),
                Value::Integer(number) => format!("{indentation}'{key}'\t{number}\n"),
                Value::Binary(text) => format!("{indentation}'{key}'\t{text}\n"),
                Value::List(_) => format!("{indentation}'{key}'(list)\n"),
            });
            if let Value::List(inner) = &pair.value {
                write_pairs(log, inner, depth + 1);
            }
        }
    }
    let string = |text: &Text<'_>| text.as_ref().map(|text| format!("'{text}'"));
    let hex = |number: Option<u64>| number.map(|number| format!("{number:016x}"));
    let attributes = [
        ("EventSequenceNumber", hex(event.event_sequence_number)),
        ("ServerStartTime", hex(event.server_start_time)),
        ("CallType", Some("2".to_string())),
        ("ConnID", hex(event.conn_id.map(|conn_id| conn_id.0))),
        ("CallUUID", string(&event.call_uuid)),
        ("ReferenceID", event.reference_id.map(|number| number.to_string())),
        ("ErrorCode", event.error_code.map(|number| number.to_string())),
        ("ErrorMessage", string(&event.error_message)),
        ("ThisDN", string(&event.this_dn)),
        ("OtherDN", string(&event.other_dn)),
    ];
    let mut log = format!("11:49:08.388 Trc 04542 received from 65200(SIPTS)host:7007(fd=12) message {}\n", event.name);
    for (name, value) in attributes {
        if let Some(value) = value {
            log.push_str(&format!("\tAttribute{name}\t{value}\n"));
        }
    }
    for (name, list) in [("UserData", &event.user_data), ("Extensions", &event.extensions)] {
        if let Some(list) = list.list() {
            // The size of an empty list; with a greater one and no pairs it would be hidden.
            let bytes = if list.is_empty() { "[4] 00 00 00 00" } else { "[149] 00 01 03 00.." };
            log.push_str(&format!("\tAttribute{name}\t{bytes}\n"));
            write_pairs(&mut log, list, 2);
        }
    }
    log
}

fn platform_sdk_log(event: &Event<'_>) -> String {
    fn write_pairs(log: &mut String, list: &KeyValueList<'_>, depth: usize) {
        let indentation = "    ".repeat(depth);
        for pair in list.pairs() {
            let key = &pair.key;
            log.push_str(&match &pair.value {
                Value::String(text) => format!("{indentation}'{key}' [str] = \"{text}\"\n"),
                Value::Integer(number) => format!("{indentation}'{key}' [int] = {number}\n"),
                Value::Binary(text) => format!("{indentation}'{key}' [bin] = {text}\n"),
                Value::List(_) => format!("{indentation}'{key}' [list] = KVList: \n"),
            });
            if let Value::List(inner) = &pair.value {
                write_pairs(log, inner, depth + 1);
            }
        }
    }
    let string = |text: &Text<'_>| text.as_ref().map(|text| format!("[str] = \"{text}\""));
    let long = |number: Option<u64>| number.map(|number| format!("[long] = {number}"));
    let mut log = format!("2015-03-11 11:49:08,388 DEBUG Received '{}' ('64')\nmessage attributes:\n", event.name);
    let add = |log: &mut String, name: &str, value: Option<String>| {
        log.extend(value.map(|value| format!("Attribute{name} {value}\n")));
    };
    add(&mut log, "EventSequenceNumber", long(event.event_sequence_number));
    add(&mut log, "ServerStartTime", long(event.server_start_time));
    add(&mut log, "ConnID", event.conn_id.map(|conn_id| format!("[long] = {:016x}", conn_id.0)));
    add(&mut log, "ReferenceID", event.reference_id.map(|number| format!("[int] = {number}")));
    add(&mut log, "ErrorCode", event.error_code.map(|number| format!("[int] = {number}")));
    add(&mut log, "ErrorMessage", string(&event.error_message));
    add(&mut log, "ThisDN", string(&event.this_dn));
    add(&mut log, "OtherDN", string(&event.other_dn));
    log.push_str("Time            = ComplexClass(TimeStamp):\n\tAttributeTimeinSecs [int] = 1426099682\n");
    for (name, list) in [("UserData", &event.user_data), ("Extensions", &event.extensions)] {
        if let Some(list) = list.list() {
            log.push_str(&format!("Attribute{name} [bstr] = KVList: \n"));
            write_pairs(&mut log, list, 1);
        }
    }
    add(&mut log, "CallUUID", string(&event.call_uuid));
    log
}
