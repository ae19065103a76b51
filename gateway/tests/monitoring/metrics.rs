//! Which metrics exist, and do they reflect what happened?

use im_session_gateway::engine::FeedPosition;

use crate::support::House;

const RINGING: &str = r#"{"Event":"EventRinging","ThisDN":"3001","OtherDN":"3009","CallUUID":"007","ConnID":"6f"}"#;
const ESTABLISHED: &str =
    r#"{"Event":"EventEstablished","ThisDN":"3001","OtherDN":"3009","CallUUID":"007","ConnID":"6f"}"#;

impl House {
    /// The value of a sample, with its labels.
    async fn metric(&self, name: &str) -> Option<f64> {
        let answer = self.get("/metrics").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        let is_it = |line: &str| line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')?.parse().ok());
        answer.text.lines().find_map(is_it)
    }

    async fn are(&self, expected: &[(&str, f64)]) {
        for (name, value) in expected {
            assert_eq!(self.metric(&format!("im_session_gateway_{name}")).await, Some(*value), "{name}");
        }
    }
}

#[tokio::test]
async fn sessions_events_and_refusals_are_counted() {
    let house = House::new().await;
    house.events(None, &[RINGING, ESTABLISHED, ESTABLISHED]).await;
    house.events(None, &[r#"{"Event":"EventReleased","ThisDN":"3001","CallUUID":"008"}"#]).await;
    house
        .are(&[
            ("ready", 1.0),
            (r#"sessions{state="Talking"}"#, 1.0),
            (r#"sessions{state="Completed"}"#, 0.0),
            (r#"events_total{outcome="changed"}"#, 2.0),
            (r#"events_total{outcome="unchanged"}"#, 1.0),
            (r#"events_rejected_total{reason="orphan"}"#, 1.0),
        ])
        .await;
}

#[tokio::test]
async fn operations_are_counted_by_name_and_status_code() {
    let house = House::new().await;
    house.events(None, &[RINGING, ESTABLISHED]).await;
    for (path, body) in [
        ("/api/v2/me/im-sessions/007", r#"{"operationName":"Complete"}"#),
        ("/api/v2/me/im-sessions/008", r#"{"operationName":"Complete"}"#),
        ("/api/v2/me/im-sessions/007", r#"{"operationName":"Explode"}"#),
        ("/api/v2/me/im-sessions/007", "no JSON"),
    ] {
        house.post(path, body).await;
    }
    house
        .are(&[
            (r#"operations_total{operation="Complete",status_code="0"}"#, 1.0),
            (r#"operations_total{operation="Complete",status_code="6"}"#, 1.0),
            (r#"operations_total{operation="unknown",status_code="10"}"#, 1.0),
            ("requests_total", 1.0),
        ])
        .await;
}

#[tokio::test]
async fn feeds_tell_how_far_they_are() {
    let house = House::new().await;
    house.events(Some(FeedPosition::new("mine", 7)), &[RINGING]).await;
    house.events(Some(FeedPosition::new("a \"b\" \\ c\n", 9)), &[ESTABLISHED]).await;
    house.are(&[(r#"feed_position{feed="mine"}"#, 7.0), (r#"feed_position{feed="a \"b\" \\ c\n"}"#, 9.0)]).await;
}

#[tokio::test]
async fn commits_have_buckets_that_add_up() {
    let house = House::new().await;
    house.events(None, &[RINGING]).await;
    let before = house.metric("im_session_gateway_commit_duration_seconds_count").await.unwrap();
    house.events(None, &[ESTABLISHED]).await;
    let after = house.metric("im_session_gateway_commit_duration_seconds_count").await.unwrap();
    assert_eq!(after - before, 1.0);
    let all = house.metric("im_session_gateway_commit_duration_seconds_bucket{le=\"+Inf\"}").await;
    assert_eq!(all, Some(after));
    assert!(house.metric("im_session_gateway_commit_duration_seconds_sum").await.unwrap() > 0.0);
}

#[tokio::test]
async fn requests_over_http_are_counted_by_class_and_while_they_last() {
    let house = House::new().await;
    house.get("/api/v2/nothing").await;
    house.get("/healthz").await;
    // This request is itself in flight.
    house
        .are(&[
            (r#"http_requests_total{class="4xx"}"#, 1.0),
            (r#"http_requests_total{class="5xx"}"#, 0.0),
            ("http_requests_in_flight", 1.0),
        ])
        .await;
}

#[tokio::test]
async fn clients_of_cometd_and_what_waits_for_them_are_counted() {
    let house = House::new().await;
    let shake = r#"[{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["long-polling"]}]"#;
    assert_eq!(house.post_with_cookie("/api/v2/notifications", shake).await.status, 200);
    house.are(&[("cometd_clients", 1.0), ("cometd_held_connects", 0.0), ("cometd_queued_messages", 0.0)]).await;
}

#[tokio::test]
async fn every_metric_has_a_name_of_ours_a_help_and_a_type() {
    let house = House::new().await;
    house.events(Some(FeedPosition::new("mine", 7)), &[RINGING]).await;
    let text = house.get("/metrics").await.text;
    let (mut family, mut samples) = (String::new(), 0);
    let mut families = std::collections::BTreeSet::new();
    for line in text.lines() {
        let words: Vec<&str> = line.splitn(4, ' ').collect();
        match words[..] {
            ["#", "HELP", name, help] => {
                assert!(name.starts_with("im_session_gateway_") && help.ends_with('.'), "{line}");
                assert!(families.insert(name.to_owned()), "twice: {line}");
                family = name.to_owned();
            }
            ["#", "TYPE", name, kind] => {
                assert_eq!(name, family);
                assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            }
            _ => {
                let name = line.split(['{', ' ']).next().unwrap();
                let suffix = name.strip_prefix(&*family).unwrap_or_else(|| panic!("{line} after {family}"));
                assert!(["", "_bucket", "_sum", "_count"].contains(&suffix), "{line}");
                assert!(line.rsplit(' ').next().unwrap().parse::<f64>().unwrap() >= 0.0, "{line}");
                samples += 1;
            }
        }
    }
    assert!(text.ends_with('\n') && families.len() >= 13 && samples > 40, "{text}");
}
