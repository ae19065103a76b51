//! How much a session, and a store of them, may hold.

use crate::event::KeyValueList;
use crate::machine::Limit;

/// The limits of a session and of a store. An event that goes over one is rejected as a whole, with
/// [`RejectReason::Limit`](crate::RejectReason::Limit); an operation that would is refused with statusCode 10.
///
/// ```
/// use im_session::Limits;
///
/// let mut limits = Limits::DEFAULT;
/// limits.sessions_per_dn = 10;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Limits {
    /// The most sessions in a store, completed ones counted until they are forgotten.
    pub sessions: usize,
    /// The most sessions of one DN, completed ones counted until they are forgotten. What looks at every session of a DN is
    /// bounded by it: lists, `reconcile`, and of InitiateIMSession whether one is open.
    pub sessions_per_dn: usize,
    /// The most participants of a session.
    pub participants: usize,
    /// The most user data, in bytes as [`KeyValueList::size`](crate::KeyValueList::size) counts them. T-Library packs at
    /// most 16 000 by default and 65 535 at most.
    pub user_data_size: usize,
    /// The deepest nesting of user data; a list without lists in it has depth 1. More than
    /// [`DEEPEST_USER_DATA`](Self::DEEPEST_USER_DATA) is taken as that.
    pub user_data_depth: usize,
    /// The longest text of a message, in bytes of UTF-8.
    pub text_length: usize,
    /// The longest DN, in bytes of UTF-8: ThisDN, OtherDN and the number of a destination.
    pub dn_length: usize,
    /// The most requests that a store remembers until they are answered; beyond that the oldest is forgotten.
    pub requests: usize,
}

impl Limits {
    /// The deepest nesting that any limit allows: what every reader and writer of JSON can still take, snapshots included.
    pub const DEEPEST_USER_DATA: usize = 32;

    /// What a service can live with: a million sessions, 1000 of one DN, 100 participants, 16 000 bytes of user data 16
    /// levels deep (the specification's own, 2.3), texts of 16 000 bytes, DNs of 255, 10 000 requests.
    pub const DEFAULT: Limits = Limits {
        sessions: 1_000_000,
        sessions_per_dn: 1_000,
        participants: 100,
        text_length: 16_000,
        dn_length: 255,
        requests: 10_000,
        ..Self::SPECIFICATION
    };

    /// Only what the specification limits (2.3): the user data. For replaying logs, which are as large as they are.
    pub const SPECIFICATION: Limits = Limits {
        sessions: usize::MAX,
        sessions_per_dn: usize::MAX,
        participants: usize::MAX,
        user_data_size: 16_000,
        user_data_depth: 16,
        text_length: usize::MAX,
        dn_length: usize::MAX,
        requests: usize::MAX,
    };

    pub(crate) fn deepest_user_data(&self) -> usize {
        self.user_data_depth.min(Self::DEEPEST_USER_DATA)
    }

    /// The limit that a list of user data goes over.
    pub(crate) fn exceeded_by(&self, user_data: &KeyValueList<'_>) -> Option<Limit> {
        if user_data.depth() > self.deepest_user_data() {
            Some(Limit::UserDataDepth)
        } else if user_data.size() > self.user_data_size {
            Some(Limit::UserDataSize)
        } else {
            None
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
