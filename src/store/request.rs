//! A request to send to the SIP Server. Specification 4.

use alloc::string::String;

use crate::event::{ConnId, KeyValueList};
use crate::machine::Operation;
use crate::named::named;

named! {
    /// A T-Library request, with its name and number there. Deliberately exhaustive: there is one for each operation.
    pub enum RequestName {
        /// InitiateIMSession.
        RequestMakeCall = "RequestMakeCall",
        /// SendMessage.
        RequestPrivateService = "RequestPrivateService",
        /// AttachUserData.
        RequestAttachUserData = "RequestAttachUserData",
        /// UpdateUserData.
        RequestUpdateUserData = "RequestUpdateUserData",
        /// DeleteUserData.
        RequestDeletePair = "RequestDeletePair",
        /// Complete.
        RequestReleaseCall = "RequestReleaseCall",
    }
}

impl RequestName {
    /// The request that carries out an operation.
    ///
    /// ```
    /// use im_session::Operation;
    /// use im_session::store::RequestName;
    ///
    /// let request = RequestName::of(Operation::Complete);
    /// assert_eq!((request.name(), request.message_number()), ("RequestReleaseCall", 17));
    /// ```
    #[must_use]
    pub const fn of(operation: Operation) -> Self {
        match operation {
            Operation::InitiateIMSession => RequestName::RequestMakeCall,
            Operation::SendMessage => RequestName::RequestPrivateService,
            Operation::AttachUserData => RequestName::RequestAttachUserData,
            Operation::UpdateUserData => RequestName::RequestUpdateUserData,
            Operation::DeleteUserData => RequestName::RequestDeletePair,
            Operation::Complete => RequestName::RequestReleaseCall,
        }
    }

    /// The T-Library message number. (That of RequestMakeCall is not in the specification; it is 14 in `tlibrary.h`.)
    #[must_use]
    pub const fn message_number(self) -> u16 {
        match self {
            RequestName::RequestMakeCall => 14,
            RequestName::RequestReleaseCall => 17,
            RequestName::RequestAttachUserData => 30,
            RequestName::RequestUpdateUserData => 31,
            RequestName::RequestDeletePair => 33,
            RequestName::RequestPrivateService => 149,
        }
    }
}

/// A request with its attributes, to be sent to the SIP Server. The server answers it with an event.
///
/// With the feature `serde` it is serialised with the keys of the JSON lines form: `{"Request":"RequestReleaseCall",
/// "RequestNumber":17,"ReferenceID":1,"ThisDN":"3002","ConnID":"0077028a809f7004"}`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Request {
    /// Which request it is.
    #[cfg_attr(feature = "serde", serde(rename = "Request"))]
    pub name: RequestName,
    /// Its T-Library number.
    #[cfg_attr(feature = "serde", serde(rename = "RequestNumber"))]
    pub message_number: u16,
    /// Matches the request with the events that answer it. Any event with this ReferenceID settles the request, if it
    /// is at the same DN or has no ThisDN: EventError as failed, any other as done. A request to initiate is settled
    /// only by EventError and by events of a session, not by EventACK.
    #[cfg_attr(feature = "serde", serde(rename = "ReferenceID"))]
    pub reference_id: u64,
    /// The agent's DN.
    #[cfg_attr(feature = "serde", serde(rename = "ThisDN"))]
    pub this_dn: String,
    /// The ConnID of the session, if it has one.
    #[cfg_attr(feature = "serde", serde(rename = "ConnID", default, skip_serializing_if = "Option::is_none"))]
    pub conn_id: Option<ConnId>,
    /// The destination, for RequestMakeCall and RequestPrivateService.
    #[cfg_attr(feature = "serde", serde(rename = "OtherDN", default, skip_serializing_if = "Option::is_none"))]
    pub other_dn: Option<String>,
    /// The user data, for RequestMakeCall, RequestAttachUserData and RequestUpdateUserData.
    #[cfg_attr(feature = "serde", serde(rename = "UserData", default, skip_serializing_if = "Option::is_none"))]
    pub user_data: Option<KeyValueList<'static>>,
    /// The pair `text`, for RequestPrivateService.
    #[cfg_attr(feature = "serde", serde(rename = "Extensions", default, skip_serializing_if = "Option::is_none"))]
    pub extensions: Option<KeyValueList<'static>>,
    /// The key to delete, for RequestDeletePair.
    #[cfg_attr(feature = "serde", serde(rename = "Key", default, skip_serializing_if = "Option::is_none"))]
    pub key: Option<String>,
}

impl Request {
    pub(super) fn new(name: RequestName, reference_id: u64, this_dn: &str, conn_id: Option<ConnId>) -> Self {
        Request {
            name,
            message_number: name.message_number(),
            reference_id,
            this_dn: this_dn.into(),
            conn_id,
            other_dn: None,
            user_data: None,
            extensions: None,
            key: None,
        }
    }
}

#[cfg(feature = "serde")]
crate::named::wire::serde_by_name!(RequestName);
