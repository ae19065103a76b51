//! The result of an event, and who is notified.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::Settings;
use super::in_flight::Settled;
use super::parts::PartKey;
use crate::machine::State;
use crate::resource::{Notification, NotificationType};
use crate::session::{Change, Outcome, Session};

/// The result of an event: the outcome, the state before and after, and the notifications with their recipients.
/// `expire`, `reconcile` and the other methods that change the store return it as well.
///
/// It borrows the store, not the event. The items of [`notifications`](Self::notifications) borrow only the store, so
/// they can be collected and outlive the `Handled`.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use im_session::{BaseUri, CallEvent, Event, Sessions};
///
/// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
/// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
/// let handled = sessions.handle_event(&ringing).unwrap();
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
    pub(super) settled: Vec<Settled>,
    pub(super) forgotten: usize,
    /// The parts of the store that changed, except for the sessions of `concerned`.
    pub(super) parts: Vec<PartKey>,
}

/// The sessions that an event concerned. Nearly always it is one, which needs no heap allocation.
#[derive(Debug)]
pub(super) enum Concerned<'s> {
    None,
    /// A session that accepted the event without a change, or received a message.
    Accepted(&'s Session),
    Changed(&'s Session, Change),
    AllChanged(Vec<(&'s Session, Change)>),
}

impl<'s> Handled<'s> {
    /// Nothing changed, and nobody is notified.
    pub(super) fn without_change(settings: &'s Settings, outcome: Outcome) -> Self {
        let (settled, parts) = (Vec::new(), Vec::new());
        Handled { settings, outcome, from: None, to: None, concerned: Concerned::None, settled, forgotten: 0, parts }
    }

    /// A change of these sessions. The outcome is that of the first.
    pub(super) fn of_many(settings: &'s Settings, changes: Vec<(&'s Session, Change)>) -> Self {
        let outcome = changes.first().map_or(Outcome::Unchanged, |&(_, first)| first.into());
        Handled { concerned: Concerned::AllChanged(changes), ..Self::without_change(settings, outcome) }
    }

    /// The outcome. For several sessions (an event to a whole call, `expire`, `reconcile`) it is the first change, or
    /// `Unchanged` if nothing changed.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The state of the session before; `None` if there was no session, or if several sessions are concerned.
    #[must_use]
    pub fn from(&self) -> Option<State> {
        self.from
    }

    /// The state of the session after; `None` if there is no session, or if several sessions are concerned.
    #[must_use]
    pub fn to(&self) -> Option<State> {
        self.to
    }

    /// The sessions that changed, in their current state, in byte order of DN, then id.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::{BaseUri, CallEvent, Event, Sessions, State};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let at_3002 = |name| Event::new(name).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&at_3002(CallEvent::Ringing)).unwrap().to(), Some(State::Alerting));
    /// let handled = sessions.handle_event(&at_3002(CallEvent::Established)).unwrap();
    /// assert_eq!((handled.from(), handled.to()), (Some(State::Alerting), Some(State::Talking)));
    /// assert!(handled.changed().map(|session| session.this_dn()).eq(["3002"]));
    /// # }
    /// ```
    pub fn changed(&self) -> impl Iterator<Item = &'s Session> + use<'s> {
        self.changes().map(|(session, _)| session)
    }

    /// The notifications to push, each with the DN whose agent receives it, in byte order of DN, then id. There are
    /// none unless something changed or a message arrived.
    pub fn notifications(&self) -> impl Iterator<Item = (&'s str, Notification<'s>)> + use<'s> {
        let settings = self.settings;
        let message = match (&self.concerned, &self.outcome) {
            (Concerned::Accepted(session), Outcome::Message(text)) => {
                let (id, message) = (Cow::Borrowed(session.id()), Cow::Owned(text.clone()));
                Some((session.this_dn(), Notification::NewMessage { id, message }))
            }
            (Concerned::None | Concerned::Accepted(_) | Concerned::Changed(..) | Concerned::AllChanged(_), _) => None,
        };
        let changes = self.changes().map(move |(session, change)| {
            let im_session = settings.resource(session);
            let notification_type = NotificationType::of(change);
            (session.this_dn(), Notification::SessionChanged { im_session, notification_type })
        });
        message.into_iter().chain(changes)
    }

    /// The requests that are no longer in flight: the one that this event answers, or those that
    /// [`time_out_requests`](super::Sessions::time_out_requests) ended.
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
    /// let failed = Event::new("EventError").with_error(71, "Invalid called DN");
    /// let handled = sessions.handle_event(&failed.with_reference_id(request.reference_id)).unwrap();
    /// let [settled] = handled.settled() else { panic!() };
    /// assert_eq!((settled.operation.name(), settled.this_dn.as_str()), ("Complete", "3002"));
    /// assert_eq!(settled.result.error().unwrap().to_string(), "Invalid called DN (error 71)");
    /// # }
    /// ```
    #[must_use]
    pub fn settled(&self) -> &[Settled] {
        &self.settled
    }

    /// The number of completed sessions that were forgotten: by `forget` or `forget_completed`, or to make room for new
    /// ones.
    #[must_use]
    pub fn forgotten(&self) -> usize {
        self.forgotten
    }

    /// The parts of the store that changed, in no particular order. A service has to write them, or to delete those for
    /// which `Sessions::part` (feature `serde`) returns `None`, as the [guide](crate::guide::embedding#persistence)
    /// shows.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::store::PartKey;
    /// use im_session::{BaseUri, CallEvent, Event, Sessions};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// let changed: Vec<PartKey> = sessions.handle_event(&ringing).unwrap().parts().collect();
    /// let session = PartKey::Session { this_dn: "3002".into(), id: "007".into() };
    /// assert_eq!(changed, [session, PartKey::Store]);
    /// # }
    /// ```
    pub fn parts(&self) -> impl Iterator<Item = PartKey> {
        let accepted = match self.concerned {
            Concerned::Accepted(session) => Some(session),
            Concerned::None | Concerned::Changed(..) | Concerned::AllChanged(_) => None,
        };
        let sessions = self.changed().chain(accepted).map(PartKey::of);
        let requests = self.settled.iter().map(|settled| PartKey::Request { reference_id: settled.reference_id });
        sessions.chain(requests).chain(self.parts.iter().cloned()).chain([PartKey::Store])
    }

    /// The sessions that changed, each with its change.
    fn changes(&self) -> impl Iterator<Item = (&'s Session, Change)> + use<'s> {
        let (one, many) = match &self.concerned {
            Concerned::None | Concerned::Accepted(_) => (None, Vec::new()),
            Concerned::Changed(session, change) => (Some((*session, *change)), Vec::new()),
            Concerned::AllChanged(changes) => (None, changes.clone()),
        };
        one.into_iter().chain(many)
    }
}
