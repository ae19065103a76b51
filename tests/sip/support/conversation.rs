//! Turns bytes into a SIP conversation that a fuzzer or a property plays to an observer. Uses only the public
//! interface.
//!
//! [`conversation`] is total: any bytes give one. It has few Call-IDs, tags, numbers and branches, so that messages
//! affect each other.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use im_session::sip::{DialogInfo, Direction, Observer, SipLimits, SipMessage};
use im_session::{CallEvent, Event, EventName, Limits, Outcome, RejectReason, Session};

const METHODS: [&str; 12] =
    ["INVITE", "BYE", "CANCEL", "ACK", "MESSAGE", "PRACK", "UPDATE", "INFO", "OPTIONS", "REFER", "NOTIFY", "INVITE"];
const STATUSES: [u16; 16] = [100, 180, 183, 199, 200, 202, 302, 401, 407, 408, 481, 486, 487, 491, 603, 180];
const TAGS: [&str; 4] = ["", "t1", "t2", "t3"];
const DIALOG_STATES: [&str; 5] = ["trying", "proceeding", "early", "confirmed", "terminated"];

/// All sessions that result from the events. They must accept every event, and every event must have an effect.
#[derive(Debug, Default)]
pub(crate) struct Machines {
    sessions: BTreeMap<(String, String), Option<Session>>,
    pub(crate) events: usize,
    /// Whether the source forgets ended calls. If so, one rejection is allowed: a callee of a forgotten call answers
    /// without 18x, under the same Call-ID and tags, and its event is rejected because the session has ended.
    pub(crate) forgetful: bool,
    /// The sessions to which that happened. Further events have no effect on them until they reopen.
    mistaken: BTreeSet<(String, String)>,
}

impl Machines {
    pub(crate) fn take(&mut self, events: &[Event<'_>]) {
        for event in events {
            event.route().expect("an event that can be read");
            let key = (event.this_dn().expect("a DN").to_owned(), event.call_uuid().expect("an id").to_owned());
            let outcome = Session::apply(self.sessions.entry(key.clone()).or_default(), event, &Limits::DEFAULT);
            let possible = match &outcome {
                Outcome::Changed { from, to, .. } => {
                    self.mistaken.remove(&key);
                    *from != Some(*to)
                }
                Outcome::Message(_) => true,
                Outcome::Rejected(rejection) if rejection.reason == RejectReason::Ended && self.forgetful => {
                    match event.name {
                        EventName::Call(CallEvent::Established) => self.mistaken.insert(key),
                        _ => self.mistaken.contains(&key),
                    }
                }
                Outcome::Unchanged => self.mistaken.remove(&key),
                Outcome::Ignored | Outcome::Rejected(_) => false,
            };
            assert!(possible, "{event:?}\n{outcome:?}");
            self.events += 1;
        }
    }
}

/// Plays the conversation that the bytes encode. Panics only if a law is broken: an event that the machine's table
/// rejects, an event without effect, or more memory than the limits allow.
pub(crate) fn conversation(bytes: &[u8]) -> usize {
    let mut limits = SipLimits::DEFAULT;
    let forgetful = bytes.first().is_some_and(|first| first & 1 == 1);
    (limits.open_calls, limits.ended_calls) = (6, 4);
    if !forgetful {
        (limits.ended_calls, limits.ended_wait) = (usize::MAX, Duration::MAX);
    }
    let mut observer = Observer::new().with_limits(limits);
    // Another server start makes this a separate source with its own sessions.
    let mut dialog_info = DialogInfo::new().with_limits(limits);
    let (mut machines, mut of_dialog_info) = (Machines::default(), Machines::default());
    (machines.forgetful, of_dialog_info.forgetful) = (forgetful, forgetful);
    let mut version = 0_u32;
    let mut now = Duration::ZERO;
    let mut before: Vec<u8> = Vec::new();
    let mut told = BTreeSet::new();
    let mut observe = |observer: &mut Observer, machines: &mut Machines, direction, message: &[u8], now| {
        machines.take(&observer.advance(now));
        let events = observer.observe(direction, message, now).unwrap_or_default();
        // An endpoint that reuses one of its tags, against RFC 3261 (19.3), turns the old message into one of another
        // session.
        let session = |event: &Event<'_>| (event.this_dn().map(String::from), event.call_uuid().map(String::from));
        let sessions: BTreeSet<_> = events.iter().map(session).collect();
        let mut first = true;
        for session in sessions {
            first &= told.insert((direction == Direction::Sent, message.to_vec(), session));
        }
        assert!(first || forgetful, "told again: {events:?} of {}", String::from_utf8_lossy(message));
        machines.take(&events);
    };
    let mut steps = bytes.chunks_exact(4);
    for step in &mut steps {
        let &[kind, a, b, c] = step else { break };
        let direction = if kind & 0x80 == 0 { Direction::Sent } else { Direction::Received };
        match kind & 0x7f {
            0..=99 => {
                let message = if kind & 0x40 == 0 { request(a, b, c) } else { response(a, b, c) };
                observe(&mut observer, &mut machines, direction, &message, now);
                before = message;
            }
            // Repeats the previous message.
            100..=107 => observe(&mut observer, &mut machines, direction, &before, now),
            // A damaged message: bytes overwritten or cut off.
            108..=112 => {
                let mut broken = before.clone();
                if let Some(byte) = broken.get_mut(usize::from(a) * 2) {
                    *byte = b;
                }
                broken.truncate(broken.len().saturating_sub(usize::from(c)));
                let _ = SipMessage::parse(&broken);
                observe(&mut observer, &mut machines, direction, &broken, now);
            }
            113..=118 => {
                now += Duration::from_secs(u64::from(a));
                machines.take(&observer.advance(now));
            }
            119..=120 => machines.take(&observer.expire(now.saturating_sub(Duration::from_secs(u64::from(a))))),
            121..=126 => {
                version = version.saturating_add(u32::from(c & 1));
                let document = document(version, a, b, c);
                of_dialog_info.take(&dialog_info.observe(document.as_bytes(), now).unwrap_or_default());
            }
            _ => of_dialog_info.take(&dialog_info.expire(now)),
        }
        assert!(observer.open_calls() <= limits.open_calls && dialog_info.open_calls() <= limits.open_calls);
        assert!(observer.held_calls() <= limits.open_calls.saturating_add(limits.ended_calls).saturating_add(1));
    }
    // The remaining bytes form one more message.
    machines.take(&observer.observe(Direction::Received, steps.remainder(), now).unwrap_or_default());
    machines.take(&observer.finish());
    machines.take(&observer.expire(Duration::MAX));
    assert_eq!(observer.open_calls(), 0);
    machines.events + of_dialog_info.events
}

fn tag(bits: u8) -> &'static str {
    TAGS[usize::from(bits & 3)]
}

fn parameters(from: u8, to: u8) -> (String, String) {
    let with = |user: &str, tag: &str| {
        if tag.is_empty() { format!("<sip:{user}@h>") } else { format!("<sip:{user}@h>;tag={tag}") }
    };
    (with("a", tag(from)), with("b", tag(to)))
}

/// A request. `a` selects the method and the Call-ID, `b` the tags and the number, and `c` the branch, body,
/// credentials and reason.
fn request(a: u8, b: u8, c: u8) -> Vec<u8> {
    let method = METHODS[usize::from(a & 0x0f) % METHODS.len()];
    let more = match c >> 4 {
        0..=7 => "Content-Type: text/plain\r\n",
        8..=9 => "Authorization: x\r\nContent-Type: text/plain\r\n",
        10 => "Reason: SIP;cause=200\r\n",
        _ => "Content-Type: application/im-iscomposing+xml\r\n",
    };
    message(&format!("{method} sip:b@h SIP/2.0"), method, a >> 4, b, c & 3, more)
}

/// A response, encoded the same way. `c` also selects the status.
fn response(a: u8, b: u8, c: u8) -> Vec<u8> {
    let method = METHODS[usize::from(a & 0x0f) % METHODS.len()];
    let status = STATUSES[usize::from(c >> 4)];
    message(&format!("SIP/2.0 {status} X"), method, a >> 4, b, c & 3, "")
}

fn message(first_line: &str, method: &str, call: u8, b: u8, branch: u8, more: &str) -> Vec<u8> {
    let (from, to) = parameters(b & 3, b >> 2 & 3);
    let cseq = b >> 4 & 7;
    // A second Via, as in a message that a proxy forwards.
    let below = if b & 0x80 == 0 { String::new() } else { format!(", SIP/2.0/UDP i;branch=z{}", (branch + 1) & 3) };
    format!(
        "{first_line}\r\nVia: SIP/2.0/UDP h;branch=z{branch}{below}\r\nFrom: {from}\r\nTo: {to}\r\nCall-ID: c{call}\r\n\
         CSeq: {cseq} {method}\r\n{more}\r\nHi"
    )
    .into_bytes()
}

fn document(version: u32, a: u8, b: u8, c: u8) -> String {
    let state = if c & 2 == 0 { "partial" } else { "full" };
    let dialog = |bits: u8| {
        let id = bits & 3;
        let direction = if bits & 4 == 0 { "initiator" } else { "recipient" };
        let tag = bits >> 3 & 1;
        let event = if bits & 0x80 == 0 { "cancelled" } else { "rejected" };
        let state = DIALOG_STATES[usize::from(bits >> 4 & 7) % 5];
        format!(
            "<dialog id=\"{id}\" call-id=\"c\" local-tag=\"{tag}\" direction=\"{direction}\">\
             <state event=\"{event}\">{state}</state></dialog>"
        )
    };
    let dialogs = [a, b].map(dialog).concat();
    format!("<dialog-info version=\"{version}\" state=\"{state}\" entity=\"sip:e@h\">{dialogs}</dialog-info>")
}
