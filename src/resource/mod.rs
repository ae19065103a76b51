//! What the REST API shows and takes: resources, lists, notifications, queries, bodies and statusCodes. Specification 1, 4, 5.
//!
//! It reads sessions and changes none; the store alone knows this room. With the feature `serde` everything here is written and read as
//! JSON, the fields in alphabetical order.

mod answer;
mod base_uri;
mod im_session;
mod notification;
#[cfg(feature = "serde")]
mod notification_serde;
mod number_analysis;
mod operation_body;
mod participant;
mod query;
mod status;

pub use answer::{ListBody, SelectedFields, SingleBody};
pub use base_uri::BaseUri;
pub use im_session::{ImSession, ImSessionList};
pub use notification::{Notification, NotificationType};
pub use number_analysis::{AnalysedNumber, NumberAnalysis};
pub use operation_body::{Destination, OperationBody, OperationName, Parameter, UnknownOperationName};
pub use participant::{Country, Participant};
pub use query::{Field, Fields, Query};
pub use status::{ErrorBody, Sent, StatusCode};

/// The topic that notifications are pushed to. Specification 5.
pub const TOPIC: &str = "/v2/me/im-sessions";
