//! The answer of the model to a read. Specification 4.

use super::{Model, ModelSession, for_rights};
use crate::testing::Agent;
use crate::testing::prelude::*;

const FIELDS: [&str; 7] = ["capabilities", "id", "participants", "path", "state", "uri", "userData"];

/// A parsed query.
struct Query {
    fields: Option<Vec<String>>,
    filters: Vec<(String, String)>,
    device_path: Option<String>,
}

impl Model {
    /// The list.
    pub(super) fn list(&self, me: &Agent, query: &str) -> Value {
        let query = parsed(query);
        let mine = |session: &&ModelSession| me.devices().iter().any(|device| device.dn == session.this_dn);
        let holds = |resource: &Value| {
            query.filters.iter().all(|(name, text)| resource.get(name).and_then(Value::as_str) == Some(text.as_str()))
        };
        let mut resources = Vec::new();
        for session in self.in_order().into_iter().filter(mine) {
            resources.extend(Some(for_rights(self.resource(session), me)).filter(holds));
        }
        match query.fields {
            Some(fields) => {
                let selected: Vec<Value> = resources.iter().map(|resource| selected(resource, &fields)).collect();
                json!({"imSessions": selected, "statusCode": 0})
            }
            None => {
                let uris: Vec<&Value> = resources.iter().filter_map(|resource| resource.get("uri")).collect();
                json!({"statusCode": 0, "uris": uris})
            }
        }
    }

    /// One session, or the statusCode.
    pub(super) fn read(&self, me: &Agent, id: &str, query: &str) -> Value {
        let query = parsed(query);
        let Some(session) = self.mine(me, id, query.device_path.as_deref()) else {
            return json!({"statusCode": 6});
        };
        let resource = for_rights(self.resource(session), me);
        match query.fields {
            Some(fields) => json!({"imSession": selected(&resource, &fields), "statusCode": 0}),
            None => json!({"imSession": resource, "statusCode": 0}),
        }
    }
}

fn selected(resource: &Value, fields: &[String]) -> Value {
    let mut selected = Map::new();
    for (name, value) in resource.as_object().into_iter().flatten() {
        if fields.iter().any(|field| field == "*" || field == name) {
            selected.insert(name.clone(), value.clone());
        }
    }
    Value::Object(selected)
}

fn parsed(query: &str) -> Query {
    let mut parsed = Query { fields: None, filters: Vec::new(), device_path: None };
    for pair in query.strip_prefix('?').unwrap_or(query).split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (percent_decoded(name), percent_decoded(value));
        if name == "fields" {
            let names = value.split(',').map(|name| name.trim().to_string()).collect();
            parsed.fields = if value.is_empty() { None } else { Some(names) };
        } else if name == "devicePath" {
            parsed.device_path = Some(value);
        } else if FIELDS.contains(&&*name) {
            parsed.filters.push((name, value));
        }
    }
    parsed
}

fn percent_decoded(text: &str) -> String {
    let text = text.as_bytes();
    let (mut bytes, mut at) = (Vec::new(), 0);
    while let Some(&byte) = text.get(at) {
        let digits = text.get(at + 1..at + 3).and_then(|digits| core::str::from_utf8(digits).ok());
        let is_hex = |digits: &&str| digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let decoded = digits.filter(is_hex).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match decoded.filter(|_| byte == b'%') {
            Some(decoded) => {
                bytes.push(decoded);
                at += 3;
            }
            None => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
