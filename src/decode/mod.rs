//! Turns text into events: JSON lines, logs of T-Server, SIP Server, URS, ORS, OCS and Platform SDK, in any mixture and
//! in envelopes. [Specification 6][6].
//!
//! A [`Decoder`] is incremental and does no I/O: bytes go in, events and errors with line numbers come out. The results
//! do not depend on the split of the input. Depends only on [`event`](crate::event).
//!
//! | file | contains |
//! |---|---|
//! | `decoder`, `decoded` | the public interface of the decoder, and its results |
//! | `in_place` | reading complete messages without a copy |
//! | `collected` | collecting lines that are cut, in an envelope or coloured |
//! | `carried` | assembling such lines into messages |
//! | `files` | several files as one log |
//! | `interest` | which lines between messages need a closer look |
//! | `header` | the headers of messages |
//! | `shape` | which lines belong to a message, including multi-line values |
//! | `message_reader`, `list_reader` | turning the lines of a message into an event |
//! | `open_message` | a message that has not ended yet |
//! | `streams` | the two streams of a container, each with what is open on it |
//! | `syntax`, `tserver_log`, `platform_sdk_log`, `quotes` | how each log writes an attribute, a pair, a string |
//! | `json_line` | lines of JSON |
//! | `sip_message` | skipping SIP messages in a log |
//! | [`envelope`] | the envelopes around lines: containers, syslog, collectors, `grep`, mail |
//! | `time` | the time at the start of a line |
//! | `file`, `error`, `warning` | the state of a file, errors, warnings of ambiguous places |
//! | `lines` | line ends, and a line that is not complete yet |
//!
//! [6]: crate::guide::specification#6-inputs-that-users-have

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
mod streams;
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
