//! Reads one JSON object as an event: the keys are the attribute names without the prefix `Attribute`. Specification
//! 6.1.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};

#[cfg(feature = "json")]
use super::EventJsonError;
use super::json_value::JsonListSeed;
use super::key_value_list_json::Reading;
use super::{AttributeName, BadAttribute, ConnId, Event, EventName, JsonList, JsonScalar, JsonString, ListAttribute};
use crate::excerpt::excerpt;

#[cfg(feature = "json")]
impl<'a> Event<'a> {
    /// Reads an event from an object of the JSON lines form, which is one line of a feed. [`route`](Self::route) checks
    /// whether it has the attributes that an event of a session must have.
    ///
    /// ```
    /// use im_session::{CallEvent, Event};
    ///
    /// let event = Event::from_json_line(r#"{"Event":"EventRinging","ThisDN":"3002","CallUUID":"007"}"#)?;
    /// assert_eq!(event, Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007"));
    /// # Ok::<(), im_session::event::EventJsonError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EventJsonError`] if the text is not a JSON object, names no event, or has an attribute of the wrong type.
    #[inline]
    pub fn from_json_line(text: &'a str) -> Result<Self, EventJsonError> {
        let mut reader = ObjectReader::new();
        reader.read(text)?;
        if reader.inexact {
            return with_exact_numbers(text);
        }
        reader.check()?;
        if reader.named_by.is_some() { Ok(reader.event) } else { Err(EventJsonError::NamesNoEvent) }
    }
}

/// Reads an event whose text has numbers that the JSON parser would round, which is rare.
#[cfg(feature = "json")]
#[cold]
fn with_exact_numbers(text: &str) -> Result<Event<'static>, EventJsonError> {
    let quoted = super::json_numbers::with_inexact_numbers_quoted(text);
    let mut reader = ObjectReader::new();
    reader.read(&quoted)?;
    reader.check()?;
    if reader.named_by.is_some() { Ok(reader.event.into_owned()) } else { Err(EventJsonError::NamesNoEvent) }
}

/// The message of the parser without the line, which is always the first here.
#[cfg(feature = "json")]
fn without_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    format!("{} at column {}", excerpt(what), error.column())
}

/// Reads one object. The values of known keys are stored directly, since the whole is too large to be moved between
/// functions.
pub(super) struct ObjectReader<'a> {
    event: Event<'a>,
    /// The key that named the event. Of several spellings the more specific one counts.
    named_by: Option<NameKey>,
    /// `CallThreadID`, which counts if there is no CallUUID.
    call_thread_id: Option<Cow<'a, str>>,
    /// The attributes whose last value has the wrong type, which is rare.
    wrong: Vec<Wrong>,
    /// Whether a number in a list was kept as a string that may not have the digits of the text.
    inexact: bool,
}

/// A key that can name an event. Later variants are more specific.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum NameKey {
    Id,
    MessageName,
    Event,
}

struct Wrong {
    attribute: AttributeName,
    expected: &'static str,
    found: String,
}

/// The result of storing a value: if it has the wrong type, what was expected and what was found.
type Put = Result<(), (&'static str, String)>;

impl<'a> ObjectReader<'a> {
    pub(super) fn new() -> Self {
        ObjectReader {
            event: Event::new(EventName::Other(Cow::Borrowed(""))),
            named_by: None,
            call_thread_id: None,
            wrong: Vec::new(),
            inexact: false,
        }
    }

    #[cfg(feature = "json")]
    fn read(&mut self, text: &'a str) -> Result<(), EventJsonError> {
        let mut reader = serde_json::Deserializer::from_str(text);
        // The limit of the parser is lower than the nesting that lists of typed pairs may have. Lists have their own
        // limit of depth, and all other nested values are skipped without recursion.
        reader.disable_recursion_limit();
        let read = serde::Deserializer::deserialize_map(&mut reader, self).and_then(|()| reader.end());
        read.map_err(|error| EventJsonError::NotAnObject { reason: without_line(&error) })
    }

    /// The event, after the whole object was read. `None` if the object does not name one.
    pub(super) fn finish(mut self) -> Result<Option<Event<'a>>, BadAttribute> {
        self.check()?;
        Ok(self.named_by.is_some().then_some(self.event))
    }

    /// Call after the whole object was read: sets the values that depend on several keys, and checks for attributes of
    /// the wrong type.
    #[inline]
    fn check(&mut self) -> Result<(), BadAttribute> {
        if self.call_thread_id.is_some() && self.event.call_uuid().is_none() {
            self.event.call_uuid = self.call_thread_id.take();
        }
        if self.wrong.is_empty() { Ok(()) } else { self.first_wrong() }
    }

    #[cold]
    fn first_wrong(&self) -> Result<(), BadAttribute> {
        match self.wrong.first() {
            // Events that concern no session are not checked further, nor are objects that are not events.
            Some(wrong) if self.named_by.is_some() && self.event.name.session_event().is_some() => Err(BadAttribute {
                event: excerpt(self.event.name.as_str()),
                attribute: wrong.attribute.name(),
                expected: wrong.expected,
                found: wrong.found.clone(),
            }),
            Some(_) | None => Ok(()),
        }
    }

    /// Sets the name of the event, if the value is one and no more specific key has named the event.
    fn name(&mut self, key: NameKey, value: JsonScalar<'a>) {
        match value {
            JsonScalar::Text(name) if is_event_name(&name) && self.named_by <= Some(key) => {
                self.event.name = name.into();
                self.named_by = Some(key);
            }
            JsonScalar::Text(_) | JsonScalar::Null | JsonScalar::Unsigned(_) => {}
            JsonScalar::Signed(_) | JsonScalar::Other(_) => {}
        }
    }

    /// Stores a value. The last value of a repeated attribute counts, whether its type is right or wrong.
    fn put(&mut self, attribute: AttributeName, value: JsonScalar<'a>) {
        let event = &mut self.event;
        let put = match attribute {
            AttributeName::ThisDN => put_text(&mut event.this_dn, value),
            AttributeName::OtherDN => put_text(&mut event.other_dn, value),
            AttributeName::CallUUID => put_text(&mut event.call_uuid, value),
            AttributeName::ConnID => put_conn_id(&mut event.conn_id, value),
            AttributeName::EventSequenceNumber => put_number(&mut event.event_sequence_number, value),
            AttributeName::ServerStartTime => put_number(&mut event.server_start_time, value),
            AttributeName::ReferenceID => put_number(&mut event.reference_id, value),
            AttributeName::ErrorCode => put_integer(&mut event.error_code, value),
            AttributeName::ErrorMessage => put_text(&mut event.error_message, value),
            AttributeName::UserData | AttributeName::Extensions => Ok(()),
        };
        self.note(attribute, put);
    }

    fn put_list(&mut self, attribute: AttributeName, value: JsonList<'a>) {
        let (list, put) = match value {
            JsonList::Null => (ListAttribute::Absent, Ok(())),
            JsonList::Is(list) => (ListAttribute::Present(list), Ok(())),
            JsonList::Wrong(found) => (ListAttribute::Absent, Err(("an object or an array of pairs", found))),
        };
        if attribute == AttributeName::UserData {
            self.event.user_data = list;
        } else {
            self.event.extensions = list;
        }
        self.note(attribute, put);
    }

    fn note(&mut self, attribute: AttributeName, put: Put) {
        if put.is_ok() && self.wrong.is_empty() {
            return;
        }
        self.wrong.retain(|wrong| wrong.attribute != attribute);
        if let Err((expected, found)) = put {
            self.wrong.push(Wrong { attribute, expected, found });
        }
    }
}

/// Whether the name is `Event` followed by letters.
fn is_event_name(name: &str) -> bool {
    let is_word = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphabetic());
    name.strip_prefix("Event").is_some_and(is_word)
}

fn put_text<'a>(place: &mut Option<Cow<'a, str>>, value: JsonScalar<'a>) -> Put {
    *place = None;
    match value {
        JsonScalar::Text(text) => *place = Some(text),
        JsonScalar::Null => {}
        JsonScalar::Unsigned(_) | JsonScalar::Signed(_) | JsonScalar::Other(_) => {
            return Err(("a string", value.to_string()));
        }
    }
    Ok(())
}

/// Stores a number, or a string of its digits. An empty string is absent.
fn put_number(place: &mut Option<u64>, value: JsonScalar<'_>) -> Put {
    let number = match &value {
        JsonScalar::Unsigned(number) => Ok(Some(*number)),
        JsonScalar::Text(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => match digits.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) if digits.is_empty() => Ok(None),
            Err(_) => Err(()),
        },
        JsonScalar::Null => Ok(None),
        JsonScalar::Text(_) | JsonScalar::Signed(_) | JsonScalar::Other(_) => Err(()),
    };
    *place = number.ok().flatten();
    number.map(|_| ()).map_err(|()| ("an integer from 0 to 18446744073709551615", value.to_string()))
}

/// Stores a signed integer, or a string of its digits. An empty string is absent.
fn put_integer(place: &mut Option<i64>, value: JsonScalar<'_>) -> Put {
    let number = match &value {
        JsonScalar::Unsigned(number) => i64::try_from(*number).map(Some).map_err(|_| ()),
        JsonScalar::Signed(number) => Ok(Some(*number)),
        JsonScalar::Text(digits) if digits.is_empty() => Ok(None),
        JsonScalar::Text(digits) => digits.parse().map(Some).map_err(|_| ()),
        JsonScalar::Null => Ok(None),
        JsonScalar::Other(_) => Err(()),
    };
    *place = number.ok().flatten();
    number.map(|_| ()).map_err(|()| ("an integer of 64 bits", value.to_string()))
}

fn put_conn_id(place: &mut Option<ConnId>, value: JsonScalar<'_>) -> Put {
    let mut digits = None;
    *place = None;
    put_text(&mut digits, value)?;
    if let Some(digits) = digits.filter(|digits| !digits.is_empty()) {
        let bad = |error| ("a string of hex digits", format!("{:?} ({error})", excerpt(&digits)));
        *place = Some(digits.parse().map_err(bad)?);
    }
    Ok(())
}

impl<'de: 'a, 'a> Visitor<'de> for &mut ObjectReader<'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(JsonString(key)) = map.next_key()? {
            match AttributeName::from_name(key.as_bytes()) {
                Some(attribute @ (AttributeName::UserData | AttributeName::Extensions)) => {
                    let seed = JsonListSeed { reading: Reading::Tolerant, inexact: &mut self.inexact };
                    let list = map.next_value_seed(seed)?;
                    self.put_list(attribute, list);
                }
                Some(attribute) => self.put(attribute, map.next_value()?),
                None => self.other_key(&key, &mut map)?,
            }
        }
        Ok(())
    }
}

impl<'a> ObjectReader<'a> {
    /// Reads the value of a key that is not the name of an attribute.
    fn other_key<'de: 'a, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let is = |name: &str| key.eq_ignore_ascii_case(name);
        match key.len() {
            5 if is("Event") => self.name(NameKey::Event, map.next_value()?),
            11 if is("messageName") => self.name(NameKey::MessageName, map.next_value()?),
            2 if is("id") => self.name(NameKey::Id, map.next_value()?),
            12 if is("CallThreadID") => {
                // Only another spelling, so a value of the wrong type is ignored.
                let _ = put_text(&mut self.call_thread_id, map.next_value()?);
            }
            _ => {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}
