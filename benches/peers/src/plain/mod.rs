//! The simplest good program that a user would write without this crate: serde_json into a struct, a `HashMap` keyed by
//! the text of DN and id, serde_json out. It does the main job and leaves out rare cases: reopened sessions, events to
//! a whole call, limits, user data deeper than one list, errors with their lines.

mod logs;
mod notify;

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::store;
use crate::whole_path::FixedKey;

pub use logs::{platform_sdk_log, tserver_log};

/// An event.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Event<'a> {
    #[serde(borrow)]
    pub event: Cow<'a, str>,
    #[serde(borrow, default, rename = "ThisDN")]
    pub this_dn: Cow<'a, str>,
    #[serde(borrow, default, rename = "OtherDN")]
    pub other_dn: Cow<'a, str>,
    #[serde(borrow, default, rename = "CallUUID")]
    pub call_uuid: Cow<'a, str>,
    #[serde(borrow, default, rename = "ConnID")]
    pub conn_id: Cow<'a, str>,
    pub event_sequence_number: Option<u64>,
    pub server_start_time: Option<u64>,
    pub user_data: Option<Map<String, Value>>,
    pub extensions: Option<Map<String, Value>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum State {
    Initiating,
    Alerting,
    Talking,
    Completed,
}

#[derive(Debug)]
struct Session {
    #[expect(dead_code, reason = "whoever pushes the notification must know")]
    this_dn: String,
    id: String,
    state: State,
    participants: Vec<String>,
    user_data: Map<String, Value>,
    conn_id: String,
    last_event: Option<(Option<u64>, u64)>,
}

/// The outcome of an event.
#[derive(Debug, PartialEq, Eq)]
enum Outcome<'e> {
    StatusChange,
    AttachedDataChanged,
    Message(&'e str),
    Nothing,
}

/// All sessions.
#[derive(Debug, Default)]
pub struct Program {
    sessions: HashMap<String, Session, FixedKey>,
    /// How many bytes of notifications it has written.
    pub written: usize,
}

impl Program {
    /// Reads a line of JSON, and writes the notification to `out`.
    pub fn json_line(&mut self, line: &str, out: &mut Vec<u8>) {
        if let Ok(event) = serde_json::from_str::<Event<'_>>(line) {
            self.handle(&event, out);
        }
    }

    /// Handles an event, and writes the notification to `out`.
    pub fn handle(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        out.clear();
        let key = format!("{}/{}", event.this_dn, event.call_uuid);
        match self.sessions.entry(key) {
            Entry::Occupied(mut session) => {
                let outcome = session.get_mut().apply(event);
                session.get().notify(&outcome, out);
            }
            Entry::Vacant(place) => {
                if let Some(session) = Session::open(event) {
                    place.insert(session).notify(&Outcome::StatusChange, out);
                }
            }
        }
        std::hint::black_box(&*out);
        self.written += out.len();
    }
}

impl Session {
    fn open(event: &Event<'_>) -> Option<Session> {
        let state = match &*event.event {
            "EventDialing" => State::Initiating,
            "EventRinging" => State::Alerting,
            "EventEstablished" => State::Talking,
            _ => return None,
        };
        Some(Session {
            this_dn: event.this_dn.clone().into_owned(),
            id: event.call_uuid.clone().into_owned(),
            state,
            participants: if event.other_dn.is_empty() {
                Vec::new()
            } else {
                vec![event.other_dn.clone().into_owned()]
            },
            user_data: event.user_data.clone().unwrap_or_default(),
            conn_id: event.conn_id.clone().into_owned(),
            last_event: event.event_sequence_number.map(|number| (event.server_start_time, number)),
        })
    }

    fn apply<'e>(&mut self, event: &'e Event<'_>) -> Outcome<'e> {
        use State::{Alerting, Completed, Initiating, Talking};

        let number = event.event_sequence_number.map(|number| (event.server_start_time, number));
        if let (Some((start, number)), Some((last_start, last))) = (number, self.last_event)
            && start == last_start
            && number <= last
        {
            return Outcome::Nothing;
        }
        let state = match (self.state, &*event.event) {
            (Initiating, "EventDialing") => Initiating,
            (Alerting, "EventRinging") => Alerting,
            (Initiating | Alerting | Talking, "EventEstablished") => Talking,
            (Initiating | Alerting | Talking | Completed, "EventReleased" | "EventAbandoned") => Completed,
            (Initiating | Alerting | Talking, "EventAttachedDataChanged") => self.state,
            (Talking, "EventPrivateInfo") => Talking,
            _ => return Outcome::Nothing,
        };
        self.last_event = number.or(self.last_event);
        if !event.conn_id.is_empty() {
            self.conn_id = event.conn_id.clone().into_owned();
        }
        if event.event == "EventPrivateInfo" {
            let text = event.extensions.as_ref().and_then(|extensions| extensions.get("text"));
            return text.and_then(Value::as_str).map_or(Outcome::Nothing, Outcome::Message);
        }
        let mut status = std::mem::replace(&mut self.state, state) != state;
        let is_data = event.event == "EventAttachedDataChanged";
        if !is_data && !event.other_dn.is_empty() && !self.participants.iter().any(|known| *known == event.other_dn) {
            self.participants = vec![event.other_dn.clone().into_owned()];
            status = true;
        }
        let mut data = false;
        if let Some(user_data) = &event.user_data {
            data = self.user_data != *user_data;
            if data {
                self.user_data = user_data.clone();
            }
        }
        if status {
            Outcome::StatusChange
        } else if data {
            Outcome::AttachedDataChanged
        } else {
            Outcome::Nothing
        }
    }
}

/// The program with this many sessions, all talking, each with one participant and no user data.
pub fn established(count: usize) -> Program {
    let mut program = Program::default();
    let mut out = Vec::new();
    store::each_established(count, |event| {
        let event = Event {
            event: "EventEstablished".into(),
            this_dn: event.this_dn.as_deref().unwrap_or_default().into(),
            other_dn: event.other_dn.as_deref().unwrap_or_default().into(),
            call_uuid: event.call_uuid.as_deref().unwrap_or_default().into(),
            event_sequence_number: event.event_sequence_number,
            server_start_time: event.server_start_time,
            ..Event::default()
        };
        program.handle(&event, &mut out);
    });
    program
}
