//! How sessions of the model end and come without an event: expired, forgotten, reconciled.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::Value;

use super::data::{Pairs, depth, from_json, size};
use super::{Model, ModelSession, is_an_id, view};

impl Model {
    /// Ends the open sessions that heard nothing since; the notifications.
    pub(super) fn expire(&mut self, before: u64) -> Vec<Value> {
        let mut notifications = Vec::new();
        for session in self.sorted() {
            if session.is_open() && session.heard < before {
                notifications.push(self.end(session));
            }
        }
        notifications
    }

    fn end(&mut self, session: ModelSession) -> Value {
        let ended = ModelSession { state: "Completed".into(), heard: self.now, ..session };
        let notification = self.notification(&ended, "StatusChange");
        self.put(ended);
        notification
    }

    /// Forgets a completed session.
    pub(super) fn forget(&mut self, this_dn: &str, id: &str) -> bool {
        let is_it = |session: &ModelSession| session.this_dn == this_dn && session.id == id && !session.is_open();
        let position = self.sessions.iter().position(is_it);
        position.map(|position| self.sessions.remove(position)).is_some()
    }

    /// Forgets what was completed before; how many.
    pub(super) fn forget_completed(&mut self, before: u64) -> usize {
        let all = self.sessions.len();
        self.sessions.retain(|session| session.is_open() || session.heard >= before);
        all - self.sessions.len()
    }

    /// Forgets requests sent before; how many.
    pub(super) fn forget_requests(&mut self, before: u64) -> usize {
        let all = self.requests.len();
        self.requests.retain(|request| request.sent >= before);
        all - self.requests.len()
    }

    /// Makes the sessions of a DN what the list says; the notifications, or none where the list cannot be taken.
    pub(super) fn reconcile(&mut self, this_dn: &str, list: &[Value]) -> Option<Vec<Value>> {
        if this_dn.is_empty() {
            return None;
        }
        let mut wanted: Vec<ModelSession> = Vec::new();
        for resource in list {
            let session = wanted_session(this_dn, resource)?;
            if wanted.iter().any(|known| known.id == session.id) || !self.takes(&session) {
                return None;
            }
            wanted.push(session);
        }
        let new = wanted.iter().filter(|session| self.session(this_dn, &session.id).is_none()).count();
        let of_dn = self.sessions.iter().filter(|session| session.this_dn == this_dn).count();
        if self.sessions.len() + new > self.limits.sessions || of_dn + new > self.limits.sessions_per_dn {
            return None;
        }

        for session in &wanted {
            if self.session(this_dn, &session.id).is_none() {
                // Told as new below: a state that no session can have.
                self.put(ModelSession::new(this_dn, &session.id, "none"));
            }
        }
        let mut notifications = Vec::new();
        for before in self.sorted() {
            if before.this_dn != this_dn {
                continue;
            }
            match wanted.iter().find(|session| session.id == before.id) {
                Some(session) => {
                    let mut after = before.clone();
                    after.state = session.state.clone();
                    after.participants = session.participants.clone();
                    // The same view says nothing of the pairs behind it.
                    if view(&before.user_data) != view(&session.user_data) {
                        after.user_data = session.user_data.clone();
                    }
                    if before.is_open() || after.is_open() {
                        after.heard = self.now;
                    }
                    notifications.extend(self.told(Some(&before), &after));
                    self.put(after);
                }
                None if before.is_open() => notifications.push(self.end(before)),
                None => {}
            }
        }
        Some(notifications)
    }

    fn takes(&self, session: &ModelSession) -> bool {
        let limits = &self.limits;
        is_an_id(&session.id)
            && session.this_dn.len() <= limits.dn_length
            && session.participants.iter().all(|number| number.len() <= limits.dn_length)
            && session.participants.len() <= limits.participants
            && size(&session.user_data) <= limits.user_data_size
            && depth(&session.user_data) <= self.deepest()
    }
}

/// The session that a resource speaks of; none where it is no resource. Reading is tolerant: only `id` and `state` must be
/// there, the state is trimmed, `null` is nothing. Specification 1.
fn wanted_session(this_dn: &str, resource: &Value) -> Option<ModelSession> {
    let state = resource.get("state")?.as_str()?.trim();
    if !["Initiating", "Alerting", "Talking", "Completed"].contains(&state) {
        return None;
    }
    let mut session = ModelSession::new(this_dn, resource.get("id")?.as_str()?, state);
    for participant in
        there(resource, "participants").map_or(Some(&[][..]), |list| Some(list.as_array()?.as_slice()))?
    {
        let number = number(participant)?;
        if !number.is_empty() && number != this_dn && !session.participants.contains(&number) {
            session.participants.push(number);
        }
    }
    session.user_data = match there(resource, "userData") {
        None => Pairs::new(),
        Some(user_data) => from_json(user_data.as_object()?)?,
    };
    Some(session)
}

fn there<'v>(object: &'v Value, name: &str) -> Option<&'v Value> {
    object.get(name).filter(|value| !value.is_null())
}

/// The first number of a participant that is not empty.
fn number(participant: &Value) -> Option<String> {
    if !participant.is_object() {
        return None;
    }
    let mut first = String::new();
    for name in ["phoneNumber", "e164Number", "digits"] {
        let number = there(participant, name).map_or(Some(""), Value::as_str)?;
        if first.is_empty() {
            first = number.to_string();
        }
    }
    Some(first)
}
