//! What is pushed to an agent's desktop.

use alloc::borrow::Cow;

use super::ImSession;
use crate::machine::Operations;
use crate::named::named;
use crate::session::Change;

named! {
    /// What a notification of a session is about. Deliberately exhaustive: clients switch on it.
    pub enum NotificationType {
        /// State or participants changed, perhaps user data with them.
        StatusChange = "StatusChange",
        /// Only user data changed.
        AttachedDataChanged = "AttachedDataChanged",
    }
}

impl NotificationType {
    pub(crate) fn of(change: Change) -> Self {
        if change.changes_state() || change.participants {
            NotificationType::StatusChange
        } else {
            NotificationType::AttachedDataChanged
        }
    }
}

/// A notification. [Specification 5][5]. Deliberately exhaustive, like the two message types of the API.
///
/// It is pushed to the [`TOPIC`](super::TOPIC) of the agent whose DN the session belongs to.
/// [`for_rights`](Notification::for_rights) removes the capabilities for which that agent has no right.
///
/// ```
/// # #[cfg(feature = "json")] {
/// use im_session::{BaseUri, CallEvent, Event, Notification, Operation, Operations, Sessions};
///
/// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
/// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
/// let handled = sessions.handle_event(&ringing).unwrap();
/// let read_only = Operations::NONE;
/// let (_, notification) = handled.notifications().next().unwrap();
/// let json = serde_json::to_string(&notification.for_rights(read_only)).unwrap();
/// assert!(json.starts_with(r#"{"data":{"imSession":{"capabilities":[],"id":"007""#));
/// # }
/// ```
///
/// [5]: crate::guide::specification#5-notifications
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notification<'a> {
    /// The session changed. Contains the whole resource. *IM Session Message Type*.
    SessionChanged {
        /// The session in its current state.
        im_session: ImSession<'a>,
        /// What changed.
        notification_type: NotificationType,
    },
    /// A message arrived. *IM Session SendMessage*.
    NewMessage {
        /// The id of the session.
        id: Cow<'a, str>,
        /// The text.
        message: Cow<'a, str>,
    },
}

impl Notification<'_> {
    /// The notification for an agent with these rights: without the capabilities for which the agent has no right.
    /// [Specification 3][3].
    ///
    /// [3]: crate::guide::specification#3-capabilities-d
    #[must_use]
    pub fn for_rights(self, rights: Operations) -> Self {
        match self {
            Notification::SessionChanged { im_session, notification_type } => {
                Notification::SessionChanged { im_session: im_session.for_rights(rights), notification_type }
            }
            Notification::NewMessage { .. } => self,
        }
    }

    /// The same notification with its own copy of the data, so that it can be kept, or sent to another thread.
    #[must_use]
    pub fn into_owned(self) -> Notification<'static> {
        match self {
            Notification::SessionChanged { im_session, notification_type } => {
                Notification::SessionChanged { im_session: im_session.into_owned(), notification_type }
            }
            Notification::NewMessage { id, message } => {
                Notification::NewMessage { id: Cow::Owned(id.into_owned()), message: Cow::Owned(message.into_owned()) }
            }
        }
    }
}
