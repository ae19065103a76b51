//! Small encoders of the three forms, written from specification 6: what the decoders should read back.

use std::fmt::Write as _;

use serde_json::json;

use crate::reference::PlainEvent;
use crate::reference::pairs::{Pair, Pairs};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    JsonLines,
    TServerLog,
    PlatformSdkLog,
}

/// The lines of one event.
pub(crate) fn event(form: Form, event: &PlainEvent) -> String {
    match form {
        Form::JsonLines => json_line(event),
        Form::TServerLog => tserver_log(event),
        Form::PlatformSdkLog => platform_sdk_log(event),
    }
}

/// The event as it should come back: JSON knows no binary, it is a string there.
pub(crate) fn read_back(form: Form, event: &PlainEvent) -> PlainEvent {
    fn without_binary(pairs: &Pairs) -> Pairs {
        let pair = |pair: &Pair| match pair {
            Pair::Binary(text) => Pair::Text(text.clone()),
            Pair::List(pairs) => Pair::List(without_binary(pairs)),
            Pair::Text(_) | Pair::Integer(_) => pair.clone(),
        };
        pairs.iter().map(|(key, value)| (key.clone(), pair(value))).collect()
    }
    match form {
        Form::JsonLines => PlainEvent {
            user_data: event.user_data.as_ref().map(without_binary),
            extensions: event.extensions.as_ref().map(without_binary),
            ..event.clone()
        },
        Form::TServerLog | Form::PlatformSdkLog => event.clone(),
    }
}

/// Repeated keys are written as often as they are there, which no JSON value of serde could do.
fn json_object(pairs: &Pairs) -> String {
    let pair = |(key, pair): &(String, Pair)| {
        let value = match pair {
            Pair::Text(text) | Pair::Binary(text) => json!(text).to_string(),
            Pair::Integer(number) => number.to_string(),
            Pair::List(pairs) => json_object(pairs),
        };
        format!("{}:{value}", json!(key))
    };
    format!("{{{}}}", pairs.iter().map(pair).collect::<Vec<_>>().join(", "))
}

fn json_line(event: &PlainEvent) -> String {
    let mut fields = vec![format!("\"Event\":{}", json!(event.name))];
    let mut add = |name: &str, value: Option<String>| fields.extend(value.map(|value| format!("\"{name}\":{value}")));
    let string = |text: &Option<String>| text.as_ref().map(|text| json!(text).to_string());
    add("ThisDN", string(&event.this_dn));
    add("OtherDN", string(&event.other_dn));
    add("CallUUID", string(&event.call_uuid));
    add("ConnID", event.conn_id.map(|conn_id| format!("\"{conn_id:x}\"")));
    add("EventSequenceNumber", event.number.map(|number| number.to_string()));
    add("ServerStartTime", event.server_start_time.map(|number| number.to_string()));
    add("UserData", event.user_data.as_ref().map(json_object));
    add("Extensions", event.extensions.as_ref().map(json_object));
    format!("{{{}}}\n", fields.join(","))
}

fn tserver_log(event: &PlainEvent) -> String {
    fn write_pairs(log: &mut String, pairs: &Pairs, depth: usize) {
        let indentation = "\t".repeat(depth);
        for (key, pair) in pairs {
            let _ = match pair {
                Pair::Text(text) => writeln!(log, "{indentation}'{key}'\t'{text}'"),
                Pair::Integer(number) => writeln!(log, "{indentation}'{key}'\t{number}"),
                Pair::Binary(text) => writeln!(log, "{indentation}'{key}'\t{text}"),
                Pair::List(_) => writeln!(log, "{indentation}'{key}'(list)"),
            };
            if let Pair::List(pairs) = pair {
                write_pairs(log, pairs, depth + 1);
            }
        }
    }
    let mut log = format!("11:49:08.388 Trc 04542 received from 65200(SIPTS)host:7007(fd=12) message {}\n", event.name);
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = writeln!(log, "\tAttribute{name}\t{value}");
        }
    };
    let string = |text: &Option<String>| text.as_ref().map(|text| format!("'{text}'"));
    add("EventSequenceNumber", event.number.map(|number| format!("{number:016x}")));
    add("ServerStartTime", event.server_start_time.map(|number| format!("{number:016x}")));
    add("CallType", Some("2".to_owned()));
    add("ConnID", event.conn_id.map(|conn_id| format!("{conn_id:016x}")));
    add("CallUUID", string(&event.call_uuid));
    add("ThisDN", string(&event.this_dn));
    add("OtherDN", string(&event.other_dn));
    for (name, pairs) in [("UserData", &event.user_data), ("Extensions", &event.extensions)] {
        if let Some(pairs) = pairs {
            let _ = writeln!(log, "\tAttribute{name}\t[149] 00 01 03 00..");
            write_pairs(&mut log, pairs, 2);
        }
    }
    log
}

fn platform_sdk_log(event: &PlainEvent) -> String {
    fn write_pairs(log: &mut String, pairs: &Pairs, depth: usize) {
        let indentation = "    ".repeat(depth);
        for (key, pair) in pairs {
            let _ = match pair {
                Pair::Text(text) => writeln!(log, "{indentation}'{key}' [str] = \"{text}\""),
                Pair::Integer(number) => writeln!(log, "{indentation}'{key}' [int] = {number}"),
                Pair::Binary(text) => writeln!(log, "{indentation}'{key}' [bin] = {text}"),
                Pair::List(_) => writeln!(log, "{indentation}'{key}' [list] = KVList: "),
            };
            if let Pair::List(pairs) = pair {
                write_pairs(log, pairs, depth + 1);
            }
        }
    }
    let mut log = format!("2015-03-11 11:49:08,388 DEBUG Received '{}' ('64')\nmessage attributes:\n", event.name);
    let mut add = |name: &str, kind: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = writeln!(log, "Attribute{name} [{kind}] = {value}");
        }
    };
    let string = |text: &Option<String>| text.as_ref().map(|text| format!("\"{text}\""));
    add("EventSequenceNumber", "long", event.number.map(|number| number.to_string()));
    add("ServerStartTime", "long", event.server_start_time.map(|number| number.to_string()));
    add("ConnID", "long", event.conn_id.map(|conn_id| format!("{conn_id:016x}")));
    add("ThisDN", "str", string(&event.this_dn));
    add("OtherDN", "str", string(&event.other_dn));
    log.push_str("Time            = ComplexClass(TimeStamp):\n\tAttributeTimeinSecs [int] = 1426099682\n");
    for (name, pairs) in [("UserData", &event.user_data), ("Extensions", &event.extensions)] {
        if let Some(pairs) = pairs {
            let _ = writeln!(log, "Attribute{name} [bstr] = KVList: ");
            write_pairs(&mut log, pairs, 1);
        }
    }
    let call_uuid = event.call_uuid.as_deref().unwrap_or_default();
    let _ = writeln!(log, "AttributeCallUUID [str] = \"{call_uuid}\"");
    log
}
