//! The observer: finds the call that a message belongs to, lets it decide, and makes the event.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::call::{Attempt, Call, Phase, Role};
use super::error::SipError;
use super::invites::Cancelled;
use super::limits::SipLimits;
use super::message::{SipMessage, StartLine};
use super::numbering::Numbering;
use super::schedule::Schedule;
use super::session_id::{CallIdentity, session_id};
use super::text_body::text_of;
use super::uri::{dn_of_uri, has_user};
use crate::event::{Event, EventName, KeyValueList, check_call_uuid};
use crate::machine::{CallEvent, DataEvent};

/// Which way a message went, seen from the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The endpoint sent it.
    Sent,
    /// The endpoint received it.
    Received,
}

/// A function that makes session ids.
type MakeId = Box<dyn Fn(&CallIdentity<'_>) -> String + Send + Sync>;

/// One endpoint's view of the SIP messages that it sends and receives, as the events that SIP Server would report for its DN.
///
/// The observer opens nothing, sends nothing and reads no clock: bytes and the caller's time go in, events come out.
///
/// ```
/// use core::time::Duration;
/// use im_session::sip::{Direction, Observer};
///
/// let invite = b"INVITE sip:3002@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1\r\n\
///     From: <sip:3001@10.0.0.1>;tag=a1\r\nTo: <sip:3002@10.0.0.2>\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\n\r\n";
/// let ringing = b"SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1\r\n\
///     From: <sip:3001@10.0.0.1>;tag=a1\r\nTo: <sip:3002@10.0.0.2>;tag=b1\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\n\r\n";
/// let now = Duration::ZERO;
///
/// let mut callee = Observer::new();
/// assert!(callee.observe(Direction::Received, invite, now).unwrap().is_empty());
/// let events = callee.observe(Direction::Sent, ringing, now).unwrap();
/// assert_eq!(events[0].name.as_str(), "EventRinging");
/// assert_eq!((events[0].this_dn(), events[0].other_party()), (Some("3002"), Some("3001")));
/// assert_eq!(events[0].call_uuid(), Some("c1~~b1"));
/// ```
pub struct Observer {
    limits: SipLimits,
    make_id: MakeId,
    dn: Option<Box<str>>,
    numbering: Numbering,
    calls: BTreeMap<Box<str>, Call>,
    schedule: Schedule,
    now: Duration,
    /// Events that are made and not handed over yet.
    undelivered: Vec<Event<'static>>,
    /// The key that is looked up, kept for its memory.
    key: String,
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observer")
            .field("limits", &self.limits)
            .field("dn", &self.dn)
            .field("calls", &self.calls)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

impl Default for Observer {
    fn default() -> Self {
        Self::new()
    }
}

impl Observer {
    /// An observer of one endpoint, with the default limits and ids.
    #[must_use]
    pub fn new() -> Self {
        Observer {
            limits: SipLimits::DEFAULT,
            make_id: Box::new(session_id),
            dn: None,
            numbering: Numbering::default(),
            calls: BTreeMap::new(),
            schedule: Schedule::default(),
            now: Duration::ZERO,
            undelivered: Vec::new(),
            key: String::new(),
        }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(self, limits: SipLimits) -> Self {
        Observer { limits, ..self }
    }

    /// The same with this DN for every session, whatever the addresses in the messages are.
    #[must_use]
    pub fn with_dn(self, dn: impl Into<Box<str>>) -> Self {
        Observer { dn: Some(dn.into()), ..self }
    }

    /// The same with another function that makes session ids. An id that [`check_call_uuid`] refuses is a [`SipError`].
    #[must_use]
    pub fn with_session_id(self, make_id: impl Fn(&CallIdentity<'_>) -> String + Send + Sync + 'static) -> Self {
        Observer { make_id: Box::new(make_id), ..self }
    }

    /// The same with this ServerStartTime on every event. Where several observers feed the same sessions, give each its own:
    /// the numbers of two observers cannot be compared.
    #[must_use]
    pub fn with_server_start_time(mut self, seconds: u64) -> Self {
        self.numbering.server_start_time = Some(seconds);
        self
    }

    /// Takes one message that the endpoint sent or received, at the caller's time.
    ///
    /// The events are those that fell due until `now`, then that of the message itself, if it has one. (Two it has in one case: a
    /// callee answers without 18x, under the id of a session that ended; EventRinging opens it anew.) Time that runs backward stands
    /// still. An empty datagram, or one of line ends alone (RFC 5626 keep-alive), is no message and no error.
    ///
    /// # Errors
    ///
    /// [`SipError`]: the message changed nothing. What fell due meanwhile comes with the next call.
    pub fn observe(
        &mut self,
        direction: Direction,
        message: &[u8],
        now: Duration,
    ) -> Result<Vec<Event<'static>>, SipError> {
        let limit = self.limits.message;
        if message.len() > limit {
            return Err(SipError::TooLong { what: "a message", limit, found: message.len() });
        }
        if message.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
            return Ok(self.advance(now));
        }
        let message = SipMessage::parse(message)?;
        self.check_names(&message)?;
        let mut events = self.advance(now);
        match self.apply(direction, &message) {
            Ok(event) => {
                events.append(&mut self.undelivered);
                events.extend(event);
                Ok(events)
            }
            Err(error) => {
                self.undelivered = events;
                Err(error)
            }
        }
    }

    /// The caller's time has come to `now`: the events of what was waited for and did not come.
    pub fn advance(&mut self, now: Duration) -> Vec<Event<'static>> {
        self.now = self.now.max(now);
        let mut events = core::mem::take(&mut self.undelivered);
        while let Some(key) = self.schedule.due(self.now) {
            let Some(call) = self.calls.get_mut(&key) else {
                continue;
            };
            let event = call.waited_in_vain().and_then(|name| self.numbering.event(call, name.into()));
            self.schedule.ended(&key, self.now);
            events.extend(event);
        }
        let forget_before = self.now.saturating_sub(self.limits.ended_wait);
        while let Some(key) = self.schedule.forget(forget_before, self.limits.ended_calls) {
            self.calls.remove(&key);
        }
        events
    }

    /// When [`advance`](Self::advance) has something to do next.
    #[must_use]
    pub fn next_due(&self) -> Option<Duration> {
        self.schedule.next_due()
    }

    /// Ends every open call that heard nothing since `before`: lost messages must not leave calls for ever.
    pub fn expire(&mut self, before: Duration) -> Vec<Event<'static>> {
        let mut events = core::mem::take(&mut self.undelivered);
        for (key, call) in &mut self.calls {
            if call.phase != Phase::Ended && call.heard < before {
                let event = call.end(None).and_then(|name| self.numbering.event(call, name.into()));
                self.schedule.ended(key, self.now);
                events.extend(event);
            }
        }
        events
    }

    /// There will be no more messages: ends what only waited for one more, a retry or the end of what was cancelled.
    pub fn finish(&mut self) -> Vec<Event<'static>> {
        match self.schedule.last_due() {
            Some(last) => self.advance(last),
            None => core::mem::take(&mut self.undelivered),
        }
    }

    /// How many calls are open.
    #[must_use]
    pub fn open_calls(&self) -> usize {
        self.calls.len() - self.schedule.ended_calls()
    }

    /// How many calls are held in memory, the ended ones that are still remembered included.
    #[must_use]
    pub fn held_calls(&self) -> usize {
        self.calls.len()
    }

    fn check_names(&self, message: &SipMessage<'_>) -> Result<(), SipError> {
        let limit = self.limits.name;
        let names = [
            ("a Call-ID", message.call_id),
            ("a From tag", message.from.tag),
            ("a To tag", message.to.tag),
            ("a branch", message.branch),
        ];
        match names.into_iter().find(|(_, name)| name.len() > limit) {
            Some((what, name)) => Err(SipError::TooLong { what, limit, found: name.len() }),
            None => Ok(()),
        }
    }

    fn apply(&mut self, direction: Direction, message: &SipMessage<'_>) -> Result<Option<Event<'static>>, SipError> {
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
        let key = make_key(&mut self.key, role, message.call_id, message.from.tag);

        let known = self.calls.get_mut(key).map(|call| call.attempt(branch, cseq));
        if known == Some(Attempt::Known) {
            if let Some(call) = self.calls.get_mut(key) {
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
            None => dn(own, self.limits.name)?.ok_or_else(|| SipError::BadHeader {
                header: if role == Role::Caller { "From" } else { "To" },
                expected: "an address with a user or a host",
                found: super::error::excerpt(own.as_bytes()),
            })?,
        };
        let other_dn = dn(other.uri, self.limits.name)?;
        let begins = role == Role::Caller && known != Some(Attempt::Same);
        let identity = CallIdentity::new(message.call_id, message.from.tag, "", &this_dn);
        let id = if begins { Some(checked_id(&self.make_id, &identity)?) } else { None };

        let now = self.now;
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
        call.id = id.or(call.id.take());
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
                    return self.initial_response(message, status, role);
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
    fn initial_response(
        &mut self,
        message: &SipMessage<'_>,
        status: u16,
        role: Role,
    ) -> Result<Option<Event<'static>>, SipError> {
        let Some(call) = self.calls.get_mut(self.key.as_str()) else {
            return Ok(None);
        };
        if role == Role::Callee && call.is_silent() && matches!(status, 180..=189 | 200..=299) {
            let identity = CallIdentity::new(message.call_id, message.to.tag, message.from.tag, &call.this_dn);
            call.id = Some(checked_id(&self.make_id, &identity)?);
            // An ended session begins anew with Dialing or Ringing, never with Established.
            if status >= 200 && call.has_ended_before() {
                self.undelivered.extend(self.numbering.event(call, CallEvent::Ringing.into()));
            }
        }
        let retry_until = self.now.saturating_add(self.limits.retry_wait);
        call.heard = self.now;
        let name = call.response(message.branch, message.cseq.number, status, message.to.tag, retry_until);
        Ok(self.settle(name))
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

impl Numbering {
    /// The event of a call; `None` for one that has no id, which none has that gives events.
    fn event(&mut self, call: &Call, name: EventName<'static>) -> Option<Event<'static>> {
        let id = call.id.as_deref()?;
        let event = Event::new(name).with_this_dn(String::from(&*call.this_dn)).with_call_uuid(String::from(id));
        Some(self.number(match &call.other_dn {
            Some(other) => event.with_other_dn(String::from(&**other)),
            None => event,
        }))
    }
}

/// The call whose dialog a message is in, and the To tag of the call's INVITE, which names the dialog.
fn find_in_dialog<'c, 'm>(
    calls: &'c mut BTreeMap<Box<str>, Call>,
    key: &mut String,
    direction: Direction,
    request: bool,
    message: &SipMessage<'m>,
) -> Option<(&'c mut Call, &'m str)> {
    // From names the sender of the request; a response goes the other way.
    let own_is_from = (direction == Direction::Sent) == request;
    let (own, other) = if own_is_from { (message.from, message.to) } else { (message.to, message.from) };
    if message.from.tag.is_empty() && message.to.tag.is_empty() {
        return None;
    }
    let caller = calls.contains_key(make_key(key, Role::Caller, message.call_id, own.tag));
    let tag = if caller {
        other.tag
    } else {
        make_key(key, Role::Callee, message.call_id, other.tag);
        own.tag
    };
    calls.get_mut(key.as_str()).map(|call| (call, tag))
}

/// What a call is found by: the role, the Call-ID and the caller's tag. A Call-ID has no control characters.
fn make_key<'k>(key: &'k mut String, role: Role, call_id: &str, caller_tag: &str) -> &'k str {
    key.clear();
    key.push(if role == Role::Caller { '>' } else { '<' });
    key.push_str(call_id);
    key.push('\0');
    key.push_str(caller_tag);
    key
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

fn checked_id(make_id: &MakeId, identity: &CallIdentity<'_>) -> Result<Box<str>, SipError> {
    let id = make_id(identity);
    check_call_uuid(&id)?;
    Ok(id.into())
}
