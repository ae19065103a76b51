//! [`KeyValueList`] as a JSON object: nested lists are nested objects, integers are numbers. Specification 2.3.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{JsonString, KeyValueList, Pair, TooDeep, Value};
use crate::excerpt::excerpt;

/// Writes the JSON view: the last of several equal keys.
impl Serialize for KeyValueList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for pair in self.view() {
            map.serialize_entry(&pair.key, &pair.value)?;
        }
        map.end()
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::String(text) | Value::Binary(text) => serializer.serialize_str(text),
            Value::Integer(number) => serializer.serialize_i64(*number),
            Value::List(list) => list.serialize(serializer),
        }
    }
}

/// Reads an object whose values are strings, integers, objects or `null` (an empty list). The result borrows nothing.
impl<'de> serde::Deserialize<'de> for KeyValueList<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut notes = Notes::default();
        let value = ValueSeed::new(Reading::Strict, &mut notes).deserialize(deserializer)?;
        match (notes.wrong, value) {
            _ if notes.too_deep => Err(D::Error::custom(TooDeep)),
            (Some(wrong), _) => Err(D::Error::custom(format_args!("expected {LIST}, found {wrong}"))),
            (None, Value::List(list)) => Ok(list.into_owned()),
            (None, Value::String(_) | Value::Integer(_) | Value::Binary(_)) => {
                Err(D::Error::custom(format_args!("expected {LIST}, found a plain value")))
            }
        }
    }
}

/// What user data can be, for error messages.
pub(crate) const LIST: &str = "an object of strings, integers of 64 bits and objects";

/// How JSON values become values of user data. Specification 2.3 and 6.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// For what a client sends to be stored. Fractions, booleans, arrays and integers beyond 64 bits are refused.
    Strict,
    /// For what an event reports: nothing is refused for its type. A fraction, a boolean and a larger integer are kept
    /// as strings, an array as a list whose keys are the positions.
    Tolerant,
}

/// What a [`ValueSeed`] found while reading.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// In a strict reading: the first value that cannot be user data.
    pub(crate) wrong: Option<WrongValue>,
    /// Whether lists nest deeper than [`KeyValueList::DEEPEST`]. Deeper ones are left out.
    pub(crate) too_deep: bool,
    /// In a tolerant reading: whether a number was kept as a string that may not have the digits of the text.
    pub(crate) inexact: bool,
}

/// A value that cannot be user data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WrongValue {
    /// The key of the value, shortened; empty for the value as a whole.
    key: String,
    found: &'static str,
}

impl fmt::Display for WrongValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WrongValue { key, found } = self;
        if key.is_empty() { f.write_str(found) } else { write!(f, "{found} as the value of {key:?}") }
    }
}

/// The maximum depth of objects and arrays; deeper ones are skipped. A list of typed pairs has two levels of JSON for
/// each of its own.
const DEEPEST_JSON: usize = 2 * KeyValueList::DEEPEST;

/// Reads a value, and notes errors instead of failing, so that the rest of the text is still read.
#[derive(Debug)]
pub(crate) struct ValueSeed<'w> {
    reading: Reading,
    /// The number of objects and arrays around the value.
    nesting: usize,
    /// Whether an array is read as typed pairs: that of the attribute itself, and those in it.
    typed: bool,
    notes: &'w mut Notes,
}

impl<'w> ValueSeed<'w> {
    /// Reads the list of an attribute.
    pub(crate) fn new(reading: Reading, notes: &'w mut Notes) -> Self {
        ValueSeed { reading, nesting: 0, typed: true, notes }
    }

    /// Reads a value one level deeper.
    fn inner(&mut self, typed: bool) -> ValueSeed<'_> {
        ValueSeed { reading: self.reading, nesting: self.nesting + 1, typed, notes: self.notes }
    }

    fn wrong<'de>(self, found: &'static str) -> Value<'de> {
        self.notes.wrong.get_or_insert(WrongValue { key: String::new(), found });
        Value::Integer(0)
    }

    /// The value as this text in a tolerant reading.
    fn string<'de>(self, found: &'static str, text: impl ToString) -> Value<'de> {
        match self.reading {
            Reading::Strict => self.wrong(found),
            Reading::Tolerant => Value::String(Cow::Owned(text.to_string())),
        }
    }

    fn push<'de>(&mut self, list: &mut KeyValueList<'de>, key: Cow<'de, str>, value: Value<'de>) {
        self.notes.too_deep |= list.try_push(key, value).is_err();
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, an integer of 64 bits or an object")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::String(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::String(Cow::Owned(text.into())))
    }

    fn visit_string<E>(self, text: String) -> Result<Value<'de>, E> {
        Ok(Value::String(Cow::Owned(text)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(Value::Integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value<'de>, E> {
        match i64::try_from(number) {
            Ok(number) => Ok(Value::Integer(number)),
            Err(_) => Ok(self.string("a larger integer", number)),
        }
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value<'de>, E> {
        self.notes.inexact = true;
        if self.reading == Reading::Tolerant && number == 0.0 && number.is_sign_negative() {
            // The integer -0. For -0.0 the text is kept.
            return Ok(Value::Integer(0));
        }
        Ok(self.string("a fraction or a larger integer", number))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value<'de>, E> {
        Ok(self.string("a boolean", truth))
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::List(KeyValueList::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value<'de>, A::Error> {
        let too_deep = self.nesting >= DEEPEST_JSON;
        if too_deep || self.reading == Reading::Strict {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            self.notes.too_deep |= too_deep;
            return Ok(self.wrong("an array"));
        }
        let mut list = KeyValueList::new();
        let mut position = 0_usize;
        while let Some(item) = items.next_element_seed(self.inner(self.typed))? {
            match if self.typed { typed_pair(item) } else { Err(item) } {
                Ok(Pair { key, value }) => self.push(&mut list, key, value),
                Err(item) => self.push(&mut list, Cow::Owned(position.to_string()), item),
            }
            position += 1;
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value<'de>, A::Error> {
        let mut list = KeyValueList::new();
        if self.nesting >= DEEPEST_JSON {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            self.notes.too_deep = true;
            return Ok(Value::List(list));
        }
        let typed = self.typed && self.nesting > 0;
        while let Some(JsonString(key)) = map.next_key()? {
            let had_wrong = self.notes.wrong.is_some();
            let value = map.next_value_seed(self.inner(typed))?;
            match &mut self.notes.wrong {
                Some(wrong) if !had_wrong && wrong.key.is_empty() => wrong.key = excerpt(&key),
                Some(_) | None => self.push(&mut list, key, value),
            }
        }
        Ok(Value::List(list))
    }
}

/// The pair of an object `{"key": …, "type": "str" | "int" | "kvlist", "value": …}`. Specification 6.1.
fn typed_pair(item: Value<'_>) -> Result<Pair<'_>, Value<'_>> {
    let list = match item {
        Value::List(list) if list.get("key").and_then(Value::as_str).is_some() => list,
        Value::List(_) | Value::String(_) | Value::Integer(_) | Value::Binary(_) => return Err(item),
    };
    let mut pair = Pair { key: Cow::Borrowed(""), value: Value::List(KeyValueList::new()) };
    let mut kind = Value::Integer(0);
    for Pair { key, value } in list {
        match (&*key, value) {
            ("key", Value::String(text)) => pair.key = text,
            ("type", value) => kind = value,
            ("value", value) => pair.value = value,
            (_, Value::String(_) | Value::Integer(_) | Value::Binary(_) | Value::List(_)) => {}
        }
    }
    let number = || pair.value.as_str().and_then(|digits| digits.parse().ok());
    match (kind.as_str(), &pair.value) {
        (Some("int"), Value::String(_)) => pair.value = number().map_or(pair.value, Value::Integer),
        (Some("str"), Value::Integer(number)) => pair.value = Value::String(Cow::Owned(number.to_string())),
        (Some("str"), Value::List(list)) if list.is_empty() => pair.value = Value::from(""),
        (Some(_) | None, Value::String(_) | Value::Integer(_) | Value::Binary(_) | Value::List(_)) => {}
    }
    Ok(pair)
}
