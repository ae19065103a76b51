//! Reads the body of a POST of events: the events in it, and the lines that are not events.

use im_session::decode::json_object;
use im_session::{Event, KeyValueList};
use serde::Serialize;

/// The most errors that are listed; further ones are only counted.
pub const MOST_ERRORS: usize = 1_000;

/// The most events of a body.
pub const MOST_EVENTS: usize = 20_000;

/// The most pairs of user data and extensions in all events of a body.
pub const MOST_PAIRS: usize = 200_000;

/// The longest line in bytes: 1 MiB, as in a log.
pub const LONGEST_LINE: usize = 1_024 * 1_024;

/// Some editors put this in front of a text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The contents of a body.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventLines {
    /// The events, in order.
    pub events: Vec<Event<'static>>,
    /// The lines that could not be read, at most [`MOST_ERRORS`].
    pub errors: Vec<LineError>,
    /// How many further lines could not be read.
    pub more_errors: usize,
    /// Whether there were more events or pairs than [`MOST_EVENTS`] and [`MOST_PAIRS`]. The rest was not read then.
    pub is_too_much: bool,
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineError {
    /// Its number, from 1.
    pub line: u64,
    /// What was expected there, and what was found.
    pub error: String,
}

impl EventLines {
    /// Reads JSON lines (specification 6.1), one event per line, also as a JSON array with one object per line. Blank
    /// lines and the brackets of the array are skipped; every other line that is not an event is an error.
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        let (mut lines, mut pairs) = (EventLines::default(), 0);
        let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
        for (line, number) in body.split(|&byte| byte == b'\n').zip(1..) {
            let line = line.trim_ascii();
            if !matches!(line, b"" | b"[" | b"]") {
                let event = event(json_object(line).unwrap_or(line));
                pairs += event.as_ref().map_or(0, pairs_of);
                lines.take(number, event);
            }
            if lines.events.len() > MOST_EVENTS || pairs > MOST_PAIRS {
                lines.is_too_much = true;
                break;
            }
        }
        lines
    }

    fn take(&mut self, line: u64, event: Result<Event<'static>, String>) {
        match event {
            Ok(event) => self.events.push(event),
            Err(error) if self.errors.len() < MOST_ERRORS => self.errors.push(LineError { line, error }),
            Err(_) => self.more_errors += 1,
        }
    }
}

fn pairs_of(event: &Event<'_>) -> usize {
    [&event.user_data, &event.extensions].into_iter().filter_map(|list| list.list()).map(KeyValueList::pair_count).sum()
}

/// Reads one line. Bytes that are not UTF-8 are replaced, as everywhere in events.
fn event(line: &[u8]) -> Result<Event<'static>, String> {
    if line.len() > LONGEST_LINE {
        return Err(format!("expected a line of at most {LONGEST_LINE} bytes, got {}", line.len()));
    }
    let text = String::from_utf8_lossy(line);
    let event = Event::from_json_line(&text).map_err(|error| error.to_string())?;
    // An engine would reject an event without a route; only here is its line number known.
    event.route().map_err(|error| error.to_string())?;
    Ok(event.into_owned())
}
