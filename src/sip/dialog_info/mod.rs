//! Dialog-info documents as a source of events: RFC 4235.
//!
//! A notifier sees the dialogs and reports their states. This module turns the states into the same events, with the
//! same DN and the same ids, that an [`Observer`](super::Observer) at the entity would make of the messages.

mod document;
mod session;

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

pub use document::DialogInfoError;
use document::{DialogElement, DialogInfoDocument, DialogState};
use session::Watched;

use super::error::excerpt;
use super::limits::SipLimits;
use super::message::dn_of_uri;
use super::session_id::CallIdentity;
use super::source::{Source, settings};
use crate::event::Event;
use crate::machine::CallEvent;

/// The sessions of one entity, from the dialog-info documents about it.
///
/// | dialog | event |
/// |---|---|
/// | the entity is the caller: `trying`, `proceeding`, `early` | EventDialing, once |
/// | the entity is the callee: `early` | EventRinging |
/// | `confirmed` | EventEstablished |
/// | `terminated`, or missing in a full document | EventReleased; EventAbandoned if it rang and the event is `cancelled` |
///
/// The dialogs of a forked call (same call-id and local-tag of a calling entity) are one session, which ends with the
/// last of them. A dialog that begins in a newer document after its session ended is another call, since ids are unique
/// only among current dialogs.
///
/// A document whose version is not higher than the last is old and changes nothing. After a gap between versions, or if
/// the first document is partial, the document still counts, and [`needs_refresh`](Self::needs_refresh) says that a
/// full one should be requested.
///
/// ```
/// use core::time::Duration;
/// use im_session::sip::DialogInfo;
///
/// let document = br#"<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full"
///     entity="sip:3002@example.com">
///   <dialog id="d1" call-id="c1" local-tag="b1" remote-tag="a1" direction="recipient">
///     <state>early</state><remote><identity>sip:3001@example.com</identity></remote>
///   </dialog></dialog-info>"#;
/// let mut entity = DialogInfo::new();
/// let events = entity.observe(document, Duration::ZERO).unwrap();
/// assert_eq!(events[0].name.as_str(), "EventRinging");
/// assert_eq!((events[0].this_dn(), events[0].call_uuid()), (Some("3002"), Some("c1~~b1")));
/// ```
#[derive(Default)]
pub struct DialogInfo {
    source: Source,
    dn: Option<Box<str>>,
    entity: Option<Box<str>>,
    version: Option<u32>,
    needs_refresh: bool,
    /// The open sessions by their ids.
    sessions: BTreeMap<Box<str>, Watched>,
    /// The ended sessions that are still remembered. They are kept apart, so that a document costs nothing for them.
    over: BTreeMap<Box<str>, Watched>,
    /// The session of each dialog, by the id of the dialog.
    session_of: BTreeMap<Box<str>, Box<str>>,
    /// The ids of the ended sessions, in the order in which they ended.
    ended: BTreeMap<u64, Box<str>>,
    /// The number of all sessions that have ended so far.
    ended_count: u64,
    now: Duration,
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

impl DialogInfo {
    /// A source without documents. The first document determines the entity.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    settings!(source);

    /// Sets the DN of every session, whatever the user of the entity is.
    #[must_use]
    pub fn with_dn(self, dn: impl Into<Box<str>>) -> Self {
        DialogInfo { dn: Some(dn.into()), ..self }
    }

    /// Whether a document was missed, so that the subscription should be refreshed. A full document resets it.
    ///
    /// ```
    /// use core::time::Duration;
    /// use im_session::sip::DialogInfo;
    ///
    /// let partial = br#"<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="7" state="partial"
    ///     entity="sip:3002@example.com"/>"#;
    /// let mut entity = DialogInfo::new();
    /// assert!(entity.observe(partial, Duration::ZERO).unwrap().is_empty());
    /// // The first document is partial, so earlier ones were missed. Subscribe again.
    /// assert!(entity.needs_refresh());
    /// entity.resubscribed();
    /// ```
    #[must_use]
    pub fn needs_refresh(&self) -> bool {
        self.needs_refresh
    }

    /// Prepares for a new subscription: versions start again, and the first document is a full one.
    pub fn resubscribed(&mut self) {
        self.version = None;
    }

    /// The number of open sessions.
    #[must_use]
    pub fn open_calls(&self) -> usize {
        self.sessions.len()
    }

    /// The entity of a document, for programs that watch several entities.
    ///
    /// ```
    /// use im_session::sip::DialogInfo;
    ///
    /// let document = br#"<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full"
    ///     entity="sip:3002@example.com"/>"#;
    /// assert_eq!(DialogInfo::entity_of(document).unwrap(), "sip:3002@example.com");
    /// ```
    ///
    /// # Errors
    ///
    /// [`DialogInfoError`]: the document cannot be parsed, or exceeds the default limits.
    pub fn entity_of(document: &[u8]) -> Result<String, DialogInfoError> {
        DialogInfoDocument::parse(document, &SipLimits::DEFAULT).map(|document| document.entity.into())
    }

    /// Processes one document, at the caller's time.
    ///
    /// # Errors
    ///
    /// [`DialogInfoError`]: the document changed nothing.
    pub fn observe(&mut self, document: &[u8], now: Duration) -> Result<Vec<Event<'static>>, DialogInfoError> {
        let document = DialogInfoDocument::parse(document, &self.source.limits)?;
        let other = self.entity.as_ref().filter(|entity| **entity != document.entity);
        if let Some(expected) = other {
            let (expected, found) = (String::from(&**expected), String::from(document.entity));
            return Err(DialogInfoError::OtherEntity { expected, found });
        }
        let dn: Box<str> = match self.dn_of(&document.entity) {
            Some(dn) if dn.len() <= self.source.limits.dn_length => dn,
            Some(_) | None => {
                let found = excerpt(document.entity.as_bytes());
                return Err(DialogInfoError::Bad { what: "entity", expected: "a URI with a user or a host", found });
            }
        };
        if self.version.is_some_and(|version| document.version <= version) {
            return Ok(Vec::new());
        }
        let begun = self.begun(&document, &dn)?;

        // Nothing can fail from here on.
        self.now = self.now.max(now);
        let gap = self.version.is_some_and(|version| version.checked_add(1) != Some(document.version));
        let first_partial = self.version.is_none();
        self.needs_refresh = !document.full && (self.needs_refresh || gap || first_partial);
        self.version = Some(document.version);
        self.entity = Some(document.entity.clone());

        let mut events = Vec::new();
        for element in &document.dialogs {
            let known =
                self.session_of.get(&element.id).filter(|id| !element.opens() || self.sessions.contains_key::<str>(id));
            let opened = || begun.get(&element.id).filter(|_| element.opens());
            if let Some(id) = known.or_else(opened).cloned() {
                self.dialog(id, &dn, element, &mut events);
            }
        }
        if document.full {
            self.end_missing(&document, &dn, &mut events);
        }
        self.forget();
        Ok(events)
    }

    /// Ends every open session that no document has mentioned since `before`.
    pub fn expire(&mut self, before: Duration) -> Vec<Event<'static>> {
        let dn = self.entity.as_deref().and_then(|entity| self.dn_of(entity));
        let (mut events, mut over) = (Vec::new(), Vec::new());
        for (id, session) in self.sessions.iter().filter(|(_, session)| session.heard < before) {
            over.push(id.clone());
            if let Some(dn) = &dn {
                events.push(self.source.event(CallEvent::Released, dn, id, session.other_dn.as_deref()));
            }
        }
        over.into_iter().for_each(|id| self.ended(id));
        self.forget();
        events
    }

    fn dn_of(&self, entity: &str) -> Option<Box<str>> {
        self.dn.clone().or_else(|| dn_of_uri(entity).map(|dn| (*dn).into()))
    }

    /// Moves a session that has ended to the remembered ones.
    fn ended(&mut self, id: Box<str>) {
        if let Some(mut session) = self.sessions.remove(&id) {
            self.ended_count = self.ended_count.wrapping_add(1);
            session.ended = self.ended_count;
            self.over.insert(id.clone(), session);
            self.ended.insert(self.ended_count, id);
        }
    }

    /// Forgets a session that has ended.
    fn remove(&mut self, id: &str) {
        let Some(session) = self.over.remove(id) else { return };
        self.ended.remove(&session.ended);
        for dialog in session.dialogs.keys() {
            // A dialog of another session may have this id by now.
            if self.session_of.get(dialog).is_some_and(|of| **of == *id) {
                self.session_of.remove(dialog);
            }
        }
    }

    /// The ids of the sessions of new dialogs in the document, by the ids of the dialogs.
    fn begun(&self, document: &DialogInfoDocument, dn: &str) -> Result<BTreeMap<Box<str>, Box<str>>, DialogInfoError> {
        let mut begun: BTreeMap<Box<str>, Box<str>> = BTreeMap::new();
        let mut new = BTreeSet::new();
        for element in document.dialogs.iter().filter(|element| element.opens()) {
            let of_open = self.session_of.get(&element.id).is_some_and(|id| self.sessions.contains_key(id));
            if of_open || begun.contains_key(&element.id) {
                continue;
            }
            let without_call_id = format!("{};{}", document.entity, element.id);
            let identity = CallIdentity::new(
                element.call_id.as_deref().unwrap_or(&without_call_id),
                element.local_tag.as_deref().unwrap_or_default(),
                element.remote_tag.as_deref().unwrap_or_default(),
                dn,
            );
            let id = self.source.session_id(&identity)?;
            if !self.sessions.contains_key(&id) {
                new.insert(id.clone());
            }
            begun.insert(element.id.clone(), id);
        }
        let limit = self.source.limits.open_calls;
        if self.open_calls() + new.len() > limit { Err(DialogInfoError::TooManyCalls { limit }) } else { Ok(begun) }
    }

    /// Processes one dialog of a document. `id` is the id of its session.
    fn dialog(&mut self, id: Box<str>, dn: &str, element: &DialogElement, events: &mut Vec<Event<'static>>) {
        // A dialog that begins in a newer document, while the session with this id is over, is another call with the
        // same id.
        let again = self.over.contains_key(&id);
        if again && !element.opens() {
            return;
        }
        self.remove(&id);
        let session = self.sessions.entry(id.clone()).or_insert_with(|| Watched::new(self.now, again));
        session.heard = self.now;
        if session.other_dn.is_none() {
            let remote = element.remote.as_deref().and_then(dn_of_uri);
            session.other_dn = remote.filter(|dn| dn.len() <= self.source.limits.dn_length).map(|dn| (*dn).into());
        }
        let name = session.dialog(element);
        if session.dialogs.contains_key(&element.id) {
            self.session_of.insert(element.id.clone(), id.clone());
        }
        for name in [session.before(name, element), name].into_iter().flatten() {
            events.push(self.source.event(name, dn, &id, session.other_dn.as_deref()));
        }
        if session.is_over() {
            self.ended(id);
        }
    }

    /// Ends the dialogs that are missing in a full document, which lists all current ones.
    fn end_missing(&mut self, document: &DialogInfoDocument, dn: &str, events: &mut Vec<Event<'static>>) {
        let named: BTreeSet<&Box<str>> = document.dialogs.iter().map(|element| &element.id).collect();
        let mut over = Vec::new();
        for (id, session) in &mut self.sessions {
            for (dialog, state) in &mut session.dialogs {
                if !named.contains(dialog) {
                    *state = DialogState::Terminated;
                }
            }
            let name = session.end_if_over(false);
            if session.is_over() {
                over.push(id.clone());
            }
            events.extend(name.map(|name| self.source.event(name, dn, id, session.other_dn.as_deref())));
        }
        over.into_iter().for_each(|id| self.ended(id));
    }

    fn forget(&mut self) {
        while self.ended.len() > self.source.limits.ended_calls {
            let Some((_, oldest)) = self.ended.pop_first() else { return };
            self.remove(&oldest);
        }
    }
}
