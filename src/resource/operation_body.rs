//! The body of an operation: `{"operationName": …}` and its parameters. Specification 4.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::event::KeyValueList;

/// A parameter in a body. Deliberately exhaustive: it is missing, or has the right or the wrong type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Parameter<T> {
    /// Missing, or `null`.
    #[default]
    Missing,
    /// Present, with the right type.
    Is(T),
    /// Present, with another type: a description of what was found.
    Wrong(String),
}

/// The `destination` of a message or a new session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Destination<'a> {
    /// The number to reach.
    pub phone_number: Parameter<Cow<'a, str>>,
}

/// The body of an operation, parsed but not checked.
///
/// Unknown keys are skipped, and the last of several equal keys counts. An embedder without JSON text can fill in the
/// fields directly.
///
/// ```
/// # #[cfg(feature = "json")] {
/// use im_session::resource::{OperationBody, Parameter};
///
/// let body = OperationBody::from_json(br#"{"operationName":"DeleteUserData","key":7}"#).unwrap();
/// assert_eq!(body.key, Parameter::Wrong("7".into()));
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct OperationBody<'a> {
    /// `operationName`.
    pub operation_name: Parameter<Cow<'a, str>>,
    /// `destination`, of InitiateIMSession and SendMessage.
    pub destination: Parameter<Destination<'a>>,
    /// `text`, of SendMessage.
    pub text: Parameter<Cow<'a, str>>,
    /// `userData`, of InitiateIMSession, AttachUserData and UpdateUserData.
    pub user_data: Parameter<KeyValueList<'a>>,
    /// `key`, of DeleteUserData.
    pub key: Parameter<Cow<'a, str>>,
    /// `devicePath`, of InitiateIMSession and SendMessage; of the others if several of an agent's DNs have the session.
    pub device_path: Parameter<Cow<'a, str>>,
}

#[cfg(feature = "serde")]
mod wire {
    use alloc::borrow::Cow;
    use alloc::string::ToString;
    use core::fmt;

    use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

    use super::{Destination, OperationBody, Parameter};
    use crate::event::{JsonList, JsonScalar, JsonString, KeyValueList};

    impl From<JsonScalar<'_>> for Parameter<Cow<'_, str>> {
        fn from(scalar: JsonScalar<'_>) -> Self {
            match scalar {
                JsonScalar::Text(text) => Parameter::Is(Cow::Owned(text.into_owned())),
                JsonScalar::Null => Parameter::Missing,
                JsonScalar::Unsigned(_) | JsonScalar::Signed(_) | JsonScalar::Other(_) => {
                    Parameter::Wrong(scalar.to_string())
                }
            }
        }
    }

    impl From<JsonList<'_>> for Parameter<KeyValueList<'_>> {
        fn from(list: JsonList<'_>) -> Self {
            match list {
                JsonList::Null => Parameter::Missing,
                JsonList::Is(list) => Parameter::Is(list.into_owned()),
                JsonList::Wrong(found) => Parameter::Wrong(found),
            }
        }
    }

    /// Borrows nothing, so a body can also be read from a stream.
    impl<'de> Deserialize<'de> for OperationBody<'_> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct BodyVisitor;

            impl<'de> Visitor<'de> for BodyVisitor {
                type Value = OperationBody<'static>;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a JSON object")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OperationBody<'static>, A::Error> {
                    let mut body = OperationBody::default();
                    while let Some(JsonString(key)) = map.next_key()? {
                        match &*key {
                            "operationName" => body.operation_name = map.next_value::<JsonScalar<'_>>()?.into(),
                            "destination" => body.destination = map.next_value::<ReadDestination>()?.0,
                            "text" => body.text = map.next_value::<JsonScalar<'_>>()?.into(),
                            "userData" => body.user_data = map.next_value::<JsonList<'_>>()?.into(),
                            "key" => body.key = map.next_value::<JsonScalar<'_>>()?.into(),
                            "devicePath" => body.device_path = map.next_value::<JsonScalar<'_>>()?.into(),
                            _ => {
                                map.next_value::<IgnoredAny>()?;
                            }
                        }
                    }
                    Ok(body)
                }
            }

            deserializer.deserialize_map(BodyVisitor)
        }
    }

    struct ReadDestination(Parameter<Destination<'static>>);

    impl<'de> Deserialize<'de> for ReadDestination {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct DestinationVisitor;

            impl<'de> Visitor<'de> for DestinationVisitor {
                type Value = ReadDestination;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("any value")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ReadDestination, A::Error> {
                    let mut destination = Destination::default();
                    while let Some(JsonString(key)) = map.next_key()? {
                        if key == "phoneNumber" {
                            destination.phone_number = map.next_value::<JsonScalar<'_>>()?.into();
                        } else {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                    Ok(ReadDestination(Parameter::Is(destination)))
                }

                fn visit_unit<E>(self) -> Result<ReadDestination, E> {
                    Ok(ReadDestination(Parameter::Missing))
                }

                fn visit_str<E>(self, _: &str) -> Result<ReadDestination, E> {
                    wrong("a string")
                }

                fn visit_bool<E>(self, _: bool) -> Result<ReadDestination, E> {
                    wrong("a boolean")
                }

                fn visit_i64<E>(self, _: i64) -> Result<ReadDestination, E> {
                    wrong("a number")
                }

                fn visit_u64<E>(self, _: u64) -> Result<ReadDestination, E> {
                    wrong("a number")
                }

                fn visit_f64<E>(self, _: f64) -> Result<ReadDestination, E> {
                    wrong("a number")
                }

                fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<ReadDestination, A::Error> {
                    while items.next_element::<IgnoredAny>()?.is_some() {}
                    wrong("an array")
                }
            }

            fn wrong<E>(found: &str) -> Result<ReadDestination, E> {
                Ok(ReadDestination(Parameter::Wrong(found.into())))
            }

            deserializer.deserialize_any(DestinationVisitor)
        }
    }

    #[cfg(feature = "json")]
    impl OperationBody<'static> {
        /// Reads a body from its JSON text.
        ///
        /// # Errors
        ///
        /// StatusCode 10 if the text is not a JSON object.
        pub fn from_json(text: &[u8]) -> Result<Self, crate::resource::ErrorBody> {
            let mut reader = serde_json::Deserializer::from_slice(text);
            // User data has its own limit of depth, and all other nested values are skipped without recursion.
            reader.disable_recursion_limit();
            let body = OperationBody::deserialize(&mut reader).and_then(|body| reader.end().map(|()| body));
            body.map_err(|error| {
                let message = alloc::format!("expected a JSON object as the body, found something else: {error}");
                crate::resource::ErrorBody::new(crate::resource::StatusCode::InputValidation, message)
            })
        }
    }
}
