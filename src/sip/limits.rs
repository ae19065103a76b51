//! The limits of a source of events: its memory, and how long it waits.

use core::time::Duration;

/// The maximum number of INVITE transactions, of dialogs and of sessions that are kept for one call.
pub(super) const KEPT_OF_A_CALL: usize = 16;

/// The limits of an [`Observer`](super::Observer) and of a [`DialogInfo`](super::DialogInfo). For a `DialogInfo`
/// sessions count as calls and documents as messages, and the waiting times do not apply.
///
/// ```
/// use im_session::sip::{Observer, SipLimits};
///
/// let mut limits = SipLimits::DEFAULT;
/// limits.open_calls = 100;
/// limits.ended_calls = 100;
/// assert!(limits.most_memory() < 10_000_000);
/// let observer = Observer::new().with_limits(limits);
/// # drop(observer);
/// ```
///
/// # Memory
///
/// These limits bound everything that messages can make a source keep. An observer holds at most
/// [`most_memory`](Self::most_memory) bytes, which is 679 MB with the default limits. That bound applies to an attacker
/// who fills every call with names of the maximum length. A call of ordinary traffic takes about 1.2 kB, so 20 000 of
/// them take 24 MB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SipLimits {
    /// The maximum number of open calls. One more is refused with [`SipError::TooManyCalls`](super::SipError).
    pub open_calls: usize,
    /// The maximum number of ended calls that are remembered for late and repeated messages. The oldest are forgotten
    /// first.
    pub ended_calls: usize,
    /// How long an observer remembers an ended call. It should be longer than messages are retransmitted (RFC 3261: 64
    /// × T1). A `DialogInfo` remembers ended sessions regardless of time, up to [`ended_calls`](Self::ended_calls).
    pub ended_wait: Duration,
    /// The maximum length of a message, in bytes. A datagram cannot be longer than the default.
    pub message: usize,
    /// The maximum length of a Call-ID, tag, branch or dialog id, in bytes. For each call at most 16 INVITE
    /// transactions, 16 dialogs and 16 sessions are kept.
    pub name: usize,
    /// The maximum length of a DN, in bytes. The default is that of a store
    /// ([`Limits::dn_length`](crate::Limits::dn_length)).
    pub dn_length: usize,
    /// How long a caller may take to answer a challenge (401, 407) with a new INVITE. A person who is asked for a
    /// password needs longer than the default.
    pub challenge_wait: Duration,
    /// How long a caller may take to follow a redirect (3xx) with a new INVITE.
    pub redirect_wait: Duration,
    /// How long the final response may take after CANCEL (RFC 3261 section 9.1: 64 × T1), or after the 200 of the
    /// callee to an early BYE.
    pub cancel_wait: Duration,
}

impl SipLimits {
    /// 64 × T1 of RFC 3261 for all waiting times, 10 000 open and 10 000 ended calls, messages of the length of a
    /// datagram.
    pub const DEFAULT: SipLimits = SipLimits {
        open_calls: 10_000,
        ended_calls: 10_000,
        ended_wait: Duration::from_secs(32),
        message: 65_535,
        name: 512,
        dn_length: 255,
        challenge_wait: Duration::from_secs(32),
        redirect_wait: Duration::from_secs(32),
        cancel_wait: Duration::from_secs(32),
    };

    /// The maximum number of bytes that an [`Observer`](super::Observer) with these limits requests from its allocator.
    ///
    /// A call has two copies of its key (Call-ID, tag), the branches, the tags, and two copies of the DN and id of its
    /// sessions. The constants are the sizes of the data structures on a 64-bit machine.
    #[must_use]
    pub const fn most_memory(&self) -> usize {
        let key = self.name.saturating_mul(2).saturating_add(2);
        let (invite, dialog) = (self.name.saturating_add(32), self.name.saturating_add(80));
        // An id has at most 64 characters.
        let session = self.dn_length.saturating_add(64 + 64).saturating_mul(2);
        let lists = invite.saturating_add(dialog).saturating_add(session).saturating_mul(KEPT_OF_A_CALL);
        let names = self.dn_length.saturating_mul(2).saturating_add(64);
        let call = key.saturating_mul(2).saturating_add(lists).saturating_add(names).saturating_add(900);
        self.open_calls.saturating_add(self.ended_calls).saturating_add(1).saturating_mul(call)
    }
}

impl Default for SipLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
