//! The ends of sessions that are gone. They prevent a reordered or redelivered feed from bringing a session back to
//! life. Specification 2.1, "What has ended stays ended".

use alloc::boxed::Box;
use alloc::collections::BTreeMap;

use crate::session::EventIdentity;

/// At most one end for each key. If there are too many, the oldest is forgotten.
#[derive(Debug, Clone, Default)]
pub(super) struct RememberedEnds {
    /// By DN, then id.
    by_dn: BTreeMap<Box<str>, BTreeMap<Box<str>, RememberedEnd>>,
    /// DN and id, ordered by when they were remembered.
    by_order: BTreeMap<u64, (Box<str>, Box<str>)>,
    /// The number of all ends that were ever remembered.
    remembered: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RememberedEnd {
    pub(super) identity: EventIdentity,
    /// The number of this end among all that were ever remembered, from 1.
    pub(super) order: u64,
}

impl RememberedEnds {
    pub(super) const fn new() -> Self {
        RememberedEnds { by_dn: BTreeMap::new(), by_order: BTreeMap::new(), remembered: 0 }
    }

    pub(super) fn get(&self, this_dn: &str, id: &str) -> Option<RememberedEnd> {
        self.by_dn.get(this_dn)?.get(id).copied()
    }

    /// Remembers an end, and replaces that of the same key. If this exceeds `limit`, forgets the oldest end and returns
    /// its DN and id.
    pub(super) fn remember(
        &mut self,
        this_dn: &str,
        id: &str,
        identity: EventIdentity,
        limit: usize,
    ) -> Option<(Box<str>, Box<str>)> {
        self.forget(this_dn, id);
        self.insert(this_dn, id, RememberedEnd { identity, order: self.remembered.saturating_add(1) });
        if self.by_order.len() <= limit {
            return None;
        }
        let (_, (this_dn, id)) = self.by_order.pop_first()?;
        self.take(&this_dn, &id);
        Some((this_dn, id))
    }

    /// Forgets an end, and returns its identity.
    pub(super) fn forget(&mut self, this_dn: &str, id: &str) -> Option<EventIdentity> {
        let end = self.take(this_dn, id)?;
        self.by_order.remove(&end.order);
        Some(end.identity)
    }

    fn take(&mut self, this_dn: &str, id: &str) -> Option<RememberedEnd> {
        let of_dn = self.by_dn.get_mut(this_dn)?;
        let end = of_dn.remove(id)?;
        if of_dn.is_empty() {
            self.by_dn.remove(this_dn);
        }
        Some(end)
    }

    fn insert(&mut self, this_dn: &str, id: &str, end: RememberedEnd) {
        self.remembered = self.remembered.max(end.order);
        self.by_order.insert(end.order, (this_dn.into(), id.into()));
        self.by_dn.entry(this_dn.into()).or_default().insert(id.into(), end);
    }
}

#[cfg(feature = "serde")]
impl RememberedEnds {
    /// Forgets the oldest ends.
    pub(super) fn forget_oldest(&mut self, count: usize) {
        for _ in 0..count {
            if let Some((_, (this_dn, id))) = self.by_order.pop_first() {
                self.take(&this_dn, &id);
            }
        }
    }

    /// DN, id and end, in byte order of DN, then id.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str, RememberedEnd)> {
        self.by_dn.iter().flat_map(|(dn, of_dn)| of_dn.iter().map(move |(id, end)| (&**dn, &**id, *end)))
    }

    /// Puts back an end of a snapshot. Returns `false`, without doing so, if its key or its order is taken.
    pub(super) fn put_back(&mut self, this_dn: &str, id: &str, end: RememberedEnd) -> bool {
        let is_new = self.get(this_dn, id).is_none() && !self.by_order.contains_key(&end.order);
        if is_new {
            self.insert(this_dn, id, end);
        }
        is_new
    }
}
