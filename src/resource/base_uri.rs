//! The address of the service, and of a session in it.

use alloc::string::String;
use core::fmt;

/// The base address of the service, which the embedder gives. A slash at the end is dropped.
///
/// ```
/// use im_session::BaseUri;
///
/// let base = BaseUri::new("http://localhost:8090/");
/// assert_eq!(base.uri_of("007").to_string(), "http://localhost:8090/api/v2/im-sessions/007");
/// assert_eq!(BaseUri::path_of("007").to_string(), "/im-sessions/007");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BaseUri(String);

impl BaseUri {
    /// This address.
    #[must_use]
    pub fn new(address: impl Into<String>) -> Self {
        let mut address = address.into();
        address.truncate(address.trim_end_matches('/').len());
        BaseUri(address)
    }

    /// The address without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The `path` of a session: `/im-sessions/{id}`.
    pub fn path_of(id: &str) -> impl fmt::Display + '_ {
        Joined(["", "/im-sessions/", id])
    }

    /// The `uri` of a session: this address, `/api/v2` and the path.
    pub fn uri_of<'a>(&'a self, id: &'a str) -> impl fmt::Display + 'a {
        Joined([self.as_str(), "/api/v2/im-sessions/", id])
    }
}

/// Texts one after the other.
struct Joined<'a>([&'a str; 3]);

impl fmt::Display for Joined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| f.write_str(part))
    }
}
