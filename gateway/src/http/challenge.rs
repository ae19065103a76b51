//! How is a script told that nobody is signed in? Without the dialog that a browser opens of its own accord.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

/// What scripts say of themselves. It is one of the headers that clients of GWS send.
const SCRIPT: &str = "x-requested-with";

/// A browser that reads `Basic` asks for a password in a window of its own, over the page that has a form for it. So a script
/// that says that it is one is told another name, which browsers do not know. Everybody else gets `Basic`.
pub(super) async fn spare_dialog(request: Request, next: Next) -> Response {
    let is_script = request.headers().contains_key(SCRIPT);
    let mut response = next.run(request).await;
    if is_script && response.status() == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("XBasic realm=\"im-session\", charset=\"UTF-8\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
