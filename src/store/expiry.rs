//! How sessions end without an event, and how completed sessions and requests are forgotten.

use alloc::vec::Vec;
use core::hash::BuildHasher;
use core::time::Duration;

use super::handled::Handled;
use super::slots::{Handle, Slot};
use super::time::compact;
use super::{Sessions, trace};
use crate::machine::State;
use crate::session::{Change, Session};

impl<S: BuildHasher> Sessions<S> {
    /// Ends every open session that had no accepted event since before `before`, since lost events must not leave sessions
    /// open for ever, and returns the notifications. `before` is in the time of [`set_time`](Self::set_time).
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use core::time::Duration;
    /// use im_session::{BaseUri, CallEvent, Event, Sessions, State};
    ///
    /// const HOUR: Duration = Duration::from_secs(3_600);
    /// let mut now = Duration::from_secs(1_763_000_000);
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// sessions.set_time(now);
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    ///
    /// now += 2 * HOUR;
    /// sessions.set_time(now);
    /// for (dn, notification) in sessions.expire(now - HOUR).notifications() {
    ///     println!("for the agent at {dn}: {notification:?}");
    /// }
    /// assert_eq!(sessions.get("3002", "007").map(|session| session.state()), Some(State::Completed));
    ///
    /// // What ended an hour ago need not be read any more.
    /// now += 2 * HOUR;
    /// sessions.set_time(now);
    /// assert_eq!(sessions.forget_completed(now - HOUR), 1);
    /// # }
    /// ```
    pub fn expire(&mut self, before: Duration) -> Handled<'_> {
        let before = compact(before);
        let unheard = self.slots.sorted(|slot| slot.session.state().is_open() && slot.last_heard < before);
        let changed: Vec<_> = unheard.into_iter().map(|handle| (handle, self.end(handle))).collect();
        self.handled(changed, "expired")
    }

    /// Forgets a completed session; whether there was one. An open session is not forgotten.
    pub fn forget(&mut self, this_dn: &str, id: &str) -> bool {
        let is_completed = |&handle: &Handle| is_completed(self.slots.slot(handle));
        match self.slots.find(this_dn, id).filter(is_completed) {
            Some(handle) => {
                self.remove(handle);
                true
            }
            None => false,
        }
    }

    /// Forgets every session that was completed before `before`, and returns how many.
    pub fn forget_completed(&mut self, before: Duration) -> usize {
        let before = compact(before);
        let completed = self.slots.sorted(|slot| is_completed(slot) && slot.last_heard < before);
        let count = completed.len();
        completed.into_iter().for_each(|handle| self.remove(handle));
        count
    }

    /// Forgets every request sent before `before` that nothing has settled, and returns how many.
    pub fn forget_requests(&mut self, before: Duration) -> usize {
        let before = compact(before);
        let all = self.requests.by_reference_id.len();
        self.requests.by_reference_id.retain(|_, sending| sending.sent >= before);
        all - self.requests.by_reference_id.len()
    }

    /// Completes an open session.
    pub(super) fn end(&mut self, handle: Handle) -> Change {
        let slot = self.slots.slot_mut(handle);
        let from = slot.session.state();
        slot.session.end();
        slot.last_heard = self.now;
        self.counters.count_state(Some(from), Some(State::Completed));
        Change::of_state(from, State::Completed)
    }

    /// What came of changes without an event.
    pub(super) fn handled(&self, changed: Vec<(Handle, Change)>, why: &str) -> Handled<'_> {
        let changes: Vec<(&Session, Change)> =
            changed.into_iter().map(|(handle, change)| (&self.slots.slot(handle).session, change)).collect();
        for &(session, change) in &changes {
            trace::changed(session, change, why);
        }
        Handled::of_many(&self.settings, changes)
    }

    fn remove(&mut self, handle: Handle) {
        let session = self.slots.remove(handle);
        self.counters.count_state(Some(session.state()), None);
        trace::forgotten(&session);
    }
}

fn is_completed(slot: &Slot) -> bool {
    !slot.session.state().is_open()
}
