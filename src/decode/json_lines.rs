//! One JSON object to one event: the keys are the attribute names without the prefix `Attribute`.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::DecodeErrorKind;
use super::attribute::Attribute;
use crate::event::{ConnId, Event, EventName, LIST, List, Scalar, Text};

/// The event that this line is.
pub(super) fn decode(text: &str) -> Result<Event<'_>, DecodeErrorKind> {
    let mut line =
        Line { name: Scalar::Null, event: Event::new(EventName::Ignored(Cow::Borrowed(""))), wrong: Vec::new() };
    read(text, &mut line).map_err(|error| DecodeErrorKind::NotJson { reason: without_line(&error) })?;
    line.event.name = event_name(line.name)?;
    match line.wrong.into_iter().next() {
        // Events ignored by name are not checked further.
        Some(wrong) if line.event.name.session_event().is_some() => Err(DecodeErrorKind::BadAttribute {
            event: line.event.name.as_str().into(),
            attribute: wrong.attribute.name(),
            expected: wrong.expected,
            found: wrong.found,
        }),
        Some(_) | None => Ok(line.event),
    }
}

fn event_name(name: Scalar<'_>) -> Result<EventName<'_>, DecodeErrorKind> {
    let found = match name {
        Scalar::Text(name) if name.starts_with("Event") => return Ok(EventName::from(name)),
        Scalar::Null => "none".into(),
        Scalar::Text(_) | Scalar::Unsigned(_) | Scalar::Signed(_) | Scalar::Other(_) => name.to_string(),
    };
    Err(DecodeErrorKind::NotAnEvent { found })
}

/// Reads the keys that matter into their places: the whole is too large to be handed from function to function.
fn read<'a>(text: &'a str, line: &mut Line<'a>) -> Result<(), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    line.deserialize(&mut reader)?;
    reader.end()
}

/// What the reader says, without the line: that is always the first here.
fn without_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    format!("{what} at column {}", error.column())
}

/// What is read of one line so far.
struct Line<'a> {
    /// The value of the key `Event`.
    name: Scalar<'a>,
    event: Event<'a>,
    /// The attributes whose last value is of another type. Hardly ever any.
    wrong: Vec<Wrong>,
}

struct Wrong {
    attribute: Attribute,
    expected: &'static str,
    found: String,
}

impl<'a> Line<'a> {
    /// Puts a value in its place; of a repeated attribute the last counts, right or wrong.
    fn put(&mut self, attribute: Attribute, value: Scalar<'a>) {
        let event = &mut self.event;
        let put = match attribute {
            Attribute::ThisDN => put_text(&mut event.this_dn, value),
            Attribute::OtherDN => put_text(&mut event.other_dn, value),
            Attribute::CallUUID => put_text(&mut event.call_uuid, value),
            Attribute::ConnID => put_conn_id(&mut event.conn_id, value),
            Attribute::EventSequenceNumber => put_number(&mut event.event_sequence_number, value),
            Attribute::ServerStartTime => put_number(&mut event.server_start_time, value),
            // Of these the specification says nothing, so they are never a reason to lose an event.
            Attribute::ReferenceID => put_number(&mut event.reference_id, value).or(Ok(())),
            Attribute::ErrorMessage => put_text(&mut event.error_message, value).or(Ok(())),
            Attribute::ErrorCode => {
                event.error_code = value.signed();
                Ok(())
            }
            Attribute::UserData | Attribute::Extensions => Ok(()),
        };
        self.note(attribute, put);
    }

    fn put_list(&mut self, attribute: Attribute, value: List<'a>) {
        let (list, put) = match value {
            List::Absent => (None, Ok(())),
            List::Is(list) => (Some(list), Ok(())),
            List::Wrong(found) => (None, Err((LIST, found))),
        };
        if attribute == Attribute::UserData {
            self.event.user_data = list;
        } else {
            self.event.extensions = list;
        }
        self.note(attribute, put);
    }

    fn note(&mut self, attribute: Attribute, put: Put) {
        if put.is_ok() && self.wrong.is_empty() {
            return;
        }
        self.wrong.retain(|wrong| wrong.attribute != attribute);
        if let Err((expected, found)) = put {
            self.wrong.push(Wrong { attribute, expected, found });
        }
    }
}

/// Whether a value was put in its place, or what was expected and what was found.
type Put = Result<(), (&'static str, String)>;

fn put_text<'a>(place: &mut Option<Cow<'a, str>>, value: Scalar<'a>) -> Put {
    *place = None;
    match value {
        Scalar::Text(text) => *place = Some(text),
        Scalar::Null => {}
        Scalar::Unsigned(_) | Scalar::Signed(_) | Scalar::Other(_) => return Err(("a string", value.to_string())),
    }
    Ok(())
}

fn put_number(place: &mut Option<u64>, value: Scalar<'_>) -> Put {
    *place = None;
    match value {
        Scalar::Unsigned(number) => *place = Some(number),
        Scalar::Null => {}
        Scalar::Text(_) | Scalar::Signed(_) | Scalar::Other(_) => {
            return Err(("an integer from 0 to 18446744073709551615", value.to_string()));
        }
    }
    Ok(())
}

fn put_conn_id(place: &mut Option<ConnId>, value: Scalar<'_>) -> Put {
    let mut digits = None;
    *place = None;
    put_text(&mut digits, value)?;
    if let Some(digits) = digits.filter(|digits| !digits.is_empty()) {
        let bad = |error| ("a string of hex digits", format!("{digits:?} ({error})"));
        *place = Some(digits.parse().map_err(bad)?);
    }
    Ok(())
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for &mut Line<'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for &mut Line<'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Text(key)) = map.next_key()? {
            match Attribute::from_name(key.as_bytes()) {
                Some(attribute @ (Attribute::UserData | Attribute::Extensions)) => {
                    self.put_list(attribute, map.next_value()?);
                }
                Some(attribute) => self.put(attribute, map.next_value()?),
                None if key.eq_ignore_ascii_case("Event") => self.name = map.next_value()?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}
