//! What it takes to test a service that shows IM sessions: histories of what happens to one, and what must come of them.
//!
//! Nothing in the library depends on this room. It knows the public face of the others.

mod carry_out;
mod history;
mod model;
mod setup;

pub use carry_out::carry_out;
pub use history::{Agent, History, Step};
pub use model::Model;
pub use setup::Setup;
