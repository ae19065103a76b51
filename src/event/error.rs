//! The errors of reading an event from text.

use alloc::string::String;

/// An attribute whose value has the wrong type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{event}: expected {expected} as {attribute}, found {found}")]
#[non_exhaustive]
pub struct BadAttribute {
    /// The name of the event, at most its first 80 characters.
    pub event: String,
    /// The name of the attribute.
    pub attribute: &'static str,
    /// What was expected.
    pub expected: &'static str,
    /// What was found, at most its first 80 characters.
    pub found: String,
}

/// A JSON text that is not an event.
#[cfg(feature = "json")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventJsonError {
    /// The text is not a JSON object.
    #[error("expected a JSON object, found something else: {reason}")]
    NotAnObject {
        /// The message of the JSON parser, with the column.
        reason: String,
    },
    /// The object names no event.
    #[error("expected the key Event with a name that begins with Event, found none")]
    NamesNoEvent,
    /// The value of an attribute has the wrong type.
    #[error(transparent)]
    BadAttribute(#[from] BadAttribute),
}
