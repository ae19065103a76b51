//! Which texts are valid ids of a session.

use alloc::string::String;

use crate::excerpt::excerpt;

/// The maximum length of an id, in characters.
const LONGEST: usize = 64;

/// A CallUUID that cannot be the id of a session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a CallUUID of 1 to 64 characters of [A-Za-z0-9._~-] other than . and .., found {found:?}")]
pub struct BadCallUuid {
    /// What was found, its first 80 characters.
    pub found: String,
}

/// Checks that `text` can be the id of a session. The id is part of a URL path, which restricts its characters.
/// [Specification 2][2].
///
/// ```
/// use im_session::event::check_call_uuid;
///
/// assert!(check_call_uuid("007MDF3D0KAHL93L807GK2LAES000001").is_ok());
/// assert!(check_call_uuid("a/b").is_err() && check_call_uuid("..").is_err());
/// ```
///
/// # Errors
///
/// [`BadCallUuid`] unless it is 1 to 64 characters of `[A-Za-z0-9._~-]` and neither `.` nor `..`.
///
/// [2]: crate::guide::specification#2-events-and-identity
pub fn check_call_uuid(text: &str) -> Result<(), BadCallUuid> {
    let fits = (1..=LONGEST).contains(&text.len());
    let unreserved = |byte: u8| matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'~' | b'-');
    // Without an early exit, so that the compiler can vectorise it.
    let all_unreserved = || text.bytes().fold(true, |all, byte| all & unreserved(byte));
    if fits && all_unreserved() && text != "." && text != ".." {
        Ok(())
    } else {
        Err(BadCallUuid { found: excerpt(text) })
    }
}
