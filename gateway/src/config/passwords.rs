//! Checks passwords against the hashes in the agents' file, and makes hashes: Argon2id.

use argon2::password_hash::{PasswordHash as Phc, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use super::PasswordHash;
use crate::clock::{NoRandomBytes, Random};

/// The longest password, in bytes. A longer one counts as wrong.
pub const LONGEST_PASSWORD: usize = 1_024;

/// The most expensive hash that is accepted: 256 MiB and 16 passes. A check must not exhaust the machine.
const DEAREST: (u32, u32) = (256 * 1_024, 16);

/// Checks passwords. A check is slow by design, so it is called on a thread that may block.
pub trait Passwords: Send + Sync {
    /// Whether this password matches this hash.
    fn fits(&self, hash: &PasswordHash, password: &[u8]) -> bool;
}

/// Argon2 with the parameters in the hash.
#[derive(Debug, Clone, Copy, Default)]
pub struct Argon2Passwords;

impl Passwords for Argon2Passwords {
    fn fits(&self, hash: &PasswordHash, password: &[u8]) -> bool {
        Phc::new(hash.as_str()).is_ok_and(|hash| Argon2::default().verify_password(password, &hash).is_ok())
    }
}

/// Why no hash was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The password is empty.
    #[error("expected a password, got nothing")]
    Empty,
    /// The password is longer than sign-in accepts.
    #[error("expected a password of at most {LONGEST_PASSWORD} bytes, got {0}")]
    TooLong(usize),
    /// There is no random salt.
    #[error(transparent)]
    Random(#[from] NoRandomBytes),
    /// Argon2 failed.
    #[error("argon2 refused the password: {0}")]
    Argon2(String),
}

/// The cost of a check. Deliberately exhaustive: tests need a cheap one, everything else the usual one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// 19 MiB, two passes: the recommendation of OWASP, and the default of the crate.
    Usual,
    /// 8 KiB, one pass: for tests only.
    Test,
}

/// Makes the argon2id hash of a password, with a new salt.
///
/// # Errors
///
/// If the password is empty or too long, or if there are no random bytes.
pub fn hash_password(password: &[u8], random: &dyn Random, cost: Cost) -> Result<PasswordHash, HashError> {
    if password.is_empty() {
        return Err(HashError::Empty);
    }
    if password.len() > LONGEST_PASSWORD {
        return Err(HashError::TooLong(password.len()));
    }
    let refused = |error: &dyn std::fmt::Display| HashError::Argon2(error.to_string());
    let params = match cost {
        Cost::Usual => Params::default(),
        Cost::Test => Params::new(8, 1, 1, None).map_err(|error| refused(&error))?,
    };
    let salt = SaltString::encode_b64(&random.bytes()?).map_err(|error| refused(&error))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2.hash_password(password, &salt).map_err(|error| refused(&error))?;
    Ok(PasswordHash::new(hash.to_string()))
}

/// Whether a text is a hash that can be checked, and whose cost is acceptable.
pub(super) fn is_usable(hash: &str) -> bool {
    let Ok(hash) = Phc::new(hash) else { return false };
    let params = Params::try_from(&hash);
    hash.algorithm.as_str().starts_with("argon2")
        && hash.salt.is_some()
        && hash.hash.is_some()
        && params.is_ok_and(|params| params.m_cost() <= DEAREST.0 && params.t_cost() <= DEAREST.1)
}
