//! How the plain program reads the two logs: line by line, into the same struct.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Event, Program};

impl<'a> Event<'a> {
    fn named(event: &'a str) -> Self {
        Event { event: Cow::Borrowed(event), ..Event::default() }
    }
}

/// Reads a T-Server log, and writes each notification into `out`.
pub fn tserver_log(program: &mut Program, log: &str, out: &mut Vec<u8>) {
    let mut open: Option<Event<'_>> = None;
    let mut in_user_data = true;
    for line in log.lines() {
        let Some(content) = line.strip_prefix('\t') else {
            if let Some(event) = open.take() {
                program.handle(&event, out);
            }
            if let Some((_, name)) = line.rsplit_once("message Event") {
                let name = &line[line.len() - name.len() - "Event".len()..];
                open = Some(Event::named(name.split('(').next().unwrap_or(name).trim_end()));
            }
            continue;
        };
        let Some(event) = &mut open else {
            continue;
        };
        let Some((name, value)) = content.trim_start_matches('\t').split_once('\t') else {
            continue;
        };
        let text = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\''));
        if content.starts_with('\t') {
            let list = if in_user_data { &mut event.user_data } else { &mut event.extensions };
            pair(list, name.trim_matches('\''), text, value);
            continue;
        }
        match (name, text) {
            ("AttributeThisDN", Some(text)) => event.this_dn = text.into(),
            ("AttributeOtherDN", Some(text)) => event.other_dn = text.into(),
            ("AttributeCallUUID", Some(text)) => event.call_uuid = text.into(),
            ("AttributeConnID", _) => event.conn_id = value.into(),
            ("AttributeEventSequenceNumber", _) => event.event_sequence_number = u64::from_str_radix(value, 16).ok(),
            ("AttributeServerStartTime", _) => event.server_start_time = u64::from_str_radix(value, 16).ok(),
            ("AttributeUserData", _) => in_user_data = true,
            ("AttributeExtensions", _) => in_user_data = false,
            _ => {}
        }
    }
    if let Some(event) = open {
        program.handle(&event, out);
    }
}

/// Reads a Platform SDK log, and writes each notification into `out`.
pub fn platform_sdk_log(program: &mut Program, log: &str, out: &mut Vec<u8>) {
    let mut open: Option<Event<'_>> = None;
    let mut in_user_data = true;
    for line in log.lines() {
        if let Some(event) = &mut open {
            if line == "message attributes:" {
                continue;
            }
            let content = line.trim_start();
            let indented = content.len() < line.len();
            let parts = content.split_once(" [").and_then(|(name, rest)| Some((name, rest.split_once("] = ")?.1)));
            match parts {
                Some((name, value)) if indented && name.starts_with('\'') => {
                    let text = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
                    let list = if in_user_data { &mut event.user_data } else { &mut event.extensions };
                    pair(list, name.trim_matches('\''), text, value);
                    continue;
                }
                Some((name, value)) if !indented => {
                    attribute(event, name, value, &mut in_user_data);
                    continue;
                }
                Some(_) => continue,
                None if indented || line.contains("ComplexClass(") => continue,
                None => program.handle(event, out),
            }
            open = None;
        }
        if let Some((before, _)) = line.strip_suffix("')").and_then(|line| line.rsplit_once("' ('")) {
            open = before.rsplit_once('\'').map(|(_, name)| Event::named(name));
        }
    }
    if let Some(event) = open {
        program.handle(&event, out);
    }
}

fn attribute<'a>(event: &mut Event<'a>, name: &str, value: &'a str, in_user_data: &mut bool) {
    let text = value.trim_matches('"');
    match name {
        "AttributeThisDN" => event.this_dn = text.into(),
        "AttributeOtherDN" => event.other_dn = text.into(),
        "AttributeCallUuid" => event.call_uuid = text.into(),
        "AttributeConnID" => event.conn_id = text.into(),
        "AttributeEventSequenceNumber" => event.event_sequence_number = text.parse().ok(),
        "AttributeServerStartTime" => event.server_start_time = text.parse().ok(),
        "AttributeUserData" => *in_user_data = true,
        "AttributeExtensions" => *in_user_data = false,
        _ => {}
    }
}

fn pair(list: &mut Option<Map<String, Value>>, key: &str, text: Option<&str>, value: &str) {
    let value = match (text, value.parse::<i64>()) {
        (None, Ok(number)) => Value::from(number),
        (Some(text), _) => Value::from(text),
        (None, Err(_)) => Value::from(value),
    };
    list.get_or_insert_default().insert(key.to_owned(), value);
}
