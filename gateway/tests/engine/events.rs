//! Events create sessions.

use futures_util::future::join_all;

use crate::place::{Place, agent, event, json, pair, simple, states, talking};

pub(crate) async fn events_make_sessions_that_their_agent_reads(place: &Place) {
    let engine = place.engine().await;
    talking(&*engine, "3001", "call-1").await;
    assert_eq!(states(&*engine, "ann").await, [pair("call-1", "Talking")]);
    assert!(states(&*engine, "bob").await.is_empty());

    let reply = engine.read(agent("ann"), "call-1".into(), "fields=state".into()).await.unwrap();
    assert_eq!(json(&reply.body), serde_json::json!({"imSession": {"state": "Talking"}, "statusCode": 0}));
    let reply = engine.list(agent("ann"), String::new()).await.unwrap();
    let uri = "http://localhost:8090/api/v2/im-sessions/call-1";
    assert_eq!(json(&reply.body), serde_json::json!({"statusCode": 0, "uris": [uri]}));
}

pub(crate) async fn what_cannot_be_read_is_named_at_its_place(place: &Place) {
    let engine = place.engine().await;
    let events = vec![
        simple("Ringing", "3001", "call-1"),
        event(r#"{"Event":"EventRinging","ThisDN":"3001"}"#),
        event(r#"{"Event":"EventRinging","CallUUID":"call-3"}"#),
        simple("Ringing", "3002", "call-2"),
    ];
    let results = engine.events(None, events).await.unwrap().results;
    assert_eq!(results.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, false, true]);
    assert_eq!(states(&*engine, "bob").await, [pair("call-2", "Alerting")]);
}

pub(crate) async fn an_event_without_a_dn_reaches_every_session_of_the_call(place: &Place) {
    let engine = place.engine().await;
    for dn in ["3001", "3002", "4001", "9999"] {
        talking(&*engine, dn, "call-1").await;
    }
    let to_all = event(r#"{"Event":"EventAttachedDataChanged","CallUUID":"call-1","UserData":{"k":"v"}}"#);
    assert_eq!(engine.events(None, vec![to_all]).await.unwrap().results, [Ok(())]);
    for who in ["ann", "bob", "two"] {
        let reply = engine.read(agent(who), "call-1".into(), "fields=userData".into()).await.unwrap();
        assert_eq!(json(&reply.body)["imSession"]["userData"]["k"], "v", "{who}");
    }
}

pub(crate) async fn many_callers_at_once_lose_nothing(place: &Place) {
    let engine = place.engine().await;
    let calls: Vec<String> = (0..200).map(|number| format!("call-{number:03}")).collect();
    let posted = calls.iter().map(|call| engine.events(None, vec![simple("Ringing", "3001", call)]));
    for results in join_all(posted).await {
        assert_eq!(results.unwrap().results, [Ok(())]);
    }
    let states = states(&*engine, "ann").await;
    assert_eq!(states.into_iter().map(|(id, _)| id).collect::<Vec<_>>(), calls);
}
