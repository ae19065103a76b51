//! What it takes to test a service that shows IM sessions: histories of what happens to one, and what must come of them.
//!
//! Nothing in the library depends on this room. It knows the public face of the others.
//!
//! | file | question |
//! |---|---|
//! | `history` | What can happen to a service? |
//! | `reached` | How many cases of a property reach its last assertion? |
//! | `setup` | How is the service set up? |
//! | `model` | What must it answer? The specification once more, as plainly as can be. |
//! | `carry_out` | What does this crate's store answer? |
//! | `log` | How is a log written, what can it carry, and what must a decoder find in it? |
//! | `fault` | What can go wrong with the events on the way? |
//! | [`laws`] | What holds for every history? |
//! | [`conformance`] | Does another implementation do what the model does? |
//! | `shrink`, `code` | What is the shortest history that fails, and how is it pasted into a test? |

mod carry_out;
mod code;
pub mod conformance;
mod fault;
mod history;
pub mod laws;
mod log;
mod model;
pub(crate) mod prelude;
mod reached;
mod setup;
mod shrink;

pub use crate::store::Agent;
pub use carry_out::carry_out;
pub use fault::Fault;
pub use history::{History, Step};
pub use laws::{LAWS, Law, LawBroken};
pub use log::{Log, log_message, read_back};
pub use model::Model;
pub use reached::Reached;
pub use setup::Setup;
#[cfg(feature = "proptest")]
pub(crate) use shrink::Shrinker;
pub use shrink::shortest;
