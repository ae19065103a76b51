//! Do the cases of `tests/data/replay` give the expected results? They are part of the specification.

use std::fs;

use serde_json::{Value, json};

use super::tool::{path_text, replay_jsonl, replay_piped, repository};

fn check(name: &str) {
    let folder = repository("tests/data/replay");
    let log = folder.join(name).with_extension("log");
    let expected = fs::read_to_string(folder.join(name).with_extension("expected.jsonl")).expect("the expectation");
    let log_path = path_text(&log);
    for (file, run) in [
        (log_path.as_str(), replay_jsonl(&[&log_path])),
        ("-", replay_piped(&["--format", "jsonl", "-"], &fs::read(&log).expect("the log"))),
    ] {
        let mut lines = run.out.lines();
        for (at, expected) in (1..).zip(expected.lines()) {
            let mut expected: Value = serde_json::from_str(expected).expect("JSON");
            if expected.get("event").is_some() {
                expected["file"] = json!(file);
            }
            let found: Value = serde_json::from_str(lines.next().unwrap_or("null")).expect("JSON");
            assert_eq!(found, expected, "{name}, line {at}; {:?}", run.errors);
        }
        assert_eq!(lines.next(), None, "{name} has no more lines");
        assert_eq!(run.status, 0, "{:?}", run.errors);
    }
}

macro_rules! cases {
    ($($test:ident $name:literal)+) => {
        $(#[test]
        fn $test() {
            check($name);
        })+

        #[test]
        fn all_cases_are_here() {
            let names = [$($name),+];
            let logs = fs::read_dir(repository("tests/data/replay")).expect("the cases");
            let logs = logs.filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".log").map(str::to_owned));
            for log in logs {
                assert!(names.contains(&log.as_str()), "{log} is no test");
            }
        }
    };
}

cases! {
    jsonl_1 "jsonl-1"
    jsonl_2 "jsonl-2"
    tserver_3 "tserver-3"
    tserver_4 "tserver-4"
    psdk_5 "psdk-5"
    psdk_6 "psdk-6"
    java_7 "java-7"
    ors_8 "ors-8"
    tserver_in_docker_9 "tserver-in-docker-9"
    psdk_in_grep_10 "psdk-in-grep-10"
}
