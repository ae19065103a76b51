//! Lets clients with the bearer token post events and read requests.

use std::fmt;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use im_session::StatusCode as Code;
use subtle::ConstantTimeEq;

use super::answer::Failed;

/// The minimum length of a token. A shorter one could be guessed.
pub const SHORTEST_TOKEN: usize = 16;

/// The token for feeds. `Debug` does not print it.
#[derive(Clone)]
pub struct BearerToken(Arc<str>);

/// A token was too short or not sendable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a bearer token of at least {SHORTEST_TOKEN} visible ASCII characters, found {length} characters")]
pub struct BadToken {
    /// The length in characters.
    pub length: usize,
}

impl BearerToken {
    /// Makes a token.
    ///
    /// # Errors
    ///
    /// If it is too short, or contains characters that cannot be sent in a header.
    pub fn new(token: &str) -> Result<Self, BadToken> {
        if token.len() >= SHORTEST_TOKEN && token.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(BearerToken(token.into()))
        } else {
            Err(BadToken { length: token.chars().count() })
        }
    }

    /// Whether the header has this token. The comparison time reveals only the token's length.
    fn is(&self, header: Option<&HeaderValue>) -> bool {
        let token = header.and_then(|value| value.as_bytes().split_at_checked("Bearer ".len()));
        let Some((scheme, token)) = token else { return false };
        scheme.eq_ignore_ascii_case(b"Bearer ") && bool::from(token.ct_eq(self.0.as_bytes()))
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken(..)")
    }
}

/// Passes on the requests that have the token, and refuses all others.
pub(super) async fn check(State(token): State<BearerToken>, request: Request, next: Next) -> Response {
    if token.is(request.headers().get(header::AUTHORIZATION)) {
        return next.run(request).await;
    }
    let mut refused = Failed::new(Code::NotAuthenticated, "expected the bearer token of feeds").into_response();
    refused.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    refused
}
