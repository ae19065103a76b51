//! Reads the body of a request, limited in length and time.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::StatusCode;
use im_session::StatusCode as Code;

use super::answer::Failed;

/// The longest body of an operation: 64 KiB. Gateway specification 2.
pub const LONGEST_BODY: usize = 64 * 1_024;

/// Reads a body, whatever its Content-Type is.
///
/// # Errors
///
/// 413 if it is longer than `longest`, 408 if it took longer than `patience`, 400 if the connection broke.
pub async fn read_body(body: Body, longest: usize, patience: Duration) -> Result<Bytes, Failed> {
    match tokio::time::timeout(patience, to_bytes(body, longest)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_too_long(&error) => {
            let message = format!("expected a body of at most {longest} bytes, got more");
            Err(Failed::new(Code::InputValidation, message).with_status(StatusCode::PAYLOAD_TOO_LARGE))
        }
        Ok(Err(error)) => Err(Failed::new(Code::InputValidation, format!("the body could not be read: {error}"))),
        Err(_) => {
            let message = format!("expected the body within {} s, got only a part", patience.as_secs_f64());
            Err(Failed::new(Code::InputValidation, message).with_status(StatusCode::REQUEST_TIMEOUT))
        }
    }
}

/// axum reveals this only in the source of its error.
fn is_too_long(error: &axum::Error) -> bool {
    use std::error::Error;
    error.source().is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
}
