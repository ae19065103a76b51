//! Dialog-info documents as a source of events: RFC 4235.
//!
//! A notifier sees the dialogs and says in which state each is. Here the states become the same events, with the same DN and the
//! same ids, that an [`Observer`](super::Observer) at the entity would make of the messages.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::dialog_info_document::{DialogElement, DialogInfoDocument, DialogInfoError, DialogState};
use super::limits::SipLimits;
use super::numbering::Numbering;
use super::session_id::{CallIdentity, session_id};
use super::uri::dn_of_uri;
use crate::event::{Event, check_call_uuid};
use crate::machine::CallEvent;

/// The most dialogs of one fork that are kept.
const MOST_DIALOGS: usize = 32;

type MakeId = Box<dyn Fn(&CallIdentity<'_>) -> String + Send + Sync>;

/// The sessions of one entity, from the dialog-info documents about it.
///
/// | dialog | event |
/// |---|---|
/// | the entity calls: `trying`, `proceeding`, `early` | EventDialing, once |
/// | the entity is called: `early` | EventRinging |
/// | `confirmed` | EventEstablished |
/// | `terminated`, or missing in a full document | EventReleased; where the entity rang and the event is `cancelled`, EventAbandoned |
///
/// Dialogs of one fork (same call-id and local-tag of a calling entity) are one session; it ends with the last of them.
///
/// Versions: a document whose version is not higher is old and changes nothing. After a gap, or where the first document is
/// partial, the document counts and [`needs_refresh`](Self::needs_refresh) says that a full one should be asked for.
///
/// ```
/// use core::time::Duration;
/// use im_session::sip::DialogInfo;
///
/// let document = br#"<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full" entity="sip:3002@example.com">
///   <dialog id="d1" call-id="c1" local-tag="b1" remote-tag="a1" direction="recipient">
///     <state>early</state><remote><identity>sip:3001@example.com</identity></remote>
///   </dialog></dialog-info>"#;
/// let mut entity = DialogInfo::new();
/// let events = entity.observe(document, Duration::ZERO).unwrap();
/// assert_eq!(events[0].name.as_str(), "EventRinging");
/// assert_eq!((events[0].this_dn(), events[0].call_uuid()), (Some("3002"), Some("c1~~b1")));
/// ```
pub struct DialogInfo {
    limits: SipLimits,
    make_id: MakeId,
    numbering: Numbering,
    entity: Option<Box<str>>,
    version: Option<u32>,
    needs_refresh: bool,
    /// By their ids.
    sessions: BTreeMap<Box<str>, Watched>,
    /// Which session a dialog is of, by the dialog's id.
    session_of: BTreeMap<Box<str>, Box<str>>,
    /// The ids of the sessions that ended, the oldest first.
    ended: VecDeque<Box<str>>,
    now: Duration,
}

#[derive(Debug, Clone)]
struct Watched {
    other_dn: Option<Box<str>>,
    phase: Phase,
    /// Its dialogs by their ids, and the latest state of each.
    dialogs: BTreeMap<Box<str>, DialogState>,
    heard: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No event yet; it follows at once.
    New,
    Dialing,
    Ringing,
    Talking,
    Ended,
}

impl fmt::Debug for DialogInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DialogInfo")
            .field("entity", &self.entity)
            .field("version", &self.version)
            .field("sessions", &self.sessions)
            .finish_non_exhaustive()
    }
}

impl Default for DialogInfo {
    fn default() -> Self {
        Self::new()
    }
}

impl DialogInfo {
    /// No documents yet. The first one says which entity it is.
    #[must_use]
    pub fn new() -> Self {
        DialogInfo {
            limits: SipLimits::DEFAULT,
            make_id: Box::new(session_id),
            numbering: Numbering::default(),
            entity: None,
            version: None,
            needs_refresh: false,
            sessions: BTreeMap::new(),
            session_of: BTreeMap::new(),
            ended: VecDeque::new(),
            now: Duration::ZERO,
        }
    }

    /// The same with other limits; `message` is the longest document, `open_calls` and `ended_calls` count sessions.
    #[must_use]
    pub fn with_limits(self, limits: SipLimits) -> Self {
        DialogInfo { limits, ..self }
    }

    /// The same with another function that makes session ids.
    #[must_use]
    pub fn with_session_id(self, make_id: impl Fn(&CallIdentity<'_>) -> String + Send + Sync + 'static) -> Self {
        DialogInfo { make_id: Box::new(make_id), ..self }
    }

    /// The same with this ServerStartTime on every event; see [`Observer`](super::Observer::with_server_start_time).
    #[must_use]
    pub fn with_server_start_time(mut self, seconds: u64) -> Self {
        self.numbering.server_start_time = Some(seconds);
        self
    }

    /// Whether a document was missed, so that the subscription should be refreshed. A full document settles it.
    #[must_use]
    pub fn needs_refresh(&self) -> bool {
        self.needs_refresh
    }

    /// A new subscription: versions begin again, and the first document is a full one.
    pub fn resubscribed(&mut self) {
        self.version = None;
    }

    /// How many sessions are open.
    #[must_use]
    pub fn open_calls(&self) -> usize {
        self.sessions.len() - self.ended.len()
    }

    /// Takes one document, at the caller's time.
    ///
    /// # Errors
    ///
    /// [`DialogInfoError`]: the document changed nothing.
    pub fn observe(&mut self, document: &[u8], now: Duration) -> Result<Vec<Event<'static>>, DialogInfoError> {
        let document = DialogInfoDocument::parse(document, self.limits.message)?;
        let other = self.entity.as_ref().filter(|entity| **entity != document.entity);
        if let Some(expected) = other {
            let (expected, found) = (String::from(&**expected), String::from(document.entity));
            return Err(DialogInfoError::OtherEntity { expected, found });
        }
        let dn: Box<str> = match dn_of_uri(&document.entity) {
            Some(dn) if dn.len() <= self.limits.name => (*dn).into(),
            Some(_) | None => {
                let found = super::error::excerpt(document.entity.as_bytes());
                return Err(DialogInfoError::Bad { what: "entity", expected: "a URI with a user or a host", found });
            }
        };
        if self.version.is_some_and(|version| document.version <= version) {
            return Ok(Vec::new());
        }
        let begun = self.begun(&document, &dn)?;

        // From here on nothing fails.
        self.now = self.now.max(now);
        let gap = self.version.is_some_and(|version| version.checked_add(1) != Some(document.version));
        let first_partial = self.version.is_none();
        self.needs_refresh = !document.full && (self.needs_refresh || gap || first_partial);
        self.version = Some(document.version);
        self.entity = Some(document.entity.clone());

        let mut events = Vec::new();
        for element in &document.dialogs {
            let opened = || begun.get(&element.id).filter(|_| element.opens());
            let known = self.session_of.get(&element.id).or_else(opened);
            if let Some(id) = known.cloned() {
                self.dialog(id, &dn, element, &mut events);
            }
        }
        if document.full {
            self.end_missing(&document, &dn, &mut events);
        }
        self.forget();
        Ok(events)
    }

    /// Ends every open session that no document mentioned since `before`.
    pub fn expire(&mut self, before: Duration) -> Vec<Event<'static>> {
        let dn = self.entity.as_deref().and_then(dn_of_uri);
        let mut events = Vec::new();
        for (id, session) in &mut self.sessions {
            if session.phase != Phase::Ended && session.heard < before {
                session.phase = Phase::Ended;
                self.ended.push_back(id.clone());
                if let Some(dn) = &dn {
                    events.push(self.numbering.number(session.event(CallEvent::Released, dn, id)));
                }
            }
        }
        self.forget();
        events
    }

    /// The sessions of the dialogs that are new in the document, by the dialogs' ids.
    fn begun(&self, document: &DialogInfoDocument, dn: &str) -> Result<BTreeMap<Box<str>, Box<str>>, DialogInfoError> {
        let mut begun: BTreeMap<Box<str>, Box<str>> = BTreeMap::new();
        let mut new = BTreeSet::new();
        for element in document.dialogs.iter().filter(|element| element.opens()) {
            if self.session_of.contains_key(&element.id) || begun.contains_key(&element.id) {
                continue;
            }
            let without_call_id = format!("{};{}", document.entity, element.id);
            let identity = CallIdentity::new(
                element.call_id.as_deref().unwrap_or(&without_call_id),
                element.local_tag.as_deref().unwrap_or_default(),
                element.remote_tag.as_deref().unwrap_or_default(),
                dn,
            );
            let id = (self.make_id)(&identity);
            check_call_uuid(&id)?;
            if !self.sessions.contains_key(id.as_str()) {
                new.insert(id.clone());
            }
            begun.insert(element.id.clone(), id.into());
        }
        let limit = self.limits.open_calls;
        if self.open_calls() + new.len() > limit { Err(DialogInfoError::TooManyCalls { limit }) } else { Ok(begun) }
    }

    /// One dialog of a document, and the id of its session.
    fn dialog(&mut self, id: Box<str>, dn: &str, element: &DialogElement, events: &mut Vec<Event<'static>>) {
        let session = self.sessions.entry(id.clone()).or_insert_with(|| Watched::new(self.now));
        session.heard = self.now;
        if session.other_dn.is_none() {
            let remote = element.remote.as_deref().and_then(dn_of_uri);
            session.other_dn = remote.filter(|dn| dn.len() <= self.limits.name).map(|dn| (*dn).into());
        }
        let before = session.phase;
        let name = session.dialog(element);
        if session.dialogs.contains_key(&element.id) {
            self.session_of.entry(element.id.clone()).or_insert_with(|| id.clone());
        }
        events.extend(name.map(|name| self.numbering.number(session.event(name, dn, &id))));
        if session.phase == Phase::Ended && before != Phase::Ended {
            self.ended.push_back(id);
        }
    }

    /// A full document names all dialogs: the others are over.
    fn end_missing(&mut self, document: &DialogInfoDocument, dn: &str, events: &mut Vec<Event<'static>>) {
        let named: BTreeSet<&Box<str>> = document.dialogs.iter().map(|element| &element.id).collect();
        for (id, session) in &mut self.sessions {
            if session.phase == Phase::Ended {
                continue;
            }
            for (dialog, state) in &mut session.dialogs {
                if !named.contains(dialog) {
                    *state = DialogState::Terminated;
                }
            }
            let name = session.end_if_over(false);
            if session.phase == Phase::Ended {
                self.ended.push_back(id.clone());
            }
            events.extend(name.map(|name| self.numbering.number(session.event(name, dn, id))));
        }
    }

    fn forget(&mut self) {
        while self.ended.len() > self.limits.ended_calls {
            if let Some(session) = self.ended.pop_front().and_then(|id| self.sessions.remove(&id)) {
                for dialog in session.dialogs.keys() {
                    self.session_of.remove(dialog);
                }
            }
        }
    }
}

impl DialogElement {
    /// Whether a session begins with a dialog in this state: one that the entity answered, or that it makes, or that rings.
    fn opens(&self) -> bool {
        match self.state {
            DialogState::Trying | DialogState::Proceeding => self.initiator,
            DialogState::Early | DialogState::Confirmed => true,
            DialogState::Terminated => false,
        }
    }
}

impl Watched {
    fn new(now: Duration) -> Self {
        Watched { other_dn: None, phase: Phase::New, dialogs: BTreeMap::new(), heard: now }
    }

    fn event(&self, name: CallEvent, dn: &str, id: &str) -> Event<'static> {
        let event = Event::new(name).with_this_dn(String::from(dn)).with_call_uuid(String::from(id));
        match &self.other_dn {
            Some(other) => event.with_other_dn(String::from(&**other)),
            None => event,
        }
    }

    /// What the state of one of its dialogs means.
    fn dialog(&mut self, element: &DialogElement) -> Option<CallEvent> {
        if self.phase == Phase::Ended {
            return None;
        }
        let known = self.dialogs.get(&element.id).copied();
        if known.is_some_and(|known| known >= element.state) || known.is_none() && self.dialogs.len() >= MOST_DIALOGS {
            return None;
        }
        self.dialogs.insert(element.id.clone(), element.state);
        match (element.state, self.phase) {
            (DialogState::Terminated, _) => self.end_if_over(element.cancelled),
            (DialogState::Confirmed, Phase::New | Phase::Dialing | Phase::Ringing) => {
                self.phase = Phase::Talking;
                Some(CallEvent::Established)
            }
            (DialogState::Trying | DialogState::Proceeding | DialogState::Early, Phase::New) if element.initiator => {
                self.phase = Phase::Dialing;
                Some(CallEvent::Dialing)
            }
            (DialogState::Early, Phase::New) => {
                self.phase = Phase::Ringing;
                Some(CallEvent::Ringing)
            }
            // Known already.
            (
                DialogState::Trying | DialogState::Proceeding | DialogState::Early | DialogState::Confirmed,
                Phase::New | Phase::Dialing | Phase::Ringing | Phase::Talking | Phase::Ended,
            ) => None,
        }
    }

    /// Ends the session if its dialogs have: while it talks the confirmed ones count, before that all.
    fn end_if_over(&mut self, cancelled: bool) -> Option<CallEvent> {
        let counts = |state: &DialogState| match self.phase {
            Phase::Talking => *state == DialogState::Confirmed,
            Phase::New | Phase::Dialing | Phase::Ringing | Phase::Ended => *state != DialogState::Terminated,
        };
        if self.dialogs.values().any(counts) {
            return None;
        }
        match core::mem::replace(&mut self.phase, Phase::Ended) {
            Phase::New | Phase::Ended => None,
            Phase::Ringing if cancelled => Some(CallEvent::Abandoned),
            Phase::Dialing | Phase::Ringing | Phase::Talking => Some(CallEvent::Released),
        }
    }
}
