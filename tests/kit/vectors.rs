//! Do the crate and the Python implementation satisfy the language-neutral vectors in `tests/vectors/`? `im-session
//! conformance --write-vectors` writes them.

use std::fs;
use std::io::Write;

use im_session::decode::{DecodeResult, Decoder};
use im_session::store::shard;
use im_session::testing::Setup;
use im_session::testing::conformance::serve;
use serde_json::{Value, json};

use crate::conformance_lines::python;

fn read(name: &str) -> String {
    let path = format!("{}/tests/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn vectors(name: &str) -> Vec<Value> {
    serde_json::from_str(&read(name)).expect("an array of vectors")
}

const PLAYED: [&str; 4] = ["transitions.json", "capabilities.json", "operations.json", "shown.json"];

#[test]
fn names_are_there_once() {
    for name in PLAYED.iter().chain(&["shards.json", "text_forms.json"]) {
        let mut names: Vec<String> =
            vectors(name).iter().map(|vector| format!("{} {}", vector["form"], vector["name"])).collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all, "{name}");
    }
}

/// The lines that a system gets for all vectors, and the expected answer to each line.
fn lines() -> (String, Vec<(String, Value)>) {
    let (mut commands, mut expected) = (String::new(), Vec::new());
    for name in PLAYED {
        for vector in vectors(name) {
            commands.push_str("{\"do\":\"reset\",\"baseUri\":\"http://localhost:8090\"}\n");
            expected.push((format!("{name}: {}: reset", vector["name"]), json!({})));
            for (position, step) in vector["steps"].as_array().expect("steps").iter().enumerate() {
                commands.push_str(&format!("{}\n", step["do"]));
                expected.push((format!("{name}: {}: step {}", vector["name"], position + 1), step["expect"].clone()));
            }
        }
    }
    (commands, expected)
}

/// Asserts the answers. A missing part counts as empty, and the message of an error is not compared.
fn check(answers: &str, expected: &[(String, Value)]) {
    assert_eq!(answers.lines().count(), expected.len());
    for (line, (name, expected)) in answers.lines().zip(expected) {
        let mut answer: Value = serde_json::from_str(line).expect("an answer");
        if let Some(answer) = answer["answer"].as_object_mut() {
            let message = answer.remove("statusMessage");
            assert!(message.is_some() == (answer.get("statusCode") != Some(&json!(0))), "{name}: {line}");
        }
        if let Some(settled) = answer.get("settled") {
            assert_eq!(*settled, expected.get("settled").cloned().unwrap_or(json!([])), "{name}");
        }
        for key in ["answer", "told"] {
            assert_eq!(answer.get(key).unwrap_or(&Value::Null), &expected[key], "{name}");
        }
        for key in ["notifications", "requests"] {
            let (found, expected) = (answer.get(key).cloned(), expected.get(key).cloned());
            assert_eq!(found.unwrap_or(json!([])), expected.unwrap_or(json!([])), "{name}");
        }
    }
}

#[test]
fn this_crate_satisfies_them() {
    let (commands, expected) = lines();
    let mut answers = Vec::new();
    let setup = Setup::default();
    serve(&mut setup.sessions(), &setup, commands.as_bytes(), &mut answers).unwrap();
    // For an event that the decoder refuses, the answer is only `unreadable`.
    check(&String::from_utf8(answers).unwrap(), &expected);
}

#[test]
fn the_implementation_in_python_satisfies_them() {
    let Some(mut python) = python("the_implementation_in_python_satisfies_them") else { return };
    let (commands, expected) = lines();
    let mut stdin = python.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(commands.as_bytes()));
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    check(&String::from_utf8(output.stdout).unwrap(), &expected);
}

#[test]
fn the_shards_satisfy_them() {
    let vectors = vectors("shards.json");
    assert!(vectors.len() >= 40);
    for vector in vectors {
        let shards = vector["shards"].as_u64().and_then(|shards| shards.try_into().ok()).expect("a number of shards");
        let found = shard(vector["key"].as_str().expect("a key"), shards);
        assert_eq!(json!(found), vector["shard"], "{}", vector["name"]);
    }
}

#[test]
fn the_decoders_satisfy_them() {
    for vector in vectors("text_forms.json") {
        let name = &vector["name"];
        let text = vector["text"].as_str().expect("a text");
        let (mut events, mut errors) = (Vec::new(), Vec::new());
        let mut take = |result: DecodeResult<'_>| match result {
            Ok(decoded) => events.push(json!({"line": decoded.line, "event": decoded.event})),
            Err(error) => errors.push(json!(error.line)),
        };
        let mut decoder = Decoder::new();
        decoder.push(text.as_bytes(), &mut take);
        decoder.finish().for_each(take);
        assert_eq!(json!(events), vector["events"], "{name} of {}", vector["form"]);
        assert_eq!(json!(errors), vector["errors"], "{name} of {}", vector["form"]);
    }
}
