//! Requests are kept until a bridge has received them.

use im_session_gateway::engine::OutgoingKind;

use crate::operations::INITIATE;
use crate::place::{Place, event, json, operate, received, talking};

const COMPLETE: &str = r#"{"operationName":"Complete"}"#;

pub(crate) async fn they_are_kept_until_confirmed(place: &Place) {
    let engine = place.engine().await;
    talking(&*engine, "3002", "call-1").await;
    for _ in 0..3 {
        operate(&*engine, "bob", Some("call-1"), COMPLETE).await;
    }
    let offsets = async |from| engine.requests(from).await.unwrap().iter().map(|one| one.offset).collect::<Vec<_>>();
    assert_eq!(offsets(0).await, [1, 2, 3]);
    assert_eq!(offsets(2).await, [2, 3]);
    engine.confirm_requests(2).await.unwrap();
    assert_eq!(offsets(0).await, [3]);
    // Offsets rise even if no request is left.
    engine.confirm_requests(100).await.unwrap();
    assert!(offsets(0).await.is_empty());
    operate(&*engine, "bob", Some("call-1"), COMPLETE).await;
    assert_eq!(offsets(0).await, [4]);
}

pub(crate) async fn they_are_gone_when_settled(place: &Place) {
    let engine = place.engine().await;
    operate(&*engine, "ann", None, INITIATE).await;
    let reference_id = engine.requests(0).await.unwrap()[0].request.reference_id;
    let dialing = event(&format!(
        r#"{{"Event":"EventDialing","ThisDN":"3001","OtherDN":"3002","CallUUID":"call-1","ReferenceID":{reference_id}}}"#
    ));
    engine.events(None, vec![dialing]).await.unwrap();
    assert!(engine.requests(0).await.unwrap().is_empty());
}

pub(crate) async fn a_failed_request_is_told_to_its_agent(place: &Place) {
    let engine = place.engine().await;
    talking(&*engine, "3002", "call-1").await;
    let mut outgoing = engine.outgoing();
    operate(&*engine, "bob", Some("call-1"), COMPLETE).await;
    let reference_id = engine.requests(0).await.unwrap()[0].request.reference_id;
    // Without ThisDN, the event goes to all shards, one of which has the request.
    let error = event(&format!(
        r#"{{"Event":"EventError","ReferenceID":{reference_id},"ErrorCode":50,"ErrorMessage":"Unknown connection"}}"#
    ));
    engine.events(None, vec![error]).await.unwrap();
    let told = received(&mut outgoing);
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].agent.as_str(), told[0].kind), ("bob", OutgoingKind::Error));
    let expected = serde_json::json!({"messageType": "ErrorMessage", "operationName": "Complete",
        "imSessionPath": "/im-sessions/call-1", "errorCode": 50, "errorMessage": "Unknown connection"});
    assert_eq!(json(&told[0].data), expected);
    assert!(engine.requests(0).await.unwrap().is_empty());
}

pub(crate) async fn who_waits_for_requests_is_woken(place: &Place) {
    let engine = place.engine().await;
    let mut newest = engine.newest_request();
    assert_eq!(*newest.borrow_and_update(), 0);
    let waiting = tokio::spawn(async move {
        newest.changed().await.unwrap();
        *newest.borrow()
    });
    operate(&*engine, "ann", None, INITIATE).await;
    assert_eq!(waiting.await.unwrap(), 1);
}
