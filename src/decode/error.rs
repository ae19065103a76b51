//! The errors of decoding.

use alloc::string::String;

use crate::event::{BadAttribute, UnreadableEvent};

/// An error in the input, and its place. The rest of the input is still read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {kind}")]
#[non_exhaustive]
pub struct DecodeError {
    /// The index of the file, from 0.
    pub file: usize,
    /// The number of the line, from 1; for a message of a log that of its header.
    pub line: u64,
    /// What is wrong.
    pub kind: DecodeErrorKind,
}

/// What is wrong with a line, a message or a whole file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// A whole file has no event of any form.
    #[error(
        "expected events as JSON lines, T-Server log or Platform SDK log, found none in the whole file{}",
        what_is(.nearest.as_ref())
    )]
    NoEvents {
        /// The line that comes nearest to an event, which is the line of the error; `None` if there is none.
        nearest: Option<Nearest>,
    },
    /// A message is longer than the limit.
    #[error("expected a message of at most {limit} bytes, found a longer one")]
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A line looks like an event as a JSON object, but is not one.
    #[cfg(feature = "json")]
    #[error(transparent)]
    Json(#[from] crate::event::EventJsonError),
    /// The value of an attribute has the wrong type.
    #[error(transparent)]
    BadAttribute(#[from] BadAttribute),
    /// The event lacks an attribute that every event of a session has.
    #[error(transparent)]
    Unreadable(#[from] UnreadableEvent),
}

/// The line of a file without events that comes nearest to an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {line:?}")]
#[non_exhaustive]
pub struct Nearest {
    /// What it is.
    pub kind: NearestKind,
    /// The line, its first 80 characters.
    pub line: String,
}

/// What a [`Nearest`] line is. Later variants are nearer to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NearestKind {
    /// It names an event.
    #[error("a line with the name of an event")]
    EventName,
    /// It has an attribute of a log, but there is no header before it.
    #[error("an attribute of a T-Server log or Platform SDK log, without a header")]
    Attribute,
    /// It is the header of a request in a T-Server log.
    #[error("the header of a request in a T-Server log")]
    TServerRequest,
    /// It is the header of a request in a Platform SDK log.
    #[error("the header of a request in a Platform SDK log")]
    PlatformSdkRequest,
}

fn what_is(nearest: Option<&Nearest>) -> String {
    nearest.map_or_else(String::new, |nearest| alloc::format!("; the nearest is {nearest}"))
}
