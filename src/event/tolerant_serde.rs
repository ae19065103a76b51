//! Values that read whatever stands there, and say what it was: so that one wrong value does not cost the rest of a line.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use core::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::key_value_list_serde::ValueSeed;
use super::{KeyValueList, Value};

/// A list of pairs, or what stands where one should.
pub(crate) enum List<'a> {
    Absent,
    Is(KeyValueList<'a>),
    Wrong(String),
}

impl<'de: 'a, 'a> Deserialize<'de> for List<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor;

        impl<'de> Visitor<'de> for ListVisitor {
            type Value = List<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of user data or null")
            }

            /// `null` as an attribute: it is absent.
            fn visit_none<E>(self) -> Result<List<'de>, E> {
                Ok(List::Absent)
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<List<'de>, D::Error> {
                let mut wrong = None;
                let value = ValueSeed { depth: 0, wrong: &mut wrong }.deserialize(deserializer)?;
                Ok(match (wrong, value) {
                    (Some(wrong), _) => List::Wrong(wrong.to_string()),
                    (None, Value::List(list)) => List::Is(list),
                    (None, Value::String(_) | Value::Binary(_)) => List::Wrong("a string".into()),
                    (None, Value::Integer(_)) => List::Wrong("a number".into()),
                })
            }
        }

        deserializer.deserialize_option(ListVisitor)
    }
}

/// A value that should be a string or an integer.
pub(crate) enum Scalar<'a> {
    Null,
    Text(Cow<'a, str>),
    Unsigned(u64),
    Signed(i64),
    /// Neither: what it is, in words.
    Other(&'static str),
}

#[cfg(feature = "json")]
impl Scalar<'_> {
    pub(crate) fn signed(self) -> Option<i64> {
        match self {
            Scalar::Unsigned(number) => i64::try_from(number).ok(),
            Scalar::Signed(number) => Some(number),
            Scalar::Null | Scalar::Text(_) | Scalar::Other(_) => None,
        }
    }
}

impl fmt::Display for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Null => f.write_str("null"),
            Scalar::Text(text) => write!(f, "{:?}", text.chars().take(80).collect::<String>()),
            Scalar::Unsigned(number) => number.fmt(f),
            Scalar::Signed(number) => number.fmt(f),
            Scalar::Other(what) => f.write_str(what),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;

        impl<'de> Visitor<'de> for ScalarVisitor {
            type Value = Scalar<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Text(Cow::Owned(text.into())))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Unsigned(number))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Signed(number))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Other("a fraction or a larger integer"))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Other("a boolean"))
            }

            fn visit_unit<E>(self) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Null)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Scalar<'de>, A::Error> {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Scalar::Other("an array"))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar<'de>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Scalar::Other("an object"))
            }
        }

        deserializer.deserialize_any(ScalarVisitor)
    }
}
