//! The answer of the model to a read. Specification 4.

use super::{Model, ModelSession, for_rights};
use crate::testing::Agent;
use crate::testing::prelude::*;

const FIELDS: [&str; 7] = ["capabilities", "id", "participants", "path", "state", "uri", "userData"];

struct Query {
    fields: Option<Vec<String>>,
    filters: Vec<(String, String)>,
    device_path: Option<String>,
}

impl Model {
    pub(super) fn list(&self, me: &Agent, query: &str) -> Value {
        let query = parsed(query);
        let mine = |session: &&ModelSession| has(me, &session.this_dn);
        let holds = |resource: &Value| {
            query.filters.iter().all(|(name, text)| resource.get(name).and_then(Value::as_str) == Some(text.as_str()))
        };
        let mine = self.in_order().into_iter().filter(mine).map(|session| for_rights(self.resource(session), me));
        let resources: Vec<Value> = mine.filter(holds).collect();
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
        let resource = query.fields.map_or_else(|| resource.clone(), |fields| selected(&resource, &fields));
        json!({"imSession": resource, "statusCode": 0})
    }
}

fn selected(resource: &Value, fields: &[String]) -> Value {
    let is_selected = |name: &String| fields.iter().any(|field| field == "*" || field == name);
    let pairs = resource.as_object().into_iter().flatten().filter(|(name, _)| is_selected(name));
    pairs.map(|(name, value)| (name.clone(), value.clone())).collect()
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
    let hex = |digits: &str| {
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)
    };
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let decoded = part.split_at_checked(2).and_then(|(digits, rest)| Some((hex(digits)?, rest)));
        let (byte, rest) = decoded.unwrap_or((b'%', part));
        bytes.push(byte);
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
