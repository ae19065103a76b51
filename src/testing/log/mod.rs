//! Logs in the three text forms, and what is in them.
//!
//! | file | question |
//! |---|---|
//! | `write` | How is an event written in each form? |
//! | `expected` | What must a decoder find in a log? |
//! | `noise` | What may stand between the events? |
//! | `put_together` | How do events and noise become a log? |

mod expected;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
mod noise;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
mod put_together;
mod write;

pub use expected::Log;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
pub(crate) use noise::Noise;
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
pub(crate) use put_together::{Ends, Pieces, put_together};
pub use write::log_message;
