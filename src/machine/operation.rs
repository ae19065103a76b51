//! What an agent can do with a session.

use super::{UnknownName, unknown};

/// An operation on a session, in the order in which capabilities are printed. Specification 1 and 3.
///
/// Exhaustive by decision: [`Capabilities`](super::Capabilities) is a set over these five.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    strum::IntoStaticStr,
)]
#[strum(parse_err_ty = UnknownName, parse_err_fn = unknown::<Operation>)]
#[repr(u8)]
pub enum Operation {
    /// Send a text to the other parties.
    SendMessage,
    /// Add pairs to the user data.
    AttachUserData,
    /// Replace pairs of the user data.
    UpdateUserData,
    /// Delete a pair of the user data.
    DeleteUserData,
    /// End the session.
    Complete,
}

impl Operation {
    /// The five operations in definition order.
    pub const ALL: [Operation; 5] = [
        Operation::SendMessage,
        Operation::AttachUserData,
        Operation::UpdateUserData,
        Operation::DeleteUserData,
        Operation::Complete,
    ];

    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}
