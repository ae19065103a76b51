//! Tools to test a service with IM sessions: histories of its steps, and what their results must be.
//!
//! Nothing in the library depends on this module. It uses the public API of the others.
//!
//! | file | question |
//! |---|---|
//! | `history` | Which steps can a history have? |
//! | `reached` | How many cases of a property reach its last assertion? |
//! | `setup` | How is the service set up? |
//! | `model` | What must the service answer? A second, plain implementation of the specification. |
//! | `carry_out` | What does the store of this crate answer? |
//! | `log` | How is a log written, what can it represent, and what must a decoder find in it? |
//! | `fault` | What can go wrong in the delivery of events? |
//! | [`laws`] | What holds for every history? |
//! | [`conformance`] | Does another implementation behave like the model? |
//! | `shrink`, `code` | What is the shortest history that fails, and how is it written as a test? |

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
