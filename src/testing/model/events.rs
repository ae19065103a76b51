//! What an event does to the model. Specification 2 and 5.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::user_data::{Data, Pairs, is_over, pairs};
use super::{Identity, Model, ModelSession, for_rights, is_an_id, view};
use crate::event::{Event, ListAttribute};
use crate::machine::Operations;
use crate::testing::Agent;

/// An event as the rules speak of it: an empty string counts as absent.
#[derive(Debug, Clone)]
pub(super) struct PlainEvent {
    pub(super) name: String,
    pub(super) this_dn: Option<String>,
    other_dn: Option<String>,
    id: Option<String>,
    conn_id: Option<u64>,
    number: Option<u64>,
    server_start: Option<u64>,
    /// None where it says nothing: absent of all events but one, or hidden.
    user_data: Option<Pairs>,
    /// Whether the event has the attribute: an absent one is within every limit.
    has_user_data: bool,
    /// The pair `text` of the extensions, the last of that name; an integer in decimal, a list: no text.
    text: Option<String>,
    pub(super) reference_id: Option<u64>,
    pub(super) error_code: Option<i64>,
    pub(super) error_message: Option<String>,
}

const MOVES: [&str; 5] = ["EventDialing", "EventRinging", "EventEstablished", "EventReleased", "EventAbandoned"];

impl PlainEvent {
    fn of(event: &Event<'_>) -> Self {
        let text = |text: &Option<alloc::borrow::Cow<'_, str>>| {
            text.as_deref().filter(|text| !text.is_empty()).map(String::from)
        };
        let name = event.name.as_str();
        let this_dn = text(&event.this_dn);
        let extensions = event.extensions.list().map(pairs).unwrap_or_default();
        PlainEvent {
            name: name.into(),
            // An OtherDN equal to ThisDN counts as absent.
            other_dn: text(&event.other_dn).filter(|dn| Some(dn) != this_dn.as_ref()),
            this_dn,
            id: text(&event.call_uuid),
            conn_id: event.conn_id.map(|conn_id| conn_id.0),
            number: event.event_sequence_number,
            server_start: event.server_start_time,
            has_user_data: event.user_data.list().is_some(),
            user_data: match &event.user_data {
                ListAttribute::Present(list) => Some(pairs(list)),
                ListAttribute::Absent if name == "EventAttachedDataChanged" => Some(Pairs::new()),
                ListAttribute::Absent | ListAttribute::Hidden => None,
            },
            text: match extensions.into_iter().rev().find(|(key, _)| key == "text").map(|(_, data)| data) {
                Some(Data::Text(text)) => Some(text),
                Some(Data::Integer(number)) => Some(number.to_string()),
                Some(Data::List(_)) | None => None,
            },
            reference_id: event.reference_id,
            error_code: event.error_code,
            error_message: text(&event.error_message),
        }
    }

    /// Its name moves a session or touches its data; every other is ignored.
    pub(super) fn is_of_a_session(&self) -> bool {
        let touches =
            ["DestinationBusy", "PartyChanged", "PartyAdded", "PartyDeleted", "AttachedDataChanged", "PrivateInfo"];
        MOVES.contains(&&*self.name) || touches.iter().any(|touches| self.name.strip_prefix("Event") == Some(touches))
    }

    /// Of the events that are not ignored, one without a usable CallUUID, or (AttachedDataChanged apart) without ThisDN.
    fn is_unreadable(&self) -> bool {
        let may_lack_this_dn = self.name == "EventAttachedDataChanged";
        !self.id.as_deref().is_some_and(is_an_id) || (self.this_dn.is_none() && !may_lack_this_dn)
    }

    fn ends(&self) -> bool {
        self.name == "EventReleased" || self.name == "EventAbandoned"
    }

    fn identity(&self) -> Option<Identity> {
        self.number.map(|number| (self.server_start, number))
    }

    /// Whether its number is not higher than this, under the same ServerStartTime (absent is a value of its own).
    fn is_stale_after(&self, last: Option<Identity>) -> bool {
        match (last, self.identity()) {
            (Some((last_start, last)), Some((start, number))) => start == last_start && number <= last,
            _ => false,
        }
    }
}

impl Model {
    /// Takes an event.
    pub(super) fn handle_event(&mut self, event: &Event<'_>, agents: &[Agent]) -> Value {
        let event = PlainEvent::of(event);
        if event.is_of_a_session() && event.is_unreadable() {
            self.count("unreadable");
            return json!({"told": {"outcome": "unreadable"}, "notifications": [], "settled": []});
        }
        let settled = self.settle(&event);
        let (told, notifications) = self.decide(&event);
        let text = |key: &str| told.get(key).and_then(Value::as_str).unwrap_or_default();
        match text("outcome") {
            "rejected" => self.count(&format!("rejected {}", text("reason"))),
            outcome => self.count(outcome),
        }
        let rendered = rendered(&notifications, agents);
        let mut answer = json!({"told": told, "notifications": notifications, "settled": settled});
        if let Some(answer) = answer.as_object_mut().filter(|_| !rendered.is_empty()) {
            answer.insert("rendered".into(), json!(rendered));
        }
        answer
    }

    /// What is told, and the notifications. What is decided first: ignored by name, then unreadable (which is decided), then
    /// stale, then the table, then limit.
    fn decide(&mut self, event: &PlainEvent) -> (Value, Vec<Value>) {
        let key = event.this_dn.as_deref().zip(event.id.as_deref());
        let before = key.and_then(|(this_dn, id)| self.session(this_dn, id)).cloned();
        let state = before.as_ref().map(|session| session.state.clone());
        let no_text = event.name == "EventPrivateInfo" && event.text.is_none();
        if !event.is_of_a_session() || no_text {
            return (json!({"outcome": "ignored", "from": state, "to": state}), Vec::new());
        }
        let rejected = |reason: &str, state: Option<&str>| {
            (json!({"outcome": "rejected", "reason": reason, "from": state, "to": state}), Vec::new())
        };
        let Some((this_dn, id)) = key else {
            return self.at_the_whole_call(event).unwrap_or_else(|reason| rejected(reason, None));
        };

        let mut after = match self.applied(before.as_ref(), event, this_dn, id) {
            Ok(after) => after,
            Err(reason) => {
                // The end of something never seen is remembered: it may have overtaken the begin.
                if let Some(identity) = event.identity().filter(|_| reason == "orphan" && event.ends()) {
                    if this_dn.len() <= self.limits.dn_length {
                        self.remember_end(this_dn, id, identity);
                    }
                }
                return rejected(reason, state.as_deref());
            }
        };
        if before.is_none() {
            // A session that opens without a number is as new as the end that is remembered.
            after.last_event = after.last_event.or(self.end_of(this_dn, id));
            if !self.make_room(this_dn, id) {
                return rejected("limit", None);
            }
        }
        let is_message = event.name == "EventPrivateInfo";
        let notifications = if is_message {
            let data = json!({
                "imSessionPath": format!("/im-sessions/{id}"),
                "message": event.text,
                "messageType": "IMLogUpdateMessage",
                "notificationType": "NewMessage",
            });
            Vec::from([json!({"thisDN": this_dn, "notification": {"data": data}})])
        } else {
            Vec::from_iter(self.told(before.as_ref(), &after))
        };
        let outcome = match notifications.len() {
            _ if is_message => "message",
            0 => "unchanged",
            _ => "changed",
        };
        let mut told = json!({"outcome": outcome, "from": state, "to": after.state});
        if let Some(told) = told.as_object_mut().filter(|_| !after.is_open() && state.as_deref() != Some("Completed")) {
            told.insert("cause".into(), json!(after.cause));
        }
        self.put(after);
        (told, notifications)
    }

    /// AttachedDataChanged without ThisDN goes to every open session of that CallUUID.
    fn at_the_whole_call(&mut self, event: &PlainEvent) -> Result<(Value, Vec<Value>), &'static str> {
        let mut open = self.copies(|session| Some(&session.id) == event.id.as_ref() && session.is_open());
        if open.is_empty() {
            return Err("orphan");
        }
        open.retain(|session| !event.is_stale_after(session.last_event));
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
        Ok((json!({"outcome": outcome, "from": null, "to": null}), notifications))
    }

    /// The session as the event leaves it, or why the event is rejected.
    fn applied(
        &mut self,
        before: Option<&ModelSession>,
        event: &PlainEvent,
        this_dn: &str,
        id: &str,
    ) -> Result<ModelSession, &'static str> {
        let last = before.map_or_else(|| self.end_of(this_dn, id), |session| session.last_event);
        if event.is_stale_after(last) {
            return Err("stale");
        }
        let state = before.map(|session| &*session.state);
        let mut reopened = false;
        let to = match table(&event.name, state) {
            Err("ended") if is_reopened(event, last) => {
                reopened = true;
                if event.name == "EventDialing" { "Initiating" } else { "Alerting" }
            }
            cell => cell?,
        };
        self.check_limits(before, event, this_dn)?;

        let mut after = before.cloned().unwrap_or_else(|| ModelSession::new(this_dn, id, to));
        let was_completed = state == Some("Completed");
        after.state = to.into();
        if reopened {
            after.participants.clear();
            after.user_data.clear();
            (after.busy, after.cause) = (false, None);
        }
        if let Some(other_dn) = &event.other_dn {
            let known = after.participants.contains(other_dn);
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
        let brings_user_data =
            event.name == "EventAttachedDataChanged" || (MOVES.contains(&&*event.name) && (reopened || !was_completed));
        // Of an end event that brings too much, it is left out.
        let user_data = event.user_data.clone();
        let user_data = user_data.filter(|user_data| !event.has_user_data || !is_over(user_data, &self.limits));
        if let Some(user_data) = user_data.filter(|_| brings_user_data) {
            after.user_data = user_data;
        }
        match event.name.as_str() {
            "EventEstablished" => after.busy = false,
            "EventDestinationBusy" => after.busy = true,
            "EventAbandoned" => after.cause = after.cause.or(Some("abandoned")),
            "EventReleased" if after.busy => after.cause = after.cause.or(Some("busy")),
            "EventReleased" => after.cause = after.cause.or(Some("released")),
            _ => {}
        }
        after.conn_id = event.conn_id.or(after.conn_id);
        after.last_event = event.identity().or(after.last_event);
        self.hear(&mut after, state);
        Ok(after)
    }

    /// An end event always ends.
    fn check_limits(
        &self,
        before: Option<&ModelSession>,
        event: &PlainEvent,
        this_dn: &str,
    ) -> Result<(), &'static str> {
        let limits = &self.limits;
        let too_long = |dn: &str| dn.len() > limits.dn_length;
        let text_length = event.text.as_deref().map_or(0, str::len);
        let over = (event.has_user_data
            && event.user_data.as_ref().is_some_and(|user_data| is_over(user_data, limits)))
            || too_long(this_dn)
            || event.other_dn.as_deref().is_some_and(too_long)
            || self.lacks_room(before, event)
            || (event.name == "EventPrivateInfo" && text_length > limits.text_length);
        if over && !event.ends() { Err("limit") } else { Ok(()) }
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

/// The notifications as they are for agents that do not have all rights.
fn rendered(notifications: &[Value], agents: &[Agent]) -> Vec<Value> {
    let mut rendered = Vec::new();
    for (position, agent) in agents.iter().enumerate().filter(|(_, agent)| agent.rights() != Operations::ALL) {
        for told in notifications {
            let dn = told.get("thisDN").and_then(Value::as_str);
            if agent.devices().iter().any(|device| Some(&*device.dn) == dn) {
                let mut notification = told.get("notification").cloned().unwrap_or_default();
                if let Some(resource) = notification.pointer_mut("/data/imSession") {
                    *resource = for_rights(resource.take(), agent);
                }
                rendered.push(json!({"agent": position, "notification": notification}));
            }
        }
    }
    rendered
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

/// A Dialing or Ringing that meets `Completed` and is provably newer: of the same server start, and (not being stale) later.
fn is_reopened(event: &PlainEvent, last: Option<Identity>) -> bool {
    let begins = event.name == "EventDialing" || event.name == "EventRinging";
    match (last, event.number) {
        (Some((server_start, _)), Some(_)) => begins && server_start == event.server_start,
        _ => false,
    }
}
