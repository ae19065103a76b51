//! Participants as a server with number analysis makes them. *Call Resource*.

use crate::resource::{Country, Participant};

/// What it makes of 9165550104.
pub(crate) fn public() -> Participant<'static> {
    Participant {
        country: Some(Country { calling_code: "1".into(), code: "US".into(), name: "United States".into() }),
        digits: "9165550104".into(),
        e164_number: "+19165550104".into(),
        formatted_phone_number: "(916) 555-0104".into(),
        location: Some("California".into()),
        phone_number: "9165550104".into(),
    }
}

/// The same from a server that does not know where numbers belong.
pub(crate) fn public_without_place() -> Participant<'static> {
    Participant { country: None, location: None, ..public() }
}

/// What it makes of an extension.
pub(crate) fn extension(number: &str) -> Participant<'static> {
    Participant { e164_number: "".into(), ..Participant::from_number(number).into_owned() }
}
