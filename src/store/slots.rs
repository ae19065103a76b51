//! The memory of the store: sessions in slots, an index by key, and the lists of the sessions of a DN and of a call.
//!
//! A session keeps its slot, which a [`Handle`] identifies. One index finds it by (ThisDN, CallUUID). Two more find the
//! sessions of a DN and of a call, which are linked through the slots. So no lookup has to scan all sessions, and no
//! key is stored twice. [`order`](super::order) has the order in which sessions expire, are forgotten and make room.

use alloc::vec::Vec;
use core::hash::{BuildHasher, Hasher};
use core::num::NonZeroU32;

use super::hash_index::HashIndex;
use super::order::Order;
use super::ring::{Links, Ring};
use crate::session::Session;

/// The place of a session. It does not change while the session exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Handle(NonZeroU32);

/// What the sessions of a list have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shared {
    Dn,
    Call,
}

/// A session with the fields that the store adds: two cache lines, which processors fetch together.
#[derive(Debug, Clone)]
#[repr(align(128))]
pub(super) struct Slot {
    pub(super) session: Session,
    /// The time of the last accepted event; for a completed session that of its completion. In nanoseconds.
    pub(super) last_heard: u64,
    dn_links: Links,
    call_links: Links,
}

// With one byte more each slot would take 256 bytes, because of its alignment.
const _: () = assert!(size_of::<Slot>() == 128);

#[derive(Debug, Clone)]
pub(super) struct Slots<S> {
    slots: Vec<Slot>,
    order: Order,
    free: Vec<Handle>,
    by_key: HashIndex<Handle>,
    by_dn: HashIndex<Ring>,
    by_call: HashIndex<Ring>,
    hasher: S,
}

impl Handle {
    /// The handle of a place; `None` for 2³² - 1 and higher.
    fn of(place: usize) -> Option<Self> {
        let number = u32::try_from(place).ok()?.checked_add(1)?;
        NonZeroU32::new(number).map(Handle)
    }

    pub(super) fn place(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl Shared {
    /// The key as bytes, which saves validating them as UTF-8 again.
    pub(super) fn key_of(self, session: &Session) -> &[u8] {
        match self {
            Shared::Dn => session.this_dn_bytes(),
            Shared::Call => session.id_bytes(),
        }
    }
}

impl Slot {
    /// Whether the slot is empty. The placeholder in an empty slot has an empty id, which no session has.
    fn is_vacant(&self) -> bool {
        self.session.id().is_empty()
    }
}

impl<S> Slots<S> {
    pub(super) fn new(hasher: S) -> Self {
        Slots {
            slots: Vec::new(),
            order: Order::new(),
            free: Vec::new(),
            by_key: HashIndex::new(),
            by_dn: HashIndex::new(),
            by_call: HashIndex::new(),
            hasher,
        }
    }

    /// The number of sessions, open and completed.
    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// The slot of a session. Only `slot` and `slot_mut` index by a handle. A handle is created together with its slot,
    /// and nobody keeps it after `remove`, so the index is always in bounds.
    #[expect(clippy::indexing_slicing, reason = "a handle is a place of this vector")]
    pub(super) fn slot(&self, handle: Handle) -> &Slot {
        &self.slots[handle.place()]
    }

    #[expect(clippy::indexing_slicing, reason = "a handle is a place of this vector")]
    fn slot_mut(&mut self, handle: Handle) -> &mut Slot {
        &mut self.slots[handle.place()]
    }

    pub(super) fn session(&self, handle: Handle) -> &Session {
        &self.slot(handle).session
    }

    pub(super) fn links(&self, shared: Shared, handle: Handle) -> Links {
        let slot = self.slot(handle);
        match shared {
            Shared::Dn => slot.dn_links,
            Shared::Call => slot.call_links,
        }
    }

    pub(super) fn links_mut(&mut self, shared: Shared, handle: Handle) -> &mut Links {
        let slot = self.slot_mut(handle);
        match shared {
            Shared::Dn => &mut slot.dn_links,
            Shared::Call => &mut slot.call_links,
        }
    }

    #[cfg(feature = "serde")]
    pub(super) fn hasher(&self) -> &S {
        &self.hasher
    }

    /// All sessions in byte order of DN, then id.
    pub(super) fn sorted(&self) -> Vec<Handle> {
        let occupied = self.slots.iter().enumerate().filter(|(_, slot)| !slot.is_vacant());
        let mut handles: Vec<Handle> = occupied.filter_map(|(place, _)| Handle::of(place)).collect();
        self.sort(&mut handles);
        handles
    }

    /// Sorts into the order of lists: byte order of DN, then id.
    pub(super) fn sort(&self, handles: &mut [Handle]) {
        handles.sort_unstable_by(|&one, &other| self.list_key(one).cmp(&self.list_key(other)));
    }

    /// The key by which lists are sorted: bytes, so that no comparison validates text again.
    pub(super) fn list_key(&self, handle: Handle) -> (&[u8], &[u8]) {
        let session = self.session(handle);
        (session.this_dn_bytes(), session.id_bytes())
    }

    /// The open session with the oldest last event, and the time of that event.
    pub(super) fn unheard_longest(&self) -> Option<(Handle, u64)> {
        self.order.first_open().map(|handle| (handle, self.slot(handle).last_heard))
    }

    /// The session that completed longest ago, and when that was.
    pub(super) fn completed_longest_ago(&self) -> Option<(Handle, u64)> {
        self.order.first_completed().map(|handle| (handle, self.slot(handle).last_heard))
    }

    /// The completed sessions, the one that completed longest ago first.
    pub(super) fn completed(&self) -> impl Iterator<Item = Handle> {
        self.order.completed()
    }

    pub(super) fn order(&self) -> &Order {
        &self.order
    }

    #[cfg(feature = "serde")]
    pub(super) fn order_mut(&mut self) -> &mut Order {
        &mut self.order
    }

    pub(super) fn index(&self, shared: Shared) -> &HashIndex<Ring> {
        match shared {
            Shared::Dn => &self.by_dn,
            Shared::Call => &self.by_call,
        }
    }

    pub(super) fn index_mut(&mut self, shared: Shared) -> &mut HashIndex<Ring> {
        match shared {
            Shared::Dn => &mut self.by_dn,
            Shared::Call => &mut self.by_call,
        }
    }
}

impl<S: BuildHasher> Slots<S> {
    /// The hash of the key of a session: of its id and its DN one after the other. There is no separator, which saves
    /// steps of the hasher. An id has at most 64 characters, so at most 64 keys concatenate to the same text.
    fn hash_of(&self, this_dn: &str, id: &str) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(id.as_bytes());
        hasher.write(this_dn.as_bytes());
        hasher.finish()
    }

    pub(super) fn hash_of_shared(&self, key: &[u8]) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(key);
        hasher.finish()
    }

    pub(super) fn find(&self, this_dn: &str, id: &str) -> Option<Handle> {
        self.by_key.get(self.hash_of(this_dn, id), |handle| self.session(handle).is_of(this_dn, id))
    }

    /// The sessions of a DN or of a call, in byte order of DN, then id.
    pub(super) fn sharing(&self, shared: Shared, key: &str) -> Vec<Handle> {
        let mut handles: Vec<Handle> = self.ring(shared, key).map_or_else(Vec::new, |ring| self.members(shared, ring));
        self.sort(&mut handles);
        handles
    }

    /// The number of sessions of a DN or of a call.
    pub(super) fn count(&self, shared: Shared, key: &str) -> usize {
        self.ring(shared, key).map_or(0, |ring| ring.len as usize)
    }

    /// The completed sessions of a DN, the one that completed longest ago first.
    pub(super) fn completed_of_dn(&self, dn: &str) -> Vec<Handle> {
        let members = self.ring(Shared::Dn, dn).map_or_else(Vec::new, |ring| self.members(Shared::Dn, ring));
        members.into_iter().filter(|&handle| !self.session(handle).state().is_open()).collect()
    }

    /// Changes a session by calling `change`, and moves it to its new place in the lists. `heard` is the time of the
    /// event, if there is one; a completed session keeps the time of its completion.
    pub(super) fn change<T>(
        &mut self,
        handle: Handle,
        heard: Option<u64>,
        change: impl FnOnce(&mut Session) -> T,
    ) -> T {
        let slot = self.slot_mut(handle);
        let was_open = slot.session.state().is_open();
        let changed = change(&mut slot.session);
        let is_open = slot.session.state().is_open();
        let heard = heard.filter(|heard| (was_open || is_open) && *heard != slot.last_heard);
        slot.last_heard = heard.unwrap_or(slot.last_heard);
        match (was_open, is_open) {
            (true, true) if heard.is_some() => self.order.move_to_end(handle),
            (true, true) | (false, false) => {}
            (true, false) => {
                self.order.complete(handle);
                self.move_in_ring(handle);
            }
            (false, true) => {
                self.order.reopen(handle);
                self.move_in_ring(handle);
            }
        }
        changed
    }

    /// Adds a session. Its key must be new. `None` if no place is left (after 2³² - 1 sessions).
    pub(super) fn insert(&mut self, session: Session, last_heard: u64) -> Option<Handle> {
        let hash = self.hash_of(session.this_dn(), session.id());
        let is_open = session.state().is_open();
        let slot = Slot { session, last_heard, dn_links: Links::default(), call_links: Links::default() };
        let handle = match self.free.pop() {
            Some(handle) => {
                *self.slot_mut(handle) = slot;
                handle
            }
            None => {
                let handle = Handle::of(self.slots.len())?;
                self.slots.push(slot);
                handle
            }
        };
        self.by_key.insert(hash, handle);
        self.order.insert(handle, is_open);
        self.enter_ring(Shared::Dn, handle);
        self.enter_ring(Shared::Call, handle);
        Some(handle)
    }

    /// Removes a session.
    pub(super) fn remove(&mut self, handle: Handle) -> Session {
        self.leave_ring(Shared::Dn, handle);
        self.leave_ring(Shared::Call, handle);
        self.order.remove(handle);
        let session = core::mem::replace(&mut self.slot_mut(handle).session, Session::vacant());
        let hash = self.hash_of(session.this_dn(), session.id());
        self.by_key.remove(hash, |found| found == handle);
        self.free.push(handle);
        session
    }
}
