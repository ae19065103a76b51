//! How sessions end without an event, and how they are forgotten.

use alloc::vec::Vec;
use core::hash::BuildHasher;

use super::handled::Changes;
use super::slots::Handle;
use super::{Sessions, trace};
use crate::machine::State;
use crate::session::Change;

impl<S: BuildHasher> Sessions<S> {
    /// Ends every open session that heard nothing since before `before`, and tells whom to tell: lost events must not leave
    /// sessions for ever. They are `Completed` then. `before` is in the time of [`set_time`](Self::set_time). Looks at every
    /// session.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::{BaseUri, CallEvent, Event, Sessions, State};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// sessions.set_time(1_000);
    /// sessions.handle_event(&Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007")).unwrap();
    ///
    /// sessions.set_time(5_000);
    /// let expired = sessions.expire(5_000 - 3_600);
    /// for (dn, notification) in expired.notifications() {
    ///     println!("for {dn}: {notification:?}");
    /// }
    /// assert_eq!(sessions.get("3002", "007").map(|session| session.state()), Some(State::Completed));
    ///
    /// // What ended an hour ago need not be read any more.
    /// sessions.set_time(9_000);
    /// assert_eq!(sessions.forget_completed(9_000 - 3_600), 1);
    /// # }
    /// ```
    pub fn expire(&mut self, before: u64) -> Changes<'_> {
        let unheard = self.slots.sorted(|slot| slot.session.state().is_open() && slot.heard < before);
        let changed: Vec<_> = unheard.into_iter().filter_map(|handle| self.end(handle)).collect();
        self.changes(&changed, "expired")
    }

    /// Forgets a completed session; whether there was one. An open session is not forgotten.
    pub fn forget(&mut self, this_dn: &str, id: &str) -> bool {
        let is_completed = |session: &crate::session::Session| !session.state().is_open();
        let handle = self.slots.find(this_dn, id);
        let completed = handle.filter(|&handle| self.slots.session(handle).is_some_and(is_completed));
        completed.is_some_and(|handle| self.remove(handle))
    }

    /// Forgets every session that was completed before `before`; how many. Looks at every session.
    pub fn forget_completed(&mut self, before: u64) -> usize {
        let completed = self.slots.sorted(|slot| !slot.session.state().is_open() && slot.heard < before);
        completed.into_iter().filter(|&handle| self.remove(handle)).count()
    }

    /// Forgets every request sent before `before` that neither EventError nor EventACK has settled; how many. That is also how
    /// the requests go that succeeded.
    pub fn forget_requests(&mut self, before: u64) -> usize {
        let all = self.requests.by_reference_id.len();
        self.requests.by_reference_id.retain(|_, sending| sending.sent >= before);
        all - self.requests.by_reference_id.len()
    }

    /// Completes an open session.
    pub(super) fn end(&mut self, handle: Handle) -> Option<(Handle, Change)> {
        let now = self.now;
        let slot = self.slots.slot_mut(handle)?;
        let from = slot.session.state();
        slot.session.end();
        slot.heard = now;
        self.counters.count_state(Some(from), Some(State::Completed));
        let change = Change { from: Some(from), to: State::Completed, participants: false, user_data: false };
        Some((handle, change))
    }

    pub(super) fn changes(&self, changed: &[(Handle, Change)], why: &str) -> Changes<'_> {
        let changes = Changes::many(&self.settings, &self.slots, changed);
        for (session, change) in changes.iter() {
            trace::changed(session, &change, why);
        }
        changes
    }

    fn remove(&mut self, handle: Handle) -> bool {
        let removed = self.slots.remove(handle);
        if let Some(session) = &removed {
            self.counters.count_state(Some(session.state()), None);
            trace::forgotten(session);
        }
        removed.is_some()
    }
}
