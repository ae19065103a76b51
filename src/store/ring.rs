//! The sessions of one DN, or of one call, as a ring through their slots.
//!
//! Going round from the front, the open sessions come first, in no order that matters, then the completed ones, the one that
//! completed longest ago first. So it is known at once whether a DN has an open session, and which session makes room.

use alloc::vec::Vec;
use core::hash::BuildHasher;

use super::slots::{Handle, Shared, Slots};

/// Where a ring is entered. The front is the session after `last`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ring {
    last: Handle,
    /// Of the completed sessions the one that completed longest ago.
    pub(super) first_completed: Option<Handle>,
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
        let hash = self.hash_of_shared(key);
        self.index(shared).get(hash, |ring| shared.key_of(self.session(ring.last)) == key)
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

    /// The session at the front: an open one if any is.
    pub(super) fn front(&self, shared: Shared, ring: Ring) -> Handle {
        self.links(shared, ring.last).next.unwrap_or(ring.last)
    }

    /// Puts a session into the ring of its DN or call: an open one at the front, a completed one at the end.
    pub(super) fn enter_ring(&mut self, shared: Shared, handle: Handle) {
        let old = self.ring_of(shared, handle);
        let new = self.linked(shared, handle, old);
        self.replace_ring(shared, handle, old, Some(new));
    }

    /// Takes a session out of its ring.
    pub(super) fn leave_ring(&mut self, shared: Shared, handle: Handle) {
        let Some(old) = self.ring_of(shared, handle) else {
            return;
        };
        let new = self.unlinked(shared, handle, old);
        self.replace_ring(shared, handle, Some(old), new);
    }

    /// Moves a session that was completed, or opened anew, to its new place in its ring.
    pub(super) fn move_in_ring(&mut self, shared: Shared, handle: Handle) {
        let Some(old) = self.ring_of(shared, handle) else {
            return;
        };
        let without = self.unlinked(shared, handle, old);
        let new = self.linked(shared, handle, without);
        self.replace_ring(shared, handle, Some(old), Some(new));
    }

    fn ring_of(&self, shared: Shared, handle: Handle) -> Option<Ring> {
        self.ring(shared, shared.key_of(self.session(handle)))
    }

    fn linked(&mut self, shared: Shared, handle: Handle, ring: Option<Ring>) -> Ring {
        let is_open = self.session(handle).state().is_open();
        let completed = Some(handle).filter(|_| !is_open);
        let Some(ring) = ring else {
            self.set_links(shared, handle, Links { previous: Some(handle), next: Some(handle) });
            return Ring { last: handle, first_completed: completed, len: 1 };
        };
        let front = self.front(shared, ring);
        self.set_links(shared, handle, Links { previous: Some(ring.last), next: Some(front) });
        self.links_mut(shared, ring.last).next = Some(handle);
        self.links_mut(shared, front).previous = Some(handle);
        Ring {
            last: if is_open { ring.last } else { handle },
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

    fn replace_ring(&mut self, shared: Shared, handle: Handle, old: Option<Ring>, new: Option<Ring>) {
        let hash = self.hash_of_shared(shared.key_of(self.session(handle)));
        let index = self.index_mut(shared);
        match (old, new) {
            (Some(old), Some(new)) => {
                if let Some(ring) = index.get_mut(hash, |ring| ring.last == old.last) {
                    *ring = new;
                }
            }
            (Some(old), None) => {
                index.remove(hash, |ring| ring.last == old.last);
            }
            (None, Some(new)) => index.insert(hash, new),
            (None, None) => {}
        }
    }
}
