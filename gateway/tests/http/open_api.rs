//! Is the OpenAPI document complete and correct?

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Value, json};

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
        "get /api/supervisor/overview",
        "get /api/supervisor/timeline",
        "get /api/v2/im-sessions/{id}",
        "get /api/v2/me",
        "get /api/v2/me/im-sessions",
        "get /api/v2/me/im-sessions/{id}",
        "get /api/v2/notifications",
        "get /api/v2/notifications/",
        "get /api/v2/notifications/{kind}",
        "get /events/position",
        "get /requests",
        "get /simulator/faults",
        "post /api/v2/me",
        "post /api/v2/me/im-sessions",
        "post /api/v2/me/im-sessions/{id}",
        "post /api/v2/notifications",
        "post /api/v2/notifications/",
        "post /api/v2/notifications/{kind}",
        "post /dialog-info",
        "post /events",
        "post /requests/confirm",
        "post /simulator/faults",
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

/// Resolves a reference to a schema.
fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let name = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/components/schemas/"));
    name.map_or(schema, |name| &document["components"]["schemas"][name])
}

/// A minimal value that matches the schema. It contains required members only.
fn fitting(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if let Some(names) = schema["enum"].as_array() {
        return names[0].clone();
    }
    match (schema["type"].as_str().unwrap(), schema["required"].as_array()) {
        ("object", Some(required)) => required
            .iter()
            .map(|name| name.as_str().unwrap())
            .map(|name| (name.to_owned(), fitting(document, &schema["properties"][name])))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        ("object", None) => json!({"note": "new"}),
        ("string", _) => "note".into(),
        other => panic!("{other:?}: {schema}"),
    }
}

#[tokio::test]
async fn operations_are_accepted_with_the_fields_that_are_required_and_refused_without_one() {
    let house = House::new();
    let document = document(&house).await;
    let session = format!("/api/v2/me/im-sessions/{ID}");
    // The first one has a session, the other one may open one.
    let targets = [
        ("/api/v2/me", "agent3001", "/api/v2/me"),
        ("/api/v2/me/im-sessions", "agent3002", "/api/v2/me/im-sessions"),
        ("/api/v2/me/im-sessions/{id}", "agent3001", &session),
    ];
    let (mut accepted, mut refused, mut named) = (Vec::new(), 0, 0);
    for (path, user, address) in targets {
        let caller = house.sign_in(user).await;
        let body = &document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"];
        let body = resolved(&document, body);
        let operations = body["oneOf"].as_array().cloned().unwrap_or_else(|| vec![body.clone()]);
        for operation in &operations {
            let fits = fitting(&document, operation);
            let post = async |body: &Value| house.post(address, body.to_string()).of(&caller).send().await;
            for name in operation["required"].as_array().unwrap() {
                let mut without = fits.clone();
                without.as_object_mut().unwrap().remove(name.as_str().unwrap());
                assert_eq!(post(&without).await.codes(), (400, 1), "{without}");
                refused += 1;
            }
            // An unknown parameter is ignored, whatever its value.
            let properties = operation["properties"].as_object().unwrap().keys();
            for name in properties.filter(|name| !["operationName", "channels", "signOut"].contains(&name.as_str())) {
                let mut wrong = fits.clone();
                wrong[name] = json!(7);
                let answer = post(&wrong).await;
                assert_eq!(answer.codes(), (400, 10), "{wrong}: {}", answer.text);
                assert!(answer.json()["statusMessage"].as_str().unwrap().contains(name.as_str()), "{}", answer.text);
                named += 1;
            }
            let answer = post(&fits).await;
            assert_eq!(answer.codes(), (200, 0), "{fits}: {}", answer.text);
            accepted.push(fits["operationName"].as_str().unwrap().to_owned());
        }
    }
    let six = ["InitiateIMSession", "SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"];
    assert_eq!(accepted[1..], six);
    assert!(refused >= 14 && named >= 9, "{refused} {named}");
}

#[tokio::test]
async fn the_filters_of_a_list_are_named_and_filter() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let document = document(&house).await;
    let parameters = document["paths"]["/api/v2/me/im-sessions"]["get"]["parameters"].as_array().unwrap();
    let named: BTreeSet<&str> = parameters.iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
    assert_eq!(named, BTreeSet::from(["fields", "id", "path", "state", "uri"]));
    let list = async |query: String| {
        let answer = house.get(&format!("/api/v2/me/im-sessions?fields=*{query}")).of(&caller).send().await;
        answer.json()["imSessions"].as_array().unwrap().clone()
    };
    let all = list(String::new()).await;
    for name in named.into_iter().filter(|name| *name != "fields") {
        let value = all[0][name].as_str().unwrap();
        assert_eq!(list(format!("&{name}={value}")).await, all, "{name}");
        assert_eq!(list(format!("&{name}={value}x")).await, Vec::<Value>::new(), "{name}");
    }
}

#[tokio::test]
async fn what_belongs_together_is_named_in_words() {
    let document = document(&House::new()).await;
    let described = document["tags"].as_array().unwrap();
    let described: BTreeSet<&str> = described.iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let tags = operations(&document).flat_map(|(_, _, operation)| operation["tags"].as_array().unwrap());
    assert_eq!(tags.map(|tag| tag.as_str().unwrap()).collect::<BTreeSet<_>>(), described);
    assert_eq!(described.len(), 7);
    for path in ["/api/v2/me", "/api/v2/me/im-sessions"] {
        let refused = &document["paths"][path]["get"]["responses"]["401"]["description"];
        assert!(refused.as_str().unwrap().contains("wrong user or password"), "{refused}");
    }
}
