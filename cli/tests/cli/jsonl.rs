//! Which fields does an object of `--format jsonl` have?

use serde_json::{Value, json};

use super::tool::{RINGING, file, replay_jsonl, replay_piped};

#[test]
fn the_objects_of_one_session_have_all_fields() {
    let log = [
        RINGING,
        "{\"Event\":\"EventHeld\"}\n",
        "{\"Event\":\"EventPrivateInfo\",\"ThisDN\":\"3002\",\"CallUUID\":\"A\",\"Extensions\":{\"text\":\"hi\"}}\n",
        "{\"Event\":\"EventEstablished\",\"ThisDN\":\"3002\",\"CallUUID\":\"A\"}\n",
        "{\"Event\":\"EventPrivateInfo\",\"ThisDN\":\"3002\",\"CallUUID\":\"A\",\"Extensions\":{\"text\":\"hi\"}}\n",
        "{\"Event\":\"EventAttachedDataChanged\",\"CallUUID\":\"A\",\"UserData\":{\"k\":\"v\"}}\n",
    ]
    .concat();
    let run = replay_piped(&["--format", "jsonl", "-"], log.as_bytes());
    run.assert_clean();
    let (objects, list) = run.objects();
    let row = |object: &Value| {
        let told = object["notifications"].as_array().map(Vec::len);
        let fields = ["line", "thisDN", "id", "outcome", "from", "to", "reason"].map(|field| object[field].clone());
        (json!(fields), told)
    };
    let expected = [
        (json!([1, "3002", "A", "changed", null, "Alerting", null]), Some(1)),
        (json!([2, null, null, "ignored", null, null, null]), None),
        (json!([3, "3002", "A", "rejected", "Alerting", "Alerting", "early"]), None),
        (json!([4, "3002", "A", "changed", "Alerting", "Talking", null]), Some(1)),
        (json!([5, "3002", "A", "message", "Talking", "Talking", null]), Some(1)),
        (json!([6, null, "A", "changed", null, null, null]), Some(1)),
    ];
    assert_eq!(objects.iter().map(row).collect::<Vec<_>>(), expected);
    let fields = |object: &Value| object.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>());
    let always = ["event", "file", "from", "id", "line", "outcome", "thisDN", "time", "to"];
    let with = |more: &str| {
        let mut all: Vec<String> = always.iter().map(|&name| name.to_owned()).chain([more.to_owned()]).collect();
        all.sort();
        Some(all)
    };
    assert_eq!(fields(&objects[0]), with("notifications"));
    assert_eq!(fields(&objects[1]), Some(always.map(str::to_owned).to_vec()));
    assert_eq!(fields(&objects[2]), with("reason"));
    assert_eq!((&objects[0]["file"], &objects[0]["time"]), (&json!("-"), &Value::Null));
    assert_eq!(objects[4]["notifications"][0]["data"]["message"], "hi");
    assert_eq!(objects[5]["notifications"][0]["thisDN"], "3002");
    assert_eq!(list["imSessions"][0]["thisDN"], "3002");
    assert_eq!(list["imSessions"][0]["userData"]["k"], "v");
}

#[test]
fn no_session_is_an_empty_list() {
    let run = replay_piped(&["--format", "jsonl", "-"], b"x message EventHeld\n");
    run.assert_clean();
    assert_eq!(run.objects().1, json!({ "imSessions": [], "statusCode": 0 }));
}

/// The final list contains the sessions of all DNs, in byte order of the DN, then of the id.
#[test]
fn the_list_is_in_byte_order() {
    let log = ["b", "B", "10", "9"].map(|dn| ["2", "1"].map(|id| super::tool::json_event("Ringing", dn, id)).concat());
    let run = replay_piped(&["--format", "jsonl", "-"], log.concat().as_bytes());
    let (_, list) = run.objects();
    let sessions = list["imSessions"].as_array().expect("an array");
    let keys: Vec<String> = sessions.iter().map(|session| format!("{} {}", session["thisDN"], session["id"])).collect();
    let expected = ["10", "9", "B", "b"].iter().flat_map(|dn| ["1", "2"].map(|id| format!("\"{dn}\" \"{id}\"")));
    assert_eq!(keys, expected.collect::<Vec<_>>());
}

#[test]
fn the_base_address_may_end_in_a_slash() {
    let path = file("base", "base.jsonl", RINGING);
    for base in ["https://gws.example.com:8443", "https://gws.example.com:8443/"] {
        let (objects, list) = replay_jsonl(&["--base-uri", base, &path]).objects();
        let uri = "https://gws.example.com:8443/api/v2/im-sessions/A";
        assert_eq!(list["imSessions"][0]["uri"], uri);
        assert_eq!(objects[0]["notifications"][0]["data"]["imSession"]["uri"], uri);
    }
}

/// JSON allows these characters unescaped, but a terminal would interpret them.
#[test]
fn what_a_terminal_obeys_is_escaped() {
    let log = "{\"Event\":\"EventRinging\",\"ThisDN\":\"30\u{202e}02\",\"OtherDN\":\"\u{9b}2J\u{7f}\u{e0041}\",\"CallUUID\":\"A\"}\n";
    let run = replay_piped(&["--format", "jsonl", "-"], log.as_bytes());
    assert!(run.out.contains("30\\u202e02") && run.out.contains("\\u009b2J\\u007f\\udb40\\udc41"), "{}", run.out);
    let (objects, list) = run.objects();
    assert_eq!(objects[0]["thisDN"], "30\u{202e}02");
    assert_eq!(list["imSessions"][0]["participants"][0]["phoneNumber"], "\u{9b}2J\u{7f}\u{e0041}");
}
