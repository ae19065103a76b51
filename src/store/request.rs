//! A request to send to the SIP Server. Specification 4.

use alloc::string::String;

use crate::event::{ConnId, KeyValueList};
use crate::machine::Operation;
use crate::named::named;

named! {
    /// A T-Library request. Names and numbers are T-Library's. Exhaustive by decision: one for each operation.
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

    /// The T-Library message number. (RequestMakeCall's is not in the specification; it is 14 in `tlibrary.h`.)
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

/// A request with its attributes, to be sent to the SIP Server. What comes of it comes back as an event.
///
/// With the feature `serde` it is written with the keys of the JSON lines form: `{"Request":"RequestReleaseCall",
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
    /// What the events that answer it carry. Any event with it settles the request, at its DN or without a ThisDN: EventError as
    /// failed, every other as done. A request to initiate is settled by EventError and by events of a session alone, not by
    /// EventACK.
    #[cfg_attr(feature = "serde", serde(rename = "ReferenceID"))]
    pub reference_id: u64,
    /// The agent's DN.
    #[cfg_attr(feature = "serde", serde(rename = "ThisDN"))]
    pub this_dn: String,
    /// The ConnID of the session, where it has one.
    #[cfg_attr(feature = "serde", serde(rename = "ConnID", default, skip_serializing_if = "Option::is_none"))]
    pub conn_id: Option<ConnId>,
    /// Whom it reaches: of RequestMakeCall and RequestPrivateService.
    #[cfg_attr(feature = "serde", serde(rename = "OtherDN", default, skip_serializing_if = "Option::is_none"))]
    pub other_dn: Option<String>,
    /// Of RequestMakeCall, RequestAttachUserData and RequestUpdateUserData.
    #[cfg_attr(feature = "serde", serde(rename = "UserData", default, skip_serializing_if = "Option::is_none"))]
    pub user_data: Option<KeyValueList<'static>>,
    /// Of RequestPrivateService: the pair `text`.
    #[cfg_attr(feature = "serde", serde(rename = "Extensions", default, skip_serializing_if = "Option::is_none"))]
    pub extensions: Option<KeyValueList<'static>>,
    /// Of RequestDeletePair.
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
