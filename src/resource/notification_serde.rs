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

/// The fields of either message type, in the order of the alphabet.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionChanged<'n, 's> {
    im_session: &'n ImSession<'s>,
    message_type: &'static str,
    notification_type: &'static str,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct NewMessage<'n> {
    im_session_path: &'n str,
    message: &'n str,
    message_type: &'static str,
    notification_type: &'static str,
}

/// Both in one, to be read: `messageType` may come last.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    im_session: Option<ImSession<'a>>,
    im_session_path: Option<Cow<'a, str>>,
    message: Option<Cow<'a, str>>,
    message_type: Cow<'a, str>,
    notification_type: Cow<'a, str>,
}

impl Serialize for Notification<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Notification::SessionChanged { im_session, notification_type } => {
                let (message_type, notification_type) = (STATE_CHANGE, notification_type.name());
                let data = SessionChanged { im_session, message_type, notification_type };
                Envelope { data }.serialize(serializer)
            }
            Notification::NewMessage { im_session_path, message } => {
                let (message_type, notification_type) = (LOG_UPDATE, NEW_MESSAGE);
                let data = NewMessage { im_session_path, message, message_type, notification_type };
                Envelope { data }.serialize(serializer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Notification<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Envelope { data } = Envelope::<Data<'_>>::deserialize(deserializer)?;
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
