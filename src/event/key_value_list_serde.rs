//! [`KeyValueList`] as a JSON object: nested lists are nested objects, integers are numbers. Specification 2.3.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{KeyValueList, Value};

/// Writes the JSON view: of equal keys the last.
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

/// Reads an object whose values are strings, integers, objects or `null` (an empty list). Nothing is borrowed.
impl<'de> serde::Deserialize<'de> for KeyValueList<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut wrong = None;
        let value = ValueSeed { depth: 0, wrong: &mut wrong }.deserialize(deserializer)?;
        match (wrong, value) {
            (Some(wrong), _) => Err(D::Error::custom(format_args!("expected {LIST}, found {wrong}"))),
            (None, Value::List(list)) if list.depth() > DEEPEST => {
                Err(D::Error::custom(format_args!("expected lists nested at most {DEEPEST} deep")))
            }
            (None, Value::List(list)) => Ok(list.into_owned()),
            (None, Value::String(_) | Value::Integer(_) | Value::Binary(_)) => {
                Err(D::Error::custom(format_args!("expected {LIST}, found a plain value")))
            }
        }
    }
}

/// What user data is, in words.
pub(crate) const LIST: &str = "an object of strings, integers of 64 bits and objects";

/// A value of user data that can be none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WrongValue {
    /// The key whose value it is; empty for the value as a whole.
    key: String,
    found: &'static str,
}

impl fmt::Display for WrongValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WrongValue { key, found } = self;
        if key.is_empty() { f.write_str(found) } else { write!(f, "{found} as the value of {key:?}") }
    }
}

/// Lists nested deeper than this are not read, only counted as one level: more than any limit allows
/// ([`Limits::DEEPEST_USER_DATA`](crate::Limits::DEEPEST_USER_DATA)), and below where the JSON reader itself gives up.
const DEEPEST: usize = 100;

/// Reads a value, and notes the first wrong one instead of giving up, so that the rest of the line is still read.
pub(crate) struct ValueSeed<'w> {
    pub(crate) depth: usize,
    pub(crate) wrong: &'w mut Option<WrongValue>,
}

impl ValueSeed<'_> {
    fn wrong<'de>(self, found: &'static str) -> Value<'de> {
        self.wrong.get_or_insert(WrongValue { key: String::new(), found });
        Value::Integer(0)
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
            Err(_) => Ok(self.wrong("a larger integer")),
        }
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value<'de>, E> {
        Ok(self.wrong("a fraction or a larger integer"))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value<'de>, E> {
        Ok(self.wrong("a boolean"))
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::List(KeyValueList::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value<'de>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.wrong("an array"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        let mut list = KeyValueList::new();
        if self.depth >= DEEPEST {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Value::List(list));
        }
        while let Some(Text(key)) = map.next_key()? {
            let mut wrong = None;
            let value = map.next_value_seed(ValueSeed { depth: self.depth + 1, wrong: &mut wrong })?;
            if let Some(inner) = wrong {
                let key = if inner.key.is_empty() { key.into_owned() } else { inner.key };
                self.wrong.get_or_insert(WrongValue { key, found: inner.found });
            } else {
                list.push(key, value);
            }
        }
        Ok(Value::List(list))
    }
}

/// A string, borrowed where the JSON text holds it as it is.
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.into())))
            }

            fn visit_string<E>(self, text: String) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text)))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}
