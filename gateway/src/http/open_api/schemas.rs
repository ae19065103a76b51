//! What bodies look like. The library writes and reads them; these say so to the document.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// `{"statusCode":0}`: sent. The result arrives as a notification.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct SentAnswer {
    #[schema(minimum = 0, maximum = 0)]
    status_code: u8,
}

/// What went wrong.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ErrorAnswer {
    #[schema(minimum = 1, maximum = 20)]
    status_code: u8,
    /// For a person.
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

/// What may be done now.
#[derive(ToSchema)]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) enum Capability {
    SendMessage,
    AttachUserData,
    UpdateUserData,
    DeleteUserData,
    Complete,
}

/// Another party.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct Participant {
    digits: String,
    e164_number: String,
    formatted_phone_number: String,
    phone_number: String,
}

/// A session, with those of its fields that were asked for.
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
    /// Absent where there is none. Values are strings, integers and objects.
    #[schema(nullable = false)]
    user_data: Option<BTreeMap<String, Value>>,
}

/// A list: `uris` where no fields are asked for, else `imSessions`.
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

/// Whom to reach.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Destination {
    #[schema(min_length = 1, max_length = 255, example = "3002")]
    phone_number: String,
}

/// What may be posted to `/api/v2/me`.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct MeOperationBody {
    operation_name: MeOperationName,
    /// Not looked at: there is one.
    #[schema(nullable = false, example = json!(["voice"]))]
    channels: Option<Vec<String>>,
    /// Of EndContactCenterSession: whether the session of HTTP ends, too.
    #[schema(nullable = false)]
    sign_out: Option<bool>,
}

/// The operations there.
#[derive(ToSchema)]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) enum MeOperationName {
    StartContactCenterSession,
    EndContactCenterSession,
}

/// Opens a session.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct ImSessionsOperation {
    operation_name: Initiate,
    destination: Destination,
    #[schema(nullable = false)]
    user_data: Option<BTreeMap<String, Value>>,
    /// May be left out where the agent has one device.
    #[schema(nullable = false, example = "/devices/1")]
    device_path: Option<String>,
}

/// Its name.
#[derive(ToSchema)]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) enum Initiate {
    #[schema(rename = "InitiateIMSession")]
    Initiate,
}

/// What may be done with a session.
#[derive(Serialize, ToSchema)]
#[serde(tag = "operationName")]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) enum SessionOperation {
    /// Sends a text. The devicePath is required, even where the agent has one device.
    #[serde(rename_all = "camelCase")]
    SendMessage {
        #[schema(min_length = 1)]
        text: String,
        destination: Destination,
        #[schema(example = "/devices/1")]
        device_path: String,
    },
    /// Adds pairs, even where the key is there.
    #[serde(rename_all = "camelCase")]
    AttachUserData { user_data: BTreeMap<String, Value> },
    /// Replaces the pairs with the same keys and adds the others.
    #[serde(rename_all = "camelCase")]
    UpdateUserData { user_data: BTreeMap<String, Value> },
    /// Deletes one pair.
    DeleteUserData { key: String },
    /// Ends the session.
    Complete,
}

/// What became of a post of events.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct EventsAnswer {
    /// How many events were taken over.
    accepted: u64,
    /// Where the feed is now.
    position: Option<u64>,
    /// How many of them had been applied before.
    #[schema(nullable = false)]
    repeated: Option<u64>,
    /// The lines that are no events.
    errors: Vec<WrongLine>,
    /// How many more there are.
    #[schema(nullable = false)]
    more_errors: Option<u64>,
}

/// What became of a dialog-info document.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct DialogInfoAnswer {
    /// How many events it made.
    accepted: u64,
    /// Where the feed is now.
    position: Option<u64>,
    /// How many of them were not applied, since the feed was as far already.
    #[schema(nullable = false)]
    repeated: Option<u64>,
    /// Whether a document was missed, so that a full one should be asked for.
    needs_refresh: bool,
}

/// A line that is no event.
#[derive(ToSchema)]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct WrongLine {
    /// Which, from 1.
    #[schema(minimum = 1)]
    line: u64,
    /// What was expected there, and what was found.
    error: String,
}

/// How far a feed is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct PositionAnswer {
    feed: String,
    /// `null` before its first position.
    position: Option<u64>,
}

/// Up to and including which offset requests need not be kept.
#[derive(ToSchema)]
#[expect(dead_code, reason = "says how a body looks")]
pub(crate) struct Confirmation {
    offset: u64,
}
