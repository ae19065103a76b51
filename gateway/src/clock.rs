//! Time and randomness, handed in, so that tests advance the one and know the other.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// What time it is.
pub trait Clock: Send + Sync {
    /// The time since 1970.
    fn now(&self) -> Duration;
}

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        // A clock before 1970 is broken; at zero nothing expires, and nothing fails.
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
    }
}

/// Bytes that nobody can guess.
pub trait Random: Send + Sync {
    /// Sixteen of them.
    ///
    /// # Errors
    ///
    /// Where the source has none; nobody is signed in then.
    fn bytes(&self) -> Result<[u8; 16], NoRandomBytes>;
}

/// The operating system gives no random bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected 16 random bytes of the operating system, got none: {0}")]
pub struct NoRandomBytes(pub String);

/// The source of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn bytes(&self) -> Result<[u8; 16], NoRandomBytes> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| NoRandomBytes(error.to_string()))?;
        Ok(bytes)
    }
}

/// The two together: what surrounds the gateway.
#[derive(Clone)]
pub struct Surroundings {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Bytes that nobody can guess.
    pub random: Arc<dyn Random>,
}

impl Surroundings {
    /// Those of the operating system.
    #[must_use]
    pub fn system() -> Self {
        Surroundings { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) }
    }
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").field("now", &self.clock.now()).finish_non_exhaustive()
    }
}
