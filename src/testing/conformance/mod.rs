//! The conformance kit: drives any implementation with random histories against the [`Model`](super::Model), shrinks what
//! fails, and says which cells of the specification were reached.
//!
//! An implementation stands behind [`System`]: a few methods to write. One in another language speaks [`JsonLines`] over a pipe;
//! `im-session conformance COMMAND…`, the tool of the repository, starts it and tests it.
//!
//! | file | question |
//! |---|---|
//! | `system` | What must an implementation be able to do? |
//! | `run` | Does it do what the model does? If not, what instead, and after which history? |
//! | `coverage` | Which cells of the specification were reached? |
//! | `from_bytes::random` | What happens to it? |
//! | `json_lines` | How does one in another language take part? |
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
//! What an implementation does not have yet is left out of the histories; then what counts is that there is no difference, since some
//! cells cannot be reached:
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
//! The model has chosen, and the kit compares with that:
//!
//! - An `operationName` that is no string is no operation: statusCode 3.
//! - White space around the names in `fields=id, uri` does not count.
//! - An EventPrivateInfo without `text` is ignored only if it is readable: without CallUUID or ThisDN it is unreadable first.
//! - A request is settled by the ReferenceID of an answer that names the DN of the request, or none.
//! - `"userData":{}` of an InitiateIMSession is sent as an empty `UserData`; without it there is none in the request.
//! - An attribute that is an empty string is one that is absent, in the JSON lines form as in the others.

mod coverage;
mod json_lines;
mod run;
mod system;

pub use crate::from_bytes::random::Histories;
pub use coverage::{Cell, Coverage};
pub use json_lines::{JsonLines, serve};
pub use run::{Failure, Report, Why, run};
pub use system::{Error, System};
