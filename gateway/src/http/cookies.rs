//! The cookie of an HTTP session.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::http_sessions::Cookie;

/// Its name, the same as in GWS.
pub const SESSION_COOKIE: &str = "JSESSIONID";

/// The maximum number of cookies of this name that are examined. Cookies do not depend on the port, so other servers on
/// this host may have set some.
const CANDIDATES: usize = 8;

/// The values of all cookies with this name.
pub fn cookies<'h>(headers: &'h HeaderMap, name: &'h str) -> impl Iterator<Item = &'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(move |pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name).then(|| value.trim().trim_matches('"'))
    })
}

/// The cookies that may belong to an HTTP session.
pub(super) fn of_sessions(headers: &HeaderMap) -> impl Iterator<Item = Cookie> {
    cookies(headers, SESSION_COOKIE).take(CANDIDATES).filter_map(Cookie::of)
}

/// Sets the cookie in the browser.
pub(super) fn give(response: &mut Response, cookie: Cookie, secure: bool) {
    set(response, &format!("{SESSION_COOKIE}={}{}", cookie.text(), attributes(secure)));
}

/// Deletes the cookie in the browser.
pub(super) fn take(response: &mut Response, secure: bool) {
    set(response, &format!("{SESSION_COOKIE}={}; Max-Age=0", attributes(secure)));
}

fn attributes(secure: bool) -> &'static str {
    if secure { "; Path=/; HttpOnly; SameSite=Lax; Secure" } else { "; Path=/; HttpOnly; SameSite=Lax" }
}

fn set(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
