//! Finds the SIP messages in a connection over TCP (RFC 3261 section 18.3) or WebSocket (RFC 7118).
//!
//! Both types take the bytes of one direction of one connection in pieces of any size, and return the messages for
//! [`Observer::observe`](super::Observer::observe). The results do not depend on how the bytes are split. Neither type
//! does I/O, reorders segments, or handles TLS. Each keeps at most one message, within the limit.
//!
//! ```
//! use im_session::sip::stream::{Framed, TcpFraming};
//!
//! let mut framing = TcpFraming::new();
//! let mut input = &b"\r\n\r\nOPTIONS sip:a SIP/2.0\r\nContent-Length: 2\r\n\r\nHiSIP/2.0 200 OK\r\n"[..];
//! let Some(Framed::Message(message)) = framing.next_message(&mut input) else { panic!("a message") };
//! assert!(message.starts_with(b"OPTIONS") && message.ends_with(b"\r\n\r\nHi"));
//! assert_eq!(framing.next_message(&mut input), None, "the next one is not whole");
//! ```

mod tcp;
mod web_socket;

pub use tcp::TcpFraming;
pub use web_socket::WebSocketFraming;

/// The default limit for the length of a message, as in [`SipLimits`](super::SipLimits).
const LONGEST: usize = super::SipLimits::DEFAULT.message;

/// A message or skipped bytes of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framed<'a> {
    /// A message: start line, headers and body.
    Message(&'a [u8]),
    /// Bytes that were skipped, because they are not a message.
    Skipped {
        /// The number of bytes.
        bytes: u64,
        /// Why.
        fault: FramingFault,
    },
}

/// Why bytes were skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FramingFault {
    /// None of their lines begins a message.
    #[error("expected the start line of a SIP message, found other bytes")]
    NotSip,
    /// The message is longer than the limit.
    #[error("expected a message within the limit, found a longer one")]
    TooLong,
    /// The connection ended, or was abandoned, before the message was complete.
    #[error("expected the rest of a message, found the end")]
    Cut,
    /// The bytes are not a frame of RFC 6455. There is no way to find the next frame after them.
    #[error("expected a WebSocket frame, found something else")]
    NotAFrame,
    /// A fragment without the beginning of its message, or of a message that another one interrupts.
    #[error("expected consecutive fragments of one message, found others")]
    Fragments,
    /// The message uses an extension of WebSocket, such as compression.
    #[error("expected a message without WebSocket extensions, found one with an extension")]
    Extension,
}

/// A result that does not borrow the message yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    Message,
    Skipped(u64, FramingFault),
}

/// Removes up to `most` bytes from the front of the input, and returns them.
fn take<'i>(input: &mut &'i [u8], most: usize) -> &'i [u8] {
    let (taken, rest) = input.split_at_checked(most).unwrap_or((*input, &[]));
    *input = rest;
    taken
}

/// A number of bytes as `usize`, or the maximum if it does not fit.
fn as_length(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
