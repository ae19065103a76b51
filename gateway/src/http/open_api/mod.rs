//! The OpenAPI document: `/api/openapi.json`.
//!
//! | file | question |
//! |---|---|
//! | `schemas` | What do bodies look like? |
//! | `refusals` | Which error responses are common to many endpoints? |
//! | `supervision` | What do bodies for supervisors look like? |
//! | `elsewhere` | What do the endpoints that are not plain REST look like? |

mod elsewhere;
mod refusals;
mod schemas;
mod supervision;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::{Modify, OpenApi};

pub(super) use refusals::{
    InThisState, NotSignedIn, OfABody, OfAnInjection, OfAnOperation, OnlySupervisors, Refusals, Unknown,
};
pub(super) use schemas::{
    ErrorAnswer, ImSessionAnswer, ImSessionsAnswer, ImSessionsOperation, MeOperationBody, SentAnswer, SessionOperation,
    SessionState,
};
pub(super) use supervision::{FaultsAnswer, InjectionBody, OverviewAnswer, TimelineAnswer};

use super::Gateway;
use super::answer::json;

/// The document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "im-session-gateway",
        description = "IM sessions of a contact centre's agents, as the REST API of Genesys Web Services has them. \
            Reading is tolerant: unknown fields and parameters are ignored, and so is the Content-Type of a request. \
            Every response under /api/v2/me, /api/v2/im-sessions and /api/supervisor has a JSON body with a \
            statusCode, and so has every error elsewhere, with these exceptions: replies of CometD are Bayeux \
            messages, /events lists the lines that are not events, /events/position, /dialog-info and this document \
            have no statusCode, /requests is JSON lines, the pages for people are HTML, and a response to HEAD has no \
            body. An operation is posted; the response says that it was sent. Its result arrives as a notification. \
            After a restart of the gateway, or when the cookie's session has ended, every response is 401: sign in \
            again, then shake hands with CometD again."
    ),
    tags(
        (name = "Me", description = "Who is signed in."),
        (name = "IM sessions", description = "The agent's sessions, and the six operations: InitiateIMSession on \
            the list, SendMessage, AttachUserData, UpdateUserData, DeleteUserData and Complete on one of them. A \
            completed session is listed for an hour, then forgotten."),
        (name = "Notifications", description = "CometD, over HTTP and WebSocket."),
        (name = "A feed of your own", description = "Events in, requests out, with a bearer token. Only available \
            if the gateway was started with one."),
        (name = "Supervisors", description = "The state of the sessions. For agents with `supervisor = true`."),
        (name = "Simulated SIP Server", description = "Its faults. For agents with `supervisor = true`. Only available \
            if the gateway was started with it."),
        (name = "This document", description = "OpenAPI.")
    ),
    paths(
        super::me::read,
        super::me::operate,
        super::im_sessions::list,
        super::im_sessions::initiate,
        super::im_sessions::read_mine,
        super::im_sessions::operate_on,
        super::im_sessions::read,
        super::supervisor::overview,
        super::supervisor::timeline,
        super::faults::list,
        super::faults::inject,
        elsewhere::open_api,
        elsewhere::cometd,
        elsewhere::cometd_slash,
        elsewhere::cometd_rest,
        elsewhere::web_socket,
        elsewhere::web_socket_slash,
        elsewhere::web_socket_rest,
        elsewhere::events,
        elsewhere::position,
        elsewhere::dialog_info,
        elsewhere::requests,
        elsewhere::confirm,
    ),
    // Schemas that only error responses refer to are not collected automatically.
    components(schemas(schemas::ErrorAnswer)),
    modifiers(&Security)
)]
struct Document;

/// The ways to authenticate.
struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let basic = HttpBuilder::new().scheme(HttpAuthScheme::Basic);
        let basic = basic.description(Some("Begins an HTTP session: the response sets its cookie.")).build();
        components.add_security_scheme("basic", SecurityScheme::Http(basic));
        let cookie = ApiKeyValue::with_description("JSESSIONID", "The HTTP session.");
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        let token = "The token of the session: every response to a GET has it in the header of this name.";
        let token = ApiKeyValue::with_description("X-CSRF-TOKEN", token);
        components.add_security_scheme("csrf", SecurityScheme::ApiKey(ApiKey::Header(token)));
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        let bearer = bearer.description(Some("The token of --bearer-token-file.")).build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}

/// `GET /api/openapi.json`.
pub(super) async fn document(State(gateway): State<Gateway>) -> Response {
    let mut document = Document::openapi();
    if !gateway.settings().csrf {
        without_csrf(&mut document);
    }
    json(StatusCode::OK, &document)
}

/// The paths below which operations need the token.
const NEED_CSRF: [&str; 2] = ["/api/v2/me", "/simulator"];

/// Without CSRF tokens, user and password suffice for operations, too.
fn without_csrf(document: &mut utoipa::openapi::OpenApi) {
    let operations =
        document.paths.paths.iter_mut().filter(|(path, _)| NEED_CSRF.iter().any(|start| path.starts_with(start)));
    for operation in operations.filter_map(|(_, item)| item.post.as_mut()) {
        let none = std::iter::empty::<String>;
        let either = ["cookie", "basic"].map(|scheme| SecurityRequirement::new(scheme, none()));
        operation.security = Some(either.into());
    }
}
