//! The connection id of a call.

use core::fmt;
use core::str::FromStr;

/// A T-Library ConnID: 64 bits, written as 16 hex digits.
///
/// ```
/// use im_session::ConnId;
///
/// let conn_id: ConnId = "0077028A809F7004".parse().unwrap();
/// assert_eq!(conn_id.to_string(), "0077028a809f7004");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(pub u64);

/// A text that is no ConnID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected hex digits of at most 64 bits")]
pub struct BadConnId;

impl FromStr for ConnId {
    type Err = BadConnId;

    fn from_str(text: &str) -> Result<Self, BadConnId> {
        // `from_str_radix` alone would take a sign.
        if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(BadConnId);
        }
        u64::from_str_radix(text, 16).map(ConnId).map_err(|_| BadConnId)
    }
}

impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
