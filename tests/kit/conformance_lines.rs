//! Which lines does the conformance kit exchange with a system behind a pipe?

use std::io::{self, BufReader, Write};
use std::process::{Command, Stdio};
use std::thread;

use im_session::testing::conformance::{Error, Histories, JsonLines, System, run, serve};
use im_session::testing::{Agent, History, Setup, Step, carry_out};
use im_session::{CallEvent, Event, Limits, Operation, Operations, Sessions};
use serde_json::{Value, json};

use crate::conformance::tested;

fn mine(name: CallEvent) -> Event<'static> {
    Event::new(name).with_this_dn("3001").with_call_uuid("A")
}

fn served(lines: &str) -> Vec<Value> {
    let (setup, mut answers) = (Setup::default(), Vec::new());
    serve(&mut setup.sessions(), &setup, lines.as_bytes(), &mut answers).unwrap();
    String::from_utf8(answers).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Every kind of line that the kit writes, and the answers of this crate's store.
#[test]
fn the_lines_over_the_pipe() {
    let few = Operations::of(&[Operation::Complete]);
    let agents = vec![
        Agent::new().with_device("/devices/1", "3001"),
        Agent::new().with_device("/devices/1", "3001").with_rights(few),
    ];
    let post = |agent: usize, body: &str| Step::Post { agent, target: Some("A".into()), body: body.into() };
    let read = Step::Read { agent: 0, id: "A".into(), query: "fields=id".into() };
    let steps = [
        (
            Step::Event(mine(CallEvent::Ringing)),
            r#"{"do":"event","Event":"EventRinging","ThisDN":"3001","CallUUID":"A"}"#,
        ),
        (post(0, "x"), r#"{"do":"post","me":[{"devicePath":"/devices/1","dn":"3001"}],"id":"A","body":"x"}"#),
        (Step::List { agent: 2, query: "fields=id".into() }, r#"{"do":"list","me":[],"query":"fields=id"}"#),
        (read, r#"{"do":"read","me":[{"devicePath":"/devices/1","dn":"3001"}],"id":"A","query":"fields=id"}"#),
        (
            post(1, r#"{"operationName":"AttachUserData"}"#),
            r#"{"do":"post","me":[{"devicePath":"/devices/1","dn":"3001","rights":["Complete"]}],"id":"A","body":"{\"operationName\":\"AttachUserData\"}"}"#,
        ),
        (
            post(0, r#"{"operationName":"Complete"}"#),
            r#"{"do":"post","me":[{"devicePath":"/devices/1","dn":"3001"}],"id":"A","body":"{\"operationName\":\"Complete\"}"}"#,
        ),
        (Step::Time(7), r#"{"do":"time","now":7}"#),
        (Step::Time(3), r#"{"do":"time","now":10}"#),
        (Step::Expire { ago: -1 }, r#"{"do":"expire","before":11}"#),
        (Step::Expire { ago: 2 }, r#"{"do":"expire","before":8}"#),
        (Step::Time(1), r#"{"do":"time","now":11}"#),
        (Step::ForgetCompleted { ago: 0 }, r#"{"do":"forget","before":11}"#),
        (Step::Restart, r#"{"do":"restart"}"#),
    ];
    let history = History { agents, steps: steps.iter().map(|(step, _)| step.clone()).collect() };
    let mut lines = history.json_lines(&Setup::default());
    assert_eq!(lines[0], "{\"do\":\"reset\",\"baseUri\":\"http://localhost:8090\"}\n");
    assert!(lines[1..].iter().map(|line| line.trim_end()).eq(steps.iter().map(|(_, line)| *line)), "{lines:#?}");
    lines.push("{\"do\":\"event\",\"Event\":\"EventRinging\",\"CallUUID\":7,\"EventSequenceNumber\":{}}\n".into());
    lines.push("{\"do\":\"fly\"}\nno JSON\n{\"do\":\"list\",\"me\":7}\n".into());

    let answers = served(&lines.concat());
    assert_eq!(answers.len(), 18);
    assert_eq!(answers[0], json!({"requests": []}));
    assert_eq!(answers[1]["told"]["outcome"], "changed");
    assert_eq!(answers[1]["notifications"][0]["thisDN"], "3001");
    assert_eq!(answers[1]["notifications"][0]["notification"]["data"]["imSession"]["state"], "Alerting");
    assert_eq!(answers[2]["answer"]["statusCode"], 10);
    assert_eq!(answers[3]["answer"], json!({"imSessions": [], "statusCode": 0}));
    assert_eq!(answers[4]["answer"], json!({"imSession": {"id": "A"}, "statusCode": 0}));
    assert_eq!(answers[5]["answer"]["statusCode"], 5);
    assert_eq!(answers[6]["answer"], json!({"statusCode": 0}));
    assert_eq!(answers[9]["answer"], "refused");
    assert_eq!(answers[10]["notifications"][0]["notification"]["data"]["imSession"]["state"], "Completed");
    let timed_out =
        json!({"referenceID": 1, "operation": "Complete", "thisDN": "3001", "id": "A", "result": "timedOut"});
    assert_eq!(answers[10]["settled"], json!([timed_out]));
    assert_eq!((&answers[7], &answers[13]), (&json!({"notifications": [], "settled": []}), &answers[7]));
    assert_eq!(answers[14]["told"], json!({"outcome": "unreadable"}));
    assert!(
        answers[15]["error"].as_str().is_some_and(|error| error.starts_with("unknown variant `fly`")),
        "{answers:?}"
    );
    assert!(answers[16]["error"].is_string() && answers[17]["error"].is_string());
}

/// Anything that the protocol cannot express is left out.
#[test]
fn steps_that_have_no_line() {
    let hidden = mine(CallEvent::Ringing).with_hidden_user_data();
    for step in [
        Step::Event(hidden),
        Step::Forget { this_dn: "3001".into(), id: "A".into() },
        Step::Reconcile { this_dn: "3001".into(), list: vec![] },
    ] {
        let history = History { agents: vec![], steps: vec![step] };
        assert_eq!(history.json_lines(&Setup::default()).len(), 1);
    }
}

#[test]
fn the_limits_cross_the_pipe_where_they_are_the_default() {
    let mut setup = Setup::default();
    setup.limits = Limits::DEFAULT;
    let [line] = &History::default().json_lines(&setup)[..] else { panic!("one line") };
    assert_eq!(line, "{\"do\":\"reset\",\"baseUri\":\"http://localhost:8090\",\"limits\":\"default\"}\n");
    let long = "x".repeat(300);
    let event = format!("{{\"do\":\"event\",\"Event\":\"EventRinging\",\"ThisDN\":\"{long}\",\"CallUUID\":\"A\"}}\n");
    let outcome = |reset: &str| served(&format!("{reset}{event}"))[1]["told"]["outcome"].clone();
    assert_eq!((outcome(line), outcome("{\"do\":\"reset\"}\n")), (json!("rejected"), json!("changed")));
}

/// Every part of the answers of a system behind a pipe reaches the kit.
#[test]
fn the_answers_over_the_pipe() {
    let answers = concat!(
        "{\"requests\":[]}\n",
        "{\"told\":{\"outcome\":\"changed\"},\"notifications\":[{\"thisDN\":\"3001\",\"notification\":1}]}\n",
        "{\"error\":\"it is tired\"}\n",
        "no answer\n",
        "[]\n",
    );
    let (setup, mut written) = (Setup::default(), Vec::new());
    let mut system = JsonLines::new(BufReader::new(answers.as_bytes()), &mut written);
    assert_eq!(system.reset(&setup), Ok(json!({"requests": []})));
    let heard = system.carry_out(&[], &Step::Event(mine(CallEvent::Ringing))).unwrap().unwrap();
    assert_eq!((&heard["told"]["outcome"], &heard["notifications"][0]["thisDN"]), (&json!("changed"), &json!("3001")));
    let mut list = || system.carry_out(&[], &Step::List { agent: 0, query: "q".into() });
    assert_eq!(list(), Err(Error("it is tired".into())));
    let error = list().unwrap_err().to_string();
    assert!(error.contains("expected an answer, found \"no answer\""), "{error}");
    let error = list().unwrap_err().to_string();
    assert!(error.contains("expected an answer, found \"[]\": no object"), "{error}");
    let error = list().unwrap_err().to_string();
    assert!(error.contains("expected an answer to {\"do\":\"list\"") && error.contains("found the end"), "{error}");
    assert_eq!(String::from_utf8(written).unwrap().lines().count(), 6);
}

/// An in-memory pipe.
fn pipe() -> (BufReader<io::PipeReader>, io::PipeWriter) {
    let (reader, writer) = io::pipe().unwrap();
    (BufReader::new(reader), writer)
}

#[test]
fn this_crate_conforms_over_a_pipe_too() {
    let ((commands, to_system), (answers, to_kit), setup) = (pipe(), pipe(), Setup::default());
    let system = thread::spawn(move || {
        let setup = Setup::default();
        serve(&mut setup.sessions(), &setup, commands, to_kit)
    });
    let report = tested(&mut JsonLines::new(answers, to_system), &setup);
    assert!(report.conforms(), "{report}");
    system.join().unwrap().unwrap();
}

/// The error that the kit reports if the first line gets this answer.
fn error_after(answer: &str) -> String {
    let setup = Setup::default();
    let mut system = JsonLines::new(answer.as_bytes(), Vec::new());
    let report = run(&mut system, &setup, Histories::new(1).take(3));
    assert!(!report.conforms());
    report.failure.expect("it cannot go on").to_string()
}

#[test]
fn a_system_that_cannot_go_on_is_no_failure_of_the_rules_but_an_error() {
    let begin = "the system under test cannot go on: ";
    let at_the_end = "expected an answer to {\"do\":\"reset\",\"baseUri\":\"http://localhost:8090\"}, found the end";
    assert_eq!(error_after(""), format!("{begin}{at_the_end}\nat reset\n"));
    assert_eq!(error_after("{\"error\":\"no memory\"}\n"), format!("{begin}no memory\nat reset\n"));
    assert!(error_after("hello\n").starts_with(&format!("{begin}expected an answer, found \"hello\": ")));
}

#[test]
fn a_system_that_tells_nothing_of_its_own_is_compared_by_what_everybody_sees() {
    struct Silent(Sessions);
    impl System for Silent {
        fn reset(&mut self, setup: &Setup) -> Result<Value, Error> {
            self.0.reset(setup).map(|_| json!({}))
        }
        fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Result<Option<Value>, Error> {
            Ok(self.0.carry_out(agents, step)?.map(|mut answer| {
                for name in ["told", "requests", "settled", "rendered"] {
                    answer.as_object_mut().expect("an object").remove(name);
                }
                answer
            }))
        }
    }
    let report = tested(&mut Silent(Setup::default().sessions()), &Setup::default());
    assert!(report.conforms(), "{report}");
}

/// Starts a Python program with piped standard input and output. Without Python, the test is reported as skipped.
pub(crate) fn python(test: &str) -> Option<std::process::Child> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kit/im_session.py");
    let python = Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    if python.is_err() {
        // The test harness captures `eprintln`, so nobody would see it.
        let skipped = format!("SKIPPED: {test}: there is no python3\n");
        io::stderr().write_all(skipped.as_bytes()).unwrap();
    }
    python.ok()
}

#[test]
fn an_implementation_in_python_conforms() {
    let Some(mut python) = python("an_implementation_in_python_conforms") else { return };
    let (to_system, from_system) = (python.stdin.take().unwrap(), python.stdout.take().unwrap());
    let mut python_system = JsonLines::new(BufReader::new(from_system), to_system);
    let mut default = Setup::default();
    default.limits = Limits::DEFAULT;
    for setup in [Setup::default(), default] {
        let report = tested(&mut python_system, &setup);
        assert!(report.conforms(), "{report}");
    }
    drop(python_system);
    assert!(python.wait().unwrap().success());
}

/// A time beyond 63 bits is still a time in the future.
#[test]
fn the_last_time_of_all_lies_ahead() {
    let expected = json!({"answer": "refused", "notifications": [], "settled": []});
    for command in ["expire", "forget"] {
        for now in [0, 1, 1_u64 << 32] {
            let line = format!("{{\"do\":\"{command}\",\"before\":{}}}\n", u64::MAX);
            let answers = served(&format!("{{\"do\":\"reset\"}}\n{{\"do\":\"time\",\"now\":{now}}}\n{line}"));
            assert_eq!(answers[2], expected, "{command} at {now}");
        }
    }
    for now in [0, 7] {
        for step in [Step::Expire { ago: i64::MIN }, Step::ForgetCompleted { ago: i64::MIN }] {
            let setup = Setup::default();
            let (mut sessions, mut model) = (setup.sessions(), setup.model());
            for step in [Step::Time(now), step] {
                let answer = carry_out(&mut sessions, &[], &step);
                assert_eq!(answer, model.carry_out(&[], &step));
                assert_eq!(answer["answer"] == "refused", step != Step::Time(now), "{step:?}");
            }
        }
    }
}

/// The answers of both implementations to the same lines, starting with a `reset` to the default limits.
struct AtTheLimits {
    lines: Vec<String>,
}

impl AtTheLimits {
    fn new() -> Self {
        AtTheLimits { lines: vec![json!({"do": "reset", "limits": "default"}).to_string()] }
    }

    fn say(&mut self, command: Value) {
        self.lines.push(command.to_string());
    }

    fn event(&mut self, name: &str, this_dn: &str, id: &str, more: Value) {
        let mut command = json!({"do": "event", "Event": name, "ThisDN": this_dn, "CallUUID": id});
        command.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.say(command);
    }

    /// The answers of this crate's store. Asserts that the Python implementation gives the same answers.
    fn answers(&self, test: &str) -> Option<Vec<Value>> {
        let text = self.lines.join("\n") + "\n";
        let ours = served(&text);
        let mut python = python(test)?;
        let mut stdin = python.stdin.take().unwrap();
        let writer = thread::spawn(move || stdin.write_all(text.as_bytes()));
        let output = String::from_utf8(python.wait_with_output().unwrap().stdout).unwrap();
        writer.join().unwrap().unwrap();
        assert_eq!(output.lines().count(), ours.len());
        for ((line, ours), theirs) in self.lines.iter().zip(&ours).zip(output.lines()) {
            let theirs: Value = serde_json::from_str(theirs).unwrap();
            for key in ["told", "notifications", "settled", "requests"] {
                let nothing = |answer: &Value| answer[key].as_array().is_none_or(Vec::is_empty);
                let same = ours[key] == theirs[key] || (key != "told" && nothing(ours) && nothing(&theirs));
                assert!(same, "{key} of {line:.200}: {} is not {}", theirs[key], ours[key]);
            }
            let code = |answer: &Value| answer["answer"]["statusCode"].clone();
            assert_eq!(code(ours), code(&theirs), "{line:.200}");
        }
        Some(ours)
    }
}

/// The outcome of each event or the reason for its rejection.
fn words(answers: &[Value]) -> Vec<&str> {
    let told = answers.iter().map(|answer| &answer["told"]);
    told.filter_map(|told| told["reason"].as_str().or(told["outcome"].as_str())).collect()
}

#[test]
fn both_engines_at_the_limits_of_one_session() {
    let mut lines = AtTheLimits::new();
    lines.event("EventEstablished", "3001", "A", json!({"OtherDN": "0"}));
    for party in 1..=100 {
        lines.event("EventPartyAdded", "3001", "A", json!({"OtherDN": party.to_string()}));
    }
    lines.event("EventPartyAdded", "3001", "A", json!({"OtherDN": "99"}));
    lines.event("EventPartyChanged", "3001", "A", json!({"OtherDN": "one for all"}));
    // 255 and 256 bytes, both in at most 128 characters.
    let (fits, too_long) = (format!("x{}", "ü".repeat(127)), "ü".repeat(128));
    for dn in [&fits, &too_long] {
        lines.event("EventPartyAdded", "3001", "A", json!({"OtherDN": dn}));
        lines.event("EventReleased", dn, "B", json!({"EventSequenceNumber": 5}));
        lines.event("EventRinging", dn, "B", json!({"EventSequenceNumber": 4}));
    }
    for length in [16_000, 16_001] {
        let text = "x".repeat(length);
        lines.event("EventPrivateInfo", "3001", "A", json!({"Extensions": {"text": text}}));
    }
    let Some(answers) = lines.answers("both_engines_at_the_limits_of_one_session") else { return };
    let words = words(&answers);
    assert_eq!(words[..100], ["changed"; 100]);
    let expected = ["limit", "unchanged", "changed", "changed", "orphan", "stale", "limit", "orphan", "limit"];
    assert_eq!(words[100..], [&expected[..], &["message", "limit"]].concat());
}

/// A DN or a call that is full of open sessions refuses further sessions. Completed sessions make room in the order of
/// their completion, also after a restart.
#[test]
fn both_engines_where_sessions_make_room() {
    let mut lines = AtTheLimits::new();
    let numbered = |number: usize| json!({"EventSequenceNumber": number});
    for number in 0..=1_000 {
        lines.event("EventRinging", "3001", &format!("id{number}"), numbered(1));
        lines.event("EventRinging", &format!("dn{number}"), "A", numbered(1));
    }
    // The second session completes before the first.
    for number in [1, 0] {
        lines.event("EventReleased", "3001", &format!("id{number}"), numbered(2));
        lines.event("EventReleased", &format!("dn{number}"), "A", numbered(2));
    }
    lines.say(json!({"do": "restart"}));
    for number in [1_000, 1_001, 1_002] {
        lines.event("EventRinging", "3001", &format!("id{number}"), numbered(3));
        lines.event("EventRinging", &format!("dn{number}"), "A", numbered(3));
    }
    // The end of the session that made room is still remembered.
    lines.event("EventRinging", "3001", "id1", numbered(2));
    lines.event("EventReleased", "3001", "id1000", numbered(4));
    lines.event("EventRinging", "3001", "id1", numbered(2));
    lines.event("EventRinging", "3001", "id1", numbered(5));
    lines.say(json!({"do": "list", "me": [{"devicePath": "/devices/1", "dn": "3001"}], "query": ""}));
    let Some(answers) = lines.answers("both_engines_where_sessions_make_room") else { return };
    let words = words(&answers);
    assert!(words[..2_000].iter().all(|word| *word == "changed"));
    assert_eq!(words[2_000..2_002], ["limit"; 2]);
    assert_eq!(words[2_002..2_010], ["changed"; 8]);
    assert_eq!(words[2_010..], ["limit", "limit", "stale", "changed", "stale", "changed"]);
    assert_eq!(answers.last().unwrap()["answer"]["uris"].as_array().map(Vec::len), Some(1_000));
}

#[test]
fn both_engines_with_as_many_requests_as_may_be_in_flight() {
    let mut lines = AtTheLimits::new();
    lines.event("EventRinging", "3001", "A", json!({}));
    let me = json!([{"devicePath": "/devices/1", "dn": "3001"}]);
    for _ in 0..=10_000 {
        lines.say(json!({"do": "post", "me": me, "id": "A", "body": r#"{"operationName":"Complete"}"#}));
    }
    let Some(answers) = lines.answers("both_engines_with_as_many_requests_as_may_be_in_flight") else { return };
    let codes: Vec<&Value> = answers[2..].iter().map(|answer| &answer["answer"]["statusCode"]).collect();
    assert!(codes[..10_000].iter().all(|code| **code == json!(0)));
    assert_eq!(codes[10_000..], [&json!(2)]);
}

#[test]
fn commands_that_are_none_are_answered_with_an_error() {
    let unreadable = "{\"do\":\"event\",\"Event\":\"EventRinging\"}\n";
    let answers = served(&format!("hello\n{{\"do\":\"dance\"}}\n{{\"do\":\"read\",\"query\":\"\"}}\n{unreadable}"));
    assert!(answers[..3].iter().all(|answer| answer.get("error").is_some()), "{answers:?}");
    assert_eq!(answers[3]["told"], json!({"outcome": "unreadable"}));
}
