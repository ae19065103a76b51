//! Logs in the three text forms, and what is in them.
//!
//! | file | question |
//! |---|---|
//! | `write` | How is an event written in each form? |
//! | `expected` | What must a decoder find in a log? |
//! | `noise` | What may stand between the events? |
//! | `put_together` | How do events and noise become a log? |

mod expected;
mod noise;
mod put_together;
mod write;

pub use expected::Log;
pub(crate) use noise::Noise;
pub(crate) use put_together::{Ends, Pieces, put_together};
pub use write::log_message;
