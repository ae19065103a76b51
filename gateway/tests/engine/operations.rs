//! Operations go through the same stream as events.

use im_session::StatusCode;

use crate::place::{Place, agent, json, operate, talking};

pub(crate) const INITIATE: &str = r#"{"operationName":"InitiateIMSession","destination":{"phoneNumber":"3002"}}"#;

pub(crate) async fn an_operation_is_answered_and_makes_a_request(place: &Place) {
    let engine = place.engine().await;
    let reply = operate(&*engine, "ann", None, INITIATE).await;
    assert_eq!((reply.status, json(&reply.body)), (StatusCode::Ok, serde_json::json!({"statusCode": 0})));
    talking(&*engine, "3002", "call-1").await;
    let reply = operate(&*engine, "bob", Some("call-1"), r#"{"operationName":"Complete"}"#).await;
    assert_eq!(reply.status, StatusCode::Ok);

    let requests = engine.requests(0).await.unwrap();
    let seen: Vec<_> =
        requests.iter().map(|one| (one.offset, one.request.name.name(), &*one.request.this_dn)).collect();
    assert_eq!(seen, [(1, "RequestMakeCall", "3001"), (2, "RequestReleaseCall", "3002")]);
    assert_eq!(requests[0].request.other_dn.as_deref(), Some("3002"));
    assert_eq!(requests[1].request.conn_id.unwrap().0, 0x3002);
}

pub(crate) async fn a_refused_operation_makes_none(place: &Place) {
    let engine = place.engine().await;
    talking(&*engine, "5001", "call-1").await;
    let send =
        r#"{"operationName":"SendMessage","text":"t","destination":{"phoneNumber":"9"},"devicePath":"/devices/1"}"#;
    for (who, call, body, expected) in [
        ("ann", None, "no JSON", StatusCode::InputValidation),
        ("ann", None, "{}", StatusCode::ParameterMissing),
        ("ann", None, r#"{"operationName":"Dance"}"#, StatusCode::OperationForbidden),
        ("low", Some("call-1"), send, StatusCode::NoPermission),
        ("two", None, INITIATE, StatusCode::ParameterMissing),
    ] {
        let reply = operate(&*engine, who, call, body).await;
        assert_eq!(reply.status, expected, "{body}");
        assert_eq!(json(&reply.body)["statusCode"], expected.code());
    }
    assert!(engine.requests(0).await.unwrap().is_empty());
}

pub(crate) async fn a_second_initiate_is_refused_while_the_first_is_in_flight(place: &Place) {
    let engine = place.engine().await;
    // The two operations are concurrent, as with a double click.
    let (one, other) = tokio::join!(operate(&*engine, "ann", None, INITIATE), operate(&*engine, "ann", None, INITIATE));
    let mut statuses = [one.status, other.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::Ok, StatusCode::InvalidState]);
    assert_eq!(engine.requests(0).await.unwrap().len(), 1);
}

pub(crate) async fn another_agents_session_is_not_found(place: &Place) {
    let engine = place.engine().await;
    talking(&*engine, "3001", "call-1").await;
    for who in ["bob", "two", "low"] {
        let reply = engine.read(agent(who), "call-1".into(), String::new()).await.unwrap();
        assert_eq!(reply.status, StatusCode::NotFound, "{who}");
        let reply = operate(&*engine, who, Some("call-1"), r#"{"operationName":"Complete"}"#).await;
        assert_eq!(reply.status, StatusCode::NotFound, "{who}");
        assert!(engine.present(agent(who)).await.unwrap().sessions.is_empty(), "{who}");
    }
    assert!(engine.requests(0).await.unwrap().is_empty());
}
