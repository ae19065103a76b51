//! Are logs read as users have them? `data/field-cases` holds the cases of the project's issue, and `data/field` holds
//! more cases of the same kinds.
//!
//! A case names its files, which form one log, and the expected results: for each event its line, its name, the
//! outcome, the reason of a rejection, and the state before and after; whether everything was read; and the user data
//! of the last session. A case can also state the time of the last event, the lines of errors and the number of
//! warnings.

use std::fs;
use std::path::PathBuf;

use im_session::decode::{DecodeResult, Decoded};
use im_session::{BaseUri, Decoder, Limits, Outcome, Sessions};
use serde_json::{Value, json};

fn data(directory: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(directory)
}

/// The bytes of a file as a tool passes them to a decoder. The tool itself converts UTF-16.
fn read(directory: &str, name: &str) -> Vec<u8> {
    let bytes = fs::read(data(directory).join(name)).expect("a file of the case");
    match bytes.strip_prefix(b"\xff\xfe") {
        Some(units) => {
            let units = units.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
            char::decode_utf16(units).map(|c| c.expect("UTF-16")).collect::<String>().into_bytes()
        }
        None => bytes,
    }
}

/// The results of a log.
#[derive(Debug, PartialEq)]
struct Come {
    events: Vec<Value>,
    errors: Vec<u64>,
    last_time: Value,
    user_data: Value,
    warnings: usize,
    whole: Vec<Result<Decoded<'static>, String>>,
}

fn replay(decoder: Decoder, files: &[Vec<u8>], piece: usize) -> Come {
    let mut results: Vec<DecodeResult<'static>> = Vec::new();
    let mut decoder = decoder;
    for (at, file) in files.iter().enumerate() {
        if at > 0 {
            decoder.next_file();
        }
        for mut bytes in file.chunks(piece) {
            while let Some(result) = decoder.next_event(&mut bytes) {
                results.push(result.map(Decoded::into_owned));
            }
        }
    }
    let mut finished = decoder.finish();
    results.extend(&mut finished);

    let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090")).with_limits(Limits::SPECIFICATION);
    let mut come = Come {
        events: Vec::new(),
        errors: Vec::new(),
        last_time: Value::Null,
        user_data: Value::Null,
        warnings: usize::try_from(finished.tally().warnings).expect("few"),
        whole: Vec::new(),
    };
    for result in results {
        match &result {
            Ok(decoded) => {
                let handled = sessions.handle_event(&decoded.event).expect("what is decoded is readable");
                let (outcome, reason) = match handled.outcome() {
                    Outcome::Changed { .. } => ("changed", None),
                    Outcome::Unchanged => ("unchanged", None),
                    Outcome::Message(_) => ("message", None),
                    Outcome::Ignored => ("ignored", None),
                    Outcome::Rejected(rejection) => ("rejected", Some(rejection.reason.name())),
                };
                let state = |state: Option<im_session::State>| state.map(|state| state.name());
                come.events.push(json!([
                    decoded.line,
                    decoded.event.name.as_str(),
                    outcome,
                    reason,
                    state(handled.from()),
                    state(handled.to())
                ]));
                come.last_time = json!(decoded.time);
            }
            Err(error) => come.errors.push(error.line),
        }
        come.whole.push(result.map_err(|error| error.to_string()));
    }
    if let Some(session) = sessions.iter().last() {
        come.user_data = json!(session.user_data());
    }
    come
}

fn check(directory: &str) {
    let cases = fs::read_to_string(data(directory).join("cases.json")).expect("the cases");
    let cases: serde_json::Map<String, Value> = serde_json::from_str(&cases).expect("JSON");
    for (name, case) in &cases {
        let names = case["files"].as_array().expect("files").iter().map(|name| name.as_str().expect("a name"));
        let files: Vec<Vec<u8>> = names.map(|name| read(directory, name)).collect();
        let decoder = || match case["args"].as_array() {
            Some(arguments) if *arguments == ["--id", "conn-id"] => Decoder::new().with_conn_ids(),
            Some(arguments) => panic!("{name}: {arguments:?}"),
            None => Decoder::new(),
        };
        let come = replay(decoder(), &files, usize::MAX);
        assert_eq!(Value::from(come.events.clone()), case["events"], "{name}: {:?}", come.whole);
        assert_eq!(i64::from(!come.errors.is_empty()), case["exit"].as_i64().expect("a status"), "{name}");
        for (key, found) in [
            ("userData", &come.user_data),
            ("time", &come.last_time),
            ("errors", &json!(come.errors)),
            ("warnings", &json!(come.warnings)),
        ] {
            if let Some(expected) = case.get(key) {
                assert_eq!(found, expected, "{name}: {key}: {:?}", come.whole);
            }
        }
        for piece in [1, 2, 3, 7, 16, 61] {
            assert_eq!(replay(decoder(), &files, piece), come, "{name}: in pieces of {piece}");
        }
    }
}

#[test]
fn the_cases_of_the_issue() {
    check("field-cases");
}

#[test]
fn cases_of_the_same_kinds() {
    check("field");
}

/// The logs of `data/replay` and their counterparts in other forms give the same results in any split.
#[test]
fn the_replayed_logs_in_any_split() {
    for file in fs::read_dir(data("replay")).expect("the directory").map(|entry| entry.expect("an entry").path()) {
        if file.extension().is_some_and(|extension| extension == "log") {
            let files = [fs::read(&file).expect("a log")];
            let whole = replay(Decoder::new(), &files, usize::MAX);
            for piece in [1, 13, 100, 4096] {
                assert_eq!(replay(Decoder::new(), &files, piece), whole, "{} in pieces of {piece}", file.display());
            }
        }
    }
}
