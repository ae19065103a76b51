//! The user part of a URI, which the crate calls a DN.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The DN of a URI: its user part, percent-decoded, without a password.
///
/// `sip:`, `sips:`, `im:` and `pres:` have a user part before the `@`. For a `sip:` or `sips:` address without a user
/// the DN is its host. The number of a `tel:` URI, and of a `sip:` URI with `user=phone`, ends at its first parameter.
/// For any other URI the DN is everything after the scheme, up to its parameters. `None` if the result is empty.
///
/// ```
/// use im_session::sip::dn_of_uri;
///
/// assert_eq!(dn_of_uri("sip:3002@10.0.0.1:5060;transport=udp").as_deref(), Some("3002"));
/// assert_eq!(dn_of_uri("SIPS:%61lice:secret@example.com").as_deref(), Some("alice"));
/// assert_eq!(dn_of_uri("tel:+19165550104;phone-context=example.com").as_deref(), Some("+19165550104"));
/// assert_eq!(dn_of_uri("sip:[2001:db8::1]:5060;lr").as_deref(), Some("[2001:db8::1]"));
/// assert_eq!(dn_of_uri("sip:"), None);
/// ```
#[must_use]
pub fn dn_of_uri(uri: &str) -> Option<Cow<'_, str>> {
    let (scheme, rest) = uri.split_once(':')?;
    let is = |name: &str| scheme.eq_ignore_ascii_case(name);
    let dn = match rest.split_once('@') {
        Some((user, host)) if !is("tel") => {
            let user = user.split(':').next().unwrap_or_default();
            if user.is_empty() {
                host_of(host)
            } else if is_phone(host) {
                before_parameters(user)
            } else {
                user
            }
        }
        None if is("sip") || is("sips") => host_of(rest),
        Some(_) | None => before_parameters(rest),
    };
    if dn.is_empty() { None } else { Some(decoded(dn)) }
}

/// The address-of-record of a `sip:` or `sips:` URI in a comparable form: `user@host`, with the user percent-decoded
/// and without a password, the host in lower case, and no port or parameters. `None` for any other URI, and if there is
/// no user or no host.
///
/// ```
/// use im_session::sip::address_of_record;
///
/// assert_eq!(address_of_record("sip:Ann@Example.com:5060;transport=tcp").as_deref(), Some("Ann@example.com"));
/// assert_eq!(address_of_record("SIPS:%41nn@example.com").as_deref(), Some("Ann@example.com"));
/// assert_eq!(address_of_record("sip:example.com"), None);
/// assert_eq!(address_of_record("tel:+19165550104"), None);
/// ```
#[must_use]
pub fn address_of_record(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    let (_, host) = rest.split_once('@')?;
    let host = host_of(host);
    let is_sip = scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips");
    if !is_sip || host.is_empty() || !has_user(uri) {
        return None;
    }
    dn_of_uri(uri).map(|user| format!("{user}@{}", host.to_ascii_lowercase()))
}

/// Whether an address has a user or a number, and not only a host.
pub(in crate::sip) fn has_user(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, rest)| {
        let user = rest.split_once('@').map_or("", |(user, _)| user);
        scheme.eq_ignore_ascii_case("tel") || !user.is_empty()
    })
}

fn before_parameters(text: &str) -> &str {
    text.split([';', '?']).next().unwrap_or_default()
}

/// The host, without port, parameters and headers.
fn host_of(rest: &str) -> &str {
    let host = before_parameters(rest);
    match host.find(']') {
        Some(end) => host.get(..=end).unwrap_or(host),
        None => host.split(':').next().unwrap_or_default(),
    }
}

fn is_phone(host_and_parameters: &str) -> bool {
    host_and_parameters.split(';').skip(1).any(|parameter| parameter.eq_ignore_ascii_case("user=phone"))
}

/// Percent-decodes a text, unless the result would have control characters or not be UTF-8.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'%', [high, low, after_escape @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high * 16 + low);
                    rest = after_escape;
                }
                (Some(_) | None, Some(_) | None) => bytes.push(b'%'),
            },
            (other, _) => bytes.push(*other),
        }
    }
    match String::from_utf8(bytes) {
        Ok(decoded) if !decoded.chars().any(char::is_control) => Cow::Owned(decoded),
        Ok(_) | Err(_) => Cow::Borrowed(text),
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
