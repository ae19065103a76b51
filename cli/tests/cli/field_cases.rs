//! Do the cases of `tests/data/field-cases` give the expected events? They are small logs as they occur in the field.

use std::fs;

use serde_json::{Map, Value, json};

use super::tool::{Run, path_text, replay_jsonl, repository};

fn cases() -> Map<String, Value> {
    let text = fs::read_to_string(repository("tests/data/field-cases/cases.json")).expect("the cases");
    serde_json::from_str(&text).expect("an object")
}

fn run(case: &Value) -> Run {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let mut arguments: Vec<String> = case["args"].as_array().into_iter().flatten().map(text).collect();
    let files = case["files"].as_array().expect("files").iter();
    arguments.extend(files.map(|name| path_text(&repository("tests/data/field-cases").join(text(name)))));
    replay_jsonl(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn events_exit_status_and_user_data() {
    let mut failed = Vec::new();
    for (number, case) in &cases() {
        let run = run(case);
        let (objects, list) = run.objects();
        let fields = ["line", "event", "outcome", "reason", "from", "to"];
        let events: Vec<Value> =
            objects.iter().map(|object| json!(fields.map(|field| object[field].clone()))).collect();
        if json!(events) != case["events"] || json!(run.status) != case["exit"] {
            failed.push(format!("{number}: {events:?}, {}, {:?}", run.status, run.errors));
        }
        if let Some(user_data) = case.get("userData") {
            if list["imSessions"][0]["userData"] != *user_data {
                failed.push(format!("{number}: {}", list["imSessions"][0]));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Requirements that the cases state in words.
#[test]
fn notes() {
    let cases = cases();
    let (objects, _) = run(&cases["06"]).objects();
    assert_eq!(objects[1]["notifications"][0]["data"]["message"], "first line\nsecond line");
    assert_eq!(run(&cases["29"]).column("time"), ["29/May/2015:12:21:16.438"]);
    // The case has two files, and each event names the file it came from.
    let files: Vec<String> = run(&cases["30"]).column("file");
    assert!(files[0].ends_with("30-two-files.1.log") && files[1].ends_with("30-two-files.2.log"), "{files:?}");
    let files: Vec<String> = run(&cases["19"]).column("file");
    assert!(files[0].ends_with("19-rotated.1.log") && files[1].ends_with("19-rotated.2.log"), "{files:?}");
    let (_, list) = run(&cases["32"]).objects();
    assert_eq!(list["imSessions"][0]["id"], "006c02462a161006");
}
