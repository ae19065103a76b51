//! Which operation may this agent perform now, and which request is to be sent? Specification 4.
//!
//! The checks run in the order of the specification. An operation never changes a session; only the event that answers
//! its request does.

use alloc::format;
use alloc::string::String;
use core::hash::BuildHasher;

use super::in_flight::Sending;
use super::parameters::{
    Parameters, destination_is_there, device_path_of, invalid, is_there, is_within, missing, parameters, phone_number,
    user_data,
};
use super::request::{Request, RequestName};
use super::slots::Handle;
use super::why_not::{WhyNot, why_not};
use super::{Agent, Device, Sessions, trace};
use crate::event::KeyValueList;
use crate::excerpt::excerpt;
use crate::machine::{CapabilityTable, Operation};
use crate::resource::{ErrorBody, OperationBody, Parameter, StatusCode};
use crate::session::{Limits, Session};

/// The path that an operation is posted to. Deliberately exhaustive: the API has these two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target<'a> {
    /// `/me/im-sessions`.
    Sessions,
    /// `/me/im-sessions/{id}`.
    Session(&'a str),
}

impl<S: BuildHasher> Sessions<S> {
    /// Checks an operation that an agent posts, with its body as JSON text, and returns the request to send.
    ///
    /// The answer to the agent is [`Sent`](crate::resource::Sent), or the error. The parts that change are
    /// [`PartKey::Store`](super::PartKey::Store) and, if a request is returned, its
    /// [`PartKey::Request`](super::PartKey::Request).
    ///
    /// ```
    /// use im_session::{Agent, BaseUri, CallEvent, Event, Sessions, StatusCode, Target};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let me = Agent::new().with_device("/devices/1", "3002");
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    ///
    /// let request = sessions.post(&me, Target::Session("007"), br#"{"operationName":"Complete"}"#).unwrap();
    /// assert_eq!(request.name.name(), "RequestReleaseCall");
    /// let nobody = Agent::new();
    /// let error = sessions.post(&nobody, Target::Session("007"), br#"{"operationName":"Complete"}"#).unwrap_err();
    /// assert_eq!(error.status_code, StatusCode::NotFound);
    /// ```
    ///
    /// # Errors
    ///
    /// The body of the error answer, with its statusCode and a statusMessage for a person. Two refusals are not in the
    /// list of the specification. StatusCode 10: the device that is to initiate has no DN, or one longer than
    /// [`Limits::dn_length`](crate::Limits::dn_length); this is checked once the device is known. StatusCode 2, checked
    /// last: [`Limits::requests`](crate::Limits::requests) requests are in flight, or all ReferenceIDs of the store are
    /// in use.
    #[cfg(feature = "json")]
    pub fn post(&mut self, me: &Agent, target: Target<'_>, body: &[u8]) -> Result<Request, ErrorBody> {
        match OperationBody::from_json(body) {
            Ok(body) => self.operate(me, target, &body),
            Err(error) => {
                self.counters.count_operation(error.status_code);
                trace::refused(None, &error);
                Err(error)
            }
        }
    }

    /// Checks an operation whose body is already parsed, and returns the request to send. It is what `post` (feature
    /// `json`) does with a body as JSON text.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::resource::Parameter;
    /// use im_session::{Agent, BaseUri, CallEvent, Event, OperationBody, Sessions, Target};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// assert_eq!(sessions.handle_event(&ringing).unwrap().notifications().count(), 1);
    ///
    /// // The fields may come from anywhere, not only from JSON.
    /// let mut body = OperationBody::default();
    /// body.operation_name = Parameter::Is("Complete".into());
    /// let me = Agent::new().with_device("/devices/1", "3002");
    /// let request = sessions.operate(&me, Target::Session("007"), &body).unwrap();
    /// assert_eq!(request.name.name(), "RequestReleaseCall");
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The body of the error answer, as from `post`.
    pub fn operate(&mut self, me: &Agent, target: Target<'_>, body: &OperationBody<'_>) -> Result<Request, ErrorBody> {
        let operation = operation_of(target, body);
        let request = operation.clone().and_then(|operation| {
            if !me.rights().contains(operation) {
                return Err(ErrorBody::new(StatusCode::NoPermission, format!("{operation} is not permitted")));
            }
            match target {
                Target::Sessions => self.initiate(me, body),
                Target::Session(id) => self.on_session(me, id, operation, body),
            }
        });
        self.counters.count_operation(request.as_ref().map_or_else(|error| error.status_code, |_| StatusCode::Ok));
        if let Err(error) = &request {
            trace::refused(operation.ok(), error);
        }
        request
    }

    fn initiate(&mut self, me: &Agent, body: &OperationBody<'_>) -> Result<Request, ErrorBody> {
        let limits = self.settings.limits;
        destination_is_there(body)?;
        if me.devices().len() != 1 {
            is_there(&body.device_path, "devicePath")?;
        }
        let phone_number = phone_number(body, &limits)?;
        let user_data = user_data(body)?;
        if let Some(user_data) = user_data {
            is_within(&limits, user_data)?;
        }
        let device = match device_path_of(body)? {
            Some(device_path) => device_of(me, device_path)?,
            None => me.devices().first().ok_or_else(|| missing("devicePath"))?,
        };
        has_usable_dn(device, &limits)?;
        if self.settings.one_session_per_agent && self.has_open_session(me) {
            let message = "InitiateIMSession is not possible while another session is open or being initiated";
            return Err(ErrorBody::new(StatusCode::InvalidState, message));
        }

        let reference_id = self.send(Operation::InitiateIMSession, &device.dn, None)?;
        let name = RequestName::of(Operation::InitiateIMSession);
        let mut request = Request::new(name, reference_id, &device.dn, None);
        request.other_dn = Some(phone_number.into());
        request.user_data = user_data.map(|user_data| user_data.clone().into_owned());
        Ok(request)
    }

    fn on_session(
        &mut self,
        me: &Agent,
        id: &str,
        operation: Operation,
        body: &OperationBody<'_>,
    ) -> Result<Request, ErrorBody> {
        let device_path = match &body.device_path {
            Parameter::Is(device_path) => Some(&**device_path),
            Parameter::Missing | Parameter::Wrong(_) => None,
        };
        let handle = self.find_mine(me, id, device_path).ok_or_else(|| not_found(id))?;
        let session = self.slots.session(handle);
        let parameters = parameters(operation, body, session, &self.settings.limits)?;
        // No operation may name a device that is not the agent's.
        if let Some(device_path) = device_path_of(body)? {
            device_of(me, device_path)?;
        }
        if !session.capabilities(&self.settings.capabilities).contains(operation) {
            return Err(not_now(operation, session, &self.settings.capabilities));
        }

        let (this_dn, conn_id) = (String::from(session.this_dn()), session.conn_id());
        let reference_id = self.send(operation, &this_dn, Some(id.into()))?;
        let request = Request::new(RequestName::of(operation), reference_id, &this_dn, conn_id);
        Ok(match parameters {
            Parameters::None => request,
            Parameters::Message { text, phone_number } => {
                let extensions = KeyValueList::from_iter([("text", String::from(text))]).into_owned();
                Request { other_dn: Some(phone_number.into()), extensions: Some(extensions), ..request }
            }
            Parameters::UserData(user_data) => Request { user_data: Some(user_data.clone().into_owned()), ..request },
            Parameters::Key(key) => Request { key: Some(key.into()), ..request },
        })
    }

    /// The agent's session with this id: the one at the named device, else the first open one, else the first. `None`,
    /// which is answered with statusCode 6, if there is none or it belongs to another agent.
    pub(super) fn find_mine(&self, me: &Agent, id: &str, device_path: Option<&str>) -> Option<Handle> {
        let mine = || me.devices().iter().filter_map(|device| Some((device, self.slots.find(&device.dn, id)?)));
        let named = mine().find(|(device, _)| Some(&*device.device_path) == device_path);
        let is_open = |&(_, handle): &(&Device, Handle)| self.slots.session(handle).state().is_open();
        let found = named.or_else(|| mine().find(is_open)).or_else(|| mine().next());
        found.map(|(_, handle)| handle)
    }

    /// Whether the agent has an open session, or a request to initiate one in flight, so that a double click makes only
    /// one call.
    fn has_open_session(&self, me: &Agent) -> bool {
        me.devices().iter().any(|device| self.slots.has_open(&device.dn) || self.requests.is_initiating(&device.dn))
    }

    /// Puts a request in flight, and returns its ReferenceID.
    fn send(&mut self, operation: Operation, this_dn: &str, id: Option<String>) -> Result<u64, ErrorBody> {
        let sending = Sending { operation, this_dn: this_dn.into(), id, sent: self.now };
        let reference_id = self.requests.send(sending, self.settings.limits.requests);
        let message = || format!("{operation} is not possible now: too many requests are in flight");
        reference_id.ok_or_else(|| ErrorBody::new(StatusCode::InvalidState, message()))
    }
}

/// The operation that the body names, if it is posted to the right path.
fn operation_of(target: Target<'_>, body: &OperationBody<'_>) -> Result<Operation, ErrorBody> {
    let forbidden = |message| Err(ErrorBody::new(StatusCode::OperationForbidden, message));
    let name = match &body.operation_name {
        Parameter::Missing => return Err(missing("operationName")),
        Parameter::Is(name) => &**name,
        // A value that is not a string names no operation. This is checked before the types of the parameters.
        Parameter::Wrong(found) => return forbidden(format!("there is no operation {found}: expected a name")),
    };
    match (name.parse::<Operation>(), target) {
        (Ok(Operation::InitiateIMSession), Target::Session(_)) => Err(not_on_one_session()),
        (Ok(operation @ Operation::InitiateIMSession), Target::Sessions) => Ok(operation),
        (
            Ok(
                Operation::SendMessage
                | Operation::AttachUserData
                | Operation::UpdateUserData
                | Operation::DeleteUserData
                | Operation::Complete,
            ),
            Target::Sessions,
        ) => forbidden(format!("{name} is an operation on one session, not on the list")),
        (Ok(operation), Target::Session(_)) => Ok(operation),
        (Err(expected), _) => forbidden(format!("there is no operation {:?}: {expected}", excerpt(name))),
    }
}

/// Refuses a DN that no session and no snapshot can have.
fn has_usable_dn(device: &Device, limits: &Limits) -> Result<(), ErrorBody> {
    let path = excerpt(&device.device_path);
    if device.dn.is_empty() {
        Err(invalid(format!("the device {path:?} has no DN")))
    } else if device.dn.len() > limits.dn_length {
        Err(invalid(format!("the DN of the device {path:?} is longer than {} bytes", limits.dn_length)))
    } else {
        Ok(())
    }
}

pub(super) fn device_of<'d>(me: &'d Agent, device_path: &str) -> Result<&'d Device, ErrorBody> {
    let unknown = || format!("there is no device {:?}", excerpt(device_path));
    me.device(device_path).ok_or_else(|| ErrorBody::new(StatusCode::NotFound, unknown()))
}

/// The answer to InitiateIMSession on a single session.
pub(super) fn not_on_one_session() -> ErrorBody {
    let operation = Operation::InitiateIMSession;
    let message = format!("{operation} is an operation on the list of sessions, not on one");
    ErrorBody::new(StatusCode::OperationForbidden, message)
}

/// The answer for a session that does not exist, and for one of another agent, so that nobody can tell which.
pub(super) fn not_found(id: &str) -> ErrorBody {
    ErrorBody::new(StatusCode::NotFound, format!("there is no session {:?}", excerpt(id)))
}

fn not_now(operation: Operation, session: &Session, table: &CapabilityTable) -> ErrorBody {
    let data = match why_not(session, table, operation) {
        Some(WhyNot::NoUserData) => " and has no user data",
        Some(WhyNot::NoRight | WhyNot::Over | WhyNot::NotInThisState) | None => "",
    };
    let message = format!("{operation} is not possible while the session is {}{data}", session.state());
    ErrorBody::new(StatusCode::InvalidState, message)
}
