//! In which state a data event is accepted: the column "accepted in" of specification 2.2.

use super::{DataEvent, RejectReason, Rejection, SessionEvent, State};

/// Whether `event` is accepted in `state`, and if so, that state: a data event never moves it. What it does to the data is
/// the session's business.
///
/// DestinationBusy: `Initiating`. PrivateInfo: `Talking`. The others: `Initiating`, `Alerting`, `Talking`.
///
/// # Errors
///
/// The [`Rejection`]: orphan without a session, ended on `Completed`, elsewhere late (`Talking`) or early
/// (`Initiating`, `Alerting`).
pub const fn admit(state: Option<State>, event: DataEvent) -> Result<State, Rejection> {
    use DataEvent::{AttachedDataChanged, DestinationBusy, PartyAdded, PartyChanged, PartyDeleted, PrivateInfo};
    use State::{Alerting, Completed, Initiating, Talking};

    let reason = match (state, event) {
        (
            Some(open @ (Initiating | Alerting | Talking)),
            PartyChanged | PartyAdded | PartyDeleted | AttachedDataChanged,
        )
        | (Some(open @ Initiating), DestinationBusy)
        | (Some(open @ Talking), PrivateInfo) => return Ok(open),

        (Some(Alerting), DestinationBusy) | (Some(Initiating | Alerting), PrivateInfo) => RejectReason::Early,
        (Some(Talking), DestinationBusy) => RejectReason::Late,
        (None, DestinationBusy | PartyChanged | PartyAdded | PartyDeleted | AttachedDataChanged | PrivateInfo) => {
            RejectReason::Orphan
        }
        (
            Some(Completed),
            DestinationBusy | PartyChanged | PartyAdded | PartyDeleted | AttachedDataChanged | PrivateInfo,
        ) => RejectReason::Ended,
    };
    Err(Rejection::new(state, SessionEvent::Data(event), reason))
}
