//! The sessions of one DN, or of one call, as a ring through their slots.
//!
//! Going round a ring from the front, the open sessions come first, in no order that matters, then the completed ones, the
//! one that completed longest ago first. So it is known at once whether a DN has an open session, and which session makes
//! room, also where whoever sends the events fills one DN or one call.

use alloc::vec::Vec;
use core::hash::BuildHasher;

use super::slots::{Handle, Shared, Slots};

/// Where a ring is entered. The front is the session after `last`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ring {
    last: Handle,
    /// Of its completed sessions the one that completed longest ago.
    first_completed: Option<Handle>,
    pub(super) len: u32,
}

/// The neighbours of a session in a ring. Both are set while it is in one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Links {
    previous: Option<Handle>,
    next: Option<Handle>,
}

impl<S: BuildHasher> Slots<S> {
    pub(super) fn ring(&self, shared: Shared, key: &str) -> Option<Ring> {
        self.locate_ring(shared, key.as_bytes()).map(|(_, ring)| ring)
    }

    fn locate_ring(&self, shared: Shared, key: &[u8]) -> Option<(usize, Ring)> {
        let is_it = |ring: Ring| shared.key_of(self.session(ring.last)) == key;
        self.index(shared).locate(self.hash_of_shared(key), is_it)
    }

    /// The sessions of a ring from the front.
    pub(super) fn members(&self, shared: Shared, ring: Ring) -> Vec<Handle> {
        let mut members = Vec::with_capacity(ring.len as usize);
        let mut next = self.links(shared, ring.last).next;
        while let Some(handle) = next.filter(|_| members.len() < ring.len as usize) {
            members.push(handle);
            next = self.links(shared, handle).next;
        }
        members
    }

    /// Whether a DN has an open session: the front of its ring is one then.
    pub(super) fn has_open(&self, dn: &str) -> bool {
        let front = self.ring(Shared::Dn, dn).map(|ring| self.front(Shared::Dn, ring));
        front.is_some_and(|handle| self.session(handle).state().is_open())
    }

    /// Of a DN's or a call's completed sessions the one that completed longest ago.
    pub(super) fn completed_longest_ago_of(&self, shared: Shared, key: &str) -> Option<Handle> {
        self.ring(shared, key)?.first_completed
    }

    /// Puts a session into the ring of its DN or call: an open one at the front, a completed one at the end.
    pub(super) fn enter_ring(&mut self, shared: Shared, handle: Handle) {
        let key = shared.key_of(self.session(handle));
        match self.locate_ring(shared, key) {
            Some((place, ring)) => {
                let ring = self.linked(shared, handle, Some(ring));
                self.index_mut(shared).replace(place, ring);
            }
            None => {
                let hash = self.hash_of_shared(key);
                let ring = self.linked(shared, handle, None);
                self.index_mut(shared).insert(hash, ring);
            }
        }
    }

    /// Takes a session out of its ring.
    pub(super) fn leave_ring(&mut self, shared: Shared, handle: Handle) {
        let key = shared.key_of(self.session(handle));
        let hash = self.hash_of_shared(key);
        let Some((place, ring)) = self.locate_ring(shared, key) else {
            return;
        };
        match self.unlinked(shared, handle, ring) {
            Some(ring) => self.index_mut(shared).replace(place, ring),
            None => {
                self.index_mut(shared).remove(hash, |found| found.last == ring.last);
            }
        }
    }

    /// Moves a session that was completed, or opened anew, to its new place in the rings of its DN and its call.
    pub(super) fn move_in_rings(&mut self, handle: Handle) {
        for shared in [Shared::Dn, Shared::Call] {
            if let Some((place, ring)) = self.locate_ring(shared, shared.key_of(self.session(handle))) {
                let without = self.unlinked(shared, handle, ring);
                let ring = self.linked(shared, handle, without);
                self.index_mut(shared).replace(place, ring);
            }
        }
    }

    /// The session at the front.
    fn front(&self, shared: Shared, ring: Ring) -> Handle {
        self.links(shared, ring.last).next.unwrap_or(ring.last)
    }

    fn linked(&mut self, shared: Shared, handle: Handle, ring: Option<Ring>) -> Ring {
        let at_end = !self.session(handle).state().is_open();
        let completed = Some(handle).filter(|_| at_end);
        let Some(ring) = ring else {
            *self.links_mut(shared, handle) = Links { previous: Some(handle), next: Some(handle) };
            return Ring { last: handle, first_completed: completed, len: 1 };
        };
        let front = self.front(shared, ring);
        *self.links_mut(shared, handle) = Links { previous: Some(ring.last), next: Some(front) };
        self.links_mut(shared, ring.last).next = Some(handle);
        self.links_mut(shared, front).previous = Some(handle);
        Ring {
            last: if at_end { handle } else { ring.last },
            first_completed: ring.first_completed.or(completed),
            len: ring.len + 1,
        }
    }

    fn unlinked(&mut self, shared: Shared, handle: Handle, ring: Ring) -> Option<Ring> {
        let Links { previous: Some(previous), next: Some(next) } = self.links(shared, handle) else {
            return Some(ring);
        };
        if ring.len == 1 {
            return None;
        }
        self.links_mut(shared, previous).next = Some(next);
        self.links_mut(shared, next).previous = Some(previous);
        let is_last = ring.last == handle;
        let first_completed = match ring.first_completed {
            // Behind a completed session there are only completed ones.
            Some(first) if first == handle => Some(next).filter(|_| !is_last),
            other => other,
        };
        Some(Ring { last: if is_last { previous } else { ring.last }, first_completed, len: ring.len - 1 })
    }
}
