//! The bodies of answers to reads.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Fields, ImSession, StatusCode};

/// The body of the answer to reading the list. Specification 4.
///
/// Without `fields` it is written as the full addresses, `{"statusCode":0,"uris":[…]}`, with `fields` as the sessions,
/// `{"imSessions":[…],"statusCode":0}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListBody<'a> {
    /// The sessions.
    pub im_sessions: Vec<ImSession<'a>>,
    /// Which fields of each are written; `None`: their addresses alone.
    pub fields: Option<Fields>,
}

impl ListBody<'_> {
    /// The full addresses of the sessions.
    pub fn uris(&self) -> impl Iterator<Item = String> {
        self.im_sessions.iter().map(|im_session| im_session.uri().to_string())
    }
}

/// The body of the answer to reading one session: `{"imSession":{…},"statusCode":0}`. Specification 4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SingleBody<'a> {
    /// The session.
    pub im_session: ImSession<'a>,
    /// Which of its fields are written.
    pub fields: Fields,
}

/// The answer of another service to `GET …/im-sessions?fields=*`, as it is read. Specification 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ImSessionList {
    /// The sessions.
    pub im_sessions: Vec<ImSession<'static>>,
    /// [`StatusCode::Ok`] where the service succeeded, and where it does not say.
    pub status_code: StatusCode,
}
