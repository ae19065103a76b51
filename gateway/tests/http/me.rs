//! Who is signed in, and what may be posted there?

use serde_json::{Value, json};

use super::support::House;

async fn me(query: &str) -> Value {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let answer = house.get(&format!("/api/v2/me{query}")).cookie(&caller.cookie).send().await;
    assert_eq!(answer.header("content-type").unwrap(), "application/json");
    answer.json()
}

#[tokio::test]
async fn the_user_alone() {
    let expected = json!({"statusCode": 0, "user": {
        "id": "agent3001", "userName": "agent3001", "firstName": "Ann", "lastName": "Demo", "enabled": true,
        "uri": "http://127.0.0.1:8090/api/v2/users/agent3001", "path": "/users/agent3001"}});
    for query in ["", "?", "?subresources=", "?subresources=new,other", "?fields=*", "?subresources"] {
        assert_eq!(me(query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn the_user_with_what_a_client_asks_for() {
    let devices = json!([{"id": "1", "deviceType": "Extension", "phoneNumber": "3001", "devicePath": "/devices/1",
        "capabilities": []}]);
    let (channels, features) = (json!([{"channel": "voice"}]), json!([{"id": "api-voice-instant-messaging"}]));
    let operations =
        ["InitiateIMSession", "SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"];
    let settings = json!({"permittedOperations": operations, "supervisor": false});
    let all = "?subresources=features,devices,channels,settings";
    for query in
        [all, "?subresources=*", "?subresources=%2A", "?x=y&subresources=settings%2Cdevices,features,new,channels"]
    {
        let user = me(query).await["user"].take();
        assert_eq!((&user["devices"], &user["channels"]), (&devices, &channels), "{query}");
        assert_eq!((&user["features"], &user["settings"]), (&features, &settings), "{query}");
    }
    let user = me("?subresources=devices").await["user"].take();
    assert_eq!((&user["devices"], user.get("channels"), user.get("features")), (&devices, None, None));
}

#[tokio::test]
async fn the_beginning_and_the_end_of_work() {
    let house = House::new();
    let caller = house.sign_in("agent3001").await;
    let answers = [
        (r#"{"operationName":"StartContactCenterSession","channels":["voice"]}"#, (200, 0)),
        (r#"{"operationName":"StartContactCenterSession"}"#, (200, 0)),
        (r#" {"operationName":"StartContactCenterSession","new":[{}]} "#, (200, 0)),
        (r#"{"operationName":"EndContactCenterSession"}"#, (200, 0)),
        (r#"{"operationName":"Ready"}"#, (403, 3)),
        (r#"{"operationName":7}"#, (403, 3)),
        (r#"{"operationName":"startcontactcentersession"}"#, (403, 3)),
        (r#"{"operationName":null}"#, (400, 1)),
        ("{}", (400, 1)),
        ("", (400, 10)),
        ("[]", (400, 10)),
        ("7", (400, 10)),
        ("{", (400, 10)),
        (r#"{"operationName":"StartContactCenterSession"} x"#, (400, 10)),
        (r#"{"operationName":"EndContactCenterSession","signOut":"yes"}"#, (400, 10)),
    ];
    for (body, codes) in answers {
        assert_eq!(house.post("/api/v2/me", body).of(&caller).send().await.codes(), codes, "{body}");
    }
    let deep = "[".repeat(30_000);
    assert_eq!(house.post("/api/v2/me", deep).of(&caller).send().await.codes(), (400, 10));
}
