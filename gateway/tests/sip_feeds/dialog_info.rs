//! Which sessions follow from a document posted to `/dialog-info`?

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use im_session::BaseUri;
use im_session_gateway::clock::{Surroundings, SystemRandom};
use im_session_gateway::config::{Argon2Passwords, Directory};
use im_session_gateway::engine::Engine;
use im_session_gateway::http::{BearerToken, Gateway, Settings, SignIn, dialog_info_routes};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{BASE_URI, Still, engine};

const TOKEN: &str = "a-token-of-the-feeds";

struct House {
    engine: Arc<dyn Engine>,
    directory: Directory,
    routes: Router,
}

impl House {
    async fn new() -> Self {
        let (engine, directory) = engine().await;
        House::on(engine, directory)
    }

    /// A gateway after a restart, with the same store.
    fn restarted(&self) -> Self {
        House::on(self.engine.clone(), self.directory.clone())
    }

    fn on(engine: Arc<dyn Engine>, directory: Directory) -> Self {
        let surroundings = Surroundings { clock: Arc::new(Still), random: Arc::new(SystemRandom) };
        let passwords = Arc::new(Argon2Passwords);
        let sign_in = SignIn::new(directory.clone(), surroundings.clone(), passwords, Duration::from_secs(1_800));
        let settings = Settings::new(BaseUri::new(BASE_URI));
        let gateway = Gateway::new(engine.clone(), directory.clone(), sign_in, surroundings, settings);
        let routes = dialog_info_routes(gateway, BearerToken::new(TOKEN).unwrap());
        House { engine, directory, routes }
    }

    async fn post_as(&self, token: &str, query: &str, body: impl Into<Body>) -> (u16, Value) {
        let request =
            Request::post(format!("/dialog-info{query}")).header(header::AUTHORIZATION, format!("Bearer {token}"));
        let response = self.routes.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap())
    }

    async fn post(&self, query: &str, body: impl Into<Body>) -> (u16, Value) {
        self.post_as(TOKEN, query, body).await
    }

    /// The states and parties of Bob's sessions.
    async fn bob(&self) -> Vec<(String, String)> {
        let agent = self.directory.current().by_user_name("bob").unwrap().clone();
        let reply = self.engine.list(agent, "fields=state,participants".into()).await.unwrap();
        let list: Value = serde_json::from_slice(&reply.body).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let sessions = list["imSessions"].as_array().unwrap().iter();
        sessions.map(|one| (text(&one["state"]), text(&one["participants"][0]["digits"]))).collect()
    }
}

fn document(version: u32, state: &str) -> String {
    format!(
        r#"<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="{version}" state="full"
             entity="sip:bob@example.com">
             <dialog id="d1" call-id="c1" local-tag="b1" remote-tag="a1" direction="recipient">
               <state>{state}</state><remote><identity>sip:3009@example.com</identity></remote>
             </dialog></dialog-info>"#
    )
}

#[tokio::test]
async fn documents_make_the_sessions_of_whom_the_configuration_names() {
    let house = House::new().await;
    let answer = json!({"accepted": 1, "position": 1, "needsRefresh": false});
    assert_eq!(house.post("?feed=pbx&position=1", document(0, "early")).await, (200, answer));
    assert_eq!(house.bob().await, [("Alerting".into(), "3009".into())]);
    let (status, _) = house.post("?feed=pbx&position=2", document(1, "confirmed")).await;
    assert_eq!((status, house.bob().await), (200, vec![("Talking".into(), "3009".into())]));
    // The document may come without a feed. An old version changes nothing, and a new subscription starts again.
    let none = json!({"accepted": 0, "position": null, "needsRefresh": false});
    assert_eq!(house.post("", document(1, "terminated")).await, (200, none));
    let (_, answer) = house.post("?resubscribed=true", document(0, "terminated")).await;
    assert_eq!((answer["accepted"].clone(), house.bob().await), (json!(1), vec![("Completed".into(), "3009".into())]));
}

#[tokio::test]
async fn what_was_applied_before_a_restart_is_not_applied_again() {
    let house = House::new().await;
    house.post("?feed=pbx&position=1", document(0, "early")).await;
    let house = house.restarted();
    let (status, answer) = house.post("?feed=pbx&position=1", document(0, "early")).await;
    assert_eq!((status, &answer["repeated"], &answer["position"]), (200, &json!(1), &json!(1)));
    house.post("?feed=pbx&position=2", document(1, "confirmed")).await;
    assert_eq!(house.bob().await, [("Talking".into(), "3009".into())]);
}

#[tokio::test]
async fn what_is_wrong_is_said_and_changes_nothing() {
    let house = House::new().await;
    house.post("", document(0, "early")).await;
    let unknown = document(1, "terminated").replace("bob@", "eve@");
    let cases = [
        ("", String::new(), 400),
        ("", "<dialog-info".into(), 400),
        ("", document(1, "terminated").replace("version=", "edition="), 400),
        ("", unknown, 400),
        ("?position=1", document(1, "terminated"), 400),
        ("?feed=simulator&position=1", document(1, "terminated"), 400),
        ("?feed=hep&position=1", document(1, "terminated"), 400),
        ("?feed=pbx&position=-1", document(1, "terminated"), 400),
        ("?resubscribed=perhaps", document(1, "terminated"), 400),
        ("", format!("{}{}", document(1, "terminated"), " ".repeat(70_000)), 413),
    ];
    for (query, body, expected) in cases {
        let (status, answer) = house.post(query, body).await;
        assert_eq!((status, &answer["statusCode"]), (expected, &json!(10)), "{query}: {answer}");
        assert!(answer["statusMessage"].as_str().unwrap().contains("expected"), "{answer}");
    }
    let (status, _) = house.post_as("another-token-of-feeds", "", document(1, "terminated")).await;
    assert_eq!((status, house.bob().await), (401, vec![("Alerting".into(), "3009".into())]));
}
