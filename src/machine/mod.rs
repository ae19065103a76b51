//! The machine: which event moves which state, and what may be done in each. Specification 2.1, 2.2 and 3.
//!
//! The innermost room. Small `Copy` values and `const fn`s; no heap, no `std`, nothing of the rest of the crate.
//! Everything else asks [`step`] and [`admit`] and never decides on its own.

mod admit;
mod capabilities;
mod capability_table;
mod diagram;
mod events;
#[cfg(feature = "serde")]
mod names_serde;
mod operation;
mod reason;
mod state;
mod step;
mod transitions;
mod unknown_name;

pub use admit::admit;
pub use capabilities::{Capabilities, CapabilitiesIter, UnknownOperation};
pub use capability_table::{CapabilityRow, CapabilityTable};
pub use diagram::{Dot, Mermaid, Table};
pub use events::{CallEvent, DataEvent, SessionEvent};
pub use operation::Operation;
pub use reason::{Limit, RejectReason, Rejection};
pub use state::State;
pub use step::{Next, Step, StepOutcome, Transition, accepts, next, step};
pub use transitions::{Cell, STATES, TRANSITIONS};
pub use unknown_name::UnknownName;
pub(crate) use unknown_name::unknown;
