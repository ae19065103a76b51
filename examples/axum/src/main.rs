//! IM sessions over HTTP, embedded in axum: a feed of events in, reads, operations and notifications out.
//!
//! ```text
//! cargo run &
//! curl -N -H 'x-agent: ann' localhost:8090/notifications &
//! curl localhost:8090/events -d '{"Event":"EventRinging","ThisDN":"3002","OtherDN":"3001","CallUUID":"007"}'
//! curl -H 'x-agent: ann' 'localhost:8090/api/v2/me/im-sessions?fields=*'
//! curl -H 'x-agent: ann' localhost:8090/api/v2/me/im-sessions/007 -d '{"operationName":"Complete"}'
//! ```

use std::{collections::HashMap, convert::Infallible, net::Ipv4Addr, sync::Arc};

use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, RawQuery, State};
use axum::http::{StatusCode, request::Parts};
use axum::response::{IntoResponse, Response, Sse, sse};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::{Stream, stream};
use im_session as im;
use tokio::sync::{Mutex, broadcast};

struct Service {
    sessions: Mutex<im::Sessions>,
    agents: HashMap<&'static str, im::Agent>,
    notifications: broadcast::Sender<(String, im::Notification<'static>)>,
}

type Shared = State<Arc<Service>>;

/// The agent who sends the request. A real service takes it from its sign-on, never from a header that anybody can set.
struct Me(im::Agent);

impl FromRequestParts<Arc<Service>> for Me {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Self, Response> {
        let name = parts.headers.get("x-agent").and_then(|name| name.to_str().ok());
        let agent = name.and_then(|name| service.agents.get(name)).cloned();
        agent.map(Me).ok_or_else(|| failed(im::ErrorBody::new(im::StatusCode::NotAuthenticated, "unknown agent")))
    }
}

fn failed(error: im::ErrorBody) -> Response {
    let status = StatusCode::from_u16(error.status_code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(error)).into_response()
}

fn answer(result: Result<impl serde::Serialize, im::ErrorBody>) -> Response {
    result.map_or_else(failed, |body| Json(body).into_response())
}

/// Takes events of the SIP Server, one JSON object per line. Make this reachable for the SIP Server's side only.
async fn feed(State(service): Shared, lines: String) -> Result<StatusCode, (StatusCode, String)> {
    let unreadable = |error: &dyn std::error::Error| (StatusCode::BAD_REQUEST, error.to_string());
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let event = im::Event::from_json_line(line).map_err(|error| unreadable(&error))?;
        let mut sessions = service.sessions.lock().await;
        let handled = sessions.handle_event(&event).map_err(|error| unreadable(&error))?;
        for (dn, notification) in handled.notifications() {
            // Sending fails only if there are no receivers.
            let _ = service.notifications.send((dn.to_owned(), notification.into_owned()));
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn read(State(service): Shared, Me(me): Me, id: Option<Path<String>>, RawQuery(query): RawQuery) -> Response {
    let query = im::Query::parse(query.as_deref().unwrap_or_default());
    let sessions = service.sessions.lock().await;
    match id {
        None => answer(Ok(sessions.list(&me, &query))),
        Some(Path(id)) => answer(sessions.read(&me, &id, &query)),
    }
}

async fn operate(State(service): Shared, Me(me): Me, id: Option<Path<String>>, body: Bytes) -> Response {
    let target = id.as_ref().map_or(im::Target::Sessions, |Path(id)| im::Target::Session(id));
    let request = service.sessions.lock().await.post(&me, target, &body);
    // A real service sends the request to the SIP Server, whose events then show the result.
    answer(request.map(|request| {
        println!("{}", serde_json::json!(request));
        im::resource::Sent
    }))
}

async fn notify(State(service): Shared, Me(me): Me) -> Sse<impl Stream<Item = Result<sse::Event, Infallible>>> {
    let events = stream::unfold((service.notifications.subscribe(), me), |(mut receiver, me)| async move {
        loop {
            // An error ends the stream. The agent's desktop then connects again and reads the list.
            let (dn, notification) = receiver.recv().await.ok()?;
            if me.devices().iter().any(|device| device.dn == dn) {
                let event = sse::Event::default().json_data(notification.for_rights(me.rights())).ok()?;
                return Some((Ok(event), (receiver, me)));
            }
        }
    });
    Sse::new(events)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let ann = im::Agent::new().with_device("/devices/1", "3002");
    let bob = im::Agent::new().with_device("/devices/2", "3001");
    let sessions = Mutex::new(im::Sessions::new(im::BaseUri::new("http://localhost:8090")));
    let service = Service {
        sessions,
        agents: HashMap::from([("ann", ann), ("bob", bob)]),
        notifications: broadcast::channel(1024).0,
    };
    let router = Router::new()
        .route("/events", post(feed))
        .route("/notifications", get(notify))
        .route("/api/v2/me/im-sessions", get(read).post(operate))
        .route("/api/v2/me/im-sessions/{id}", get(read).post(operate))
        .with_state(Arc::new(service));
    axum::serve(tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 8090)).await?, router).await
}
