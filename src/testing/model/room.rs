//! Room for one more session, and what is remembered of past ones. Specification 2.1.

use alloc::vec::Vec;

use super::{Identity, Model, ModelSession};

/// A limit, and the sessions that count against it.
type Place<'a> = (usize, &'a dyn Fn(&ModelSession) -> bool);

impl Model {
    /// Makes room for one more session. Returns `false` if there is none, since only open sessions can fill a DN, a
    /// call or the service.
    pub(super) fn make_room(&mut self, this_dn: &str, id: &str) -> bool {
        let places: [(&str, Place<'_>); 3] = [
            ("made at a DN", (self.limits.sessions_per_dn, &|session| session.this_dn == this_dn)),
            ("made in a call", (self.limits.sessions_per_call, &|session| session.id == id)),
            ("made in the store", (self.limits.sessions, &|_| true)),
        ];
        if places.iter().any(|&(_, (limit, is_there))| !self.can_have_one_more(limit, is_there)) {
            return false;
        }
        self.forget_end(this_dn, id);
        for (made, (limit, is_there)) in places {
            let before = self.sessions.len();
            self.make_room_for(1, limit, is_there, |_| false);
            if self.sessions.len() < before {
                self.reached.insert(("room", made));
            }
        }
        true
    }

    /// Forgets enough of these completed sessions to make room for `new` ones, but keeps those that must stay.
    pub(super) fn make_room_for(
        &mut self,
        new: usize,
        limit: usize,
        is_there: impl Fn(&ModelSession) -> bool,
        has_to_stay: impl Fn(&ModelSession) -> bool,
    ) {
        let there = self.sessions.iter().filter(|session| is_there(session)).count();
        for _ in 0..there.saturating_add(new).saturating_sub(limit) {
            self.forget_first_completed(|session| is_there(session) && !has_to_stay(session));
        }
    }

    /// Whether there is room, or a completed session that can make room.
    pub(super) fn can_have_one_more(&self, limit: usize, is_there: impl Fn(&ModelSession) -> bool) -> bool {
        let there: Vec<&ModelSession> = self.sessions.iter().filter(|session| is_there(session)).collect();
        there.len() < limit || there.iter().any(|session| !session.is_open())
    }

    /// Forgets the one of these sessions that completed longest ago.
    pub(super) fn forget_first_completed(&mut self, is_there: impl Fn(&ModelSession) -> bool) {
        let completed = self.sessions.iter().filter(|session| is_there(session) && !session.is_open());
        if let Some(first) = completed.min_by_key(|session| session.order).cloned() {
            self.forget(&first.this_dn, &first.id);
        }
    }

    /// Forgets a completed session, and remembers its end. Returns whether there was one.
    pub(super) fn forget(&mut self, this_dn: &str, id: &str) -> bool {
        let is_it = |session: &ModelSession| session.is_of(this_dn, id) && !session.is_open();
        let Some(position) = self.sessions.iter().position(is_it) else { return false };
        let session = self.sessions.remove(position);
        if let Some(last_event) = session.last_event {
            self.remember_end(this_dn, id, last_event);
        }
        true
    }

    /// Remembers one end for each key. Over the limit the oldest is forgotten.
    pub(super) fn remember_end(&mut self, this_dn: &str, id: &str, last_event: Identity) {
        self.forget_end(this_dn, id);
        self.ends.push((this_dn.into(), id.into(), last_event));
        if self.ends.len() > self.limits.remembered_ends {
            self.ends.remove(0);
            self.reached.insert(("room", "made for an end"));
        }
    }

    pub(super) fn forget_end(&mut self, this_dn: &str, id: &str) {
        self.ends.retain(|(of_dn, of_id, _)| of_dn != this_dn || of_id != id);
    }

    pub(super) fn end_of(&self, this_dn: &str, id: &str) -> Option<Identity> {
        self.ends.iter().find(|(of_dn, of_id, _)| of_dn == this_dn && of_id == id).map(|(_, _, last)| *last)
    }
}
