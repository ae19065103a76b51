//! How does a script learn that nobody is signed in, without the browser opening its own dialog?

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

/// The header by which a script identifies itself. Clients of GWS send it.
const SCRIPT: &str = "x-requested-with";

/// Whether the request comes from a script.
pub(super) fn is_script(headers: &HeaderMap) -> bool {
    headers.contains_key(SCRIPT)
}

/// Replaces the challenge for a script. A browser that receives `Basic` opens a password dialog on top of the page,
/// which has its own form. Scripts therefore receive a scheme that browsers do not know; all other clients receive
/// `Basic`.
pub(super) fn spare_dialog(response: &mut Response) {
    if response.status() == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("XBasic realm=\"im-session\", charset=\"UTF-8\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
}
