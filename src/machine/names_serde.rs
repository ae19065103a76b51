//! The names on the wire as serde strings; the names themselves are strum's.

use core::fmt;
use core::marker::PhantomData;
use core::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::{CallEvent, Capabilities, DataEvent, Operation, RejectReason, State};

/// Reads any value whose type reads from a string; white space around it does not count, as published samples have some.
struct NameVisitor<T> {
    expecting: &'static str,
    name: PhantomData<T>,
}

impl<T: FromStr> Visitor<'_> for NameVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.trim().parse().map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
    }
}

macro_rules! serde_by_name {
    ($($name:ty: $expecting:literal;)*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(NameVisitor { expecting: $expecting, name: PhantomData })
            }
        }
    )*};
}

serde_by_name! {
    State: "Initiating, Alerting, Talking or Completed";
    CallEvent: "EventDialing, EventRinging, EventEstablished, EventReleased or EventAbandoned";
    DataEvent: "the name of an event that touches data";
    Operation: "SendMessage, AttachUserData, UpdateUserData, DeleteUserData or Complete";
    RejectReason: "orphan, role-conflict, late, early, ended, stale or limit";
}

/// An array of names, in definition order.
impl Serialize for Capabilities {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// An array of names in any order. Names of no operation are skipped: what others can do more is not an error.
impl<'de> Deserialize<'de> for Capabilities {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SetVisitor;

        impl<'de> Visitor<'de> for SetVisitor {
            type Value = Capabilities;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of operation names")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Capabilities, A::Error> {
                let mut set = Capabilities::NONE;
                while let Some(name) = names.next_element::<Name>()? {
                    set = name.0.map_or(set, |operation| set.with(operation));
                }
                Ok(set)
            }
        }

        /// An operation, or some other name.
        struct Name(Option<Operation>);

        impl FromStr for Name {
            type Err = core::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Name(text.parse().ok()))
            }
        }

        impl<'de> Deserialize<'de> for Name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(NameVisitor { expecting: "a name", name: PhantomData })
            }
        }

        deserializer.deserialize_seq(SetVisitor)
    }
}
