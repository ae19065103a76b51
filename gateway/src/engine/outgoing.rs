//! The contents of notifications: sessions, messages, and failed requests.

use bytes::Bytes;
use im_session::resource::NotificationType;
use im_session::store::{RequestResult, Settled};
use im_session::{BaseUri, ImSession, Notification};
use serde::Serialize;

use super::OutgoingKind;

/// The JSON of the CometD member `data` of a notification: the library's JSON without the surrounding object.
pub(super) fn data_of(notification: &Notification<'_>) -> Bytes {
    let mut json = Vec::new();
    notification.write_json(&mut json);
    let root = json.strip_prefix(br#"{"data":"#).and_then(|rest| rest.strip_suffix(b"}"));
    Bytes::copy_from_slice(root.unwrap_or(&json))
}

pub(super) fn kind_of(notification: &Notification<'_>) -> OutgoingKind {
    match notification {
        Notification::SessionChanged { .. } => OutgoingKind::Session,
        Notification::NewMessage { .. } => OutgoingKind::Message,
    }
}

/// The notification for a session that already exists, as if it had just changed.
pub(super) fn present(im_session: ImSession<'_>) -> Bytes {
    data_of(&Notification::SessionChanged { im_session, notification_type: NotificationType::StatusChange })
}

/// A request that failed or timed out (gateway specification 3).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorMessage<'s> {
    message_type: &'static str,
    operation_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    im_session_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<i64>,
    error_message: &'s str,
}

/// The notification about a request that is no longer in flight, or `None` if the request succeeded.
pub(super) fn error_of(settled: &Settled) -> Option<Bytes> {
    let (error_code, error_message) = match &settled.result {
        RequestResult::Done => return None,
        RequestResult::Failed(error) => (error.code, error.message.as_deref().unwrap_or("the request failed")),
        RequestResult::TimedOut => (None, "the SIP Server did not answer in time"),
    };
    let message = ErrorMessage {
        message_type: "ErrorMessage",
        operation_name: settled.operation.name(),
        im_session_path: settled.id.as_deref().map(|id| BaseUri::path_of(id).to_string()),
        error_code,
        error_message,
    };
    // This cannot fail: it consists of texts and numbers.
    serde_json::to_vec(&message).map(Bytes::from).ok()
}
