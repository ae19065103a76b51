//! How sessions end without an event, and how completed sessions and requests are forgotten. The cost depends on the
//! number that end or are forgotten, not on the size of the store.

use alloc::vec::Vec;
use core::hash::BuildHasher;
use core::time::Duration;

use super::handled::Handled;
use super::parts::PartKey;
use super::slots::Handle;
use super::time::TimeError;
use super::{Sessions, trace};
use crate::machine::State;
use crate::session::{Cause, Change, Outcome, Session};

impl<S: BuildHasher> Sessions<S> {
    /// Ends every open session whose last accepted event was before `before`, and returns the notifications. Call it
    /// regularly: a session whose end event was lost would otherwise stay open for ever. `before` is in the time of
    /// [`set_time`](Self::set_time).
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use core::time::Duration;
    /// use im_session::{BaseUri, CallEvent, Event, Sessions, State};
    ///
    /// const HOUR: Duration = Duration::from_secs(3_600);
    /// let mut now = Duration::from_secs(1_763_000_000);
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// sessions.set_time(now)?;
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    ///
    /// now += 2 * HOUR;
    /// sessions.set_time(now)?;
    /// for (dn, notification) in sessions.expire(now - HOUR)?.notifications() {
    ///     println!("for the agent at {dn}: {notification:?}");
    /// }
    /// assert_eq!(sessions.get("3002", "007").map(|session| session.state()), Some(State::Completed));
    ///
    /// // Forget the sessions that ended more than an hour ago.
    /// now += 2 * HOUR;
    /// sessions.set_time(now)?;
    /// assert_eq!(sessions.forget_completed(now - HOUR)?.forgotten(), 1);
    /// # }
    /// # Ok::<(), im_session::store::TimeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TimeError::CutoffAhead`] if `before` is later than the store's time.
    pub fn expire(&mut self, before: Duration) -> Result<Handled<'_>, TimeError> {
        let before = self.cutoff(before)?;
        let mut ended = Vec::new();
        while let Some((handle, _)) = self.slots.unheard_longest().filter(|&(_, heard)| heard < before) {
            ended.push((handle, self.end(handle, Cause::Expired)));
        }
        let changes = ended.into_iter().map(|(handle, change)| (self.slots.session(handle), change)).collect();
        Ok(self.handled(changes, "expired"))
    }

    /// Forgets a completed session. An open session is not forgotten. [`Handled::forgotten`] is 1 if the session was
    /// forgotten, else 0.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::{BaseUri, CallEvent, Event, Sessions};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    /// assert_eq!(sessions.forget("3002", "007").forgotten(), 0);
    /// let released = Event::new(CallEvent::Released).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&released).unwrap().notifications().count(), 1);
    /// assert_eq!(sessions.forget("3002", "007").forgotten(), 1);
    /// assert!(sessions.get("3002", "007").is_none());
    /// # }
    /// ```
    pub fn forget(&mut self, this_dn: &str, id: &str) -> Handled<'_> {
        let completed = self.slots.find(this_dn, id).filter(|&handle| !self.slots.session(handle).state().is_open());
        let mut parts = Vec::new();
        if let Some(handle) = completed {
            self.forget_session(handle, &mut parts);
        }
        self.forgotten(usize::from(completed.is_some()), parts)
    }

    /// Forgets every session that was completed before `before`. [`Handled::forgotten`] returns how many.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use core::time::Duration;
    /// use im_session::{BaseUri, CallEvent, Event, Sessions};
    ///
    /// let hour = Duration::from_secs(3_600);
    /// let now = Duration::from_secs(1_763_000_000);
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// sessions.set_time(now)?;
    /// for name in [CallEvent::Ringing, CallEvent::Released] {
    ///     let event = Event::new(name).with_this_dn("3002").with_call_uuid("007");
    ///     assert_eq!(sessions.handle_event(&event).unwrap().notifications().count(), 1);
    /// }
    /// sessions.set_time(now + 2 * hour)?;
    /// assert_eq!(sessions.forget_completed(now + hour)?.forgotten(), 1);
    /// assert!(sessions.is_empty());
    /// # }
    /// # Ok::<(), im_session::store::TimeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TimeError::CutoffAhead`] if `before` is later than the store's time.
    pub fn forget_completed(&mut self, before: Duration) -> Result<Handled<'_>, TimeError> {
        let before = self.cutoff(before)?;
        let (mut forgotten, mut parts) = (0, Vec::new());
        while let Some((handle, _)) = self.slots.completed_longest_ago().filter(|&(_, completed)| completed < before) {
            self.forget_session(handle, &mut parts);
            forgotten += 1;
        }
        Ok(self.forgotten(forgotten, parts))
    }

    /// Times out every request that was sent before `before` and is still in flight. [`Handled::settled`] reports them;
    /// they are no longer in flight.
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// use core::time::Duration;
    /// use im_session::{Agent, BaseUri, CallEvent, Event, Sessions, Target};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    /// let me = Agent::new().with_device("/devices/1", "3002");
    /// sessions.set_time(Duration::from_secs(100))?;
    /// let request = sessions.post(&me, Target::Session("007"), br#"{"operationName":"Complete"}"#).unwrap();
    ///
    /// // No answer within 30 seconds.
    /// sessions.set_time(Duration::from_secs(131))?;
    /// let handled = sessions.time_out_requests(Duration::from_secs(131 - 30))?;
    /// assert_eq!(handled.settled()[0].reference_id, request.reference_id);
    /// # }
    /// # Ok::<(), im_session::store::TimeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TimeError::CutoffAhead`] if `before` is later than the store's time.
    pub fn time_out_requests(&mut self, before: Duration) -> Result<Handled<'_>, TimeError> {
        let before = self.cutoff(before)?;
        let mut settled = Vec::new();
        while let Some(timed_out) = self.requests.time_out(before) {
            settled.push(timed_out);
        }
        Ok(Handled { settled, ..Handled::without_change(&self.settings, Outcome::Unchanged) })
    }

    /// Completes an open session.
    pub(super) fn end(&mut self, handle: Handle, cause: Cause) -> Change {
        let from = self.slots.session(handle).state();
        self.slots.change(handle, Some(self.now), |session| session.end(cause));
        self.counters.count_state(Some(from), Some(State::Completed));
        Change::of_state(from, State::Completed)
    }

    /// Forgets a session, and remembers its end.
    pub(super) fn forget_session(&mut self, handle: Handle, parts: &mut Vec<PartKey>) -> Session {
        let session = self.slots.remove(handle);
        self.counters.count_state(Some(session.state()), None);
        trace::forgotten(&session);
        parts.push(PartKey::session(session.this_dn(), session.id()));
        if let Some(last) = session.last_event() {
            self.remember_end(session.this_dn(), session.id(), last, parts);
        }
        session
    }

    /// The result of changes without an event.
    pub(super) fn handled<'s>(&'s self, mut changes: Vec<(&'s Session, Change)>, why: &str) -> Handled<'s> {
        changes.sort_by_key(|(session, _)| (session.this_dn(), session.id()));
        for &(session, change) in &changes {
            trace::changed(session, change, why);
        }
        Handled::of_many(&self.settings, changes)
    }

    fn forgotten(&self, forgotten: usize, parts: Vec<PartKey>) -> Handled<'_> {
        Handled { forgotten, parts, ..Handled::without_change(&self.settings, Outcome::Unchanged) }
    }
}
