//! `/api/v2/me`: who is signed in, and the beginning and end of work. Gateway specification 2.

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use im_session::StatusCode as Code;
use im_session::resource::Sent;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::answer::{Failed, json};
use super::http_sessions::SignedIn;
use super::open_api::{MeOperationBody, NotSignedIn, OfABody, OfAnOperation, Refusals, SentAnswer};
use super::{Gateway, cookies};
use crate::config::AgentRecord;
use crate::me_operation::MeOperation;

/// The answer to `GET /api/v2/me`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Me {
    #[schema(value_type = u8, minimum = 0, maximum = 0)]
    status_code: Code,
    user: User,
}

/// An agent in the API.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct User {
    id: String,
    user_name: String,
    first_name: String,
    last_name: String,
    enabled: bool,
    uri: String,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    devices: Option<Vec<Device>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    channels: Option<Vec<Channel>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    features: Option<Vec<Feature>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    settings: Option<serde_json::Map<String, Value>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Device {
    id: String,
    device_type: &'static str,
    phone_number: String,
    device_path: String,
    capabilities: Vec<&'static str>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Channel {
    channel: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
struct Feature {
    id: &'static str,
}

/// The subresources in a query.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Subresources {
    devices: bool,
    channels: bool,
    features: bool,
    settings: bool,
}

impl Subresources {
    const ALL: Self = Subresources { devices: true, channels: true, features: true, settings: true };

    /// Reads names, or `*`. If there are several `subresources`, the last one counts; unknown names are ignored.
    fn parse(query: &str) -> Self {
        let value = query.split('&').filter_map(|pair| pair.strip_prefix("subresources=")).next_back();
        let decoded = value.unwrap_or_default().replace("%2C", ",").replace("%2c", ",").replace("%2A", "*");
        decoded.split(',').fold(Subresources::default(), |asked, name| match name.trim_matches(['+', ' ']) {
            "*" => Subresources::ALL,
            "devices" => Subresources { devices: true, ..asked },
            "channels" => Subresources { channels: true, ..asked },
            "features" => Subresources { features: true, ..asked },
            "settings" => Subresources { settings: true, ..asked },
            _ => asked,
        })
    }
}

impl User {
    fn of(agent: &AgentRecord, base_uri: &str, asked: Subresources) -> Self {
        let device = |device: &crate::config::DeviceRecord| Device {
            id: device.id.clone(),
            device_type: "Extension",
            phone_number: device.dn.clone(),
            device_path: device.path(),
            capabilities: Vec::new(),
        };
        User {
            id: agent.id.to_string(),
            user_name: agent.user_name.clone(),
            first_name: agent.first_name.clone(),
            last_name: agent.last_name.clone(),
            enabled: true,
            uri: format!("{base_uri}/api/v2/users/{}", agent.id),
            path: format!("/users/{}", agent.id),
            devices: asked.devices.then(|| agent.devices.iter().map(device).collect()),
            channels: asked.channels.then(|| vec![Channel { channel: "voice" }]),
            features: asked.features.then(|| vec![Feature { id: "api-voice-instant-messaging" }]),
            settings: asked.settings.then(|| settings(agent)),
        }
    }
}

/// The settings that an agent's page needs: the permitted operations, and whether the agent may see all sessions.
fn settings(agent: &AgentRecord) -> serde_json::Map<String, Value> {
    let operations: Vec<&str> = agent.rights.iter().map(im_session::Operation::name).collect();
    [("permittedOperations", operations.into()), ("supervisor", agent.supervisor.into())]
        .into_iter()
        .map(|(name, value): (&str, Value)| (name.to_owned(), value))
        .collect()
}

/// The signed-in agent.
///
/// With user and password this signs in: the response sets the cookie, and has the token for operations in
/// `X-CSRF-TOKEN`.
#[utoipa::path(
    get,
    path = "/api/v2/me",
    tag = "Me",
    params((
        "subresources" = Option<String>,
        Query,
        description = "`*`, or any of devices, channels, features, settings, separated by commas"
    )),
    responses((status = 200, body = Me), NotSignedIn, Refusals),
    security(("cookie" = []), ("basic" = []))
)]
pub(super) async fn read(State(gateway): State<Gateway>, me: SignedIn, RawQuery(query): RawQuery) -> Response {
    let asked = Subresources::parse(query.as_deref().unwrap_or_default());
    let user = User::of(&me.agent, gateway.settings().base_uri.as_str(), asked);
    json(StatusCode::OK, &Me { status_code: Code::Ok, user })
}

/// Begins or ends my work, and with `signOut` my HTTP session.
///
/// Beginning is not required: sessions are served without it.
#[utoipa::path(
    post,
    path = "/api/v2/me",
    tag = "Me",
    request_body = MeOperationBody,
    responses((status = 200, body = SentAnswer), OfAnOperation, OfABody, NotSignedIn, Refusals),
    security(("cookie" = [], "csrf" = []))
)]
pub(super) async fn operate(State(gateway): State<Gateway>, me: SignedIn, body: Body) -> Result<Response, Failed> {
    let body = gateway.read_body(body).await?;
    match MeOperation::from_json(&body.bytes)? {
        MeOperation::Start | MeOperation::End { sign_out: false } => Ok(json(StatusCode::OK, &Sent)),
        MeOperation::End { sign_out: true } => {
            gateway.sign_in().sign_out(me.session);
            let mut response = json(StatusCode::OK, &Sent).into_response();
            cookies::take(&mut response, gateway.settings().secure_cookies);
            Ok(response)
        }
    }
}
