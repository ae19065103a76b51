//! JSON values that can be read whatever their type, so that one value of the wrong type does not prevent the rest from
//! being read.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::key_value_list_json::{Notes, Reading, ValueSeed};
use super::{KeyValueList, Value};
use crate::excerpt::excerpt;

/// A list of pairs, or what was found instead.
pub(crate) enum JsonList<'a> {
    /// `null`.
    Null,
    /// The list.
    Is(KeyValueList<'a>),
    /// Neither: a description of the value.
    Wrong(String),
}

/// Reads strictly: for what a client sends to be stored.
impl<'de: 'a, 'a> Deserialize<'de> for JsonList<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        JsonListSeed { reading: Reading::Strict, inexact: &mut false }.deserialize(deserializer)
    }
}

/// Reads a [`JsonList`].
pub(crate) struct JsonListSeed<'w> {
    pub(crate) reading: Reading,
    /// Set if a number was kept as a string that may not have the digits of the text.
    pub(crate) inexact: &'w mut bool,
}

impl<'de> DeserializeSeed<'de> for JsonListSeed<'_> {
    type Value = JsonList<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<JsonList<'de>, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for JsonListSeed<'_> {
    type Value = JsonList<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of user data or null")
    }

    fn visit_none<E>(self) -> Result<JsonList<'de>, E> {
        Ok(JsonList::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<JsonList<'de>, D::Error> {
        let mut notes = Notes::default();
        let value = ValueSeed::new(self.reading, &mut notes).deserialize(deserializer)?;
        *self.inexact |= notes.inexact;
        Ok(match (notes.wrong, value) {
            _ if notes.too_deep => JsonList::Wrong(format!("lists nested deeper than {}", KeyValueList::DEEPEST)),
            (Some(wrong), _) => JsonList::Wrong(wrong.to_string()),
            (None, Value::List(list)) => JsonList::Is(list),
            (None, Value::String(_) | Value::Binary(_)) => JsonList::Wrong("a plain value".into()),
            (None, Value::Integer(_)) => JsonList::Wrong("a number".into()),
        })
    }
}

/// A string, borrowed unless the JSON text has escapes.
pub(crate) struct JsonString<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for JsonString<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct JsonStringVisitor;

        impl<'de> Visitor<'de> for JsonStringVisitor {
            type Value = JsonString<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<JsonString<'de>, E> {
                Ok(JsonString(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<JsonString<'de>, E> {
                Ok(JsonString(Cow::Owned(text.into())))
            }

            fn visit_string<E>(self, text: String) -> Result<JsonString<'de>, E> {
                Ok(JsonString(Cow::Owned(text)))
            }
        }

        deserializer.deserialize_str(JsonStringVisitor)
    }
}

/// A value that should be a string or an integer.
pub(crate) enum JsonScalar<'a> {
    Null,
    Text(Cow<'a, str>),
    Unsigned(u64),
    Signed(i64),
    /// Neither: a description of the value.
    Other(&'static str),
}

impl fmt::Display for JsonScalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JsonScalar::Null => f.write_str("null"),
            JsonScalar::Text(text) => write!(f, "{:?}", excerpt(text)),
            JsonScalar::Unsigned(number) => number.fmt(f),
            JsonScalar::Signed(number) => number.fmt(f),
            JsonScalar::Other(what) => f.write_str(what),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for JsonScalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct JsonScalarVisitor;

        impl<'de> Visitor<'de> for JsonScalarVisitor {
            type Value = JsonScalar<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<JsonScalar<'de>, E> {
                Ok(JsonScalar::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<JsonScalar<'de>, E> {
                Ok(JsonScalar::Text(Cow::Owned(text.into())))
            }

            fn visit_u64<E>(self, number: u64) -> Result<JsonScalar<'de>, E> {
                Ok(JsonScalar::Unsigned(number))
            }

            fn visit_i64<E>(self, number: i64) -> Result<JsonScalar<'de>, E> {
                Ok(JsonScalar::Signed(number))
            }

            fn visit_f64<E>(self, _: f64) -> Result<JsonScalar<'de>, E> {
                Ok(JsonScalar::Other("a fraction or a larger integer"))
            }

            fn visit_bool<E>(self, _: bool) -> Result<JsonScalar<'de>, E> {
                Ok(JsonScalar::Other("a boolean"))
            }

            fn visit_unit<E>(self) -> Result<JsonScalar<'de>, E> {
                Ok(JsonScalar::Null)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<JsonScalar<'de>, A::Error> {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                Ok(JsonScalar::Other("an array"))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonScalar<'de>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(JsonScalar::Other("an object"))
            }
        }

        deserializer.deserialize_any(JsonScalarVisitor)
    }
}
