//! A second engine continues where the first one stopped.

use im_session_gateway::engine::FeedPosition;

use crate::operations::INITIATE;
use crate::place::{Place, agent, operate, received, simple, states, talking};

pub(crate) async fn everything_is_there_again(place: &Place) {
    let engine = place.engine().await;
    for (number, dn) in ["3002", "4001", "4002", "5001"].into_iter().enumerate() {
        talking(&*engine, dn, &format!("call-{number}")).await;
    }
    let feed = FeedPosition { note: Some("kept".into()), ..FeedPosition::new("sip", 41) };
    engine.events(Some(feed.clone()), vec![simple("Released", "4001", "call-1")]).await.unwrap();
    operate(&*engine, "ann", None, INITIATE).await;
    let whole = "fields=*".to_owned();
    let mut before = Vec::new();
    for who in ["ann", "bob", "two", "low"] {
        before.push(engine.list(agent(who), whole.clone()).await.unwrap());
    }
    let requests = engine.requests(0).await.unwrap();
    assert_eq!(requests.len(), 1);
    drop(engine);

    let engine = place.engine().await;
    for (who, before) in ["ann", "bob", "two", "low"].into_iter().zip(before) {
        assert_eq!(engine.list(agent(who), whole.clone()).await.unwrap(), before, "{who}");
    }
    assert_eq!(engine.requests(0).await.unwrap(), requests);
    assert_eq!(*engine.newest_request().borrow(), 1);
    assert_eq!(engine.feed("sip".into()).await.unwrap(), Some(feed));
    // The request is still in flight, so a second one is refused. The next request has another ReferenceID.
    assert_eq!(operate(&*engine, "ann", None, INITIATE).await.status, im_session::StatusCode::InvalidState);
    let complete = r#"{"operationName":"Complete"}"#;
    operate(&*engine, "bob", Some("call-0"), complete).await;
    let offsets: Vec<u64> = engine.requests(0).await.unwrap().iter().map(|one| one.offset).collect();
    assert_eq!(offsets, [1, 2]);
}

pub(crate) async fn ids_of_notifications_go_on(place: &Place) {
    let mut ids = Vec::new();
    for call in ["call-1", "call-2", "call-3"] {
        let engine = place.engine().await;
        let mut outgoing = engine.outgoing();
        talking(&*engine, "3001", call).await;
        ids.extend(received(&mut outgoing).iter().map(|one| (one.position, one.id.clone())));
    }
    assert_eq!(ids.len(), 6);
    assert!(ids.is_sorted_by(|one, next| one.0 < next.0 && one.1 != next.1), "{ids:?}");
}

pub(crate) async fn an_event_sent_again_after_a_restart_is_not_applied_twice(place: &Place) {
    let engine = place.engine().await;
    let at = || Some(FeedPosition::new("sip", 3));
    let events = || vec![simple("Ringing", "3001", "call-1"), simple("Ringing", "3002", "call-1")];
    engine.events(at(), events()).await.unwrap();
    engine.events(None, vec![simple("Released", "3001", "call-1")]).await.unwrap();
    drop(engine);
    let engine = place.engine().await;
    let mut outgoing = engine.outgoing();
    engine.events(at(), events()).await.unwrap();
    assert!(received(&mut outgoing).is_empty());
    assert_eq!(states(&*engine, "ann").await, [crate::place::pair("call-1", "Completed")]);
}
