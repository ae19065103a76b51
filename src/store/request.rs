//! A request to send to the SIP Server. Specification 4.

use crate::machine::{UnknownName, unknown};
use alloc::string::String;

use crate::event::{ConnId, KeyValueList};
use crate::machine::Operation;
use crate::resource::OperationName;

/// A T-Library request. Names and numbers are T-Library's. Exhaustive by decision: one for each operation.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    strum::IntoStaticStr,
)]
#[strum(parse_err_ty = UnknownName, parse_err_fn = unknown::<RequestName>)]
pub enum RequestName {
    /// InitiateIMSession.
    RequestMakeCall,
    /// SendMessage.
    RequestPrivateService,
    /// AttachUserData.
    RequestAttachUserData,
    /// UpdateUserData.
    RequestUpdateUserData,
    /// DeleteUserData.
    RequestDeletePair,
    /// Complete.
    RequestReleaseCall,
}

impl RequestName {
    /// The request that carries out an operation.
    #[must_use]
    pub const fn of(operation: OperationName) -> Self {
        match operation {
            OperationName::InitiateIMSession => RequestName::RequestMakeCall,
            OperationName::OnSession(Operation::SendMessage) => RequestName::RequestPrivateService,
            OperationName::OnSession(Operation::AttachUserData) => RequestName::RequestAttachUserData,
            OperationName::OnSession(Operation::UpdateUserData) => RequestName::RequestUpdateUserData,
            OperationName::OnSession(Operation::DeleteUserData) => RequestName::RequestDeletePair,
            OperationName::OnSession(Operation::Complete) => RequestName::RequestReleaseCall,
        }
    }

    /// The name in T-Library.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The T-Library message number. (RequestMakeCall's is not in the specification; it is 14 in `tlibrary.h`.)
    #[must_use]
    pub const fn number(self) -> u16 {
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
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request {
    /// Which request it is.
    #[cfg_attr(feature = "serde", serde(rename = "Request", serialize_with = "wire::name"))]
    pub name: RequestName,
    /// Its T-Library number.
    #[cfg_attr(feature = "serde", serde(rename = "RequestNumber"))]
    pub number: u16,
    /// What the events that answer it carry. EventError and EventACK settle the request; the events of a success (an
    /// EventReleased after RequestReleaseCall) change the session, and the request is forgotten by the caller's time.
    #[cfg_attr(feature = "serde", serde(rename = "ReferenceID"))]
    pub reference_id: u64,
    /// The agent's DN.
    #[cfg_attr(feature = "serde", serde(rename = "ThisDN"))]
    pub this_dn: String,
    /// The ConnID of the session, where it has one.
    #[cfg_attr(feature = "serde", serde(rename = "ConnID", skip_serializing_if = "Option::is_none"))]
    #[cfg_attr(feature = "serde", serde(serialize_with = "wire::conn_id"))]
    pub conn_id: Option<ConnId>,
    /// Whom it reaches: of RequestMakeCall and RequestPrivateService.
    #[cfg_attr(feature = "serde", serde(rename = "OtherDN", skip_serializing_if = "Option::is_none"))]
    pub other_dn: Option<String>,
    /// Of RequestMakeCall, RequestAttachUserData and RequestUpdateUserData.
    #[cfg_attr(feature = "serde", serde(rename = "UserData", skip_serializing_if = "Option::is_none"))]
    pub user_data: Option<KeyValueList<'static>>,
    /// Of RequestPrivateService: the pair `text`.
    #[cfg_attr(feature = "serde", serde(rename = "Extensions", skip_serializing_if = "Option::is_none"))]
    pub extensions: Option<KeyValueList<'static>>,
    /// Of RequestDeletePair.
    #[cfg_attr(feature = "serde", serde(rename = "Key", skip_serializing_if = "Option::is_none"))]
    pub key: Option<String>,
}

impl Request {
    pub(super) fn new(name: RequestName, reference_id: u64, this_dn: &str, conn_id: Option<ConnId>) -> Self {
        Request {
            name,
            number: name.number(),
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
mod wire {
    use serde::Serializer;

    use super::{ConnId, RequestName};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    pub(super) fn name<S: Serializer>(name: &RequestName, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(name.name())
    }

    #[expect(clippy::ref_option, reason = "serde asks for a reference")]
    pub(super) fn conn_id<S: Serializer>(conn_id: &Option<ConnId>, serializer: S) -> Result<S::Ok, S::Error> {
        match conn_id {
            Some(conn_id) => serializer.collect_str(conn_id),
            None => serializer.serialize_none(),
        }
    }
}
