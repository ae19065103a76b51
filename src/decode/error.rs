//! What can be wrong with the text.

use crate::event::{BadAttribute, UnreadableEvent};

/// Something that could not be read, and where. The rest of the input is read all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {kind}")]
pub struct DecodeError {
    /// The line, from 1; of a log message the line of its header.
    pub line: u64,
    /// What is wrong.
    pub kind: DecodeErrorKind,
}

/// What is wrong with a line or a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The whole input holds no event of any form.
    #[error("expected events as JSON lines, T-Server log or Platform SDK log, found no line of any of these forms")]
    NoForm,
    /// One message is longer than the limit.
    #[error("expected a message of at most {limit} bytes, found a longer one")]
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A line of a JSON lines input is no event.
    #[cfg(feature = "json")]
    #[error(transparent)]
    Json(#[from] crate::event::EventJsonError),
    /// The lines up to this one, from where the last error was, are not JSON either.
    #[error("expected JSON objects, found other lines since line {since}")]
    MoreNotJson {
        /// The first of these lines.
        since: u64,
    },
    /// An attribute's value is not of its type.
    #[error(transparent)]
    BadAttribute(#[from] BadAttribute),
    /// The event lacks what every event of a session has.
    #[error(transparent)]
    Unreadable(#[from] UnreadableEvent),
}
