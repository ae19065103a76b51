//! `--merge`: the events of all files by time, in bounded memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use im_session::Event;

use super::log::{Item, Log, Place};
use super::reader::Reader;
use crate::when::{Clock, Moment, When};

/// So many events of each file are looked at to find the next one: a file whose times are out of order by fewer is put in order too.
const WINDOW: usize = 4096;

/// An event that waits for its turn.
pub(crate) struct Waiting {
    pub(crate) place: Place,
    pub(crate) time: Option<String>,
    pub(crate) when: Option<When>,
    pub(crate) event: Event<'static>,
}

/// One file on its way into the order.
struct File<'r> {
    reader: Reader<'r>,
    /// None once it was read to its end.
    log: Option<Log>,
    clock: Clock,
    /// What was read and is not in the order yet.
    read: Vec<Waiting>,
    ordered: BinaryHeap<Reverse<Entry>>,
    next: u64,
}

/// In the order of times; of equal times, or without any, in the order of the file.
struct Entry {
    key: (Option<Moment>, u64),
    waiting: Waiting,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

/// Gives all events to `sink`, by time; what cannot be read goes to `unreadable`. Ends early where `sink` says false. How many
/// JSON objects were skipped comes back.
pub(crate) fn merge(
    readers: Vec<Reader<'_>>,
    mut sink: impl FnMut(Waiting) -> bool,
    mut unreadable: impl FnMut(&Place, &str),
) -> u64 {
    let mut skipped = 0;
    let mut files: Vec<File<'_>> = readers.into_iter().map(File::new).collect();
    for file in &mut files {
        file.fill(&mut unreadable, &mut skipped);
    }
    // Times without a date are of the first day that any file names.
    let days = files.iter().flat_map(|file| &file.read).filter_map(|waiting| waiting.when?.day);
    let first = days.min().unwrap_or(0);
    loop {
        for file in &mut files {
            file.fill(&mut unreadable, &mut skipped);
            file.order(first);
        }
        let key = |file: &File<'_>| file.ordered.peek().map(|Reverse(entry)| entry.key.0);
        // Of equal times the first file's.
        let earliest = files.iter_mut().filter(|file| !file.ordered.is_empty()).min_by_key(|file| key(file));
        let Some(Reverse(entry)) = earliest.and_then(|file| file.ordered.pop()) else { return skipped };
        if !sink(entry.waiting) {
            return skipped;
        }
    }
}

impl<'r> File<'r> {
    fn new(mut reader: Reader<'r>) -> Self {
        let mut log = Log::new();
        reader.begin(&mut log, |_, _| ());
        File {
            reader,
            log: Some(log),
            clock: Clock::default(),
            read: Vec::new(),
            ordered: BinaryHeap::new(),
            next: 0,
        }
    }

    /// Reads on until there is enough to find the next event.
    fn fill(&mut self, unreadable: &mut impl FnMut(&Place, &str), skipped: &mut u64) {
        while self.read.len() + self.ordered.len() < WINDOW {
            let Some(log) = &mut self.log else { return };
            let File { clock, read, .. } = self;
            let mut take = |place: &Place, item: Item<'_>| match item {
                Item::Event { time, event } => {
                    let when = clock.next(time.as_deref());
                    let time = time.map(std::borrow::Cow::into_owned);
                    read.push(Waiting { place: place.clone(), time, when, event: event.into_owned() });
                }
                Item::Unreadable(reason) => unreadable(place, &reason),
            };
            if self.reader.step(log, &mut take) {
                continue;
            }
            if let Some(log) = self.log.take() {
                *skipped += log.skipped_objects();
                log.finish(take);
            }
        }
    }

    /// Puts what was read in order.
    fn order(&mut self, first: i64) {
        for waiting in self.read.drain(..) {
            let key = (waiting.when.map(|when| when.moment(first)), self.next);
            self.next += 1;
            self.ordered.push(Reverse(Entry { key, waiting }));
        }
    }
}
