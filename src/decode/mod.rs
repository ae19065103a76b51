//! Text to events: JSON lines, T-Server / SIP Server / URS / ORS / OCS logs, Platform SDK logs, in any mixture, and in
//! what carries such lines. Specification 6.
//!
//! A [`Decoder`] is pure and incremental: bytes go in as they come, events and errors with line numbers come out, and
//! any split of the input gives the same. Depends on [`event`](crate::event) alone.
//!
//! | file | holds |
//! |---|---|
//! | `decoder`, `decoded` | the decoder as it is used, and what it gives |
//! | `in_place` | messages that lie whole in the bytes are read in place |
//! | `collected` | lines that are cut, in an envelope or coloured: collected and opened |
//! | `carried` | such lines put together to messages |
//! | `files` | several files as one log |
//! | `interest` | which lines between messages are worth a closer look |
//! | `header` | the headers of messages, of all forms |
//! | `shape` | which lines belong to a message, values of several lines included |
//! | `message_reader`, `list_reader` | the lines of a message to an event |
//! | `open_message` | a message whose lines are coming |
//! | `syntax`, `tserver_log`, `platform_sdk_log`, `quotes` | how each log writes an attribute, a pair, a string |
//! | `json_line` | a line of JSON |
//! | `sip_message` | SIP messages in a log, which are skipped |
//! | [`envelope`] | what carries the lines of a log |
//! | `time` | the time that a line begins with |
//! | `file`, `error`, `warning` | what is said of a file without events, of errors, of ambiguous places |
//! | `lines` | where a line ends; a line that is still coming |

mod carried;
mod collected;
mod decoded;
mod decoder;
pub mod envelope;
mod error;
mod file;
mod files;
mod form;
mod header;
mod in_place;
mod interest;
#[cfg(feature = "json")]
mod json_line;
mod lines;
mod list_reader;
mod message_reader;
mod open_message;
mod platform_sdk_log;
mod quotes;
mod shape;
mod sip_message;
mod syntax;
mod time;
mod tserver_log;
mod warning;

pub use decoded::{DecodeResult, Decoded, Finished, Tally};
pub use decoder::{Decoder, MESSAGE_LIMIT};
pub use error::{DecodeError, DecodeErrorKind, Nearest, NearestKind};
pub use form::Form;
#[cfg(feature = "json")]
pub use json_line::object as json_object;
pub use warning::{DecodeWarning, WarningKind};
