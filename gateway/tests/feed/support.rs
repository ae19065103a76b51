//! Routes on an engine in memory, with two agents.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use im_session::{BaseUri, Operations};
use im_session_gateway::config::{AgentId, AgentRecord, Agents, DeviceRecord, Directory, PasswordHash};
use im_session_gateway::engine::embedded::{EmbeddedEngine, EmbeddedSettings};
use im_session_gateway::engine::{Engine, OwnedTarget};
use im_session_gateway::http::{BearerToken, feed_routes};
use serde_json::Value;
use tokio::sync::watch;
use tower::ServiceExt;

pub(crate) const TOKEN: &str = "a-token-of-the-feeds";

pub(crate) struct Feeds {
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) routes: Router,
    pub(crate) ending: watch::Sender<bool>,
    ann: Arc<AgentRecord>,
}

impl Feeds {
    pub(crate) async fn new() -> Self {
        let ann = AgentRecord {
            id: AgentId::new("ann"),
            user_name: "ann".into(),
            first_name: String::new(),
            last_name: String::new(),
            devices: vec![DeviceRecord::new("1", "3001")],
            rights: Operations::ALL,
            supervisor: false,
            password: PasswordHash::new(""),
        };
        let directory = Directory::new(Agents::new([ann.clone()]).unwrap());
        let settings = EmbeddedSettings::new(BaseUri::new("http://localhost:8090"));
        let engine: Arc<dyn Engine> = Arc::new(EmbeddedEngine::in_memory(directory, settings).unwrap());
        engine.tick(Duration::from_secs(1_763_000_000)).await.unwrap();
        let ending = watch::Sender::new(false);
        let token = BearerToken::new(TOKEN).unwrap();
        let routes = feed_routes(engine.clone(), token, ending.subscribe(), Duration::from_secs(30));
        Feeds { engine, routes, ending, ann: Arc::new(ann) }
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        uri: &str,
        authorization: Option<&str>,
        body: impl Into<Body>,
    ) -> Response {
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        self.routes.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap()
    }

    /// Sends a request with the token.
    pub(crate) async fn ask(&self, method: &str, uri: &str, body: impl Into<Body>) -> (StatusCode, Value) {
        let response = self.send(method, uri, Some(&format!("Bearer {TOKEN}")), body).await;
        (response.status(), json(response).await)
    }

    pub(crate) async fn operate(&self, call: Option<&str>, body: &str) {
        let target = call.map_or(OwnedTarget::Sessions, |call| OwnedTarget::Session(call.into()));
        let reply = self.engine.operate(self.ann.clone(), target, body.as_bytes().to_vec()).await.unwrap();
        assert_eq!(reply.status, im_session::StatusCode::Ok, "{}", String::from_utf8_lossy(&reply.body));
    }

    /// The ids of the agent's sessions.
    pub(crate) async fn ids(&self) -> Vec<String> {
        let reply = self.engine.list(self.ann.clone(), "fields=id".into()).await.unwrap();
        let list: Value = serde_json::from_slice(&reply.body).unwrap();
        list["imSessions"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    }
}

pub(crate) async fn json(response: Response) -> Value {
    serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap()
}

pub(crate) fn ringing(call: &str) -> String {
    format!(
        "{{\"Event\":\"EventRinging\",\"ThisDN\":\"3001\",\"OtherDN\":\"9\",\"CallUUID\":\"{call}\",\"ConnID\":\"1\"}}\n"
    )
}
