//! SIP messages in a connection: where each begins and ends, over TCP (RFC 3261 section 18.3) and WebSocket (RFC 7118).
//!
//! Both adapters take the bytes of one direction of one connection as they come, in pieces of any size, and give the
//! messages for [`Observer::observe`](super::Observer::observe). How the bytes are cut into pieces changes nothing.
//! Neither does I/O, puts segments in order, or knows TLS; what is kept is at most one message of the limit's length.
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

/// The longest message by default, as in [`SipLimits`](super::SipLimits).
const LONGEST: usize = super::SipLimits::DEFAULT.message;

/// What a connection carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framed<'a> {
    /// A message: start line, headers and body.
    Message(&'a [u8]),
    /// Bytes that are passed over, because they are no message.
    Skipped {
        /// How many.
        bytes: u64,
        /// Why.
        fault: FramingFault,
    },
}

/// Why bytes are passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FramingFault {
    /// No line of them begins a message.
    #[error("expected the start line of a SIP message, found other bytes")]
    NotSip,
    /// The message is longer than the limit.
    #[error("expected a message within the limit, found a longer one")]
    TooLong,
    /// The connection ended, or was left, before the message did.
    #[error("expected the rest of a message, found the end")]
    Cut,
    /// What is no frame of RFC 6455. There is no way to find the next frame after it.
    #[error("expected a WebSocket frame, found something else")]
    NotAFrame,
    /// A fragment of a message that did not begin, or of one that another interrupts.
    #[error("expected the fragments of one message after each other, found others")]
    Fragments,
    /// The message is of an extension of WebSocket, such as compression.
    #[error("expected a message without extensions of WebSocket, found one with")]
    Extension,
}

/// A result before it borrows the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    Message,
    Skipped(u64, FramingFault),
}

/// Takes as many bytes off the input as there are, up to `most`.
fn take<'i>(input: &mut &'i [u8], most: usize) -> &'i [u8] {
    let (taken, rest) = input.split_at_checked(most).unwrap_or((*input, &[]));
    *input = rest;
    taken
}

/// So many bytes, where that fits into memory at all.
fn as_length(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
