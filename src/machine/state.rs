//! The four states of a session.

use super::{CallEvent, accepts};
use crate::named::named;

named! {
    /// The state of an IM session, as the `state` field of the resource spells it.
    ///
    /// Ordered by life cycle: `Initiating` and `Alerting` come before `Talking`, `Talking` before `Completed`. "No
    /// session" is not a state; where it matters the crate says `Option<State>`.
    ///
    /// Deliberately exhaustive: the specification (section 1, *IM Session Resource*) knows these four.
    ///
    /// ```
    /// use im_session::State;
    ///
    /// assert_eq!("Talking".parse(), Ok(State::Talking));
    /// assert_eq!(State::Alerting.to_string(), "Alerting");
    /// ```
    pub enum State {
        /// The agent's side started the call: EventDialing.
        Initiating = "Initiating",
        /// The call waits for the agent's answer: EventRinging.
        Alerting = "Alerting",
        /// The call is answered: EventEstablished.
        Talking = "Talking",
        /// The call is over: EventReleased or EventAbandoned.
        Completed = "Completed",
    }
}

impl State {
    /// Whether no event leads out of this state. True for `Completed` only.
    ///
    /// One rule of the session overrides the machine ([specification 2.1][2.1]): a provably newer Dialing or Ringing
    /// opens a completed session anew.
    ///
    /// [2.1]: crate::guide::specification#21-the-transition-table-d
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        match self {
            State::Initiating | State::Alerting | State::Talking => false,
            State::Completed => true,
        }
    }

    /// Whether the call is still in progress. True for `Initiating`, `Alerting` and `Talking`.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !self.is_terminal()
    }

    /// The events that this state does not reject, in definition order.
    ///
    /// `Initiating` and `Alerting` accept all events but each other's first one. `Talking` accepts Established,
    /// Released and Abandoned. `Completed` accepts Released and Abandoned, and stays `Completed`.
    ///
    /// ```
    /// use im_session::State;
    /// use im_session::machine::CallEvent::*;
    ///
    /// assert!(State::Talking.accepted_events().eq([Established, Released, Abandoned]));
    /// ```
    pub fn accepted_events(self) -> impl Iterator<Item = CallEvent> {
        CallEvent::ALL.into_iter().filter(move |&event| accepts(Some(self), event))
    }
}
