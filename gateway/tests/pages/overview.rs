//! What does the overview say about the sessions?

use std::time::Duration;

use im_session_gateway::engine::{Engine, OwnedTarget};
use serde_json::json;

use super::support::{House, NOW};

#[tokio::test]
async fn it_counts_over_all_shards() {
    let house = House::new().await;
    house
        .events(&[
            r#"{"Event":"EventDialing","ThisDN":"3001","OtherDN":"3002","CallUUID":"A"}"#,
            r#"{"Event":"EventRinging","ThisDN":"3002","OtherDN":"3001","CallUUID":"A"}"#,
            r#"{"Event":"EventEstablished","ThisDN":"3002","OtherDN":"3001","CallUUID":"A"}"#,
            r#"{"Event":"EventReleased","ThisDN":"3001","CallUUID":"A"}"#,
            r#"{"Event":"EventReleased","ThisDN":"3001","CallUUID":"B"}"#,
            r#"{"Event":"EventRinging","ThisDN":"3002","CallUUID":"A"}"#,
            r#"{"Event":"EventHeld","ThisDN":"3002","CallUUID":"A"}"#,
        ])
        .await;
    let refused = house.operate("agent3001", OwnedTarget::Session("A".into()), r#"{"operationName":"Complete"}"#).await;
    assert_eq!(refused, 2);
    let overview = house.get_as("supervisor", "/api/supervisor/overview").await.json();
    assert_eq!(overview["sessions"], json!({"Initiating": 0, "Alerting": 0, "Talking": 1, "Completed": 1}));
    assert_eq!(overview["events"]["changed"], 4);
    assert_eq!(overview["events"]["ignored"], 1);
    assert_eq!((&overview["rejected"]["orphan"], &overview["rejected"]["late"]), (&json!(1), &json!(1)));
    let operations = overview["operations"].as_object().unwrap();
    assert_eq!(operations.values().filter_map(serde_json::Value::as_u64).sum::<u64>(), 1, "{operations:?}");
    assert_eq!(overview["now"], u64::try_from(NOW.as_millis()).unwrap());
}

#[tokio::test]
async fn it_names_those_that_are_open_longest() {
    let house = House::new().await;
    let begin = |dn: &str, id: &str| {
        format!(r#"{{"Event":"EventRinging","ThisDN":"{dn}","OtherDN":"3009","CallUUID":"{id}"}}"#)
    };
    for (second, (dn, id)) in (1..).zip([("3002", "A"), ("3001", "B"), ("4711", "C")]) {
        house.engine.tick(NOW + Duration::from_secs(second)).await.unwrap();
        house.events(&[&begin(dn, id)]).await;
    }
    house.events(&[r#"{"Event":"EventReleased","ThisDN":"3001","CallUUID":"B"}"#]).await;
    let overview = house.get_as("supervisor", "/api/supervisor/overview").await.json();
    let since = |second| u64::try_from((NOW + Duration::from_secs(second)).as_millis()).unwrap();
    assert_eq!(
        overview["openLongest"],
        json!([
            {"since": since(1), "earlier": false, "thisDN": "3002", "id": "A", "agent": "agent3002", "state": "Alerting",
                "participants": ["3009"]},
            {"since": since(3), "earlier": false, "thisDN": "4711", "id": "C", "agent": null, "state": "Alerting",
                "participants": ["3009"]},
        ])
    );
}
