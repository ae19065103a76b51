//! Time and randomness as arguments, so that tests can advance the one and predict the other.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Returns the current time.
pub trait Clock: Send + Sync {
    /// The time since 1970.
    fn now(&self) -> Duration;
}

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        // A clock before 1970 is broken. Time 0 is safe: nothing expires and nothing fails.
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
    }
}

/// A source of unpredictable bytes.
pub trait Random: Send + Sync {
    /// Returns 16 unpredictable bytes.
    ///
    /// # Errors
    ///
    /// If the source has none. Nobody can sign in then.
    fn bytes(&self) -> Result<[u8; 16], NoRandomBytes>;
}

/// The operating system provides no random bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected 16 random bytes of the operating system, got none: {0}")]
pub struct NoRandomBytes(pub String);

/// The random source of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn bytes(&self) -> Result<[u8; 16], NoRandomBytes> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| NoRandomBytes(error.to_string()))?;
        Ok(bytes)
    }
}

/// A clock and a random source.
#[derive(Clone)]
pub struct Surroundings {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The random source.
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
