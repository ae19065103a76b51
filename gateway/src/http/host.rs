//! Is a request meant for this gateway? This check refuses pages of other sites whose name was bound to this address
//! (DNS rebinding). Gateway specification 2.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use im_session::StatusCode as Code;

use super::answer::Failed;

/// Checks that the request is for loopback or one of these hosts.
///
/// # Errors
///
/// 421 if the request is for another host, or names none.
pub(super) fn check(request: &Request, hosts: &[String]) -> Result<(), Failed> {
    let message = match authority(request.headers(), request.uri()) {
        Some(authority) if is_ours(host_of(authority), hosts) => return Ok(()),
        Some(authority) => format!("this gateway is not {authority:?}: expected loopback or a name of --host"),
        None => "expected one Host, got none or several".to_owned(),
    };
    Err(Failed::new(Code::NoPermission, message).with_status(StatusCode::MISDIRECTED_REQUEST))
}

/// The host and port of the request, or `None` if they are missing or ambiguous.
pub(super) fn authority<'r>(headers: &'r HeaderMap, uri: &'r Uri) -> Option<&'r str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok());
    if hosts.next().is_some() {
        return None;
    }
    match (host, uri.authority().map(|authority| authority.as_str())) {
        (Some(host), Some(authority)) if !host.eq_ignore_ascii_case(authority) => None,
        (host, authority) => host.or(authority),
    }
}

/// The host of an authority, without the port.
pub(super) fn host_of(authority: &str) -> &str {
    let end_of_address = authority.find(']').map(|end| end + 1);
    let (start, rest) = authority.split_at(end_of_address.unwrap_or_default());
    match rest.find(':') {
        Some(colon) => &authority[..start.len() + colon],
        None => authority,
    }
}

/// Whether the request names loopback as its host.
#[must_use]
pub fn is_for_loopback(request: &Request) -> bool {
    authority(request.headers(), request.uri()).is_some_and(|authority| is_ours(host_of(authority), &[]))
}

fn is_ours(host: &str, hosts: &[String]) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let is_loopback = address.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback());
    is_loopback || host.eq_ignore_ascii_case("localhost") || hosts.iter().any(|ours| ours.eq_ignore_ascii_case(host))
}
