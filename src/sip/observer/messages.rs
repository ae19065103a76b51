//! Handles each kind of message: finds its call, passes the message on, and makes the event.

use alloc::boxed::Box;

use super::{Bookkeeping, Direction, Observer};
use crate::event::{Event, KeyValueList};
use crate::machine::{CallEvent, DataEvent};
use crate::sip::call::{Attempt, Call, Cancelled, RetryUntil, Role, SessionKey};
use crate::sip::error::{SipError, excerpt};
use crate::sip::message::{SipMessage, StartLine, dn_of_uri, has_user, text_of};
use crate::sip::session_id::CallIdentity;

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
                Ok(self.in_dialog(direction, message, |call, tag| call.bye(tag, caller(call.role))))
            }
            StartLine::Request { method: "MESSAGE", .. } => self.message(direction, message),
            // No event, but the message shows that the dialog is alive.
            StartLine::Request { .. } => Ok(self.in_dialog(direction, message, |_, _| None)),
            StartLine::Response { status } => self.response(direction, message, status),
        }
    }

    /// Handles an INVITE outside of a dialog.
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
        let Observer { dn: own_dn, calls, bookkeeping, undelivered: _ } = self;
        let limits = bookkeeping.source.limits;
        let known = calls.find(role, message.call_id, message.from.tag);
        let attempt = known.as_ref().map(|call| call.attempt(branch, cseq));
        if attempt != Some(Attempt::Same) && attempt != Some(Attempt::Known) && open_calls >= limits.open_calls {
            return Err(SipError::TooManyCalls { limit: limits.open_calls });
        }
        if let (Some(call), Some(Attempt::Known | Attempt::Same)) = (known, attempt) {
            call.heard = bookkeeping.now;
            let name = if attempt == Some(Attempt::Same) { call.invite(branch, cseq) } else { None };
            return Ok(bookkeeping.record(call, name));
        }
        // Do everything that can fail before the first change.
        let this_dn: Box<str> = match own_dn {
            Some(dn) => dn.clone(),
            None => dn(own, limits.dn_length)?.ok_or_else(|| SipError::BadHeader {
                header: if role == Role::Caller { "From" } else { "To" },
                expected: "an address with a user or a host",
                found: excerpt(own.as_bytes()),
            })?,
        };
        let other_dn = dn(other.uri, limits.dn_length)?;
        let session = match role {
            Role::Caller => {
                let identity = CallIdentity::new(message.call_id, message.from.tag, "", &this_dn);
                Some(bookkeeping.new_session(&identity)?.0)
            }
            // The tag of the callee is not known yet.
            Role::Callee => None,
        };
        let call = match calls.find(role, message.call_id, message.from.tag) {
            Some(call) => {
                (call.this_dn, call.other_dn) = (this_dn, other_dn);
                call
            }
            None => calls.insert((role, message.call_id, message.from.tag), |number| {
                Call::new(number, role, this_dn, other_dn, bookkeeping.now)
            }),
        };
        if let Some(session) = session {
            bookkeeping.session_ids.begin(call, session);
        }
        call.heard = bookkeeping.now;
        let name = call.invite(branch, cseq);
        Ok(bookkeeping.record(call, name))
    }

    /// Whether the endpoint forwards an INVITE that it received: a proxy adds its Via on top and leaves the rest (RFC
    /// 3261 section 16.6). A proxy is neither the caller nor the callee.
    fn passes_on(&mut self, message: &SipMessage<'_>) -> bool {
        if message.branch_below.is_empty() {
            return false;
        }
        let Some(call) = self.calls.find(Role::Callee, message.call_id, message.from.tag) else {
            return false;
        };
        call.heard = self.bookkeeping.now;
        call.pass_on(message.branch_below, message.cseq.number)
    }

    fn cancel(&mut self, direction: Direction, message: &SipMessage<'_>) {
        let role = if direction == Direction::Sent { Role::Caller } else { Role::Callee };
        if let Some(call) = self.calls.find(role, message.call_id, message.from.tag) {
            let why = if message.reason == Some(200) { Cancelled::AnsweredElsewhere } else { Cancelled::GaveUp };
            call.heard = self.bookkeeping.now;
            call.cancel(message.branch, message.cseq.number, why, self.bookkeeping.cancel_until());
            self.bookkeeping.record(call, None);
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
        let Some((call, tag)) = self.calls.find_in_dialog(direction, message) else {
            return Ok(None);
        };
        call.heard = self.bookkeeping.now;
        if !call.message(tag, sent, cseq, credentials) {
            return Ok(None);
        }
        let mut extensions = KeyValueList::new();
        extensions.push("text", text.into_owned());
        let event = call.event(&mut self.bookkeeping.source, DataEvent::PrivateInfo);
        Ok(event.map(|event| event.with_extensions(extensions)))
    }

    /// Handles a response to an initial INVITE, or in a dialog.
    fn response(
        &mut self,
        direction: Direction,
        message: &SipMessage<'_>,
        status: u16,
    ) -> Result<Option<Event<'static>>, SipError> {
        let Some((call, tag)) = self.calls.find_in_dialog(direction, message).filter(|(call, _)| !call.is_over())
        else {
            return Ok(None);
        };
        let bookkeeping = &mut self.bookkeeping;
        call.heard = bookkeeping.now;
        let (branch, cseq) = (message.branch, message.cseq.number);
        // Only responses to the INVITE that began the call count, not those to a re-INVITE of the callee.
        let role = if direction == Direction::Received { Role::Caller } else { Role::Callee };
        if message.cseq.method == "INVITE" && call.role == role && call.is_initial(branch, cseq) {
            if call.begins_with(branch, cseq, status) {
                self.undelivered.extend(bookkeeping.begin_at_callee(call, message, status)?);
            }
            let name = call.response(branch, cseq, status, message.to.tag, bookkeeping.retry_until());
            return Ok(bookkeeping.record(call, name));
        }
        // The receiver of the response is the sender of the request.
        let sent = direction == Direction::Received;
        let name = match (message.cseq.method, status) {
            ("BYE", 200..=299) => {
                if !sent {
                    call.early_bye_accepted(tag, bookkeeping.cancel_until());
                }
                None
            }
            ("MESSAGE", 401 | 407) => {
                call.message_challenged(tag, sent);
                None
            }
            // A 481 to BYE is too late to matter. Those to CANCEL and PRACK are about a transaction. Those to SUBSCRIBE
            // and NOTIFY end a subscription, not the session (RFC 5057).
            ("ACK" | "BYE" | "CANCEL" | "PRACK" | "SUBSCRIBE" | "NOTIFY", _) => None,
            (_, 408 | 481) => call.dialog_gone(tag),
            (_, _) => None,
        };
        Ok(bookkeeping.record(call, name))
    }

    /// Handles a request in a dialog. `decide` receives the call and the To tag of its INVITE.
    fn in_dialog(
        &mut self,
        direction: Direction,
        message: &SipMessage<'_>,
        decide: impl FnOnce(&mut Call, &str) -> Option<CallEvent>,
    ) -> Option<Event<'static>> {
        let (call, tag) = self.calls.find_in_dialog(direction, message).filter(|(call, _)| !call.is_over())?;
        call.heard = self.bookkeeping.now;
        let name = decide(call, tag);
        self.bookkeeping.record(call, name)
    }
}

impl Bookkeeping {
    /// Begins the session of a callee with its first 18x or its 2xx, whose local tag becomes part of the id. An ended
    /// session is opened anew only by Dialing or Ringing, not by Established, so in that case an EventRinging precedes
    /// the event of the 2xx.
    fn begin_at_callee(
        &mut self,
        call: &mut Call,
        message: &SipMessage<'_>,
        status: u16,
    ) -> Result<Option<Event<'static>>, SipError> {
        let this_dn = call.this_dn.clone();
        let identity = CallIdentity::new(message.call_id, message.to.tag, message.from.tag, &this_dn);
        let (session, again) = self.new_session(&identity)?;
        self.session_ids.begin(call, session);
        Ok(if status >= 200 && again { call.event(&mut self.source, CallEvent::Ringing) } else { None })
    }

    /// The key of a session that begins, and whether a session with this key has ended. Changes nothing.
    fn new_session(&self, identity: &CallIdentity<'_>) -> Result<(SessionKey, bool), SipError> {
        let session = (identity.this_dn.into(), self.source.session_id(identity)?);
        let again = self.session_ids.may_begin(&session)?;
        Ok((session, again))
    }

    /// The latest time for the final response after a cancellation.
    fn cancel_until(&self) -> core::time::Duration {
        self.now.saturating_add(self.source.limits.cancel_wait)
    }

    fn retry_until(&self) -> RetryUntil {
        let limits = &self.source.limits;
        RetryUntil {
            challenge: self.now.saturating_add(limits.challenge_wait),
            redirect: self.now.saturating_add(limits.redirect_wait),
        }
    }
}

/// The address of the callee. The Request-URI has the current destination, while To may still have the original one
/// (RFC 3261 section 8.2.2.1). To is used only if the Request-URI has no user.
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
