//! Every endpoint's view: an observer and the sessions for each address.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::time::Duration;

use im_session::sip::{CallIdentity, Direction, Observer, SipError, SipMessage, StartLine, session_id};
use im_session::{BaseUri, Event, Limits, Sessions};

use super::time_of_day;
use crate::show::{Show, Source, View};

/// One endpoint's view.
struct Endpoint {
    observer: Observer,
    sessions: Sessions,
    /// By session: the message after which it began to wait for one that may never come, where that stood, and its time.
    waits: HashMap<String, (u64, String)>,
}

/// All endpoints, and where to show what happens at them.
pub(crate) struct Watch<'w> {
    base_uri: BaseUri,
    show: Box<dyn Show + 'w>,
    endpoints: BTreeMap<String, Endpoint>,
    /// Which endpoint waits for something, and until when.
    due: BTreeSet<(Duration, String)>,
    now: Duration,
    /// Where the last message stood, and its time of day.
    last: (u64, String),
}

impl<'w> Watch<'w> {
    pub(crate) fn new(base_uri: &str, show: Box<dyn Show + 'w>) -> Self {
        Watch {
            base_uri: BaseUri::new(base_uri.to_owned()),
            show,
            endpoints: BTreeMap::new(),
            due: BTreeSet::new(),
            now: Duration::ZERO,
            last: (1, String::new()),
        }
    }

    /// The time of the last message.
    pub(crate) fn now(&self) -> Duration {
        self.now
    }

    /// Shows one message at the endpoint that sent it and at the one that received it; what they could not read of it.
    pub(crate) fn message(
        &mut self,
        line: u64,
        now: Duration,
        shown_time: Duration,
        source: &str,
        destination: &str,
        bytes: &[u8],
    ) -> io::Result<Option<SipError>> {
        self.now = self.now.max(now);
        self.last = (line, time_of_day(shown_time));
        self.fall_due()?;
        let mut unreadable = None;
        for (endpoint, direction) in [(source, Direction::Sent), (destination, Direction::Received)] {
            let now = self.now;
            let observed = self.endpoint(endpoint).observer.observe(direction, bytes, now);
            match observed {
                Ok(events) => {
                    if direction == Direction::Received {
                        self.note_wait(endpoint, bytes);
                    }
                    self.events(endpoint, &events, false)?;
                }
                // Both read the same bytes: once is enough.
                Err(error) => unreadable = Some(error),
            }
        }
        Ok(unreadable)
    }

    /// There are no more messages: what waited for one more is over; then the sessions as they stand.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let names: Vec<String> = self.endpoints.keys().cloned().collect();
        for name in names {
            let events = self.endpoint(&name).observer.finish();
            self.events(&name, &events, true)?;
        }
        let views: Vec<View<'_>> = self
            .endpoints
            .iter()
            .map(|(name, endpoint)| View { endpoint: Some(name), sessions: &endpoint.sessions })
            .collect();
        self.show.finish(&views)
    }

    fn endpoint(&mut self, name: &str) -> &mut Endpoint {
        if !self.endpoints.contains_key(name) {
            // A capture is as large as it is: only what the specification limits is limited.
            let sessions = Sessions::new(self.base_uri.clone()).with_limits(Limits::SPECIFICATION);
            let endpoint = Endpoint { observer: Observer::new(), sessions, waits: HashMap::new() };
            self.endpoints.insert(name.to_owned(), endpoint);
        }
        self.endpoints.get_mut(name).expect("it was put there")
    }

    /// The endpoints whose wait is over.
    fn fall_due(&mut self) -> io::Result<()> {
        while self.due.first().is_some_and(|(due, _)| *due <= self.now) {
            let Some((_, name)) = self.due.pop_first() else { break };
            let now = self.now;
            let events = self.endpoint(&name).observer.advance(now);
            self.events(&name, &events, true)?;
        }
        Ok(())
    }

    /// A challenge or a redirect that a caller received: if no new INVITE follows, the end is told where it stood.
    fn note_wait(&mut self, name: &str, bytes: &[u8]) {
        let Ok(message) = SipMessage::parse(bytes) else { return };
        let waits = match message.start_line {
            StartLine::Request { .. } => false,
            StartLine::Response { status } => {
                message.cseq.method == "INVITE" && matches!(status, 300..=399 | 401 | 407)
            }
        };
        if waits {
            let id = session_id(&CallIdentity::new(message.call_id, message.from.tag, message.to.tag, ""));
            let last = self.last.clone();
            self.endpoint(name).waits.insert(id, last);
        }
    }

    /// Shows events: where the last message stood, or, of a wait that was in vain, where it began.
    fn events(&mut self, name: &str, events: &[Event<'_>], in_vain: bool) -> io::Result<()> {
        let Some(endpoint) = self.endpoints.get_mut(name) else {
            return Ok(());
        };
        if let Some(due) = endpoint.observer.next_due() {
            self.due.insert((due, name.to_owned()));
        }
        for event in events {
            let began = event.call_uuid().and_then(|id| endpoint.waits.remove(id)).filter(|_| in_vain);
            let (line, time) = began.as_ref().unwrap_or(&self.last);
            let handled = endpoint.sessions.handle_event(event).map_err(io::Error::other)?;
            let source =
                Source { endpoint: Some(name), file: None, line: *line, time: Some(time), when: None, last: None };
            self.show.event(&source, event, &handled)?;
        }
        Ok(())
    }
}
