//! Are sessions passed to the engine and back unchanged?

use serde_json::json;

use super::support::{House, ID, SECRET};

#[tokio::test]
async fn lists_and_single_sessions_with_fields_and_filters() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let uri = format!("http://127.0.0.1:8090/api/v2/im-sessions/{ID}");
    let read = |path: String| house.get(&path).cookie(&caller.cookie).send();
    assert_eq!(read("/api/v2/me/im-sessions".into()).await.json(), json!({"statusCode": 0, "uris": [uri]}));
    let list = read("/api/v2/me/im-sessions?fields=id,userData&state=Talk%69ng".into()).await.json();
    assert_eq!(list, json!({"statusCode": 0, "imSessions": [{"id": ID, "userData": {"note": SECRET}}]}));
    let none = read("/api/v2/me/im-sessions?fields=*&state=Alerting".into()).await.json();
    assert_eq!(none, json!({"statusCode": 0, "imSessions": []}));
    for path in [format!("/api/v2/me/im-sessions/{ID}"), format!("/api/v2/im-sessions/{ID}")] {
        let session = read(path).await.json();
        assert_eq!((&session["statusCode"], &session["imSession"]["uri"]), (&json!(0), &json!(uri)));
        assert_eq!(session["imSession"]["state"], "Talking");
    }
}

#[tokio::test]
async fn all_six_operations() {
    let house = House::new();
    let (talking, free) = (house.sign_in("agent3001").await, house.sign_in("agent3002").await);
    let initiate = r#"{"operationName":"InitiateIMSession","destination":{"phoneNumber":"3009"}}"#;
    let answer = house.post("/api/v2/me/im-sessions", initiate).of(&free).send().await;
    assert_eq!(answer.json(), json!({"statusCode": 0}));
    let path = format!("/api/v2/me/im-sessions/{ID}");
    let operations = [
        r#"{"operationName":"SendMessage","text":"hi","destination":{"phoneNumber":"3009"},"devicePath":"/devices/1"}"#,
        r#"{"operationName":"AttachUserData","userData":{"a":"b"}}"#,
        r#"{"operationName":"UpdateUserData","userData":{"note":"c"}}"#,
        r#"{"operationName":"DeleteUserData","key":"note"}"#,
        r#"{"operationName":"Complete"}"#,
    ];
    for body in operations {
        // The Content-Type does not matter.
        let question = house.post(&path, body).of(&talking).header("content-type", "text/plain");
        assert_eq!(question.send().await.codes(), (200, 0), "{body}");
    }
    assert_eq!(house.engine.operations.lock().unwrap().len(), 6);
}

#[tokio::test]
async fn refusals_have_the_http_status_of_their_status_code() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let list = "/api/v2/me/im-sessions".to_owned();
    let session = format!("{list}/{ID}");
    let initiate = r#"{"operationName":"InitiateIMSession","destination":{"phoneNumber":"3009"}}"#;
    let answers = [
        (&list, initiate, (409, 2)),
        (&list, r#"{"operationName":"InitiateIMSession"}"#, (400, 1)),
        (&list, "nothing", (400, 10)),
        (&list, r#"{"operationName":"Complete"}"#, (403, 3)),
        (&session, r#"{"operationName":"DeleteUserData","key":"new"}"#, (400, 10)),
        (&format!("{list}/000"), r#"{"operationName":"Complete"}"#, (404, 6)),
    ];
    for (path, body, codes) in answers {
        assert_eq!(house.post(path, body).of(&caller).send().await.codes(), codes, "{path} {body}");
    }
    let supervisor = house.sign_in("supervisor").await;
    let answer = house.post(&session, r#"{"operationName":"Complete"}"#).of(&supervisor).send().await;
    assert_eq!(answer.codes(), (403, 5), "no right");
}

#[tokio::test]
async fn an_id_that_is_no_text_is_nobodys() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    for id in ["%FF", "%00", "..", "a%2Fb", &"x".repeat(5_000)] {
        let answer = house.get(&format!("/api/v2/me/im-sessions/{id}")).cookie(&caller.cookie).send().await;
        assert_eq!(answer.codes(), (404, 6), "{id:.20}");
        let body = r#"{"operationName":"Complete"}"#;
        let answer = house.post(&format!("/api/v2/me/im-sessions/{id}"), body).of(&caller).send().await;
        assert_eq!(answer.codes(), (404, 6), "{id:.20}");
    }
}
