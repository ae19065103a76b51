//! Caches the results of the latest numbers, in bounded memory.

use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};

use im_session::AnalysedNumber;
use rustc_hash::FxBuildHasher;

/// How many numbers share a lock. The least recently used one is replaced.
const WAYS: usize = 4;
const MOST: usize = 1 << 20;

/// The longest number that is cached, in bytes. Longer ones are rare.
const LONGEST: usize = 24;

/// A number, padded with zeros. Stored inline, so that a comparison needs no further memory access.
type Key = [u8; LONGEST];

/// The result for a number; `None` if it is not a public number. An unused entry has the key of a number without
/// digits, which is not a public number.
#[derive(Debug, Default)]
struct Entry {
    key: Key,
    found: Option<AnalysedNumber>,
}

/// The entries of one set, the most recently used first.
type Set = [Entry; WAYS];

/// A number belongs to one set, by its hash. Numbers with the same hash, by chance or intention, only displace each
/// other; a lookup does not take longer.
#[derive(Debug)]
pub(crate) struct Cache {
    sets: Box<[Mutex<Set>]>,
}

impl Cache {
    /// Room for about this many numbers, at most 1 048 576; none if 0.
    pub(crate) fn new(numbers: usize) -> Self {
        let sets = numbers.min(MOST).div_ceil(WAYS);
        Cache { sets: (0..sets).map(|_| Mutex::default()).collect() }
    }

    /// The cached result of a number, or that of `find`. The number must not contain a zero byte.
    pub(crate) fn get(&self, number: &str, find: impl FnOnce() -> Option<AnalysedNumber>) -> Option<AnalysedNumber> {
        let (Some(key), Some(set)) = (key(number), self.set(FxBuildHasher.hash_one(number))) else { return find() };
        // A set is consistent at every point where `find` could panic.
        let mut set = set.lock().unwrap_or_else(PoisonError::into_inner);
        match set.iter().position(|entry| entry.key == key) {
            Some(0) => {}
            Some(position) => set.get_mut(..=position)?.rotate_right(1),
            None => {
                let entry = Entry { key, found: find() };
                set.rotate_right(1);
                *set.first_mut()? = entry;
            }
        }
        set.first()?.found.clone()
    }

    fn set(&self, hash: u64) -> Option<&Mutex<Set>> {
        // Scales the hash to the number of sets, which is faster than a remainder.
        let position = (u128::from(hash) * u128::try_from(self.sets.len()).ok()?) >> u64::BITS;
        self.sets.get(usize::try_from(position).ok()?)
    }
}

fn key(number: &str) -> Option<Key> {
    let mut key = [0; LONGEST];
    key.get_mut(..number.len())?.copy_from_slice(number.as_bytes());
    Some(key)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use im_session::AnalysedNumber;

    use super::Cache;

    fn analysed(number: &str) -> Option<AnalysedNumber> {
        (number.len() > 4).then(|| AnalysedNumber::new(format!("+{number}"), number.to_owned(), None, None))
    }

    /// How many times the cache called `find` for these numbers.
    fn asked<'a>(cache: &Cache, numbers: impl IntoIterator<Item = &'a str>) -> usize {
        let asked = Cell::new(0);
        for number in numbers {
            let found = cache.get(number, || {
                asked.set(asked.get() + 1);
                analysed(number)
            });
            assert_eq!(found, analysed(number));
        }
        asked.get()
    }

    #[test]
    fn a_number_is_asked_for_once_whatever_was_found() {
        let cache = Cache::new(64);
        assert_eq!(asked(&cache, ["9165550104", "3002", "9165550104", "3002", "9165550104"]), 2);
    }

    #[test]
    fn the_number_not_asked_for_longest_goes() {
        let cache = Cache::new(4);
        assert_eq!(asked(&cache, ["1", "2", "3", "4", "1", "2", "3", "4"]), 4);
        assert_eq!(asked(&cache, ["1", "5", "1", "3", "4"]), 1);
        assert_eq!(asked(&cache, ["2"]), 1);
    }

    #[test]
    fn it_holds_as_many_numbers_as_it_has_room_for() {
        let cache = Cache::new(8);
        let numbers: Vec<String> = (10_000..20_000).map(|number: u32| number.to_string()).collect();
        assert_eq!(asked(&cache, numbers.iter().map(String::as_str)), numbers.len());
        let held: usize =
            cache.sets.iter().map(|set| set.lock().unwrap().iter().filter(|entry| entry.key[0] != 0).count()).sum();
        assert_eq!(held, 8);
    }

    #[test]
    fn longer_numbers_are_asked_for_again() {
        let (longest, longer) = ("9".repeat(super::LONGEST), "9".repeat(super::LONGEST + 1));
        assert_eq!(asked(&Cache::new(8), [&*longest, &*longest, &*longer, &*longer]), 3);
    }

    #[test]
    fn without_room_every_number_is_asked_for() {
        assert_eq!(asked(&Cache::new(0), ["1", "1"]), 2);
        assert!(Cache::new(usize::MAX).sets.len() <= super::MOST);
    }
}
