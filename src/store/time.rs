//! Time as the store keeps it: whole nanoseconds since the embedder's epoch, in 64 bits.

use core::time::Duration;

/// Later times than some 584 years after the epoch are kept as that.
pub(super) fn compact(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
