//! How sessions of the reference store end and come without an event: expired, forgotten, reconciled.

use serde_json::Value;

use super::data::from_json;
use super::{ReferenceSession, ReferenceStore, depth, size, view};

impl ReferenceStore {
    /// Ends the open sessions that heard nothing since; the notifications.
    pub(crate) fn expire(&mut self, before: u64) -> Vec<Value> {
        let mut notifications = Vec::new();
        for position in self.in_order() {
            if self.sessions[position].is_open() && self.sessions[position].heard < before {
                notifications.push(self.end(position));
            }
        }
        notifications
    }

    fn end(&mut self, position: usize) -> Value {
        self.sessions[position].state = "Completed".into();
        self.sessions[position].heard = self.now;
        self.notification(&self.sessions[position], "StatusChange")
    }

    /// Forgets a completed session.
    pub(crate) fn forget(&mut self, this_dn: &str, id: &str) -> bool {
        let position = self.position(this_dn, id).filter(|&position| !self.sessions[position].is_open());
        position.map(|position| self.sessions.remove(position)).is_some()
    }

    /// Forgets what was completed before; how many.
    pub(crate) fn forget_completed(&mut self, before: u64) -> usize {
        let all = self.sessions.len();
        self.sessions.retain(|session| session.is_open() || session.heard >= before);
        all - self.sessions.len()
    }

    /// Forgets requests sent before; how many.
    pub(crate) fn forget_requests(&mut self, before: u64) -> usize {
        let all = self.requests.len();
        self.requests.retain(|request| request.sent >= before);
        all - self.requests.len()
    }

    /// Makes the sessions of a DN what the list says; the notifications, or none where the list cannot be taken.
    pub(crate) fn reconcile(&mut self, this_dn: &str, list: &[Value]) -> Option<Vec<Value>> {
        let mut wanted: Vec<ReferenceSession> = Vec::new();
        for resource in list {
            let session = wanted_session(this_dn, resource);
            if wanted.iter().any(|known| known.id == session.id) || !self.takes(&session) {
                return None;
            }
            wanted.push(session);
        }
        let new = wanted.iter().filter(|session| self.position(this_dn, &session.id).is_none()).count();
        let of_dn = self.sessions.iter().filter(|session| session.this_dn == this_dn).count();
        if new > 0 && (self.sessions.len() + new > self.limits.sessions || of_dn + new > self.limits.sessions_per_dn) {
            return None;
        }

        for session in &wanted {
            if self.position(this_dn, &session.id).is_none() {
                // Told as new below: a state that no session can have.
                self.sessions.push(ReferenceSession::new(this_dn, &session.id, "none"));
            }
        }
        let mut notifications = Vec::new();
        for position in self.in_order() {
            let before = self.sessions[position].clone();
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
                    self.sessions[position] = after;
                }
                None if before.is_open() => notifications.push(self.end(position)),
                None => {}
            }
        }
        Some(notifications)
    }

    fn takes(&self, session: &ReferenceSession) -> bool {
        let limits = &self.limits;
        let is_an_id = session.id.chars().all(|letter| letter.is_ascii_alphanumeric() || "._~-".contains(letter));
        is_an_id
            && (1..=64).contains(&session.id.len())
            && session.id != "."
            && session.id != ".."
            && session.this_dn.len() <= limits.dn_length
            && session.participants.iter().all(|number| number.len() <= limits.dn_length)
            && session.participants.len() <= limits.participants
            && size(&session.user_data) <= limits.user_data_size
            && depth(&session.user_data) <= limits.user_data_depth
    }
}

fn wanted_session(this_dn: &str, resource: &Value) -> ReferenceSession {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let mut session = ReferenceSession::new(this_dn, &text(&resource["id"]), &text(&resource["state"]));
    for participant in resource["participants"].as_array().into_iter().flatten() {
        let number = text(&participant["phoneNumber"]);
        if !number.is_empty() && number != this_dn && !session.participants.contains(&number) {
            session.participants.push(number);
        }
    }
    session.user_data = resource["userData"].as_object().and_then(from_json).unwrap_or_default();
    session
}
