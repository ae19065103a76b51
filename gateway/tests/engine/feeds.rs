//! Feeds give positions, so that nothing is applied twice.

use im_session_gateway::engine::FeedPosition;

use crate::place::{Place, pair, received, simple, states};

/// Twice the same message: without numbers the events themselves do not tell.
fn message() -> im_session::Event<'static> {
    simple("PrivateInfo", "3001", "call-1").with_extensions([("text", "hello")].into_iter().collect())
}

pub(crate) async fn a_batch_is_applied_once(place: &Place) {
    let engine = place.engine().await;
    let mut outgoing = engine.outgoing();
    let at = |position| Some(FeedPosition::new("sip", position));
    let begin = vec![simple("Ringing", "3001", "call-1"), simple("Established", "3001", "call-1"), message()];
    assert_eq!(engine.events(at(7), begin.clone()).await.unwrap().len(), 3);
    assert_eq!(received(&mut outgoing).len(), 3);

    // Sent again, and one from before: answered in the same way, not applied.
    assert_eq!(engine.events(at(7), begin.clone()).await.unwrap(), [Ok(()), Ok(()), Ok(())]);
    assert_eq!(engine.events(at(6), begin).await.unwrap(), [Ok(()), Ok(()), Ok(())]);
    assert_eq!(received(&mut outgoing).len(), 0);
    assert_eq!(engine.feed("sip".into()).await.unwrap(), at(7));

    assert_eq!(engine.events(at(8), vec![message()]).await.unwrap(), [Ok(())]);
    assert_eq!(received(&mut outgoing).len(), 1);
    assert_eq!(engine.feed("sip".into()).await.unwrap(), at(8));
}

pub(crate) async fn feeds_have_positions_of_their_own(place: &Place) {
    let engine = place.engine().await;
    assert_eq!(engine.feed("one".into()).await.unwrap(), None);
    for (feed, call) in [("one", "call-1"), ("other", "call-2")] {
        let events = vec![simple("Ringing", "3002", call)];
        assert_eq!(engine.events(Some(FeedPosition::new(feed, 1)), events).await.unwrap(), [Ok(())]);
    }
    assert_eq!(states(&*engine, "bob").await, [pair("call-1", "Alerting"), pair("call-2", "Alerting")]);
    // A batch without events moves the position as well: of a log whose lines were no events.
    assert_eq!(engine.events(Some(FeedPosition::new("one", 9)), vec![]).await.unwrap(), []);
    assert_eq!(engine.feed("one".into()).await.unwrap(), Some(FeedPosition::new("one", 9)));
    assert_eq!(engine.feed("other".into()).await.unwrap(), Some(FeedPosition::new("other", 1)));
}

pub(crate) async fn a_feed_keeps_a_note(place: &Place) {
    let engine = place.engine().await;
    let noted = |position, note: &str| {
        Some(FeedPosition { note: Some(note.into()), ..FeedPosition::new("simulator", position) })
    };
    let events = || vec![simple("Ringing", "3001", "call-1"), simple("Ringing", "3002", "call-1")];
    assert_eq!(engine.events(noted(1, "one call"), events()).await.unwrap().len(), 2);
    assert_eq!(engine.events(noted(1, "not applied"), events()).await.unwrap().len(), 2);
    assert_eq!(engine.feed("simulator".into()).await.unwrap(), noted(1, "one call"));
}
