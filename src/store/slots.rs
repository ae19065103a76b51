//! The memory of the store: sessions in slots, an index by key, and the lists of the sessions of a DN and of a call.
//!
//! A session keeps its slot (a [`Handle`]). One index finds it by (ThisDN, CallUUID); two more find the first session of a
//! DN and of a call, and the others are linked to it through the slots. So nothing is ever searched for among all sessions,
//! and no key is stored twice.

use alloc::vec::Vec;
use core::hash::BuildHasher;
use core::num::NonZeroU32;

use super::hash_index::HashIndex;
use crate::session::Session;

/// The place of a session; stays the same as long as the session is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Handle(NonZeroU32);

/// What the sessions of a list have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shared {
    Dn,
    Call,
}

/// The sessions of a DN or of a call.
#[derive(Debug, Clone, Copy)]
struct List {
    /// The last that came; the others hang on it.
    first: Handle,
    len: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Links {
    previous: Option<Handle>,
    next: Option<Handle>,
}

/// A session and what the store knows of it: two cache lines, the two that a processor fetches together.
#[derive(Debug, Clone)]
#[repr(align(128))]
pub(super) struct Slot {
    pub(super) session: Session,
    /// When the last accepted event came; of a completed session: when it was completed. The caller's time.
    pub(super) last_heard: u64,
    dn_links: Links,
    call_links: Links,
}

// One byte more, and each would take as much room as two.
const _: () = assert!(size_of::<Slot>() == 128);

#[derive(Debug, Clone)]
pub(super) struct Slots<S> {
    slots: Vec<Slot>,
    free: Vec<Handle>,
    by_key: HashIndex<Handle>,
    by_dn: HashIndex<List>,
    by_call: HashIndex<List>,
    hasher: S,
}

impl Handle {
    /// The handle of a place; `None` from 2³² - 1 on.
    fn of(place: usize) -> Option<Self> {
        let number = u32::try_from(place).ok()?.checked_add(1)?;
        NonZeroU32::new(number).map(Handle)
    }

    fn place(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl Shared {
    fn of(self, session: &Session) -> &str {
        match self {
            Shared::Dn => session.this_dn(),
            Shared::Call => session.id(),
        }
    }
}

impl Slot {
    /// Whether no session is in this slot: no session has an empty id.
    fn is_vacant(&self) -> bool {
        self.session.id().is_empty()
    }

    fn links(&self, shared: Shared) -> &Links {
        match shared {
            Shared::Dn => &self.dn_links,
            Shared::Call => &self.call_links,
        }
    }

    fn links_mut(&mut self, shared: Shared) -> &mut Links {
        match shared {
            Shared::Dn => &mut self.dn_links,
            Shared::Call => &mut self.call_links,
        }
    }
}

impl<S> Slots<S> {
    pub(super) fn new(hasher: S) -> Self {
        Slots {
            slots: Vec::new(),
            free: Vec::new(),
            by_key: HashIndex::new(),
            by_dn: HashIndex::new(),
            by_call: HashIndex::new(),
            hasher,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// The slot of a session. The one place that relies on handles: a handle is made with its place, and after `remove`
    /// nobody has it any more, so the index is always within.
    #[expect(clippy::indexing_slicing, reason = "a handle is a place of this vector")]
    pub(super) fn slot(&self, handle: Handle) -> &Slot {
        &self.slots[handle.place()]
    }

    /// As [`slot`](Self::slot), to be changed.
    #[expect(clippy::indexing_slicing, reason = "a handle is a place of this vector")]
    pub(super) fn slot_mut(&mut self, handle: Handle) -> &mut Slot {
        &mut self.slots[handle.place()]
    }

    fn session(&self, handle: Handle) -> &Session {
        &self.slot(handle).session
    }

    #[cfg(feature = "serde")]
    pub(super) fn hasher(&self) -> &S {
        &self.hasher
    }

    /// The states of all sessions, in no order.
    #[cfg(feature = "serde")]
    pub(super) fn states(&self) -> impl Iterator<Item = crate::machine::State> {
        self.slots.iter().filter(|slot| !slot.is_vacant()).map(|slot| slot.session.state())
    }

    /// All sessions that `which` wants, in byte order of DN, then id. Looks at every session.
    pub(super) fn sorted(&self, which: impl Fn(&Slot) -> bool) -> Vec<Handle> {
        let wanted = self.slots.iter().enumerate().filter(|(_, slot)| !slot.is_vacant() && which(slot));
        let mut handles: Vec<Handle> = wanted.filter_map(|(place, _)| Handle::of(place)).collect();
        self.sort(&mut handles);
        handles
    }

    /// Into the order of lists: byte order of DN, then id.
    fn sort(&self, handles: &mut [Handle]) {
        handles.sort_unstable_by(|&one, &other| self.list_key(one).cmp(&self.list_key(other)));
    }

    /// What lists are sorted by.
    pub(super) fn list_key(&self, handle: Handle) -> (&str, &str) {
        let session = self.session(handle);
        (session.this_dn(), session.id())
    }

    fn index(&self, shared: Shared) -> &HashIndex<List> {
        match shared {
            Shared::Dn => &self.by_dn,
            Shared::Call => &self.by_call,
        }
    }

    fn index_mut(&mut self, shared: Shared) -> &mut HashIndex<List> {
        match shared {
            Shared::Dn => &mut self.by_dn,
            Shared::Call => &mut self.by_call,
        }
    }
}

impl<S: BuildHasher> Slots<S> {
    pub(super) fn find(&self, this_dn: &str, id: &str) -> Option<Handle> {
        self.by_key.get(self.hasher.hash_one((this_dn, id)), |handle| self.session(handle).is_of(this_dn, id))
    }

    /// The sessions of a DN or of a call, in byte order of DN, then id.
    pub(super) fn sharing(&self, shared: Shared, key: &str) -> Vec<Handle> {
        let mut handles: Vec<Handle> = self.chain(shared, key).collect();
        self.sort(&mut handles);
        handles
    }

    /// Whether a DN or a call has a session that is so.
    pub(super) fn any(&self, shared: Shared, key: &str, is_so: impl Fn(&Session) -> bool) -> bool {
        self.chain(shared, key).any(|handle| is_so(self.session(handle)))
    }

    /// How many sessions a DN or a call has.
    pub(super) fn count(&self, shared: Shared, key: &str) -> usize {
        self.list(shared, key).map_or(0, |list| list.len as usize)
    }

    /// The sessions of a DN or of a call, the last that came first.
    fn chain(&self, shared: Shared, key: &str) -> impl Iterator<Item = Handle> {
        let next = move |handle: &Handle| self.slot(*handle).links(shared).next;
        core::iter::successors(self.list(shared, key).map(|list| list.first), next)
    }

    /// Adds a session whose key is new; `None` where no place is left (2³² - 1 sessions).
    pub(super) fn insert(&mut self, session: Session, last_heard: u64) -> Option<Handle> {
        let hash = self.hasher.hash_one((session.this_dn(), session.id()));
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
        self.link(Shared::Dn, handle);
        self.link(Shared::Call, handle);
        Some(handle)
    }

    /// Takes a session out.
    pub(super) fn remove(&mut self, handle: Handle) -> Session {
        self.unlink(Shared::Dn, handle);
        self.unlink(Shared::Call, handle);
        let session = core::mem::replace(&mut self.slot_mut(handle).session, Session::vacant());
        self.by_key.remove(self.hasher.hash_one((session.this_dn(), session.id())), |found| found == handle);
        self.free.push(handle);
        session
    }

    fn list(&self, shared: Shared, key: &str) -> Option<List> {
        self.index(shared).get(self.hasher.hash_one(key), |list| shared.of(self.session(list.first)) == key)
    }

    /// Puts the session at the front of its list.
    fn link(&mut self, shared: Shared, handle: Handle) {
        let key = shared.of(self.session(handle));
        let hash = self.hasher.hash_one(key);
        let Some(List { first, len }) = self.list(shared, key) else {
            self.index_mut(shared).insert(hash, List { first: handle, len: 1 });
            return;
        };
        self.slot_mut(first).links_mut(shared).previous = Some(handle);
        self.slot_mut(handle).links_mut(shared).next = Some(first);
        self.replace(shared, hash, first, List { first: handle, len: len + 1 });
    }

    /// Takes the session out of its list.
    fn unlink(&mut self, shared: Shared, handle: Handle) {
        let slot = self.slot(handle);
        let Links { previous, next } = *slot.links(shared);
        let key = shared.of(&slot.session);
        let hash = self.hasher.hash_one(key);
        let Some(List { first, len }) = self.list(shared, key) else {
            return;
        };
        if let Some(previous) = previous {
            self.slot_mut(previous).links_mut(shared).next = next;
        }
        if let Some(next) = next {
            self.slot_mut(next).links_mut(shared).previous = previous;
        }
        match if first == handle { next } else { Some(first) } {
            Some(still_first) => self.replace(shared, hash, first, List { first: still_first, len: len - 1 }),
            None => {
                self.index_mut(shared).remove(hash, |list| list.first == first);
            }
        }
    }

    /// Replaces the list that began with this session.
    fn replace(&mut self, shared: Shared, hash: u64, began: Handle, new: List) {
        if let Some(list) = self.index_mut(shared).get_mut(hash, |list| list.first == began) {
            *list = new;
        }
    }
}
