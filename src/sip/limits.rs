//! How much an observer holds, and how long it waits.

use core::time::Duration;

/// The limits of an observer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SipLimits {
    /// The most calls that are open at once. One more is refused with [`SipError::TooManyCalls`](super::SipError).
    pub open_calls: usize,
    /// The most ended calls that are remembered, so that late and repeated messages find them. The oldest go first.
    pub ended_calls: usize,
    /// How long an ended call is remembered: longer than anybody sends a message again (RFC 3261: 64 × T1).
    pub ended_wait: Duration,
    /// The longest message, in bytes. A datagram cannot be longer than the default.
    pub message: usize,
    /// The longest Call-ID, tag or branch that is kept, in bytes.
    pub name: usize,
    /// The longest DN, in bytes; the default is what a store takes by default
    /// ([`Limits::dn_length`](crate::Limits::dn_length)).
    pub dn_length: usize,
    /// How long a caller may take to answer a challenge (401, 407) or a redirect (3xx) with a new INVITE.
    pub retry_wait: Duration,
    /// How long the final response may take after CANCEL (RFC 3261 section 9.1: 64 × T1).
    pub cancel_wait: Duration,
}

impl SipLimits {
    /// 64 × T1 of RFC 3261 for everything that is waited for, 100 000 calls of either kind, messages of a datagram.
    pub const DEFAULT: SipLimits = SipLimits {
        open_calls: 100_000,
        ended_calls: 100_000,
        ended_wait: Duration::from_secs(32),
        message: 65_535,
        name: 512,
        dn_length: 255,
        retry_wait: Duration::from_secs(32),
        cancel_wait: Duration::from_secs(32),
    };
}

impl Default for SipLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
