//! Makes the id of a session from its Call-ID and its local tag.

use alloc::string::String;
use core::fmt::Write as _;

use sha2::{Digest, Sha256};

/// What identifies a session at an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallIdentity<'a> {
    /// The Call-ID.
    pub call_id: &'a str,
    /// The tag of the endpoint: for a caller the From tag of its INVITE, for a callee the To tag of its first response.
    /// Empty if it has none.
    pub local_tag: &'a str,
    /// The tag of the other party; empty if it is not known yet. It is not part of the identity, since the forks of one
    /// INVITE differ in it.
    pub remote_tag: &'a str,
    /// The DN of the endpoint.
    pub this_dn: &'a str,
}

impl<'a> CallIdentity<'a> {
    /// An identity, for testing a function that makes ids.
    #[must_use]
    pub const fn new(call_id: &'a str, local_tag: &'a str, remote_tag: &'a str, this_dn: &'a str) -> Self {
        CallIdentity { call_id, local_tag, remote_tag, this_dn }
    }
}

/// The default function for session ids. It makes the id from Call-ID and local tag, the same in every run.
///
/// The id is `<Call-ID>~~<tag>`, where bytes other than `[A-Za-z0-9._-]` are written as `~` and two hex digits. If that
/// is longer than 64 characters, the id is the SHA-256 of Call-ID, a zero byte and tag, in 64 lower-case hex digits.
/// Two different pairs never get the same readable id. A readable id always contains a `~`, and a hash never does.
/// Hashes do not collide in practice, not even deliberately.
///
/// ```
/// use im_session::sip::{CallIdentity, session_id};
///
/// assert_eq!(session_id(&CallIdentity::new("843817637684230@998sdasdh09", "1928301774", "", "3001")),
///     "843817637684230~40998sdasdh09~~1928301774");
/// assert_eq!(session_id(&CallIdentity::new(&"x".repeat(80), "a1", "", "3001")).len(), 64);
/// ```
#[must_use]
pub fn session_id(identity: &CallIdentity<'_>) -> String {
    let mut id = String::new();
    escape(identity.call_id, &mut id);
    id.push_str("~~");
    escape(identity.local_tag, &mut id);
    if id.len() <= 64 {
        return id;
    }
    let hash = Sha256::new().chain_update(identity.call_id).chain_update([0]).chain_update(identity.local_tag);
    id.clear();
    for byte in hash.finalize() {
        let _ = write!(id, "{byte:02x}");
    }
    id
}

fn escape(text: &str, into: &mut String) {
    // A longer text makes the id a hash in any case.
    for byte in text.bytes().take(65) {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-') {
            into.push(char::from(byte));
        } else {
            let _ = write!(into, "~{byte:02X}");
        }
    }
}
