//! The log contains no texts of agents, at any level, unless that is enabled.

use serde_json::Value;

use crate::program::{Running, exchange};

const USER_DATA: &str = "the-invoice-of-the-customer";
const TEXT: &str = "my-credit-card-is-lost";

/// Two agents chat. Returns the log.
fn log_of_a_chat(options: &[&str]) -> Vec<String> {
    let mut gateway = Running::start(&[&["--no-csrf", "--simulator-seed", "1"], options].concat());
    let post = |path: &str, body: &str| {
        let head = format!("POST {path} HTTP/1.1\r\nAuthorization: Basic YWdlbnQzMDAxOmRlbW8=");
        let answer = exchange(gateway.connect(), &head, body);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer
    };
    let get = |path: &str| {
        let head = format!("GET {path} HTTP/1.1\r\nAuthorization: Basic YWdlbnQzMDAxOmRlbW8=");
        exchange(gateway.connect(), &head, "")
    };
    let initiate = format!(
        r#"{{"operationName":"InitiateIMSession","destination":{{"phoneNumber":"3002"}},"userData":{{"topic":"{USER_DATA}"}}}}"#
    );
    post("/api/v2/me/im-sessions", &initiate);
    let id = loop {
        let list = get("/api/v2/me/im-sessions?fields=id,userData&state=Talking");
        if let Some((_, id)) = list.split_once(r#""id":""#) {
            assert!(list.contains(USER_DATA), "{list}");
            break id.split('"').next().unwrap().to_owned();
        }
    };
    let send = format!(
        r#"{{"operationName":"SendMessage","text":"{TEXT}","destination":{{"phoneNumber":"3002"}},"devicePath":"/devices/1"}}"#
    );
    post(&format!("/api/v2/me/im-sessions/{id}"), &send);
    // An unreadable body is not logged, either.
    exchange(gateway.connect(), "POST /api/v2/me HTTP/1.1\r\nAuthorization: Basic YWdlbnQzMDAxOmRlbW8=", TEXT);
    gateway.signal("TERM");
    gateway.child.wait().unwrap();
    gateway.rest_of_the_log()
}

#[test]
fn texts_and_user_data_are_not_in_it_even_where_everything_is_traced() {
    for format in ["text", "json"] {
        let log = log_of_a_chat(&["--log-format", format]);
        assert!(log.iter().any(|line| line.contains("ending")), "{log:?}");
        for line in &log {
            assert!(!line.contains(USER_DATA) && !line.contains(TEXT), "{line}");
        }
    }
}

#[test]
fn they_are_in_it_where_they_are_asked_for() {
    let log = log_of_a_chat(&["--log-contents", "--log-format", "json"]);
    for what in [USER_DATA, TEXT] {
        assert!(log.iter().any(|line| line.contains(what)), "{what}");
    }
}

#[test]
fn as_json_each_line_is_an_object() {
    let log = log_of_a_chat(&["--log-format", "json"]);
    for line in &log {
        let Ok(Value::Object(line)) = serde_json::from_str(line) else { panic!("{line}") };
        assert!(["timestamp", "level", "target", "message"].iter().all(|name| line.contains_key(*name)), "{line:?}");
    }
}
