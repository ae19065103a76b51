//! Is the OpenAPI document complete and true?

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::Value;

use super::support::{House, ID};

async fn document(house: &House) -> Value {
    let answer = house.get("/api/openapi.json").send().await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type").unwrap()), (200, "application/json".into()));
    answer.json()
}

/// Each method of each path.
fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths.flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(method, of)| (&**path, &**method, of)))
}

#[tokio::test]
async fn it_names_every_route() {
    let document = document(&House::new()).await;
    let named: BTreeSet<String> = operations(&document).map(|(path, method, _)| format!("{method} {path}")).collect();
    let expected = [
        "get /api/openapi.json",
        "get /api/v2/im-sessions/{id}",
        "get /api/v2/me",
        "get /api/v2/me/im-sessions",
        "get /api/v2/me/im-sessions/{id}",
        "get /api/v2/notifications",
        "get /api/v2/notifications/",
        "get /api/v2/notifications/{kind}",
        "get /events/position",
        "get /requests",
        "post /api/v2/me",
        "post /api/v2/me/im-sessions",
        "post /api/v2/me/im-sessions/{id}",
        "post /api/v2/notifications",
        "post /api/v2/notifications/",
        "post /api/v2/notifications/{kind}",
        "post /events",
        "post /requests/confirm",
    ];
    assert_eq!(named.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn what_it_names_is_there_and_no_other_method() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let document = document(&house).await;
    let mut asked = 0;
    for path in document["paths"].as_object().unwrap().keys().filter(|path| path.starts_with("/api/v2/me")) {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let named = document["paths"][path].get(method.as_str().to_lowercase()).is_some();
            let answer = house.ask(method.clone(), &path.replace("{id}", ID)).of(&caller).send().await;
            assert_eq!(named, answer.status != 405, "{method} {path}");
            let statuses = document["paths"][path][method.as_str().to_lowercase()]["responses"].as_object();
            let status = answer.status.as_u16().to_string();
            assert!(!named || statuses.unwrap().contains_key(&status), "{method} {path}: {status}");
            asked += 1;
        }
    }
    assert_eq!(asked, 15);
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let document = document(&House::new()).await;
    let text = document.to_string();
    let references: BTreeSet<&str> =
        text.split(r##""$ref":"#/components/schemas/"##).skip(1).filter_map(|rest| rest.split('"').next()).collect();
    for name in &references {
        assert!(document["components"]["schemas"].get(name).is_some(), "{name}");
    }
    assert!(references.len() > 8, "{references:?}");
    for (path, method, operation) in operations(&document) {
        let schemes = operation["security"].as_array().into_iter().flatten();
        for scheme in schemes.flat_map(|all| all.as_object().unwrap().keys()) {
            assert!(document["components"]["securitySchemes"].get(scheme).is_some(), "{method} {path}: {scheme}");
        }
    }
}
