//! The data of the REST API: the resource, lists, notifications, queries, bodies and statusCodes. [Specification 1][1],
//! [4] and [5].
//!
//! This module reads sessions and changes none. Only the store uses it. With the feature `serde` everything here can be
//! written and read as JSON.
//!
//! | file | question |
//! |---|---|
//! | `im_session`, `participant` | What does the API show of a session? |
//! | `json_fields` | What is the order of the fields in JSON? |
//! | `addresses` | How are the id, the path and the full address built? |
//! | `json_writer` | How is it written without serde? |
//! | `list` | What is the answer to a read of the list, or of one session? |
//! | `notification` | What is pushed to an agent's desktop? |
//! | `number_analysis` | What is known about a phone number? |
//! | `query` | Which sessions and which fields does a read ask for? |
//! | `operation_body` | What does the body of an operation contain? |
//! | `status` | Which statusCode, and which HTTP status? |
//! | `base_uri` | What is the address of a session? |
//!
//! [1]: crate::guide::specification#1-the-resource
//! [4]: crate::guide::specification#4-operations
//! [5]: crate::guide::specification#5-notifications

#[cfg(feature = "serde")]
mod addresses;
mod base_uri;
mod im_session;
#[cfg(feature = "serde")]
mod json_fields;
#[cfg(feature = "json")]
mod json_writer;
mod list;
mod notification;
mod number_analysis;
mod operation_body;
mod participant;
mod query;
mod status;

pub use base_uri::BaseUri;
pub use im_session::ImSession;
pub(crate) use im_session::participant_numbers;
pub use list::{ImSessionList, ListBody, SingleBody};
pub use notification::{Notification, NotificationType};
pub(crate) use number_analysis::Shared;
pub use number_analysis::{AnalysedNumber, NumberAnalysis};
pub use operation_body::{Destination, OperationBody, Parameter};
pub use participant::{Country, Participant};
pub use query::{Field, Fields, Query};
pub use status::{ErrorBody, Sent, StatusCode};

/// The topic to which notifications are pushed. [Specification 5][5].
///
/// [5]: crate::guide::specification#5-notifications
pub const TOPIC: &str = "/v2/me/im-sessions";
