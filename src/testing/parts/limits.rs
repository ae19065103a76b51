//! The limits one after the other.

use crate::session::Limits;

/// In the order of the fields.
pub(crate) fn all_limits(limits: &mut Limits) -> [&mut usize; 8] {
    [
        &mut limits.sessions,
        &mut limits.sessions_per_dn,
        &mut limits.participants,
        &mut limits.user_data_size,
        &mut limits.user_data_depth,
        &mut limits.text_length,
        &mut limits.dn_length,
        &mut limits.requests,
    ]
}
