//! The `statusCode` of an answer, and the body of one that went wrong.

use alloc::string::String;

/// A `statusCode`. Specification 4, *Return Values 8.5.2*.
///
/// Exhaustive by decision: the page lists these and no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, strum::Display)]
#[repr(u8)]
pub enum StatusCode {
    /// 0: ok. Of an operation: sent.
    #[default]
    #[strum(to_string = "ok")]
    Ok = 0,
    /// 1: a required parameter is missing.
    #[strum(to_string = "required parameter missing")]
    ParameterMissing = 1,
    /// 2: not valid for the current state.
    #[strum(to_string = "not valid for the current state")]
    InvalidState = 2,
    /// 3: the operation is forbidden.
    #[strum(to_string = "operation forbidden")]
    OperationForbidden = 3,
    /// 4: an internal error.
    #[strum(to_string = "internal error")]
    InternalError = 4,
    /// 5: no permission.
    #[strum(to_string = "no permission")]
    NoPermission = 5,
    /// 6: the resource is not found.
    #[strum(to_string = "resource not found")]
    NotFound = 6,
    /// 7: a partial success.
    #[strum(to_string = "partial success")]
    PartialSuccess = 7,
    /// 8: the password must be changed.
    #[strum(to_string = "password change demanded")]
    PasswordChangeDemanded = 8,
    /// 9: processing is incomplete.
    #[strum(to_string = "processing incomplete")]
    ProcessingIncomplete = 9,
    /// 10: the input is not valid.
    #[strum(to_string = "input validation error")]
    InputValidation = 10,
    /// 11: a read-only property was to be changed.
    #[strum(to_string = "change of read-only property")]
    ReadOnlyProperty = 11,
    /// 12: unable to retrieve.
    #[strum(to_string = "unable to retrieve")]
    UnableToRetrieve = 12,
    /// 13: unable to create.
    #[strum(to_string = "unable to create")]
    UnableToCreate = 13,
    /// 14: unable to delete.
    #[strum(to_string = "unable to delete")]
    UnableToDelete = 14,
    /// 15: unable to update.
    #[strum(to_string = "unable to update")]
    UnableToUpdate = 15,
    /// 16: unable to assign.
    #[strum(to_string = "unable to assign")]
    UnableToAssign = 16,
    /// 17: unable to unassign.
    #[strum(to_string = "unable to unassign")]
    UnableToUnassign = 17,
    /// 18: already exists.
    #[strum(to_string = "already exists")]
    AlreadyExists = 18,
    /// 19: already in use.
    #[strum(to_string = "already in use")]
    AlreadyInUse = 19,
    /// 20: not authenticated.
    #[strum(to_string = "not authenticated")]
    NotAuthenticated = 20,
}

impl StatusCode {
    /// All codes in order: the code is the position.
    pub const ALL: [StatusCode; 21] = [
        StatusCode::Ok,
        StatusCode::ParameterMissing,
        StatusCode::InvalidState,
        StatusCode::OperationForbidden,
        StatusCode::InternalError,
        StatusCode::NoPermission,
        StatusCode::NotFound,
        StatusCode::PartialSuccess,
        StatusCode::PasswordChangeDemanded,
        StatusCode::ProcessingIncomplete,
        StatusCode::InputValidation,
        StatusCode::ReadOnlyProperty,
        StatusCode::UnableToRetrieve,
        StatusCode::UnableToCreate,
        StatusCode::UnableToDelete,
        StatusCode::UnableToUpdate,
        StatusCode::UnableToAssign,
        StatusCode::UnableToUnassign,
        StatusCode::AlreadyExists,
        StatusCode::AlreadyInUse,
        StatusCode::NotAuthenticated,
    ];

    /// The number on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The code with this number.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// The body of an answer that only says "sent": `{"statusCode":0}`. Specification 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sent;

/// The body of an answer that went wrong. Specification 4.
///
/// ```
/// # #[cfg(feature = "json")] {
/// use im_session::{ErrorBody, StatusCode};
///
/// let body = ErrorBody::new(StatusCode::NotFound, "there is no session 007");
/// assert_eq!(serde_json::to_string(&body).unwrap(), r#"{"statusCode":6,"statusMessage":"there is no session 007"}"#);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("statusCode {}: {status_message}", .status_code.code())]
pub struct ErrorBody {
    /// What kind of error it is.
    pub status_code: StatusCode,
    /// What went wrong, for a person.
    pub status_message: String,
}

impl ErrorBody {
    /// This error, in these words.
    #[must_use]
    pub fn new(status_code: StatusCode, status_message: impl Into<String>) -> Self {
        ErrorBody { status_code, status_message: status_message.into() }
    }
}

#[cfg(feature = "serde")]
mod wire {
    use serde::de::{Deserialize, Deserializer, Error, Unexpected};
    use serde::ser::{Serialize, SerializeStruct, Serializer};

    use super::{ErrorBody, Sent, StatusCode};

    impl Serialize for StatusCode {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_u8(self.code())
        }
    }

    impl<'de> Deserialize<'de> for StatusCode {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let code = u8::deserialize(deserializer)?;
            StatusCode::from_code(code)
                .ok_or_else(|| D::Error::invalid_value(Unexpected::Unsigned(code.into()), &"a statusCode from 0 to 20"))
        }
    }

    impl Serialize for Sent {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut body = serializer.serialize_struct("Sent", 1)?;
            body.serialize_field("statusCode", &StatusCode::Ok)?;
            body.end()
        }
    }

    impl Serialize for ErrorBody {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut body = serializer.serialize_struct("ErrorBody", 2)?;
            body.serialize_field("statusCode", &self.status_code)?;
            body.serialize_field("statusMessage", &self.status_message)?;
            body.end()
        }
    }
}
