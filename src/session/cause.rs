//! Why a session is over. Specification 2.1.

use super::Session;
use super::judge::Acceptance;
use crate::machine::{CallEvent, DataEvent, SessionEvent};
use crate::named::named;

named! {
    /// Why a completed session is over. It is not part of the GWS resource. Deliberately exhaustive.
    pub enum Cause {
        /// The caller hung up before the call was answered: EventAbandoned.
        Abandoned = "abandoned",
        /// The dialed party was busy: EventReleased after an EventDestinationBusy of this leg, and no EventEstablished
        /// in between.
        Busy = "busy",
        /// Any other EventReleased.
        Released = "released",
        /// No event arrived for too long.
        Expired = "expired",
        /// A reconciled list of another server has it as completed, or no longer has it.
        Vanished = "vanished",
    }
}

impl Session {
    /// Why the session is over; `None` while it is open.
    ///
    /// ```
    /// use im_session::session::Cause;
    /// use im_session::{CallEvent, Event, Limits, Session};
    ///
    /// let mut session = None;
    /// for name in [CallEvent::Ringing, CallEvent::Abandoned] {
    ///     let event = Event::new(name).with_this_dn("3002").with_call_uuid("007");
    ///     Session::apply(&mut session, &event, &Limits::DEFAULT);
    /// }
    /// assert_eq!(session.unwrap().cause(), Some(Cause::Abandoned));
    /// ```
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.cause
    }

    /// Updates the cause from an accepted event.
    pub(super) fn note_cause(&mut self, acceptance: Acceptance) {
        if acceptance.new_leg {
            self.cause = None;
            self.set_destination_busy(false);
        }
        match acceptance.event {
            SessionEvent::Call(CallEvent::Dialing | CallEvent::Ringing) => {}
            SessionEvent::Call(CallEvent::Established) => self.set_destination_busy(false),
            SessionEvent::Data(DataEvent::DestinationBusy) => self.set_destination_busy(true),
            SessionEvent::Call(CallEvent::Abandoned) => self.end_because(Cause::Abandoned),
            SessionEvent::Call(CallEvent::Released) if self.destination_busy() => self.end_because(Cause::Busy),
            SessionEvent::Call(CallEvent::Released) => self.end_because(Cause::Released),
            SessionEvent::Data(
                DataEvent::PartyChanged
                | DataEvent::PartyAdded
                | DataEvent::PartyDeleted
                | DataEvent::AttachedDataChanged
                | DataEvent::PrivateInfo,
            ) => {}
        }
    }

    /// Sets the cause, unless the session has one: a repeated end does not change it.
    pub(super) fn end_because(&mut self, cause: Cause) {
        self.cause.get_or_insert(cause);
    }
}

#[cfg(feature = "serde")]
crate::named::wire::serde_by_name!(Cause);
