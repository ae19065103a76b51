//! A second store, written from the specification alone and as plainly as can be: a `Vec` searched from front to back.
//!
//! Whatever it tells it tells as JSON, so that a test compares values and not types. The tests `store_*` depend on it; it
//! depends on the crate for nothing but the limits, which are its input.

#![allow(dead_code, reason = "every test that includes this uses another part of it")]

mod data;
mod ending;
mod events;
mod operations;
mod reads;

use std::collections::BTreeMap;

use im_session::Limits;
use serde_json::{Value, json};

pub(crate) use data::{Data, Pairs, depth, size, view};
pub(crate) use events::ReferenceEvent;

/// An agent as the caller names it: devicePath and DN of each device, in order.
pub(crate) type Me<'a> = &'a [(&'a str, &'a str)];

/// The store.
#[derive(Debug, Clone)]
pub(crate) struct ReferenceStore {
    pub(crate) base_uri: String,
    pub(crate) limits: Limits,
    pub(crate) one_session_per_agent: bool,
    pub(crate) now: u64,
    pub(crate) sessions: Vec<ReferenceSession>,
    pub(crate) requests: Vec<ReferenceRequest>,
    pub(crate) last_reference_id: u64,
    /// How often what happened: `changed`, `unreadable`, `rejected stale`, `operation 6`, …
    pub(crate) counts: BTreeMap<String, u64>,
}

/// A session.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReferenceSession {
    pub(crate) this_dn: String,
    pub(crate) id: String,
    pub(crate) state: String,
    pub(crate) participants: Vec<String>,
    pub(crate) user_data: Pairs,
    pub(crate) conn_id: Option<u64>,
    /// ServerStartTime and EventSequenceNumber of the last accepted event that had a number.
    pub(crate) last_event: Option<(Option<u64>, u64)>,
    /// When it last accepted an event; of a completed one, when it was completed.
    pub(crate) heard: u64,
}

/// A request on its way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReferenceRequest {
    pub(crate) reference_id: u64,
    pub(crate) operation: String,
    pub(crate) this_dn: String,
    pub(crate) id: Option<String>,
    pub(crate) sent: u64,
}

impl ReferenceStore {
    pub(crate) fn new(base_uri: &str) -> Self {
        ReferenceStore {
            base_uri: base_uri.into(),
            limits: Limits::DEFAULT,
            one_session_per_agent: true,
            now: 0,
            sessions: Vec::new(),
            requests: Vec::new(),
            last_reference_id: 0,
            counts: BTreeMap::new(),
        }
    }

    /// Where the session lies.
    pub(crate) fn position(&self, this_dn: &str, id: &str) -> Option<usize> {
        self.sessions.iter().position(|session| session.this_dn == this_dn && session.id == id)
    }

    /// The positions of all sessions, in byte order of DN, then id.
    pub(crate) fn in_order(&self) -> Vec<usize> {
        let mut positions: Vec<usize> = (0..self.sessions.len()).collect();
        positions.sort_by_key(|&position| (&self.sessions[position].this_dn, &self.sessions[position].id));
        positions
    }

    /// The resource, specification 1 and 3.
    pub(crate) fn resource(&self, session: &ReferenceSession) -> Value {
        let path = format!("/im-sessions/{}", session.id);
        let uri = format!("{}/api/v2{path}", self.base_uri);
        let participants: Vec<Value> = session.participants.iter().map(|number| participant(number)).collect();
        let mut resource = json!({
            "capabilities": capabilities(session),
            "id": session.id,
            "participants": participants,
            "path": path,
            "state": session.state,
            "uri": uri,
        });
        if !session.user_data.is_empty() {
            resource["userData"] = view(&session.user_data);
        }
        resource
    }

    /// A notification as the tests compare it: the DN and what is pushed. Specification 5.
    pub(crate) fn notification(&self, session: &ReferenceSession, notification_type: &str) -> Value {
        let data = json!({
            "imSession": self.resource(session),
            "messageType": "IMSessionStateChangeMessage",
            "notificationType": notification_type,
        });
        json!({"thisDN": session.this_dn, "notification": {"data": data}})
    }

    pub(crate) fn count(&mut self, what: &str) {
        *self.counts.entry(what.into()).or_default() += 1;
    }
}

impl ReferenceSession {
    pub(crate) fn new(this_dn: &str, id: &str, state: &str) -> Self {
        ReferenceSession {
            this_dn: this_dn.into(),
            id: id.into(),
            state: state.into(),
            participants: Vec::new(),
            user_data: Vec::new(),
            conn_id: None,
            last_event: None,
            heard: 0,
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.state != "Completed"
    }
}

/// The table of specification 3.
pub(crate) fn capabilities(session: &ReferenceSession) -> Vec<&'static str> {
    match (session.state.as_str(), session.user_data.is_empty()) {
        ("Talking", true) => vec!["SendMessage", "AttachUserData", "Complete"],
        ("Talking", false) => vec!["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"],
        ("Initiating" | "Alerting", true) => vec!["AttachUserData", "Complete"],
        ("Initiating" | "Alerting", false) => vec!["AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"],
        _ => vec![],
    }
}

fn participant(number: &str) -> Value {
    let only_digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let digits = if only_digits.is_empty() { number } else { &only_digits };
    json!({"digits": digits, "e164Number": number, "formattedPhoneNumber": number, "phoneNumber": number})
}
