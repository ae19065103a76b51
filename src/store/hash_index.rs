//! A hash index from keys to small values, which stores no keys.
//!
//! `alloc` has no hash map, and a map would store every key a second time. It uses open addressing with linear probing,
//! and backward shift deletion. The low 32 bits of each hash are stored, so growing does not hash the keys again.

use alloc::vec::Vec;

#[derive(Debug, Clone)]
pub(super) struct HashIndex<V> {
    /// Its length is a power of two, or 0.
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

    /// The value with this hash for which `is_it` returns `true`.
    pub(super) fn get(&self, hash: u64, is_it: impl Fn(V) -> bool) -> Option<V> {
        let place = self.find(hash, is_it)?;
        self.places.get(place)?.as_ref().map(|entry| entry.value)
    }

    /// The value with this hash for which `is_it` returns `true`, and its place. The place is valid until a value is
    /// inserted or removed.
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

    /// Inserts a value. Its key must be new.
    pub(super) fn insert(&mut self, hash: u64, value: V) {
        // At most 7 of 8 places are taken, so each search finds an empty one and ends.
        if (self.len + 1) * 8 > self.places.len() * 7 {
            self.grow();
        }
        self.put(Entry { hash: hash as u32, value });
        self.len += 1;
    }

    /// Removes the value with this hash for which `is_it` returns `true`.
    pub(super) fn remove(&mut self, hash: u64, is_it: impl Fn(V) -> bool) -> Option<V> {
        let mut hole = self.find(hash, is_it)?;
        let removed = self.places.get_mut(hole)?.take()?;
        self.len -= 1;
        // Move into the hole each entry after it that a search would no longer reach.
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
