//! Recognises the beginning of a SIP message among all kinds of packets and lines.

/// The longest start line that is recognised, in bytes.
const LONGEST: usize = 4096;

/// Whether this line is the first of a SIP message: `SIP/2.0 180 …`, or `INVITE sip:… SIP/2.0`.
pub(crate) fn is_start_line(line: &[u8]) -> bool {
    is_status_line(line) || request_line(line).is_some()
}

fn is_status_line(line: &[u8]) -> bool {
    let Some((version, rest)) = line.split_at_checked(8) else { return false };
    is_version(&version[..7]) && version[7] == b' ' && rest.first().is_some_and(u8::is_ascii_digit)
}

/// The method and the address in a request line.
fn request_line(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.trim_ascii_end();
    let rest = line.get(..line.len().checked_sub(8)?)?;
    if line.get(rest.len()) != Some(&b' ') || !is_version(line.get(rest.len() + 1..)?) {
        return None;
    }
    let space = rest.iter().position(|&byte| byte == b' ')?;
    let (method, address) = (rest.get(..space)?, rest.get(space + 1..)?.trim_ascii());
    let token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(byte);
    let is_address = address == b"*" || begins_with_scheme(address);
    (!method.is_empty() && method.iter().all(token) && is_address).then_some((method, address))
}

/// Whether it begins with `sip:`, `tel:` or another scheme.
fn begins_with_scheme(address: &[u8]) -> bool {
    let scheme = address.split(|&byte| byte == b':').next().unwrap_or_default();
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    scheme.len() < address.len() && scheme.first().is_some_and(u8::is_ascii_alphabetic) && scheme.iter().all(is_name)
}

/// Whether it is `SIP/2.0` or another version, in any case.
fn is_version(word: &[u8]) -> bool {
    match word {
        [s, i, p, b'/', major, b'.', minor] => {
            [s, i, p].iter().zip(b"SIP").all(|(byte, name)| byte.eq_ignore_ascii_case(name))
                && major.is_ascii_digit()
                && minor.is_ascii_digit()
        }
        _ => false,
    }
}

/// Whether a packet is SIP: its first non-empty line is a start line.
pub(crate) fn begins_sip(payload: &[u8]) -> bool {
    matches!(stream_start(payload), StreamStart::Sip)
}

/// The message without preceding line ends.
pub(crate) fn without_line_ends(mut bytes: &[u8]) -> &[u8] {
    while let [b'\r' | b'\n', rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// What the first bytes of a stream are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamStart {
    /// A SIP message, possibly after line ends.
    Sip,
    /// Possibly the beginning of one.
    Unclear,
    /// Something else.
    Other,
}

pub(crate) fn stream_start(bytes: &[u8]) -> StreamStart {
    let bytes = without_line_ends(bytes);
    let Some(first) = bytes.first() else { return StreamStart::Unclear };
    if !first.is_ascii_graphic() {
        return StreamStart::Other;
    }
    let start = bytes.get(..LONGEST).unwrap_or(bytes);
    match start.iter().position(|&byte| byte == b'\n') {
        Some(end) if is_start_line(&bytes[..end]) => StreamStart::Sip,
        None if bytes.len() < LONGEST
            && start.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ' || *byte == b'\r') =>
        {
            StreamStart::Unclear
        }
        Some(_) | None => StreamStart::Other,
    }
}
