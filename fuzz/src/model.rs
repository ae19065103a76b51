//! The reference model of one session: specification 2.1 to 2.3 and 3 written down once more, in strings and JSON.
//!
//! It shares no type and no function with the library, and favours being checked against the page over everything else.

use serde_json::Value;

use crate::operation::{DN_LENGTH, Operation, PARTICIPANTS, TEXT_LENGTH, Text};

/// Specification 2.1, row by row: no session, Initiating, Alerting, Talking, Completed.
const TABLE: [(&str, [&str; 5]); 5] = [
    ("EventDialing", ["Initiating", "unchanged", "role-conflict", "late", "ended"]),
    ("EventRinging", ["Alerting", "role-conflict", "unchanged", "late", "ended"]),
    ("EventEstablished", ["Talking", "Talking", "Talking", "unchanged", "ended"]),
    ("EventReleased", ["orphan", "Completed", "Completed", "Completed", "unchanged"]),
    ("EventAbandoned", ["orphan", "Completed", "Completed", "Completed", "unchanged"]),
];

/// Specification 2.2: where a data event is accepted.
const ACCEPTED_IN: [(&str, &[&str]); 6] = [
    ("EventDestinationBusy", &["Initiating"]),
    ("EventPartyChanged", &["Initiating", "Alerting", "Talking"]),
    ("EventPartyAdded", &["Initiating", "Alerting", "Talking"]),
    ("EventPartyDeleted", &["Initiating", "Alerting", "Talking"]),
    ("EventAttachedDataChanged", &["Initiating", "Alerting", "Talking"]),
    ("EventPrivateInfo", &["Talking"]),
];

const COLUMNS: [Option<&str>; 5] = [None, Some("Initiating"), Some("Alerting"), Some("Talking"), Some("Completed")];

/// A session as the model sees it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Model {
    /// ThisDN and CallUUID of the event that opened it.
    key: Option<(Option<&'static str>, &'static str)>,
    pub(crate) state: Option<&'static str>,
    pub(crate) participants: Vec<&'static str>,
    pub(crate) user_data: Value,
    pub(crate) conn_id: Option<u64>,
    /// ServerStartTime and number of the last accepted event that had a number.
    pub(crate) last: Option<(Option<u64>, u64)>,
}

/// What the model expects to come of an event.
#[derive(Debug, PartialEq)]
pub(crate) enum Expected {
    Ignored,
    /// The reason, and the state that the rejection names.
    Rejected(&'static str, Option<&'static str>),
    Unchanged,
    Changed {
        participants: bool,
        user_data: bool,
    },
    Message(String),
}

impl Model {
    pub(crate) fn new() -> Self {
        let user_data = serde_json::json!({});
        Model { key: None, state: None, participants: Vec::new(), user_data, conn_id: None, last: None }
    }

    /// Specification 3.
    pub(crate) fn capabilities(&self) -> &'static str {
        match (self.state, self.user_data == serde_json::json!({})) {
            (Some("Talking"), true) => "SendMessage, AttachUserData, Complete",
            (Some("Talking"), false) => "SendMessage, AttachUserData, UpdateUserData, DeleteUserData, Complete",
            (Some("Initiating" | "Alerting"), true) => "AttachUserData, Complete",
            (Some("Initiating" | "Alerting"), false) => "AttachUserData, UpdateUserData, DeleteUserData, Complete",
            (_, _) => "",
        }
    }

    /// Specification 7: ignored by name, then unreadable, then stale, then the table, then limit.
    pub(crate) fn apply(&mut self, operation: &Operation) -> Expected {
        let row = TABLE.iter().find(|(event, _)| *event == operation.name);
        let accepted_in = ACCEPTED_IN.iter().find(|(event, _)| *event == operation.name);
        if row.is_none() && accepted_in.is_none() {
            return Expected::Ignored;
        }
        let text = match operation.text {
            Text::Is(text) => Some(text.to_owned()),
            Text::Number(number) => Some(format!("{number}")),
            Text::Absent | Text::List => None,
        };
        if operation.name == "EventPrivateInfo" && text.is_none() {
            return Expected::Ignored;
        }
        let (this_dn, call_uuid) = (operation.this_dn, operation.call_uuid);
        if self.key.is_some_and(|key| (this_dn.or(key.0), call_uuid) != key) {
            return Expected::Rejected("orphan", None);
        }

        let identity = operation.number.map(|number| (operation.server_start_time, number));
        let comparable = self.last.zip(identity).filter(|(last, new)| last.0 == new.0);
        if comparable.is_some_and(|(last, new)| new.1 <= last.1) {
            return Expected::Rejected("stale", self.state);
        }

        let mut anew = false;
        let to = if let Some((_, cells)) = row {
            let column = COLUMNS.iter().position(|column| *column == self.state).expect("one of the columns");
            match cells[column] {
                "unchanged" => self.state,
                state if COLUMNS.contains(&Some(state)) => Some(state),
                // The proof: both numbers are known, of one server start, and (not being stale) this one is higher.
                "ended" if operation.name == "EventDialing" && comparable.is_some() => {
                    anew = true;
                    Some("Initiating")
                }
                "ended" if operation.name == "EventRinging" && comparable.is_some() => {
                    anew = true;
                    Some("Alerting")
                }
                reason => return Expected::Rejected(reason, self.state),
            }
        } else {
            match self.state {
                Some(state) if accepted_in.is_some_and(|(_, states)| states.contains(&state)) => self.state,
                None => return Expected::Rejected("orphan", None),
                Some("Completed") => return Expected::Rejected("ended", self.state),
                Some("Talking") => return Expected::Rejected("late", self.state),
                Some(_) => return Expected::Rejected("early", self.state),
            }
        };
        if self.over_a_limit(operation, text.as_deref()) {
            return Expected::Rejected("limit", self.state);
        }
        self.carry_out(operation, to, anew, text)
    }

    fn over_a_limit(&self, operation: &Operation, text: Option<&str>) -> bool {
        let other = other_party(operation);
        let comes = |dn| operation.name == "EventPartyAdded" && !self.participants.contains(&dn);
        operation.user_data.is_some_and(|user_data| !user_data.allowed)
            || other.is_some_and(|dn| dn.len() > DN_LENGTH)
            || (other.is_some_and(comes) && self.participants.len() >= PARTICIPANTS)
            || text.is_some_and(|text| operation.name == "EventPrivateInfo" && text.len() > TEXT_LENGTH)
    }

    fn carry_out(
        &mut self,
        operation: &Operation,
        to: Option<&'static str>,
        anew: bool,
        text: Option<String>,
    ) -> Expected {
        self.key = self.key.or(Some((operation.this_dn, operation.call_uuid)));
        self.conn_id = operation.conn_id.or(self.conn_id);
        if let Some(number) = operation.number {
            self.last = Some((operation.server_start_time, number));
        }
        if operation.name == "EventPrivateInfo" {
            return Expected::Message(text.unwrap_or_default());
        }

        let before = self.clone();
        self.state = to;
        if anew {
            self.participants.clear();
            self.user_data = serde_json::json!({});
        }
        match (operation.name, other_party(operation)) {
            ("EventDialing" | "EventRinging" | "EventEstablished", Some(dn)) if !self.participants.contains(&dn) => {
                self.participants = vec![dn];
            }
            ("EventPartyChanged", Some(dn)) => self.participants = vec![dn],
            ("EventPartyAdded", Some(dn)) if !self.participants.contains(&dn) => self.participants.push(dn),
            ("EventPartyDeleted", Some(dn)) => self.participants.retain(|participant| *participant != dn),
            (_, _) => {}
        }
        let moves = TABLE.iter().any(|(event, _)| *event == operation.name);
        let brought = operation.user_data.map(|user_data| serde_json::from_str(user_data.json).expect("JSON"));
        if operation.name == "EventAttachedDataChanged" {
            self.user_data = brought.unwrap_or_else(|| serde_json::json!({}));
        } else if moves && (before.state != Some("Completed") || anew) {
            self.user_data = brought.unwrap_or_else(|| self.user_data.clone());
        }

        let participants = self.participants != before.participants;
        let user_data = self.user_data != before.user_data;
        if self.state == before.state && !participants && !user_data {
            Expected::Unchanged
        } else {
            Expected::Changed { participants, user_data }
        }
    }
}

/// Specification 1: never the agent's own DN.
fn other_party(operation: &Operation) -> Option<&'static str> {
    operation.other_dn.filter(|dn| !dn.is_empty() && Some(*dn) != operation.this_dn)
}
