//! What does the timeline of a DN contain?

use im_session_gateway::engine::OwnedTarget;
use serde_json::{Value, json};

use super::support::House;

async fn timeline(house: &House, dn: &str) -> Vec<Value> {
    let answer = house.get_as("supervisor", &format!("/api/supervisor/timeline?dn={dn}")).await;
    assert_eq!(answer.codes(), (200, 0), "{answer:?}");
    answer.json()["timeline"].take().as_array().unwrap().clone()
}

#[tokio::test]
async fn it_tells_events_operations_and_their_answers() {
    let house = House::new().await;
    house
        .events(&[
            r#"{"Event":"EventRinging","ThisDN":"3001","OtherDN":"3009","CallUUID":"A","UserData":{"note":"secret"}}"#,
            r#"{"Event":"EventEstablished","ThisDN":"3001","CallUUID":"A"}"#,
            r#"{"Event":"EventPrivateInfo","ThisDN":"3001","CallUUID":"A","Extensions":{"text":"secret"}}"#,
            r#"{"Event":"EventAttachedDataChanged","CallUUID":"A","UserData":{"note":"secret, too"}}"#,
            r#"{"Event":"EventRinging","ThisDN":"3001","CallUUID":"A"}"#,
        ])
        .await;
    let session = OwnedTarget::Session("A".into());
    assert_eq!(house.operate("agent3001", session.clone(), r#"{"operationName":"Complete"}"#).await, 0);
    assert_eq!(house.operate("agent3001", session, r#"{"operationName":"DeleteUserData","key":"x"}"#).await, 10);
    let timeline = timeline(&house, "3001").await;
    let told: Vec<_> =
        timeline.iter().map(|one| (one["kind"].clone(), one["name"].clone(), one["outcome"].clone())).collect();
    let expected = [
        ("event", "EventRinging", "changed"),
        ("event", "EventEstablished", "changed"),
        ("event", "EventPrivateInfo", "message"),
        ("event", "EventAttachedDataChanged", "changed"),
        ("event", "EventRinging", "rejected"),
        ("operation", "RequestReleaseCall", "sent"),
        ("operation", "operation", "refused"),
    ];
    let expected = expected.map(|(kind, name, outcome)| (json!(kind), json!(name), json!(outcome)));
    assert_eq!(told, expected);
    assert_eq!((&timeline[1]["from"], &timeline[1]["to"]), (&json!("Alerting"), &json!("Talking")));
    assert_eq!(timeline[4]["reason"], "late");
    assert_eq!(timeline[6]["statusCode"], 10);
    let text = format!("{timeline:?}");
    assert!(!text.contains("secret"), "{text}");
}

#[tokio::test]
async fn an_answer_that_failed_tells_its_error() {
    let house = House::new().await;
    let body = r#"{"operationName":"InitiateIMSession","destination":{"phoneNumber":"3002"}}"#;
    assert_eq!(house.operate("agent3001", OwnedTarget::Sessions, body).await, 0);
    let request = im_session_gateway::engine::Engine::requests(&*house.engine, 0).await.unwrap().remove(0).request;
    let error = format!(
        r#"{{"Event":"EventError","ThisDN":"3001","ReferenceID":{},"ErrorCode":71,"ErrorMessage":"secret"}}"#,
        request.reference_id
    );
    house.events(&[&error]).await;
    let timeline = timeline(&house, "3001").await;
    let last = timeline.last().unwrap();
    assert_eq!(
        (&last["kind"], &last["outcome"], &last["errorCode"]),
        (&json!("request"), &json!("failed"), &json!(71))
    );
    assert_eq!(last["name"], "InitiateIMSession");
}

#[tokio::test]
async fn a_dn_of_nobody_and_one_where_nothing_happened() {
    let house = House::new().await;
    house.events(&[r#"{"Event":"EventRinging","ThisDN":"a/b c","CallUUID":"A"}"#]).await;
    assert_eq!(timeline(&house, "a%2Fb+c").await.len(), 1);
    assert_eq!(timeline(&house, "a%2Fb%20c").await.len(), 1);
    assert_eq!(timeline(&house, "9999").await.len(), 0);
}

#[tokio::test]
async fn no_dn_and_impossible_ones() {
    let house = House::new().await;
    let long = "9".repeat(256);
    for (query, codes) in [("", (400, 1)), ("?dn=", (400, 10)), (&format!("?dn={long}"), (400, 10))] {
        let answer = house.get_as("supervisor", &format!("/api/supervisor/timeline{query}")).await;
        assert_eq!(answer.codes(), codes, "{query}");
    }
    assert_eq!(timeline(&house, &long[1..]).await.len(), 0);
}
