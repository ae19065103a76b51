//! How does an event change the model? Specification 2 and 5.

use super::user_data::{is_over, view};
use super::{Identity, Model, ModelSession, for_rights, is_an_id};
use crate::event::{Event, KeyValueList, ListAttribute};
use crate::testing::Agent;
use crate::testing::prelude::*;

/// Why an event is rejected.
type Reason = &'static str;

const MOVES: [&str; 5] = ["EventDialing", "EventRinging", "EventEstablished", "EventReleased", "EventAbandoned"];

/// The event in normal form: an empty string is absent, and so is an OtherDN equal to ThisDN.
fn plain(event: &Event<'_>) -> Event<'static> {
    let mut event = event.clone().into_owned();
    for text in [&mut event.this_dn, &mut event.other_dn, &mut event.call_uuid, &mut event.error_message] {
        *text = text.take().filter(|text| !text.is_empty());
    }
    event.other_dn = event.other_dn.take().filter(|dn| Some(dn) != event.this_dn.as_ref());
    event
}

/// Whether its name can change the state or the data of a session. Every other event is ignored.
pub(super) fn is_of_a_session(event: &Event<'_>) -> bool {
    let touches =
        ["DestinationBusy", "PartyChanged", "PartyAdded", "PartyDeleted", "AttachedDataChanged", "PrivateInfo"];
    let name = event.name.as_str();
    MOVES.contains(&name) || name.strip_prefix("Event").is_some_and(|name| touches.contains(&name))
}

/// Whether an event that is not ignored lacks a usable CallUUID or, unless it is an AttachedDataChanged, a ThisDN.
fn is_unreadable(event: &Event<'_>) -> bool {
    let may_lack_this_dn = event.name.as_str() == "EventAttachedDataChanged";
    !event.call_uuid.as_deref().is_some_and(is_an_id) || (event.this_dn.is_none() && !may_lack_this_dn)
}

fn ends(event: &Event<'_>) -> bool {
    ["EventReleased", "EventAbandoned"].contains(&event.name.as_str())
}

fn identity(event: &Event<'_>) -> Option<Identity> {
    event.event_sequence_number.map(|number| (event.server_start_time, number))
}

/// Whether its number is not higher than this one, with the same ServerStartTime. An absent ServerStartTime is a
/// separate value.
fn is_stale(event: &Event<'_>, last: Option<Identity>) -> bool {
    match (last, identity(event)) {
        (Some((last_start, last)), Some((start, number))) => start == last_start && number <= last,
        _ => false,
    }
}

/// The user data after the event. `None` if the event does not change it: the attribute is hidden, or absent in any
/// event but AttachedDataChanged.
fn user_data(event: &Event<'static>) -> Option<KeyValueList<'static>> {
    match &event.user_data {
        ListAttribute::Present(list) => Some(list.clone()),
        ListAttribute::Absent if event.name.as_str() == "EventAttachedDataChanged" => Some(KeyValueList::new()),
        ListAttribute::Absent | ListAttribute::Hidden => None,
    }
}

/// The last pair `text` of the extensions. An integer is written in decimal; a list is not a text.
fn text(event: &Event<'_>) -> Option<String> {
    match view(event.extensions.list()?).get("text")? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

impl Model {
    pub(super) fn handle_event(&mut self, event: &Event<'_>, agents: &[Agent]) -> Value {
        let event = plain(event);
        if is_of_a_session(&event) && is_unreadable(&event) {
            return json!({"told": {"outcome": "unreadable"}, "notifications": [], "settled": []});
        }
        let settled = self.settle(&event);
        let (told, notifications) = self.decide(&event);
        let answer = json!({"told": told, "notifications": notifications, "settled": settled});
        let with_dn =
            notifications.iter().filter_map(|told| Some((told.get("thisDN")?.as_str()?, &told["notification"])));
        with_rendered(answer, agents, &with_dn.collect::<Vec<_>>(), |&notification, agent| {
            let mut notification = notification.clone();
            if let Some(resource) = notification.pointer_mut("/data/imSession") {
                *resource = for_rights(resource.take(), agent);
            }
            notification
        })
    }

    /// The outcome and the notifications. The order is: ignored by name, then unreadable (checked by the caller), then
    /// stale, then the table, then the limits.
    fn decide(&mut self, event: &Event<'static>) -> (Value, Vec<Value>) {
        let key = event.this_dn.as_deref().zip(event.call_uuid.as_deref());
        let before = key.and_then(|(this_dn, id)| self.session(this_dn, id)).cloned();
        let state = before.as_ref().map(|session| session.state.clone());
        let is_message = event.name.as_str() == "EventPrivateInfo";
        if !is_of_a_session(event) || (is_message && text(event).is_none()) {
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
                // The end of an unknown session is remembered, because it may have overtaken the session's first event.
                if let Some(identity) = identity(event).filter(|_| reason == "orphan" && ends(event)) {
                    if this_dn.len() <= self.limits.dn_length {
                        self.remember_end(this_dn, id, identity);
                    }
                }
                return rejected(reason, state.as_deref());
            }
        };
        if before.is_none() {
            // A session that opens without a number takes that of the remembered end.
            after.last_event = after.last_event.or(self.end_of(this_dn, id));
            if !self.make_room(this_dn, id) {
                return rejected("limit", None);
            }
        }
        let notifications = if is_message {
            let data = json!({
                "imSessionPath": format!("/im-sessions/{id}"),
                "message": text(event),
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

    /// Applies an AttachedDataChanged without ThisDN to every open session of its CallUUID.
    fn at_the_whole_call(&mut self, event: &Event<'static>) -> Result<(Value, Vec<Value>), Reason> {
        let mut open = self.copies(|session| Some(&*session.id) == event.call_uuid.as_deref() && session.is_open());
        if open.is_empty() {
            return Err("orphan");
        }
        open.retain(|session| !is_stale(event, session.last_event));
        if open.is_empty() {
            return Err("stale");
        }
        let mut notifications = Vec::new();
        for before in open {
            // Whether a limit is exceeded depends only on the event, so the first session decides for all.
            let after = self.applied(Some(&before), event, &before.this_dn, &before.id)?;
            notifications.extend(self.told(Some(&before), &after));
            self.put(after);
        }
        let outcome = if notifications.is_empty() { "unchanged" } else { "changed" };
        Ok((json!({"outcome": outcome, "from": null, "to": null}), notifications))
    }

    /// The session after the event, or why the event is rejected.
    fn applied(
        &mut self,
        before: Option<&ModelSession>,
        event: &Event<'static>,
        this_dn: &str,
        id: &str,
    ) -> Result<ModelSession, Reason> {
        let last = before.map_or_else(|| self.end_of(this_dn, id), |session| session.last_event);
        if is_stale(event, last) {
            return Err("stale");
        }
        let state = before.map(|session| &*session.state);
        let name = event.name.as_str();
        let cell = table(name, state);
        let reopened = cell == Err("ended") && is_newer_leg(event, last);
        // A reopened session starts as if it had not existed.
        let to = if reopened { table(name, None)? } else { cell? };
        self.check_limits(before, event, this_dn)?;

        let mut after = before.cloned().unwrap_or_else(|| ModelSession::new(this_dn, id, to));
        after.state = to.into();
        if reopened {
            after.participants.clear();
            after.user_data = KeyValueList::new();
            (after.busy, after.cause) = (false, None);
        }
        if let Some(other_dn) = event.other_dn.as_ref().map(ToString::to_string) {
            let known = after.participants.contains(&other_dn);
            match name {
                "EventDialing" | "EventRinging" | "EventEstablished" if !known => {
                    after.participants = Vec::from([other_dn]);
                }
                "EventPartyChanged" => after.participants = Vec::from([other_dn]),
                "EventPartyAdded" if !known => after.participants.push(other_dn),
                "EventPartyDeleted" => after.participants.retain(|number| *number != other_dn),
                _ => {}
            }
        }
        let brings_user_data =
            name == "EventAttachedDataChanged" || (MOVES.contains(&name) && (reopened || state != Some("Completed")));
        // Drops user data over a limit. Only an end event can have it here.
        if let Some(user_data) = user_data(event).filter(|_| brings_user_data && !self.is_too_much(event)) {
            after.user_data = user_data;
        }
        match name {
            "EventEstablished" => after.busy = false,
            "EventDestinationBusy" => after.busy = true,
            "EventAbandoned" => after.cause = after.cause.or(Some("abandoned")),
            "EventReleased" if after.busy => after.cause = after.cause.or(Some("busy")),
            "EventReleased" => after.cause = after.cause.or(Some("released")),
            _ => {}
        }
        after.conn_id = event.conn_id.map(|conn_id| conn_id.0).or(after.conn_id);
        after.last_event = identity(event).or(after.last_event);
        self.hear(&mut after, state);
        Ok(after)
    }

    /// Checks the limits. An end event always passes.
    fn check_limits(&self, before: Option<&ModelSession>, event: &Event<'_>, this_dn: &str) -> Result<(), Reason> {
        let limits = &self.limits;
        let too_long = |dn: &str| dn.len() > limits.dn_length;
        let message = text(event).filter(|_| event.name.as_str() == "EventPrivateInfo");
        let over = self.is_too_much(event)
            || too_long(this_dn)
            || event.other_dn.as_deref().is_some_and(too_long)
            || self.lacks_room(before, event)
            || message.is_some_and(|text| text.len() > limits.text_length);
        if over && !ends(event) { Err("limit") } else { Ok(()) }
    }

    /// Whether the user data exceeds a limit. An absent attribute does not.
    fn is_too_much(&self, event: &Event<'_>) -> bool {
        event.user_data.list().is_some_and(|user_data| is_over(user_data, &self.limits))
    }

    /// Whether the party of the event would exceed the limit: in addition to the others if it is added, alone if it
    /// replaces them.
    fn lacks_room(&self, before: Option<&ModelSession>, event: &Event<'_>) -> bool {
        let there = before.map(|session| &*session.participants).unwrap_or_default();
        let Some(other_dn) = event.other_dn.as_deref() else { return false };
        let beside = match event.name.as_str() {
            "EventPartyAdded" => there.len(),
            "EventDialing" | "EventRinging" | "EventEstablished" | "EventPartyChanged" => 0,
            _ => return false,
        };
        !there.iter().any(|number| number == other_dn) && beside >= self.limits.participants
    }

    /// The notification of the change. `None` if nothing changed.
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

/// The table of 2.1 and the column "accepted in" of 2.2: the state after the event, or the reject reason.
fn table(name: &str, state: Option<&str>) -> Result<&'static str, Reason> {
    let [none, initiating, alerting, talking, completed] = match name {
        "EventDialing" => ["Initiating", "Initiating", "role-conflict", "late", "ended"],
        "EventRinging" => ["Alerting", "role-conflict", "Alerting", "late", "ended"],
        "EventEstablished" => ["Talking", "Talking", "Talking", "Talking", "ended"],
        "EventReleased" | "EventAbandoned" => ["orphan", "Completed", "Completed", "Completed", "Completed"],
        "EventDestinationBusy" => ["orphan", "Initiating", "early", "late", "ended"],
        "EventPrivateInfo" => ["orphan", "early", "early", "Talking", "ended"],
        _ => ["orphan", "Initiating", "Alerting", "Talking", "ended"],
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

/// Whether a Dialing or Ringing in `Completed` is provably newer: it is of the same server start and, since it is not
/// stale, later.
fn is_newer_leg(event: &Event<'static>, last: Option<Identity>) -> bool {
    let begins = ["EventDialing", "EventRinging"].contains(&event.name.as_str());
    let same_start = |((last_start, _), (start, _))| last_start == start;
    begins && last.zip(identity(event)).is_some_and(same_start)
}
