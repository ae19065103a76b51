//! What the REST API shows and takes: the resource, lists, notifications, queries, bodies and statusCodes. Specification 1, 4
//! and 5.
//!
//! It reads sessions and changes none; of the other modules only the store uses it. With the feature `serde` everything here
//! is written and read as JSON.
//!
//! | file | question |
//! |---|---|
//! | `im_session`, `participant` | What does the API show of a session? |
//! | `json_fields` | In which order does the JSON have its fields? |
//! | `addresses` | What are the id, the path and the full address in it? |
//! | `json_writer` | How is it written without serde? |
//! | `list` | What answers a read of the list, or of one session? |
//! | `notification` | What is pushed to an agent's desktop? |
//! | `number_analysis` | What is known of a phone number? |
//! | `query` | Which sessions and which fields does a read ask for? |
//! | `operation_body` | What does the body of an operation say? |
//! | `status` | Which statusCode, and which HTTP status? |
//! | `base_uri` | What is the address of a session? |

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

/// The topic that notifications are pushed to. Specification 5.
pub const TOPIC: &str = "/v2/me/im-sessions";
