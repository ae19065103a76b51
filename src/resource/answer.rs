//! The bodies of answers to reads.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Field, Fields, ImSession};

/// A session of which some fields are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectedFields<'a> {
    /// The session.
    pub im_session: ImSession<'a>,
    /// What of it is written.
    pub fields: Fields,
}

/// The body of the answer to reading the list. Specification 4. Exhaustive by decision: the API knows these two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListBody<'a> {
    /// Without `fields`: the full addresses, `{"statusCode":0,"uris":[…]}`.
    Uris(Vec<String>),
    /// With `fields`: the sessions, `{"imSessions":[…],"statusCode":0}`.
    ImSessions(Vec<SelectedFields<'a>>),
}

/// The body of the answer to reading one session: `{"imSession":{…},"statusCode":0}`. Specification 4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SingleBody<'a> {
    /// The session.
    pub im_session: SelectedFields<'a>,
}

impl ImSession<'_> {
    /// The text of a field with a plain value; `None` for one that is nested.
    #[must_use]
    pub fn plain_text(&self, field: Field) -> Option<&str> {
        match field {
            Field::Id => Some(&self.id),
            Field::Path => Some(&self.path),
            Field::State => Some(self.state.name()),
            Field::Uri => Some(&self.uri),
            Field::Capabilities | Field::Participants | Field::UserData => None,
        }
    }
}

#[cfg(feature = "serde")]
mod wire {
    use serde::ser::{Serialize, SerializeStruct, Serializer};

    use super::{ListBody, SelectedFields, SingleBody};
    use crate::resource::{Field, Fields, StatusCode};

    /// Every field that is asked for and there, in alphabetical order.
    impl Serialize for SelectedFields<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let SelectedFields { im_session, fields } = self;
            if *fields == Fields::ALL {
                return im_session.serialize(serializer);
            }
            let mut written = Written { to: serializer.serialize_struct("ImSession", 7)?, fields: *fields };
            written.put(Field::Capabilities, &im_session.capabilities)?;
            written.put(Field::Id, &im_session.id)?;
            written.put(Field::Participants, &im_session.participants)?;
            written.put(Field::Path, &im_session.path)?;
            written.put(Field::State, &im_session.state)?;
            written.put(Field::Uri, &im_session.uri)?;
            if !im_session.user_data.is_empty() {
                written.put(Field::UserData, &*im_session.user_data)?;
            }
            written.to.end()
        }
    }

    struct Written<W> {
        to: W,
        fields: Fields,
    }

    impl<W: SerializeStruct> Written<W> {
        fn put(&mut self, field: Field, value: &(impl Serialize + ?Sized)) -> Result<(), W::Error> {
            if self.fields.contains(field) { self.to.serialize_field(field.into(), value) } else { Ok(()) }
        }
    }

    impl Serialize for ListBody<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut body = serializer.serialize_struct("ListBody", 2)?;
            match self {
                ListBody::Uris(uris) => {
                    body.serialize_field("statusCode", &StatusCode::Ok)?;
                    body.serialize_field("uris", uris)?;
                }
                ListBody::ImSessions(im_sessions) => {
                    body.serialize_field("imSessions", im_sessions)?;
                    body.serialize_field("statusCode", &StatusCode::Ok)?;
                }
            }
            body.end()
        }
    }

    impl Serialize for SingleBody<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut body = serializer.serialize_struct("SingleBody", 2)?;
            body.serialize_field("imSession", &self.im_session)?;
            body.serialize_field("statusCode", &StatusCode::Ok)?;
            body.end()
        }
    }
}
