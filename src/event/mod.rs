//! What a SIP Server reports: an event with its attributes. [Specification 2][2], [2.3] and [6.1].
//!
//! Text and SIP become an [`Event`], in [`decode`](crate::decode) and `sip`; the session does not know where it came
//! from. Depends only on [`machine`](crate::machine), for the names.
//!
//! | file | contains |
//! |---|---|
//! | `name` | the names of events, sorted by what they mean for a session |
//! | `route` | what an event concerns, and whether it can be read |
//! | `call_uuid`, `conn_id` | the two ids of a call |
//! | `key_value_list`, `list_attribute` | user data and extensions |
//! | `attribute_name` | the attributes that matter |
//! | `json`, `json_reader`, `json_value`, `json_numbers`, `key_value_list_json` | an event as a JSON object |
//! | `display` | an event as text for people |
//!
//! [2]: crate::guide::specification#2-events-and-identity
//! [2.3]: crate::guide::specification#23-user-data
//! [6.1]: crate::guide::specification#61-json-lines

mod attribute_name;
mod call_uuid;
mod conn_id;
mod display;
mod error;
#[cfg(feature = "serde")]
mod json;
#[cfg(feature = "json")]
mod json_numbers;
#[cfg(feature = "serde")]
mod json_reader;
#[cfg(feature = "serde")]
mod json_value;
mod key_value_list;
#[cfg(feature = "serde")]
mod key_value_list_json;
mod list_attribute;
mod name;
mod route;

use alloc::borrow::Cow;
use alloc::string::ToString;

pub(crate) use attribute_name::AttributeName;
pub use call_uuid::{BadCallUuid, check_call_uuid};
pub(crate) use conn_id::hex_number;
pub use conn_id::{BadConnId, ConnId};
pub use error::BadAttribute;
#[cfg(feature = "json")]
pub use error::EventJsonError;
#[cfg(feature = "serde")]
pub(crate) use json_value::{JsonList, JsonScalar, JsonString};
pub use key_value_list::{KeyValueList, Pair, PlainValue, TooDeep, Value};
pub use list_attribute::ListAttribute;
pub use name::EventName;
pub use route::{Route, UnreadableEvent};

/// An event as T-Library reports it: a name and the attributes that an IM session needs.
///
/// The fields are named after the attributes, without the prefix `Attribute`. Text is borrowed from the input where it
/// can be; [`into_owned`](Event::into_owned) copies it. An empty string always counts as absent.
///
/// ```
/// use im_session::{CallEvent, Event};
///
/// let event = Event::new(CallEvent::Ringing)
///     .with_this_dn("3002")
///     .with_other_dn("3001")
///     .with_call_uuid("007MDF3D0KAHL93L807GK2LAES000001");
/// assert_eq!(event.name.as_str(), "EventRinging");
/// assert!(event.route().is_ok());
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event<'a> {
    /// The name of the event.
    pub name: EventName<'a>,
    /// The DN that reports the event.
    pub this_dn: Option<Cow<'a, str>>,
    /// The other party.
    pub other_dn: Option<Cow<'a, str>>,
    /// The id of the call, the same at both parties.
    pub call_uuid: Option<Cow<'a, str>>,
    /// The connection id, which requests use to address the call.
    pub conn_id: Option<ConnId>,
    /// The sequence number of the event; it increases from a server start on.
    pub event_sequence_number: Option<u64>,
    /// When the server started, in seconds since 1970.
    pub server_start_time: Option<u64>,
    /// The user data, as a whole list.
    pub user_data: ListAttribute<'a>,
    /// The extensions; EventPrivateInfo carries the text of a message here.
    pub extensions: ListAttribute<'a>,
    /// The request that this event answers.
    pub reference_id: Option<u64>,
    /// The T-Library error code of an EventError.
    pub error_code: Option<i64>,
    /// The error text of an EventError.
    pub error_message: Option<Cow<'a, str>>,
}

impl<'a> Event<'a> {
    /// An event with this name and no attributes.
    #[must_use]
    pub fn new(name: impl Into<EventName<'a>>) -> Self {
        Event {
            name: name.into(),
            this_dn: None,
            other_dn: None,
            call_uuid: None,
            conn_id: None,
            event_sequence_number: None,
            server_start_time: None,
            user_data: ListAttribute::Absent,
            extensions: ListAttribute::Absent,
            reference_id: None,
            error_code: None,
            error_message: None,
        }
    }

    /// This event with ThisDN.
    #[must_use]
    pub fn with_this_dn(mut self, dn: impl Into<Cow<'a, str>>) -> Self {
        self.this_dn = Some(dn.into());
        self
    }

    /// This event with the other party.
    #[must_use]
    pub fn with_other_dn(mut self, dn: impl Into<Cow<'a, str>>) -> Self {
        self.other_dn = Some(dn.into());
        self
    }

    /// This event with the id of its call.
    #[must_use]
    pub fn with_call_uuid(mut self, call_uuid: impl Into<Cow<'a, str>>) -> Self {
        self.call_uuid = Some(call_uuid.into());
        self
    }

    /// This event with the connection id.
    #[must_use]
    pub fn with_conn_id(mut self, conn_id: ConnId) -> Self {
        self.conn_id = Some(conn_id);
        self
    }

    /// This event with its sequence number.
    #[must_use]
    pub fn with_event_sequence_number(mut self, number: u64) -> Self {
        self.event_sequence_number = Some(number);
        self
    }

    /// This event with the start time of its server, in seconds since 1970.
    #[must_use]
    pub fn with_server_start_time(mut self, seconds: u64) -> Self {
        self.server_start_time = Some(seconds);
        self
    }

    /// This event with the user data.
    #[must_use]
    pub fn with_user_data(mut self, user_data: KeyValueList<'a>) -> Self {
        self.user_data = ListAttribute::Present(user_data);
        self
    }

    /// This event with user data that a log filter has hidden.
    #[must_use]
    pub fn with_hidden_user_data(mut self) -> Self {
        self.user_data = ListAttribute::Hidden;
        self
    }

    /// This event with the extensions.
    #[must_use]
    pub fn with_extensions(mut self, extensions: KeyValueList<'a>) -> Self {
        self.extensions = ListAttribute::Present(extensions);
        self
    }

    /// This event with extensions that a log filter has hidden.
    #[must_use]
    pub fn with_hidden_extensions(mut self) -> Self {
        self.extensions = ListAttribute::Hidden;
        self
    }

    /// This event as the answer to a request.
    #[must_use]
    pub fn with_reference_id(mut self, reference_id: u64) -> Self {
        self.reference_id = Some(reference_id);
        self
    }

    /// This event with the error of a request.
    #[must_use]
    pub fn with_error(mut self, code: i64, message: impl Into<Cow<'a, str>>) -> Self {
        self.error_code = Some(code);
        self.error_message = Some(message.into());
        self
    }

    /// ThisDN, if there is one and it is not empty.
    #[must_use]
    pub fn this_dn(&self) -> Option<&str> {
        present(&self.this_dn)
    }

    /// OtherDN, if it is neither empty nor ThisDN: the agent is never a participant of its own session.
    /// [Specification 1][1].
    ///
    /// ```
    /// use im_session::{CallEvent, Event};
    ///
    /// let ringing = Event::new(CallEvent::Ringing).with_this_dn("3002");
    /// assert_eq!(ringing.clone().with_other_dn("3001").other_party(), Some("3001"));
    /// assert_eq!(ringing.with_other_dn("3002").other_party(), None);
    /// ```
    ///
    /// [1]: crate::guide::specification#1-the-resource
    #[must_use]
    pub fn other_party(&self) -> Option<&str> {
        present(&self.other_dn).filter(|&other| Some(other) != self.this_dn())
    }

    /// CallUUID, if there is one and it is not empty.
    #[must_use]
    pub fn call_uuid(&self) -> Option<&str> {
        present(&self.call_uuid)
    }

    /// The text of a message: the last pair `text` of the extensions. [Specification 5][5].
    ///
    /// An integer is written in decimal. A list is not a text.
    ///
    /// ```
    /// use im_session::{DataEvent, Event, KeyValueList};
    ///
    /// let message = Event::new(DataEvent::PrivateInfo).with_extensions(KeyValueList::from_iter([("text", "Hello")]));
    /// assert_eq!(message.text().as_deref(), Some("Hello"));
    /// ```
    ///
    /// [5]: crate::guide::specification#5-notifications
    #[must_use]
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self.text_value()? {
            Value::String(text) | Value::Binary(text) => Some(Cow::Borrowed(text)),
            Value::Integer(number) => Some(Cow::Owned(number.to_string())),
            Value::List(_) => None,
        }
    }

    /// Whether there is a [`text`](Self::text), without building it.
    pub(crate) fn has_text(&self) -> bool {
        !matches!(self.text_value(), Some(Value::List(_)) | None)
    }

    fn text_value(&self) -> Option<&Value<'a>> {
        self.extensions.list()?.get("text")
    }

    /// Sets a missing CallUUID to the 16 hex digits of the ConnID, since logs of older T-Servers have no CallUUID. An
    /// event that has a CallUUID, or no ConnID, is unchanged. [Specification 2][2].
    ///
    /// ```
    /// use im_session::{CallEvent, ConnId, Event};
    ///
    /// let mut event = Event::new(CallEvent::Ringing).with_conn_id(ConnId(0x0077_028a_809f_7004));
    /// event.use_conn_id_as_call_uuid();
    /// assert_eq!(event.call_uuid(), Some("0077028a809f7004"));
    /// ```
    ///
    /// [2]: crate::guide::specification#2-events-and-identity
    pub fn use_conn_id_as_call_uuid(&mut self) {
        if let (None, Some(conn_id)) = (self.call_uuid(), self.conn_id) {
            self.call_uuid = Some(Cow::Owned(conn_id.to_string()));
        }
    }

    /// The same event with all its text copied.
    #[must_use]
    pub fn into_owned(self) -> Event<'static> {
        let own = |text: Option<Cow<'a, str>>| text.map(|text| Cow::Owned(text.into_owned()));
        Event {
            name: self.name.into_owned(),
            this_dn: own(self.this_dn),
            other_dn: own(self.other_dn),
            call_uuid: own(self.call_uuid),
            conn_id: self.conn_id,
            event_sequence_number: self.event_sequence_number,
            server_start_time: self.server_start_time,
            user_data: self.user_data.into_owned(),
            extensions: self.extensions.into_owned(),
            reference_id: self.reference_id,
            error_code: self.error_code,
            error_message: own(self.error_message),
        }
    }
}

fn present<'e>(text: &'e Option<Cow<'_, str>>) -> Option<&'e str> {
    text.as_deref().filter(|text| !text.is_empty())
}
