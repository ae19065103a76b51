//! Logs in the three text forms, and what a decoder must find in them. Written from specification 6, independently of
//! the decoders.

use core::fmt;

use crate::decode::Form;
use crate::event::{Event, KeyValueList, Value};
use crate::testing::prelude::*;

/// A log, and what a decoder must find in it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Log {
    /// The form in which it is written.
    pub form: Form,
    /// The log.
    pub text: String,
    /// The events in the log, each with the number of its first line, from 1.
    pub events: Vec<(u64, Event<'static>)>,
    /// The lines that cannot be read, for which a decoder must return an error.
    pub errors: Vec<u64>,
}

/// Prints the text unescaped, so that a failing property shows the log.
impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Log in the form {}, events at {:?}, errors at {:?}:", self.form, self.lines(), self.errors)?;
        f.write_str(&self.text)
    }
}

impl Log {
    pub(crate) fn new(form: Form) -> Self {
        Log { form, text: String::new(), events: Vec::new(), errors: Vec::new() }
    }

    /// The lines of the events.
    #[must_use]
    pub fn lines(&self) -> Vec<u64> {
        self.events.iter().map(|&(line, _)| line).collect()
    }

    /// Writes an event that the form can represent.
    pub(crate) fn add(&mut self, event: &Event<'_>) {
        self.events.push((self.next_line(), read_back(self.form, event)));
        self.text.push_str(&log_message(self.form, event));
    }

    /// Writes lines that are not an event; `is_an_error` says that the first cannot be read.
    pub(crate) fn add_other(&mut self, lines: &str, is_an_error: bool) {
        self.errors.extend(Some(self.next_line()).filter(|_| is_an_error));
        self.text.push_str(lines);
    }

    fn next_line(&self) -> u64 {
        self.text.bytes().filter(|&byte| byte == b'\n').count() as u64 + 1
    }
}

/// The event as a decoder reads it back from this form. JSON has no binaries, so they become strings. In logs, the
/// numbers and the ConnID of an event that is ignored by name are not read. Specification 6.
#[must_use]
pub fn read_back(form: Form, event: &Event<'_>) -> Event<'static> {
    fn without_binary(list: &KeyValueList<'_>) -> KeyValueList<'static> {
        let value = |value: &Value<'_>| match value {
            Value::String(text) | Value::Binary(text) => Value::from(text.to_string()),
            Value::Integer(number) => Value::Integer(*number),
            Value::List(list) => Value::List(without_binary(list)),
        };
        let pairs = list.iter().map(|pair| (pair.key.to_string(), value(&pair.value)));
        // It has the depth of the original list, so this cannot fail.
        KeyValueList::try_from_iter(pairs).unwrap_or_default()
    }
    let mut event = event.clone().into_owned();
    if form == Form::JsonLines {
        for attribute in [&mut event.user_data, &mut event.extensions] {
            if let Some(list) = attribute.list() {
                *attribute = without_binary(list).into();
            }
        }
    } else if event.name.session_event().is_none() {
        (event.conn_id, event.event_sequence_number, event.server_start_time) = (None, None, None);
    }
    event
}

/// The lines of one event in this form, each with its line end.
///
/// Logs cannot represent every event, for example texts of several lines, or keys with a quote before white space. They
/// can represent every [`loggable_event`](crate::from_bytes::loggable_event).
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
    let name = &event.name;
    let (texts, numbers, lists) = (texts(form, event), numbers(form, event), lists(form, event));
    match form {
        Form::JsonLines => format!("{{\"Event\":\"{name}\"{}}}\n", [texts, numbers, lists].concat()),
        // As in real logs, the lists are between the other attributes.
        Form::TServerLog => {
            let header = "11:49:08.388 Trc 04542 received from 65200(SIPTS)host:7007(fd=12) message";
            format!("{header} {name}\n{}\tAttributeCallType\t2\n{}", numbers, [lists, texts].concat())
        }
        Form::PlatformSdkLog => {
            let header = format!("2015-03-11 11:49:08,388 DEBUG Received '{name}' ('64')\nmessage attributes:\n");
            let time = "Time            = ComplexClass(TimeStamp):\n\tAttributeTimeinSecs [int] = 1426099682\n";
            format!("{header}{numbers}{time}{}", [lists, texts].concat())
        }
    }
}

fn attribute(form: Form, name: &str, value: &str) -> String {
    match form {
        Form::JsonLines => format!(",\"{name}\":{value}"),
        Form::TServerLog => format!("\tAttribute{name}\t{value}\n"),
        Form::PlatformSdkLog => format!("Attribute{name} {value}\n"),
    }
}

fn texts(form: Form, event: &Event<'_>) -> String {
    let written = |text: &str| match form {
        Form::JsonLines => json!(text).to_string(),
        Form::TServerLog => format!("'{text}'"),
        Form::PlatformSdkLog => format!("[str] = \"{text}\""),
    };
    let texts = [
        ("ThisDN", &event.this_dn),
        ("OtherDN", &event.other_dn),
        ("CallUUID", &event.call_uuid),
        ("ErrorMessage", &event.error_message),
    ];
    let there = texts.iter().filter_map(|(name, text)| Some(attribute(form, name, &written(text.as_deref()?))));
    there.collect()
}

fn numbers(form: Form, event: &Event<'_>) -> String {
    let hex = |number: u64| match form {
        Form::JsonLines => format!("\"{number:x}\""),
        Form::TServerLog => format!("{number:016x}"),
        Form::PlatformSdkLog => format!("[long] = {number:016x}"),
    };
    let long = |number: u64| match form {
        Form::JsonLines => number.to_string(),
        Form::TServerLog => hex(number),
        Form::PlatformSdkLog => format!("[long] = {number}"),
    };
    let int = |number: String| match form {
        Form::JsonLines | Form::TServerLog => number,
        Form::PlatformSdkLog => format!("[int] = {number}"),
    };
    let numbers = [
        ("EventSequenceNumber", event.event_sequence_number.map(long)),
        ("ServerStartTime", event.server_start_time.map(long)),
        ("ConnID", event.conn_id.map(|conn_id| hex(conn_id.0))),
        ("ReferenceID", event.reference_id.map(|number| int(number.to_string()))),
        ("ErrorCode", event.error_code.map(|number| int(number.to_string()))),
    ];
    numbers.into_iter().filter_map(|(name, number)| Some(attribute(form, name, &number?))).collect()
}

fn lists(form: Form, event: &Event<'_>) -> String {
    let written = |list: &KeyValueList<'_>| match form {
        Form::JsonLines => json_object(list),
        // The size of an empty list. With a larger size and no pairs it would read as hidden.
        Form::TServerLog if list.is_empty() => "[4] 00 00 00 00".into(),
        Form::TServerLog => format!("[149] 00 01 03 00..{}", indented_pairs(form, list, 2)),
        Form::PlatformSdkLog => format!("[bstr] = KVList: {}", indented_pairs(form, list, 1)),
    };
    let lists = [("UserData", event.user_data.list()), ("Extensions", event.extensions.list())];
    lists.into_iter().filter_map(|(name, list)| Some(attribute(form, name, &written(list?)))).collect()
}

/// Writes repeated keys repeatedly, which a JSON value of serde cannot represent.
fn json_object(list: &KeyValueList<'_>) -> String {
    let value = |value: &Value<'_>| match value {
        Value::String(text) | Value::Binary(text) => json!(text).to_string(),
        Value::Integer(number) => number.to_string(),
        Value::List(list) => json_object(list),
    };
    let pairs = list.iter().map(|pair| format!("{}:{}", json!(pair.key), value(&pair.value)));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
}

/// One line for each pair, preceded by a line end.
fn indented_pairs(form: Form, list: &KeyValueList<'_>, depth: usize) -> String {
    let is_platform_sdk = form == Form::PlatformSdkLog;
    let indentation = if is_platform_sdk { "    " } else { "\t" }.repeat(depth);
    let value = |value: &Value<'_>| match value {
        Value::String(text) if is_platform_sdk => format!(" [str] = \"{text}\""),
        Value::Integer(number) if is_platform_sdk => format!(" [int] = {number}"),
        Value::Binary(text) if is_platform_sdk => format!(" [bin] = {text}"),
        Value::List(list) if is_platform_sdk => format!(" [list] = KVList: {}", indented_pairs(form, list, depth + 1)),
        Value::String(text) => format!("\t'{text}'"),
        Value::Integer(number) => format!("\t{number}"),
        Value::Binary(text) => format!("\t{text}"),
        Value::List(list) => format!("(list){}", indented_pairs(form, list, depth + 1)),
    };
    list.iter().map(|pair| format!("\n{indentation}'{}'{}", pair.key, value(&pair.value))).collect()
}
