//! The schemas of bodies. The library writes and reads the bodies; these types describe them for the document.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// `{"statusCode":0}`: the operation was sent. The result arrives as a notification.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct SentAnswer {
    #[schema(minimum = 0, maximum = 0)]
    status_code: u8,
}

/// An error.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ErrorAnswer {
    #[schema(minimum = 1, maximum = 20)]
    status_code: u8,
    /// An explanation for people.
    status_message: String,
}

/// The state of a session.
#[derive(ToSchema)]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) enum SessionState {
    Initiating,
    Alerting,
    Talking,
    Completed,
}

/// An operation that is allowed now.
#[derive(ToSchema)]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) enum Capability {
    SendMessage,
    AttachUserData,
    UpdateUserData,
    DeleteUserData,
    Complete,
}

/// Another party of the session.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct Participant {
    digits: String,
    e164_number: String,
    formatted_phone_number: String,
    phone_number: String,
}

/// A session, with the requested fields.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct ImSession {
    #[schema(nullable = false)]
    capabilities: Option<Vec<Capability>>,
    #[schema(nullable = false)]
    id: Option<String>,
    #[schema(nullable = false)]
    participants: Option<Vec<Participant>>,
    #[schema(nullable = false, example = "/im-sessions/007MDF3D0KAHL93L807GK2LAES000001")]
    path: Option<String>,
    #[schema(nullable = false)]
    state: Option<SessionState>,
    #[schema(nullable = false)]
    uri: Option<String>,
    /// Absent if there is none. Values are strings, integers and objects.
    #[schema(nullable = false)]
    user_data: Option<BTreeMap<String, Value>>,
}

/// A list: `uris` if no fields were requested, otherwise `imSessions`.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct ImSessionsAnswer {
    #[schema(minimum = 0, maximum = 0)]
    status_code: u8,
    #[schema(nullable = false)]
    uris: Option<Vec<String>>,
    #[schema(nullable = false)]
    im_sessions: Option<Vec<ImSession>>,
}

/// One session.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct ImSessionAnswer {
    #[schema(minimum = 0, maximum = 0)]
    status_code: u8,
    im_session: ImSession,
}

/// The number to call.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Destination {
    #[schema(min_length = 1, max_length = 255, example = "3002")]
    phone_number: String,
}

/// The body of a POST to `/api/v2/me`.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct MeOperationBody {
    operation_name: MeOperationName,
    /// Ignored: there is only one channel.
    #[schema(nullable = false, example = json!(["voice"]))]
    channels: Option<Vec<String>>,
    /// For EndContactCenterSession: whether the HTTP session ends, too.
    #[schema(nullable = false)]
    sign_out: Option<bool>,
}

/// The operations on `/api/v2/me`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) enum MeOperationName {
    StartContactCenterSession,
    EndContactCenterSession,
}

/// The operation that opens a session.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct ImSessionsOperation {
    operation_name: Initiate,
    destination: Destination,
    #[schema(nullable = false)]
    user_data: Option<BTreeMap<String, Value>>,
    /// May be omitted if the agent has one device.
    #[schema(nullable = false, example = "/devices/1")]
    device_path: Option<String>,
}

/// The name of the operation.
#[derive(ToSchema)]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) enum Initiate {
    #[schema(rename = "InitiateIMSession")]
    Initiate,
}

/// An operation on a session.
#[derive(Serialize, ToSchema)]
#[serde(tag = "operationName")]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) enum SessionOperation {
    /// Sends a text. The devicePath is required, even if the agent has one device.
    #[serde(rename_all = "camelCase")]
    SendMessage {
        #[schema(min_length = 1)]
        text: String,
        destination: Destination,
        #[schema(example = "/devices/1")]
        device_path: String,
    },
    /// Adds pairs, even if their keys exist.
    #[serde(rename_all = "camelCase")]
    AttachUserData { user_data: BTreeMap<String, Value> },
    /// Replaces pairs with the same keys and adds the others.
    #[serde(rename_all = "camelCase")]
    UpdateUserData { user_data: BTreeMap<String, Value> },
    /// Deletes one pair.
    DeleteUserData { key: String },
    /// Ends the session.
    Complete,
}

/// The result of a POST of events.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct EventsAnswer {
    /// The number of accepted events.
    accepted: u64,
    /// The position of the feed now.
    position: Option<u64>,
    /// How many of the accepted events had been applied before.
    #[schema(nullable = false)]
    repeated: Option<u64>,
    /// The lines that are not events.
    errors: Vec<WrongLine>,
    /// How many more such lines there are.
    #[schema(nullable = false)]
    more_errors: Option<u64>,
}

/// The result of a dialog-info document.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct DialogInfoAnswer {
    /// The number of events that the document caused.
    accepted: u64,
    /// The position of the feed now.
    position: Option<u64>,
    /// How many of them were skipped because the feed had already reached this position.
    #[schema(nullable = false)]
    repeated: Option<u64>,
    /// Whether a document was missed. A full one should then be requested.
    needs_refresh: bool,
}

/// A line that is not an event.
#[derive(ToSchema)]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct WrongLine {
    /// Its number, from 1.
    #[schema(minimum = 1)]
    line: u64,
    /// What was expected there, and what was found.
    error: String,
}

/// The position of a feed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct PositionAnswer {
    feed: String,
    /// `null` before the first position.
    position: Option<u64>,
}

/// The offset up to which, inclusive, requests need no longer be kept.
#[derive(ToSchema)]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct Confirmation {
    offset: u64,
}
