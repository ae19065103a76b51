//! What is counted while the gateway runs, and how it is written for Prometheus.
//!
//! | file | question |
//! |---|---|
//! | `counted` | What does the gateway itself count? |
//! | `hep` | What happens to HEP packets? |
//! | `durations` | How are durations counted? |
//! | `text` | What does Prometheus read? |

mod counted;
mod durations;
mod hep;
mod text;

pub use counted::{InFlight, Metrics};
pub use durations::Durations;
pub use hep::{HepConnection, HepOutcome};
pub use text::{Kind, Text};
