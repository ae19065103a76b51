//! What can be wrong with the text.

use alloc::string::String;

use crate::event::{BadAttribute, UnreadableEvent};

/// Something that could not be read, and where. The rest of the input is read all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {kind}")]
#[non_exhaustive]
pub struct DecodeError {
    /// Which of the files given together, from 0.
    pub file: usize,
    /// The line, from 1; of a log message the line of its header.
    pub line: u64,
    /// What is wrong.
    pub kind: DecodeErrorKind,
}

/// What is wrong with a line, a message or a whole file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// A whole file holds no event of any form.
    #[error(
        "expected events as JSON lines, T-Server log or Platform SDK log, found none in the whole file{}",
        what_is(.nearest.as_ref())
    )]
    NoEvents {
        /// What came nearest to one, in the line of the error; nothing if nothing did.
        nearest: Option<Nearest>,
    },
    /// One message is longer than the limit.
    #[error("expected a message of at most {limit} bytes, found a longer one")]
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A line that looks like an event as a JSON object is none.
    #[cfg(feature = "json")]
    #[error(transparent)]
    Json(#[from] crate::event::EventJsonError),
    /// An attribute's value is not of its type.
    #[error(transparent)]
    BadAttribute(#[from] BadAttribute),
    /// The event lacks what every event of a session has.
    #[error(transparent)]
    Unreadable(#[from] UnreadableEvent),
}

/// What in a file without events came nearest to one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {line:?}")]
#[non_exhaustive]
pub struct Nearest {
    /// What it is.
    pub kind: NearestKind,
    /// The line, its first 80 characters.
    pub line: String,
}

/// What a [`Nearest`] line is; the later ones are nearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NearestKind {
    /// It names an event.
    #[error("a line with the name of an event")]
    EventName,
    /// It has an attribute of a log, but no header stands before it.
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
