//! Why an operation is not possible now. Specification 3.

use core::hash::BuildHasher;

use super::operations::{device_of, not_found, not_on_one_session};
use super::{Agent, Sessions};
use crate::machine::{CapabilityTable, Operation, State};
use crate::named::named;
use crate::resource::ErrorBody;
use crate::session::Session;

named! {
    /// Why an operation is not among the capabilities that an agent sees now. Deliberately exhaustive: a desktop shows
    /// a text for each.
    pub enum WhyNot {
        /// The agent has no right to it.
        NoRight = "no right",
        /// The session is over.
        Over = "over",
        /// The session has no user data. With user data it would be possible.
        NoUserData = "no user data",
        /// It is not possible in this state.
        NotInThisState = "not in this state",
    }
}

impl<S: BuildHasher> Sessions<S> {
    /// Why the agent cannot perform `operation` on the session with this id now; `None` if the agent can. If several of
    /// the agent's DNs have a session with this id, it is the one that the operation would apply to: the one at the
    /// device of `device_path`, else the first open one in device order, else the first.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::{Agent, BaseUri, CallEvent, Event, Operation, Sessions, WhyNot};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let me = Agent::new().with_device("/devices/1", "3002");
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    ///
    /// assert_eq!(sessions.why_not(&me, "007", None, Operation::SendMessage), Ok(Some(WhyNot::NotInThisState)));
    /// assert_eq!(sessions.why_not(&me, "007", None, Operation::DeleteUserData), Ok(Some(WhyNot::NoUserData)));
    /// assert_eq!(sessions.why_not(&me, "007", Some("/devices/1"), Operation::Complete), Ok(None));
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The same as for [`operate`](Self::operate): statusCode 3 for InitiateIMSession, which is an operation on the list, and
    /// 6 if the agent has no such session or no such device.
    pub fn why_not(
        &self,
        me: &Agent,
        id: &str,
        device_path: Option<&str>,
        operation: Operation,
    ) -> Result<Option<WhyNot>, ErrorBody> {
        if operation == Operation::InitiateIMSession {
            return Err(not_on_one_session());
        }
        let handle = self.find_mine(me, id, device_path).ok_or_else(|| not_found(id))?;
        if let Some(device_path) = device_path {
            device_of(me, device_path)?;
        }
        // Rights come first, as in the checks of an operation.
        if !me.rights().contains(operation) {
            return Ok(Some(WhyNot::NoRight));
        }
        Ok(why_not(self.slots.session(handle), &self.settings.capabilities, operation))
    }
}

/// Why the session does not offer an operation; `None` if it does.
pub(super) fn why_not(session: &Session, table: &CapabilityTable, operation: Operation) -> Option<WhyNot> {
    if session.capabilities(table).contains(operation) {
        None
    } else if session.state() == State::Completed {
        Some(WhyNot::Over)
    } else if session.user_data().is_empty() && table.get(session.state(), true).contains(operation) {
        Some(WhyNot::NoUserData)
    } else {
        Some(WhyNot::NotInThisState)
    }
}
