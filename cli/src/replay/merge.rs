//! `--merge`: yields the events of all files in order of time, with bounded memory.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Display;

use im_session::Event;
use im_session::decode::Tally;

use super::log::{Found, Log, Place, Sink};
use super::progress::Report;
use super::reader::Reader;
use crate::when::{Clock, Moment, When};

/// How many events of each file are read ahead to find the next one. A file whose times are out of order by fewer
/// events is sorted, too.
const WINDOW: usize = 4096;

/// An event that waits to be yielded.
pub(crate) struct Waiting {
    pub(crate) place: Place,
    pub(crate) time: Option<String>,
    pub(crate) when: Option<When>,
    pub(crate) event: Event<'static>,
}

/// A file that is being merged.
struct File<'r> {
    reader: Reader<'r>,
    /// `None` after it was read to its end.
    log: Option<Log>,
    read: Read<'r>,
    ordered: BinaryHeap<Reverse<Entry>>,
    next: u64,
    /// By how many years dates without a year are moved; `None` before the first such date.
    years: Option<i64>,
}

/// The events that were read and are not sorted yet.
struct Read<'r> {
    clock: Clock,
    waiting: Vec<Waiting>,
    report: &'r Report,
}

impl Sink for Read<'_> {
    fn event(&mut self, place: &Place, found: Found<'_>) {
        let when = self.clock.next(found.time.as_deref());
        let time = found.time.map(Cow::into_owned);
        self.waiting.push(Waiting { place: place.clone(), time, when, event: found.event.into_owned() });
    }

    fn unreadable(&mut self, place: &Place, reason: &dyn Display) {
        self.report.error(place, reason);
    }

    fn warning(&mut self, place: &Place, what: &dyn Display) {
        self.report.warning(place, format_args!("warning: {what}"));
    }
}

/// Ordered by time; events with equal times, or none, in the order of the file.
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

/// Passes all events to `take` in order of time, until it returns false. Returns what was skipped.
pub(crate) fn merge(
    readers: Vec<Reader<'_>>,
    conn_ids: bool,
    report: &Report,
    mut take: impl FnMut(Waiting) -> bool,
) -> Vec<Tally> {
    let mut tallies = Vec::new();
    let mut files: Vec<File<'_>> = readers.into_iter().map(|reader| File::new(reader, conn_ids, report)).collect();
    for file in &mut files {
        tallies.extend(file.fill());
    }
    // Times without a date are on the first day that any file names; dates without a year are near it.
    let times = || files.iter().flat_map(|file| &file.read.waiting).filter_map(|waiting| waiting.when);
    let first = times().filter_map(When::day_of_a_year).min();
    let first = first.or_else(|| times().filter_map(|when| when.day).min()).unwrap_or(0);
    loop {
        for file in &mut files {
            tallies.extend(file.fill());
            file.order(first);
        }
        let key = |file: &File<'_>| file.ordered.peek().map(|Reverse(entry)| entry.key.0);
        // Of equal times, the one in the first file.
        let earliest = files.iter_mut().filter(|file| !file.ordered.is_empty()).min_by_key(|file| key(file));
        let Some(Reverse(entry)) = earliest.and_then(|file| file.ordered.pop()) else { return tallies };
        if !take(entry.waiting) {
            return tallies;
        }
    }
}

impl<'r> File<'r> {
    fn new(reader: Reader<'r>, conn_ids: bool, report: &'r Report) -> Self {
        let mut log = Log::new(conn_ids);
        reader.begin(&mut log);
        let read = Read { clock: Clock::default(), waiting: Vec::new(), report };
        File { reader, log: Some(log), read, ordered: BinaryHeap::new(), next: 0, years: None }
    }

    /// Reads until the next event can be determined. Returns what was skipped, once at the end of the file.
    fn fill(&mut self) -> Option<Tally> {
        while self.read.waiting.len() + self.ordered.len() < WINDOW {
            if !self.reader.step(self.log.as_mut()?, &mut self.read) {
                return self.log.take().map(|log| log.finish(&mut self.read));
            }
        }
        None
    }

    /// Sorts the events that were read.
    fn order(&mut self, first: i64) {
        for waiting in self.read.waiting.drain(..) {
            self.years = self.years.or_else(|| waiting.when?.years_to(first));
            let when = waiting.when.map(|when| when.moved(self.years.unwrap_or(0)));
            let key = (when.map(|when| when.moment(first)), self.next);
            self.next += 1;
            self.ordered.push(Reverse(Entry { key, waiting }));
        }
    }
}
