//! How is a script told that nobody is signed in? Without the dialog that a browser opens of its own accord.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

/// What scripts say of themselves. It is one of the headers that clients of GWS send.
const SCRIPT: &str = "x-requested-with";

/// Whether a script says that it asks.
pub(super) fn is_script(headers: &HeaderMap) -> bool {
    headers.contains_key(SCRIPT)
}

/// Changes what a script is told. A browser that reads `Basic` asks for a password in a window of its own, over the
/// page that has a form for it. So a script that says that it is one is told another name, which browsers do not know.
/// Everybody else gets `Basic`.
pub(super) fn spare_dialog(response: &mut Response) {
    if response.status() == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("XBasic realm=\"im-session\", charset=\"UTF-8\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
}
