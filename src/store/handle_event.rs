//! What an event changes in the store: at one DN, or in all sessions of a call.

use alloc::vec::Vec;
use core::hash::BuildHasher;

use super::handled::{Concerned, Handled};
use super::parts::PartKey;
use super::slots::{Handle, Shared};
use super::{Sessions, trace};
use crate::event::{Event, Route, UnreadableEvent};
use crate::machine::{DataEvent, RejectReason, SessionEvent};
use crate::session::{Change, EventIdentity, Limit, Outcome, Rejection, Session, judge};

impl<S: BuildHasher> Sessions<S> {
    /// Applies an event, and returns its outcome with the notifications to push.
    ///
    /// An EventAttachedDataChanged without ThisDN applies to every open session of its call. Whatever its outcome, the
    /// event settles the request with its ReferenceID. [Specification 2][2] and [4].
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::{BaseUri, CallEvent, Event, Outcome, RejectReason, Sessions, State};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let at_3002 = |name| Event::new(name).with_this_dn("3002").with_call_uuid("007");
    /// let handled = sessions.handle_event(&at_3002(CallEvent::Ringing))?;
    /// assert_eq!((handled.from(), handled.to()), (None, Some(State::Alerting)));
    /// for (dn, notification) in handled.notifications() {
    ///     println!("for the agent at {dn}: {notification:?}");
    /// }
    ///
    /// // A rejected event is an outcome, not an error.
    /// let handled = sessions.handle_event(&at_3002(CallEvent::Dialing))?;
    /// let Outcome::Rejected(rejection) = handled.outcome() else { panic!() };
    /// assert_eq!(rejection.reason, RejectReason::RoleConflict);
    ///
    /// // An event without a CallUUID cannot be read.
    /// assert!(sessions.handle_event(&Event::new(CallEvent::Ringing).with_this_dn("3002")).is_err());
    /// # }
    /// # Ok::<(), im_session::UnreadableEvent>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`UnreadableEvent`] if the event lacks a required attribute ([`Event::route`]). It changes no session and
    /// settles no request, as if a decoder had refused it; the request is settled by another event, or times out. The
    /// event is counted ([`Counters::unreadable`](super::Counters::unreadable)), so the part that changed is
    /// [`PartKey::Store`].
    ///
    /// [2]: crate::guide::specification#2-events-and-identity
    /// [4]: crate::guide::specification#4-operations
    pub fn handle_event(&mut self, event: &Event<'_>) -> Result<Handled<'_>, UnreadableEvent> {
        let route = event.route().inspect_err(|error| {
            self.counters.unreadable = self.counters.unreadable.saturating_add(1);
            trace::unreadable(event, error);
        })?;
        let settled = self.requests.settle(event);
        let mut handled = match route {
            Route::AtDn { event: session_event, this_dn, id } => self.event_at_dn(event, session_event, this_dn, id),
            Route::ToCall { id } => self.event_to_call(event, id),
            Route::Answer | Route::Other => {
                self.counters.count_event(&Outcome::Ignored);
                let state = event.this_dn().zip(event.call_uuid()).and_then(|(this_dn, id)| self.get(this_dn, id));
                let state = state.map(Session::state);
                Handled { from: state, to: state, ..Handled::without_change(&self.settings, Outcome::Ignored) }
            }
        };
        handled.settled.extend(settled);
        Ok(handled)
    }

    /// Applies an event at one DN, to its session or to open one.
    fn event_at_dn(&mut self, event: &Event<'_>, session_event: SessionEvent, this_dn: &str, id: &str) -> Handled<'_> {
        let mut aside = Aside::default();
        let known = self.slots.find(this_dn, id);
        let from = known.map(|handle| self.slots.session(handle).state());
        let (handle, outcome) = match known {
            Some(handle) => (Some(handle), self.event_at_session(event, session_event, handle)),
            None => self.event_without_session(event, session_event, this_dn, id, &mut aside),
        };
        self.counters.count_event(&outcome);
        if let Outcome::Rejected(rejection) = &outcome {
            trace::rejected(event, rejection);
        }

        let session = handle.map(|handle| self.slots.session(handle));
        let to = session.map(Session::state);
        if let (Some(from), Some(to)) = (from, to) {
            self.counters.count_state(Some(from), Some(to));
        }
        let concerned = match (&outcome, session) {
            (&Outcome::Changed { from, to, participants, user_data }, Some(session)) => {
                let change = Change { from, to, participants, user_data };
                trace::changed(session, change, event.name.as_str());
                Concerned::Changed(session, change)
            }
            (Outcome::Message(_) | Outcome::Unchanged, Some(session)) => Concerned::Accepted(session),
            (Outcome::Ignored | Outcome::Rejected(_), _) | (_, None) => Concerned::None,
        };
        let Aside { forgotten, parts } = aside;
        Handled { settings: &self.settings, outcome, from, to, concerned, settled: Vec::new(), forgotten, parts }
    }

    fn event_at_session(&mut self, event: &Event<'_>, session_event: SessionEvent, handle: Handle) -> Outcome {
        let session = self.slots.session(handle);
        match judge(Some(session), session.last_event(), event, session_event, &self.settings.limits) {
            Ok(acceptance) => self.slots.change(handle, Some(self.now), |session| session.accept(event, acceptance)),
            Err(rejection) => Outcome::Rejected(rejection),
        }
    }

    /// Applies an event to a key without a session: opens one if the event does so and there is room.
    fn event_without_session(
        &mut self,
        event: &Event<'_>,
        session_event: SessionEvent,
        this_dn: &str,
        id: &str,
        aside: &mut Aside,
    ) -> (Option<Handle>, Outcome) {
        let remembered = self.remembered_ends.get(this_dn, id).map(|end| end.identity);
        let acceptance = match judge(None, remembered, event, session_event, &self.settings.limits) {
            Ok(acceptance) => acceptance,
            Err(rejection) => {
                let is_end = matches!(session_event, SessionEvent::Call(event) if event.is_end());
                let overtook = EventIdentity::of(event).filter(|_| is_end && rejection.reason == RejectReason::Orphan);
                if let Some(identity) = overtook.filter(|_| this_dn.len() <= self.settings.limits.dn_length) {
                    self.remember_end(this_dn, id, identity, &mut aside.parts);
                }
                return (None, Outcome::Rejected(rejection));
            }
        };
        let makes_room = match self.room_for_one_more(this_dn, id) {
            Ok(makes_room) => makes_room,
            Err(limit) => return (None, Outcome::Rejected(Rejection::over(limit, None, session_event))),
        };
        let (mut session, outcome) = Session::open(event, acceptance);
        // If the event has no number, the session takes that of the remembered end, so that older events stay stale.
        if self.remembered_ends.forget(this_dn, id).is_some() {
            aside.parts.push(PartKey::end(this_dn, id));
            if session.last_event().is_none() {
                session.set_last_event(remembered);
            }
        }
        for shared in makes_room {
            self.make_room(shared, this_dn, id, aside);
        }
        let state = session.state();
        let Some(handle) = self.slots.insert(session, self.now) else {
            return (None, Outcome::Rejected(Rejection::over(Limit::Sessions, None, session_event)));
        };
        self.counters.count_state(None, Some(state));
        (Some(handle), outcome)
    }

    /// Applies an AttachedDataChanged without ThisDN to all open sessions of the call for which it is not stale. They
    /// are found through the ring of the call.
    fn event_to_call(&mut self, event: &Event<'_>, id: &str) -> Handled<'_> {
        let session_event = SessionEvent::Data(DataEvent::AttachedDataChanged);
        let mut rejection = Rejection::new(None, session_event, RejectReason::Orphan);
        let (mut changed, mut unchanged) = (Vec::new(), Vec::new());
        for handle in self.slots.sharing(Shared::Call, id) {
            let session = self.slots.session(handle);
            if !session.state().is_open() {
                continue;
            }
            match judge(Some(session), session.last_event(), event, session_event, &self.settings.limits) {
                Ok(acceptance) => {
                    match self.slots.change(handle, Some(self.now), |session| session.accept(event, acceptance)) {
                        Outcome::Changed { from, to, participants, user_data } => {
                            changed.push((handle, Change { from, to, participants, user_data }));
                        }
                        Outcome::Unchanged | Outcome::Message(_) | Outcome::Ignored | Outcome::Rejected(_) => {
                            unchanged.push(handle);
                        }
                    }
                }
                // The limit that is exceeded is the same for every session for which the event is not stale, so it is
                // the reason to report.
                Err(found) if rejection.reason != RejectReason::Limit => rejection = Rejection { state: None, ..found },
                Err(_) => {}
            }
        }
        let is_accepted = !(changed.is_empty() && unchanged.is_empty());
        let key = |handle: Handle| PartKey::of(self.slots.session(handle));
        let parts = unchanged.into_iter().map(key).collect();
        let changes = changed.into_iter().map(|(handle, change)| (self.slots.session(handle), change)).collect();
        let handled = Handled { parts, ..Handled::of_many(&self.settings, changes) };
        let handled = if is_accepted { handled } else { Handled { outcome: Outcome::Rejected(rejection), ..handled } };
        self.counters.count_event(&handled.outcome);
        trace::handled(event, &handled);
        handled
    }
}

/// What changes in addition to the session of an event.
#[derive(Debug, Default)]
pub(super) struct Aside {
    /// The number of sessions that were forgotten to make room.
    pub(super) forgotten: usize,
    pub(super) parts: Vec<PartKey>,
}
