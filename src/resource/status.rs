//! The `statusCode` of an answer, and the body of an error answer.

use alloc::string::String;

use crate::named::named;

named! {
    /// A `statusCode`. [Specification 4][4], *Return Values 8.5.2*. The number is the position in this list.
    ///
    /// Deliberately exhaustive: the page lists exactly these.
    ///
    /// [4]: crate::guide::specification#4-operations
    #[derive(Default)]
    pub enum StatusCode {
        /// 0: ok. For an operation it means that the request is sent.
        #[default]
        Ok = "ok",
        /// 1: a required parameter is missing.
        ParameterMissing = "required parameter missing",
        /// 2: not valid for the current state.
        InvalidState = "not valid for the current state",
        /// 3: the operation is forbidden.
        OperationForbidden = "operation forbidden",
        /// 4: an internal error.
        InternalError = "internal error",
        /// 5: no permission.
        NoPermission = "no permission",
        /// 6: the resource is not found.
        NotFound = "resource not found",
        /// 7: a partial success.
        PartialSuccess = "partial success",
        /// 8: the password must be changed.
        PasswordChangeDemanded = "password change demanded",
        /// 9: processing is incomplete.
        ProcessingIncomplete = "processing incomplete",
        /// 10: the input is not valid.
        InputValidation = "input validation error",
        /// 11: an attempt to change a read-only property.
        ReadOnlyProperty = "change of read-only property",
        /// 12: unable to retrieve.
        UnableToRetrieve = "unable to retrieve",
        /// 13: unable to create.
        UnableToCreate = "unable to create",
        /// 14: unable to delete.
        UnableToDelete = "unable to delete",
        /// 15: unable to update.
        UnableToUpdate = "unable to update",
        /// 16: unable to assign.
        UnableToAssign = "unable to assign",
        /// 17: unable to unassign.
        UnableToUnassign = "unable to unassign",
        /// 18: already exists.
        AlreadyExists = "already exists",
        /// 19: already in use.
        AlreadyInUse = "already in use",
        /// 20: not authenticated.
        NotAuthenticated = "not authenticated",
    }
}

impl StatusCode {
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

    /// The HTTP status of an answer with this statusCode. The answer always has a body.
    ///
    /// ```
    /// use im_session::StatusCode;
    ///
    /// assert_eq!(StatusCode::NotFound.http_status(), 404);
    /// ```
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            StatusCode::Ok | StatusCode::PartialSuccess | StatusCode::ProcessingIncomplete => 200,
            StatusCode::ParameterMissing | StatusCode::InputValidation => 400,
            StatusCode::NotAuthenticated => 401,
            StatusCode::OperationForbidden
            | StatusCode::NoPermission
            | StatusCode::PasswordChangeDemanded
            | StatusCode::ReadOnlyProperty => 403,
            StatusCode::NotFound => 404,
            StatusCode::InvalidState | StatusCode::AlreadyExists | StatusCode::AlreadyInUse => 409,
            StatusCode::InternalError
            | StatusCode::UnableToRetrieve
            | StatusCode::UnableToCreate
            | StatusCode::UnableToDelete
            | StatusCode::UnableToUpdate
            | StatusCode::UnableToAssign
            | StatusCode::UnableToUnassign => 500,
        }
    }
}

/// The body of an answer that only says "sent": `{"statusCode":0}`. [Specification 4][4].
///
/// [4]: crate::guide::specification#4-operations
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sent;

/// The body of an error answer. [Specification 4][4].
///
/// ```
/// # #[cfg(feature = "json")] {
/// use im_session::{ErrorBody, StatusCode};
///
/// let body = ErrorBody::new(StatusCode::NotFound, "there is no session 007");
/// assert_eq!(serde_json::to_string(&body).unwrap(), r#"{"statusCode":6,"statusMessage":"there is no session 007"}"#);
/// # }
/// ```
///
/// [4]: crate::guide::specification#4-operations
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("statusCode {}: {status_message}", .status_code.code())]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct ErrorBody {
    /// The kind of the error.
    pub status_code: StatusCode,
    /// What went wrong, for a person.
    pub status_message: String,
}

impl ErrorBody {
    /// An error with this message.
    #[must_use]
    pub fn new(status_code: StatusCode, status_message: impl Into<String>) -> Self {
        ErrorBody { status_code, status_message: status_message.into() }
    }
}

#[cfg(feature = "serde")]
mod wire {
    use serde::de::{Deserialize, Deserializer, Error, Unexpected};
    use serde::ser::{Serialize, SerializeStruct, Serializer};

    use super::{Sent, StatusCode};

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
}
