//! The lexical rules of RFC 3261 section 25 that the needed headers share: white space, folding, quoted strings,
//! parameters.
//!
//! Values are read in place. A folded line needs no copy, since line ends inside a value count as white space.

/// Whether the byte is linear white space inside a value, including folding.
pub(super) const fn is_lws(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Removes linear white space at both ends.
pub(super) fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = bytes {
        if !is_lws(*first) {
            break;
        }
        bytes = rest;
    }
    while let [rest @ .., last] = bytes {
        if !is_lws(*last) {
            break;
        }
        bytes = rest;
    }
    bytes
}

/// Whether the byte can be in a token.
pub(super) const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~')
}

/// The bytes as a token: at least one byte, and only token bytes.
pub(super) fn token(bytes: &[u8]) -> Option<&str> {
    let all = !bytes.is_empty() && bytes.iter().copied().all(is_token);
    if all { core::str::from_utf8(bytes).ok() } else { None }
}

/// The position of the first byte outside quoted strings and angle brackets for which `wanted` returns `true`. `None`
/// if there is none, `Err` if a quoted string or a bracket is not closed.
pub(super) fn find_outside(bytes: &[u8], wanted: impl Fn(u8) -> bool) -> Result<Option<usize>, Unbalanced> {
    let mut quoted = false;
    let mut escaped = false;
    let mut bracket = false;
    for (position, &byte) in bytes.iter().enumerate() {
        if escaped {
            escaped = false;
        } else if quoted {
            match byte {
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
        } else if bracket {
            bracket = byte != b'>';
        } else if wanted(byte) {
            return Ok(Some(position));
        } else if byte == b'"' {
            quoted = true;
        } else if byte == b'<' {
            bracket = true;
        }
    }
    if quoted || bracket { Err(Unbalanced) } else { Ok(None) }
}

/// A quoted string or an angle bracket that is not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unbalanced;

/// The parameters `;name=value` of a value, from its first semicolon on. Ends at a comma, or at something that is not
/// closed.
#[derive(Debug, Clone)]
pub(super) struct Parameters<'m>(&'m [u8]);

impl<'m> Parameters<'m> {
    /// The parameters in `bytes`, which begin with the semicolon. There are none if they begin with anything else.
    pub(super) fn new(bytes: &'m [u8]) -> Self {
        Parameters(trim(bytes))
    }

    /// The value of the parameter with this name, without regard to case. Empty if the parameter has no value, `None`
    /// if there is no such parameter.
    pub(super) fn get(mut self, name: &str) -> Option<&'m [u8]> {
        self.find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| value)
    }
}

impl<'m> Iterator for Parameters<'m> {
    type Item = (&'m [u8], &'m [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0.strip_prefix(b";")?;
        let end = match find_outside(rest, |byte| byte == b';' || byte == b',') {
            Ok(end) => end.unwrap_or(rest.len()),
            Err(Unbalanced) => {
                self.0 = &[];
                return None;
            }
        };
        let (parameter, rest) = rest.split_at_checked(end)?;
        self.0 = rest;
        let (name, value) = match parameter.iter().position(|&byte| byte == b'=') {
            Some(equals) => parameter.split_at_checked(equals)?,
            None => (parameter, &[][..]),
        };
        Some((trim(name), unquoted(trim(value.strip_prefix(b"=").unwrap_or(value)))))
    }
}

/// Removes the quotes around a value. Escapes inside stay as they are.
fn unquoted(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value)
}

/// A decimal number, which may have leading zeros. `None` also if it does not fit.
pub(in crate::sip) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |sum, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// The first of the values that commas separate, and the others.
pub(super) fn first_of(values: &[u8]) -> Result<(&[u8], Option<&[u8]>), Unbalanced> {
    let end = find_outside(values, |byte| byte == b',')?;
    Ok(match end.and_then(|end| values.split_at_checked(end)) {
        Some((first, rest)) => (first, rest.get(1..)),
        None => (values, None),
    })
}

/// A value and its parameters, which begin with the first semicolon.
pub(super) fn with_parameters(value: &[u8]) -> Result<(&[u8], Parameters<'_>), Unbalanced> {
    let end = find_outside(value, |byte| byte == b';')?.unwrap_or(value.len());
    let (value, parameters) = value.split_at_checked(end).unwrap_or((value, &[]));
    Ok((value, Parameters::new(parameters)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_come_folded_quoted_and_in_any_case() {
        let parameters = Parameters::new(b" ; A = \"x;y,\\\"z\" ;\r\n tAg\t=\r\n  b1;lr, ;next=1");
        assert_eq!(parameters.clone().get("a"), Some(&b"x;y,\\\"z"[..]));
        assert_eq!(parameters.clone().get("TAG"), Some(&b"b1"[..]));
        assert_eq!(parameters.clone().get("lr"), Some(&b""[..]));
        assert_eq!(parameters.get("next"), None, "it belongs to the next value");
    }

    #[test]
    fn what_does_not_end_has_no_parameters() {
        assert_eq!(Parameters::new(b";a=\"open;tag=1").count(), 0);
        assert_eq!(Parameters::new(b"a=1").count(), 0);
        assert_eq!(find_outside(b"<a", |byte| byte == b';'), Err(Unbalanced));
    }
}
