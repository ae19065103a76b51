//! The errors in a message, and the reasons why the observer refuses one. A refused message has changed nothing.

use alloc::string::String;

use crate::event::BadCallUuid;

/// Why a SIP message was refused. No session has changed in this case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SipError {
    /// The bytes do not begin like a SIP message.
    #[error("expected a SIP request or status line, found {found:?}")]
    NotSip {
        /// Their first 80 characters.
        found: String,
    },
    /// The first line has another version.
    #[error("expected SIP/2.0, found {found:?}")]
    BadVersion {
        /// The version.
        found: String,
    },
    /// The status code is not one of 100 to 699.
    #[error("expected a status code of 100 to 699, found {found:?}")]
    BadStatus {
        /// The code.
        found: String,
    },
    /// The message ends within a header line that is needed.
    #[error("expected the end of a header line, found the end of the message")]
    NoEndOfHeaders,
    /// A header that every message has is missing, and a line among the headers is not a header line.
    #[error("expected a header line `name: value`, found {found:?}")]
    BadHeaderLine {
        /// The line, its first 80 characters.
        found: String,
    },
    /// A header that every message has is missing.
    #[error("expected the header {header}, found none")]
    MissingHeader {
        /// The name of the header.
        header: &'static str,
    },
    /// A header that is allowed only once is repeated.
    #[error("expected the header {header} once, found it again")]
    RepeatedHeader {
        /// The name of the header.
        header: &'static str,
    },
    /// The value of a header is invalid.
    #[error("{header}: expected {expected}, found {found:?}")]
    BadHeader {
        /// The name of the header.
        header: &'static str,
        /// What was expected.
        expected: &'static str,
        /// What was found, its first 80 characters.
        found: String,
    },
    /// The method of the request line is not that of CSeq.
    #[error("expected the method of CSeq, {cseq:?}, in the request line, found {found:?}")]
    MethodMismatch {
        /// The method in CSeq.
        cseq: String,
        /// The method of the request line.
        found: String,
    },
    /// A message, or a part of it that is kept, is longer than the limit.
    #[error("expected {what} of at most {limit} bytes, found {found}")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// The limit.
        limit: usize,
        /// Its length.
        found: usize,
    },
    /// The body of a MESSAGE is shorter than its Content-Length says.
    #[error("expected a body of {expected} bytes, found {found}")]
    ShortBody {
        /// The number in Content-Length.
        expected: usize,
        /// The number of bytes in the message.
        found: usize,
    },
    /// The limit of open calls is reached, so a new one cannot be followed.
    #[error("expected at most {limit} open calls, found one more")]
    TooManyCalls {
        /// The limit.
        limit: usize,
    },
    /// The function of the embedder returned something that cannot be the id of a session.
    #[error("the session id: {0}")]
    BadSessionId(#[from] BadCallUuid),
    /// Another open call of the same DN has this id.
    #[error("expected a session id that no open call has, found {id:?} again")]
    SessionIdInUse {
        /// The id.
        id: String,
    },
}

/// An excerpt of a message for an error. No character has more than four bytes, so the first 400 bytes are enough.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    crate::excerpt::excerpt(&String::from_utf8_lossy(bytes.get(..400).unwrap_or(bytes)))
}
