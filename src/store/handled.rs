//! What came of an event in the store, and who is told.

use alloc::vec::Vec;

use super::in_flight::Settled;
use super::{Settings, Slots};
use crate::machine::State;
use crate::resource::Notification;
use crate::session::{Change, Outcome, Session};

use super::slots::Handle;

/// Sessions that changed, and what to push for them. In byte order of DN, then id.
#[derive(Debug)]
pub struct Changes<'s> {
    settings: &'s Settings,
    /// Apart, so that the change of one session needs no memory.
    one: Option<(&'s Session, Change)>,
    many: Vec<(&'s Session, Change)>,
}

impl<'s> Changes<'s> {
    pub(super) fn none(settings: &'s Settings) -> Self {
        Changes { settings, one: None, many: Vec::new() }
    }

    pub(super) fn one(settings: &'s Settings, session: &'s Session, change: Change) -> Self {
        Changes { settings, one: Some((session, change)), many: Vec::new() }
    }

    pub(super) fn many<S>(settings: &'s Settings, slots: &'s Slots<S>, changes: &[(Handle, Change)]) -> Self {
        let session = |&(handle, change): &(Handle, Change)| Some((slots.session(handle)?, change));
        Changes { settings, one: None, many: changes.iter().filter_map(session).collect() }
    }

    /// How many sessions changed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether none changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The sessions as they are now, and what changed.
    pub fn iter(&self) -> impl Iterator<Item = (&'s Session, Change)> {
        self.one.into_iter().chain(self.many.iter().copied())
    }

    /// What to push, with the DN whose agent it is for.
    pub fn notifications(&self) -> impl Iterator<Item = (&str, Notification<'_>)> {
        self.iter().map(|(session, change)| {
            (session.this_dn(), Notification::of_change(self.settings.resource(session), &change))
        })
    }
}

/// What came of an event: the outcome, the state before and after, and what to push to whom.
#[derive(Debug)]
pub struct Handled<'s, 'e> {
    pub(super) outcome: Outcome<'e>,
    pub(super) from: Option<State>,
    pub(super) to: Option<State>,
    pub(super) changes: Changes<'s>,
    /// The session that a message is for.
    pub(super) session: Option<&'s Session>,
    pub(super) settled: Option<Settled>,
}

impl<'s, 'e> Handled<'s, 'e> {
    /// The outcome. Of an event to a whole call: changed (the first of the changes) if any session changed.
    #[must_use]
    pub fn outcome(&self) -> &Outcome<'e> {
        &self.outcome
    }

    /// The session's state before, `None` for no session and for an event to a whole call.
    #[must_use]
    pub fn from(&self) -> Option<State> {
        self.from
    }

    /// The session's state after, `None` as for [`from`](Self::from).
    #[must_use]
    pub fn to(&self) -> Option<State> {
        self.to
    }

    /// The sessions that changed, and how.
    pub fn changes(&self) -> impl Iterator<Item = (&'s Session, Change)> {
        self.changes.iter()
    }

    /// What to push, with the DN whose agent it is for; in byte order of DN. None unless changed or a message.
    pub fn notifications(&self) -> impl Iterator<Item = (&str, Notification<'_>)> {
        let message = match (&self.outcome, self.session) {
            (Outcome::Message(text), Some(session)) => {
                Some((session.this_dn(), Notification::of_message(session.id(), &**text)))
            }
            (Outcome::Message(_), None)
            | (Outcome::Changed(_) | Outcome::Unchanged | Outcome::Ignored | Outcome::Rejected(_), _) => None,
        };
        message.into_iter().chain(self.changes.notifications())
    }

    /// The request that this event answers, if the store remembers it: EventError and EventACK settle one.
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// use im_session::{BaseUri, CallEvent, Device, Event, Sessions, Target};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let me = [Device { device_path: "/devices/1", dn: "3002" }];
    /// sessions.handle_event(&Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007")).unwrap();
    /// let request = sessions.post(&me, Target::Session("007"), br#"{"operationName":"Complete"}"#).unwrap();
    ///
    /// let failed = Event::new("EventError").with_reference_id(request.reference_id).with_error(71, "Invalid called DN");
    /// let handled = sessions.handle_event(&failed).unwrap();
    /// let settled = handled.settled().unwrap();
    /// assert_eq!((settled.operation.name(), settled.this_dn.as_str()), ("Complete", "3002"));
    /// assert_eq!(settled.error.as_ref().unwrap().to_string(), "Invalid called DN (error 71)");
    /// # }
    /// ```
    #[must_use]
    pub fn settled(&self) -> Option<&Settled> {
        self.settled.as_ref()
    }
}
