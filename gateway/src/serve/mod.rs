//! How the program runs: from the options to the last answer.
//!
//! | file | question |
//! |---|---|
//! | `listen` | Where does it listen? |
//! | `set_up` | Which agents, which store, which routes? |
//! | `connections` | How are connections served, and how do they end? |
//! | `stream` | How long does a connection keep its place? |
//! | `signals` | What do SIGHUP, SIGTERM and SIGINT do? |
//! | `greeting` | What does it print when it is ready? |

mod connections;
mod greeting;
mod listen;
mod set_up;
mod signals;
mod stream;

pub use connections::{ConnectionLimits, serve_connections};
pub use greeting::greeting;
pub use listen::{ListenError, listen};
pub use set_up::{ServeError, serve};
