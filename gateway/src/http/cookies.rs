//! The cookie that bears a session of HTTP.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::http_sessions::Cookie;

/// Its name, as GWS has it.
pub const SESSION_COOKIE: &str = "JSESSIONID";

/// Cookies of that name that are looked at. Cookies do not know ports: other servers on this host may have set some, too.
const CANDIDATES: usize = 8;

/// The values of all cookies with this name.
pub fn cookies<'h>(headers: &'h HeaderMap, name: &'h str) -> impl Iterator<Item = &'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(move |pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name).then(|| value.trim().trim_matches('"'))
    })
}

/// The cookies that may be of a session.
pub(super) fn of_sessions(headers: &HeaderMap) -> impl Iterator<Item = Cookie> {
    cookies(headers, SESSION_COOKIE).take(CANDIDATES).filter_map(Cookie::of)
}

/// Gives the browser its cookie.
pub(super) fn give(response: &mut Response, cookie: Cookie, secure: bool) {
    set(response, &format!("{SESSION_COOKIE}={}{}", cookie.text(), attributes(secure)));
}

/// Takes the cookie from the browser.
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
