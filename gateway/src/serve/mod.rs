//! Runs the program, from the options to the end.
//!
//! | file | question |
//! |---|---|
//! | `listen` | Which address does it listen on? |
//! | `set_up` | Which agents, which store, which routes? |
//! | `connections` | How are connections served and ended? |
//! | `stream` | How long does a connection occupy its place? |
//! | `signals` | What do SIGHUP, SIGTERM and SIGINT do? |
//! | `greeting` | What does it print when it is ready? |

mod connections;
mod greeting;
mod listen;
mod set_up;
mod signals;
mod stream;

pub use connections::{ConnectionLimits, LONGEST_HEAD, serve_connections};
pub use greeting::greeting;
pub use listen::{ListenError, listen};
pub use set_up::{ServeError, serve};
