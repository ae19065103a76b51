//! The parameters of an operation: present, of the right type, within the limits. Specification 4.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;

use crate::event::{KeyValueList, Pair};
use crate::excerpt::excerpt;
use crate::machine::Operation;
use crate::resource::{Destination, ErrorBody, OperationBody, Parameter, StatusCode};
use crate::session::{Limits, Session};

/// The parameters of an operation on a session, checked.
pub(super) enum Parameters<'b> {
    None,
    Message { text: &'b str, phone_number: &'b str },
    UserData(&'b KeyValueList<'b>),
    Key(&'b str),
}

pub(super) fn parameters<'b>(
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
            // The new pairs are part of the total, so if they alone exceed a limit there is no need to merge them.
            is_within(limits, user_data)?;
            is_within(limits, &merged(session.user_data(), user_data, operation))?;
            Ok(Parameters::UserData(user_data))
        }
        Operation::DeleteUserData => {
            is_there(&body.key, "key")?;
            let key = text(&body.key, "key")?.unwrap_or_default();
            match session.user_data().get(key) {
                Some(_) => Ok(Parameters::Key(key)),
                None => Err(invalid(format!("there is no user data with the key {:?}", excerpt(key)))),
            }
        }
        Operation::Complete | Operation::InitiateIMSession => Ok(Parameters::None),
    }
}

/// The user data that the SIP Server would have afterwards: attaching adds pairs, updating replaces those with equal
/// keys.
fn merged<'a>(present: &'a KeyValueList<'a>, new: &'a KeyValueList<'a>, operation: Operation) -> KeyValueList<'a> {
    let mut merged = present.clone();
    if operation == Operation::UpdateUserData {
        let replaced: BTreeSet<&str> = new.iter().map(|pair| &*pair.key).collect();
        merged.retain(|pair: &Pair<'_>| !replaced.contains(&*pair.key));
    }
    merged.append(new.clone());
    merged
}

pub(super) fn is_there<T>(parameter: &Parameter<T>, name: &str) -> Result<(), ErrorBody> {
    match parameter {
        Parameter::Missing => Err(missing(name)),
        Parameter::Is(_) | Parameter::Wrong(_) => Ok(()),
    }
}

pub(super) fn destination_is_there(body: &OperationBody<'_>) -> Result<(), ErrorBody> {
    match &body.destination {
        Parameter::Is(Destination { phone_number }) => is_there(phone_number, "destination.phoneNumber"),
        Parameter::Missing | Parameter::Wrong(_) => is_there(&body.destination, "destination"),
    }
}

/// The value of a parameter, if it is present. An error if it has the wrong type.
fn typed<'p, T>(parameter: &'p Parameter<T>, name: &str, expected: &str) -> Result<Option<&'p T>, ErrorBody> {
    match parameter {
        Parameter::Missing => Ok(None),
        Parameter::Is(value) => Ok(Some(value)),
        Parameter::Wrong(found) => Err(invalid(format!("expected {expected} as {name}, found {found}"))),
    }
}

/// A string, if it is present. An error if it is empty.
fn text<'p>(parameter: &'p Parameter<Cow<'_, str>>, name: &str) -> Result<Option<&'p str>, ErrorBody> {
    match typed(parameter, name, "a string")? {
        Some(text) if text.is_empty() => Err(invalid(format!("{name} is empty"))),
        Some(text) => Ok(Some(text)),
        None => Ok(None),
    }
}

pub(super) fn device_path_of<'b>(body: &'b OperationBody<'_>) -> Result<Option<&'b str>, ErrorBody> {
    text(&body.device_path, "devicePath")
}

pub(super) fn phone_number<'b>(body: &'b OperationBody<'_>, limits: &Limits) -> Result<&'b str, ErrorBody> {
    let destination = typed(&body.destination, "destination", "an object")?.ok_or_else(|| missing("destination"))?;
    let number = text(&destination.phone_number, "destination.phoneNumber")?.unwrap_or_default();
    if number.len() > limits.dn_length {
        return Err(invalid(format!("destination.phoneNumber is longer than {} bytes", limits.dn_length)));
    }
    Ok(number)
}

pub(super) fn user_data<'b>(body: &'b OperationBody<'b>) -> Result<Option<&'b KeyValueList<'b>>, ErrorBody> {
    typed(&body.user_data, "userData", "an object of pairs")
}

pub(super) fn is_within(limits: &Limits, user_data: &KeyValueList<'_>) -> Result<(), ErrorBody> {
    match limits.exceeded_by_user_data(user_data) {
        Some(limit) => Err(invalid(format!("the user data would go over a limit: {limit}"))),
        None => Ok(()),
    }
}

pub(super) fn missing(name: &str) -> ErrorBody {
    ErrorBody::new(StatusCode::ParameterMissing, format!("{name} is missing"))
}

pub(super) fn invalid(message: String) -> ErrorBody {
    ErrorBody::new(StatusCode::InputValidation, message)
}
