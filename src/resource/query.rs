//! The query of a read: which fields, and which sessions.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::named::{named, set_of};

named! {
    /// A field of the resource, in alphabetical order, which is also the order in JSON. [Specification 1][1].
    ///
    /// [1]: crate::guide::specification#1-the-resource
    pub enum Field {
        /// The operations that are possible now.
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

/// The query of a read: the part of the address after `?`. [Specification 4][4], *Request Types*.
///
/// `fields=*` requests every field, `fields=id,state` these two, and no or an empty `fields` only the addresses. Any
/// other name of a field filters by that field. Names and values are percent-decoded. An unknown name is skipped, and
/// the last of several `fields` counts. At most two filters on one field are kept, because two different ones already
/// match nothing.
///
/// ```
/// use im_session::resource::{Field, Query};
///
/// let query = Query::parse("fields=id,state,new&state=Talk%69ng");
/// assert!(query.fields.unwrap().contains(Field::State));
/// assert_eq!(query.filters, [(Field::State, "Talking".into())]);
/// ```
///
/// [4]: crate::guide::specification#4-operations
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query<'q> {
    /// The requested fields; `None` without `fields`.
    pub fields: Option<Fields>,
    /// The text that a field must have.
    pub filters: Vec<(Field, Cow<'q, str>)>,
    /// Selects the session of this device, if several have the same id.
    pub device_path: Option<Cow<'q, str>>,
}

impl<'q> Query<'q> {
    /// Parses a query, with or without the `?` before it. It cannot fail: unknown parts are skipped.
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

    /// Adds a filter, unless it would have no further effect. A list applies every filter to each session, so a client
    /// must not be able to send any number of them.
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

/// Decodes `%41` to `A`, and leaves everything else as it is. `+` stays a plus, since numbers begin with it.
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
