//! Time passes only when it is passed to the engine.

use std::time::Duration;

use im_session_gateway::engine::OutgoingKind;

use crate::operations::INITIATE;
use crate::place::{Place, START, json, operate, pair, received, simple, states, talking};

const HOUR: Duration = Duration::from_secs(3_600);

pub(crate) async fn a_request_times_out_and_its_agent_is_told(place: &Place) {
    let engine = place.engine().await;
    let mut outgoing = engine.outgoing();
    operate(&*engine, "ann", None, INITIATE).await;
    engine.tick(START + Duration::from_secs(29)).await.unwrap();
    assert_eq!((engine.requests(0).await.unwrap().len(), received(&mut outgoing).len()), (1, 0));
    engine.tick(START + Duration::from_secs(31)).await.unwrap();
    assert!(engine.requests(0).await.unwrap().is_empty());
    let told = received(&mut outgoing);
    assert_eq!((told.len(), told[0].kind, told[0].agent.as_str()), (1, OutgoingKind::Error, "ann"));
    let data = json(&told[0].data);
    assert_eq!((&data["messageType"], &data["operationName"]), (&"ErrorMessage".into(), &"InitiateIMSession".into()));
    assert_eq!((data.get("imSessionPath"), data.get("errorCode")), (None, None));
}

pub(crate) async fn a_session_expires(place: &Place) {
    let engine = place.engine().await;
    talking(&*engine, "3001", "call-1").await;
    let mut outgoing = engine.outgoing();
    engine.tick(START + 4 * HOUR).await.unwrap();
    assert_eq!(states(&*engine, "ann").await, [pair("call-1", "Talking")]);
    engine.tick(START + 4 * HOUR + Duration::from_secs(1)).await.unwrap();
    assert_eq!(states(&*engine, "ann").await, [pair("call-1", "Completed")]);
    assert_eq!(received(&mut outgoing).len(), 1);
}

pub(crate) async fn a_completed_session_is_forgotten(place: &Place) {
    let engine = place.engine().await;
    talking(&*engine, "3001", "call-1").await;
    engine.events(None, vec![simple("Released", "3001", "call-1")]).await.unwrap();
    engine.tick(START + HOUR + Duration::from_secs(1)).await.unwrap();
    assert!(states(&*engine, "ann").await.is_empty());
    // A restart does not bring the session back.
    drop(engine);
    let engine = place.engine().await;
    assert!(states(&*engine, "ann").await.is_empty());
}

pub(crate) async fn one_wrong_time_does_not_stop_time(place: &Place) {
    let engine = place.engine().await;
    talking(&*engine, "3001", "call-1").await;
    // Ten years ahead, milliseconds instead of seconds, and the maximum. Each is repeated, but not long enough to be
    // accepted.
    for wrong in [START + 87_600 * HOUR, START * 1_000, Duration::MAX] {
        for _ in 0..20 {
            engine.tick(wrong).await.unwrap();
        }
        engine.tick(START + 4 * HOUR).await.unwrap();
        assert_eq!(states(&*engine, "ann").await, [pair("call-1", "Talking")], "{wrong:?}");
    }
    engine.tick(START + 4 * HOUR + Duration::from_secs(1)).await.unwrap();
    assert_eq!(states(&*engine, "ann").await, [pair("call-1", "Completed")]);
}

pub(crate) async fn time_goes_on_after_a_pause_of_days(place: &Place) {
    let engine = place.engine().await;
    talking(&*engine, "3001", "call-1").await;
    let mut ticks = 0;
    while states(&*engine, "ann").await == [pair("call-1", "Talking")] {
        ticks += 1;
        assert!(ticks <= 60, "a minute of ticks is not believed");
        engine.tick(START + 72 * HOUR + Duration::from_secs(ticks)).await.unwrap();
    }
    // The engine continues from there: new events have the current time.
    talking(&*engine, "3002", "call-2").await;
    engine.tick(START + 75 * HOUR).await.unwrap();
    assert_eq!(states(&*engine, "bob").await, [pair("call-2", "Talking")]);
    engine.tick(START + 77 * HOUR).await.unwrap();
    assert_eq!(states(&*engine, "bob").await, [pair("call-2", "Completed")]);
}

pub(crate) async fn the_first_time_of_a_start_may_be_any(place: &Place) {
    let engine = place.engine().await;
    talking(&*engine, "3001", "call-1").await;
    drop(engine);
    let engine = place.engine_at(START + 240 * HOUR).await;
    assert_eq!(states(&*engine, "ann").await, [pair("call-1", "Completed")]);
}
