//! What is pushed to an agent's desktop.

use crate::machine::{UnknownName, unknown};
use alloc::borrow::Cow;

use super::{BaseUri, ImSession};
use crate::session::Change;

/// What a notification of a session is about. Exhaustive by decision: clients switch on it.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    strum::IntoStaticStr,
)]
#[strum(parse_err_ty = UnknownName, parse_err_fn = unknown::<NotificationType>)]
pub enum NotificationType {
    /// State or participants changed, perhaps user data with them.
    StatusChange,
    /// Only user data changed.
    AttachedDataChanged,
}

impl NotificationType {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What a change is told as.
    #[must_use]
    pub fn of(change: &Change) -> Self {
        if change.state() || change.participants {
            NotificationType::StatusChange
        } else {
            NotificationType::AttachedDataChanged
        }
    }
}

/// A notification. Specification 5. Exhaustive by decision, as the two message types of the API are.
///
/// It goes to the [`TOPIC`](super::TOPIC) of the agent whose DN the session belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notification<'a> {
    /// The session changed: always the whole resource. *IM Session Message Type*.
    SessionChanged {
        /// The session as it is now.
        im_session: ImSession<'a>,
        /// What changed.
        notification_type: NotificationType,
    },
    /// A message arrived. *IM Session SendMessage*.
    NewMessage {
        /// The `path` of the session.
        im_session_path: Cow<'a, str>,
        /// The text.
        message: Cow<'a, str>,
    },
}

impl<'a> Notification<'a> {
    /// The notification that tells `change`.
    #[must_use]
    pub fn of_change(im_session: ImSession<'a>, change: &Change) -> Self {
        Notification::SessionChanged { im_session, notification_type: NotificationType::of(change) }
    }

    /// The notification of a message at the session with this id.
    #[must_use]
    pub fn of_message(id: &str, message: impl Into<Cow<'a, str>>) -> Self {
        Notification::NewMessage { im_session_path: BaseUri::path(id).into(), message: message.into() }
    }

    /// The same notification with all its text copied.
    #[must_use]
    pub fn into_owned(self) -> Notification<'static> {
        match self {
            Notification::SessionChanged { im_session, notification_type } => {
                Notification::SessionChanged { im_session: im_session.into_owned(), notification_type }
            }
            Notification::NewMessage { im_session_path, message } => Notification::NewMessage {
                im_session_path: Cow::Owned(im_session_path.into_owned()),
                message: Cow::Owned(message.into_owned()),
            },
        }
    }
}
