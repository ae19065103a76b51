//! The JSON form of a notification: `{"data":{…}}`, told apart by `messageType`.

use alloc::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

use super::{ImSession, Notification};

const STATE_CHANGE: &str = "IMSessionStateChangeMessage";
const LOG_UPDATE: &str = "IMLogUpdateMessage";
const NEW_MESSAGE: &str = "NewMessage";

#[derive(serde::Serialize, serde::Deserialize)]
struct Envelope<D> {
    data: D,
}

/// Both message types in one: each has two of the four optional fields, and the order is the alphabet's.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a, S> {
    #[serde(skip_serializing_if = "Option::is_none")]
    im_session: Option<S>,
    #[serde(skip_serializing_if = "Option::is_none")]
    im_session_path: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Cow<'a, str>>,
    message_type: Cow<'a, str>,
    notification_type: Cow<'a, str>,
}

impl Serialize for Notification<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let data = match self {
            Notification::SessionChanged { im_session, notification_type } => Data {
                im_session: Some(im_session),
                im_session_path: None,
                message: None,
                message_type: STATE_CHANGE.into(),
                notification_type: notification_type.name().into(),
            },
            Notification::NewMessage { im_session_path, message } => Data {
                im_session: None,
                im_session_path: Some(Cow::Borrowed(im_session_path)),
                message: Some(Cow::Borrowed(message)),
                message_type: LOG_UPDATE.into(),
                notification_type: NEW_MESSAGE.into(),
            },
        };
        Envelope { data }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Notification<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Envelope { data } = Envelope::<Data<'_, ImSession<'_>>>::deserialize(deserializer)?;
        match &*data.message_type {
            STATE_CHANGE => Ok(Notification::SessionChanged {
                im_session: data.im_session.ok_or_else(|| D::Error::missing_field("imSession"))?,
                notification_type: data.notification_type.trim().parse().map_err(|_| {
                    D::Error::unknown_variant(&data.notification_type, &["StatusChange", "AttachedDataChanged"])
                })?,
            }),
            LOG_UPDATE => Ok(Notification::NewMessage {
                im_session_path: data.im_session_path.ok_or_else(|| D::Error::missing_field("imSessionPath"))?,
                message: data.message.ok_or_else(|| D::Error::missing_field("message"))?,
            }),
            other => Err(D::Error::unknown_variant(other, &[STATE_CHANGE, LOG_UPDATE])),
        }
    }
}
