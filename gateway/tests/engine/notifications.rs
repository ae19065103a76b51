//! The notifications of agents.

use std::collections::BTreeSet;

use im_session_gateway::config::AgentId;
use im_session_gateway::engine::OutgoingKind;

use crate::place::{OUTBOX, Place, agent, json, pair, received, simple, states, talking};

fn message(dn: &str, call: &str, text: &str) -> im_session::Event<'static> {
    simple("PrivateInfo", dn, call).with_extensions([("text", text.to_owned())].into_iter().collect())
}

pub(crate) async fn they_come_in_order_and_only_for_those_who_have_the_dn(place: &Place) {
    let engine = place.engine().await;
    let mut outgoing = engine.outgoing();
    talking(&*engine, "3001", "call-1").await;
    talking(&*engine, "9999", "call-1").await;
    engine.events(None, vec![message("3001", "call-1", "hello")]).await.unwrap();
    let received = received(&mut outgoing);
    let of: Vec<_> = received.iter().map(|one| (one.agent.as_str(), one.kind)).collect();
    let expected = [OutgoingKind::Session, OutgoingKind::Session, OutgoingKind::Message];
    assert_eq!(of, expected.map(|kind| ("ann", kind)));
    assert!(received.is_sorted_by(|one, next| one.position < next.position));
    assert_eq!(received.iter().map(|one| &*one.id).collect::<BTreeSet<_>>().len(), 3);

    let state = json(&received[1].data);
    assert_eq!(state["messageType"], "IMSessionStateChangeMessage");
    assert_eq!(state["notificationType"], "StatusChange");
    assert_eq!((&state["imSession"]["id"], &state["imSession"]["state"]), (&"call-1".into(), &"Talking".into()));
    let told = serde_json::json!({"imSessionPath": "/im-sessions/call-1", "message": "hello",
        "messageType": "IMLogUpdateMessage", "notificationType": "NewMessage"});
    assert_eq!(json(&received[2].data), told);
}

pub(crate) async fn they_show_no_more_than_the_rights(place: &Place) {
    let engine = place.engine().await;
    let mut outgoing = engine.outgoing();
    talking(&*engine, "5001", "call-1").await;
    let received = received(&mut outgoing);
    assert_eq!(json(&received[1].data)["imSession"]["capabilities"], serde_json::json!(["Complete"]));
    let present = engine.present(agent("low")).await.unwrap();
    assert_eq!(json(&present.sessions[0])["imSession"]["capabilities"], serde_json::json!(["Complete"]));
}

pub(crate) async fn they_come_after_the_commit(place: &Place) {
    let engine = place.engine().await;
    let mut outgoing = engine.outgoing();
    let posted = tokio::spawn(engine.events(None, vec![simple("Ringing", "3001", "call-1")]));
    let told = outgoing.recv().await.unwrap();
    assert_eq!(told.agent, AgentId::new("ann"));
    // When the agent reads after the notification, the answer shows the same state or a newer one.
    assert_eq!(states(&*engine, "ann").await, [pair("call-1", "Alerting")]);
    assert_eq!(posted.await.unwrap().unwrap().results, [Ok(())]);
}

pub(crate) async fn present_begins_a_subscription(place: &Place) {
    let engine = place.engine().await;
    talking(&*engine, "4001", "call-1").await;
    talking(&*engine, "4002", "call-0").await;
    let mut outgoing = engine.outgoing();
    let present = engine.present(agent("two")).await.unwrap();
    let ids: Vec<_> = present.sessions.iter().map(|data| json(data)["imSession"]["id"].clone()).collect();
    assert_eq!(ids, ["call-1", "call-0"]);
    assert_eq!(json(&present.sessions[0])["notificationType"], "StatusChange");
    assert!(present.undelivered.is_empty());

    engine.events(None, vec![simple("Released", "4001", "call-1")]).await.unwrap();
    let newer = received(&mut outgoing);
    assert_eq!(newer.len(), 1);
    assert!(newer[0].position > present.position);
}

pub(crate) async fn messages_are_undelivered_until_they_are_delivered(place: &Place) {
    let engine = place.engine().await;
    talking(&*engine, "3001", "call-1").await;
    // An agent who has never subscribed has missed nothing.
    engine.events(None, vec![message("3001", "call-1", "before")]).await.unwrap();
    assert!(engine.present(agent("ann")).await.unwrap().undelivered.is_empty());

    let texts = ["one", "two", "three"].map(|text| message("3001", "call-1", text));
    engine.events(None, texts.to_vec()).await.unwrap();
    let undelivered = engine.present(agent("ann")).await.unwrap().undelivered;
    assert_eq!(
        undelivered.iter().map(|one| json(&one.data)["message"].clone()).collect::<Vec<_>>(),
        ["one", "two", "three"]
    );
    engine.delivered(AgentId::new("ann"), undelivered[1].position);
    assert_eq!(engine.present(agent("ann")).await.unwrap().undelivered, undelivered[2..]);

    // It is written with the next commit, so it survives a restart.
    engine.events(None, vec![message("3001", "call-1", "four")]).await.unwrap();
    drop(engine);
    let engine = place.engine().await;
    let again = engine.present(agent("ann")).await.unwrap().undelivered;
    assert_eq!(again.iter().map(|one| json(&one.data)["message"].clone()).collect::<Vec<_>>(), ["three", "four"]);
    assert_eq!(again[0], undelivered[2]);
}

pub(crate) async fn no_more_than_the_outbox_holds_is_sent_again(place: &Place) {
    let engine = place.engine().await;
    talking(&*engine, "3001", "call-1").await;
    engine.present(agent("ann")).await.unwrap();
    // There are more messages than the outbox holds, first in one commit and then in several.
    let texts = |numbers: std::ops::Range<usize>| numbers.map(|n| message("3001", "call-1", &n.to_string())).collect();
    engine.events(None, texts(0..3 * OUTBOX)).await.unwrap();
    for number in 3 * OUTBOX..4 * OUTBOX {
        engine.events(None, texts(number..number + 1)).await.unwrap();
    }
    drop(engine);
    let engine = place.engine().await;
    let undelivered = engine.present(agent("ann")).await.unwrap().undelivered;
    let texts: Vec<_> = undelivered.iter().map(|one| json(&one.data)["message"].as_str().unwrap().to_owned()).collect();
    assert_eq!(texts, (3 * OUTBOX..4 * OUTBOX).map(|number| number.to_string()).collect::<Vec<_>>());
}

/// The undelivered texts for ann.
async fn undelivered(engine: &dyn im_session_gateway::engine::Engine) -> Vec<String> {
    let undelivered = engine.present(agent("ann")).await.unwrap().undelivered;
    undelivered.iter().map(|one| json(&one.data)["message"].as_str().unwrap().to_owned()).collect()
}

pub(crate) async fn states_take_no_room_from_messages(place: &Place) {
    let engine = place.engine().await;
    talking(&*engine, "3001", "call-1").await;
    engine.present(agent("ann")).await.unwrap();
    engine.events(None, vec![message("3001", "call-1", "hello")]).await.unwrap();
    for number in 0..3 * OUTBOX {
        talking(&*engine, "3001", &format!("other-{number}")).await;
    }
    assert_eq!(undelivered(&*engine).await, ["hello"]);
    drop(engine);
    assert_eq!(undelivered(&*place.engine().await).await, ["hello"]);
}

pub(crate) async fn what_was_delivered_is_not_sent_again_after_a_clean_end(place: &Place) {
    let engine = place.engine().await;
    talking(&*engine, "3001", "call-1").await;
    // The engine also stores that ann has subscribed, although nothing else happens.
    engine.present(agent("ann")).await.unwrap();
    drop(engine);
    let engine = place.engine().await;
    let texts = ["one", "two"].map(|text| message("3001", "call-1", text));
    engine.events(None, texts.to_vec()).await.unwrap();
    let present = engine.present(agent("ann")).await.unwrap();
    assert_eq!(present.undelivered.len(), 2);
    engine.delivered(AgentId::new("ann"), present.undelivered[0].position);
    drop(engine);
    let engine = place.engine().await;
    assert_eq!(undelivered(&*engine).await, ["two"]);
    engine.delivered(AgentId::new("ann"), present.position);
    drop(engine);
    assert!(undelivered(&*place.engine().await).await.is_empty());
}
