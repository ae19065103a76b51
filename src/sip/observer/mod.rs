//! The observer: the calls of one endpoint, their limits and their time.
//!
//! `messages` handles each message, `calls` finds its call, and `call` decides what it means for that call.

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

/// The direction of a message, seen from the endpoint.
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
/// The observer does no I/O and reads no clock: bytes and the caller's time go in, events come out.
///
/// # Isolation
///
/// Without [`with_dn`](Self::with_dn) the DN of a session is taken from the messages: the user of the Request-URI at
/// the callee, that of From at the caller. **A stranger chooses both.** Whoever calls `sip:3002@…` at the address of
/// the agent at 3001 causes events for 3002 there. If DNs decide who sees what, set the DN of each endpoint's observer,
/// from a map of addresses or registrations to DNs; see [the guide](crate::guide::sip).
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
    /// Events that have not been returned yet.
    undelivered: Vec<Event<'static>>,
}

/// The data about the calls that is not in the calls themselves, and the source of their events.
#[derive(Default)]
struct Bookkeeping {
    source: Source,
    schedule: Schedule,
    session_ids: SessionIds,
    now: Duration,
}

impl Bookkeeping {
    /// Updates the bookkeeping after a change of a call: what it waits for, and whether it is over. Returns the event
    /// of the change.
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

    /// Sets the DN of every session, whatever the addresses in the messages are.
    ///
    /// ```
    /// use core::time::Duration;
    /// use im_session::sip::{Direction, Observer};
    ///
    /// let invite = b"INVITE sip:3002@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1\r\n\
    ///     From: <sip:anybody@10.0.0.1>;tag=a1\r\nTo: <sip:3002@10.0.0.2>\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\n\r\n";
    /// let mut caller = Observer::new().with_dn("3001");
    /// let events = caller.observe(Direction::Sent, invite, Duration::ZERO).unwrap();
    /// assert_eq!((events[0].name.as_str(), events[0].this_dn()), ("EventDialing", Some("3001")));
    /// ```
    #[must_use]
    pub fn with_dn(self, dn: impl Into<Box<str>>) -> Self {
        Observer { dn: Some(dn.into()), ..self }
    }

    /// Processes one message that the endpoint sent or received, at the caller's time.
    ///
    /// Returns the events that fell due until `now`, then the event of the message, if it has one. (It has two in one
    /// case: a callee answers without 18x, under the id of a session that has ended; then EventRinging opens the
    /// session anew.) A time earlier than the last one counts as the last one. A datagram that is empty or has only
    /// line ends (RFC 5626 keep-alive) is not a message, and not an error.
    ///
    /// # Errors
    ///
    /// [`SipError`]: the message changed nothing. Events that fell due in the meantime are returned by the next call.
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

    /// The same for a parsed message, so that programs that watch both endpoints of a message parse it only once. The
    /// caller has to check its length.
    ///
    /// # Errors
    ///
    /// [`SipError`]: the message changed nothing. Events that fell due in the meantime are returned by the next call.
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

    /// Advances the time to `now`. Returns the events for messages that were expected by then and did not arrive.
    ///
    /// ```
    /// use core::time::Duration;
    /// use im_session::sip::{Direction, Observer};
    ///
    /// let headers = "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1\r\nFrom: <sip:3001@x>;tag=a1\r\nCall-ID: c1\r\n";
    /// let message = |start: &str, to: &str, method: &str| {
    ///     format!("{start}\r\n{headers}To: <sip:3002@x>{to}\r\nCSeq: 1 {method}\r\n\r\n")
    /// };
    /// let mut caller = Observer::new();
    /// let now = Duration::ZERO;
    /// let invite = message("INVITE sip:3002@x SIP/2.0", "", "INVITE");
    /// caller.observe(Direction::Sent, invite.as_bytes(), now).unwrap();
    /// let challenge = message("SIP/2.0 401 Unauthorized", ";tag=b1", "INVITE");
    /// caller.observe(Direction::Received, challenge.as_bytes(), now).unwrap();
    ///
    /// // The caller never answers the challenge.
    /// let due = caller.next_due().unwrap();
    /// assert_eq!(caller.advance(due)[0].name.as_str(), "EventReleased");
    /// ```
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

    /// The next time at which [`advance`](Self::advance) has something to do.
    #[must_use]
    pub fn next_due(&self) -> Option<Duration> {
        self.bookkeeping.schedule.next_due()
    }

    /// Ends every open call without a message since `before`. Otherwise lost messages would leave calls open for ever.
    pub fn expire(&mut self, before: Duration) -> Vec<Event<'static>> {
        let mut events = core::mem::take(&mut self.undelivered);
        for call in self.calls.iter_mut().filter(|call| !call.is_over() && call.heard < before) {
            let name = call.end(None);
            events.extend(self.bookkeeping.record(call, name));
        }
        events
    }

    /// Ends the input: ends the calls that only wait for a retry, or for the final response after a cancellation.
    ///
    /// ```
    /// use im_session::sip::Observer;
    ///
    /// let mut observer = Observer::new();
    /// // Hand in all messages of a capture, then end the input.
    /// assert!(observer.finish().is_empty());
    /// assert_eq!(observer.open_calls(), 0);
    /// ```
    pub fn finish(&mut self) -> Vec<Event<'static>> {
        match self.bookkeeping.schedule.last_due() {
            Some(last) => self.advance(last),
            None => core::mem::take(&mut self.undelivered),
        }
    }

    /// The number of open calls.
    #[must_use]
    pub fn open_calls(&self) -> usize {
        self.calls.len() - self.bookkeeping.schedule.ended_calls()
    }

    /// The number of calls in memory, including ended ones that are still remembered.
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
