//! Why is an operation not possible? The page derives the text (`pages/words.js`), and the library defines the rule.
//! Both are compared with one table: the library here, and the page in `gateway/check/pages`.

use im_session::{Agent, BaseUri, Event, Operation, Operations, Query, Sessions, State};
use serde_json::{Value, json};

const HISTORIES: [(State, &[&str]); 4] = [
    (State::Initiating, &["EventDialing"]),
    (State::Alerting, &["EventRinging"]),
    (State::Talking, &["EventRinging", "EventEstablished"]),
    (State::Completed, &["EventRinging", "EventEstablished", "EventReleased"]),
];

/// One row of the table: the page's data, and the reason.
fn row(state: State, history: &[&str], user_data: bool, operation: Operation, has_right: bool) -> Value {
    let mut sessions = Sessions::new(BaseUri::new("http://127.0.0.1:8090"));
    let user_data = if user_data { r#","UserData":{"k":"v"}"# } else { "" };
    for name in history {
        let line = format!(r#"{{"Event":"{name}","ThisDN":"3001","CallUUID":"A"{user_data}}}"#);
        assert!(sessions.handle_event(&Event::from_json_line(&line).unwrap()).unwrap().outcome().is_accepted());
    }
    let rights: Operations = Operation::ALL.into_iter().filter(|&other| has_right || other != operation).collect();
    let me = Agent::new().with_device("/devices/1", "3001").with_rights(rights);
    let mut session =
        serde_json::to_value(sessions.read(&me, "A", &Query::parse("fields=capabilities,state,userData")).unwrap())
            .unwrap();
    assert_eq!(session["imSession"]["state"], state.name());
    let permitted: Vec<&str> = rights.iter().map(Operation::name).collect();
    let why_not = sessions.why_not(&me, "A", None, operation).unwrap().map(|why_not| why_not.name());
    json!({"session": session["imSession"].take(), "permitted": permitted, "operation": operation.name(), "whyNot": why_not})
}

#[test]
fn the_table_says_what_the_library_says() {
    let mut rows = Vec::new();
    for (state, history) in HISTORIES {
        for user_data in [false, true] {
            for operation in Operation::ALL.into_iter().filter(|&operation| operation != Operation::InitiateIMSession) {
                for has_right in [true, false] {
                    rows.push(row(state, history, user_data, operation, has_right).to_string());
                }
            }
        }
    }
    let table = format!("[\n{}\n]\n", rows.join(",\n"));
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pages/why_not.json");
    if std::env::var_os("WRITE_WHY_NOT").is_some() {
        std::fs::write(file, &table).unwrap();
    }
    let found = std::fs::read_to_string(file).unwrap_or_default();
    assert_eq!(found, table, "run the test again with WRITE_WHY_NOT=1 if the library's rule has changed");
}
