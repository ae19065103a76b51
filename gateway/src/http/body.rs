//! Reads the body of a request, limited in length and time.

use std::error::Error;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use im_session::StatusCode as Code;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::answer::Failed;

/// The longest body of an operation: 64 KiB. Gateway specification 2.
pub const LONGEST_BODY: usize = 64 * 1_024;

/// The longest body that may be read without a reserved place. Most bodies are shorter.
pub const SMALL_BODY: usize = 4 * 1_024;

/// The number of longer bodies that are read and used at a time. Further ones wait after their first 4 KiB.
pub const LARGE_BODIES: usize = 512;

/// The places for large bodies. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct Bodies(Arc<Semaphore>);

/// A body. It keeps its place until it is dropped.
#[derive(Debug)]
pub(super) struct ReadBody {
    pub(super) bytes: Vec<u8>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Default for Bodies {
    fn default() -> Self {
        Bodies(Arc::new(Semaphore::new(LARGE_BODIES)))
    }
}

impl Bodies {
    /// Reads the body of an operation, whatever its Content-Type is. Errors as [`read_body`].
    pub(super) async fn read(&self, body: Body, patience: Duration) -> Result<ReadBody, Failed> {
        read(body, LONGEST_BODY, patience, Some(&self.0)).await
    }
}

/// Reads a body, whatever its Content-Type is.
///
/// # Errors
///
/// 413 if it is longer than `longest`, 408 if it took longer than `patience`, 400 if the connection broke.
pub async fn read_body(body: Body, longest: usize, patience: Duration) -> Result<Vec<u8>, Failed> {
    read(body, longest, patience, None).await.map(|body| body.bytes)
}

async fn read(
    body: Body,
    longest: usize,
    patience: Duration,
    places: Option<&Arc<Semaphore>>,
) -> Result<ReadBody, Failed> {
    match tokio::time::timeout(patience, collect(body, longest, places)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
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

/// Copies the pieces of a body. A piece would keep the whole buffer that it was read into, and a body may have as many
/// pieces as bytes.
async fn collect(
    body: Body,
    longest: usize,
    places: Option<&Arc<Semaphore>>,
) -> Result<ReadBody, Box<dyn Error + Send + Sync>> {
    let mut body = pin!(Limited::new(body, longest));
    let (mut bytes, mut place) = (Vec::new(), None);
    while let Some(frame) = body.frame().await {
        // Trailers are not part of the body.
        let Ok(piece) = frame?.into_data() else { continue };
        if let Some(places) = places.filter(|_| place.is_none() && bytes.len() + piece.len() > SMALL_BODY) {
            place = Some(places.clone().acquire_owned().await?);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(ReadBody { bytes, _place: place })
}
