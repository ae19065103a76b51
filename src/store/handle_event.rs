//! What an event does to the store: at one DN, or to all sessions of a call.

use alloc::vec::Vec;
use core::hash::BuildHasher;

use super::handled::{Concerned, Handled};
use super::slots::{Shared, Slot};
use super::{Sessions, trace};
use crate::event::{Event, Route, UnreadableEvent};
use crate::machine::{DataEvent, RejectReason, SessionEvent};
use crate::session::{Change, Limit, Outcome, Rejection, Session, judge};

impl<S: BuildHasher> Sessions<S> {
    /// Takes an event: changes what it changes, and returns what came of it with the notifications to push.
    ///
    /// An EventAttachedDataChanged without ThisDN goes to every open session of its call. An EventError or EventACK settles
    /// the request with its ReferenceID. Specification 2.
    ///
    /// # Errors
    ///
    /// [`UnreadableEvent`] where the event lacks what it needs ([`Event::route`]). Nothing has changed then.
    pub fn handle_event(&mut self, event: &Event<'_>) -> Result<Handled<'_>, UnreadableEvent> {
        let route = event.route().inspect_err(|error| {
            self.counters.unreadable = self.counters.unreadable.saturating_add(1);
            trace::unreadable(event, error);
        })?;
        let settled = match route {
            Route::Answer => self.requests.settle(event),
            Route::AtDn { .. } | Route::ToCall { .. } | Route::Other => None,
        };
        let handled = match route {
            Route::AtDn { event: session_event, this_dn, id } => self.event_at_dn(event, session_event, this_dn, id),
            Route::ToCall { id } => self.event_to_call(event, id),
            Route::Answer | Route::Other => {
                self.counters.count_event(&Outcome::Ignored);
                Handled::without_change(&self.settings, Outcome::Ignored)
            }
        };
        Ok(Handled { settled, ..handled })
    }

    /// An event at one DN: it concerns the session that is found, or opens one.
    fn event_at_dn(&mut self, event: &Event<'_>, session_event: SessionEvent, this_dn: &str, id: &str) -> Handled<'_> {
        let limits = &self.settings.limits;
        let (from, outcome, handle) = match self.slots.find(this_dn, id) {
            Some(handle) => {
                let slot = self.slots.slot_mut(handle);
                let from = slot.session.state();
                let outcome = match judge(Some(&slot.session), event, session_event, limits) {
                    Ok(acceptance) => accept(slot, self.now, |session| session.accept(event, acceptance)),
                    Err(rejection) => Outcome::Rejected(rejection),
                };
                self.counters.count_state(Some(from), Some(slot.session.state()));
                (Some(from), outcome, Some(handle))
            }
            None => {
                let (handle, outcome) = self.open(event, session_event, this_dn);
                (None, outcome, handle)
            }
        };
        self.note(event, &outcome);

        let session = handle.map(|handle| &self.slots.slot(handle).session);
        let concerned = match (&outcome, session) {
            (&Outcome::Changed { from, to, participants, user_data }, Some(session)) => {
                let change = Change { from, to, participants, user_data };
                trace::changed(session, change, event.name.as_str());
                Concerned::One(session, change)
            }
            (Outcome::Message(_), Some(session)) => Concerned::Message(session),
            (Outcome::Unchanged | Outcome::Ignored | Outcome::Rejected(_), _) | (_, None) => Concerned::None,
        };
        let to = session.map(Session::state);
        Handled { settings: &self.settings, outcome, from, to, concerned, settled: None }
    }

    /// Opens a session, if the event does and there is room for one more.
    fn open(
        &mut self,
        event: &Event<'_>,
        session_event: SessionEvent,
        this_dn: &str,
    ) -> (Option<super::slots::Handle>, Outcome) {
        let acceptance = match judge(None, event, session_event, &self.settings.limits) {
            Ok(acceptance) => acceptance,
            Err(rejection) => return (None, Outcome::Rejected(rejection)),
        };
        let full = |limit| (None, Outcome::Rejected(Rejection::over(limit, None, session_event)));
        if let Some(limit) = self.full(this_dn) {
            return full(limit);
        }
        let (session, outcome) = Session::open(event, acceptance);
        let state = session.state();
        let Some(handle) = self.slots.insert(session, self.now) else {
            return full(Limit::Sessions);
        };
        self.counters.count_state(None, Some(state));
        (Some(handle), outcome)
    }

    /// The limit that one more session of this DN would go over.
    fn full(&self, this_dn: &str) -> Option<Limit> {
        let limits = &self.settings.limits;
        if self.slots.len() >= limits.sessions {
            Some(Limit::Sessions)
        } else if self.slots.count(Shared::Dn, this_dn) >= limits.sessions_per_dn {
            Some(Limit::SessionsPerDn)
        } else {
            None
        }
    }

    /// An AttachedDataChanged without ThisDN: for all open sessions of the call, found through the list of its sessions, for
    /// which it is not stale.
    fn event_to_call(&mut self, event: &Event<'_>, id: &str) -> Handled<'_> {
        let session_event = SessionEvent::Data(DataEvent::AttachedDataChanged);
        let mut rejection = Rejection::new(None, session_event, RejectReason::Orphan);
        let mut accepted = false;
        let mut changed = Vec::new();
        for handle in self.slots.sharing(Shared::Call, id) {
            let slot = self.slots.slot_mut(handle);
            if !slot.session.state().is_open() {
                continue;
            }
            match judge(Some(&slot.session), event, session_event, &self.settings.limits) {
                Ok(acceptance) => {
                    accepted = true;
                    let outcome = accept(slot, self.now, |session| session.accept(event, acceptance));
                    if let Outcome::Changed { from, to, participants, user_data } = outcome {
                        changed.push((handle, Change { from, to, participants, user_data }));
                    }
                }
                // A limit is the event's own, so it holds for all sessions that it is not stale for; it is what is said.
                Err(found) if rejection.reason != RejectReason::Limit => rejection = Rejection { state: None, ..found },
                Err(_) => {}
            }
        }
        let changes = changed.into_iter().map(|(handle, change)| (&self.slots.slot(handle).session, change));
        let mut handled = Handled::of_many(&self.settings, changes.collect());
        if !accepted {
            handled.outcome = Outcome::Rejected(rejection);
        }
        self.counters.count_event(&handled.outcome);
        trace::handled(event, &handled);
        handled
    }

    fn note(&mut self, event: &Event<'_>, outcome: &Outcome) {
        self.counters.count_event(outcome);
        if let Outcome::Rejected(rejection) = outcome {
            trace::rejected(event, rejection);
        }
    }
}

/// Lets the slot's session take an event. A completed session keeps the time of its end.
fn accept(slot: &mut Slot, now: u64, take: impl FnOnce(&mut Session) -> Outcome) -> Outcome {
    let was_open = slot.session.state().is_open();
    let outcome = take(&mut slot.session);
    if was_open || slot.session.state().is_open() {
        slot.last_heard = now;
    }
    outcome
}
