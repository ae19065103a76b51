//! Reads the body of a POST to `/api/v2/me`, without I/O. Gateway specification 2.

use im_session::{ErrorBody, StatusCode};
use serde_json::Value;

/// The operations on `/api/v2/me`. Deliberately exhaustive: the API has these two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeOperation {
    /// `StartContactCenterSession`. The channels are ignored: there is only one.
    Start,
    /// `EndContactCenterSession`.
    End {
        /// Whether the HTTP session ends, too.
        sign_out: bool,
    },
}

impl MeOperation {
    /// Reads the body of a request.
    ///
    /// ```
    /// use im_session::StatusCode;
    /// use im_session_gateway::me_operation::MeOperation;
    ///
    /// let end = br#"{"operationName":"EndContactCenterSession","signOut":true}"#;
    /// assert_eq!(MeOperation::from_json(end), Ok(MeOperation::End { sign_out: true }));
    /// assert_eq!(MeOperation::from_json(b"{}").unwrap_err().status_code, StatusCode::ParameterMissing);
    /// ```
    ///
    /// # Errors
    ///
    /// statusCode 10 if it is not a JSON object, 1 without `operationName`, 3 for another operation.
    pub fn from_json(body: &[u8]) -> Result<Self, ErrorBody> {
        let wrong = |message: String| ErrorBody::new(StatusCode::InputValidation, message);
        let value: Value = serde_json::from_slice(body)
            .map_err(|error| wrong(format!("expected the body to be a JSON object: {error}")))?;
        let Value::Object(body) = value else {
            return Err(wrong("expected the body to be a JSON object, got another value".into()));
        };
        let missing = || ErrorBody::new(StatusCode::ParameterMissing, "the parameter operationName is missing");
        let name = body.get("operationName").filter(|name| !name.is_null()).ok_or_else(missing)?;
        match name.as_str() {
            Some("StartContactCenterSession") => Ok(MeOperation::Start),
            Some("EndContactCenterSession") => match body.get("signOut") {
                None | Some(Value::Null) => Ok(MeOperation::End { sign_out: false }),
                Some(Value::Bool(sign_out)) => Ok(MeOperation::End { sign_out: *sign_out }),
                Some(Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
                    Err(wrong("signOut: expected true or false, got another value".into()))
                }
            },
            Some(_) | None => {
                let message = "there is no such operation here: expected StartContactCenterSession or \
                    EndContactCenterSession";
                Err(ErrorBody::new(StatusCode::OperationForbidden, message))
            }
        }
    }
}
