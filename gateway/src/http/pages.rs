//! The pages for agents and supervisors. Their files are part of the program. Gateway specification 2.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;

/// Path, content type and text of a file.
type Asset = (&'static str, &'static str, &'static str);

/// A file of `gateway/pages`.
macro_rules! file {
    ($name:literal) => {
        include_str!(concat!("../../pages/", $name))
    };
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SVG: &str = "image/svg+xml";
const SCRIPT: &str = "text/javascript; charset=utf-8";

const ASSETS: [Asset; 21] = [
    ("/", HTML, file!("agent.html")),
    ("/supervisor", HTML, file!("supervisor.html")),
    ("/pages/style.css", CSS, file!("style.css")),
    ("/pages/agent.css", CSS, file!("agent.css")),
    ("/pages/supervisor.css", CSS, file!("supervisor.css")),
    ("/pages/icon.svg", SVG, file!("icon.svg")),
    ("/pages/agent.js", SCRIPT, file!("agent.js")),
    ("/pages/supervisor.js", SCRIPT, file!("supervisor.js")),
    ("/pages/cometd.js", SCRIPT, file!("cometd.js")),
    ("/pages/rest.js", SCRIPT, file!("rest.js")),
    ("/pages/dom.js", SCRIPT, file!("dom.js")),
    ("/pages/frame.js", SCRIPT, file!("frame.js")),
    ("/pages/words.js", SCRIPT, file!("words.js")),
    ("/pages/sessions.js", SCRIPT, file!("sessions.js")),
    ("/pages/conversations.js", SCRIPT, file!("conversations.js")),
    ("/pages/session_list.js", SCRIPT, file!("session_list.js")),
    ("/pages/session_view.js", SCRIPT, file!("session_view.js")),
    ("/pages/user_data.js", SCRIPT, file!("user_data.js")),
    ("/pages/rates.js", SCRIPT, file!("rates.js")),
    ("/pages/timeline.js", SCRIPT, file!("timeline.js")),
    ("/pages/faults.js", SCRIPT, file!("faults.js")),
];

/// The Content-Security-Policy. A page may run its own scripts, use its own styles and contact the gateway, but nothing
/// else. Scripts cannot create HTML from strings, so a text cannot become markup even by mistake.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    // Browsers validate each time, and usually get a short 304. After an update, no page can therefore mix old and new
    // files.
    (header::CACHE_CONTROL, "private, no-cache"),
];

/// The routes of the pages.
pub(super) fn routes() -> Router {
    ASSETS.into_iter().fold(Router::new(), |router, (path, content_type, text)| {
        let tag = tag(text);
        router.route(path, get(move |headers: HeaderMap| async move { answer(&headers, content_type, text, &tag) }))
    })
}

fn answer(headers: &HeaderMap, content_type: &'static str, text: &'static str, tag: &str) -> Response {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let is_known = known.flat_map(|value| value.split(',')).any(|known| known.trim().trim_start_matches("W/") == tag);
    let mut response = Response::new(if is_known { Body::empty() } else { Body::from(text) });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let answered = response.headers_mut();
    answered.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    answered.extend(HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        answered.insert(header::ETAG, tag);
    }
    response
}

/// An entity tag for the text. Within one build, equal texts have equal tags.
fn tag(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}
