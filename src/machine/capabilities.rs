//! A set of operations in one byte.

use core::fmt;
use core::str::FromStr;

use super::{CapabilityTable, Operation, State};

/// The operations that may be performed now: a set, one byte, printed in definition order.
///
/// ```
/// use im_session::{Capabilities, Operation, State};
///
/// let now = Capabilities::of(State::Talking, false);
/// assert_eq!(now.to_string(), "SendMessage, AttachUserData, Complete");
/// assert!(now.contains(Operation::Complete) && !now.contains(Operation::DeleteUserData));
/// assert_eq!("Complete, SendMessage".parse::<Capabilities>().unwrap().len(), 2);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Capabilities(u8);

impl Capabilities {
    /// No operation.
    pub const NONE: Capabilities = Capabilities(0);
    /// All five.
    pub const ALL: Capabilities = Capabilities(0b1_1111);

    /// What may be done in `state`, by the default table of specification 3.
    ///
    /// `Talking`: SendMessage, AttachUserData, Complete, with user data all five. `Initiating` and `Alerting`: the same
    /// without SendMessage. `Completed`: nothing. For another table see [`CapabilityTable::get`].
    #[must_use]
    pub const fn of(state: State, has_user_data: bool) -> Self {
        CapabilityTable::DEFAULT.get(state, has_user_data)
    }

    /// The set of these operations.
    #[must_use]
    pub const fn from_operations(operations: &[Operation]) -> Self {
        let mut set = Capabilities::NONE;
        let mut rest = operations;
        while let [first, tail @ ..] = rest {
            set = set.with(*first);
            rest = tail;
        }
        set
    }

    /// This set and `operation`.
    #[must_use]
    pub const fn with(self, operation: Operation) -> Self {
        Capabilities(self.0 | Self::bit(operation))
    }

    /// What is in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Capabilities(self.0 | other.0)
    }

    /// Whether `operation` is in the set.
    #[must_use]
    pub const fn contains(self, operation: Operation) -> bool {
        self.0 & Self::bit(operation) != 0
    }

    /// How many operations are in the set.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The operations in definition order.
    #[must_use]
    pub const fn iter(self) -> CapabilitiesIter {
        CapabilitiesIter(self.0)
    }

    const fn bit(operation: Operation) -> u8 {
        1 << operation as u8
    }
}

impl fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(*self).finish()
    }
}

impl fmt::Display for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, operation) in self.iter().enumerate() {
            if position > 0 {
                f.write_str(", ")?;
            }
            f.write_str(operation.name())?;
        }
        Ok(())
    }
}

/// A name in a list of capabilities that is no operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("name {position} of the list is not an operation: expected {}", Capabilities::ALL)]
pub struct UnknownOperation {
    /// Which name of the list, from 1.
    pub position: usize,
}

impl FromStr for Capabilities {
    type Err = UnknownOperation;

    /// Reads operation names separated by commas, in any order, white space around them free; the empty string is the
    /// empty set.
    fn from_str(text: &str) -> Result<Self, UnknownOperation> {
        if text.trim().is_empty() {
            return Ok(Capabilities::NONE);
        }
        let mut set = Capabilities::NONE;
        for (index, name) in text.split(',').enumerate() {
            let operation = name.trim().parse().map_err(|_| UnknownOperation { position: index + 1 })?;
            set = set.with(operation);
        }
        Ok(set)
    }
}

impl FromIterator<Operation> for Capabilities {
    fn from_iter<I: IntoIterator<Item = Operation>>(operations: I) -> Self {
        operations.into_iter().fold(Capabilities::NONE, Capabilities::with)
    }
}

impl IntoIterator for Capabilities {
    type Item = Operation;
    type IntoIter = CapabilitiesIter;

    fn into_iter(self) -> CapabilitiesIter {
        self.iter()
    }
}

/// The operations of a [`Capabilities`] set in definition order.
#[derive(Debug, Clone)]
pub struct CapabilitiesIter(u8);

impl Iterator for CapabilitiesIter {
    type Item = Operation;

    fn next(&mut self) -> Option<Operation> {
        let operation = Operation::ALL.get(self.0.trailing_zeros() as usize).copied()?;
        self.0 &= self.0 - 1;
        Some(operation)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.0.count_ones() as usize;
        (left, Some(left))
    }
}

impl ExactSizeIterator for CapabilitiesIter {}
