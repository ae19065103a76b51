//! What is counted while the gateway runs, and how it is told to Prometheus.
//!
//! | file | question |
//! |---|---|
//! | `counted` | What does the gateway count by itself? |
//! | `hep` | What comes of packets of HEP? |
//! | `durations` | How long does something take, by buckets? |
//! | `text` | How does Prometheus read it? |

mod counted;
mod durations;
mod hep;
mod text;

pub use counted::{InFlight, Metrics};
pub use durations::Durations;
pub use hep::{HepConnection, HepOutcome};
pub use text::{Kind, Text};
