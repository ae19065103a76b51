//! Selects the events to show. All events are replayed; the filters only affect what is shown.

use std::str::FromStr;

use clap::{Args, ValueEnum};
use im_session::{Outcome, Session};

use super::Shown;
use crate::when::{Bound, When};

/// The filters, which apply to every format.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Filters")]
pub(crate) struct Filters {
    /// Only events at these DNs.
    #[arg(long, value_name = "DN", value_delimiter = ',')]
    dn: Vec<String>,

    /// Only events of these calls: an id, or #N, the number in the text form.
    #[arg(long, value_name = "ID|#N", value_delimiter = ',')]
    call: Vec<Call>,

    /// Only events from this time on: a time of day, with or without a date. A time of day alone applies to every day.
    /// A date in a log without a year is taken in the year that brings it nearest to this one.
    #[arg(long, value_name = "TIME")]
    since: Option<Bound>,

    /// Only events up to this time.
    #[arg(long, value_name = "TIME")]
    until: Option<Bound>,

    /// Only events with this outcome.
    #[arg(long, value_name = "OUTCOME", value_delimiter = ',', value_enum)]
    only: Vec<Only>,
}

/// A call on the command line.
#[derive(Debug, Clone)]
enum Call {
    Id(String),
    Number(usize),
}

impl FromStr for Call {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix('#').map(str::parse) {
            None if text.is_empty() => Err("expected the id of a call or #N, found nothing".to_owned()),
            None => Ok(Call::Id(text.to_owned())),
            Some(Ok(number)) => Ok(Call::Number(number)),
            Some(Err(_)) => Err("expected a number after #".to_owned()),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    Changed,
    Unchanged,
    Rejected,
    Message,
    Ignored,
}

impl Only {
    fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Changed { .. } => Only::Changed,
            Outcome::Unchanged => Only::Unchanged,
            Outcome::Rejected(_) => Only::Rejected,
            Outcome::Message(_) => Only::Message,
            Outcome::Ignored => Only::Ignored,
        }
    }
}

impl Filters {
    /// Removes the values of `--dn` that assign a DN to an endpoint, `ENDPOINT=DN`: they are no filters.
    pub(crate) fn take_dns_of_endpoints(&mut self) -> Vec<(String, String)> {
        let (of_endpoints, chosen) = std::mem::take(&mut self.dn).into_iter().partition(|dn| dn.contains('='));
        self.dn = chosen;
        let of_endpoints: Vec<String> = of_endpoints;
        let pairs = of_endpoints.iter().filter_map(|text| text.rsplit_once('='));
        pairs.map(|(endpoint, dn)| (endpoint.to_owned(), dn.to_owned())).collect()
    }

    /// Whether any filter is set.
    pub(super) fn leave_out(&self) -> bool {
        let Filters { dn, call, since, until, only } = self;
        !dn.is_empty() || !call.is_empty() || since.is_some() || until.is_some() || !only.is_empty()
    }

    /// Whether a call is selected by its number.
    pub(super) fn name_numbers(&self) -> bool {
        self.call.iter().any(|call| matches!(call, Call::Number(_)))
    }

    pub(super) fn choose(&self, shown: &Shown<'_>) -> bool {
        let id = shown.event.call_uuid();
        let of_call = self.choose_call(id, shown.call);
        let outcome = Only::of(shown.handled.outcome());
        of_call
            && self.choose_dn(shown)
            && (self.only.is_empty() || self.only.contains(&outcome))
            && self.choose_time(shown.source.when)
    }

    pub(super) fn choose_session(&self, session: &Session, number: Option<usize>) -> bool {
        let at_dn = self.dn.is_empty() || self.dn.iter().any(|dn| dn == session.this_dn());
        at_dn && self.choose_call(Some(session.id()), number)
    }

    fn choose_call(&self, id: Option<&str>, number: Option<usize>) -> bool {
        let is = |call: &Call| match call {
            Call::Id(chosen) => id == Some(chosen.as_str()),
            Call::Number(chosen) => number == Some(*chosen),
        };
        self.call.is_empty() || self.call.iter().any(is)
    }

    /// An event to a whole call is at every DN where it changed a session.
    fn choose_dn(&self, shown: &Shown<'_>) -> bool {
        let is = |dn: &str| self.dn.iter().any(|chosen| chosen == dn);
        self.dn.is_empty()
            || match shown.event.this_dn() {
                Some(dn) => is(dn),
                None => shown.handled.changed().any(|session| is(session.this_dn())),
            }
    }

    /// An event without a known time is in no time span.
    fn choose_time(&self, when: Option<When>) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        let Some(when) = when else { return false };
        let since = self.since.is_none_or(|bound| match bound {
            Bound::Time(bound) => when.is_since(bound),
            Bound::Day(day) => when.near(day).day.is_some_and(|of| of >= day),
        });
        let until = self.until.is_none_or(|bound| match bound {
            Bound::Time(bound) => when.is_until(bound),
            Bound::Day(day) => when.near(day).day.is_some_and(|of| of <= day),
        });
        if self.span_midnight() { since || until } else { since && until }
    }

    /// Whether both are times of day and the end is before the beginning, such as 23:50 to 00:10.
    fn span_midnight(&self) -> bool {
        match (self.since, self.until) {
            (Some(Bound::Time(since)), Some(Bound::Time(until))) => {
                since.day.is_none() && until.day.is_none() && !until.is_since(since)
            }
            _ => false,
        }
    }
}
