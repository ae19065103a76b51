//! A hash index: from a hash to a small value, the keys being kept elsewhere.
//!
//! `alloc` has no hash map, and a map would keep every key a second time. Open addressing, linear probing, deletion by
//! shifting back. The low 32 bits of each hash are stored, so growing does not hash the keys again.

use alloc::vec::Vec;

#[derive(Debug, Clone)]
pub(super) struct HashIndex<V> {
    /// A power of two of places, or none.
    places: Vec<Option<Entry<V>>>,
    len: usize,
}

#[derive(Debug, Clone, Copy)]
struct Entry<V> {
    hash: u32,
    value: V,
}

impl<V: Copy> HashIndex<V> {
    pub(super) const fn new() -> Self {
        HashIndex { places: Vec::new(), len: 0 }
    }

    /// The value with this hash that `is_it` knows.
    pub(super) fn get(&self, hash: u64, is_it: impl Fn(V) -> bool) -> Option<V> {
        let place = self.find(hash, is_it)?;
        self.places.get(place)?.as_ref().map(|entry| entry.value)
    }

    /// The value with this hash that `is_it` knows, and where it is: to be replaced there before anything is added or removed.
    pub(super) fn locate(&self, hash: u64, is_it: impl Fn(V) -> bool) -> Option<(usize, V)> {
        let place = self.find(hash, is_it)?;
        self.places.get(place)?.as_ref().map(|entry| (place, entry.value))
    }

    /// Replaces the value at a place.
    pub(super) fn replace(&mut self, place: usize, value: V) {
        if let Some(Some(entry)) = self.places.get_mut(place) {
            entry.value = value;
        }
    }

    /// Adds a value whose key is not there yet.
    pub(super) fn insert(&mut self, hash: u64, value: V) {
        // At most 7 of 8 places are taken, so a search ends.
        if (self.len + 1) * 8 > self.places.len() * 7 {
            self.grow();
        }
        self.put(Entry { hash: hash as u32, value });
        self.len += 1;
    }

    /// Takes out the value with this hash that `is_it` knows.
    pub(super) fn remove(&mut self, hash: u64, is_it: impl Fn(V) -> bool) -> Option<V> {
        let mut hole = self.find(hash, is_it)?;
        let removed = self.places.get_mut(hole)?.take()?;
        self.len -= 1;
        // Entries after the hole that a search would no longer reach move into it.
        let mut place = self.next(hole);
        while let Some(entry) = self.places.get(place).copied().flatten() {
            let home = self.home(entry.hash);
            let reaches_hole = place.wrapping_sub(home) & self.mask() >= place.wrapping_sub(hole) & self.mask();
            if reaches_hole {
                self.places.swap(hole, place);
                hole = place;
            }
            place = self.next(place);
        }
        Some(removed.value)
    }

    fn find(&self, hash: u64, is_it: impl Fn(V) -> bool) -> Option<usize> {
        let hash = hash as u32;
        let mut place = self.home(hash);
        while let Some(entry) = self.places.get(place)? {
            if entry.hash == hash && is_it(entry.value) {
                return Some(place);
            }
            place = self.next(place);
        }
        None
    }

    fn put(&mut self, entry: Entry<V>) {
        let mut place = self.home(entry.hash);
        while let Some(taken) = self.places.get_mut(place) {
            if taken.is_none() {
                *taken = Some(entry);
                return;
            }
            place = self.next(place);
        }
    }

    fn grow(&mut self) {
        let places = (self.places.len() * 2).max(8);
        let old = core::mem::replace(&mut self.places, alloc::vec![None; places]);
        for entry in old.into_iter().flatten() {
            self.put(entry);
        }
    }

    fn mask(&self) -> usize {
        self.places.len().wrapping_sub(1)
    }

    fn home(&self, hash: u32) -> usize {
        hash as usize & self.mask()
    }

    fn next(&self, place: usize) -> usize {
        (place + 1) & self.mask()
    }
}
