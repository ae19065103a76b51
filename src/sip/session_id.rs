//! The id of a session that is known by its Call-ID and its local tag.

use alloc::string::String;
use core::fmt::Write as _;

use sha2::{Digest, Sha256};

/// What tells one session at an endpoint from all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallIdentity<'a> {
    /// The Call-ID.
    pub call_id: &'a str,
    /// The endpoint's own tag: of a caller the From tag of its INVITE, of a callee the To tag of its first answer.
    /// Empty where it gave none.
    pub local_tag: &'a str,
    /// The other party's tag; empty where it is not known yet. Not part of the identity: the forks of one INVITE differ
    /// in it.
    pub remote_tag: &'a str,
    /// The endpoint's own DN.
    pub this_dn: &'a str,
}

impl<'a> CallIdentity<'a> {
    /// An identity, for trying out a function that makes ids.
    #[must_use]
    pub const fn new(call_id: &'a str, local_tag: &'a str, remote_tag: &'a str, this_dn: &'a str) -> Self {
        CallIdentity { call_id, local_tag, remote_tag, this_dn }
    }
}

/// The id that a session has unless the embedder has another function: made of Call-ID and local tag, the same in every
/// run.
///
/// `<Call-ID>~~<tag>`, where bytes other than `[A-Za-z0-9._-]` are written `~` and two hex digits; if that is longer
/// than 64 characters, it is the SHA-256 of Call-ID, a zero byte and tag, in 64 lower-case hex digits. Two different
/// pairs never get the same readable id, a readable id always has a `~` and a hash never, and two hashes do not meet in
/// practice, not even where somebody tries.
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
    // Of a longer text the id is a hash.
    for byte in text.bytes().take(65) {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-') {
            into.push(char::from(byte));
        } else {
            let _ = write!(into, "~{byte:02X}");
        }
    }
}
