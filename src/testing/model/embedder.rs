//! The actions of the embedder. They end or create sessions of the model without an event, and restart the service.

use serde::Deserialize;

use super::user_data::{from_json, is_over, view};
use super::{Model, ModelSession, SECOND, is_an_id};
use crate::testing::prelude::*;

/// The notifications and the settled requests.
type Done = (Vec<Value>, Vec<Value>);

/// How many ReferenceIDs a service skips after a restart, because it may have sent more requests than it saved.
const GAP: u64 = 1_000;

impl Model {
    /// Advances the time. `None` if it jumps by more than the limit, except for the first time that is set.
    pub(super) fn set_time(&mut self, by: u64) -> Option<Done> {
        let now = self.now.saturating_add(by.saturating_mul(SECOND));
        if self.time_told && u128::from(by) * u128::from(SECOND) > self.limits.time_jump.as_nanos() {
            return None;
        }
        (self.now, self.time_told) = (now, true);
        Some(Done::default())
    }

    /// The time this long ago. `None` if that is in the future.
    pub(super) fn cutoff(&self, ago: i64) -> Option<u64> {
        let span = ago.unsigned_abs().saturating_mul(SECOND);
        let before = if ago < 0 { self.now.saturating_add(span) } else { self.now.saturating_sub(span) };
        Some(before).filter(|&before| before <= self.now)
    }

    /// Ends the open sessions without an event since `before`, the oldest first, and the requests that were sent
    /// before. Returns the notifications in byte order of DN, then id, and the requests.
    pub(super) fn expire(&mut self, before: u64) -> Done {
        let mut unheard = self.copies(|session| session.is_open() && session.heard < before);
        unheard.sort_by_key(|session| session.order);
        let mut ended: Vec<ModelSession> =
            unheard.into_iter().map(|session| self.end_because(session, "expired")).collect();
        ended.sort_by(|one, other| (&one.this_dn, &one.id).cmp(&(&other.this_dn, &other.id)));
        let notifications = ended.iter().map(|session| self.notification(session, "StatusChange")).collect();

        let requests = core::mem::take(&mut self.requests).into_iter();
        let (timed_out, in_flight): (Vec<_>, Vec<_>) = requests.partition(|request| request.sent < before);
        self.requests = in_flight;
        (notifications, timed_out.iter().map(|request| request.settled(&json!("timedOut"))).collect())
    }

    fn end_because(&mut self, session: ModelSession, cause: &'static str) -> ModelSession {
        let was = session.state.clone();
        let mut ended = ModelSession { state: "Completed".into(), cause: Some(cause), ..session };
        self.hear(&mut ended, Some(&was));
        self.put(ended.clone());
        ended
    }

    /// Forgets the sessions that completed before this time, the oldest first.
    pub(super) fn forget_completed(&mut self, before: u64) -> Done {
        let old = |session: &ModelSession| !session.is_open() && session.heard < before;
        while self.sessions.iter().any(old) {
            self.forget_first_completed(old);
        }
        Done::default()
    }

    /// Restarts with everything that was saved. The restarted service does not know whether more requests were sent.
    pub(super) fn restart(&mut self) -> Done {
        let (first, last) = self.reference_ids;
        self.restarted |= self.last_reference_id >= first;
        let size = last - first + 1;
        let passed = self.last_reference_id + 1 - first + GAP;
        self.last_reference_id = first - 1 + if passed > size { (passed - 1) % size + 1 } else { passed };
        self.time_told = false;
        // After a restart, sessions with equal times are in the order of the list.
        let mut open = self.copies(ModelSession::is_open);
        open.sort_by_key(|session| session.heard);
        for mut session in open {
            self.clock += 1;
            session.order = self.clock;
            self.put(session);
        }
        Done::default()
    }

    /// Makes the sessions of a DN match the list, and returns the notifications. `None` if the list is refused.
    pub(super) fn reconcile(&mut self, this_dn: &str, list: &[Value]) -> Option<Done> {
        if this_dn.is_empty() {
            return None;
        }
        let wanted = self.wanted(this_dn, list)?;
        let is_listed =
            |session: &ModelSession| session.this_dn == this_dn && wanted.iter().any(|wanted| wanted.id == session.id);
        let mut told = BTreeMap::new();
        for session in self.copies(|one| one.this_dn == this_dn && one.is_open() && !is_listed(one)) {
            let ended = self.end_because(session, "vanished");
            told.insert(ended.id.clone(), self.notification(&ended, "StatusChange"));
        }
        let known = self.sessions.iter().filter(|session| is_listed(session)).count();
        let new = wanted.len() - known;
        self.make_room_for(new, self.limits.sessions_per_dn, |one| one.this_dn == this_dn, is_listed);
        self.make_room_for(new, self.limits.sessions, |_| true, is_listed);
        for wanted in &wanted {
            let before = self.session(this_dn, &wanted.id).cloned();
            let after = self.taken_over(before.as_ref(), wanted);
            let notification = self.told(before.as_ref(), &after);
            told.extend(notification.map(|notification| (after.id.clone(), notification)));
            self.put(after);
        }
        Some((told.into_values().collect(), Vec::new()))
    }

    /// The sessions of the list. `None` if one of them is invalid or exceeds a limit.
    fn wanted(&self, this_dn: &str, list: &[Value]) -> Option<Vec<ModelSession>> {
        let open_elsewhere =
            self.sessions.iter().filter(|session| session.this_dn != this_dn && session.is_open()).count();
        let mut wanted: Vec<ModelSession> = Vec::new();
        let mut any_is_new = false;
        for resource in list {
            let session = wanted_session(this_dn, resource)?;
            let is_new = self.session(this_dn, &session.id).is_none();
            any_is_new |= is_new;
            let same_call = |other: &ModelSession| other.id == session.id;
            let too_many =
                open_elsewhere + wanted.len() >= self.limits.sessions || wanted.len() >= self.limits.sessions_per_dn;
            let full_call = is_new && !self.can_have_one_more(self.limits.sessions_per_call, same_call);
            if wanted.iter().any(same_call) || (any_is_new && too_many) || full_call || !self.takes(&session) {
                return None;
            }
            wanted.push(session);
        }
        Some(wanted)
    }

    fn takes(&self, session: &ModelSession) -> bool {
        let limits = &self.limits;
        is_an_id(&session.id)
            && session.this_dn.len() <= limits.dn_length
            && session.participants.iter().all(|number| number.len() <= limits.dn_length)
            && session.participants.len() <= limits.participants
            && (session.user_data.is_empty() || !is_over(&session.user_data, limits))
    }

    /// The session as in the list.
    fn taken_over(&mut self, before: Option<&ModelSession>, wanted: &ModelSession) -> ModelSession {
        let (this_dn, id) = (&wanted.this_dn, &wanted.id);
        let mut after = before.cloned().unwrap_or_else(|| ModelSession::new(this_dn, id, &wanted.state));
        if before.is_none() {
            after.last_event = self.end_of(this_dn, id);
            self.forget_end(this_dn, id);
            self.make_room_for(1, self.limits.sessions_per_call, |other| other.id == *id, |_| false);
        }
        let other_state = after.state != wanted.state;
        after.state.clone_from(&wanted.state);
        after.participants.clone_from(&wanted.participants);
        // If the view is the same, the pairs are kept, because they may differ from the view.
        if view(&after.user_data) != view(&wanted.user_data) {
            after.user_data.clone_from(&wanted.user_data);
        }
        if !after.is_open() {
            after.cause = after.cause.or(Some("vanished"));
        } else if other_state {
            (after.busy, after.cause) = (false, None);
        }
        self.hear(&mut after, before.map(|before| before.state.as_str()));
        after
    }
}

/// The relevant members of a resource. Reading is tolerant: only `id` and `state` are required, and `null` counts as
/// absent. Specification 1.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    id: String,
    state: String,
    participants: Option<Vec<Map<String, Value>>>,
    user_data: Option<Map<String, Value>>,
}

/// The session of a resource. `None` if it is not a resource.
fn wanted_session(this_dn: &str, resource: &Value) -> Option<ModelSession> {
    let listed = Listed::deserialize(resource).ok().filter(|_| resource.is_object())?;
    let state = listed.state.trim();
    if !["Initiating", "Alerting", "Talking", "Completed"].contains(&state) {
        return None;
    }
    let mut session = ModelSession::new(this_dn, &listed.id, state);
    for participant in listed.participants.unwrap_or_default() {
        let number = number(&participant)?;
        if !number.is_empty() && number != this_dn && !session.participants.contains(&number) {
            session.participants.push(number);
        }
    }
    session.user_data = from_json(&listed.user_data.unwrap_or_default())?;
    Some(session)
}

/// The first number of a participant that is not empty.
fn number(participant: &Map<String, Value>) -> Option<String> {
    let number = |name| participant.get(name).filter(|number| !number.is_null()).map_or(Some(""), Value::as_str);
    let [phone_number, e164_number, digits] = [number("phoneNumber")?, number("e164Number")?, number("digits")?];
    let first = [phone_number, e164_number, digits].into_iter().find(|number| !number.is_empty());
    Some(first.unwrap_or_default().to_string())
}
