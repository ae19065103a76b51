//! The conformance kit: compares any implementation with the [`Model`](super::Model) on random histories, shrinks a
//! failing history, and reports which cells of the specification were reached.
//!
//! An implementation stands behind [`System`]: a few methods to write. One in another language speaks [`JsonLines`] over a pipe;
//! `im-session conformance COMMAND…`, the tool of the repository, starts it and tests it.
//!
//! | file | question |
//! |---|---|
//! | `system` | What must an implementation be able to do? |
//! | `run` | Does it behave like the model? If not, what is the difference, and after which history? |
//! | `coverage` | Which cells of the specification were reached? |
//! | `from_bytes::random` | Which histories is it tested with? |
//! | `json_lines` | How is an implementation in another language tested? |
//!
//! ```
//! use im_session::testing::Setup;
//! use im_session::testing::conformance::{Histories, run};
//!
//! let setup = Setup::default();
//! let report = run(&mut setup.sessions(), &setup, Histories::new(7).take(5));
//! assert!(report.failure.is_none(), "{report}");
//! // Five histories do not reach every cell, and the report says so.
//! assert!(!report.conforms() && !report.coverage.missing().is_empty());
//! ```
//!
//! # A part of an implementation
//!
//! Steps that an implementation does not support yet are removed from the histories. Some cells can then not be
//! reached, so only the absence of differences counts:
//!
//! ```
//! use im_session::testing::conformance::{Histories, run};
//! use im_session::testing::{Setup, Step};
//!
//! let setup = Setup::default();
//! let without_operations = Histories::new(7).take(5).map(|mut history| {
//!     history.steps.retain(|step| !matches!(step, Step::Post { .. }));
//!     history
//! });
//! let report = run(&mut setup.sessions(), &setup, without_operations);
//! assert!(report.failure.is_none(), "{report}");
//! ```
//!
//! # Where the specification leaves it open
//!
//! The model makes these choices, and the kit compares with them:
//!
//! - An `operationName` that is not a string is not an operation: statusCode 3.
//! - White space around the names in `fields=id, uri` is ignored.
//! - An EventPrivateInfo without `text` is ignored only if it is readable: without CallUUID or ThisDN it is unreadable
//!   first.
//! - A request is settled by the ReferenceID of an answer that names the DN of the request, or none.
//! - `"userData":{}` of an InitiateIMSession is sent as an empty `UserData`. Without `userData` the request has no
//!   `UserData`.
//! - An attribute that is an empty string counts as absent, also in the JSON lines form.

mod coverage;
mod json_lines;
mod run;
mod system;

pub use crate::from_bytes::random::Histories;
pub use coverage::{Cell, Coverage};
pub use json_lines::{JsonLines, serve};
pub use run::{Failure, Report, Why, run};
pub use system::{Error, System};
