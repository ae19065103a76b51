//! A histogram of durations.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::text::{Kind, Text};

/// The upper bounds of the buckets: in microseconds, and as text in seconds.
const BOUNDS: [(u64, &str); 12] = [
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (5_000_000, "5"),
];

/// Counts durations by bucket. Clones share the counters.
#[derive(Debug, Clone, Default)]
pub struct Durations(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// The count of each bucket alone; the last one counts what exceeds all bounds.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
}

impl Durations {
    /// Counts one duration.
    pub fn observe(&self, took: Duration) {
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS.iter().position(|(bound, _)| microseconds <= *bound).unwrap_or(BOUNDS.len());
        if let Some(bucket) = self.0.buckets.get(place) {
            bucket.fetch_add(1, Relaxed);
        }
        self.0.microseconds.fetch_add(microseconds, Relaxed);
    }

    /// Writes a histogram.
    pub fn write(&self, text: &mut Text, name: &str, help: &str) {
        text.family(name, Kind::Histogram, help);
        let mut so_far = 0;
        let bounds = BOUNDS.iter().map(|(_, bound)| *bound).chain(["+Inf"]);
        let bucket_name = format!("{name}_bucket");
        for (bound, bucket) in bounds.zip(&self.0.buckets) {
            so_far += bucket.load(Relaxed);
            text.sample(&bucket_name, &[("le", bound)], so_far);
        }
        let microseconds = self.0.microseconds.load(Relaxed);
        text.sample(
            &format!("{name}_sum"),
            &[],
            format_args!("{}.{:06}", microseconds / 1_000_000, microseconds % 1_000_000),
        );
        // Not read again, because it has to equal the last bucket.
        text.sample(&format!("{name}_count"), &[], so_far);
    }
}
