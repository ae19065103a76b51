//! The address of the service, and of a session in it.

use alloc::string::String;
use core::fmt;

/// The base address of the service, set by the embedder. Slashes at the end are removed.
///
/// ```
/// use im_session::BaseUri;
///
/// let base = BaseUri::new("http://localhost:8090/");
/// assert_eq!(base.uri_of("007").to_string(), "http://localhost:8090/api/v2/im-sessions/007");
/// assert_eq!(BaseUri::path_of("007").to_string(), "/im-sessions/007");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BaseUri {
    /// The full address of every session up to its id.
    before_id: String,
}

impl BaseUri {
    /// The path of a session up to its id.
    pub(super) const PATH: &str = "/im-sessions/";
    /// The part of a full address between the base address and the id.
    pub(super) const API_AND_PATH: &str = "/api/v2/im-sessions/";

    /// The base address from a text.
    #[must_use]
    pub fn new(address: impl Into<String>) -> Self {
        let mut address = address.into();
        address.truncate(address.trim_end_matches('/').len());
        address.push_str(Self::API_AND_PATH);
        BaseUri { before_id: address }
    }

    /// The address without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.before_id.strip_suffix(Self::API_AND_PATH).unwrap_or_default()
    }

    /// The full address of a session up to its id.
    #[cfg(feature = "serde")]
    pub(super) fn before_id(&self) -> &str {
        &self.before_id
    }

    /// The `path` of a session: `/im-sessions/{id}`.
    pub fn path_of(id: &str) -> impl fmt::Display + '_ {
        Joined(Self::PATH, id)
    }

    /// The `uri` of a session: this address, `/api/v2` and the path.
    pub fn uri_of<'a>(&'a self, id: &'a str) -> impl fmt::Display + 'a {
        Joined(&self.before_id, id)
    }
}

impl fmt::Debug for BaseUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BaseUri").field(&self.as_str()).finish()
    }
}

/// Two texts one after the other.
struct Joined<'a>(&'a str, &'a str);

impl fmt::Display for Joined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)?;
        f.write_str(self.1)
    }
}
