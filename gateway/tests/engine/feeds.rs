//! Feeds give positions, so that no event is applied twice.

use im_session_gateway::engine::FeedPosition;

use crate::place::{Place, pair, received, simple, states};

/// The same message twice. It has no sequence number, so only the position shows the repetition.
fn message() -> im_session::Event<'static> {
    simple("PrivateInfo", "3001", "call-1").with_extensions([("text", "hello")].into_iter().collect())
}

pub(crate) async fn a_batch_is_applied_once(place: &Place) {
    let engine = place.engine().await;
    let mut outgoing = engine.outgoing();
    let at = |position| Some(FeedPosition::new("sip", position));
    let begin = vec![simple("Ringing", "3001", "call-1"), simple("Established", "3001", "call-1"), message()];
    assert_eq!(engine.events(at(7), begin.clone()).await.unwrap().results.len(), 3);
    assert_eq!(received(&mut outgoing).len(), 3);

    // The same batch again, and an earlier one. Both get the same answer, and are not applied.
    assert_eq!(engine.events(at(7), begin.clone()).await.unwrap().results, [Ok(()), Ok(()), Ok(())]);
    assert_eq!(engine.events(at(6), begin).await.unwrap().results, [Ok(()), Ok(()), Ok(())]);
    assert_eq!(received(&mut outgoing).len(), 0);
    assert_eq!(engine.feed("sip".into()).await.unwrap(), at(7));

    assert_eq!(engine.events(at(8), vec![message()]).await.unwrap().results, [Ok(())]);
    assert_eq!(received(&mut outgoing).len(), 1);
    assert_eq!(engine.feed("sip".into()).await.unwrap(), at(8));
}

pub(crate) async fn feeds_have_positions_of_their_own(place: &Place) {
    let engine = place.engine().await;
    assert_eq!(engine.feed("one".into()).await.unwrap(), None);
    for (feed, call) in [("one", "call-1"), ("other", "call-2")] {
        let events = vec![simple("Ringing", "3002", call)];
        assert_eq!(engine.events(Some(FeedPosition::new(feed, 1)), events).await.unwrap().results, [Ok(())]);
    }
    assert_eq!(states(&*engine, "bob").await, [pair("call-1", "Alerting"), pair("call-2", "Alerting")]);
    // A batch without events also moves the position. This happens if the lines of a log contain no events.
    assert_eq!(engine.events(Some(FeedPosition::new("one", 9)), vec![]).await.unwrap().results, []);
    assert_eq!(engine.feed("one".into()).await.unwrap(), Some(FeedPosition::new("one", 9)));
    assert_eq!(engine.feed("other".into()).await.unwrap(), Some(FeedPosition::new("other", 1)));
}

pub(crate) async fn a_feed_keeps_a_note(place: &Place) {
    let engine = place.engine().await;
    let noted = |position, note: &str| {
        Some(FeedPosition { note: Some(note.into()), ..FeedPosition::new("simulator", position) })
    };
    let events = || vec![simple("Ringing", "3001", "call-1"), simple("Ringing", "3002", "call-1")];
    assert_eq!(engine.events(noted(1, "one call"), events()).await.unwrap().results.len(), 2);
    assert_eq!(engine.events(noted(1, "not applied"), events()).await.unwrap().results.len(), 2);
    assert_eq!(engine.feed("simulator".into()).await.unwrap(), noted(1, "one call"));
}

pub(crate) async fn a_batch_from_before_is_applied_nowhere_and_answered_with_the_feeds_position(place: &Place) {
    let engine = place.engine().await;
    let at = |position| Some(FeedPosition::new("sip", position));
    let applied = engine.events(at(7), vec![simple("Ringing", "3001", "call-1")]).await.unwrap();
    assert_eq!((applied.position, applied.repeated), (Some(7), false));
    // Includes DNs of other shards. Those shards do not know the position, because the batch had no event for them.
    for (position, dn) in [(7, "3001"), (6, "3002"), (5, "4001"), (1, "5001")] {
        let applied = engine.events(at(position), vec![simple("Ringing", dn, "late")]).await.unwrap();
        assert_eq!((applied.position, applied.repeated, &*applied.results), (Some(7), true, &[Ok(())][..]), "{dn}");
    }
    for who in ["bob", "two", "low"] {
        assert!(states(&*engine, who).await.is_empty(), "{who}");
    }
    assert_eq!(engine.events(None, vec![]).await.unwrap().position, None);
}
