//! Does a request come from a page that may send it? Gateway specification 2.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};
use im_session::StatusCode as Code;

use super::answer::Failed;
use super::host;

/// Checks that the request only reads, or that no page of a foreign origin sends it. The gateway's own origin and the
/// allowed origins are not foreign.
///
/// # Errors
///
/// 403 for requests that may change something, and for WebSockets, from pages of foreign origins.
pub(super) fn check(request: &Request, allowed: &[String]) -> Result<(), Failed> {
    let is_checked = !is_safe(request.method()) || is_web_socket(request.headers());
    if is_checked && !is_allowed(request, allowed) {
        let message = "the page that asks is of another origin: expected the gateway's own or one of --allowed-origin";
        return Err(Failed::new(Code::NoPermission, message));
    }
    Ok(())
}

/// Whether the method only reads.
pub(super) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether the request opens a WebSocket.
pub(super) fn is_web_socket(headers: &HeaderMap) -> bool {
    let upgrades = headers.get_all(header::UPGRADE).iter().filter_map(|value| value.to_str().ok());
    upgrades.flat_map(|value| value.split(',')).any(|protocol| protocol.trim().eq_ignore_ascii_case("websocket"))
}

/// Without an Origin, the request does not come from a page. If there are several, each must be allowed.
fn is_allowed(request: &Request, allowed: &[String]) -> bool {
    let own = host::authority(request.headers(), request.uri());
    request.headers().get_all(header::ORIGIN).iter().all(|origin| {
        let Ok(origin) = origin.to_str() else { return false };
        let is_own = own.is_some_and(|own| is_of(origin, own));
        is_own || allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))
    })
}

/// Whether the origin has this host and port. Both schemes count, because TLS may end at a proxy.
fn is_of(origin: &str, host: &str) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    let default_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return false,
    };
    authority.eq_ignore_ascii_case(host.strip_suffix(default_port).unwrap_or(host))
}
