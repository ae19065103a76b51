//! Text to events: JSON lines, T-Server / SIP Server / URS log, Platform SDK log. Specification 6.
//!
//! A [`Decoder`] is pure and incremental: bytes go in as they come, events and errors with line numbers come out, and any
//! split of the input gives the same. Depends on [`event`](crate::event) alone.
//!
//! | file | holds |
//! |---|---|
//! | `decoder` | the driver: lines, messages, the limit |
//! | `lines` | where a line ends; a line that is still coming |
//! | `form` | which of the forms a line is of |
//! | `log_message` | what the two logs have in common: attributes and lists by indentation |
//! | `tserver_log`, `platform_sdk_log` | how each log writes a header, an attribute, a pair |
//! | `json_lines` | one JSON object to one event |
//! | `attribute` | the attribute names that matter |

mod decoder;
mod error;
mod form;
mod lines;
mod log_message;
mod platform_sdk_log;
mod tserver_log;

pub use decoder::{DecodeResult, Decoded, Decoder, MESSAGE_LIMIT};
pub use error::{DecodeError, DecodeErrorKind};
pub use form::Form;
