//! Logs in the three text forms, and what a decoder must find in them. Written from specification 6, independently of
//! the decoders.

use core::fmt;

use crate::decode::Form;
use crate::event::{ConnId, Event, KeyValueList, ListAttribute, Value};
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
    // The value as each form writes it.
    let attribute = |name: &str, json: &str, tserver: &str, platform_sdk: &str| match form {
        Form::JsonLines => format!(",\"{name}\":{json}"),
        Form::TServerLog => format!("\tAttribute{name}\t{tserver}\n"),
        Form::PlatformSdkLog => format!("Attribute{name} {platform_sdk}\n"),
    };
    let text = |name: &str, text: &Option<Cow<'_, str>>| {
        let text = text.as_ref()?;
        Some(attribute(name, &json!(text).to_string(), &format!("'{text}'"), &format!("[str] = \"{text}\"")))
    };
    let long = |name: &str, number: Option<u64>| {
        let number = number?;
        Some(attribute(name, &number.to_string(), &format!("{number:016x}"), &format!("[long] = {number}")))
    };
    let int = |name: &str, number: Option<String>| {
        let number = number?;
        Some(attribute(name, &number, &number, &format!("[int] = {number}")))
    };
    let conn_id = event.conn_id.map(|ConnId(number)| {
        let digits = format!("{number:016x}");
        attribute("ConnID", &format!("\"{number:x}\""), &digits, &format!("[long] = {digits}"))
    });
    let list = |name: &str, list: &ListAttribute<'_>| {
        let list = list.list()?;
        // The size of an empty list. With a larger size and no pairs it would read as hidden.
        let size = if list.is_empty() { "[4] 00 00 00 00" } else { "[149] 00 01 03 00.." };
        let typed = format!("[bstr] = KVList: {}", indented_pairs(true, list, 1));
        Some(attribute(name, &json_object(list), &format!("{size}{}", indented_pairs(false, list, 2)), &typed))
    };
    let texts = [
        text("ThisDN", &event.this_dn),
        text("OtherDN", &event.other_dn),
        text("CallUUID", &event.call_uuid),
        text("ErrorMessage", &event.error_message),
    ];
    let numbers = [
        long("EventSequenceNumber", event.event_sequence_number),
        long("ServerStartTime", event.server_start_time),
        conn_id,
        int("ReferenceID", event.reference_id.map(|number| number.to_string())),
        int("ErrorCode", event.error_code.map(|number| number.to_string())),
    ];
    let lists = [list("UserData", &event.user_data), list("Extensions", &event.extensions)];
    let all = |attributes: &[Option<String>]| attributes.iter().flatten().map(String::as_str).collect::<String>();
    let (name, texts, numbers, lists) = (&event.name, all(&texts), all(&numbers), all(&lists));
    match form {
        Form::JsonLines => format!("{{\"Event\":\"{name}\"{texts}{numbers}{lists}}}\n"),
        // The lists are between the other attributes, as in real logs.
        Form::TServerLog => {
            let header = "11:49:08.388 Trc 04542 received from 65200(SIPTS)host:7007(fd=12) message";
            format!("{header} {name}\n{numbers}\tAttributeCallType\t2\n{lists}{texts}")
        }
        Form::PlatformSdkLog => {
            let header = format!("2015-03-11 11:49:08,388 DEBUG Received '{name}' ('64')\nmessage attributes:\n");
            let time = "Time            = ComplexClass(TimeStamp):\n\tAttributeTimeinSecs [int] = 1426099682\n";
            format!("{header}{numbers}{time}{lists}{texts}")
        }
    }
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
fn indented_pairs(platform_sdk: bool, list: &KeyValueList<'_>, depth: usize) -> String {
    let indentation = if platform_sdk { "    " } else { "\t" }.repeat(depth);
    let value = |value: &Value<'_>| match value {
        Value::String(text) if platform_sdk => format!(" [str] = \"{text}\""),
        Value::Integer(number) if platform_sdk => format!(" [int] = {number}"),
        Value::Binary(text) if platform_sdk => format!(" [bin] = {text}"),
        Value::List(list) if platform_sdk => format!(" [list] = KVList: {}", indented_pairs(true, list, depth + 1)),
        Value::String(text) => format!("\t'{text}'"),
        Value::Integer(number) => format!("\t{number}"),
        Value::Binary(text) => format!("\t{text}"),
        Value::List(list) => format!("(list){}", indented_pairs(false, list, depth + 1)),
    };
    list.iter().map(|pair| format!("\n{indentation}'{}'{}", pair.key, value(&pair.value))).collect()
}
