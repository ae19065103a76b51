//! What an event does to the reference store. Specification 2 and 5.

use im_session::{ConnId, Event};
use serde_json::{Value, json};

use super::data::list;
use super::{Data, Pairs, ReferenceSession, ReferenceStore, depth, size, view};

/// An event, for both stores.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ReferenceEvent {
    pub(crate) name: String,
    pub(crate) this_dn: Option<String>,
    pub(crate) other_dn: Option<String>,
    pub(crate) call_uuid: Option<String>,
    pub(crate) conn_id: Option<u64>,
    pub(crate) number: Option<u64>,
    pub(crate) server_start: Option<u64>,
    pub(crate) user_data: Option<Pairs>,
    pub(crate) extensions: Option<Pairs>,
    pub(crate) reference_id: Option<u64>,
    pub(crate) error_code: Option<i64>,
    pub(crate) error_message: Option<String>,
}

impl ReferenceEvent {
    /// The same for the crate.
    pub(crate) fn event(&self) -> Event<'static> {
        let mut event = Event::new(self.name.as_str()).into_owned();
        event.this_dn = self.this_dn.clone().map(Into::into);
        event.other_dn = self.other_dn.clone().map(Into::into);
        event.call_uuid = self.call_uuid.clone().map(Into::into);
        event.conn_id = self.conn_id.map(ConnId);
        event.event_sequence_number = self.number;
        event.server_start_time = self.server_start;
        event.user_data = self.user_data.as_ref().map(list);
        event.extensions = self.extensions.as_ref().map(list);
        event.reference_id = self.reference_id;
        event.error_code = self.error_code;
        event.error_message = self.error_message.clone().map(Into::into);
        event
    }

    fn this_dn(&self) -> Option<&str> {
        self.this_dn.as_deref().filter(|dn| !dn.is_empty())
    }

    fn id(&self) -> Option<&str> {
        self.call_uuid.as_deref().filter(|id| !id.is_empty())
    }

    /// An OtherDN equal to ThisDN counts as absent.
    fn other_dn(&self) -> Option<&str> {
        self.other_dn.as_deref().filter(|dn| !dn.is_empty() && Some(*dn) != self.this_dn())
    }

    /// The pair `text` of the extensions, the last of that name; an integer in decimal, a list: no text.
    fn text(&self) -> Option<String> {
        let pairs = self.extensions.iter().flatten();
        match pairs.rev().find(|(key, _)| key == "text").map(|(_, data)| data) {
            Some(Data::Text(text) | Data::Binary(text)) => Some(text.clone()),
            Some(Data::Integer(number)) => Some(number.to_string()),
            Some(Data::List(_)) | None => None,
        }
    }

    fn moves(&self) -> bool {
        ["EventDialing", "EventRinging", "EventEstablished", "EventReleased", "EventAbandoned"].contains(&&*self.name)
    }

    fn touches_data(&self) -> bool {
        let names = [
            "EventAttachedDataChanged",
            "EventPartyAdded",
            "EventPartyDeleted",
            "EventPartyChanged",
            "EventPrivateInfo",
            "EventDestinationBusy",
        ];
        names.contains(&&*self.name)
    }

    /// Of the events that are not ignored, one without a usable CallUUID, or (AttachedDataChanged apart) without ThisDN.
    fn is_unreadable(&self) -> bool {
        let is_an_id = |id: &str| {
            let letters = id.chars().all(|letter| letter.is_ascii_alphanumeric() || "._~-".contains(letter));
            (1..=64).contains(&id.len()) && letters && id != "." && id != ".."
        };
        let may_lack_this_dn = self.name == "EventAttachedDataChanged";
        !self.id().is_some_and(is_an_id) || (self.this_dn().is_none() && !may_lack_this_dn)
    }
}

impl ReferenceStore {
    /// Takes an event. `{"outcome", "reason"?, "from", "to", "notifications", "settled"}`, or `"unreadable"`.
    pub(crate) fn handle_event(&mut self, event: &ReferenceEvent) -> Value {
        let settled = self.settle(event);
        let mut told = self.decide(event);
        let outcome = told["outcome"].as_str().unwrap_or("unreadable").to_string();
        match told.get("reason").and_then(Value::as_str).map(String::from) {
            Some(reason) => self.count(&format!("rejected {reason}")),
            None => self.count(&outcome),
        }
        if told.is_object() {
            told["settled"] = settled;
        }
        told
    }

    fn decide(&mut self, event: &ReferenceEvent) -> Value {
        let known = event.this_dn().zip(event.id()).and_then(|(this_dn, id)| self.position(this_dn, id));
        let state = known.map(|position| self.sessions[position].state.clone());
        let unchanged = |outcome: &str| json!({"outcome": outcome, "from": state, "to": state, "notifications": []});
        let rejected = |reason: &str, state: Option<&str>| json!({"outcome": "rejected", "reason": reason, "from": state, "to": state, "notifications": []});

        // What is decided first: ignored by name, then unreadable, then stale, then the table, then limit.
        if !event.moves() && !event.touches_data() {
            return unchanged("ignored");
        }
        if event.is_unreadable() {
            return json!("unreadable");
        }
        if event.name == "EventPrivateInfo" && event.text().is_none() {
            return unchanged("ignored");
        }
        let Some(this_dn) = event.this_dn() else {
            return match self.at_the_whole_call(event) {
                Ok(told) => told,
                Err(reason) => rejected(reason, None),
            };
        };
        let id = event.id().expect("readable").to_string();

        let before = known.map(|position| self.sessions[position].clone());
        let after = match self.applied(before.as_ref(), event, this_dn, &id) {
            Ok(after) => after,
            Err(reason) => return rejected(reason, state.as_deref()),
        };
        let notifications = match self.told(before.as_ref(), &after) {
            _ if event.name == "EventPrivateInfo" => {
                let data = json!({
                    "imSessionPath": format!("/im-sessions/{id}"),
                    "message": event.text(),
                    "messageType": "IMLogUpdateMessage",
                    "notificationType": "NewMessage",
                });
                vec![json!({"thisDN": this_dn, "notification": {"data": data}})]
            }
            notification => Vec::from_iter(notification),
        };
        let outcome = match notifications.len() {
            _ if event.name == "EventPrivateInfo" => "message",
            0 => "unchanged",
            _ => "changed",
        };
        let told = json!({"outcome": outcome, "from": state, "to": after.state, "notifications": notifications});
        match known {
            Some(position) => self.sessions[position] = after,
            None => self.sessions.push(after),
        }
        told
    }

    /// AttachedDataChanged without ThisDN goes to every open session of that CallUUID.
    fn at_the_whole_call(&mut self, event: &ReferenceEvent) -> Result<Value, &'static str> {
        let open =
            |&position: &usize| Some(&*self.sessions[position].id) == event.id() && self.sessions[position].is_open();
        let positions: Vec<usize> = self.in_order().into_iter().filter(open).collect();
        if positions.is_empty() {
            return Err("orphan");
        }
        let positions: Vec<usize> =
            positions.into_iter().filter(|&position| !is_stale(&self.sessions[position], event)).collect();
        if positions.is_empty() {
            return Err("stale");
        }
        let mut notifications = Vec::new();
        for position in positions {
            let before = self.sessions[position].clone();
            // The limit concerns the event alone: the first session that refuses it stands for all.
            let after = self.applied(Some(&before), event, &before.this_dn, &before.id)?;
            notifications.extend(self.told(Some(&before), &after));
            self.sessions[position] = after;
        }
        let outcome = if notifications.is_empty() { "unchanged" } else { "changed" };
        Ok(json!({"outcome": outcome, "from": null, "to": null, "notifications": notifications}))
    }

    /// The session as the event leaves it, or why the event is rejected.
    fn applied(
        &self,
        before: Option<&ReferenceSession>,
        event: &ReferenceEvent,
        this_dn: &str,
        id: &str,
    ) -> Result<ReferenceSession, &'static str> {
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

        let mut after = before.cloned().unwrap_or_else(|| ReferenceSession::new(this_dn, id, to));
        let was_completed = before.is_some_and(|session| !session.is_open());
        after.state = to.into();
        if reopened {
            after.participants.clear();
            after.user_data.clear();
        }
        if let Some(other_dn) = event.other_dn() {
            let known = after.participants.iter().any(|number| number == other_dn);
            match &*event.name {
                "EventDialing" | "EventRinging" | "EventEstablished" if !known => {
                    after.participants = vec![other_dn.into()];
                }
                "EventPartyChanged" => after.participants = vec![other_dn.into()],
                "EventPartyAdded" if !known => after.participants.push(other_dn.into()),
                "EventPartyDeleted" => after.participants.retain(|number| number != other_dn),
                _ => {}
            }
        }
        if event.name == "EventAttachedDataChanged" {
            after.user_data = event.user_data.clone().unwrap_or_default();
        } else if event.moves() && (reopened || !was_completed) {
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
        before: Option<&ReferenceSession>,
        event: &ReferenceEvent,
        after: &ReferenceSession,
    ) -> Result<(), &'static str> {
        let limits = &self.limits;
        let user_data = event.user_data.clone().unwrap_or_default();
        let of_dn = self.sessions.iter().filter(|session| session.this_dn == after.this_dn).count();
        let grew = after.participants.len() > before.map_or(0, |session| session.participants.len());
        let over = size(&user_data) > limits.user_data_size
            || depth(&user_data) > limits.user_data_depth
            || after.this_dn.len() > limits.dn_length
            || event.other_dn().is_some_and(|dn| dn.len() > limits.dn_length)
            || (grew && after.participants.len() > limits.participants)
            || (event.name == "EventPrivateInfo" && event.text().unwrap_or_default().len() > limits.text_length)
            || (before.is_none() && self.sessions.len() >= limits.sessions)
            || (before.is_none() && of_dn >= limits.sessions_per_dn);
        if over { Err("limit") } else { Ok(()) }
    }

    /// The notification that leads from one to the other; none where nothing changed.
    pub(crate) fn told(&self, before: Option<&ReferenceSession>, after: &ReferenceSession) -> Option<Value> {
        let same_status =
            |before: &ReferenceSession| before.state == after.state && before.participants == after.participants;
        let same_data = |before: &ReferenceSession| view(&before.user_data) == view(&after.user_data);
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
    let column = match state {
        None => 0,
        Some("Initiating") => 1,
        Some("Alerting") => 2,
        Some("Talking") => 3,
        Some(_) => 4,
    };
    let in_open_ones = ["orphan", "Initiating", "Alerting", "Talking", "ended"];
    let row = match name {
        "EventDialing" => ["Initiating", "Initiating", "role-conflict", "late", "ended"],
        "EventRinging" => ["Alerting", "role-conflict", "Alerting", "late", "ended"],
        "EventEstablished" => ["Talking", "Talking", "Talking", "Talking", "ended"],
        "EventReleased" | "EventAbandoned" => ["orphan", "Completed", "Completed", "Completed", "Completed"],
        "EventDestinationBusy" => ["orphan", "Initiating", "early", "late", "ended"],
        "EventPrivateInfo" => ["orphan", "early", "early", "Talking", "ended"],
        _ => in_open_ones,
    };
    let cell = row[column];
    if cell.starts_with(char::is_uppercase) { Ok(cell) } else { Err(cell) }
}

/// A number that is not higher, under the same ServerStartTime (absent is a value of its own).
fn is_stale(session: &ReferenceSession, event: &ReferenceEvent) -> bool {
    match (session.last_event, event.number) {
        (Some((server_start, last)), Some(number)) => server_start == event.server_start && number <= last,
        _ => false,
    }
}

/// A Dialing or Ringing that meets `Completed` and is provably newer.
fn is_reopened(session: &ReferenceSession, event: &ReferenceEvent) -> bool {
    let begins = event.name == "EventDialing" || event.name == "EventRinging";
    match (session.last_event, event.number) {
        (Some((server_start, last)), Some(number)) => begins && server_start == event.server_start && number > last,
        _ => false,
    }
}
