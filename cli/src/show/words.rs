//! The outcome of an event in words.

use im_session::event::Pair;
use im_session::session::Cause;
use im_session::{
    CallEvent, DataEvent, Event, EventName, Handled, KeyValueList, Outcome, RejectReason, Rejection, Session, State,
    Value,
};

use super::Shown;
use super::layout::Style;
use super::plain::{plain, shortened};
use crate::when::When;

/// The maximum width of one value of a log, in columns.
const LONGEST: usize = 60;

/// What happened, with its style.
pub(super) fn happened(shown: &Shown<'_>) -> (Style, String) {
    let Shown { source, event, handled, .. } = *shown;
    match handled.outcome() {
        Outcome::Changed { .. } if event.this_dn().is_none() => (Style::Cyan, whole_call(handled)),
        Outcome::Changed { from, to, participants, user_data } => match handled.changed().next() {
            Some(session) => {
                let moved = (from != &Some(*to)).then_some((*from, *to));
                (state_style(Some(*to)), changed(moved, *participants, *user_data, session))
            }
            None => (Style::Plain, String::new()),
        },
        Outcome::Unchanged => (Style::Dim, "nothing changed".to_owned()),
        Outcome::Message(text) => (Style::Cyan, format!("message “{}”", value_text(text))),
        Outcome::Ignored => ignored(event),
        Outcome::Rejected(rejection) => {
            let numbers = match (rejection.reason, event.event_sequence_number) {
                (RejectReason::Stale, Some(number)) => match source.last {
                    Some(last) => format!(" (number {number}, the last was {})", last.event_sequence_number),
                    None => format!(" (number {number})"),
                },
                _ => String::new(),
            };
            (Style::Red, format!("{}{numbers}", refused(rejection)))
        }
    }
}

pub(super) fn state_style(state: Option<State>) -> Style {
    match state {
        Some(State::Initiating | State::Alerting) => Style::Yellow,
        Some(State::Talking) => Style::Green,
        Some(State::Completed) => Style::Bold,
        None => Style::Plain,
    }
}

/// The name of an event without the prefix that all names have.
pub(super) fn event_name(event: &Event<'_>) -> String {
    value_text(event.name.as_str().strip_prefix("Event").unwrap_or(event.name.as_str()))
}

/// A change, in words.
fn changed(moved: Option<(Option<State>, State)>, participants: bool, user_data: bool, session: &Session) -> String {
    let mut words = Vec::new();
    if let Some((from, to)) = moved {
        let from = from.map_or_else(|| "new".to_owned(), |state| state.to_string());
        let cause = session.cause().map_or_else(String::new, |cause| format!(" ({cause})"));
        words.push(format!("{from} → {to}{cause}"));
    }
    if participants {
        words.push(match session.participants().len() {
            0 => "nobody else left".to_owned(),
            _ => format!("with {}", others(session)),
        });
    }
    if user_data {
        words.push(data(session.user_data()));
    }
    words.join(", ")
}

/// Why the session ended, if this event ended it.
pub(super) fn cause_of_end(handled: &Handled<'_>) -> Option<Cause> {
    match handled.outcome() {
        Outcome::Changed { from, to: State::Completed, .. } if *from != Some(State::Completed) => {
            handled.changed().next()?.cause()
        }
        Outcome::Changed { .. }
        | Outcome::Unchanged
        | Outcome::Message(_)
        | Outcome::Ignored
        | Outcome::Rejected(_) => None,
    }
}

/// What an event to a whole call changed: user data, which is the same at all DNs.
fn whole_call(handled: &Handled<'_>) -> String {
    let dns: Vec<String> = handled.changed().map(|session| value_text(session.this_dn())).collect();
    let data = handled.changed().next().map_or_else(String::new, |session| match session.user_data() {
        list if list.is_empty() => "none left".to_owned(),
        list => user_data(list),
    });
    format!("user data changed at {}: {data}", dns.join(", "))
}

/// Why an event was ignored.
fn ignored(event: &Event<'_>) -> (Style, String) {
    match (event.error_code, event.error_message.as_deref()) {
        (None, None) => {}
        (code, message) => {
            let code = code.map_or_else(String::new, |code| format!(" {code}"));
            return (Style::Red, format!("error{code}: {}", value_text(message.unwrap_or("no reason given"))));
        }
    }
    let why = match &event.name {
        EventName::Data(DataEvent::PrivateInfo) if event.extensions.is_hidden() => "the log hides its Extensions",
        EventName::Data(DataEvent::PrivateInfo) => "its Extensions have no text",
        EventName::Error | EventName::Ack => "it answers a request",
        EventName::Other(name) => match meant(name) {
            Some(meant) => return (Style::Red, format!("ignored: unknown event name, perhaps {meant} is meant")),
            None => "such events do not concern sessions",
        },
        EventName::Call(_) | EventName::Data(_) => "such events do not concern sessions",
    };
    (Style::Dim, format!("ignored: {why}"))
}

/// The known event whose name differs from this one by at most two letters: added, omitted, swapped or replaced.
fn meant(name: &str) -> Option<&'static str> {
    let calls = CallEvent::ALL.into_iter().map(CallEvent::name);
    let mut names = calls.chain(DataEvent::ALL.into_iter().map(DataEvent::name));
    // A name may be of any length, and the cost of a comparison is the product of the lengths.
    let length = name.chars().count();
    names.find(|known| known.len().abs_diff(length) <= 2 && strsim::osa_distance(known, name) <= 2)
}

fn refused(rejection: &Rejection) -> String {
    let state = rejection.state.map_or_else(String::new, |state| format!(" in {state}"));
    let limit = rejection.limit.map_or_else(String::new, |limit| format!(" ({limit})"));
    format!("refused{state}, {}: {}{limit}", rejection.reason, rejection.reason.sentence())
}

/// The other parties, on one line.
pub(super) fn others(session: &Session) -> String {
    session.participants().map(value_text).collect::<Vec<_>>().join(", ")
}

fn data(list: &KeyValueList<'_>) -> String {
    if list.is_empty() { "no user data".to_owned() } else { format!("data {}", user_data(list)) }
}

/// User data, on one line.
pub(super) fn user_data(list: &KeyValueList<'_>) -> String {
    let pair = |pair: &Pair<'_>| format!("{}={}", value_text(&pair.key), value(&pair.value));
    list.pairs().iter().map(pair).collect::<Vec<_>>().join(" ")
}

fn value(value: &Value<'_>) -> String {
    match value {
        Value::String(text) => format!("'{}'", value_text(text)),
        Value::Binary(text) => value_text(text),
        Value::Integer(number) => number.to_string(),
        Value::List(inner) => format!("({})", user_data(inner)),
    }
}

/// A text of a log, on one line and shortened.
pub(super) fn value_text(text: &str) -> String {
    shortened(text, LONGEST)
}

/// A number with its noun: `1 event`, `2 events`.
pub(super) fn count(number: u64, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// The time of day in the time of an event, to the millisecond, and the date before it: those by which events are
/// ordered. A text that has no such time is searched for a clock.
pub(super) fn time_and_date(time: &str) -> (String, String) {
    let Some((date, clock)) = When::written(time).or_else(|| a_clock(time)) else {
        return (plain(time), String::new());
    };
    let to_millisecond = match clock.find(['.', ',']).or_else(|| clock.match_indices(':').nth(2).map(|(at, _)| at)) {
        // Seconds since 1970 have their decimal point elsewhere.
        Some(point) if clock.contains(':') => clock.get(..point + 4).unwrap_or(clock),
        Some(_) | None => clock,
    };
    (plain(to_millisecond), plain(date))
}

/// A clock somewhere in a text, and the text before it. The last digits of a year are not an hour.
fn a_clock(time: &str) -> Option<(&str, &str)> {
    let bytes = time.as_bytes();
    let is_clock = |window: &[u8]| {
        let mut pairs = window.iter().zip(b"00:00:00");
        pairs.all(|(byte, form)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form })
    };
    let begins = |start: usize| start == 0 || !bytes.get(start - 1).is_some_and(u8::is_ascii_digit);
    let start = (0..bytes.len()).find(|&at| begins(at) && bytes.get(at..at + 8).is_some_and(is_clock))?;
    let (date, rest) = time.split_at_checked(start)?;
    let fraction = rest.get(8..).unwrap_or_default();
    let digits = match fraction.strip_prefix(['.', ',']) {
        Some(digits) => digits.bytes().take_while(u8::is_ascii_digit).count(),
        None => 0,
    };
    let end = if digits > 0 { 9 + digits } else { 8 };
    Some((date.trim_end_matches(['T', ' ', ':']), rest.get(..end)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every form of a date with every form of a time of day: the time shown is the one by which events are ordered.
    #[test]
    fn the_time_and_the_date_that_are_shown_are_those_that_are_read() {
        let dates = [
            ("", ""),
            ("2015-05-29T", "2015-05-29"),
            ("2015-05-29 ", "2015-05-29"),
            ("2015-05-29_", "2015-05-29"),
            ("2015/05/29 ", "2015/05/29"),
            ("2015/05/29:", "2015/05/29"),
            ("29/May/2015:", "29/May/2015"),
            ("29/May/2015 ", "29/May/2015"),
            ("29-May-2015 ", "29-May-2015"),
            ("29 May 2015 ", "29 May 2015"),
            ("May 29 2015 ", "May 29 2015"),
            ("May  9 ", "May  9"),
            ("@", ""),
            ("[", ""),
            ("[29/May/2015:", "29/May/2015"),
        ];
        let clocks = [
            ("12:21:16", "12:21:16"),
            ("12:21:16.4", "12:21:16.4"),
            ("12:21:16.438", "12:21:16.438"),
            ("12:21:16.4380", "12:21:16.438"),
            ("12:21:16.438123456", "12:21:16.438"),
            ("12:21:16,438", "12:21:16,438"),
            ("12:21:16:438", "12:21:16:438"),
            ("12:21", "12:21"),
            ("9:21:16.438", "9:21:16.438"),
        ];
        for (before, date) in dates {
            for (clock, shown) in clocks {
                for after in ["", "Z", "+02:00", " -0500", "]"] {
                    let text = format!("{before}{clock}{after}");
                    assert_eq!(time_and_date(&text), (shown.to_owned(), date.to_owned()), "{text}");
                    let (read, again) = (When::parse(&text).expect(&text), When::parse(shown).expect(shown));
                    assert_eq!(read.of_day().as_millis(), again.of_day().as_millis(), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_time_of_another_form_is_shown_as_far_as_it_is_one() {
        let shown = |text: &str| {
            let (time, date) = time_and_date(text);
            format!("{date}|{time}")
        };
        assert_eq!(shown("Fri May 29 12:21:16.4380 2015"), "Fri May 29|12:21:16.438");
        assert_eq!(shown("29.05.2015:12:21:16"), "29.05.2015|12:21:16");
        assert_eq!(shown("1420631348.388"), "|1420631348.388");
        assert_eq!(shown("noon"), "|noon");
        assert_eq!(shown(""), "|");
    }
}
