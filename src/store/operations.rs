//! May this agent do that now, and which request is to be sent? Specification 4.
//!
//! The checks come in the order that the specification gives. An operation never changes a session; only the event that
//! comes back does.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use core::hash::BuildHasher;

use super::in_flight::Sending;
use super::request::{Request, RequestName};
use super::slots::{Handle, Shared};
use super::{Device, Sessions, trace};
use crate::event::KeyValueList;
use crate::machine::Operation;
use crate::resource::{
    Destination, ErrorBody, OperationBody, OperationName, Parameter, StatusCode, UnknownOperationName,
};
use crate::session::{Limits, Session};

/// What an operation is posted to. Exhaustive by decision: the API has these two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target<'a> {
    /// `/me/im-sessions`.
    Sessions,
    /// `/me/im-sessions/{id}`.
    Session(&'a str),
}

impl<S: BuildHasher> Sessions<S> {
    /// Checks an operation that an agent posts, given the body's JSON text, and gives the request to send.
    ///
    /// The answer to the agent is [`Sent`](crate::Sent), or the error.
    ///
    /// ```
    /// use im_session::{BaseUri, CallEvent, Device, Event, Sessions, StatusCode, Target};
    ///
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// let me = [Device { device_path: "/devices/1", dn: "3002" }];
    /// sessions.handle_event(&Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007")).unwrap();
    ///
    /// let request = sessions.post(&me, Target::Session("007"), br#"{"operationName":"Complete"}"#).unwrap();
    /// assert_eq!(request.name.name(), "RequestReleaseCall");
    /// let error = sessions.post(&[], Target::Session("007"), br#"{"operationName":"Complete"}"#).unwrap_err();
    /// assert_eq!(error.status_code, StatusCode::NotFound);
    /// ```
    ///
    /// # Errors
    ///
    /// The body of the error answer, with its statusCode and a statusMessage for a person.
    #[cfg(feature = "json")]
    pub fn post(&mut self, me: &[Device<'_>], target: Target<'_>, body: &[u8]) -> Result<Request, ErrorBody> {
        match OperationBody::from_json(body) {
            Ok(body) => self.operate(me, target, &body),
            Err(error) => {
                self.counters.count_operation(error.status_code);
                trace::refused(None, &error);
                Err(error)
            }
        }
    }

    /// As [`post`](Self::post), given a body that was read.
    ///
    /// # Errors
    ///
    /// The body of the error answer.
    pub fn operate(
        &mut self,
        me: &[Device<'_>],
        target: Target<'_>,
        body: &OperationBody<'_>,
    ) -> Result<Request, ErrorBody> {
        let name = operation_name(target, body);
        let request = name.clone().and_then(|name| match (name, target) {
            (OperationName::OnSession(operation), Target::Session(id)) => self.on_session(me, id, operation, body),
            (OperationName::InitiateIMSession, _) | (OperationName::OnSession(_), Target::Sessions) => {
                self.initiate(me, body)
            }
        });
        self.counters.count_operation(request.as_ref().map_or_else(|error| error.status_code, |_| StatusCode::Ok));
        if let Err(error) = &request {
            trace::refused(name.ok(), error);
        }
        request
    }

    fn initiate(&mut self, me: &[Device<'_>], body: &OperationBody<'_>) -> Result<Request, ErrorBody> {
        let limits = self.settings.limits;
        destination_is_there(body)?;
        if me.len() != 1 {
            is_there(&body.device_path, "devicePath")?;
        }
        let phone_number = phone_number(body, &limits)?;
        let user_data = user_data(body)?;
        if let Some(user_data) = user_data {
            is_within(&limits, user_data)?;
        }
        let device = match text(&body.device_path, "devicePath")? {
            Some(device_path) => device_of(me, device_path)?,
            None => *me.first().ok_or_else(|| missing("devicePath"))?,
        };
        if self.settings.one_session_per_agent && self.has_open_session(me) {
            let message = "InitiateIMSession is not possible while another session is open";
            return Err(ErrorBody::new(StatusCode::InvalidState, message));
        }

        let reference_id = self.send(OperationName::InitiateIMSession, device.dn, None);
        let name = RequestName::of(OperationName::InitiateIMSession);
        let mut request = Request::new(name, reference_id, device.dn, None);
        request.other_dn = Some(phone_number.into());
        request.user_data = user_data.map(|user_data| user_data.clone().into_owned());
        Ok(request)
    }

    fn on_session(
        &mut self,
        me: &[Device<'_>],
        id: &str,
        operation: Operation,
        body: &OperationBody<'_>,
    ) -> Result<Request, ErrorBody> {
        let device_path = match &body.device_path {
            Parameter::Is(device_path) => Some(&**device_path),
            Parameter::Missing | Parameter::Wrong(_) => None,
        };
        let handle = self.find_mine(me, id, device_path).ok_or_else(|| not_found(id))?;
        let session = self.slots.session(handle).ok_or_else(|| not_found(id))?;
        let parameters = parameters(operation, body, session, &self.settings.limits)?;
        // Whichever operation it is: a device that is not the agent's is a mistake to be told.
        if let Some(device_path) = text(&body.device_path, "devicePath")? {
            device_of(me, device_path)?;
        }
        if !session.capabilities(&self.settings.capabilities).contains(operation) {
            return Err(not_now(operation, session));
        }

        let (this_dn, conn_id) = (String::from(session.this_dn()), session.conn_id());
        let name = OperationName::OnSession(operation);
        let reference_id = self.send(name, &this_dn, Some(id.into()));
        let request = Request::new(RequestName::of(name), reference_id, &this_dn, conn_id);
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

    /// The session with this id that is this agent's: at the device named, else the first open one, else the first.
    pub(super) fn find_mine(&self, me: &[Device<'_>], id: &str, device_path: Option<&str>) -> Option<Handle> {
        let mine = || me.iter().filter_map(|device| Some((device, self.slots.find(device.dn, id)?)));
        let named = mine().find(|(device, _)| Some(device.device_path) == device_path);
        let is_open = |handle: Handle| self.slots.session(handle).is_some_and(|session| session.state().is_open());
        let found = named.or_else(|| mine().find(|&(_, handle)| is_open(handle))).or_else(|| mine().next());
        found.map(|(_, handle)| handle)
    }

    fn has_open_session(&self, me: &[Device<'_>]) -> bool {
        let is_open = |session: &Session| session.state().is_open();
        me.iter().any(|device| self.slots.any(Shared::Dn, device.dn, is_open))
    }

    fn send(&mut self, operation: OperationName, this_dn: &str, id: Option<String>) -> u64 {
        let sending = Sending { operation, this_dn: this_dn.into(), id, sent: self.now };
        self.requests.send(sending, self.settings.limits.requests)
    }
}

/// Which operation it is, and that it is posted where it belongs.
fn operation_name(target: Target<'_>, body: &OperationBody<'_>) -> Result<OperationName, ErrorBody> {
    let forbidden = |message| Err(ErrorBody::new(StatusCode::OperationForbidden, message));
    let name = match &body.operation_name {
        Parameter::Missing => return Err(missing("operationName")),
        Parameter::Is(name) => &**name,
        // Which operation it is comes before the types of its parameters: what is no name is the name of none.
        Parameter::Wrong(found) => return forbidden(format!("there is no operation {found}: {UnknownOperationName}")),
    };
    match (name.parse::<OperationName>(), target) {
        (Ok(operation @ OperationName::InitiateIMSession), Target::Sessions)
        | (Ok(operation @ OperationName::OnSession(_)), Target::Session(_)) => Ok(operation),
        (Ok(OperationName::InitiateIMSession), Target::Session(_)) => {
            forbidden(format!("{name} is an operation on the list of sessions, not on one"))
        }
        (Ok(OperationName::OnSession(_)), Target::Sessions) => {
            forbidden(format!("{name} is an operation on one session, not on the list"))
        }
        (Err(expected), _) => forbidden(format!("there is no operation {:?}: {expected}", shortened(name))),
    }
}

/// The parameters of an operation on a session, checked.
enum Parameters<'b> {
    None,
    Message { text: &'b str, phone_number: &'b str },
    UserData(&'b KeyValueList<'b>),
    Key(&'b str),
}

fn parameters<'b>(
    operation: Operation,
    body: &'b OperationBody<'b>,
    session: &Session,
    limits: &Limits,
) -> Result<Parameters<'b>, ErrorBody> {
    match operation {
        Operation::SendMessage => {
            is_there(&body.text, "text")?;
            destination_is_there(body)?;
            is_there(&body.device_path, "devicePath")?;
            let message = text(&body.text, "text")?.unwrap_or_default();
            if message.len() > limits.text_length {
                return Err(invalid(format!("text is longer than {} bytes", limits.text_length)));
            }
            let phone_number = phone_number(body, limits)?;
            Ok(Parameters::Message { text: message, phone_number })
        }
        Operation::AttachUserData | Operation::UpdateUserData => {
            is_there(&body.user_data, "userData")?;
            let user_data = user_data(body)?.filter(|user_data| !user_data.is_empty());
            let user_data = user_data.ok_or_else(|| invalid("userData is empty".into()))?;
            // What is new is part of the total: over the limit by itself it is not looked into any further.
            is_within(limits, user_data)?;
            is_within(limits, &merged(session.user_data(), user_data, operation))?;
            Ok(Parameters::UserData(user_data))
        }
        Operation::DeleteUserData => {
            is_there(&body.key, "key")?;
            let key = text(&body.key, "key")?.unwrap_or_default();
            match session.user_data().get(key) {
                Some(_) => Ok(Parameters::Key(key)),
                None => Err(invalid(format!("there is no user data with the key {:?}", shortened(key)))),
            }
        }
        Operation::Complete => Ok(Parameters::None),
    }
}

/// The user data that the SIP Server would have: attaching adds pairs, updating replaces those with equal keys.
fn merged<'a>(there: &'a KeyValueList<'a>, new: &'a KeyValueList<'a>, operation: Operation) -> KeyValueList<'a> {
    let replaced: BTreeSet<&str> = match operation {
        Operation::UpdateUserData => new.pairs().iter().map(|pair| &*pair.key).collect(),
        Operation::SendMessage | Operation::AttachUserData | Operation::DeleteUserData | Operation::Complete => {
            BTreeSet::new()
        }
    };
    let stays = |key: &str| !replaced.contains(key);
    let mut merged = there.clone();
    merged.retain(|pair| stays(&pair.key));
    merged.append(new.clone());
    merged
}

fn is_there<T>(parameter: &Parameter<T>, name: &str) -> Result<(), ErrorBody> {
    match parameter {
        Parameter::Missing => Err(missing(name)),
        Parameter::Is(_) | Parameter::Wrong(_) => Ok(()),
    }
}

fn destination_is_there(body: &OperationBody<'_>) -> Result<(), ErrorBody> {
    match &body.destination {
        Parameter::Is(Destination { phone_number }) => is_there(phone_number, "destination.phoneNumber"),
        Parameter::Missing | Parameter::Wrong(_) => is_there(&body.destination, "destination"),
    }
}

/// The value of a parameter, if it is there; it must be of its type then.
fn typed<'p, T>(parameter: &'p Parameter<T>, name: &str, expected: &str) -> Result<Option<&'p T>, ErrorBody> {
    match parameter {
        Parameter::Missing => Ok(None),
        Parameter::Is(value) => Ok(Some(value)),
        Parameter::Wrong(found) => Err(invalid(format!("expected {expected} as {name}, found {found}"))),
    }
}

/// A string, if it is there; it must not be empty then.
fn text<'p>(parameter: &'p Parameter<Cow<'_, str>>, name: &str) -> Result<Option<&'p str>, ErrorBody> {
    match typed(parameter, name, "a string")? {
        Some(text) if text.is_empty() => Err(invalid(format!("{name} is empty"))),
        Some(text) => Ok(Some(text)),
        None => Ok(None),
    }
}

fn phone_number<'b>(body: &'b OperationBody<'_>, limits: &Limits) -> Result<&'b str, ErrorBody> {
    let destination = typed(&body.destination, "destination", "an object")?.ok_or_else(|| missing("destination"))?;
    let number = text(&destination.phone_number, "destination.phoneNumber")?.unwrap_or_default();
    if number.len() > limits.dn_length {
        return Err(invalid(format!("destination.phoneNumber is longer than {} bytes", limits.dn_length)));
    }
    Ok(number)
}

fn user_data<'b>(body: &'b OperationBody<'b>) -> Result<Option<&'b KeyValueList<'b>>, ErrorBody> {
    typed(&body.user_data, "userData", "an object of strings, integers of 64 bits and objects")
}

fn is_within(limits: &Limits, user_data: &KeyValueList<'_>) -> Result<(), ErrorBody> {
    match limits.exceeded_by(user_data) {
        Some(limit) => Err(invalid(format!("the user data would go over a limit: {limit}"))),
        None => Ok(()),
    }
}

fn device_of<'d>(me: &[Device<'d>], device_path: &str) -> Result<Device<'d>, ErrorBody> {
    let unknown = || format!("there is no device {:?}", shortened(device_path));
    let device = me.iter().find(|device| device.device_path == device_path).copied();
    device.ok_or_else(|| ErrorBody::new(StatusCode::NotFound, unknown()))
}

fn missing(name: &str) -> ErrorBody {
    ErrorBody::new(StatusCode::ParameterMissing, format!("{name} is missing"))
}

fn invalid(message: String) -> ErrorBody {
    ErrorBody::new(StatusCode::InputValidation, message)
}

/// The same words whether there is no such session or it is another agent's.
pub(super) fn not_found(id: &str) -> ErrorBody {
    ErrorBody::new(StatusCode::NotFound, format!("there is no session {:?}", shortened(id)))
}

fn not_now(operation: Operation, session: &Session) -> ErrorBody {
    let data = if session.user_data().is_empty() { " and has no user data" } else { "" };
    let message = format!("{operation} is not possible while the session is {}{data}", session.state());
    ErrorBody::new(StatusCode::InvalidState, message)
}

/// What others sent, but no more of it than a person reads.
fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}
