//! The plain implementation: events.

use im_session::testing::{Agent, Setup};
use im_session::{ConnId, Event, KeyValueList, Limits};
use serde_json::{Value, json};

use super::mistakes::Mistake;

pub(crate) struct Plain {
    pub(crate) mistake: Option<Mistake>,
    pub(crate) limits: Limits,
    pub(crate) now: i64,
    pub(crate) sessions: Vec<Session>,
    /// DN, id and number, oldest first.
    pub(crate) ends: Vec<(String, String, Number)>,
    pub(crate) in_flight: Vec<Sent>,
    pub(crate) sent: u64,
    pub(crate) requests: Vec<Value>,
    pub(crate) notifications: Vec<Value>,
    /// A logical clock that counts heard and completed sessions.
    pub(crate) clock: u64,
}

/// ServerStartTime and EventSequenceNumber.
type Number = (Option<u64>, u64);

/// A request in flight.
pub(crate) struct Sent {
    pub(crate) reference_id: u64,
    pub(crate) operation: String,
    pub(crate) dn: String,
    pub(crate) id: Option<String>,
    pub(crate) at: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Session {
    pub(crate) dn: String,
    pub(crate) id: String,
    pub(crate) state: State,
    parties: Vec<String>,
    pub(crate) data: KeyValueList<'static>,
    had_data: bool,
    pub(crate) conn_id: Option<ConnId>,
    pub(crate) last: Option<Number>,
    pub(crate) heard: i64,
    /// The position among the sessions that were heard at the same time, or among the completed ones.
    pub(crate) order: u64,
    busy: bool,
    pub(crate) cause: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    Initiating,
    Alerting,
    Talking,
    Completed,
}

pub(crate) use State::{Alerting, Completed, Initiating, Talking};

impl Plain {
    pub(crate) fn new(mistake: Option<Mistake>, setup: &Setup) -> Self {
        Plain {
            mistake,
            limits: setup.limits,
            now: 0,
            sessions: vec![],
            ends: vec![],
            in_flight: vec![],
            sent: 0,
            requests: vec![],
            notifications: vec![],
            clock: 0,
        }
    }

    pub(crate) fn makes(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    pub(crate) fn find(&self, dn: &str, id: &str) -> Option<usize> {
        let by_id_alone = self.makes(Mistake::KeysByCallUuidAlone);
        self.sessions.iter().position(|session| session.id == id && (session.dn == dn || by_id_alone))
    }

    pub(crate) fn hear(&mut self, event: &Event<'_>, agents: &[Agent]) -> Value {
        let (this_dn, id) = (event.this_dn(), event.call_uuid());
        let at = this_dn.zip(id).and_then(|(dn, id)| self.find(dn, id));
        let from = at.map(|at| self.sessions[at].state);
        let mut told = match self.heard(event, at) {
            Ok(outcome) => json!({"outcome": outcome}),
            Err(reason) => json!({"outcome": "rejected", "reason": reason}),
        };
        if told["outcome"] == "unreadable" {
            return json!({"told": told});
        }
        let settled = self.settle(event);
        let at = this_dn.zip(id).and_then(|(dn, id)| self.find(dn, id));
        let to = at.map(|at| &self.sessions[at]);
        told["from"] = json!(from.map(|state| format!("{state:?}")));
        told["to"] = json!(to.map(|session| format!("{:?}", session.state)));
        if let Some(session) = to.filter(|session| session.state == Completed && from != Some(Completed)) {
            told["cause"] = json!(session.cause);
        }
        let rendered = self.rendered(agents);
        json!({"told": told, "settled": settled, "rendered": rendered})
    }

    /// The notifications for agents without all rights.
    fn rendered(&self, agents: &[Agent]) -> Vec<Value> {
        let mut rendered = vec![];
        for (position, agent) in agents.iter().enumerate() {
            for told in self.notifications.iter().filter(|_| agent.rights() != im_session::Operations::ALL) {
                if agent.devices().iter().any(|device| told["thisDN"] == *device.dn) {
                    let mut notification = told["notification"].clone();
                    if let Some(resource) = notification["data"].get_mut("imSession") {
                        if !self.makes(Mistake::LeaksARightThroughANotification) {
                            super::operations::for_rights(resource, agent);
                        }
                    }
                    rendered.push(json!({"agent": position, "notification": notification}));
                }
            }
        }
        rendered
    }

    fn heard(&mut self, event: &Event<'_>, at: Option<usize>) -> Result<&'static str, &'static str> {
        let name = event.name.as_str().trim_start_matches("Event");
        let moves = ["Dialing", "Ringing", "Established", "Released", "Abandoned"].contains(&name);
        let data = ["AttachedDataChanged", "PartyAdded", "PartyDeleted", "PartyChanged", "PrivateInfo"].contains(&name);
        if !(moves || data || name == "DestinationBusy")
            || (name == "Abandoned" && self.makes(Mistake::ForgetsAbandoned))
        {
            return Ok("ignored");
        }
        let Some(id) = event.call_uuid().filter(|id| self.is_id(id)).map(str::to_owned) else {
            return Ok("unreadable");
        };
        let text = event.text().map(std::borrow::Cow::into_owned);
        let (dn, text) = match (event.this_dn(), text) {
            (None, _) if name == "AttachedDataChanged" => return self.heard_by_all(event, &id),
            (None, _) => return Ok("unreadable"),
            (Some(_), None) if name == "PrivateInfo" && !self.makes(Mistake::PushesMessagesWithoutText) => {
                return Ok("ignored");
            }
            (Some(dn), text) => (dn.to_owned(), text.unwrap_or_default()),
        };
        let outcome = self.applied(event, name, &dn, &id, at);
        let ends = ["Released", "Abandoned"].contains(&name);
        if let (Err("orphan"), Some(number), true) = (outcome, event.event_sequence_number, ends) {
            if !self.makes(Mistake::ForgetsAnEndThatOvertookTheBegin) {
                self.remember_end(&dn, &id, (event.server_start_time, number));
            }
        }
        if outcome.is_err() && self.makes(Mistake::RemembersTheNumberOfARejectedEvent) {
            if let (Some(at), Some(number)) = (at, event.event_sequence_number) {
                self.sessions[at].last = Some((event.server_start_time, number));
            }
        }
        if outcome? {
            Ok("changed")
        } else if name == "PrivateInfo" {
            let data = json!({
                "imSessionPath": format!("/im-sessions/{id}"), "message": text, "messageType": "IMLogUpdateMessage",
                "notificationType": "NewMessage",
            });
            self.notifications.push(json!({"thisDN": dn, "notification": {"data": data}}));
            Ok("message")
        } else {
            Ok("unchanged")
        }
    }

    fn is_id(&self, id: &str) -> bool {
        let good = |letter: char| letter.is_ascii_alphanumeric() || "._~-".contains(letter);
        let is_id = id.len() <= 64 && id.chars().all(good) && id != "." && id != "..";
        is_id || self.makes(Mistake::TakesAnyCallUuid)
    }

    /// Handles AttachedDataChanged without ThisDN.
    fn heard_by_all(&mut self, event: &Event<'_>, id: &str) -> Result<&'static str, &'static str> {
        let completed_too = self.makes(Mistake::TellsCompletedSessionsOfTheCall);
        let mut keys: Vec<String> = self
            .sessions
            .iter()
            .filter(|session| session.id == id && (session.state != Completed || completed_too))
            .map(|session| session.dn.clone())
            .collect();
        keys.sort();
        if self.makes(Mistake::TellsOneSessionOfTheCall) {
            keys.truncate(1);
        }
        let (mut last, mut accepted, mut changed) = ("orphan", false, false);
        for dn in keys {
            let at = self.find(&dn, id);
            match self.applied(event, "AttachedDataChanged", &dn, id, at) {
                Ok(did) => (accepted, changed) = (true, changed || did),
                Err(reason) if last != "limit" => last = reason,
                Err(_) => {}
            }
        }
        match (accepted, changed) {
            (false, _) => Err(last),
            (true, true) => Ok("changed"),
            (true, false) => Ok("unchanged"),
        }
    }

    /// Whether anything changed. If so, agents are notified.
    fn applied(
        &mut self,
        event: &Event<'_>,
        name: &str,
        dn: &str,
        id: &str,
        at: Option<usize>,
    ) -> Result<bool, &'static str> {
        let before = at.map(|at| self.sessions[at].clone());
        let end = self.ends.iter().find(|end| (&*end.0, &*end.1) == (dn, id)).map(|end| end.2);
        let last = before.as_ref().map_or(end, |session| session.last);
        let newer = self.is_newer(last, event);
        if newer == Some(false) {
            return Err("stale");
        }
        let state = before.as_ref().map(|session| session.state);
        let (to, anew) = match self.table(name, state) {
            Ok(to) => (to, false),
            Err("ended") => {
                let proven = newer == Some(true) && !self.makes(Mistake::NeverReopens);
                match name {
                    "Dialing" if proven => (Initiating, true),
                    "Ringing" if proven || self.makes(Mistake::ReopensWithoutProof) => (Alerting, true),
                    "AttachedDataChanged" if self.makes(Mistake::TellsCompletedSessionsOfTheCall) => (Completed, false),
                    _ => return Err("ended"),
                }
            }
            Err(reason) => return Err(reason),
        };
        let ends = ["Released", "Abandoned"].contains(&name);
        let mut brought = event.user_data.list();
        if brought.is_some_and(|data| self.is_over(data)) && !self.makes(Mistake::HasNoLimit) {
            if !ends || self.makes(Mistake::RefusesAnEndForALimit) {
                return Err("limit");
            }
            brought = None;
        }
        if before.is_none() && !self.makes_room(dn, id) {
            return Err("limit");
        }

        let mut after = before.clone().unwrap_or_else(|| Session {
            dn: dn.to_owned(),
            id: id.to_owned(),
            state: to,
            parties: vec![],
            data: KeyValueList::new(),
            had_data: false,
            conn_id: None,
            last: end.filter(|_| !self.makes(Mistake::OpensWithoutTheRememberedNumber)),
            heard: self.now,
            order: 0,
            busy: false,
            cause: None,
        });
        after.state = to;
        if anew {
            after.busy = false;
            after.cause = after.cause.filter(|_| self.makes(Mistake::KeepsTheCauseOverAReopening));
            after.parties.clear();
            if !self.makes(Mistake::KeepsTheDataOverAReopening) {
                after.data = KeyValueList::new();
            }
        }
        self.change_parties(&mut after.parties, event, name, dn);
        let was_over = state == Some(Completed) && !anew && !self.makes(Mistake::ChangesDataAfterTheEnd);
        let moves = ["Dialing", "Ringing", "Established", "Released", "Abandoned"].contains(&name);
        match brought {
            Some(data) if name == "AttachedDataChanged" || (moves && !was_over) => {
                after.data = data.clone().into_owned()
            }
            None if name == "AttachedDataChanged" => {
                let takes_for_none = if event.user_data.is_hidden() {
                    self.makes(Mistake::TakesHiddenUserDataForNone)
                } else {
                    !self.makes(Mistake::TakesAbsentUserDataForNoNews)
                };
                if takes_for_none {
                    after.data = KeyValueList::new();
                }
            }
            _ => {}
        }
        match name {
            "DestinationBusy" => after.busy = !self.makes(Mistake::ForgetsThatItWasBusy),
            "Established" => after.busy &= self.makes(Mistake::StaysBusyAfterTheAnswer),
            "Abandoned" => after.cause = after.cause.or(Some("abandoned")),
            "Released" => after.cause = after.cause.or(Some(if after.busy { "busy" } else { "released" })),
            _ => {}
        }
        let moves_on = (state == Some(Completed)) != (after.state == Completed) || before.is_none();
        if moves_on || (after.state != Completed && after.heard != self.now) {
            self.clock += 1;
            (after.heard, after.order) = (self.now, self.clock);
        }
        after.had_data |= !after.data.is_empty();
        if !(self.makes(Mistake::KeepsTheFirstConnId) && after.conn_id.is_some()) {
            after.conn_id = event.conn_id.or(after.conn_id);
        }
        after.last = event.event_sequence_number.map(|number| (event.server_start_time, number)).or(after.last);

        match at {
            Some(at) => self.sessions[at] = after.clone(),
            None => self.sessions.push(after.clone()),
        }
        Ok(name != "PrivateInfo" && self.notify(before.as_ref(), &after))
    }

    fn is_over(&self, data: &KeyValueList<'_>) -> bool {
        let pairs = if self.makes(Mistake::CountsTheOutermostPairsAlone) { data.len() } else { data.pair_count() };
        data.size() > 16_000 || data.depth() > 16 || pairs > self.limits.user_data_pairs
    }

    /// Whether an event is newer than the last one. `None` if their numbers cannot be compared.
    fn is_newer(&self, last: Option<Number>, event: &Event<'_>) -> Option<bool> {
        let (start, last) = last?;
        let number = event.event_sequence_number?;
        let unknown = start.is_none() || event.server_start_time.is_none();
        let same = start == event.server_start_time
            || self.makes(Mistake::IgnoresTheServerStart)
            || (unknown && self.makes(Mistake::TakesAnAbsentServerStartForAny));
        if !same || (number <= last && self.makes(Mistake::TakesStaleEvents)) {
            return None;
        }
        Some(number > last)
    }

    fn table(&self, name: &str, state: Option<State>) -> Result<State, &'static str> {
        let Some(state) = state else {
            return match name {
                "Dialing" => Ok(Initiating),
                "Ringing" => Ok(Alerting),
                "Established" if !self.makes(Mistake::NeedsARingBeforeTheAnswer) => Ok(Talking),
                "AttachedDataChanged" if self.makes(Mistake::OpensASessionByData) => Ok(Alerting),
                _ => Err("orphan"),
            };
        };
        match (name, state) {
            ("Released" | "Abandoned", _) => Ok(Completed),
            ("Established", Completed) if self.makes(Mistake::RevivesACompletedSession) => Ok(Talking),
            (_, Completed) => Err("ended"),
            ("Dialing", Initiating) | ("Ringing", Alerting) => Ok(state),
            ("Ringing", Initiating) if self.makes(Mistake::MixesCallerAndCallee) => Ok(Alerting),
            ("Dialing", Alerting) | ("Ringing", Initiating) => Err("role-conflict"),
            ("Dialing" | "Ringing", Talking) => Err("late"),
            ("Established", _) => Ok(Talking),
            ("DestinationBusy", Initiating) | ("PrivateInfo", Talking) => Ok(state),
            ("PrivateInfo", _) if self.makes(Mistake::PushesMessagesBeforeTheAnswer) => Ok(state),
            ("DestinationBusy", Talking) => Err("late"),
            ("DestinationBusy" | "PrivateInfo", _) => Err("early"),
            _ => Ok(state),
        }
    }

    fn change_parties(&self, parties: &mut Vec<String>, event: &Event<'_>, name: &str, dn: &str) {
        let own_too = self.makes(Mistake::TakesTheOwnDnAsParticipant);
        let other = event.other_dn.as_deref().filter(|other| !other.is_empty() && (*other != dn || own_too));
        let Some(other) = other.map(str::to_owned) else { return };
        let known = parties.contains(&other);
        match name {
            "Dialing" | "Ringing" | "Established" if !known => *parties = vec![other],
            "PartyChanged" => *parties = vec![other],
            "PartyAdded" if self.makes(Mistake::ReplacesThePartiesByAnAddedOne) => *parties = vec![other],
            "PartyAdded" if !known || self.makes(Mistake::AddsAPartyTwice) => parties.push(other),
            "PartyDeleted" if !self.makes(Mistake::KeepsADeletedParty) => parties.retain(|party| *party != other),
            _ => {}
        }
    }

    /// Notifies agents of the changes. Returns whether anything changed.
    pub(crate) fn notify(&mut self, before: Option<&Session>, after: &Session) -> bool {
        let status = before.is_none_or(|before| before.state != after.state || before.parties != after.parties);
        let data = before.map_or(json!({}), |before| json!(before.data)) != json!(after.data);
        if !status && !data && !self.makes(Mistake::NotifiesWhereNothingChanged) {
            return false;
        }
        let data_only = if self.makes(Mistake::TellsTheDataAndNotTheState) { data } else { !status };
        let kind = if data_only && !self.makes(Mistake::AlwaysTellsStatusChange) {
            "AttachedDataChanged"
        } else {
            "StatusChange"
        };
        let data = json!({
            "imSession": self.resource(after), "messageType": "IMSessionStateChangeMessage", "notificationType": kind,
        });
        self.notifications.push(json!({"thisDN": after.dn, "notification": {"data": data}}));
        status || data_only
    }

    pub(crate) fn capabilities(&self, session: &Session) -> Vec<&'static str> {
        let kept = session.had_data && self.makes(Mistake::KeepsUpdateAfterTheLastKey);
        let mut all = vec![];
        if session.state == Completed && !self.makes(Mistake::OffersOperationsAfterTheEnd) {
            return all;
        }
        if session.state == Talking {
            all.push("SendMessage");
        }
        all.push("AttachUserData");
        if !session.data.is_empty() || kept {
            all.extend(["UpdateUserData", "DeleteUserData"]);
        }
        all.push("Complete");
        all
    }

    pub(crate) fn resource(&self, session: &Session) -> Value {
        let calls = self.makes(Mistake::ShowsThePathOfCalls);
        let path = format!("/{}/{}", if calls { "calls" } else { "im-sessions" }, session.id);
        let version = if self.makes(Mistake::LeavesTheVersionOutOfTheUri) { "" } else { "/api/v2" };
        let party = |number: &String| {
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            let digits = if digits.is_empty() { number.clone() } else { digits };
            let number = if self.makes(Mistake::StripsEveryNumber) { &digits } else { number };
            json!({"digits": digits, "e164Number": number, "formattedPhoneNumber": number, "phoneNumber": number})
        };
        let mut resource = json!({
            "capabilities": self.capabilities(session),
            "id": session.id,
            "participants": session.parties.iter().map(party).collect::<Vec<_>>(),
            "path": path,
            "state": format!("{:?}", session.state),
            "uri": format!("http://localhost:8090{version}{path}"),
        });
        if !session.data.is_empty() {
            resource["userData"] = if self.makes(Mistake::ShowsTheFirstOfRepeatedKeys) {
                let mut first = serde_json::Map::new();
                for pair in session.data.pairs() {
                    first.entry(pair.key.clone()).or_insert_with(|| json!(pair.value));
                }
                Value::Object(first)
            } else {
                json!(session.data)
            };
        }
        resource
    }
}
