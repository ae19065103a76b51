//! The JSON form of the resource, of lists and of notifications. This file defines the order of the fields, which is
//! alphabetical. Specification 1, 4 and 5.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, SerializeSeq, SerializeStruct, Serializer};

use super::addresses::Addresses;
use super::participant::digits_of;
use super::{
    BaseUri, Field, Fields, ImSession, ImSessionList, ListBody, Notification, NotificationType, Participant,
    SingleBody, StatusCode,
};
use crate::event::KeyValueList;
use crate::machine::{Operations, State};
use crate::named::Named;

/// All fields.
impl Serialize for ImSession<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Selected(self, Fields::ALL).serialize(serializer)
    }
}

/// A resource with only the requested fields.
struct Selected<'s>(&'s ImSession<'s>, Fields);

impl Serialize for Selected<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Selected(im_session, fields) = *self;
        let mut object = Chosen { fields, object: serializer.serialize_struct("ImSession", Field::ALL.len())? };
        let mut addresses = Addresses::new();
        let of_view = im_session.id_and_base_uri().and_then(|(id, base_uri)| addresses.of(base_uri, id));
        let (own_path, own_uri);
        let [id, path, uri] = match of_view {
            Some(addresses) => addresses,
            None => {
                (own_path, own_uri) = (im_session.path(), im_session.uri());
                [im_session.id(), &own_path, &own_uri]
            }
        };
        object.put(Field::Capabilities, &im_session.capabilities())?;
        object.put(Field::Id, id)?;
        object.put(Field::Participants, &Participants(im_session))?;
        object.put(Field::Path, path)?;
        object.put(Field::State, &im_session.state())?;
        object.put(Field::Uri, uri)?;
        // Absent if there is none.
        let user_data = im_session.user_data();
        if !user_data.is_empty() {
            object.put(Field::UserData, user_data)?;
        }
        object.object.end()
    }
}

/// Writes the requested fields.
struct Chosen<O> {
    fields: Fields,
    object: O,
}

impl<O: SerializeStruct> Chosen<O> {
    #[inline]
    fn put(&mut self, field: Field, value: &(impl Serialize + ?Sized)) -> Result<(), O::Error> {
        if self.fields.contains(field) { self.object.serialize_field(field.name(), value) } else { Ok(()) }
    }
}

struct Participants<'s>(&'s ImSession<'s>);

impl Serialize for Participants<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut array = serializer.serialize_seq(None)?;
        match self.0.numbers() {
            Some(mut numbers) => numbers.try_for_each(|(number, analysed)| match analysed {
                Some(analysed) => array.serialize_element(&Participant::from_analysed(number, &analysed)),
                None => array.serialize_element(&Unanalysed(number)),
            })?,
            None => self.0.participants().try_for_each(|participant| array.serialize_element(&participant))?,
        }
        array.end()
    }
}

/// The participant with this number, without number analysis: the same JSON as of a [`Participant`], without building
/// one.
struct Unanalysed<'n>(&'n str);

impl Serialize for Unanalysed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = self.0;
        let mut object = serializer.serialize_struct("Participant", 4)?;
        object.serialize_field("digits", &*digits_of(number))?;
        object.serialize_field("e164Number", number)?;
        object.serialize_field("formattedPhoneNumber", number)?;
        object.serialize_field("phoneNumber", number)?;
        object.end()
    }
}

impl<'de> Deserialize<'de> for ImSession<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// The fields for reading. They are owned, so that a resource can also be read from a stream.
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Read {
            #[serde(default, deserialize_with = "null_is_default")]
            capabilities: Operations,
            id: String,
            #[serde(default, deserialize_with = "null_is_default")]
            participants: Vec<Participant<'static>>,
            #[serde(default, deserialize_with = "null_is_default")]
            path: String,
            state: State,
            #[serde(default, deserialize_with = "null_is_default")]
            uri: String,
            #[serde(default, deserialize_with = "null_is_default")]
            user_data: KeyValueList<'static>,
        }
        let Read { capabilities, id, participants, path, state, uri, user_data } = Read::deserialize(deserializer)?;
        let im_session = ImSession::new(id, state).with_capabilities(capabilities).with_participants(participants);
        Ok(im_session.with_path(path).with_uri(uri).with_user_data(user_data))
    }
}

/// `null` reads as the default value.
pub(super) fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    let value: Option<T> = Deserialize::deserialize(deserializer)?;
    Ok(value.unwrap_or_default())
}

/// `{"statusCode":0,"uris":[…]}` or `{"imSessions":[…],"statusCode":0}`.
impl Serialize for ListBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_struct("ListBody", 2)?;
        match self.fields {
            None => {
                body.serialize_field("statusCode", &StatusCode::Ok)?;
                body.serialize_field("uris", &self.uris().collect::<Vec<_>>())?;
            }
            Some(fields) => {
                let selected: Vec<_> = self.im_sessions.iter().map(|one| Selected(one, fields)).collect();
                body.serialize_field("imSessions", &selected)?;
                body.serialize_field("statusCode", &StatusCode::Ok)?;
            }
        }
        body.end()
    }
}

/// `{"imSession":{…},"statusCode":0}`.
impl Serialize for SingleBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_struct("SingleBody", 2)?;
        body.serialize_field("imSession", &Selected(&self.im_session, self.fields))?;
        body.serialize_field("statusCode", &StatusCode::Ok)?;
        body.end()
    }
}

impl<'de> Deserialize<'de> for ImSessionList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Read {
            im_sessions: Option<Vec<ImSession<'static>>>,
            #[serde(default)]
            status_code: StatusCode,
        }
        let Read { im_sessions, status_code } = Read::deserialize(deserializer)?;
        match im_sessions {
            // An answer with only addresses must not read as an empty list, or reconciling with it would end all
            // sessions.
            None if status_code == StatusCode::Ok => Err(D::Error::missing_field("imSessions")),
            im_sessions => Ok(ImSessionList { im_sessions: im_sessions.unwrap_or_default(), status_code }),
        }
    }
}

pub(super) const STATE_CHANGE: &str = "IMSessionStateChangeMessage";
pub(super) const LOG_UPDATE: &str = "IMLogUpdateMessage";
pub(super) const NEW_MESSAGE: &str = "NewMessage";

/// `{"data":{…}}`. `messageType` distinguishes the kinds.
impl Serialize for Notification<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Data<'n>(&'n Notification<'n>);

        impl Serialize for Data<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut data = serializer.serialize_struct("Data", 4)?;
                match self.0 {
                    Notification::SessionChanged { im_session, notification_type } => {
                        data.serialize_field("imSession", im_session)?;
                        data.serialize_field("messageType", STATE_CHANGE)?;
                        data.serialize_field("notificationType", notification_type.name())?;
                    }
                    Notification::NewMessage { id, message } => {
                        data.serialize_field("imSessionPath", &format_args!("{}", BaseUri::path_of(id)))?;
                        data.serialize_field("message", message)?;
                        data.serialize_field("messageType", LOG_UPDATE)?;
                        data.serialize_field("notificationType", NEW_MESSAGE)?;
                    }
                }
                data.end()
            }
        }

        let mut root = serializer.serialize_struct("Notification", 1)?;
        root.serialize_field("data", &Data(self))?;
        root.end()
    }
}

impl<'de> Deserialize<'de> for Notification<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct Root {
            data: Data,
        }
        /// The fields of both kinds together, since `messageType` may come last.
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Data {
            im_session: Option<ImSession<'static>>,
            im_session_path: Option<String>,
            message: Option<String>,
            message_type: String,
            notification_type: String,
        }
        let Root { data } = Root::deserialize(deserializer)?;
        match &*data.message_type {
            STATE_CHANGE => Ok(Notification::SessionChanged {
                im_session: data.im_session.ok_or_else(|| D::Error::missing_field("imSession"))?,
                notification_type: data
                    .notification_type
                    .trim()
                    .parse()
                    .map_err(|_| D::Error::unknown_variant(&data.notification_type, NotificationType::NAMES))?,
            }),
            LOG_UPDATE => {
                let path = data.im_session_path.ok_or_else(|| D::Error::missing_field("imSessionPath"))?;
                let id = path.strip_prefix("/im-sessions/").ok_or_else(|| {
                    D::Error::custom(format_args!("expected an imSessionPath that begins with /im-sessions/"))
                })?;
                Ok(Notification::NewMessage {
                    id: Cow::Owned(id.into()),
                    message: data.message.ok_or_else(|| D::Error::missing_field("message"))?.into(),
                })
            }
            other => Err(D::Error::unknown_variant(other, &[STATE_CHANGE, LOG_UPDATE])),
        }
    }
}
