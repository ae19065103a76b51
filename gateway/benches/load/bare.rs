//! The bare handler: axum with layers of tower-http, without agents, sessions or Bayeux. It holds a request until there
//! is a text for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::post;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::CorsLayer;

use super::Outcome;

/// The texts of each DN, and the request that waits for them.
type Places = Arc<Mutex<HashMap<String, Place>>>;

struct Place {
    texts: mpsc::UnboundedSender<String>,
    waiting: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<String>>>,
}

impl Default for Place {
    fn default() -> Self {
        let (texts, waiting) = mpsc::unbounded_channel();
        Place { texts, waiting: Arc::new(tokio::sync::Mutex::new(waiting)) }
    }
}

/// Prints its address, and serves until it is killed.
pub(crate) async fn serve() -> Outcome<()> {
    let routes = Router::new().route("/connect/{dn}", post(connect)).route("/events", post(events));
    let routes = routes.layer(CorsLayer::permissive()).layer(CatchPanicLayer::new()).with_state(Places::default());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("bare handler on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, routes).await?)
}

async fn connect(State(places): State<Places>, Path(dn): Path<String>) -> String {
    let waiting = places.lock().unwrap_or_else(PoisonError::into_inner).entry(dn).or_default().waiting.clone();
    let text = waiting.lock().await.recv().await.unwrap_or_default();
    json!([{"data": {"message": text}}]).to_string()
}

async fn events(State(places): State<Places>, body: String) -> String {
    let mut places = places.lock().unwrap_or_else(PoisonError::into_inner);
    for line in body.lines() {
        let event: Value = serde_json::from_str(line).unwrap_or_default();
        let (dn, text) = (event["ThisDN"].as_str(), event["Extensions"]["text"].as_str());
        if let (Some(dn), Some(text)) = (dn, text) {
            let _ = places.entry(dn.to_owned()).or_default().texts.send(text.to_owned());
        }
    }
    json!({"errors": []}).to_string()
}
