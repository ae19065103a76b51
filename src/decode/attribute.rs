//! The attributes that matter to a session, by name, without the prefix `Attribute` and without regard to case.

/// An attribute of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
pub(super) enum Attribute {
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

impl Attribute {
    pub(super) fn from_name(name: &[u8]) -> Option<Self> {
        // One comparison for nearly every name: no two candidates but these share a length.
        let candidate = match name.len() {
            6 if name.first().is_some_and(|first| first.eq_ignore_ascii_case(&b'T')) => Attribute::ThisDN,
            6 => Attribute::ConnID,
            7 => Attribute::OtherDN,
            8 if name.first().is_some_and(|first| first.eq_ignore_ascii_case(&b'U')) => Attribute::UserData,
            8 => Attribute::CallUUID,
            9 => Attribute::ErrorCode,
            10 => Attribute::Extensions,
            11 => Attribute::ReferenceID,
            12 => Attribute::ErrorMessage,
            15 => Attribute::ServerStartTime,
            19 => Attribute::EventSequenceNumber,
            0..=5 | 13..=14 | 16..=18 | 20.. => return None,
        };
        let spelled = candidate.name().as_bytes();
        // Most other names differ in their last letter, and nearly all are spelled as here.
        let same_end = name.last().map(u8::to_ascii_lowercase) == spelled.last().map(u8::to_ascii_lowercase);
        (same_end && (name == spelled || name.eq_ignore_ascii_case(spelled))).then_some(candidate)
    }

    pub(super) fn name(self) -> &'static str {
        self.into()
    }
}
