//! The observer: one endpoint's calls, their limits and their time. What a message does is in `dispatch`.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::call::{Call, Phase};
use super::error::SipError;
use super::limits::SipLimits;
use super::message::SipMessage;
use super::numbering::Numbering;
use super::schedule::Schedule;
use super::session_id::{CallIdentity, MakeId, session_id};
use crate::event::Event;

/// Which way a message went, seen from the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The endpoint sent it.
    Sent,
    /// The endpoint received it.
    Received,
}

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
    pub(super) limits: SipLimits,
    pub(super) make_id: MakeId,
    pub(super) dn: Option<Box<str>>,
    pub(super) numbering: Numbering,
    pub(super) calls: BTreeMap<Box<str>, Call>,
    pub(super) schedule: Schedule,
    pub(super) now: Duration,
    /// Events that are made and not handed over yet.
    pub(super) undelivered: Vec<Event<'static>>,
    /// The key that is looked up, kept for its memory.
    pub(super) key: String,
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

    /// The same with another function that makes session ids. An id that [`check_call_uuid`](crate::event::check_call_uuid) refuses is a [`SipError`].
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
}
