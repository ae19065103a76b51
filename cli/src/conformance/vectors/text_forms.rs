//! The three text forms, with the events and errors that they contain. Specification 6. Written by hand, not by a
//! decoder.

use serde_json::{Value, json};

const LOG: &str = "11:49:08.388 Trc 04542 received from 65200(SIPTS)host:7007(fd=12) message ";

/// A vector: a text, its events with the line numbers of their headers, and the line numbers of the errors.
fn vector(name: &str, form: &str, text: impl Into<String>, events: &[(u64, Value)], errors: &[u64]) -> Value {
    let events: Vec<Value> = events.iter().map(|(line, event)| json!({"line": line, "event": event})).collect();
    json!({"name": name, "form": form, "text": text.into(), "events": events, "errors": errors})
}

pub(crate) fn all() -> Vec<Value> {
    let mut vectors = json_lines();
    vectors.extend(tserver_log());
    vectors.extend(platform_sdk_log());
    vectors.extend(no_form());
    vectors
}

/// The event that most vectors contain.
fn ringing() -> Value {
    json!({"Event": "EventRinging", "ThisDN": "3002", "CallUUID": "007"})
}

fn json_lines() -> Vec<Value> {
    let line = r#"{"Event":"EventRinging","ThisDN":"3002","CallUUID":"007"}"#;
    let one = |name: &str, text: &str| vector(name, "json-lines", text, &[(1, ringing())], &[]);
    let none = |name: &str, text: &str| vector(name, "json-lines", text, &[], &[1]);
    let kept = |name: &str, value: &str, read: Value| {
        let text = format!("{},\"UserData\":{{\"k\":{value}}}}}", &line[..line.len() - 1]);
        let mut event = ringing();
        event["UserData"] = json!({"k": read});
        vector(name, "json-lines", text, &[(1, event)], &[])
    };
    let full = json!({
        "Event": "EventEstablished", "ThisDN": "3002", "OtherDN": "3001", "CallUUID": "007", "ConnID": "0077028a809f7004",
        "EventSequenceNumber": 4_899_493, "ServerStartTime": 1_420_640_000, "UserData": {"k": "v", "list": {"a": "b"}, "n": 1},
        "Extensions": {"text": "hello"},
    });
    let full_text = r#"{"Event":"EventEstablished","ThisDN":"3002","OtherDN":"3001","CallUUID":"007","ConnID":"77028A809F7004","EventSequenceNumber":4899493,"ServerStartTime":1420640000,"UserData":{"k":"v","n":1,"list":{"a":"b"}},"Extensions":{"text":"hello"}}"#;
    let other = json!({"Event": "EventHeld", "ThisDN": "3002", "UserData": {"0": 1}});
    vec![
        one("one event", line),
        one("one event and a line end", &format!("{line}\n")),
        one("CRLF", &format!("{line}\r\n")),
        one("a byte order mark", &format!("\u{feff}{line}\n")),
        vector("every attribute", "json-lines", full_text, &[(1, full)], &[]),
        one("names compare without case", r#"{"event":"EventRinging","thisdn":"3002","CallUuid":"007"}"#),
        one(
            "unknown keys are skipped",
            r#"{"Event":"EventRinging","Reasons":{"a":[1,{}]},"ThisDN":"3002","CallUUID":"007","x":null}"#,
        ),
        one(
            "null counts as absent",
            r#"{"Event":"EventRinging","ThisDN":"3002","CallUUID":"007","OtherDN":null,"UserData":null,"ConnID":null}"#,
        ),
        one(
            "the last of a repeated attribute counts",
            r#"{"Event":"EventRinging","ThisDN":7,"ThisDN":"3002","CallUUID":"008","CallUUID":"007"}"#,
        ),
        vector(
            "empty lines are skipped",
            "json-lines",
            format!("\n{line}\n\n{line}\n"),
            &[(2, ringing()), (4, ringing())],
            &[],
        ),
        vector(
            "other text between is skipped",
            "json-lines",
            format!("{line}\nhello\n{line}"),
            &[(1, ringing()), (3, ringing())],
            &[],
        ),
        vector(
            "after an error the next line is read",
            "json-lines",
            format!("{line}\n{{\"Event\":\"EventRinging\",\"ThisDN\":3002}}\n{line}"),
            &[(1, ringing()), (3, ringing())],
            &[2],
        ),
        vector(
            "of repeated keys of user data the last is shown",
            "json-lines",
            r#"{"Event":"EventAttachedDataChanged","CallUUID":"007","UserData":{"k":"v","n":1,"k":"w"}}"#,
            &[(1, json!({"Event": "EventAttachedDataChanged", "CallUUID": "007", "UserData": {"k": "w", "n": 1}}))],
            &[],
        ),
        vector(
            "null in user data is an empty list",
            "json-lines",
            r#"{"Event":"EventAttachedDataChanged","CallUUID":"007","UserData":{"k":null}}"#,
            &[(1, json!({"Event": "EventAttachedDataChanged", "CallUUID": "007", "UserData": {"k": {}}}))],
            &[],
        ),
        vector(
            "an ignored event is not checked",
            "json-lines",
            r#"{"Event":"EventHeld","ThisDN":"3002","UserData":[1],"CallUUID":7}"#,
            &[(1, other)],
            &[],
        ),
        none("a key of the wrong type", r#"{"Event":"EventRinging","ThisDN":3002,"CallUUID":"007"}"#),
        kept("a fraction in user data", "1.5", json!("1.5")),
        kept("a boolean in user data", "true", json!("true")),
        kept("an array in user data", "[]", json!({})),
        kept("an integer outside 64 bits", "9223372036854775808", json!("9223372036854775808")),
        none(
            "a ConnID that is not hex",
            r#"{"Event":"EventRinging","ThisDN":"3002","CallUUID":"007","ConnID":"0x77"}"#,
        ),
        none("a name that does not begin with Event", r#"{"Event":"Ringing","ThisDN":"3002","CallUUID":"007"}"#),
        none("no name", r#"{"ThisDN":"3002","CallUUID":"007"}"#),
        none("no CallUUID", r#"{"Event":"EventRinging","ThisDN":"3002"}"#),
        none("an empty CallUUID", r#"{"Event":"EventRinging","ThisDN":"3002","CallUUID":""}"#),
        none("no ThisDN", r#"{"Event":"EventRinging","CallUUID":"007"}"#),
        none("an id that cannot be one", r#"{"Event":"EventRinging","ThisDN":"3002","CallUUID":"a/b"}"#),
    ]
}

fn tserver_log() -> Vec<Value> {
    let rings = format!("{LOG}EventRinging\n\tAttributeThisDN\t'3002'\n\tAttributeCallUUID\t'007'\n");
    let log = |name: &str, text: String, events: &[(u64, Value)], errors: &[u64]| {
        vector(name, "tserver-log", text, events, errors)
    };
    let one = |name: &str, text: String| log(name, text, &[(1, ringing())], &[]);
    let full = format!(
        "{LOG}EventAttachedDataChanged\n\tAttributeEventSequenceNumber\t00000000000013b4\n\tAttributeServerStartTime\t54ad4300\n\
         \tAttributeCallType\t2\n\tAttributeConnID\t0077028a809f7004\n\tAttributeCallUUID\t'007'\n\
         \tAttributeUserData\t[149] 00 01 03 00..\n\t\t'ServiceType'\t'default'\n\t\t'RRequestedSkills'(list)\n\t\t\t'English'\t'5'\n\
         \t\t'PegAG'\t1\n\t\t'blob'\t00 01 03..\n\tAttributeThisDN\t'3020'\n\tAttributeOtherDN\t'3021'\n"
    );
    let read = json!({
        "Event": "EventAttachedDataChanged", "ThisDN": "3020", "OtherDN": "3021", "CallUUID": "007", "ConnID": "0077028a809f7004",
        "EventSequenceNumber": 5044, "ServerStartTime": 1_420_641_024,
        "UserData": {"PegAG": 1, "RRequestedSkills": {"English": "5"}, "ServiceType": "default", "blob": "00 01 03.."},
    });
    let quotes = format!(
        "{LOG}EventRinging\n\tAttributeThisDN\t'3002'\n\tAttributeCallUUID\t'007'\n\tAttributeOtherDN\t'O'Neill'\n\tAttributeUserData\t[9] 00..\n\t\t'it's'\t'a 'b' c'\n"
    );
    let read_quotes = json!({"Event": "EventRinging", "ThisDN": "3002", "OtherDN": "O'Neill", "CallUUID": "007", "UserData": {"it's": "a 'b' c"}});
    vec![
        one("one event", rings.clone()),
        one("spaces instead of tabs, and CRLF", rings.replace('\t', "  ").replace('\n', "\r\n")),
        one("a refid behind the name", rings.replace("EventRinging\n", "EventRinging(refid=7)\n")),
        one("names compare without case", rings.replace("AttributeCallUUID", "attributeCallUuid")),
        one(
            "attributes that nothing is said of",
            format!("{rings}\tAttributeCallType\t2\n\tAttributeReasons\t[9] 00..\n\t\t'ThisDN'\t'9'\n"),
        ),
        one(
            "the last of a repeated attribute counts",
            rings.replace("\tAttributeThisDN", "\tAttributeThisDN\t'9'\n\tAttributeThisDN"),
        ),
        log("every attribute", full, &[(1, read)], &[]),
        log("quotes within", quotes, &[(1, read_quotes)], &[]),
        log(
            "lines of other kinds between",
            format!("hello\n  indented\n{rings}11:49 Std 1 other\n\tAttributeThisDN\t'9'\n{rings}"),
            &[(3, ringing()), (8, ringing())],
            &[],
        ),
        log("a blank line ends a message", format!("{rings}\n\tAttributeThisDN\t'9'\n"), &[(1, ringing())], &[]),
        log(
            "messages of other kinds are skipped with their attributes",
            format!("{LOG}RequestReleaseCall\n\tAttributeThisDN\t'9'\n{rings}{LOG}RequestX\n\tAttributeThisDN\t'9'\n"),
            &[(3, ringing())],
            &[],
        ),
        log(
            "no CallUUID: the line of the header",
            format!("x\n{LOG}EventRinging\n\tAttributeThisDN\t'3002'\n{rings}"),
            &[(4, ringing())],
            &[2],
        ),
        log(
            "an empty ThisDN is none",
            format!("{LOG}EventRinging\n\tAttributeThisDN\t''\n\tAttributeCallUUID\t'007'\n"),
            &[],
            &[1],
        ),
        log(
            "an ignored event needs nothing",
            format!("{LOG}EventHeld\n\tAttributeCallType\t2\n"),
            &[(1, json!({"Event": "EventHeld"}))],
            &[],
        ),
    ]
}

fn platform_sdk_log() -> Vec<Value> {
    let header = "2015-03-11 11:49:08,388 DEBUG Received 'EventRinging' ('60')\n";
    let rings =
        format!("{header}message attributes:\nAttributeThisDN [str] = \"3002\"\nAttributeCallUUID [str] = \"007\"\n");
    let log = |name: &str, text: String, events: &[(u64, Value)], errors: &[u64]| {
        vector(name, "platform-sdk-log", text, events, errors)
    };
    let full = format!(
        "{header}message attributes:\nAttributeEventSequenceNumber [long] = 4899493\nAttributeConnID [long] = 77028a809f7004\n\
         Time            = ComplexClass(TimeStamp):\n    AttributeTimeinSecs [int] = 1426099682\n\
         AttributeUserData [bstr] = KVList: \n    'ActivityID' [str] = \"1-XX\"\n    'n' [int] = 5\n    'skills' [list] = KVList: \n\
         \x20       'English' [str] = \"5\"\nAttributeThisDN [str] = \"2214\"\nAttributeOtherDN [str] = \"O\"Neill\"\nAttributeCallUUID [str] = \"007\"\n"
    );
    let read = json!({
        "Event": "EventRinging", "ThisDN": "2214", "OtherDN": "O\"Neill", "CallUUID": "007", "ConnID": "0077028a809f7004",
        "EventSequenceNumber": 4_899_493, "UserData": {"ActivityID": "1-XX", "n": 5, "skills": {"English": "5"}},
    });
    vec![
        log("one event", rings.clone(), &[(1, ringing())], &[]),
        log("CRLF", rings.replace('\n', "\r\n"), &[(1, ringing())], &[]),
        log("every kind of attribute", full, &[(1, read)], &[]),
        log(
            "a message ends at the first line that is not of it",
            format!("{rings}hello\nAttributeThisDN [str] = \"9\"\n{rings}"),
            &[(1, ringing()), (7, ringing())],
            &[],
        ),
        log(
            "no ThisDN: the line of the header",
            format!("x\n{header}message attributes:\nAttributeCallUUID [str] = \"007\"\n"),
            &[],
            &[2],
        ),
    ]
}

/// A file in no known form contains no event and has one error.
fn no_form() -> Vec<Value> {
    vec![vector("nothing", "none", "", &[], &[]), vector("other text", "none", "hello\nworld\n", &[], &[1])]
}
