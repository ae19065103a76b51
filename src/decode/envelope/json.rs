//! JSON objects that carry a line of a log: json-file of Docker, ELK and others.

use alloc::borrow::Cow;
use core::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::event::{JsonScalar, JsonString};

/// The key of the line, later ones with a higher priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LineKey {
    EventOriginal,
    Log,
    Msg,
    Message,
}

/// An object that carries one or several lines.
#[derive(Debug)]
pub(super) struct Carrier<'a> {
    pub(super) key: LineKey,
    pub(super) line: Cow<'a, str>,
    pub(super) time: Option<Cow<'a, str>>,
    /// Whether the next object continues the line: Docker splits long lines, and then `log` does not end with a line
    /// end.
    pub(super) is_piece: bool,
    /// Whether its line was written to standard error; `None` if it does not say.
    pub(super) is_stderr: Option<bool>,
}

/// The text as an object that carries a line, if it is one.
pub(super) fn carrier(text: &str) -> Option<Carrier<'_>> {
    let object: Object<'_> = serde_json::from_str(text).ok()?;
    let (key, line) = object.line?;
    let is_piece = key == LineKey::Log && object.is_of_docker && !line.ends_with('\n');
    Some(Carrier { key, line, time: object.time, is_piece, is_stderr: object.is_stderr })
}

struct Object<'a> {
    line: Option<(LineKey, Cow<'a, str>)>,
    time: Option<Cow<'a, str>>,
    is_stderr: Option<bool>,
    /// Whether it has only keys that Docker writes. Other programs write whole lines without a line end.
    is_of_docker: bool,
}

impl<'a> Object<'a> {
    fn put(&mut self, key: LineKey, value: JsonScalar<'a>) {
        if let JsonScalar::Text(text) = value {
            if self.line.as_ref().is_none_or(|(known, _)| *known <= key) {
                self.line = Some((key, text));
            }
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor;

        impl<'de> Visitor<'de> for ObjectVisitor {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut object = Object { line: None, time: None, is_stderr: None, is_of_docker: true };
                while let Some(JsonString(key)) = map.next_key()? {
                    match &*key {
                        "message" => object.put(LineKey::Message, map.next_value()?),
                        "msg" => object.put(LineKey::Msg, map.next_value()?),
                        "log" => object.put(LineKey::Log, map.next_value()?),
                        "event.original" => object.put(LineKey::EventOriginal, map.next_value()?),
                        "event" => {
                            if let Some(original) = map.next_value::<Original<'_>>()?.0 {
                                object.put(LineKey::EventOriginal, original);
                            }
                        }
                        "time" | "@timestamp" | "timestamp" => {
                            if let JsonScalar::Text(time) = map.next_value()? {
                                object.time = Some(time);
                            }
                        }
                        "stream" => {
                            object.is_stderr = match map.next_value()? {
                                JsonScalar::Text(name) if name == "stdout" => Some(false),
                                JsonScalar::Text(name) if name == "stderr" => Some(true),
                                _ => None,
                            };
                        }
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                    object.is_of_docker &= matches!(&*key, "log" | "stream" | "time" | "attrs");
                }
                Ok(object)
            }
        }

        deserializer.deserialize_map(ObjectVisitor)
    }
}

/// The `original` of an object `event`; `None` for any other value.
struct Original<'a>(Option<JsonScalar<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Original<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OriginalVisitor;

        impl<'de> Visitor<'de> for OriginalVisitor {
            type Value = Original<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Original<'de>, A::Error> {
                let mut original = None;
                while let Some(JsonString(key)) = map.next_key()? {
                    if key == "original" {
                        original = Some(map.next_value()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Original(original))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Original<'de>, A::Error> {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Original(None))
            }

            fn visit_str<E>(self, _: &str) -> Result<Original<'de>, E> {
                Ok(Original(None))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Original<'de>, E> {
                Ok(Original(None))
            }

            fn visit_u64<E>(self, _: u64) -> Result<Original<'de>, E> {
                Ok(Original(None))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Original<'de>, E> {
                Ok(Original(None))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Original<'de>, E> {
                Ok(Original(None))
            }

            fn visit_unit<E>(self) -> Result<Original<'de>, E> {
                Ok(Original(None))
            }
        }

        deserializer.deserialize_any(OriginalVisitor)
    }
}
