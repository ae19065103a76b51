//! Events are posted.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use futures_util::stream;
use im_session_gateway::engine::FeedPosition;
use im_session_gateway::event_lines::{LONGEST_LINE, MOST_EVENTS, MOST_PAIRS};
use im_session_gateway::http::{LONGEST_EVENTS, MOST_FEEDS};
use serde_json::json;
use tokio::time::timeout;
use tower::ServiceExt;

use crate::support::{Feeds, TOKEN, ringing};

#[tokio::test]
async fn events_are_accepted_line_by_line() {
    let feeds = Feeds::new().await;
    let body = format!(
        "\u{feff}{}\n{}not an event\n{{\"Event\":\"EventRinging\",\"ThisDN\":\"3001\"}}\n{{\"Event\":\"EventRinging\",",
        ringing("call-1"),
        ringing("call-2").replace('\n', "\r\n")
    );
    let (status, answer) = feeds.ask("POST", "/events", body).await;
    assert_eq!((status, &answer["accepted"], &answer["position"]), (StatusCode::OK, &json!(2), &json!(null)));
    let lines: Vec<_> =
        answer["errors"].as_array().unwrap().iter().map(|error| error["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [4, 5, 6], "{answer}");
    for (error, expected) in ["expected a JSON object", "CallUUID", "expected a JSON object"].iter().enumerate() {
        assert!(answer["errors"][error]["error"].as_str().unwrap().contains(expected), "{answer}");
    }
    assert_eq!(feeds.ids().await, ["call-1", "call-2"]);
}

#[tokio::test]
async fn each_line_that_is_no_event_is_named_wherever_it_stands() {
    let feeds = Feeds::new().await;
    let wrong = [
        "garbage",
        "{}",
        "{\"message\":\"EventRinging\"}",
        "[1]",
        "7",
        "\u{0}",
        "12:00:00 message EventRinging",
        "\tAttributeThisDN\t'3001'",
        "{\"Event\":\"EventRinging\",\"ThisDN\":7,\"CallUUID\":\"call-9\"}",
        "{\"Event\":\"EventRinging\",\"ThisDN\":\"3001\",\"CallUUID\":\"a/b\"}",
    ];
    for (call, wrong) in wrong.iter().enumerate() {
        for blank in ["", "\n", " \t\r\n"] {
            let (first, last) = (ringing(&format!("{call}a")), ringing(&format!("{call}b")));
            let (status, answer) = feeds.ask("POST", "/events", format!("{first}{blank}{wrong}\n{last}")).await;
            assert_eq!((status, &answer["accepted"]), (StatusCode::OK, &json!(2)), "{wrong:?}: {answer}");
            let errors = answer["errors"].as_array().unwrap();
            assert_eq!(
                (errors.len(), &errors[0]["line"]),
                (1, &json!(if blank.is_empty() { 2 } else { 3 })),
                "{answer}"
            );
            assert!(errors[0]["error"].as_str().unwrap().contains("expected"), "{wrong:?}: {answer}");
        }
    }
    assert_eq!(feeds.ids().await.len(), 2 * wrong.len());
}

#[tokio::test]
async fn an_array_with_an_object_on_each_line_is_read() {
    let event = |call: &str| ringing(call).trim().to_owned();
    let (first, second, third) = (event("call-1"), event("call-2"), event("call-3"));
    for (body, accepted) in [
        (format!("[\n{first},\n{second} , \r\n{third}\n]\n"), 3),
        (format!("[{first},\n{second}]"), 2),
        (format!(" [ {first} ] "), 1),
        (format!("{first},"), 1),
    ] {
        let feeds = Feeds::new().await;
        let (status, answer) = feeds.ask("POST", "/events", body.clone()).await;
        let expected = json!({"accepted": accepted, "position": null, "errors": []});
        assert_eq!((status, answer), (StatusCode::OK, expected), "{body}");
        assert_eq!(feeds.ids().await, ["call-1", "call-2", "call-3"][..accepted], "{body}");
    }
    let (status, answer) = Feeds::new().await.ask("POST", "/events", "[\n]\n").await;
    assert_eq!((status, &answer["accepted"]), (StatusCode::BAD_REQUEST, &json!(0)), "{answer}");
}

#[tokio::test]
async fn a_body_without_a_line_is_told_what_was_expected() {
    let feeds = Feeds::new().await;
    for body in ["", "\n", "\u{feff}", " \r\n\r\n"] {
        let (status, answer) = feeds.ask("POST", "/events", body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body:?}");
        let errors = json!([{"line": 1, "error": "expected events as JSON lines, found nothing"}]);
        assert_eq!(answer["errors"], errors, "{body:?}");
    }
}

/// The gateway accepts every event that the README lists.
#[tokio::test]
async fn the_events_of_the_readme_are_events() {
    let readme = include_str!("../../README.md");
    let section = readme.split("### The events").nth(1).unwrap().split("\n### ").next().unwrap();
    let lines: Vec<&str> = section.lines().filter(|line| line.starts_with("{\"Event\"")).collect();
    assert!(lines.len() > 12, "{lines:?}");
    let (status, answer) = Feeds::new().await.ask("POST", "/events", lines.join("\n")).await;
    assert_eq!((status, &answer["errors"]), (StatusCode::OK, &json!([])), "{answer}");
    assert_eq!(answer["accepted"], lines.len());
}

#[tokio::test]
async fn a_feed_that_gives_positions_is_not_applied_twice() {
    let feeds = Feeds::new().await;
    let position = json!({"feed": "sip/1", "position": null});
    assert_eq!(feeds.ask("GET", "/events/position?feed=sip%2F1", "").await, (StatusCode::OK, position));
    let post = async |position: u64, call: &str| {
        feeds.ask("POST", &format!("/events?feed=sip%2F1&position={position}"), ringing(call)).await
    };
    assert_eq!(post(7, "call-1").await, (StatusCode::OK, json!({"accepted": 1, "position": 7, "errors": []})));
    let repeated = json!({"accepted": 1, "position": 7, "repeated": 1, "errors": []});
    for position in [7, 6, 0] {
        assert_eq!(post(position, "call-2").await, (StatusCode::OK, repeated.clone()));
    }
    assert_eq!(feeds.ids().await, ["call-1"]);
    assert_eq!(post(8, "call-2").await.0, StatusCode::OK);
    assert_eq!(feeds.ids().await, ["call-1", "call-2"]);
    let position = json!({"feed": "sip/1", "position": 8});
    assert_eq!(feeds.ask("GET", "/events/position?feed=sip%2F1", "").await, (StatusCode::OK, position));
}

#[tokio::test]
async fn a_post_of_nothing_but_wrong_lines_moves_nothing() {
    let feeds = Feeds::new().await;
    for body in [
        "{}",
        "no event\n",
        "12:00:00 started\nand went on\n",
        "\u{0}",
        "{\"Event\":\"EventRinging\"}",
        "\n{\"Event\":\"EventRinging\"}\n",
    ] {
        let (status, answer) = feeds.ask("POST", "/events?feed=a&position=9", body).await;
        assert_eq!((status, &answer["accepted"]), (StatusCode::BAD_REQUEST, &json!(0)), "{body:?}");
    }
    assert_eq!(feeds.ask("GET", "/events/position?feed=a", "").await.1["position"], json!(null));
}

#[tokio::test]
async fn a_position_without_events_moves_the_feed() {
    let feeds = Feeds::new().await;
    for (position, body) in (1..).zip(["", "\n", "\n\r\n"]) {
        let answer = feeds.ask("POST", &format!("/events?feed=a&position={position}"), body).await;
        let expected = json!({"accepted": 0, "position": position, "errors": []});
        assert_eq!(answer, (StatusCode::OK, expected), "{body:?}");
    }
}

#[tokio::test]
async fn the_feed_of_the_simulated_sip_server_is_nobody_elses() {
    let feeds = Feeds::new().await;
    for query in ["feed=simulator&position=9", "feed=simulator", "feed=%73imulator&position=18446744073709551615"] {
        let (status, answer) = feeds.ask("POST", &format!("/events?{query}"), ringing("call-1")).await;
        assert_eq!((status, &answer["statusCode"]), (StatusCode::BAD_REQUEST, &json!(10)), "{query}");
    }
    assert!(feeds.ids().await.is_empty());
    assert_eq!(feeds.engine.feed("simulator".into()).await.unwrap(), None);
}

#[tokio::test]
async fn a_query_that_cannot_be_read_is_refused() {
    let feeds = Feeds::new().await;
    let long = format!("feed={}&position=1", "a".repeat(256));
    for query in [
        "position=1",
        "feed=a&position=-1",
        "feed=a&position=",
        "feed=&position=1",
        "feed=a&position=18446744073709551616",
        &long,
    ] {
        let (status, answer) = feeds.ask("POST", &format!("/events?{query}"), ringing("call-1")).await;
        assert_eq!((status, &answer["statusCode"]), (StatusCode::BAD_REQUEST, &json!(10)), "{query}");
    }
    assert_eq!(feeds.ask("GET", "/events/position", "").await.0, StatusCode::BAD_REQUEST);
    assert!(feeds.ids().await.is_empty());
}

#[tokio::test]
async fn a_body_is_at_most_so_long() {
    let feeds = Feeds::new().await;
    let (status, _) = feeds.ask("POST", "/events", vec![b'\n'; LONGEST_EVENTS + 1]).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_thousand_wrong_lines_are_named_and_the_others_counted() {
    let feeds = Feeds::new().await;
    let body = "{\"Event\":\"EventRinging\"}\n".repeat(1_234);
    let (_, answer) = feeds.ask("POST", "/events", body).await;
    assert_eq!((answer["errors"].as_array().unwrap().len(), &answer["moreErrors"]), (1_000, &json!(234)));
}

#[tokio::test]
async fn a_post_has_so_many_events_and_pairs_and_lines_of_a_mebibyte() {
    let feeds = Feeds::new().await;
    let event = "{\"Event\":\"EventLink\"}\n";
    let (status, answer) = feeds.ask("POST", "/events", event.repeat(MOST_EVENTS)).await;
    assert_eq!((status, &answer["accepted"]), (StatusCode::OK, &json!(MOST_EVENTS)));
    let pairs = |count: usize| {
        let list = "\"\":1,".repeat(count / 2 - 1) + "\"\":1";
        format!(
            "{{\"Event\":\"EventLink\",\"UserData\":{{{list}}}}}\n{{\"Event\":\"EventLink\",\"Extensions\":{{{list}}}}}\n"
        )
    };
    let (status, answer) = feeds.ask("POST", "/events", pairs(MOST_PAIRS)).await;
    assert_eq!((status, &answer["accepted"]), (StatusCode::OK, &json!(2)));
    for body in [event.repeat(MOST_EVENTS + 1), pairs(MOST_PAIRS + 2)] {
        let body = format!("{}{body}", ringing("call-1"));
        let (status, answer) = feeds.ask("POST", "/events?feed=pbx&position=1", body).await;
        assert_eq!((status, &answer["statusCode"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!(10)), "{answer}");
    }
    assert!(feeds.ids().await.is_empty(), "none of it is applied");
    assert_eq!(feeds.ask("GET", "/events/position?feed=pbx", "").await.1["position"], json!(null));
    let long = format!("{{\"Event\":\"EventLink\",\"ThisDN\":\"{}\"}}\n", "x".repeat(LONGEST_LINE));
    let (status, answer) =
        feeds.ask("POST", "/events", format!("{}{long}{}", ringing("call-2"), ringing("call-3"))).await;
    assert_eq!((status, &answer["accepted"], &answer["errors"][0]["line"]), (StatusCode::OK, &json!(2), &json!(2)));
    let error = answer["errors"][0]["error"].as_str().unwrap();
    assert!(error.starts_with("expected a line of at most 1048576 bytes"), "{error}");
    assert_eq!(feeds.ids().await, ["call-2", "call-3"]);
}

#[tokio::test]
async fn a_position_is_kept_of_as_many_feeds_as_the_limit() {
    let feeds = Feeds::new().await;
    let at = |feed: usize, position: usize| format!("/events?feed=f{feed}&position={position}");
    for feed in 0..MOST_FEEDS {
        let position = FeedPosition::new(format!("f{feed}"), 1);
        feeds.engine.events(Some(position), Vec::new()).await.unwrap();
    }
    let (status, answer) = feeds.ask("POST", &at(MOST_FEEDS, 1), ringing("call-1")).await;
    assert_eq!((status, &answer["statusCode"]), (StatusCode::BAD_REQUEST, &json!(10)), "{answer}");
    assert!(answer["statusMessage"].as_str().unwrap().contains("1024 feeds"), "{answer}");
    assert!(feeds.ids().await.is_empty());
    let (status, answer) = feeds.ask("POST", &at(7, 2), ringing("call-1")).await;
    assert_eq!((status, &answer["position"]), (StatusCode::OK, &json!(2)), "one that is known goes on");
    assert_eq!(feeds.ask("POST", "/events", ringing("call-2")).await.0, StatusCode::OK, "also one without");
}

#[tokio::test(start_paused = true)]
async fn a_byte_of_a_body_reserves_the_room_of_the_events_that_it_may_stand_for() {
    const MIB: usize = 1_024 * 1_024;
    let feeds = Feeds::new().await;
    let post = |length: usize, body: Body| {
        let request = Request::post("/events").header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
        let request = request.header(header::CONTENT_LENGTH, length).body(body).unwrap();
        Box::pin(timeout(Duration::from_secs(1), feeds.routes.clone().oneshot(request)))
    };
    for (length, waits) in [(MIB, true), (MIB / 2, false)] {
        // It states its length and never arrives.
        let stalled = Body::from_stream(stream::pending::<Result<String, std::io::Error>>());
        let mut stalled = post(length, stalled);
        assert!(stalled.as_mut().await.is_err());
        let event = ringing("call-1");
        let other = post(event.len(), event.into()).await;
        assert_eq!(other.is_err(), waits, "{length}");
    }
}

#[tokio::test(start_paused = true)]
async fn bodies_of_events_wait_until_there_is_room() {
    let feeds = Feeds::new().await;
    // The request does not state its length, so it reserves all the room.
    let (pieces, body) = tokio::sync::mpsc::unbounded_channel::<Result<String, std::io::Error>>();
    let body = Body::from_stream(stream::unfold(body, async |mut body| body.recv().await.map(|piece| (piece, body))));
    let token = format!("Bearer {TOKEN}");
    let mut first = Box::pin(feeds.send("POST", "/events", Some(&token), body));
    pieces.send(Ok(ringing("call-1"))).unwrap();
    assert!(timeout(Duration::from_secs(1), &mut first).await.is_err(), "its end is missing");
    let mut second = Box::pin(feeds.send("POST", "/events", Some(&token), ringing("call-2")));
    assert!(timeout(Duration::from_secs(1), &mut second).await.is_err(), "it waits");
    drop(pieces);
    assert_eq!(first.await.status(), StatusCode::OK);
    assert_eq!(second.await.status(), StatusCode::OK);
    assert_eq!(feeds.ids().await, ["call-1", "call-2"]);
}
