//! The resource itself, and the list of all.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::{BaseUri, Participant, StatusCode};
use crate::event::KeyValueList;
use crate::machine::{Capabilities, CapabilityTable, State};
use crate::session::Session;

/// An IM session as `GET /api/v2/me/im-sessions?fields=*` shows it. Specification 1, *IM Session Resource*.
///
/// Reading is tolerant: unknown fields are skipped, the state is trimmed, the order of capabilities is free, and only `id`
/// and `state` must be there. Nothing is borrowed, so a resource can be read from a stream as well.
///
/// ```
/// # #[cfg(feature = "json")] {
/// use im_session::{ImSession, Operation, State};
///
/// let json = r#"{"id":"007","state":" Talking","capabilities":["Complete","SendMessage"],"new":1}"#;
/// let im_session: ImSession<'_> = serde_json::from_str(json).unwrap();
/// assert_eq!(im_session.state, State::Talking);
/// assert!(im_session.capabilities.contains(Operation::SendMessage));
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct ImSession<'a> {
    /// The operations that may be performed now.
    #[cfg_attr(feature = "serde", serde(default))]
    pub capabilities: Capabilities,
    /// The id: the CallUUID.
    pub id: Cow<'a, str>,
    /// The other parties, never the agent itself.
    #[cfg_attr(feature = "serde", serde(default, deserialize_with = "null_is_default"))]
    pub participants: Vec<Participant<'a>>,
    /// `/im-sessions/{id}`.
    #[cfg_attr(feature = "serde", serde(default))]
    pub path: Cow<'a, str>,
    /// The state.
    pub state: State,
    /// The full address of the session.
    #[cfg_attr(feature = "serde", serde(default))]
    pub uri: Cow<'a, str>,
    /// The user data; not written where there is none.
    #[cfg_attr(
        feature = "serde",
        serde(default, deserialize_with = "list_or_null", skip_serializing_if = "is_empty_list")
    )]
    pub user_data: Cow<'a, KeyValueList<'a>>,
}

/// The answer to reading all sessions. Specification 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct ImSessionList<'a> {
    /// The sessions.
    pub im_sessions: Vec<ImSession<'a>>,
    /// [`StatusCode::Ok`] where all went well, and where it is not said.
    #[cfg_attr(feature = "serde", serde(default))]
    pub status_code: StatusCode,
}

impl<'a> ImSession<'a> {
    /// What the API shows of `session`.
    #[must_use]
    pub fn of(session: &'a Session, base: &BaseUri<'_>, table: &CapabilityTable) -> Self {
        let id = session.id();
        ImSession {
            capabilities: session.capabilities(table),
            id: Cow::Borrowed(id),
            participants: session.participants().map(Participant::from_number).collect(),
            path: BaseUri::path(id).into(),
            state: session.state(),
            uri: base.uri(id).into(),
            user_data: Cow::Borrowed(session.user_data()),
        }
    }

    /// The same resource with all its text copied.
    #[must_use]
    pub fn into_owned(self) -> ImSession<'static> {
        ImSession {
            capabilities: self.capabilities,
            id: Cow::Owned(self.id.into_owned()),
            participants: self.participants.into_iter().map(Participant::into_owned).collect(),
            path: Cow::Owned(self.path.into_owned()),
            state: self.state,
            uri: Cow::Owned(self.uri.into_owned()),
            user_data: Cow::Owned(self.user_data.into_owned().into_owned()),
        }
    }
}

impl<'a> ImSessionList<'a> {
    /// The answer that lists these sessions.
    #[must_use]
    pub fn new(im_sessions: Vec<ImSession<'a>>) -> Self {
        ImSessionList { im_sessions, status_code: StatusCode::Ok }
    }

    /// The same list with all its text copied.
    #[must_use]
    pub fn into_owned(self) -> ImSessionList<'static> {
        let im_sessions = self.im_sessions.into_iter().map(ImSession::into_owned).collect();
        ImSessionList { im_sessions, status_code: self.status_code }
    }
}

#[cfg(feature = "serde")]
fn is_empty_list(list: &KeyValueList<'_>) -> bool {
    list.is_empty()
}

/// `null` reads as no user data.
#[cfg(feature = "serde")]
fn list_or_null<'de, 'a, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Cow<'a, KeyValueList<'a>>, D::Error> {
    null_is_default(deserializer).map(Cow::Owned)
}

/// `null` reads as what is there where nothing is said.
#[cfg(feature = "serde")]
pub(super) fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de> + Default,
{
    let value: Option<T> = serde::Deserialize::deserialize(deserializer)?;
    Ok(value.unwrap_or_default())
}
