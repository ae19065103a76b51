//! The names of the attributes that matter to a session, without the prefix `Attribute` and without regard to case.

/// The name of an attribute of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttributeName {
    ThisDN,
    OtherDN,
    CallUUID,
    ConnID,
    EventSequenceNumber,
    ServerStartTime,
    UserData,
    Extensions,
    ReferenceID,
    ErrorCode,
    ErrorMessage,
}

impl AttributeName {
    /// The attribute with this name, if it is one that matters.
    #[inline(always)]
    pub(crate) fn from_name(name: &[u8]) -> Option<Self> {
        // Select by length, so that nearly every name takes one comparison: only these candidates share a length.
        let candidate = match name.len() {
            6 if name.first().is_some_and(|first| first.eq_ignore_ascii_case(&b'T')) => AttributeName::ThisDN,
            6 => AttributeName::ConnID,
            7 => AttributeName::OtherDN,
            8 if name.first().is_some_and(|first| first.eq_ignore_ascii_case(&b'U')) => AttributeName::UserData,
            8 => AttributeName::CallUUID,
            9 => AttributeName::ErrorCode,
            10 => AttributeName::Extensions,
            11 => AttributeName::ReferenceID,
            12 => AttributeName::ErrorMessage,
            15 => AttributeName::ServerStartTime,
            19 => AttributeName::EventSequenceNumber,
            0..=5 | 13..=14 | 16..=18 | 20.. => return None,
        };
        let spelled = candidate.name().as_bytes();
        // Compare the last letter first, since most other names differ in it. Nearly all names are spelled as here.
        let same_end = name.last().map(u8::to_ascii_lowercase) == spelled.last().map(u8::to_ascii_lowercase);
        (same_end && (name == spelled || name.eq_ignore_ascii_case(spelled))).then_some(candidate)
    }

    /// The name as T-Library spells it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            AttributeName::ThisDN => "ThisDN",
            AttributeName::OtherDN => "OtherDN",
            AttributeName::CallUUID => "CallUUID",
            AttributeName::ConnID => "ConnID",
            AttributeName::EventSequenceNumber => "EventSequenceNumber",
            AttributeName::ServerStartTime => "ServerStartTime",
            AttributeName::UserData => "UserData",
            AttributeName::Extensions => "Extensions",
            AttributeName::ReferenceID => "ReferenceID",
            AttributeName::ErrorCode => "ErrorCode",
            AttributeName::ErrorMessage => "ErrorMessage",
        }
    }
}
