//! Reads user name and password from HTTP Basic.

use std::fmt;

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::config::{LONGEST_PASSWORD, LONGEST_USER_NAME};

/// The contents of `Authorization`.
pub(super) enum Basic {
    /// There is no HTTP Basic.
    None,
    /// There is HTTP Basic, and it cannot be read.
    Malformed,
    /// A user and a password.
    Is(Credentials),
}

/// A user name and a password. `Debug` does not print the password.
pub(super) struct Credentials {
    pub(super) user_name: String,
    pub(super) password: Vec<u8>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// Reads the header.
pub(super) fn basic(headers: &HeaderMap) -> Basic {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    let Some(line) = lines.next() else { return Basic::None };
    let Some((scheme, rest)) = line.to_str().ok().and_then(|line| line.split_once(' ')) else { return Basic::None };
    if !scheme.eq_ignore_ascii_case("Basic") {
        return Basic::None;
    }
    if lines.next().is_some() {
        return Basic::Malformed;
    }
    credentials(rest.trim()).map_or(Basic::Malformed, Basic::Is)
}

fn credentials(encoded: &str) -> Option<Credentials> {
    let longest = LONGEST_USER_NAME + 1 + LONGEST_PASSWORD;
    if encoded.len() > longest.div_ceil(3) * 4 {
        return None;
    }
    let decoded = STANDARD.decode(encoded).ok()?;
    let colon = decoded.iter().position(|&byte| byte == b':')?;
    let (user_name, password) = (decoded.get(..colon)?, decoded.get(colon + 1..)?);
    if user_name.len() > LONGEST_USER_NAME || password.len() > LONGEST_PASSWORD {
        return None;
    }
    Some(Credentials { user_name: String::from_utf8(user_name.to_vec()).ok()?, password: password.to_vec() })
}
