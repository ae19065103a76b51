//! What an event does to the model. Specification 2 and 5.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::data::{Data, Pairs, depth, pairs, size};
use super::{Model, ModelSession, is_an_id, view};
use crate::event::{Event, EventName};
use crate::machine::{CallEvent, DataEvent};

/// An event as the rules speak of it: an empty string counts as absent.
#[derive(Debug, Clone)]
pub(super) struct PlainEvent {
    /// Its name; nothing of those that are ignored by name but of the two that settle a request.
    pub(super) name: String,
    /// Whether its name moves a session, touches its data, or neither.
    kind: Kind,
    pub(super) this_dn: Option<String>,
    other_dn: Option<String>,
    id: Option<String>,
    conn_id: Option<u64>,
    number: Option<u64>,
    server_start: Option<u64>,
    user_data: Option<Pairs>,
    /// The pair `text` of the extensions, the last of that name; an integer in decimal, a list: no text.
    text: Option<String>,
    pub(super) reference_id: Option<u64>,
    pub(super) error_code: Option<i64>,
    pub(super) error_message: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Moves,
    TouchesData,
    IsIgnored,
}

impl PlainEvent {
    fn of(event: &Event<'_>) -> Self {
        let (name, kind) = match &event.name {
            EventName::Call(CallEvent::Dialing) => ("EventDialing", Kind::Moves),
            EventName::Call(CallEvent::Ringing) => ("EventRinging", Kind::Moves),
            EventName::Call(CallEvent::Established) => ("EventEstablished", Kind::Moves),
            EventName::Call(CallEvent::Released) => ("EventReleased", Kind::Moves),
            EventName::Call(CallEvent::Abandoned) => ("EventAbandoned", Kind::Moves),
            EventName::Data(DataEvent::DestinationBusy) => ("EventDestinationBusy", Kind::TouchesData),
            EventName::Data(DataEvent::PartyChanged) => ("EventPartyChanged", Kind::TouchesData),
            EventName::Data(DataEvent::PartyAdded) => ("EventPartyAdded", Kind::TouchesData),
            EventName::Data(DataEvent::PartyDeleted) => ("EventPartyDeleted", Kind::TouchesData),
            EventName::Data(DataEvent::AttachedDataChanged) => ("EventAttachedDataChanged", Kind::TouchesData),
            EventName::Data(DataEvent::PrivateInfo) => ("EventPrivateInfo", Kind::TouchesData),
            EventName::Error => ("EventError", Kind::IsIgnored),
            EventName::Ack => ("EventACK", Kind::IsIgnored),
            EventName::Other(name) => (&**name, Kind::IsIgnored),
        };
        let text = |text: &Option<alloc::borrow::Cow<'_, str>>| {
            text.as_deref().filter(|text| !text.is_empty()).map(String::from)
        };
        let this_dn = text(&event.this_dn);
        let extensions = event.extensions.list().map(pairs).unwrap_or_default();
        PlainEvent {
            name: name.into(),
            kind,
            // An OtherDN equal to ThisDN counts as absent.
            other_dn: text(&event.other_dn).filter(|dn| Some(dn) != this_dn.as_ref()),
            this_dn,
            id: text(&event.call_uuid),
            conn_id: event.conn_id.map(|conn_id| conn_id.0),
            number: event.event_sequence_number,
            server_start: event.server_start_time,
            user_data: event.user_data.list().map(pairs),
            text: match extensions.into_iter().rev().find(|(key, _)| key == "text").map(|(_, data)| data) {
                Some(Data::Text(text) | Data::Binary(text)) => Some(text),
                Some(Data::Integer(number)) => Some(number.to_string()),
                Some(Data::List(_)) | None => None,
            },
            reference_id: event.reference_id,
            error_code: event.error_code,
            error_message: text(&event.error_message),
        }
    }

    /// Of the events that are not ignored, one without a usable CallUUID, or (AttachedDataChanged apart) without ThisDN.
    fn is_unreadable(&self) -> bool {
        let may_lack_this_dn = self.name == "EventAttachedDataChanged";
        !self.id.as_deref().is_some_and(is_an_id) || (self.this_dn.is_none() && !may_lack_this_dn)
    }
}

impl Model {
    /// Takes an event. `{"outcome", "reason"?, "from", "to", "notifications", "settled"}`, or `"unreadable"`.
    pub(super) fn handle_event(&mut self, event: &Event<'_>) -> Value {
        let event = PlainEvent::of(event);
        let settled = self.settle(&event);
        let mut told = self.decide(&event);
        let outcome = told.get("outcome").and_then(Value::as_str).unwrap_or("unreadable").to_string();
        match told.get("reason").and_then(Value::as_str).map(String::from) {
            Some(reason) => self.count(&format!("rejected {reason}")),
            None => self.count(&outcome),
        }
        if let Some(told) = told.as_object_mut() {
            told.insert("settled".into(), settled);
        }
        told
    }

    fn decide(&mut self, event: &PlainEvent) -> Value {
        let key = event.this_dn.as_deref().zip(event.id.as_deref());
        let before = key.and_then(|(this_dn, id)| self.session(this_dn, id)).cloned();
        let state = before.as_ref().map(|session| session.state.clone());
        let unchanged = |outcome: &str| json!({"outcome": outcome, "from": state, "to": state, "notifications": []});
        let rejected = |reason: &str, state: Option<&str>| json!({"outcome": "rejected", "reason": reason, "from": state, "to": state, "notifications": []});

        // What is decided first: ignored by name, then unreadable, then stale, then the table, then limit.
        if event.kind == Kind::IsIgnored {
            return unchanged("ignored");
        }
        if event.is_unreadable() {
            return json!("unreadable");
        }
        if event.name == "EventPrivateInfo" && event.text.is_none() {
            return unchanged("ignored");
        }
        let Some((this_dn, id)) = key else {
            return match self.at_the_whole_call(event) {
                Ok(told) => told,
                Err(reason) => rejected(reason, None),
            };
        };

        let after = match self.applied(before.as_ref(), event, this_dn, id) {
            Ok(after) => after,
            Err(reason) => return rejected(reason, state.as_deref()),
        };
        let notifications = match self.told(before.as_ref(), &after) {
            _ if event.name == "EventPrivateInfo" => {
                let data = json!({
                    "imSessionPath": format!("/im-sessions/{id}"),
                    "message": event.text,
                    "messageType": "IMLogUpdateMessage",
                    "notificationType": "NewMessage",
                });
                Vec::from([json!({"thisDN": this_dn, "notification": {"data": data}})])
            }
            notification => Vec::from_iter(notification),
        };
        let outcome = match notifications.len() {
            _ if event.name == "EventPrivateInfo" => "message",
            0 => "unchanged",
            _ => "changed",
        };
        let told = json!({"outcome": outcome, "from": state, "to": after.state, "notifications": notifications});
        self.put(after);
        told
    }

    /// AttachedDataChanged without ThisDN goes to every open session of that CallUUID.
    fn at_the_whole_call(&mut self, event: &PlainEvent) -> Result<Value, &'static str> {
        let mut open = self.sorted();
        open.retain(|session| Some(&session.id) == event.id.as_ref() && session.is_open());
        if open.is_empty() {
            return Err("orphan");
        }
        open.retain(|session| !is_stale(session, event));
        if open.is_empty() {
            return Err("stale");
        }
        let mut notifications = Vec::new();
        for before in open {
            // The limit concerns the event alone: the first session that refuses it stands for all.
            let after = self.applied(Some(&before), event, &before.this_dn, &before.id)?;
            notifications.extend(self.told(Some(&before), &after));
            self.put(after);
        }
        let outcome = if notifications.is_empty() { "unchanged" } else { "changed" };
        Ok(json!({"outcome": outcome, "from": null, "to": null, "notifications": notifications}))
    }

    /// The session as the event leaves it, or why the event is rejected.
    fn applied(
        &self,
        before: Option<&ModelSession>,
        event: &PlainEvent,
        this_dn: &str,
        id: &str,
    ) -> Result<ModelSession, &'static str> {
        if before.is_some_and(|session| is_stale(session, event)) {
            return Err("stale");
        }
        let mut reopened = false;
        let to = match table(&event.name, before.map(|session| &*session.state)) {
            Ok(to) => to,
            Err("ended") if before.is_some_and(|session| is_reopened(session, event)) => {
                reopened = true;
                if event.name == "EventDialing" { "Initiating" } else { "Alerting" }
            }
            Err(reason) => return Err(reason),
        };

        let mut after = before.cloned().unwrap_or_else(|| ModelSession::new(this_dn, id, to));
        let was_completed = before.is_some_and(|session| !session.is_open());
        after.state = to.into();
        if reopened {
            after.participants.clear();
            after.user_data.clear();
        }
        if let Some(other_dn) = &event.other_dn {
            let known = after.participants.iter().any(|number| number == other_dn);
            match event.name.as_str() {
                "EventDialing" | "EventRinging" | "EventEstablished" if !known => {
                    after.participants = Vec::from([other_dn.clone()]);
                }
                "EventPartyChanged" => after.participants = Vec::from([other_dn.clone()]),
                "EventPartyAdded" if !known => after.participants.push(other_dn.clone()),
                "EventPartyDeleted" => after.participants.retain(|number| number != other_dn),
                _ => {}
            }
        }
        if event.name == "EventAttachedDataChanged" {
            after.user_data = event.user_data.clone().unwrap_or_default();
        } else if event.kind == Kind::Moves && (reopened || !was_completed) {
            after.user_data = event.user_data.clone().unwrap_or(after.user_data);
        }
        self.check_limits(before, event, &after)?;

        after.conn_id = event.conn_id.or(after.conn_id);
        after.last_event = event.number.map(|number| (event.server_start, number)).or(after.last_event);
        if !was_completed || after.is_open() {
            after.heard = self.now;
        }
        Ok(after)
    }

    fn check_limits(
        &self,
        before: Option<&ModelSession>,
        event: &PlainEvent,
        after: &ModelSession,
    ) -> Result<(), &'static str> {
        let limits = &self.limits;
        let user_data = event.user_data.clone().unwrap_or_default();
        let of_dn = self.sessions.iter().filter(|session| session.this_dn == after.this_dn).count();
        let text_length = event.text.as_deref().map_or(0, str::len);
        let over = size(&user_data) > limits.user_data_size
            || (event.user_data.is_some() && depth(&user_data) > self.deepest())
            || after.this_dn.len() > limits.dn_length
            || event.other_dn.as_deref().is_some_and(|dn| dn.len() > limits.dn_length)
            || self.lacks_room(before, event)
            || (event.name == "EventPrivateInfo" && text_length > limits.text_length)
            || (before.is_none() && self.sessions.len() >= limits.sessions)
            || (before.is_none() && of_dn >= limits.sessions_per_dn);
        if over { Err("limit") } else { Ok(()) }
    }

    /// Whether the party that the event brings would be one too many: beside the others where it is added, alone where it
    /// takes their place.
    fn lacks_room(&self, before: Option<&ModelSession>, event: &PlainEvent) -> bool {
        let there = before.map(|session| session.participants.clone()).unwrap_or_default();
        let Some(other_dn) = &event.other_dn else { return false };
        let beside = match event.name.as_str() {
            "EventPartyAdded" => there.len(),
            "EventDialing" | "EventRinging" | "EventEstablished" | "EventPartyChanged" => 0,
            _ => return false,
        };
        !there.contains(other_dn) && beside >= self.limits.participants
    }

    /// The notification that leads from one to the other; none where nothing changed.
    pub(super) fn told(&self, before: Option<&ModelSession>, after: &ModelSession) -> Option<Value> {
        let same_status =
            |before: &ModelSession| before.state == after.state && before.participants == after.participants;
        let same_data = |before: &ModelSession| view(&before.user_data) == view(&after.user_data);
        if !before.is_some_and(same_status) {
            Some(self.notification(after, "StatusChange"))
        } else if !before.is_some_and(same_data) {
            Some(self.notification(after, "AttachedDataChanged"))
        } else {
            None
        }
    }
}

/// The table of 2.1 and the column "accepted in" of 2.2: the state after, or the reason.
fn table(name: &str, state: Option<&str>) -> Result<&'static str, &'static str> {
    let in_open_ones = ["orphan", "Initiating", "Alerting", "Talking", "ended"];
    let [none, initiating, alerting, talking, completed] = match name {
        "EventDialing" => ["Initiating", "Initiating", "role-conflict", "late", "ended"],
        "EventRinging" => ["Alerting", "role-conflict", "Alerting", "late", "ended"],
        "EventEstablished" => ["Talking", "Talking", "Talking", "Talking", "ended"],
        "EventReleased" | "EventAbandoned" => ["orphan", "Completed", "Completed", "Completed", "Completed"],
        "EventDestinationBusy" => ["orphan", "Initiating", "early", "late", "ended"],
        "EventPrivateInfo" => ["orphan", "early", "early", "Talking", "ended"],
        _ => in_open_ones,
    };
    let cell = match state {
        None => none,
        Some("Initiating") => initiating,
        Some("Alerting") => alerting,
        Some("Talking") => talking,
        Some(_) => completed,
    };
    if cell.starts_with(char::is_uppercase) { Ok(cell) } else { Err(cell) }
}

/// A number that is not higher, under the same ServerStartTime (absent is a value of its own).
fn is_stale(session: &ModelSession, event: &PlainEvent) -> bool {
    match (session.last_event, event.number) {
        (Some((server_start, last)), Some(number)) => server_start == event.server_start && number <= last,
        _ => false,
    }
}

/// A Dialing or Ringing that meets `Completed` and is provably newer: of the same server start, and (not being stale) later.
fn is_reopened(session: &ModelSession, event: &PlainEvent) -> bool {
    let begins = event.name == "EventDialing" || event.name == "EventRinging";
    match (session.last_event, event.number) {
        (Some((server_start, _)), Some(_)) => begins && server_start == event.server_start,
        _ => false,
    }
}
