//! Requests are fetched.

use axum::http::StatusCode;
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::support::{Feeds, TOKEN, ringing};

const COMPLETE: &str = r#"{"operationName":"Complete"}"#;

/// The stream of requests.
struct Reader(axum::body::BodyDataStream);

impl Reader {
    async fn new(feeds: &Feeds, uri: &str) -> Self {
        let response = feeds.send("GET", uri, Some(&format!("Bearer {TOKEN}")), "").await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "application/x-ndjson");
        Reader(response.into_body().into_data_stream())
    }

    /// The next line that is not empty.
    async fn next(&mut self) -> Option<Value> {
        loop {
            let line = self.0.next().await?.unwrap();
            assert_eq!(line.last(), Some(&b'\n'));
            if line.len() > 1 {
                return Some(serde_json::from_slice(&line).unwrap());
            }
        }
    }
}

#[tokio::test]
async fn requests_come_as_they_are_made() {
    let feeds = Feeds::new().await;
    feeds.ask("POST", "/events", ringing("call-1")).await;
    feeds.operate(Some("call-1"), COMPLETE).await;
    let mut reader = Reader::new(&feeds, "/requests").await;
    let first = reader.next().await.unwrap();
    let expected = json!({"offset": 1, "Request": "RequestReleaseCall", "RequestNumber": 17, "ThisDN": "3001",
        "ConnID": "0000000000000001", "ReferenceID": first["ReferenceID"]});
    assert_eq!(first, expected);
    // The reader is waiting, and the new request wakes it.
    let (second, ()) = tokio::join!(reader.next(), feeds.operate(Some("call-1"), COMPLETE));
    assert_eq!(second.unwrap()["offset"], 2);

    // The stream begins at an offset. Confirmed requests are gone.
    assert_eq!(Reader::new(&feeds, "/requests?from=2").await.next().await.unwrap()["offset"], 2);
    let (status, answer) = feeds.ask("POST", "/requests/confirm", r#"{"offset":1}"#).await;
    assert_eq!((status, answer), (StatusCode::OK, json!({"statusCode": 0})));
    assert_eq!(Reader::new(&feeds, "/requests?from=0").await.next().await.unwrap()["offset"], 2);

    // When the gateway ends, its streams end.
    feeds.ending.send_replace(true);
    assert_eq!(reader.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_reader_hears_that_the_connection_is_there() {
    let feeds = Feeds::new().await;
    let mut reader = Reader::new(&feeds, "/requests").await;
    assert_eq!(reader.0.next().await.unwrap().unwrap(), "\n");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let feeds = Feeds::new().await;
    for body in ["", "1", r#"{"offset":-1}"#, r#"{"offset":"1"}"#, "{}"] {
        assert_eq!(feeds.ask("POST", "/requests/confirm", body).await.0, StatusCode::BAD_REQUEST, "{body}");
    }
    assert_eq!(feeds.ask("GET", "/requests?from=x", "").await.0, StatusCode::BAD_REQUEST);
    // There are no requests yet.
    assert_eq!(feeds.ask("POST", "/requests/confirm", r#"{"offset":9}"#).await.0, StatusCode::OK);
}
