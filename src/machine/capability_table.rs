//! Which capabilities each state has: data, so that an embedder can bring its own.

use core::fmt;

use super::{Capabilities, Operation, State};

/// One row of a [`CapabilityTable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CapabilityRow {
    /// What may be done while the session has no user data.
    pub without_user_data: Capabilities,
    /// What may be done while it has some.
    pub with_user_data: Capabilities,
}

/// The capabilities of each state, without and with user data. Specification 3.
///
/// ```
/// use im_session::{Capabilities, CapabilityTable, Operation, State};
///
/// // A desktop that must not hang up while the call rings.
/// const OURS: CapabilityTable = {
///     let mut table = CapabilityTable::DEFAULT;
///     table.alerting.without_user_data = Capabilities::from_operations(&[Operation::AttachUserData]);
///     table
/// };
/// assert!(!OURS.get(State::Alerting, false).contains(Operation::Complete));
/// ```
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

const BEFORE_THE_ANSWER: CapabilityRow = CapabilityRow {
    without_user_data: Capabilities::from_operations(&[Operation::AttachUserData, Operation::Complete]),
    with_user_data: Capabilities::from_operations(&[
        Operation::AttachUserData,
        Operation::UpdateUserData,
        Operation::DeleteUserData,
        Operation::Complete,
    ]),
};

impl CapabilityTable {
    /// The table of specification 3. `Talking` is documented; the other rows are inferred from voice, chat and SMS.
    pub const DEFAULT: CapabilityTable = CapabilityTable {
        initiating: BEFORE_THE_ANSWER,
        alerting: BEFORE_THE_ANSWER,
        talking: CapabilityRow {
            without_user_data: Capabilities::from_operations(&[
                Operation::SendMessage,
                Operation::AttachUserData,
                Operation::Complete,
            ]),
            with_user_data: Capabilities::ALL,
        },
        completed: CapabilityRow { without_user_data: Capabilities::NONE, with_user_data: Capabilities::NONE },
    };

    /// As [`DEFAULT`](Self::DEFAULT), but a completed session keeps all five, as one published sample shows it.
    pub const DOCUMENTED_SAMPLE: CapabilityTable = CapabilityTable {
        completed: CapabilityRow { without_user_data: Capabilities::ALL, with_user_data: Capabilities::ALL },
        ..Self::DEFAULT
    };

    /// What may be done in `state`, given whether the session has user data.
    #[must_use]
    pub const fn get(&self, state: State, has_user_data: bool) -> Capabilities {
        let row = match state {
            State::Initiating => &self.initiating,
            State::Alerting => &self.alerting,
            State::Talking => &self.talking,
            State::Completed => &self.completed,
        };
        if has_user_data { row.with_user_data } else { row.without_user_data }
    }
}

/// A Markdown table, a row for each state.
impl fmt::Display for CapabilityTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("| state | no user data | with user data |\n|---|---|---|\n")?;
        for state in State::ALL {
            let [without, with] = [false, true].map(|has_user_data| OrNone(self.get(state, has_user_data)));
            writeln!(f, "| {state} | {without} | {with} |")?;
        }
        Ok(())
    }
}

struct OrNone(Capabilities);

impl fmt::Display for OrNone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { f.write_str("none") } else { self.0.fmt(f) }
    }
}

impl Default for CapabilityTable {
    fn default() -> Self {
        Self::DEFAULT
    }
}
