//! Was an operation sent by a page of this gateway? The session's token shows it. Gateway specification 2.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use im_session::StatusCode as Code;
use subtle::ConstantTimeEq;

use super::answer::Failed;
use super::http_sessions::SignedIn;
use super::origin::is_safe;

/// The header that contains the name of the token's header.
pub const CSRF_HEADER: HeaderName = HeaderName::from_static("x-csrf-header");

/// The header that contains the token.
pub const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");

const MESSAGE: &str = "Missing or invalid Csrf token";

/// Whether a request needs the token. This is every request that may change something under `/api/v2/me` or in the
/// simulated SIP Server.
pub(super) fn is_needed(method: &Method, path: &str) -> bool {
    let is_below = |of: &str| path.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    !is_safe(method) && (is_below("/api/v2/me") || is_below("/simulator"))
}

/// Checks that the request has the token of its session.
///
/// # Errors
///
/// 403 without a cookie, or with a wrong token; 401 if the session of the cookie has ended, so that the client signs in
/// again.
pub(super) fn check(headers: &HeaderMap, signed_in: Option<&SignedIn>, has_cookie: bool) -> Result<(), Failed> {
    let Some(signed_in) = signed_in else {
        return Err(if has_cookie {
            let message = "the session of the cookie has ended: expected a GET with user and password first";
            Failed::new(Code::NotAuthenticated, message)
        } else {
            Failed::new(Code::NoPermission, MESSAGE)
        });
    };
    let mut tokens = headers.get_all(&CSRF_TOKEN).iter();
    let token = tokens.next().map(HeaderValue::as_bytes).unwrap_or_default();
    let fits = bool::from(token.ct_eq(signed_in.csrf_token.as_bytes())) && tokens.next().is_none();
    if fits { Ok(()) } else { Err(Failed::new(Code::NoPermission, MESSAGE)) }
}

/// Adds the token to the response.
pub(super) fn tell(response: &mut Response, signed_in: &SignedIn) {
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return;
    }
    if let Ok(token) = HeaderValue::from_str(&signed_in.csrf_token) {
        response.headers_mut().insert(CSRF_HEADER, HeaderValue::from_static("X-CSRF-TOKEN"));
        response.headers_mut().insert(CSRF_TOKEN, token);
    }
}
