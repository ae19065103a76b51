//! Where the service lives.

use alloc::borrow::Cow;
use alloc::string::String;

/// The base address of the service, which the embedder gives. A slash at the end does not count.
///
/// ```
/// use im_session::BaseUri;
///
/// let base = BaseUri::new("http://localhost:8090/");
/// assert_eq!(BaseUri::path("007"), "/im-sessions/007");
/// assert_eq!(base.uri("007"), "http://localhost:8090/api/v2/im-sessions/007");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BaseUri<'a>(Cow<'a, str>);

impl<'a> BaseUri<'a> {
    /// This address.
    #[must_use]
    pub fn new(address: impl Into<Cow<'a, str>>) -> Self {
        BaseUri(match address.into() {
            Cow::Borrowed(address) => Cow::Borrowed(address.trim_end_matches('/')),
            Cow::Owned(mut address) => {
                address.truncate(address.trim_end_matches('/').len());
                Cow::Owned(address)
            }
        })
    }

    /// The address without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The `path` of a session: `/im-sessions/{id}`.
    #[must_use]
    pub fn path(id: &str) -> String {
        joined(&["/im-sessions/", id])
    }

    /// The `uri` of a session: this address, `/api/v2` and the path.
    #[must_use]
    pub fn uri(&self, id: &str) -> String {
        joined(&[self.as_str(), "/api/v2/im-sessions/", id])
    }
}

/// The parts in one piece of memory. (Inlined, the fixed parts cost a move each; `concat` looks at all of them twice.)
#[inline(always)]
fn joined(parts: &[&str]) -> String {
    let mut text = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        text.push_str(part);
    }
    text
}
