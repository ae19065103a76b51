//! Counts and remembers: numbers of calls, open sessions, outcomes.

use std::collections::{BTreeMap, HashMap};

use im_session::{Event, Handled, Outcome, RejectReason, State};

use super::words::time_and_date;
use super::{Shown, Source};

/// The counters, for the formats that show them.
pub(super) struct Tally {
    numbers_calls: bool,
    for_a_person: bool,
    /// The calls that have a session, numbered in order of appearance, so that two calls of one DN can be told apart at
    /// a glance.
    calls: HashMap<String, usize>,
    /// The number of the last call.
    last: usize,
    /// Since when each session is open, by DN (and endpoint) and id.
    open: HashMap<(String, String), String>,
    /// All events, shown or not.
    pub(super) events: u64,
    /// The events that are shown, by outcome.
    pub(super) outcomes: Outcomes,
    /// The events that are shown and were refused, by reason and DN.
    pub(super) refusals: BTreeMap<RejectReason, Refusals>,
}

/// How many events were refused for one reason.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    pub(super) at: HashMap<String, u64>,
    /// At further DNs, beyond the maximum number.
    pub(super) elsewhere: u64,
}

/// For how many DNs refused events are counted separately. A log can contain any number of DNs.
const MOST_DNS: usize = 10_000;

impl Refusals {
    fn count(&mut self, dn: String) {
        if let Some(number) = self.at.get_mut(&dn) {
            *number += 1;
        } else if self.at.len() < MOST_DNS {
            self.at.insert(dn, 1);
        } else {
            self.elsewhere += 1;
        }
    }
}

/// How many events had which outcome.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Outcomes {
    pub(super) changed: u64,
    pub(super) unchanged: u64,
    pub(super) messages: u64,
    pub(super) ignored: u64,
    pub(super) refused: u64,
}

impl Outcomes {
    pub(super) fn all(&self) -> u64 {
        self.changed + self.unchanged + self.messages + self.ignored + self.refused
    }

    fn count(&mut self, outcome: &Outcome) {
        *match outcome {
            Outcome::Changed { .. } => &mut self.changed,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Message(_) => &mut self.messages,
            Outcome::Ignored => &mut self.ignored,
            Outcome::Rejected(_) => &mut self.refused,
        } += 1;
    }
}

impl Tally {
    pub(super) fn new(numbers_calls: bool, for_a_person: bool) -> Self {
        Tally {
            numbers_calls,
            for_a_person,
            calls: HashMap::new(),
            last: 0,
            open: HashMap::new(),
            events: 0,
            outcomes: Outcomes::default(),
            refusals: BTreeMap::new(),
        }
    }

    /// The number of a call that has, or had, a session.
    pub(super) fn number(&self, id: &str) -> Option<usize> {
        self.calls.get(id).copied()
    }

    /// Since when a session is open: the time, or the place if there is no time.
    pub(super) fn open_since(&self, dn: &str, endpoint: Option<&str>, id: &str) -> Option<&str> {
        self.open.get(&(at(dn, endpoint), id.to_owned())).map(String::as_str)
    }

    /// Records an event, and returns the number of its call.
    pub(super) fn event(&mut self, source: &Source<'_>, event: &Event<'_>, handled: &Handled<'_>) -> Option<usize> {
        self.events += 1;
        if self.for_a_person {
            self.remember_open(source, handled);
        }
        let id = event.call_uuid().filter(|_| self.numbers_calls)?;
        if let Some(&number) = self.calls.get(id) {
            return Some(number);
        }
        if handled.to().is_none() && handled.changed().next().is_none() {
            return None;
        }
        self.last += 1;
        self.calls.insert(id.to_owned(), self.last);
        Some(self.last)
    }

    /// The sessions of a call have ended and will not be shown any more.
    pub(super) fn forget(&mut self, id: &str) {
        self.calls.remove(id);
    }

    fn remember_open(&mut self, source: &Source<'_>, handled: &Handled<'_>) {
        // An event to a whole call does not change states.
        let Outcome::Changed { from, to, .. } = *handled.outcome() else { return };
        let is_open = to != State::Completed;
        if from.is_some_and(|state| state != State::Completed) == is_open {
            return;
        }
        let Some(session) = handled.changed().next() else { return };
        let key = (at(session.this_dn(), source.endpoint), session.id().to_owned());
        if is_open {
            let since = match (source.time, source.file) {
                (Some(time), _) => match time_and_date(time) {
                    (time, date) if date.is_empty() => time,
                    (time, date) => format!("{date} {time}"),
                },
                (None, Some(file)) => format!("{file}:{}", source.line),
                (None, None) => format!("line {}", source.line),
            };
            self.open.insert(key, since);
        } else {
            self.open.remove(&key);
        }
    }

    /// Counts an event that is shown.
    pub(super) fn shown(&mut self, shown: &Shown<'_>) {
        if !self.for_a_person {
            return;
        }
        let outcome = shown.handled.outcome();
        self.outcomes.count(outcome);
        if let Outcome::Rejected(rejection) = outcome {
            let dn = shown.event.this_dn().map_or_else(|| "whole calls".to_owned(), |dn| at(dn, shown.source.endpoint));
            self.refusals.entry(rejection.reason).or_default().count(dn);
        }
    }
}

/// The DN, with the endpoint if there are several views.
pub(super) fn at(dn: &str, endpoint: Option<&str>) -> String {
    endpoint.map_or_else(|| dn.to_owned(), |endpoint| format!("{dn} at {endpoint}"))
}
