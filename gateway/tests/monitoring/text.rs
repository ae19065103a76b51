//! Durations fall into their buckets, bounds included.

use std::time::Duration;

use im_session_gateway::metrics::{Durations, Text};

#[test]
fn a_duration_at_a_bound_is_within_it() {
    let durations = Durations::default();
    for microseconds in [500, 501, 1_000_000, 7_000_000] {
        durations.observe(Duration::from_micros(microseconds));
    }
    let mut text = Text::default();
    durations.write(&mut text, "took_seconds", "How long.");
    let text = text.into_string();
    for line in [
        "# TYPE took_seconds histogram",
        "took_seconds_bucket{le=\"0.0005\"} 1",
        "took_seconds_bucket{le=\"0.001\"} 2",
        "took_seconds_bucket{le=\"0.5\"} 2",
        "took_seconds_bucket{le=\"1\"} 3",
        "took_seconds_bucket{le=\"5\"} 3",
        "took_seconds_bucket{le=\"+Inf\"} 4",
        "took_seconds_sum 8.001001",
        "took_seconds_count 4",
    ] {
        assert!(text.lines().any(|other| other == line), "{line}\n{text}");
    }
}
