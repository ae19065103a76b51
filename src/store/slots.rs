//! Where the sessions lie, and how those of one DN and those of one call hang together.
//!
//! A session has a place of its own (a [`Handle`]). One index finds it by (ThisDN, CallUUID); two more find the first
//! session of a DN and of a call, from which the others hang as lists through the places themselves. So nothing is ever
//! searched for among all sessions, and no key is kept twice.

use alloc::vec::Vec;
use core::hash::BuildHasher;
use core::num::NonZeroU32;

use super::index::Index;
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
    pub(super) heard: u64,
    dn_links: Links,
    call_links: Links,
}

// One byte more, and each would take as much room as two.
const _: () = assert!(size_of::<Option<Slot>>() == 128);

#[derive(Debug, Clone)]
pub(super) struct Slots<S> {
    slots: Vec<Option<Slot>>,
    free: Vec<Handle>,
    by_key: Index<Handle>,
    by_dn: Index<List>,
    by_call: Index<List>,
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
            by_key: Index::new(),
            by_dn: Index::new(),
            by_call: Index::new(),
            hasher,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(super) fn slot(&self, handle: Handle) -> Option<&Slot> {
        self.slots.get(handle.place())?.as_ref()
    }

    pub(super) fn slot_mut(&mut self, handle: Handle) -> Option<&mut Slot> {
        self.slots.get_mut(handle.place())?.as_mut()
    }

    pub(super) fn session(&self, handle: Handle) -> Option<&Session> {
        self.slot(handle).map(|slot| &slot.session)
    }

    #[cfg(feature = "serde")]
    pub(super) fn hasher(&self) -> &S {
        &self.hasher
    }

    /// The states of all sessions, in no order.
    #[cfg(feature = "serde")]
    pub(super) fn states(&self) -> impl Iterator<Item = crate::machine::State> {
        self.slots.iter().flatten().map(|slot| slot.session.state())
    }

    /// All sessions that `which` wants, in byte order of DN, then id. Looks at every session.
    pub(super) fn sorted(&self, which: impl Fn(&Slot) -> bool) -> Vec<Handle> {
        let wanted = self.slots.iter().enumerate().filter(|(_, slot)| slot.as_ref().is_some_and(&which));
        let mut handles: Vec<Handle> = wanted.filter_map(|(place, _)| Handle::of(place)).collect();
        self.sort(&mut handles);
        handles
    }

    /// Into the order of lists: byte order of DN, then id.
    fn sort(&self, handles: &mut [Handle]) {
        handles.sort_unstable_by(|&one, &other| self.list_key(one).cmp(&self.list_key(other)));
    }

    /// What lists are sorted by.
    pub(super) fn list_key(&self, handle: Handle) -> Option<(&str, &str)> {
        self.session(handle).map(|session| (session.this_dn(), session.id()))
    }

    fn index(&self, shared: Shared) -> &Index<List> {
        match shared {
            Shared::Dn => &self.by_dn,
            Shared::Call => &self.by_call,
        }
    }

    fn index_mut(&mut self, shared: Shared) -> &mut Index<List> {
        match shared {
            Shared::Dn => &mut self.by_dn,
            Shared::Call => &mut self.by_call,
        }
    }
}

impl<S: BuildHasher> Slots<S> {
    pub(super) fn find(&self, this_dn: &str, id: &str) -> Option<Handle> {
        self.by_key.get(self.hasher.hash_one((this_dn, id)), |handle| {
            self.session(handle).is_some_and(|session| session.is_of(this_dn, id))
        })
    }

    /// The sessions of a DN or of a call, in byte order of DN, then id.
    pub(super) fn sharing(&self, shared: Shared, key: &str) -> Vec<Handle> {
        let mut handles: Vec<Handle> = self.chain(shared, key).collect();
        self.sort(&mut handles);
        handles
    }

    /// Whether a DN or a call has a session that is so.
    pub(super) fn any(&self, shared: Shared, key: &str, is_so: impl Fn(&Session) -> bool) -> bool {
        self.chain(shared, key).any(|handle| self.session(handle).is_some_and(&is_so))
    }

    /// How many sessions a DN or a call has.
    pub(super) fn count(&self, shared: Shared, key: &str) -> usize {
        self.list(shared, key).map_or(0, |list| list.len as usize)
    }

    /// The sessions of a DN or of a call, the last that came first.
    fn chain(&self, shared: Shared, key: &str) -> impl Iterator<Item = Handle> {
        let next = move |handle: &Handle| self.slot(*handle).and_then(|slot| slot.links(shared).next);
        core::iter::successors(self.list(shared, key).map(|list| list.first), next)
    }

    /// Adds a session whose key is not there yet; `None` where there is no place left (2³² - 1 sessions).
    pub(super) fn insert(&mut self, session: Session, heard: u64) -> Option<Handle> {
        let handle = match self.free.pop() {
            Some(handle) => handle,
            None => {
                let handle = Handle::of(self.slots.len())?;
                self.slots.push(None);
                handle
            }
        };
        self.by_key.insert(self.hasher.hash_one((session.this_dn(), session.id())), handle);
        let slot = Slot { session, heard, dn_links: Links::default(), call_links: Links::default() };
        if let Some(place) = self.slots.get_mut(handle.place()) {
            *place = Some(slot);
        }
        self.link(Shared::Dn, handle);
        self.link(Shared::Call, handle);
        Some(handle)
    }

    /// Takes a session out.
    pub(super) fn remove(&mut self, handle: Handle) -> Option<Session> {
        self.unlink(Shared::Dn, handle);
        self.unlink(Shared::Call, handle);
        let session = self.slots.get_mut(handle.place())?.take()?.session;
        self.by_key.remove(self.hasher.hash_one((session.this_dn(), session.id())), |found| found == handle);
        self.free.push(handle);
        Some(session)
    }

    fn list(&self, shared: Shared, key: &str) -> Option<List> {
        let is_it = |list: List| self.session(list.first).is_some_and(|session| shared.of(session) == key);
        self.index(shared).get(self.hasher.hash_one(key), is_it)
    }

    /// Puts the session at the front of its list.
    fn link(&mut self, shared: Shared, handle: Handle) {
        let Some(key) = self.session(handle).map(|session| shared.of(session)) else {
            return;
        };
        let hash = self.hasher.hash_one(key);
        let Some(List { first, len }) = self.list(shared, key) else {
            self.index_mut(shared).insert(hash, List { first: handle, len: 1 });
            return;
        };
        if let Some(slot) = self.slot_mut(first) {
            slot.links_mut(shared).previous = Some(handle);
        }
        if let Some(slot) = self.slot_mut(handle) {
            slot.links_mut(shared).next = Some(first);
        }
        self.replace(shared, hash, first, List { first: handle, len: len + 1 });
    }

    /// Takes the session out of its list.
    fn unlink(&mut self, shared: Shared, handle: Handle) {
        let Some(slot) = self.slot(handle) else {
            return;
        };
        let Links { previous, next } = *slot.links(shared);
        let key = shared.of(&slot.session);
        let hash = self.hasher.hash_one(key);
        let Some(List { first, len }) = self.list(shared, key) else {
            return;
        };
        if let Some(slot) = previous.and_then(|previous| self.slot_mut(previous)) {
            slot.links_mut(shared).next = next;
        }
        if let Some(slot) = next.and_then(|next| self.slot_mut(next)) {
            slot.links_mut(shared).previous = previous;
        }
        match if first == handle { next } else { Some(first) } {
            Some(still_first) => self.replace(shared, hash, first, List { first: still_first, len: len - 1 }),
            None => {
                self.index_mut(shared).remove(hash, |list| list.first == first);
            }
        }
    }

    /// Puts this list in the place of the one that began so.
    fn replace(&mut self, shared: Shared, hash: u64, began: Handle, new: List) {
        if let Some(list) = self.index_mut(shared).get_mut(hash, |list| list.first == began) {
            *list = new;
        }
    }
}
