//! The operations of an agent, and the table of those that each state allows. It is data, so an embedder can bring its
//! own.

use core::fmt;

use super::State;
use crate::named::{named, set_of};

named! {
    /// An operation of the REST API, in the order in which capabilities are printed. [Specification 3][3] and [4].
    ///
    /// Deliberately exhaustive: [`Operations`] is a set over these.
    ///
    /// [3]: crate::guide::specification#3-capabilities-d
    /// [4]: crate::guide::specification#4-operations
    pub enum Operation {
        /// Opens a session. It is posted to the list; the others are posted to a session.
        InitiateIMSession = "InitiateIMSession",
        /// Sends a text to the other parties.
        SendMessage = "SendMessage",
        /// Adds pairs to the user data.
        AttachUserData = "AttachUserData",
        /// Replaces pairs of the user data.
        UpdateUserData = "UpdateUserData",
        /// Deletes a pair of the user data.
        DeleteUserData = "DeleteUserData",
        /// Ends the session.
        Complete = "Complete",
    }
}

set_of! {
    /// A set of operations in one byte: the capabilities of a session, or the rights of an agent. [Specification 3][3].
    ///
    /// ```
    /// use im_session::{CapabilityTable, Operation, State};
    ///
    /// let now = CapabilityTable::DEFAULT.get(State::Talking, false);
    /// assert_eq!(now.to_string(), "SendMessage, AttachUserData, Complete");
    /// assert!(now.contains(Operation::Complete) && !now.contains(Operation::DeleteUserData));
    /// ```
    ///
    /// [3]: crate::guide::specification#3-capabilities-d
    pub struct Operations of Operation;
}

/// The names in definition order, separated by commas; `none` for the empty set.
impl fmt::Display for Operations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        for (position, operation) in self.iter().enumerate() {
            f.write_str(if position > 0 { ", " } else { "" })?;
            f.write_str(operation.name())?;
        }
        Ok(())
    }
}

/// One row of a [`CapabilityTable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CapabilityRow {
    /// The operations allowed while the session has no user data.
    pub without_user_data: Operations,
    /// The operations allowed while it has user data.
    pub with_user_data: Operations,
}

/// The capabilities of each state, without and with user data. [Specification 3][3].
///
/// A store uses [`DEFAULT`](Self::DEFAULT), unless it is made
/// [`with_capabilities`](crate::Sessions::with_capabilities).
///
/// ```
/// use im_session::{CapabilityTable, Operation, State};
///
/// // A desktop that must not hang up while the call rings.
/// const OURS: CapabilityTable = {
///     let mut table = CapabilityTable::DEFAULT;
///     table.alerting.without_user_data = table.alerting.without_user_data.without(Operation::Complete);
///     table
/// };
/// assert!(!OURS.get(State::Alerting, false).contains(Operation::Complete));
/// ```
///
/// [3]: crate::guide::specification#3-capabilities-d
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CapabilityTable {
    /// The row of `Initiating`.
    pub initiating: CapabilityRow,
    /// The row of `Alerting`.
    pub alerting: CapabilityRow,
    /// The row of `Talking`.
    pub talking: CapabilityRow,
    /// The row of `Completed`.
    pub completed: CapabilityRow,
}

/// All operations on a session.
const ON_SESSION: Operations = Operations::ALL.without(Operation::InitiateIMSession);

const BEFORE_THE_ANSWER: CapabilityRow = CapabilityRow {
    without_user_data: Operations::of(&[Operation::AttachUserData, Operation::Complete]),
    with_user_data: Operations::of(&[
        Operation::AttachUserData,
        Operation::UpdateUserData,
        Operation::DeleteUserData,
        Operation::Complete,
    ]),
};

impl CapabilityTable {
    /// The table of [specification 3][3]. `Talking` is documented; the other rows are inferred from voice, chat and
    /// SMS.
    ///
    /// [3]: crate::guide::specification#3-capabilities-d
    pub const DEFAULT: CapabilityTable = CapabilityTable {
        initiating: BEFORE_THE_ANSWER,
        alerting: BEFORE_THE_ANSWER,
        talking: CapabilityRow {
            without_user_data: Operations::of(&[
                Operation::SendMessage,
                Operation::AttachUserData,
                Operation::Complete,
            ]),
            with_user_data: ON_SESSION,
        },
        completed: CapabilityRow { without_user_data: Operations::NONE, with_user_data: Operations::NONE },
    };

    /// Like [`DEFAULT`](Self::DEFAULT), but a completed session keeps all five operations, as one published sample
    /// shows.
    pub const DOCUMENTED_SAMPLE: CapabilityTable = CapabilityTable {
        completed: CapabilityRow { without_user_data: ON_SESSION, with_user_data: ON_SESSION },
        ..Self::DEFAULT
    };

    /// The operations allowed in `state`, depending on whether the session has user data.
    #[must_use]
    pub const fn get(&self, state: State, has_user_data: bool) -> Operations {
        let row = match state {
            State::Initiating => &self.initiating,
            State::Alerting => &self.alerting,
            State::Talking => &self.talking,
            State::Completed => &self.completed,
        };
        if has_user_data { row.with_user_data } else { row.without_user_data }
    }
}

/// A Markdown table with a row for each state.
impl fmt::Display for CapabilityTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("| state | no user data | with user data |\n|---|---|---|\n")?;
        for state in State::ALL {
            writeln!(f, "| {state} | {} | {} |", self.get(state, false), self.get(state, true))?;
        }
        Ok(())
    }
}

impl Default for CapabilityTable {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(feature = "serde")]
mod wire {
    use core::fmt;

    use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
    use serde::ser::{Serialize, Serializer};

    use super::{Operation, Operations};

    /// An array of names in definition order.
    impl Serialize for Operations {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(self.iter())
        }
    }

    /// An array of names in any order. An unknown name is skipped: another service may offer more operations.
    impl<'de> Deserialize<'de> for Operations {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct SetVisitor;

            impl<'de> Visitor<'de> for SetVisitor {
                type Value = Operations;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("an array of operation names")
                }

                fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Operations, A::Error> {
                    let mut set = Operations::NONE;
                    while let Some(KnownOrNot(operation)) = names.next_element()? {
                        set = operation.map_or(set, |operation| set.with(operation));
                    }
                    Ok(set)
                }
            }

            deserializer.deserialize_seq(SetVisitor)
        }
    }

    /// An operation, or `None` for a name that is not one.
    struct KnownOrNot(Option<Operation>);

    impl<'de> Deserialize<'de> for KnownOrNot {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct NameVisitor;

            impl Visitor<'_> for NameVisitor {
                type Value = KnownOrNot;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a name")
                }

                fn visit_str<E: Error>(self, text: &str) -> Result<KnownOrNot, E> {
                    Ok(KnownOrNot(text.trim().parse().ok()))
                }
            }

            deserializer.deserialize_str(NameVisitor)
        }
    }
}
