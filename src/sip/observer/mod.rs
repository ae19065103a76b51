//! The observer: one endpoint's calls, their limits and their time.
//!
//! What a message does is in `messages`, which of the calls it belongs to in `calls`, and what a call makes of it in
//! `call`.

mod calls;
mod messages;
mod schedule;
mod session_ids;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use calls::Calls;
use schedule::Schedule;
pub(super) use schedule::Scheduled;
use session_ids::SessionIds;

use super::call::Call;
use super::error::SipError;
use super::limits::SipLimits;
use super::message::SipMessage;
use super::session_id::CallIdentity;
use super::source::{Source, settings};
use crate::event::Event;
use crate::machine::CallEvent;

/// Which way a message went, seen from the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The endpoint sent it.
    Sent,
    /// The endpoint received it.
    Received,
}

/// One endpoint's view of the SIP messages that it sends and receives, as the events that SIP Server would report for
/// its DN.
///
/// The observer opens nothing, sends nothing and reads no clock: bytes and the caller's time go in, events come out.
///
/// # Isolation
///
/// Without [`with_dn`](Self::with_dn) the DN of a session is what the messages say: at the callee the user of the
/// Request-URI, at the caller that of From. **A stranger chooses both.** Who calls `sip:3002@…` at the address of the
/// agent at 3001 makes events for 3002 there. Where DNs decide who sees what, give each endpoint's observer its DN,
/// from a map of the endpoints' addresses or registrations to DNs; see `docs/sip.md`.
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
#[derive(Default)]
pub struct Observer {
    dn: Option<Box<str>>,
    calls: Calls,
    bookkeeping: Bookkeeping,
    /// Events that are made and not handed over yet.
    undelivered: Vec<Event<'static>>,
}

/// What is kept about the calls beside the calls themselves, and the source of their events.
#[derive(Default)]
struct Bookkeeping {
    source: Source,
    schedule: Schedule,
    session_ids: SessionIds,
    now: Duration,
}

impl Bookkeeping {
    /// After a change of a call: what it waits for, whether it is over, and the event that the change gave.
    fn record(&mut self, call: &mut Call, name: Option<CallEvent>) -> Option<Event<'static>> {
        if self.schedule.update(call, self.now) {
            self.session_ids.ended(call);
        }
        name.and_then(|name| call.event(&mut self.source, name))
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observer")
            .field("limits", &self.bookkeeping.source.limits)
            .field("dn", &self.dn)
            .field("calls", &self.calls)
            .field("now", &self.bookkeeping.now)
            .finish_non_exhaustive()
    }
}

impl Observer {
    /// An observer of one endpoint, with the default limits and ids.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    settings!(bookkeeping.source);

    /// The same with this DN for every session, whatever the addresses in the messages are.
    #[must_use]
    pub fn with_dn(self, dn: impl Into<Box<str>>) -> Self {
        Observer { dn: Some(dn.into()), ..self }
    }

    /// Takes one message that the endpoint sent or received, at the caller's time.
    ///
    /// The events are those that fell due until `now`, then that of the message itself, if it has one. (Two it has in
    /// one case: a callee answers without 18x, under the id of a session that ended; EventRinging opens it anew.) Time
    /// that runs backward stands still. An empty datagram, or one of line ends alone (RFC 5626 keep-alive), is no
    /// message and no error.
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
        let limit = self.bookkeeping.source.limits.message;
        if message.len() > limit {
            return Err(SipError::TooLong { what: "a message", limit, found: message.len() });
        }
        if message.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
            return Ok(self.advance(now));
        }
        self.observe_parsed(direction, &SipMessage::parse(message)?, now)
    }

    /// The same for a message that was parsed already: whoever watches both endpoints of a message parses it once. How long it is was
    /// the caller's to check.
    ///
    /// # Errors
    ///
    /// [`SipError`]: the message changed nothing. What fell due meanwhile comes with the next call.
    pub fn observe_parsed(
        &mut self,
        direction: Direction,
        message: &SipMessage<'_>,
        now: Duration,
    ) -> Result<Vec<Event<'static>>, SipError> {
        self.check_names(message)?;
        let mut events = self.advance(now);
        match self.apply(direction, message) {
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
        let bookkeeping = &mut self.bookkeeping;
        bookkeeping.now = bookkeeping.now.max(now);
        let mut events = core::mem::take(&mut self.undelivered);
        while let Some(call) = bookkeeping.schedule.due(bookkeeping.now).and_then(|number| self.calls.by_number(number))
        {
            let name = call.waited_in_vain();
            events.extend(bookkeeping.record(call, name));
        }
        let limits = bookkeeping.source.limits;
        let forget_before = bookkeeping.now.saturating_sub(limits.ended_wait);
        while let Some(number) = bookkeeping.schedule.forget(forget_before, limits.ended_calls) {
            if let Some(call) = self.calls.remove(number) {
                bookkeeping.session_ids.remove(&call);
            }
        }
        events
    }

    /// When [`advance`](Self::advance) has something to do next.
    #[must_use]
    pub fn next_due(&self) -> Option<Duration> {
        self.bookkeeping.schedule.next_due()
    }

    /// Ends every open call that heard nothing since `before`: lost messages must not leave calls for ever.
    pub fn expire(&mut self, before: Duration) -> Vec<Event<'static>> {
        let mut events = core::mem::take(&mut self.undelivered);
        for call in self.calls.iter_mut().filter(|call| !call.is_over() && call.heard < before) {
            let name = call.end(None);
            events.extend(self.bookkeeping.record(call, name));
        }
        events
    }

    /// There will be no more messages: ends what only waited for one more, a retry or the end of what was cancelled.
    pub fn finish(&mut self) -> Vec<Event<'static>> {
        match self.bookkeeping.schedule.last_due() {
            Some(last) => self.advance(last),
            None => core::mem::take(&mut self.undelivered),
        }
    }

    /// How many calls are open.
    #[must_use]
    pub fn open_calls(&self) -> usize {
        self.calls.len() - self.bookkeeping.schedule.ended_calls()
    }

    /// How many calls are held in memory, the ended ones that are still remembered included.
    #[must_use]
    pub fn held_calls(&self) -> usize {
        self.calls.len()
    }

    fn check_names(&self, message: &SipMessage<'_>) -> Result<(), SipError> {
        let limit = self.bookkeeping.source.limits.name;
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
