//! The bodies of answers to reads.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Fields, ImSession, StatusCode};

/// The body of the answer to reading the list. [Specification 4][4].
///
/// Without `fields` it consists of the full addresses, `{"statusCode":0,"uris":[…]}`, with `fields` of the sessions,
/// `{"imSessions":[…],"statusCode":0}`.
///
/// ```
/// # #[cfg(all(feature = "std", feature = "serde"))] {
/// use im_session::{Agent, BaseUri, CallEvent, Event, Query, Sessions};
///
/// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
/// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
/// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
///
/// let me = Agent::new().with_device("/devices/1", "3002");
/// let list = sessions.list(&me, &Query::parse(""));
/// assert!(list.uris().eq(["http://localhost:8090/api/v2/im-sessions/007"]));
/// let mut json = Vec::new();
/// list.write_json(&mut json);
/// assert!(json.starts_with(br#"{"statusCode":0,"uris":["#));
/// # }
/// ```
///
/// [4]: crate::guide::specification#4-operations
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListBody<'a> {
    /// The sessions.
    pub im_sessions: Vec<ImSession<'a>>,
    /// The fields of each session to write. `None` means only the addresses.
    pub fields: Option<Fields>,
}

impl<'a> ListBody<'a> {
    /// Merges the answers of several stores into one list, in byte order of DN, then id. The fields are those of the
    /// first answer.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::resource::ListBody;
    /// use im_session::{Agent, BaseUri, CallEvent, Event, Query, Sessions};
    ///
    /// let me = Agent::new().with_device("/devices/1", "3002").with_device("/devices/2", "3001");
    /// let mut shards = [(); 2].map(|()| Sessions::new(BaseUri::new("http://localhost:8090")));
    /// for (store, dn) in shards.iter_mut().zip(["3002", "3001"]) {
    ///     let ringing = Event::new(CallEvent::Ringing).with_this_dn(dn).with_call_uuid("007");
    ///     assert_eq!(store.handle_event(&ringing).unwrap().changed().count(), 1);
    /// }
    /// let list = ListBody::merged(shards.iter().map(|store| store.list(&me, &Query::parse("fields=*"))));
    /// let dns: Vec<_> = list.im_sessions.iter().map(|im_session| im_session.this_dn()).collect();
    /// assert_eq!(dns, [Some("3001"), Some("3002")]);
    /// # }
    /// ```
    #[must_use]
    pub fn merged(answers: impl IntoIterator<Item = ListBody<'a>>) -> Self {
        let mut answers = answers.into_iter();
        let mut merged = answers.next().unwrap_or(ListBody { im_sessions: Vec::new(), fields: None });
        merged.im_sessions.extend(answers.flat_map(|answer| answer.im_sessions));
        merged.im_sessions.sort_by(|one, other| (one.this_dn(), one.id()).cmp(&(other.this_dn(), other.id())));
        merged
    }

    /// The full addresses of the sessions.
    pub fn uris(&self) -> impl Iterator<Item = String> {
        self.im_sessions.iter().map(|im_session| im_session.uri().to_string())
    }
}

/// The body of the answer to reading one session: `{"imSession":{…},"statusCode":0}`. [Specification 4][4].
///
/// [4]: crate::guide::specification#4-operations
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SingleBody<'a> {
    /// The session.
    pub im_session: ImSession<'a>,
    /// The fields to write.
    pub fields: Fields,
}

/// The list that another service returns for `GET …/im-sessions?fields=*`. [Specification 1][1].
///
/// [1]: crate::guide::specification#1-the-resource
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ImSessionList {
    /// The sessions.
    pub im_sessions: Vec<ImSession<'static>>,
    /// [`StatusCode::Ok`] if the service succeeded, or did not send a statusCode.
    pub status_code: StatusCode,
}
