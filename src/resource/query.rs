//! The query of a read: which fields, and which sessions.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::named::{named, set_of};

named! {
    /// A field of the resource, in alphabetical order, as it is written. Specification 1.
    pub enum Field {
        /// The operations that may be performed now.
        Capabilities = "capabilities",
        /// The id.
        Id = "id",
        /// The other parties.
        Participants = "participants",
        /// The path.
        Path = "path",
        /// The state.
        State = "state",
        /// The full address.
        Uri = "uri",
        /// The user data.
        UserData = "userData",
    }
}

set_of! {
    /// A set of fields.
    pub struct Fields of Field;
}

/// What a read asks for: the part of the address after `?`. Specification 4, *Request Types*.
///
/// `fields=*` asks for every field, `fields=id,state` for these, no `fields` (or an empty one) for the addresses alone.
/// Every other name that is a field's filters on it. Names and values are percent-decoded; an unknown name is skipped, and
/// of a repeated `fields` the last counts. Of the filters on one field at most two are kept: two different ones match
/// nothing, and more would not match less.
///
/// ```
/// use im_session::resource::{Field, Query};
///
/// let query = Query::parse("fields=id,state,new&state=Talk%69ng");
/// assert!(query.fields.unwrap().contains(Field::State));
/// assert_eq!(query.filters, [(Field::State, "Talking".into())]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query<'q> {
    /// The fields asked for; `None` where none are named.
    pub fields: Option<Fields>,
    /// What the text of a field must be.
    pub filters: Vec<(Field, Cow<'q, str>)>,
    /// Of several sessions with the same id, the one of this device is meant.
    pub device_path: Option<Cow<'q, str>>,
}

impl<'q> Query<'q> {
    /// Reads a query, with or without the `?` before it. Total: whatever it does not know it skips.
    #[must_use]
    pub fn parse(query: &'q str) -> Self {
        let mut parsed = Query::default();
        for pair in query.strip_prefix('?').unwrap_or(query).split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match &*percent_decoded(name) {
                "fields" => parsed.fields = fields(&percent_decoded(value)),
                "devicePath" => parsed.device_path = Some(percent_decoded(value)),
                name => {
                    if let Ok(field) = name.parse() {
                        parsed.filter_on(field, percent_decoded(value));
                    }
                }
            }
        }
        parsed
    }

    /// Adds a filter, unless it filters nothing more. A list applies every filter to each session, so whoever writes the
    /// query must not be able to make both many.
    fn filter_on(&mut self, field: Field, text: Cow<'q, str>) {
        let mut known = self.filters.iter().filter(|(known, _)| *known == field).map(|(_, text)| text);
        match (known.next(), known.next()) {
            (Some(same), None) if *same == text => {}
            (None | Some(_), None) => self.filters.push((field, text)),
            // No text is equal to both.
            (_, Some(_)) => {}
        }
    }
}

fn fields(names: &str) -> Option<Fields> {
    if names.is_empty() {
        return None;
    }
    let add = |fields: Fields, name: &str| match name {
        "*" => Fields::ALL,
        name => name.parse().map_or(fields, |field| fields.with(field)),
    };
    Some(names.split(',').map(str::trim).fold(Fields::NONE, add))
}

/// `%41` becomes `A`; what is no such triple stays as it is. `+` is a plus: numbers begin with it.
fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let triple = after.split_first_chunk::<2>().filter(|_| first == b'%');
        let decoded = triple.and_then(|(digits, after)| Some((hex_byte(*digits)?, after)));
        let (byte, after) = decoded.unwrap_or((first, after));
        bytes.push(byte);
        rest = after;
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn hex_byte([high, low]: [u8; 2]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? * 16 + digit(low)?)
}
