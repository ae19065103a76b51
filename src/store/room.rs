//! Makes room for one more session: completed sessions make room for new ones, and the oldest remembered end for a new
//! one.

use alloc::vec::Vec;
use core::hash::BuildHasher;

use super::Sessions;
use super::handle_event::Aside;
use super::parts::PartKey;
use super::slots::{Handle, Shared};
use crate::session::{EventIdentity, Limit, Session};

/// What is full, so that a completed session has to be forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    Dn,
    Call,
    Store,
}

impl<S: BuildHasher> Sessions<S> {
    /// Where room has to be made for one more session, in this order: at the DN, in the call, in the store.
    ///
    /// An error if one of them is full of open sessions: the limit of the store, else that of the DN, else that of the
    /// call.
    pub(super) fn room_for_one_more(
        &self,
        this_dn: &str,
        id: &str,
    ) -> Result<impl Iterator<Item = Full> + use<S>, Limit> {
        let limits = &self.settings.limits;
        let full_dn = self.slots.count(Shared::Dn, this_dn) >= limits.sessions_per_dn;
        let full_call = self.slots.count(Shared::Call, id) >= limits.sessions_per_call;
        let full_store = self.slots.len() >= limits.sessions;
        if full_store && self.slots.completed_longest_ago().is_none() {
            Err(Limit::Sessions)
        } else if full_dn && self.slots.completed_longest_ago_of(Shared::Dn, this_dn).is_none() {
            Err(Limit::SessionsPerDn)
        } else if !self.call_has_room(id) {
            Err(Limit::SessionsPerCall)
        } else {
            let full = [(full_dn, Full::Dn), (full_call, Full::Call), (full_store, Full::Store)];
            Ok(full.into_iter().filter_map(|(is_full, full)| is_full.then_some(full)))
        }
    }

    /// Forgets the session that completed longest ago, unless there is room already.
    pub(super) fn make_room(&mut self, full: Full, this_dn: &str, id: &str, aside: &mut Aside) {
        let limits = &self.settings.limits;
        let goes = match full {
            Full::Dn if self.slots.count(Shared::Dn, this_dn) >= limits.sessions_per_dn => {
                self.slots.completed_longest_ago_of(Shared::Dn, this_dn)
            }
            Full::Call if self.slots.count(Shared::Call, id) >= limits.sessions_per_call => {
                self.slots.completed_longest_ago_of(Shared::Call, id)
            }
            Full::Store if self.slots.len() >= limits.sessions => {
                self.slots.completed_longest_ago().map(|(handle, _)| handle)
            }
            Full::Dn | Full::Call | Full::Store => None,
        };
        if let Some(handle) = goes {
            self.forget_to_make_room(handle, aside);
        }
    }

    pub(super) fn forget_to_make_room(&mut self, handle: Handle, aside: &mut Aside) -> Session {
        aside.forgotten += 1;
        self.forget_session(handle, &mut aside.parts)
    }

    /// Whether a call has room for one more session, or a completed session that can make room.
    pub(super) fn call_has_room(&self, id: &str) -> bool {
        self.slots.count(Shared::Call, id) < self.settings.limits.sessions_per_call
            || self.slots.completed_longest_ago_of(Shared::Call, id).is_some()
    }

    /// Remembers the end of a session that is gone or was never here.
    pub(super) fn remember_end(&mut self, this_dn: &str, id: &str, identity: EventIdentity, parts: &mut Vec<PartKey>) {
        parts.push(PartKey::end(this_dn, id));
        let limit = self.settings.limits.remembered_ends;
        if let Some((this_dn, id)) = self.remembered_ends.remember(this_dn, id, identity, limit) {
            parts.push(PartKey::end(&this_dn, &id));
        }
    }
}
