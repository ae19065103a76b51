//! Which events a message means, and at which DN. Pure: messages and time are arguments, events are returned.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use im_session::Event;
use im_session::sip::{Direction, Observer, SipLimits, SipMessage};

use super::packet::Captured;
use super::registrations::{Registered, Registrations};
use crate::config::{Agents, EndpointAddress};
use crate::engine::Times;

/// The limits of a phone. They are low because a phone has few calls at a time: at most 1.2 MB
/// ([`most_memory`](SipLimits::most_memory)), and 1.2 kB for an ordinary call.
pub const PHONE: SipLimits = {
    let mut limits = SipLimits::DEFAULT;
    (limits.open_calls, limits.ended_calls, limits.name) = (16, 32, 256);
    limits
};

/// The endpoints whose DN is known from the configuration or a registrar, and an observer for each that has calls.
#[derive(Debug, Default)]
pub struct Watch {
    agents: Arc<Agents>,
    registrations: Registrations,
    observed: HashMap<EndpointAddress, Observed>,
    /// The last ServerStartTime assigned. It differs per observer, because each observer numbers its events separately.
    started: u64,
}

#[derive(Debug)]
struct Observed {
    dn: String,
    observer: Observer,
}

/// What a message was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// SIP of an endpoint that has a DN.
    Observed,
    /// SIP of no such endpoint.
    OfNobody,
    /// Not readable as SIP, or over a limit.
    Unreadable,
}

/// The result of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// What the message was.
    pub outcome: Outcome,
    /// The events, in order.
    pub events: Vec<Event<'static>>,
}

impl Watch {
    /// A watch that has seen no calls. It knows the registrations that were stored before the restart.
    #[must_use]
    pub fn new(agents: Arc<Agents>, registered: Vec<Registered>) -> Self {
        Watch { agents, registrations: Registrations::restored(registered), observed: HashMap::new(), started: 0 }
    }

    /// How many endpoints have calls.
    #[must_use]
    pub fn endpoints(&self) -> usize {
        self.observed.len()
    }

    /// All registrations, if there are changes since the last call.
    pub fn new_registrations(&mut self) -> Option<Vec<&Registered>> {
        self.registrations.take_new()
    }

    /// Replaces the agents. Ends the calls of endpoints that now have another DN, or none.
    pub fn set_agents(&mut self, agents: &Arc<Agents>, now: Duration) -> Vec<Event<'static>> {
        if Arc::ptr_eq(&self.agents, agents) {
            return Vec::new();
        }
        self.agents = agents.clone();
        self.registrations.sweep(agents, now);
        let mut events = Vec::new();
        let Watch { agents, registrations, observed, .. } = self;
        observed.retain(|&endpoint, observed| {
            let dn = endpoint.socket().and_then(|address| dn_of(agents, registrations, address, now));
            let dn = dn.or_else(|| agents.dn_of_named(endpoint).map(|dn| (endpoint, dn)));
            let is_the_same = dn == Some((endpoint, &*observed.dn));
            if !is_the_same {
                events.extend(observed.observer.expire(Duration::MAX));
            }
            is_the_same
        });
        events
    }

    /// Processes one message.
    pub fn take(&mut self, captured: &Captured, now: Duration) -> Watched {
        let Captured { source, destination, message } = captured;
        let nothing = |outcome| Watched { outcome, events: Vec::new() };
        if message.len() > PHONE.message {
            return nothing(Outcome::Unreadable);
        }
        if message.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
            // A keep-alive (RFC 5626).
            return nothing(Outcome::OfNobody);
        }
        let Ok(message) = SipMessage::parse(message) else { return nothing(Outcome::Unreadable) };
        self.registrations.take(*source, *destination, &message, &self.agents, now);
        let mut watched = nothing(Outcome::OfNobody);
        for (address, direction) in [(*source, Direction::Sent), (*destination, Direction::Received)] {
            let seen = self.at(address, direction, &message, now, &mut watched.events);
            if seen != Outcome::OfNobody {
                watched.outcome = seen;
            }
        }
        watched
    }

    /// Processes the message at one of its two addresses.
    fn at(
        &mut self,
        address: SocketAddr,
        direction: Direction,
        message: &SipMessage<'_>,
        now: Duration,
        events: &mut Vec<Event<'static>>,
    ) -> Outcome {
        let Watch { agents, registrations, observed, started } = self;
        let Some((endpoint, dn)) = dn_of(agents, registrations, address, now) else { return Outcome::OfNobody };
        if let Some(mut other) =
            observed.get(&endpoint).is_some_and(|one| one.dn != dn).then(|| observed.remove(&endpoint)).flatten()
        {
            // Another address-of-record is registered there now.
            events.extend(other.observer.expire(Duration::MAX));
        }
        // Every call begins with an INVITE; before that an observer would return no events.
        if !observed.contains_key(&endpoint) && !message.is_request("INVITE") {
            return Outcome::Observed;
        }
        let observed = observed.entry(endpoint).or_insert_with(|| {
            *started = now.as_secs().max(started.saturating_add(1));
            let observer = Observer::new().with_limits(PHONE).with_dn(dn).with_server_start_time(*started);
            Observed { dn: dn.to_owned(), observer }
        });
        match observed.observer.observe_parsed(direction, message, now) {
            Ok(of_message) => {
                events.extend(of_message);
                Outcome::Observed
            }
            Err(_) => Outcome::Unreadable,
        }
    }

    /// Passes the time: returns the events of timeouts, and of calls that have been silent for too long.
    pub fn advance(&mut self, now: Duration) -> Vec<Event<'static>> {
        let mut events = Vec::new();
        // Calls expire after the same time as their sessions.
        let silent = now.saturating_sub(Times::default().expire_after);
        self.observed.retain(|_, observed| {
            events.extend(observed.observer.advance(now));
            events.extend(observed.observer.expire(silent));
            observed.observer.held_calls() > 0
        });
        self.registrations.sweep(&self.agents, now);
        events
    }
}

/// The DN of the endpoint at this address, and the configured address. The configuration takes precedence over a
/// registrar.
fn dn_of<'a>(
    agents: &'a Agents,
    registrations: &Registrations,
    address: SocketAddr,
    now: Duration,
) -> Option<(EndpointAddress, &'a str)> {
    agents.dn_of_endpoint(address).or_else(|| {
        let record = registrations.record_at(address, now)?;
        Some((address.into(), agents.dn_of_record(record)?))
    })
}
