//! Responses: always a JSON body with a statusCode.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use im_session::ErrorBody;
use serde::Serialize;

/// The maximum length of an error message, in characters, because messages may quote the client's input.
const LONGEST_MESSAGE: usize = 400;

/// The number of characters kept from the end of a longer message, because parsers state there what they expected.
const END: usize = 100;

/// An error response. The statusCode determines its HTTP status, unless another one is set.
#[derive(Debug, Clone)]
pub struct Failed {
    status: StatusCode,
    body: ErrorBody,
}

impl Failed {
    /// An error with this statusCode and its HTTP status. A message of more than 400 characters loses its middle.
    #[must_use]
    pub fn new(status_code: im_session::StatusCode, message: impl Into<String>) -> Self {
        let message = shortened(message.into());
        Failed { status: http_status(status_code), body: ErrorBody::new(status_code, message) }
    }

    /// Sets another HTTP status, where HTTP has a more specific one.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        Failed { status, ..self }
    }
}

impl From<ErrorBody> for Failed {
    fn from(body: ErrorBody) -> Self {
        Failed::new(body.status_code, body.status_message)
    }
}

fn shortened(message: String) -> String {
    let length = message.chars().count();
    if length <= LONGEST_MESSAGE {
        return message;
    }
    let start = message.chars().take(LONGEST_MESSAGE - END - 1);
    start.chain(['…']).chain(message.chars().skip(length - END)).collect()
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let mut response = json(self.status, &self.body);
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"im-session\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// A response with this body as JSON.
pub fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => json_bytes(status, body),
        Err(error) => {
            tracing::error!(%error, "a response cannot be written as JSON");
            let body = r#"{"statusCode":4,"statusMessage":"internal error"}"#;
            json_bytes(StatusCode::INTERNAL_SERVER_ERROR, body.as_bytes().to_vec())
        }
    }
}

/// A response with a body that is JSON already.
pub fn json_bytes(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The HTTP status for this statusCode.
#[must_use]
pub fn http_status(status_code: im_session::StatusCode) -> StatusCode {
    StatusCode::from_u16(status_code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
