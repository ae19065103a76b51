//! The calls of the server, and the effect of requests on them. Event numbers rise over all DNs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use im_session::event::EventName;
use im_session::store::RequestName;
use im_session::{CallEvent, ConnId, DataEvent, Event, KeyValueList, Request};
use serde::{Deserialize, Serialize};

use super::call::{Call, Party};
use super::random::Random;

/// The conditions under which a request is carried out.
pub(super) struct Rules<'r> {
    pub(super) now: Duration,
    /// How long a callee rings.
    pub(super) answer_after: Duration,
    /// The configured DNs.
    pub(super) dns: &'r BTreeSet<String>,
    /// The DNs that are always busy.
    pub(super) busy: &'r BTreeSet<String>,
    /// Whether the callee of this call is busy in any case.
    pub(super) callee_is_busy: bool,
}

/// All calls, and the counters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Calls {
    random: Random,
    /// In seconds since 1970.
    server_start_time: u64,
    /// The number of the last event.
    event_sequence_number: u64,
    /// The number of calls made so far.
    made: u64,
    /// The open calls, by their number among all calls.
    open: BTreeMap<u64, Call>,
}

/// Why a request is not carried out: a T-Library error code and a message.
struct Refused(i64, &'static str);

const UNKNOWN_CONNECTION: Refused = Refused(56, "Invalid connection id");
const WRONG_STATE: Refused = Refused(50, "The call is not established");
const WRONG_ATTRIBUTE: Refused = Refused(53, "Invalid attribute value");
const CALLER_BUSY: Refused = Refused(50, "The DN has a call already");
const REFUSED: Refused = Refused(50, "The request is refused");
const UNKNOWN_CALLER: Refused = Refused(59, "DN is not configured");

impl Calls {
    pub(super) fn new(seed: u64, server_start_time: u64) -> Self {
        // The seed depends on the start time, so that a restarted server assigns other ids.
        let random = Random::new(seed ^ server_start_time.rotate_left(32));
        Calls { random, server_start_time, event_sequence_number: 0, made: 0, open: BTreeMap::new() }
    }

    pub(super) fn server_start_time(&self) -> u64 {
        self.server_start_time
    }

    pub(super) fn open(&self) -> usize {
        self.open.len()
    }

    /// When the next call has to be answered.
    pub(super) fn next_answer(&self) -> Option<Duration> {
        self.open.values().filter_map(|call| call.answer_at).min()
    }

    /// Answers the calls that are due.
    pub(super) fn answer(&mut self, now: Duration) -> Vec<Event<'static>> {
        let mut answered: Vec<(Duration, u64)> =
            self.open.iter().filter_map(|(&number, call)| Some((call.answer_at?, number))).collect();
        answered.retain(|&(at, _)| at <= now);
        answered.sort_unstable();
        let mut events = Vec::new();
        for (_, number) in answered {
            if let Some(call) = self.open.get_mut(&number) {
                call.answer_at = None;
                call.heard = now;
                let call = call.clone();
                events.push(self.event(CallEvent::Established, &call, &call.callee, &call.caller));
                events.push(self.event(CallEvent::Established, &call, &call.caller, &call.callee));
            }
        }
        events
    }

    /// When the next call ends if it stays silent.
    pub(super) fn next_end(&self, end_after: Duration) -> Option<Duration> {
        self.open.values().map(|call| call.heard.saturating_add(end_after)).min()
    }

    /// Ends the calls that have been silent for `end_after`, after which their sessions expire, too. This frees their
    /// DNs.
    pub(super) fn end(&mut self, now: Duration, end_after: Duration) -> Vec<Event<'static>> {
        let is_over = |call: &Call| call.heard.saturating_add(end_after) <= now;
        let over: Vec<u64> = self.open.iter().filter(|(_, call)| is_over(call)).map(|(&number, _)| number).collect();
        let mut events = Vec::new();
        for number in over {
            let Some(call) = self.open.remove(&number) else { continue };
            let at_callee = if call.is_answered() { CallEvent::Released } else { CallEvent::Abandoned };
            events.push(self.event(CallEvent::Released, &call, &call.caller, &call.callee));
            events.push(self.event(at_callee, &call, &call.callee, &call.caller));
        }
        events
    }

    /// The events that a request causes; an EventError if it cannot be carried out.
    pub(super) fn carry_out(&mut self, request: &Request, rules: &Rules<'_>) -> Vec<Event<'static>> {
        let done = match request.name {
            RequestName::RequestMakeCall => self.make_call(request, rules),
            RequestName::RequestPrivateService => self.send_text(request, rules.now),
            RequestName::RequestAttachUserData
            | RequestName::RequestUpdateUserData
            | RequestName::RequestDeletePair => self.change_user_data(request, rules.now),
            RequestName::RequestReleaseCall => self.release(request),
        };
        done.unwrap_or_else(|refused| vec![self.error(request, refused)])
    }

    /// The EventError for a request that is refused although it could be carried out.
    pub(super) fn refuse(&mut self, request: &Request) -> Event<'static> {
        self.error(request, REFUSED)
    }

    fn error(&mut self, request: &Request, Refused(code, message): Refused) -> Event<'static> {
        let error = Event::new(EventName::Error).with_error(code, message);
        self.numbered(error.with_this_dn(request.this_dn.clone())).with_reference_id(request.reference_id)
    }

    fn make_call(&mut self, request: &Request, rules: &Rules<'_>) -> Result<Vec<Event<'static>>, Refused> {
        if !rules.dns.contains(&request.this_dn) {
            return Err(UNKNOWN_CALLER);
        }
        if self.is_in_a_call(&request.this_dn) {
            return Err(CALLER_BUSY);
        }
        let callee = request.other_dn.clone().ok_or(WRONG_ATTRIBUTE)?;
        self.made += 1;
        let call = Call {
            call_uuid: self.random.call_uuid(self.made),
            caller: Party { dn: request.this_dn.clone(), conn_id: self.random.conn_id() },
            callee: Party { dn: callee, conn_id: self.random.conn_id() },
            answer_at: Some(rules.now.saturating_add(rules.answer_after)),
            heard: rules.now,
            user_data: request.user_data.clone().unwrap_or_default(),
        };
        let is_busy = rules.callee_is_busy
            || rules.busy.contains(&call.callee.dn)
            || !rules.dns.contains(&call.callee.dn)
            || call.callee.dn == call.caller.dn
            || self.is_in_a_call(&call.callee.dn);
        let Call { caller, callee, .. } = &call;

        let dialing = self.event(CallEvent::Dialing, &call, caller, callee);
        let mut events = vec![with_data(dialing, &call).with_reference_id(request.reference_id)];
        if is_busy {
            events.push(self.event(DataEvent::DestinationBusy, &call, caller, callee));
            events.push(self.event(CallEvent::Released, &call, caller, callee));
        } else {
            let ringing = self.event(CallEvent::Ringing, &call, callee, caller);
            events.push(with_data(ringing, &call));
            self.open.insert(self.made, call);
        }
        Ok(events)
    }

    fn send_text(&mut self, request: &Request, now: Duration) -> Result<Vec<Event<'static>>, Refused> {
        let (number, mut call) = self.find(request)?;
        let (mine, other) = call.parties(&request.this_dn, request.conn_id).ok_or(UNKNOWN_CONNECTION)?;
        if !call.is_answered() {
            return Err(WRONG_STATE);
        }
        if request.other_dn.as_deref() != Some(&*other.dn) {
            return Err(WRONG_ATTRIBUTE);
        }
        let extensions = request.extensions.clone().ok_or(WRONG_ATTRIBUTE)?;
        let here = self.event(DataEvent::PrivateInfo, &call, mine, other).with_extensions(extensions.clone());
        let there = self.event(DataEvent::PrivateInfo, &call, other, mine).with_extensions(extensions);
        call.heard = now;
        self.open.insert(number, call);
        Ok(vec![here.with_reference_id(request.reference_id), there])
    }

    fn change_user_data(&mut self, request: &Request, now: Duration) -> Result<Vec<Event<'static>>, Refused> {
        let (number, mut call) = self.find(request)?;
        let changed = changed(&call.user_data, request).ok_or(WRONG_ATTRIBUTE)?;
        call.user_data = changed;
        call.heard = now;
        let (mine, other) = call.parties(&request.this_dn, request.conn_id).ok_or(UNKNOWN_CONNECTION)?;
        let changed = |event: Event<'static>| event.with_user_data(call.user_data.clone());
        let here = changed(self.event(DataEvent::AttachedDataChanged, &call, mine, other));
        let there = changed(self.event(DataEvent::AttachedDataChanged, &call, other, mine));
        let events = vec![here.with_reference_id(request.reference_id), there];
        self.open.insert(number, call);
        Ok(events)
    }

    fn release(&mut self, request: &Request) -> Result<Vec<Event<'static>>, Refused> {
        let (number, call) = self.find(request)?;
        let (mine, other) = call.parties(&request.this_dn, request.conn_id).ok_or(UNKNOWN_CONNECTION)?;
        // The callee of a call that was not answered gets EventAbandoned.
        let gave_up = !call.is_answered() && other == &call.callee;
        let at_other = if gave_up { CallEvent::Abandoned } else { CallEvent::Released };
        let here = self.event(CallEvent::Released, &call, mine, other).with_reference_id(request.reference_id);
        let there = self.event(at_other, &call, other, mine);
        self.open.remove(&number);
        Ok(vec![here, there])
    }

    /// Finds the call of a request.
    fn find(&self, request: &Request) -> Result<(u64, Call), Refused> {
        let is_it = |call: &Call| call.parties(&request.this_dn, request.conn_id).is_some();
        let found = self.open.iter().find(|(_, call)| is_it(call));
        found.map(|(&number, call)| (number, call.clone())).ok_or(UNKNOWN_CONNECTION)
    }

    fn is_in_a_call(&self, dn: &str) -> bool {
        self.open.values().any(|call| call.has(dn))
    }

    /// An event of a call at one of its parties.
    fn event(
        &mut self,
        name: impl Into<EventName<'static>>,
        call: &Call,
        mine: &Party,
        other: &Party,
    ) -> Event<'static> {
        let event = Event::new(name).with_this_dn(mine.dn.clone()).with_other_dn(other.dn.clone());
        let conn_id: ConnId = mine.conn_id;
        self.numbered(event.with_call_uuid(call.call_uuid.clone()).with_conn_id(conn_id))
    }

    fn numbered(&mut self, event: Event<'static>) -> Event<'static> {
        self.event_sequence_number += 1;
        event.with_event_sequence_number(self.event_sequence_number).with_server_start_time(self.server_start_time)
    }
}

/// Adds the call's user data, if there is any.
fn with_data(event: Event<'static>, call: &Call) -> Event<'static> {
    if call.user_data.is_empty() { event } else { event.with_user_data(call.user_data.clone()) }
}

/// The user data after a request; `None` if the request cannot change user data.
fn changed(user_data: &KeyValueList<'static>, request: &Request) -> Option<KeyValueList<'static>> {
    let mut changed = user_data.clone();
    match request.name {
        RequestName::RequestAttachUserData => changed.append(request.user_data.clone()?),
        RequestName::RequestUpdateUserData => {
            let new = request.user_data.clone()?;
            changed.retain(|pair| new.get(&pair.key).is_none());
            changed.append(new);
        }
        RequestName::RequestDeletePair => {
            let key = request.key.as_deref()?;
            changed.get(key)?;
            changed.retain(|pair| pair.key != key);
        }
        RequestName::RequestMakeCall | RequestName::RequestPrivateService | RequestName::RequestReleaseCall => {
            return None;
        }
    }
    Some(changed)
}
