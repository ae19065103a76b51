//! What came of an event, and whom to notify.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::Settings;
use super::in_flight::Settled;
use crate::machine::State;
use crate::resource::{Notification, NotificationType};
use crate::session::{Change, Outcome, Session};

/// What came of an event: the outcome, the state before and after, and what to push to whom. `expire` and `reconcile` return
/// it as well, for the sessions that they changed.
///
/// It borrows the store, not the event. What [`notifications`](Self::notifications) returns borrows the store alone, so it can
/// be collected, and the `Handled` dropped.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use im_session::{BaseUri, CallEvent, Event, Sessions};
///
/// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
/// let handled = sessions.handle_event(&Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007")).unwrap();
/// assert_eq!(handled.outcome().name(), "changed");
/// for (dn, notification) in handled.notifications() {
///     println!("for the agent at {dn}: {notification:?}");
/// }
/// # }
/// ```
#[derive(Debug)]
#[must_use = "it has the notifications to push"]
pub struct Handled<'s> {
    pub(super) settings: &'s Settings,
    pub(super) outcome: Outcome,
    pub(super) from: Option<State>,
    pub(super) to: Option<State>,
    pub(super) concerned: Concerned<'s>,
    pub(super) settled: Option<Settled>,
}

/// The sessions that an event changed or brought a message to. One in nearly all cases, and that needs no heap.
#[derive(Debug)]
pub(super) enum Concerned<'s> {
    None,
    One(&'s Session, Change),
    Many(Vec<(&'s Session, Change)>),
    /// The session that a message is for.
    Message(&'s Session),
}

impl<'s> Handled<'s> {
    /// Nothing changed, and nobody is notified.
    pub(super) fn without_change(settings: &'s Settings, outcome: Outcome) -> Self {
        Handled { settings, outcome, from: None, to: None, concerned: Concerned::None, settled: None }
    }

    /// These sessions changed. The outcome is that of the first.
    pub(super) fn of_many(settings: &'s Settings, changes: Vec<(&'s Session, Change)>) -> Self {
        let outcome = changes.first().map_or(Outcome::Unchanged, |&(_, first)| first.into());
        Handled { concerned: Concerned::Many(changes), ..Self::without_change(settings, outcome) }
    }

    /// The outcome. Where several sessions are concerned (an event to a whole call, `expire`, `reconcile`) it is the first
    /// change, or `Unchanged` where nothing changed.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The session's state before; `None` for no session, and where several sessions are concerned.
    #[must_use]
    pub fn from(&self) -> Option<State> {
        self.from
    }

    /// The session's state after; `None` as for [`from`](Self::from).
    #[must_use]
    pub fn to(&self) -> Option<State> {
        self.to
    }

    /// The sessions that changed, as they are now, in byte order of DN, then id.
    pub fn changed(&self) -> impl Iterator<Item = &'s Session> + use<'s> {
        self.changes().into_iter().map(|(session, _)| session)
    }

    /// What to push, each with the DN whose agent it is for; in byte order of DN, then id. Nothing unless something changed
    /// or a message arrived.
    pub fn notifications(&self) -> impl Iterator<Item = (&'s str, Notification<'s>)> + use<'s> {
        let settings = self.settings;
        let message = match (&self.concerned, &self.outcome) {
            (Concerned::Message(session), Outcome::Message(text)) => {
                let (id, message) = (Cow::Borrowed(session.id()), Cow::Owned(text.clone()));
                Some((session.this_dn(), Notification::NewMessage { id, message }))
            }
            (Concerned::Message(_) | Concerned::None | Concerned::One(..) | Concerned::Many(_), _) => None,
        };
        let changes = self.changes().into_iter().map(move |(session, change)| {
            let im_session = settings.resource(session);
            let notification_type = NotificationType::of(change);
            (session.this_dn(), Notification::SessionChanged { im_session, notification_type })
        });
        message.into_iter().chain(changes)
    }

    /// The request that this event answers, if the store remembers it.
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// use im_session::{Agent, BaseUri, CallEvent, Event, Sessions, Target};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let me = Agent::new().with_device("/devices/1", "3002");
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
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

    fn changes(&self) -> Changes<'s> {
        match &self.concerned {
            Concerned::None | Concerned::Message(_) => Changes { one: None, many: Vec::new() },
            Concerned::One(session, change) => Changes { one: Some((session, *change)), many: Vec::new() },
            Concerned::Many(changes) => Changes { one: None, many: changes.clone() },
        }
    }
}

struct Changes<'s> {
    one: Option<(&'s Session, Change)>,
    many: Vec<(&'s Session, Change)>,
}

impl<'s> Changes<'s> {
    fn into_iter(self) -> impl Iterator<Item = (&'s Session, Change)> + use<'s> {
        self.one.into_iter().chain(self.many)
    }
}
