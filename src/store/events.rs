//! What an event does to the store.

use alloc::vec::Vec;
use core::hash::BuildHasher;

use super::handled::{Changes, Handled};
use super::slots::{Handle, Shared};
use super::{Sessions, trace};
use crate::event::{Event, UnreadableEvent};
use crate::machine::{Limit, RejectReason, Rejection, SessionEvent};
use crate::session::{Acceptance, Outcome, Session, Verdict, judge};

impl<S: BuildHasher> Sessions<S> {
    /// Takes an event: changes what it changes, and tells what came of it and whom to tell.
    ///
    /// An EventAttachedDataChanged without ThisDN goes to every open session of its call. An EventError or EventACK settles
    /// the request with its ReferenceID.
    ///
    /// # Errors
    ///
    /// [`UnreadableEvent`] where the event lacks what it needs ([`Event::route`]). Nothing has changed then.
    pub fn handle_event<'s, 'e>(&'s mut self, event: &'e Event<'_>) -> Result<Handled<'s, 'e>, UnreadableEvent> {
        event.route().inspect_err(|error| {
            self.counters.unreadable = self.counters.unreadable.saturating_add(1);
            trace::unreadable(event, error);
        })?;
        let settled = self.requests.settle(event);
        let mut handled = match (event.this_dn(), event.call_uuid(), event.name.session_event()) {
            (Some(this_dn), Some(id), _) => self.handle_at_dn(event, this_dn, id),
            (None, Some(id), Some(session_event)) => self.handle_at_call(event, session_event, id),
            (_, None, _) | (None, Some(_), None) => self.without_change(event, Outcome::Ignored),
        };
        handled.settled = settled;
        Ok(handled)
    }

    fn handle_at_dn<'s, 'e>(&'s mut self, event: &'e Event<'_>, this_dn: &str, id: &str) -> Handled<'s, 'e> {
        let known = self.slots.find(this_dn, id);
        let from = known.and_then(|handle| self.slots.session(handle)).map(Session::state);
        let (handle, outcome) = match known {
            Some(handle) => (Some(handle), self.apply(handle, event)),
            None => self.open(event, this_dn),
        };
        self.note(event, &outcome);

        let this: &'s Self = self;
        let session = handle.and_then(|handle| this.slots.session(handle));
        let to = session.map(Session::state);
        let changes = match (&outcome, session) {
            (Outcome::Changed(change), Some(session)) => {
                trace::changed(session, change, event.name.as_str());
                Changes::one(&this.settings, session, *change)
            }
            (Outcome::Changed(_), None)
            | (Outcome::Unchanged | Outcome::Message(_) | Outcome::Ignored | Outcome::Rejected(_), _) => {
                Changes::none(&this.settings)
            }
        };
        Handled { outcome, from, to, changes, session, settled: None }
    }

    /// Applies an event to a session that is there.
    fn apply<'e>(&mut self, handle: Handle, event: &'e Event<'_>) -> Outcome<'e> {
        let Some(slot) = self.slots.slot(handle) else {
            return Outcome::Ignored;
        };
        match judge(Some(&slot.session), event, &self.settings.limits) {
            Verdict::Ignored => Outcome::Ignored,
            Verdict::Rejected(rejection) => Outcome::Rejected(rejection),
            Verdict::Accepted(acceptance) => self.accept(handle, event, acceptance),
        }
    }

    fn accept<'e>(&mut self, handle: Handle, event: &'e Event<'_>, acceptance: Acceptance) -> Outcome<'e> {
        let now = self.now;
        let Some(slot) = self.slots.slot_mut(handle) else {
            return Outcome::Ignored;
        };
        let before = slot.session.state();
        let outcome = slot.session.accept(event, acceptance);
        let after = slot.session.state();
        // A completed session keeps the time of its end.
        if before.is_open() || after.is_open() {
            slot.heard = now;
        }
        if before != after {
            self.counters.count_state(Some(before), Some(after));
        }
        outcome
    }

    /// Opens a session, if the event does and there is room for one more.
    fn open<'e>(&mut self, event: &'e Event<'_>, this_dn: &str) -> (Option<Handle>, Outcome<'e>) {
        let acceptance = match judge(None, event, &self.settings.limits) {
            Verdict::Ignored => return (None, Outcome::Ignored),
            Verdict::Rejected(rejection) => return (None, Outcome::Rejected(rejection)),
            Verdict::Accepted(acceptance) => acceptance,
        };
        let full = |limit| (None, Outcome::Rejected(Rejection::over(limit, None, acceptance.event())));
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

    /// Without ThisDN: for all open sessions of the call that it is not stale for.
    fn handle_at_call<'s, 'e>(
        &'s mut self,
        event: &'e Event<'_>,
        session_event: SessionEvent,
        id: &str,
    ) -> Handled<'s, 'e> {
        let accepted = match self.judge_at_call(event, session_event, id) {
            Ok(accepted) => accepted,
            Err(rejection) => return self.without_change(event, Outcome::Rejected(rejection)),
        };
        let mut changed = Vec::new();
        for (handle, acceptance) in accepted {
            if let Outcome::Changed(change) = self.accept(handle, event, acceptance) {
                changed.push((handle, change));
            }
        }
        let Some(&(_, first)) = changed.first() else {
            return self.without_change(event, Outcome::Unchanged);
        };
        let outcome = Outcome::Changed(first);
        self.note(event, &outcome);
        let this: &'s Self = self;
        let changes = Changes::many(&this.settings, &this.slots, &changed);
        for (session, change) in changes.iter() {
            trace::changed(session, &change, event.name.as_str());
        }
        Handled { outcome, from: None, to: None, changes, session: None, settled: None }
    }

    fn without_change<'s, 'e>(&'s mut self, event: &Event<'_>, outcome: Outcome<'e>) -> Handled<'s, 'e> {
        self.note(event, &outcome);
        Handled { outcome, from: None, to: None, changes: Changes::none(&self.settings), session: None, settled: None }
    }

    /// Which sessions of the call take the event, or why none does.
    fn judge_at_call(
        &self,
        event: &Event<'_>,
        session_event: SessionEvent,
        id: &str,
    ) -> Result<Vec<(Handle, Acceptance)>, Rejection> {
        let mut accepted = Vec::new();
        let mut refusal = Rejection::new(None, session_event, RejectReason::Orphan);
        for handle in self.slots.sharing(Shared::Call, id) {
            let session = self.slots.session(handle).filter(|session| session.state().is_open());
            let Some(session) = session else {
                continue;
            };
            match judge(Some(session), event, &self.settings.limits) {
                Verdict::Accepted(acceptance) => accepted.push((handle, acceptance)),
                // The limit is the event's own: it holds for all that the event is not stale for.
                Verdict::Rejected(rejection) if refusal.reason != RejectReason::Limit => {
                    refusal = Rejection { state: None, ..rejection };
                }
                Verdict::Rejected(_) | Verdict::Ignored => {}
            }
        }
        if accepted.is_empty() { Err(refusal) } else { Ok(accepted) }
    }

    fn note(&mut self, event: &Event<'_>, outcome: &Outcome<'_>) {
        self.counters.count(outcome);
        if let Outcome::Rejected(rejection) = outcome {
            trace::rejected(event, rejection);
        }
    }
}
