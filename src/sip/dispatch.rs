//! What each kind of message does: finds the call that it belongs to, lets it decide, and makes the event.

use alloc::boxed::Box;
use alloc::string::String;

use super::call::{Attempt, Call, Phase, Role};
use super::call_key::{find_in_dialog, make_key};
use super::error::SipError;
use super::invites::Cancelled;
use super::message::{SipMessage, StartLine};
use super::numbering::Numbering;
use super::observer::{Direction, Observer};
use super::session_id::{CallIdentity, checked_id};
use super::session_ids::{SessionIds, SessionKey};
use super::text_body::text_of;
use super::uri::{dn_of_uri, has_user};
use crate::event::{Event, EventName, KeyValueList};
use crate::machine::{CallEvent, DataEvent};

impl Observer {
    pub(super) fn apply(
        &mut self,
        direction: Direction,
        message: &SipMessage<'_>,
    ) -> Result<Option<Event<'static>>, SipError> {
        match message.start_line {
            StartLine::Request { method: "INVITE", .. } if message.to.tag.is_empty() => self.invite(direction, message),
            StartLine::Request { method: "CANCEL", .. } => {
                self.cancel(direction, message);
                Ok(None)
            }
            StartLine::Request { method: "BYE", .. } => {
                let caller = |role| (role == Role::Caller) == (direction == Direction::Sent);
                Ok(self.in_dialog(direction, true, message, |call, tag| call.bye(tag, caller(call.role))))
            }
            StartLine::Request { method: "MESSAGE", .. } => self.message(direction, message),
            // Nothing happened, but the dialog lives.
            StartLine::Request { .. } => Ok(self.in_dialog(direction, true, message, |_, _| None)),
            StartLine::Response { status } => self.response(direction, message, status),
        }
    }

    /// An INVITE that is not in a dialog.
    fn invite(&mut self, direction: Direction, message: &SipMessage<'_>) -> Result<Option<Event<'static>>, SipError> {
        let (role, own, other) = match direction {
            Direction::Sent => (Role::Caller, message.from.uri, message.to),
            Direction::Received => (Role::Callee, called_uri(message), message.from),
        };
        let (branch, cseq) = (message.branch, message.cseq.number);
        if direction == Direction::Sent && self.passes_on(message) {
            return Ok(None);
        }
        let open_calls = self.open_calls();
        make_key(&mut self.key, role, message.call_id, message.from.tag);
        let known = self.calls.get_mut(self.key.as_str()).map(|call| call.attempt(branch, cseq));
        if known == Some(Attempt::Known) {
            if let Some(call) = self.calls.get_mut(self.key.as_str()) {
                call.heard = self.now;
            }
            return Ok(None);
        }
        if known != Some(Attempt::Same) && open_calls >= self.limits.open_calls {
            return Err(SipError::TooManyCalls { limit: self.limits.open_calls });
        }
        // Everything that can fail comes before the first change.
        let this_dn: Box<str> = match &self.dn {
            Some(dn) => dn.clone(),
            None => dn(own, self.limits.dn_length)?.ok_or_else(|| SipError::BadHeader {
                header: if role == Role::Caller { "From" } else { "To" },
                expected: "an address with a user or a host",
                found: super::error::excerpt(own.as_bytes()),
            })?,
        };
        let other_dn = dn(other.uri, self.limits.dn_length)?;
        let begins = role == Role::Caller && known != Some(Attempt::Same);
        let identity = CallIdentity::new(message.call_id, message.from.tag, "", &this_dn);
        let session = if begins { Some(self.new_session(&identity)?.0) } else { None };

        let (now, key) = (self.now, self.key.as_str());
        if known.is_none() {
            self.calls.insert(key.into(), Call::new(role, this_dn.clone(), other_dn.clone(), now));
        }
        let Some(call) = self.calls.get_mut(key) else {
            return Ok(None);
        };
        if known == Some(Attempt::Anew) {
            self.schedule.revived(key);
            call.begin_anew(this_dn, other_dn);
        }
        if let Some(session) = session {
            begin_session(call, session, key, &mut self.session_ids);
        }
        call.heard = now;
        let name = call.invite(branch, cseq);
        self.schedule.waits(key, call.wait);
        Ok(name.and_then(|name| self.numbering.event(call, name.into())))
    }

    /// Whether an INVITE that the endpoint sends is one that it received: a proxy adds its Via on top and leaves the rest (RFC 3261
    /// section 16.6). It is not the caller, and not the callee of what it received.
    fn passes_on(&mut self, message: &SipMessage<'_>) -> bool {
        if message.branch_below.is_empty() {
            return false;
        }
        let key = make_key(&mut self.key, Role::Callee, message.call_id, message.from.tag);
        let Some(call) = self.calls.get_mut(key) else {
            return false;
        };
        call.heard = self.now;
        call.pass_on(message.branch_below, message.cseq.number)
    }

    fn cancel(&mut self, direction: Direction, message: &SipMessage<'_>) {
        let role = if direction == Direction::Sent { Role::Caller } else { Role::Callee };
        let key = make_key(&mut self.key, role, message.call_id, message.from.tag);
        if let Some(call) = self.calls.get_mut(key) {
            let why = if message.reason == Some(200) { Cancelled::AnsweredElsewhere } else { Cancelled::GaveUp };
            let end_until = self.now.saturating_add(self.limits.cancel_wait);
            call.heard = self.now;
            call.cancel(message.branch, message.cseq.number, why, end_until);
            self.schedule.waits(key, call.wait);
        }
    }

    fn message(&mut self, direction: Direction, message: &SipMessage<'_>) -> Result<Option<Event<'static>>, SipError> {
        if message.missing > 0 {
            let found = message.body.len();
            return Err(SipError::ShortBody { expected: found.saturating_add(message.missing), found });
        }
        let Some(text) = text_of(message) else {
            return Ok(None);
        };
        let (sent, cseq, credentials) = (direction == Direction::Sent, message.cseq.number, message.credentials);
        let Some((call, tag)) = find_in_dialog(&mut self.calls, &mut self.key, direction, true, message) else {
            return Ok(None);
        };
        call.heard = self.now;
        if !call.message(tag, sent, cseq, credentials) {
            return Ok(None);
        }
        let mut extensions = KeyValueList::new();
        extensions.push("text", text.into_owned());
        let event = self.numbering.event(call, DataEvent::PrivateInfo.into());
        Ok(event.map(|event| event.with_extensions(extensions)))
    }

    fn response(
        &mut self,
        direction: Direction,
        message: &SipMessage<'_>,
        status: u16,
    ) -> Result<Option<Event<'static>>, SipError> {
        if message.cseq.method == "INVITE" {
            let role = if direction == Direction::Received { Role::Caller } else { Role::Callee };
            let (branch, cseq) = (message.branch, message.cseq.number);
            let key = make_key(&mut self.key, role, message.call_id, message.from.tag);
            if let Some(call) = self.calls.get_mut(key).filter(|call| call.phase != Phase::Ended) {
                if call.is_initial(branch, cseq) {
                    return self.initial_response(message, status);
                }
            }
        }
        // A 481 to BYE comes too late; those to CANCEL and PRACK are about a transaction; those to SUBSCRIBE and NOTIFY end a
        // subscription and not the session (RFC 5057).
        let about_session = !matches!(message.cseq.method, "ACK" | "BYE" | "CANCEL" | "PRACK" | "SUBSCRIBE" | "NOTIFY");
        // Who received the response had sent the request.
        let sent = direction == Direction::Received;
        let challenged = message.cseq.method == "MESSAGE" && matches!(status, 401 | 407);
        Ok(self.in_dialog(direction, false, message, |call, tag| {
            if challenged {
                call.message_challenged(tag, sent);
            }
            if about_session && matches!(status, 408 | 481) { call.dialog_gone(tag) } else { None }
        }))
    }

    /// A response to an initial INVITE of the open call that `self.key` names.
    fn initial_response(&mut self, message: &SipMessage<'_>, status: u16) -> Result<Option<Event<'static>>, SipError> {
        self.begin_at_callee(message, status)?;
        let retry_until = self.now.saturating_add(self.limits.retry_wait);
        let Some(call) = self.calls.get_mut(self.key.as_str()) else {
            return Ok(None);
        };
        call.heard = self.now;
        let name = call.response(message.branch, message.cseq.number, status, message.to.tag, retry_until);
        Ok(self.settle(name))
    }

    /// The session of a callee begins with its first 18x or its 2xx; the local tag of that makes its id.
    fn begin_at_callee(&mut self, message: &SipMessage<'_>, status: u16) -> Result<(), SipError> {
        let call = self.calls.get_mut(self.key.as_str());
        let Some(call) = call.filter(|call| call.begins_with(message.branch, message.cseq.number, status)) else {
            return Ok(());
        };
        let this_dn = call.this_dn.clone();
        let identity = CallIdentity::new(message.call_id, message.to.tag, message.from.tag, &this_dn);
        let (session, again) = self.new_session(&identity)?;
        if let Some(call) = self.calls.get_mut(self.key.as_str()) {
            begin_session(call, session, &self.key, &mut self.session_ids);
            // An ended session begins anew with Dialing or Ringing, never with Established.
            if status >= 200 && again {
                self.undelivered.extend(self.numbering.event(call, CallEvent::Ringing.into()));
            }
        }
        Ok(())
    }

    /// The session that begins in the call that `self.key` names, and whether one like it has ended. Changes nothing.
    fn new_session(&self, identity: &CallIdentity<'_>) -> Result<(SessionKey, bool), SipError> {
        let session = (identity.this_dn.into(), checked_id(&self.make_id, identity)?);
        let before = self.session_ids.call_of(&session);
        let in_use = before.and_then(|key| self.calls.get(key)).is_some_and(|call| call.is_in(&session));
        if in_use { Err(SipError::SessionIdInUse { id: session.1.into() }) } else { Ok((session, before.is_some())) }
    }

    /// A request or a response in a dialog; `decide` gets the call and the To tag of its INVITE.
    fn in_dialog(
        &mut self,
        direction: Direction,
        request: bool,
        message: &SipMessage<'_>,
        decide: impl FnOnce(&mut Call, &str) -> Option<CallEvent>,
    ) -> Option<Event<'static>> {
        let (call, tag) = find_in_dialog(&mut self.calls, &mut self.key, direction, request, message)?;
        if call.phase == Phase::Ended {
            return None;
        }
        call.heard = self.now;
        let name = decide(call, tag);
        self.settle(name)
    }

    /// After a change of the call that `self.key` names: what it waits for, whether it is over, and its event.
    fn settle(&mut self, name: Option<CallEvent>) -> Option<Event<'static>> {
        let call = self.calls.get_mut(self.key.as_str())?;
        self.schedule.waits(&self.key, call.wait);
        if call.phase == Phase::Ended {
            self.schedule.ended(&self.key, self.now);
        }
        name.and_then(|name| self.numbering.event(call, name.into()))
    }
}

fn begin_session(call: &mut Call, session: SessionKey, key: &str, ids: &mut SessionIds) {
    ids.begin(session.clone(), key);
    if let Some(forgotten) = call.begin_session(session) {
        ids.forget(&forgotten, key);
    }
}

impl Numbering {
    /// The event of a call; `None` for one that has no id, which none has that gives events.
    pub(super) fn event(&mut self, call: &Call, name: EventName<'static>) -> Option<Event<'static>> {
        let id = call.id.as_deref()?;
        let event = Event::new(name).with_this_dn(String::from(&*call.this_dn)).with_call_uuid(String::from(id));
        Some(self.number(match &call.other_dn {
            Some(other) => event.with_other_dn(String::from(&**other)),
            None => event,
        }))
    }
}

/// The callee's own address. The Request-URI says who is called now; To may still name whom the caller wanted first (RFC 3261
/// 8.2.2.1), but it is all there is where the Request-URI has no user.
fn called_uri<'m>(message: &SipMessage<'m>) -> &'m str {
    match message.start_line {
        StartLine::Request { uri, .. } if has_user(uri) => uri,
        StartLine::Request { .. } | StartLine::Response { .. } => message.to.uri,
    }
}

fn dn(uri: &str, limit: usize) -> Result<Option<Box<str>>, SipError> {
    match dn_of_uri(uri) {
        Some(dn) if dn.len() > limit => Err(SipError::TooLong { what: "a DN", limit, found: dn.len() }),
        dn => Ok(dn.map(|dn| (*dn).into())),
    }
}
