//! The state machine: which event leads from which state to which, and which operations each state allows.
//! [Specification 2.1][2.1], [2.2] and [3].
//!
//! The innermost module: small `Copy` values and `const fn`s, no heap, no `std`, and no other module of the crate. Read
//! it in this order: `state`, `event`, `table`, `capabilities`, `diagram`.
//!
//! ```
//! use im_session::State;
//! use im_session::machine::{CallEvent, Step, step};
//!
//! assert_eq!(step(None, CallEvent::Ringing), Step::Changed { to: State::Alerting });
//! ```
//!
//! [2.1]: crate::guide::specification#21-the-transition-table-d
//! [2.2]: crate::guide::specification#22-events-that-carry-data
//! [3]: crate::guide::specification#3-capabilities-d

mod capabilities;
mod diagram;
mod event;
mod state;
mod table;

pub use capabilities::{CapabilityRow, CapabilityTable, Operation, Operations};
pub use diagram::{Dot, Mermaid, Table};
pub use event::{CallEvent, DataEvent, SessionEvent};
pub use state::State;
pub use table::{RejectReason, Step, accepts, admit, step, transitions};

#[cfg(feature = "serde")]
crate::named::wire::serde_by_name!(State, CallEvent, DataEvent, Operation, RejectReason);
