//! The view of every endpoint: an observer and sessions for each.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::io;
use std::time::Duration;

use im_session::sip::{CallIdentity, Direction, Observer, SipError, SipLimits, SipMessage, StartLine, session_id};
use im_session::{BaseUri, Event, Limits, Sessions, State};

use super::clock::{self, Clock};
use super::endpoints::{Endpoints, Id};
use super::found::{Address, Message, When};
use crate::show::{Show, Source, View};

/// Beyond this number of endpoints, those without any state are forgotten at once.
const ENDPOINTS: usize = 65_536;

/// The maximum number of calls of either kind per endpoint: a server has more than a phone.
const CALLS: usize = 100_000;

/// The settings from the command line.
pub(crate) struct Settings {
    pub(crate) base_uri: String,
    /// The DN of each configured endpoint, overriding the messages.
    pub(crate) dns: Vec<(String, String)>,
    pub(crate) retry_wait: Duration,
    /// How long a session is kept after its end; `None` keeps all.
    pub(crate) forget: Option<Duration>,
}

/// A place in a file, and its time.
#[derive(Clone)]
struct Place {
    file: String,
    line: u64,
    when: When,
}

/// A session that has ended.
struct Ended {
    at: Duration,
    endpoint: Id,
    this_dn: String,
    id: String,
}

/// The view of one endpoint.
struct Endpoint {
    name: String,
    observer: Observer,
    /// `None` for most endpoints, which never have a session.
    sessions: Option<Box<Sessions>>,
    /// By session: the message after which it began to wait for one that may never arrive.
    waits: HashMap<String, Place>,
    /// When the observer's next wait ends.
    due: Option<Duration>,
    heard: Duration,
}

/// All endpoints, and the output for their events.
pub(crate) struct Watch<'w> {
    settings: Settings,
    limits: SipLimits,
    store_limits: Limits,
    show: Box<dyn Show + 'w>,
    addresses: Endpoints,
    endpoints: HashMap<Id, Endpoint>,
    /// The endpoints that wait, by the end of the wait.
    due: BTreeSet<(Duration, Id)>,
    clock: Clock,
    /// The place of the last message.
    last: Place,
    messages: u64,
    /// The ended sessions in order of their end, if they are to be forgotten.
    ended: VecDeque<Ended>,
    /// The time and the number of messages at the last sweep.
    swept: (Duration, u64),
    forgotten: u64,
}

impl<'w> Watch<'w> {
    pub(crate) fn new(settings: Settings, show: Box<dyn Show + 'w>) -> Self {
        let mut limits = SipLimits::DEFAULT;
        limits.challenge_wait = settings.retry_wait;
        (limits.open_calls, limits.ended_calls) = (CALLS, CALLS);
        // A capture may be of any size, so only the limits of the specification apply.
        let mut store_limits = Limits::SPECIFICATION;
        if settings.forget.is_some() {
            // An observer's events are in order, so none arrives after the end.
            store_limits.remembered_ends = 0;
        }
        Watch {
            settings,
            limits,
            store_limits,
            show,
            addresses: Endpoints::default(),
            endpoints: HashMap::new(),
            due: BTreeSet::new(),
            clock: Clock::default(),
            last: Place { file: String::new(), line: 1, when: When::Unknown },
            messages: 0,
            ended: VecDeque::new(),
            swept: (Duration::ZERO, 0),
            forgotten: 0,
        }
    }

    /// Begins a file, to which the following messages belong.
    pub(crate) fn begin_file(&mut self, name: &str) {
        self.clock.begin_file();
        name.clone_into(&mut self.last.file);
    }

    /// Shows one message at its sender and at its receiver. Returns the error if they could not read it.
    pub(crate) fn message(&mut self, message: &Message<'_>) -> io::Result<Option<SipError>> {
        let (limit, found) = (self.limits.message, message.bytes.len());
        if found > limit {
            return Ok(Some(SipError::TooLong { what: "a message", limit, found }));
        }
        let parsed = match SipMessage::parse(message.bytes) {
            Ok(parsed) => parsed,
            Err(error) => return Ok(Some(error)),
        };
        self.clock.advance(&message.when);
        self.last.line = message.place;
        self.last.when.clone_from(&message.when);
        self.messages += 1;
        self.fall_due()?;
        self.forget();
        self.sweep();
        let parties = self.addresses.parties(&message.source, &message.destination, &parsed);
        if self.addresses.has_new() {
            self.add_endpoints();
        }
        let mut unreadable = None;
        for (id, direction) in [(parties.sender, Direction::Sent), (Some(parties.receiver), Direction::Received)] {
            let now = self.clock.now();
            let Some(endpoint) = id.and_then(|id| self.endpoints.get_mut(&id)) else { continue };
            endpoint.heard = now;
            match endpoint.observer.observe_parsed(direction, &parsed, now) {
                Ok(events) => {
                    if direction == Direction::Received {
                        endpoint.note_wait(&parsed, &self.last);
                    }
                    self.events(id, &events, false)?;
                }
                // Both reject the same message, so one error is enough.
                Err(error) => unreadable = Some(error),
            }
        }
        Ok(unreadable)
    }

    /// There are no more messages: ends all waits, then shows the sessions. Returns how many were forgotten.
    pub(crate) fn finish(mut self) -> io::Result<u64> {
        let mut ids: Vec<Id> = self.endpoints.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            let events = self.endpoints.get_mut(&id).map(|endpoint| endpoint.observer.finish()).unwrap_or_default();
            self.events(Some(id), &events, true)?;
        }
        let mut views: Vec<View<'_>> = self
            .endpoints
            .values()
            .filter_map(|endpoint| {
                Some(View { endpoint: Some(&endpoint.name), sessions: endpoint.sessions.as_deref()? })
            })
            .collect();
        views.sort_unstable_by_key(|view| view.endpoint);
        self.show.finish(&views)?;
        drop(views);
        let forgotten = self.forgotten;
        // The program ends; freeing every small allocation would only take time.
        std::mem::forget(self);
        Ok(forgotten)
    }

    fn add_endpoints(&mut self) {
        for (id, addresses) in self.addresses.take_new() {
            let names: Vec<String> = addresses.iter().map(Address::to_string).collect();
            let Some(name) = names.first().cloned() else { continue };
            let mut observer = Observer::new().with_limits(self.limits);
            if let Some(dn) = dn_of(&self.settings.dns, &addresses, &names) {
                observer = observer.with_dn(dn);
            }
            let heard = self.clock.now();
            let waits = HashMap::new();
            self.endpoints.insert(id, Endpoint { name, observer, sessions: None, waits, due: None, heard });
        }
    }

    /// Shows the events of endpoints whose wait is over.
    fn fall_due(&mut self) -> io::Result<()> {
        while self.due.first().is_some_and(|(due, _)| *due <= self.clock.now()) {
            let Some((_, id)) = self.due.pop_first() else { break };
            let Some(endpoint) = self.endpoints.get_mut(&id) else { continue };
            endpoint.due = None;
            let events = endpoint.observer.advance(self.clock.now());
            self.events(Some(id), &events, true)?;
        }
        Ok(())
    }

    /// Shows events: at the place of the last message or, after a wait in vain, where the wait began.
    fn events(&mut self, id: Option<Id>, events: &[Event<'_>], in_vain: bool) -> io::Result<()> {
        let Some((id, endpoint)) = id.and_then(|id| Some((id, self.endpoints.get_mut(&id)?))) else {
            return Ok(());
        };
        let due = endpoint.observer.next_due();
        if due != endpoint.due {
            if let Some(before) = endpoint.due {
                self.due.remove(&(before, id));
            }
            endpoint.due = due;
            self.due.extend(due.map(|due| (due, id)));
        }
        for event in events {
            let began = event.call_uuid().and_then(|id| endpoint.waits.remove(id)).filter(|_| in_vain);
            let place = began.as_ref().unwrap_or(&self.last);
            let time = clock::text(&place.when);
            let sessions = endpoint.sessions.get_or_insert_with(|| {
                let base_uri = BaseUri::new(self.settings.base_uri.clone());
                Box::new(Sessions::new(base_uri).with_limits(self.store_limits))
            });
            sessions.set_time(self.clock.now()).map_err(io::Error::other)?;
            let handled = sessions.handle_event(event).map_err(io::Error::other)?;
            let source = Source {
                endpoint: Some(&endpoint.name),
                file: Some(&place.file),
                line: place.line,
                time: time.as_deref(),
                when: time.as_deref().and_then(crate::when::When::parse),
                last: None,
            };
            self.show.event(&source, event, &handled)?;
            let over = handled.to() == Some(State::Completed) && handled.from() != handled.to();
            if let (true, true, Some(this_dn), Some(id_of)) =
                (over, self.settings.forget.is_some(), event.this_dn(), event.call_uuid())
            {
                let (at, this_dn, id_of) = (self.clock.now(), this_dn.to_owned(), id_of.to_owned());
                self.ended.push_back(Ended { at, endpoint: id, this_dn, id: id_of });
            }
        }
        Ok(())
    }

    /// Forgets the sessions that ended long enough ago, unless they began again.
    fn forget(&mut self) {
        let Some(forget) = self.settings.forget else { return };
        let now = self.clock.now();
        while self.ended.front().is_some_and(|ended| ended.at.saturating_add(forget) < now) {
            let Some(ended) = self.ended.pop_front() else { break };
            let endpoint = self.endpoints.get_mut(&ended.endpoint);
            let Some(sessions) = endpoint.and_then(|endpoint| endpoint.sessions.as_mut()) else { continue };
            let forgotten = sessions.forget(&ended.this_dn, &ended.id).forgotten();
            if forgotten > 0 {
                self.forgotten += forgotten as u64;
                self.show.forget(&ended.id);
            }
        }
    }

    /// Called from time to time: forgets idle endpoints without any state. Each sweep examines all endpoints, so it
    /// runs only after a comparable number of messages.
    fn sweep(&mut self) {
        const IDLE: Duration = Duration::from_secs(64);
        const SOME: u64 = 4096;
        let now = self.clock.now();
        let (at, messages) = self.swept;
        let too_many = self.endpoints.len() > ENDPOINTS;
        let waits = now.saturating_sub(at) < IDLE / 2 && !too_many;
        if waits || self.messages - messages < SOME.max(self.endpoints.len() as u64 / 2) {
            return;
        }
        let idle = if too_many { Duration::ZERO } else { IDLE };
        self.swept = (now, self.messages);
        let Watch { endpoints, addresses, .. } = self;
        let before = endpoints.len();
        endpoints.retain(|_, endpoint| {
            if endpoint.sessions.as_ref().is_some_and(|sessions| sessions.is_empty()) {
                endpoint.sessions = None;
            }
            if now.saturating_sub(endpoint.heard) < idle || endpoint.sessions.is_some() || endpoint.due.is_some() {
                return true;
            }
            // Events that were due have already been shown.
            endpoint.observer.advance(now);
            endpoint.observer.held_calls() > 0
        });
        if endpoints.len() < before {
            addresses.retain(|id| endpoints.contains_key(&id));
        }
    }
}

impl Endpoint {
    /// Remembers a challenge or a redirect to a caller: if no new INVITE follows, the end is shown at this place.
    fn note_wait(&mut self, message: &SipMessage<'_>, place: &Place) {
        const MOST: usize = 100_000;
        let waits = match message.start_line {
            StartLine::Request { .. } => false,
            StartLine::Response { status } => {
                message.cseq.method == "INVITE" && matches!(status, 300..=399 | 401 | 407)
            }
        };
        if waits {
            let id = session_id(&CallIdentity::new(message.call_id, message.from.tag, message.to.tag, ""));
            if self.waits.len() >= MOST {
                self.waits.clear();
            }
            self.waits.insert(id, place.clone());
        }
    }
}

/// The DN that the command line assigns to an endpoint, by one of its addresses, with or without the port.
fn dn_of(dns: &[(String, String)], addresses: &[Address], names: &[String]) -> Option<String> {
    let is = |wanted: &str| {
        names.iter().any(|name| name == wanted)
            || addresses.iter().any(|address| {
                let of_host = |socket: std::net::SocketAddr| wanted.parse() == Ok(socket.ip());
                address.socket().is_some_and(of_host)
            })
    };
    // An address with the port takes precedence.
    let exact = dns.iter().find(|(endpoint, _)| names.contains(endpoint));
    exact.or_else(|| dns.iter().find(|(endpoint, _)| is(endpoint))).map(|(_, dn)| dn.clone())
}
