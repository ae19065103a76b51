//! The parts of the conformance kit, each by itself; that it finds what is wrong is shown in `tests/conformance`.

#![cfg(feature = "json")]

use std::io::BufReader;

use im_session::testing::conformance::{
    Coverage, Error, Histories, JsonLines, Report, System, ThisCrate, command, run, serve,
};
use im_session::testing::{Agent, History, Setup, Step};
use im_session::{CallEvent, DataEvent, Event, KeyValueList};
use serde_json::{Value, json};

/// FNV-1a.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// A seed that somebody noted finds its histories again: whoever changes them, changes this on purpose.
#[test]
fn the_histories_of_a_seed_are_the_same_everywhere_and_for_ever() {
    for (seed, steps, expected) in
        [(1, 8604, 0xc8c140a900e53f26), (2, 8156, 0xeca429bfa0717e52), (u64::MAX, 8467, 0x38aa61e1fbe1b0b1)]
    {
        let histories: Vec<History> = Histories::new(seed).take(400).collect();
        let found: usize = histories.iter().map(|history| history.steps.len()).sum();
        assert_eq!((found, fingerprint(&format!("{histories:?}"))), (steps, expected), "seed {seed}");
    }
}

fn mine(name: CallEvent) -> Event<'static> {
    Event::new(name).with_this_dn("3001").with_call_uuid("A")
}

fn one_agent(steps: impl IntoIterator<Item = Step>) -> History {
    History { agents: vec![Agent::new([("/devices/1", "3001")])], steps: steps.into_iter().collect() }
}

fn post(body: &str) -> Step {
    Step::Post { agent: 0, target: Some("A".into()), body: body.into() }
}

fn report_of(steps: impl IntoIterator<Item = Step>) -> Report {
    let setup = Setup::default();
    run(&mut ThisCrate::new(&setup), &setup, [one_agent(steps)])
}

/// The cells that one history reaches, each counted once a step.
fn reached(steps: impl IntoIterator<Item = Step>) -> Vec<String> {
    let report = report_of(steps);
    assert!(report.failure.is_none() && report.halt.is_none(), "{report}");
    report
        .coverage
        .cells()
        .filter(|(_, count)| *count > 0)
        .map(|((of, cell), count)| format!("{of}: {cell}: {count}"))
        .collect()
}

#[test]
fn a_step_reaches_its_cells() {
    assert_eq!(
        reached([Step::Event(mine(CallEvent::Ringing))]),
        [
            "capabilities: Alerting without user data: 1",
            "notifications: StatusChange: 1",
            "outcomes: changed: 1",
            "transitions: EventRinging in no session: 1",
        ]
    );
    let list: KeyValueList<'_> = [("k", "v")].into_iter().collect();
    let attached = || Event::new(DataEvent::AttachedDataChanged).with_call_uuid("A").with_user_data(list.clone());
    let reopens = |number, name| Step::Event(mine(name).with_event_sequence_number(number).with_server_start_time(1));
    assert_eq!(
        reached([
            reopens(5, CallEvent::Ringing),
            Step::Event(attached()),
            Step::Event(attached().with_this_dn("3001")),
            reopens(4, CallEvent::Established),
            reopens(6, CallEvent::Released),
            Step::Event(attached()),
            reopens(6, CallEvent::Dialing),
            reopens(7, CallEvent::Dialing),
        ]),
        [
            "capabilities: Alerting with user data: 3",
            "capabilities: Alerting without user data: 1",
            "capabilities: Completed with user data: 3",
            "capabilities: Initiating without user data: 1",
            "data events: EventAttachedDataChanged in Alerting: 1",
            "notifications: AttachedDataChanged: 1",
            "notifications: StatusChange: 3",
            "outcomes: changed: 4",
            "outcomes: rejected: 3",
            "outcomes: unchanged: 1",
            "reject reasons: orphan: 1",
            "reject reasons: stale: 2",
            "reopening: EventDialing: 1",
            "to a whole call: changed: 1",
            "to a whole call: orphan: 1",
            "transitions: EventReleased in Alerting: 1",
            "transitions: EventRinging in no session: 1",
        ]
    );
    let complete = r#"{"operationName":"Complete"}"#;
    assert_eq!(
        reached([
            post(complete),
            post(r#"{"operationName":"Fly"}"#),
            post("{}"),
            Step::Event(mine(CallEvent::Established)),
            post(complete),
            Step::Read { agent: 0, id: "A".into(), query: String::new() },
            Step::Read { agent: 0, id: "B".into(), query: String::new() },
            Step::List { agent: 0, query: String::new() },
            Step::Event(Event::new("EventError").with_reference_id(1)),
            post(complete),
            Step::Event(Event::new("EventACK").with_reference_id(2)),
            Step::Event(Event::new("EventACK").with_reference_id(2)),
            Step::Event(Event::new(CallEvent::Ringing)),
        ]),
        [
            "capabilities: Talking without user data: 10",
            "notifications: StatusChange: 1",
            "outcomes: changed: 1",
            "outcomes: ignored: 3",
            "outcomes: unreadable: 1",
            "settled requests: EventACK: 1",
            "settled requests: EventError: 1",
            "status codes: Complete 0: 2",
            "status codes: Complete 6: 1",
            "status codes: no operation 1: 1",
            "status codes: no operation 3: 1",
            "status codes: read 0: 1",
            "status codes: read 6: 1",
            "transitions: EventEstablished in no session: 1",
        ]
    );
}

#[test]
fn coverage_adds_up_and_says_what_is_missing() {
    let one = report_of([Step::Event(mine(CallEvent::Ringing))]).coverage;
    let mut both = Coverage::default();
    assert_eq!(both.missing().len(), both.cells().count());
    both.add(&one);
    assert_eq!(both, one);
    both.add(&one);
    let all = |coverage: &Coverage| coverage.cells().map(|(_, count)| count).sum::<u64>();
    assert_eq!(all(&both), 2 * all(&one));
    assert_eq!(both.missing(), one.missing());
    assert!(!both.is_complete());
    let printed = both.to_string();
    assert!(printed.contains("\n  transitions          1 of  25\n"), "{printed}");
    assert!(printed.contains("\n  not reached: transitions: EventRinging in Alerting\n"), "{printed}");
    assert!(!printed.contains("EventRinging in no session"), "{printed}");
    let by_line = printed.lines().filter(|line| line.contains("not reached")).count();
    assert_eq!(by_line, both.missing().len());
}

/// A store whose answers are changed on their way.
struct Says<F> {
    inner: ThisCrate,
    says: F,
}

/// What a system can say.
#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    Reset,
    Told,
    Posted,
    List,
    Read,
    Notifications,
    Requests,
    Embedder,
}

impl<F: FnMut(What, &mut Value) -> Result<(), Error>> System for Says<F> {
    fn reset(&mut self) -> Result<(), Error> {
        self.inner.reset()?;
        (self.says)(What::Reset, &mut Value::Null)
    }

    fn event(&mut self, event: &Event<'_>) -> Result<Value, Error> {
        let mut told = self.inner.event(event)?;
        (self.says)(What::Told, &mut told).map(|()| told)
    }

    fn post(&mut self, me: &Agent, id: Option<&str>, body: &str) -> Result<Value, Error> {
        let mut answer = self.inner.post(me, id, body)?;
        (self.says)(What::Posted, &mut answer).map(|()| answer)
    }

    fn list(&mut self, me: &Agent, query: &str) -> Result<Value, Error> {
        let mut answer = self.inner.list(me, query)?;
        (self.says)(What::List, &mut answer).map(|()| answer)
    }

    fn read(&mut self, me: &Agent, id: &str, query: &str) -> Result<Value, Error> {
        let mut answer = self.inner.read(me, id, query)?;
        (self.says)(What::Read, &mut answer).map(|()| answer)
    }

    fn notifications(&mut self) -> Result<Vec<(String, Value)>, Error> {
        let mut all = json!(self.inner.notifications()?);
        (self.says)(What::Notifications, &mut all)?;
        Ok(serde_json::from_value(all).expect("pairs"))
    }

    fn requests(&mut self) -> Result<Option<Vec<Value>>, Error> {
        let mut all = json!(self.inner.requests()?);
        (self.says)(What::Requests, &mut all)?;
        Ok(serde_json::from_value(all).expect("requests or none"))
    }

    fn embedder(&mut self, step: &Step) -> Result<Option<Value>, Error> {
        let mut answer = json!(self.inner.embedder(step)?);
        (self.says)(What::Embedder, &mut answer)?;
        Ok(Some(answer).filter(|answer| *answer != json!("none")))
    }
}

fn tested(history: History, says: impl FnMut(What, &mut Value) -> Result<(), Error>) -> Report {
    let setup = Setup::default();
    run(&mut Says { inner: ThisCrate::new(&setup), says }, &setup, [history])
}

/// One system that says one thing otherwise.
fn otherwise(steps: impl IntoIterator<Item = Step>, what: What, value: Value) -> Report {
    tested(one_agent(steps), move |said, answer| {
        if said == what {
            *answer = value.clone();
        }
        Ok(())
    })
}

fn rings() -> Step {
    Step::Event(mine(CallEvent::Ringing))
}

#[test]
fn whatever_a_system_says_otherwise_is_a_difference_of_that_name() {
    let read = |id: &str| Step::Read { agent: 0, id: id.into(), query: String::new() };
    let complete = || post(r#"{"operationName":"Complete"}"#);
    for (steps, what, value, named) in [
        (vec![rings()], What::Told, json!({"outcome": "unchanged"}), "the outcome"),
        (vec![rings()], What::Told, json!({"reason": "orphan"}), "the outcome"),
        (vec![rings()], What::Told, json!({"outcome": "unreadable"}), "the outcome"),
        (vec![rings(), complete()], What::Posted, json!({"statusCode": 1}), "the answer"),
        (vec![rings(), complete()], What::Requests, json!([]), "the requests"),
        (vec![rings()], What::Requests, json!(["more"]), "the requests"),
        (vec![rings()], What::Notifications, json!([]), "the notifications"),
        (vec![read("A")], What::Read, json!({"statusCode": 6, "statusMessage": 7}), "the answer"),
        (vec![read("A")], What::Read, json!({"statusCode": 6}), "the answer"),
        (vec![read("A")], What::Read, json!({"statusCode": 7, "statusMessage": "words"}), "the answer"),
        (vec![read("A")], What::Read, json!({"statusCode": 6, "statusMessage": "words", "more": 1}), "the answer"),
        (vec![rings(), read("A")], What::Read, json!({}), "the answer"),
        (vec![rings()], What::List, json!({}), "the list of agent 0"),
        (vec![Step::ForgetCompleted { ago: 1 }], What::Embedder, json!(1), "the answer"),
        (
            vec![Step::ForgetCompleted { ago: 1 }],
            What::Embedder,
            json!({"statusCode": 0, "statusMessage": ""}),
            "the answer",
        ),
    ] {
        let length = steps.len();
        let report = otherwise(steps, what, value.clone());
        let failure = report.failure.as_ref().unwrap_or_else(|| panic!("{value} as {what:?}:\n{report}"));
        assert_eq!(failure.what, named, "{failure}");
        assert_eq!((report.histories, report.steps, failure.step + 1), (1, length, failure.history.steps.len()));
        assert!(!report.conforms());
        let printed = report.to_string();
        let header = format!("difference in {named} at step {} of {}:", failure.step + 1, failure.history.steps.len());
        assert!(printed.contains("DOES NOT CONFORM: ") && printed.contains(&header), "{printed}");
        assert!(!printed.contains("not reached"), "it ended before it could: {printed}");
        assert!(printed.starts_with(&format!("histories: 1, with {length} steps in all; reached:\n  ")), "{printed}");
        assert!(printed.contains(&failure.history.code("it_differs").to_string()), "{printed}");
    }
}

#[test]
fn what_a_system_is_free_to_say_is_no_difference() {
    let read = || Step::Read { agent: 0, id: "B".into(), query: String::new() };
    for (steps, what, value) in [
        (vec![rings()], What::Told, json!(null)),
        (vec![rings()], What::Told, json!({})),
        (vec![rings()], What::Told, json!({"to": "Alerting"})),
        (vec![Step::Event(Event::new(CallEvent::Ringing))], What::Told, json!({"outcome": "unreadable"})),
        (vec![rings()], What::Requests, json!(null)),
        (vec![read()], What::Read, json!({"statusCode": 6, "statusMessage": "in words of its own"})),
        (vec![rings(), Step::Time(1), rings()], What::Embedder, json!("none")),
    ] {
        let report = otherwise(steps, what, value.clone());
        assert!(report.failure.is_none() && report.halt.is_none(), "{value} as {what:?}: {report}");
        assert!(report.to_string().contains("NOT COMPLETE") && !report.conforms(), "{report}");
    }
}

/// A step that a system does not have is left out at the model too.
#[test]
fn what_an_embedder_does_is_left_out_where_there_is_no_such_thing() {
    let forget = Step::Expire { ago: 0 };
    let report = otherwise([rings(), Step::Time(5), forget, rings()], What::Embedder, json!("none"));
    assert!(report.failure.is_some(), "this one did expire, and is compared with a model that did not: {report}");
}

#[test]
fn a_run_ends_at_the_first_difference_or_error() {
    let setup = Setup::default();
    let histories = || [one_agent([rings()]), one_agent([rings(), rings()]), one_agent([rings()])];
    let report = run(&mut ThisCrate::new(&setup), &setup, histories());
    assert_eq!((report.histories, report.steps), (3, 4));

    let mut told = 0;
    let error = |_: What, _: &mut Value| {
        told += 1;
        if told > 9 { Err(Error("it died".into())) } else { Ok(()) }
    };
    let report = run(&mut Says { inner: ThisCrate::new(&setup), says: error }, &setup, histories());
    assert!(report.histories < 3 && report.failure.is_none() && !report.conforms());
    let halt = report.halt.as_ref().unwrap();
    assert_eq!((halt.step, &halt.error), (Some(0), &Error("it died".into())));
    assert!(report.to_string().contains("DOES NOT CONFORM: the system under test cannot go on: it died\n"), "{report}");
}

/// One that dies of what makes a session talk, and can be reset after that or not.
fn dies_of_talking(survives: bool) -> Report {
    let mut is_dead = false;
    let says = move |what: What, answer: &mut Value| {
        is_dead = (is_dead && !(survives && what == What::Reset)) || answer["to"] == "Talking";
        if is_dead { Err(Error("it died".into())) } else { Ok(()) }
    };
    let established = Step::Event(mine(CallEvent::Established).with_other_dn("3002"));
    let steps = [rings(), Step::Time(5), established, Step::Event(mine(CallEvent::Released))];
    let setup = Setup::default();
    let histories = [one_agent([rings()]), one_agent(steps), one_agent([rings()])];
    run(&mut Says { inner: ThisCrate::new(&setup), says }, &setup, histories)
}

#[test]
fn what_a_system_dies_of_is_made_short_if_it_can_be_reset() {
    let report = dies_of_talking(true);
    assert_eq!((report.histories, report.failure.is_none(), report.conforms()), (2, true, false));
    let halt = report.halt.as_ref().unwrap();
    assert_eq!(halt.history.steps, [Step::Event(mine(CallEvent::Established))]);
    assert_eq!((halt.step, &halt.error), (Some(0), &Error("it died".into())));
    let begin = "the system under test cannot go on: it died\nat step 1 of 1:\n\n";
    assert_eq!(halt.to_string(), format!("{begin}{}", halt.history.code("it_cannot_go_on")));
    let printed = report.to_string();
    assert!(printed.contains(&format!("DOES NOT CONFORM: {halt}")) && !printed.contains("not reached"), "{printed}");
}

/// The words are those of the system, and no part of what is expected.
#[test]
fn the_words_of_an_error_are_not_expected() {
    let read = Step::Read { agent: 0, id: "B".into(), query: String::new() };
    let report = otherwise([read], What::Read, json!({"statusCode": 3, "statusMessage": "no"}));
    let failure = report.failure.unwrap();
    assert_eq!(failure.expected, json!({"statusCode": 6, "statusMessage": "words of its own"}));
    assert_eq!(failure.found, json!({"statusCode": 3, "statusMessage": "no"}));
}

#[test]
fn what_a_system_dies_of_for_ever_is_told_as_it_was_played() {
    let report = dies_of_talking(false);
    let halt = report.halt.as_ref().unwrap();
    let established = Step::Event(mine(CallEvent::Established).with_other_dn("3002"));
    assert_eq!(halt.history, one_agent([rings(), Step::Time(5), established]), "what came after it is left out");
    assert_eq!((halt.step, &halt.error), (Some(2), &Error("it died".into())));
}

#[test]
fn a_system_that_cannot_be_reset_shows_nothing() {
    let report = tested(one_agent([rings()]), |_, _| Err(Error("it is dead".into())));
    let halt = report.halt.as_ref().unwrap();
    assert_eq!((halt.step, halt.history.steps.len()), (None, 0));
    assert_eq!(halt.to_string(), "the system under test cannot go on: it is dead\nat reset\n");
}

/// The place and the history belong together, whatever happened to the system meanwhile.
#[test]
fn a_difference_is_told_of_the_history_that_showed_it_last() {
    for survived in 1..8 {
        let (mut events, mut histories) = (0, 0);
        let says = |what: What, answer: &mut Value| {
            match what {
                What::Told => events += 1,
                What::Reset => (events, histories) = (0, histories + 1),
                _ => {}
            }
            if histories > survived {
                return Err(Error("it is dead".into()));
            }
            if what == What::Told && events == 2 {
                *answer = json!({"outcome": "message"});
            }
            Ok(())
        };
        let times = || (1..5).map(Step::Time);
        let report = tested(one_agent(times().chain([rings()]).chain(times()).chain([rings()]).chain(times())), says);
        let failure = report.failure.as_ref().unwrap_or_else(|| panic!("{report}"));
        let length = failure.history.steps.len();
        assert_eq!(failure.step + 1, length, "{failure}");
        assert!(length == 10 || survived > 2, "nothing could be tried: {failure}");
        assert!(length < 10 || survived < 7, "something could be left out: {failure}");
    }
}

/// Every line that the kit can write, and what this crate's store answers.
#[test]
fn the_lines_over_the_pipe() {
    let agents = [Agent::new([("/devices/1", "3001")])];
    let steps = [
        (rings(), r#"{"do":"event","Event":"EventRinging","ThisDN":"3001","CallUUID":"A"}"#),
        (post("x"), r#"{"do":"post","me":[{"devicePath":"/devices/1","dn":"3001"}],"id":"A","body":"x"}"#),
        (Step::List { agent: 1, query: "fields=id".into() }, r#"{"do":"list","me":[],"query":"fields=id"}"#),
        (
            Step::Read { agent: 0, id: "A".into(), query: "fields=id".into() },
            r#"{"do":"read","me":[{"devicePath":"/devices/1","dn":"3001"}],"id":"A","query":"fields=id"}"#,
        ),
    ];
    let mut lines = String::from("{\"do\":\"reset\",\"baseUri\":\"http://localhost:8090\"}\n");
    for (step, line) in steps {
        assert_eq!(command(&agents, &step).as_deref(), Some(line));
        lines += &(line.to_owned() + "\n");
    }
    for step in [
        Step::Time(1),
        Step::Expire { ago: 1 },
        Step::Forget { this_dn: "3001".into(), id: "A".into() },
        Step::ForgetCompleted { ago: 1 },
        Step::ForgetRequests { ago: 1 },
        Step::Reconcile { this_dn: "3001".into(), list: vec![] },
    ] {
        assert_eq!(command(&agents, &step), None);
    }
    lines += "{\"do\":\"event\",\"Event\":\"EventRinging\",\"CallUUID\":7,\"EventSequenceNumber\":{}}\n";
    lines += "{\"do\":\"fly\"}\nno JSON\n{\"do\":\"list\",\"me\":7}\n";
    let mut answers = Vec::new();
    serve(&mut ThisCrate::new(&Setup::default()), lines.as_bytes(), &mut answers).unwrap();
    let answers: Vec<Value> =
        String::from_utf8(answers).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 9);
    assert_eq!(answers[0], json!({"notifications": [], "requests": []}));
    assert_eq!(answers[1]["told"]["outcome"], "changed");
    assert_eq!(answers[1]["notifications"][0]["thisDN"], "3001");
    assert_eq!(answers[1]["notifications"][0]["notification"]["data"]["imSession"]["state"], "Alerting");
    assert_eq!(answers[2]["answer"]["statusCode"], 10);
    assert_eq!(answers[3]["answer"], json!({"imSessions": [], "statusCode": 0}));
    assert_eq!(answers[4]["answer"], json!({"imSession": {"id": "A"}, "statusCode": 0}));
    assert_eq!(answers[5]["told"], json!({"outcome": "unreadable"}));
    assert_eq!(answers[6], json!({"error": r#"expected something to do, found {"do":"fly"}"#}));
    assert!(answers[7]["error"].is_string() && answers[8]["error"].is_string());
}

/// What a system behind a pipe says in any answer reaches the kit with the next question for it.
#[test]
fn the_answers_over_the_pipe() {
    let answers = concat!(
        "{\"requests\":[]}\n",
        "{\"told\":{\"outcome\":\"changed\"},\"notifications\":[{\"thisDN\":\"3001\",\"notification\":1}]}\n",
        "{\"answer\":{\"statusCode\":0},\"requests\":[1]}\n",
        "{\"answer\":2,\"requests\":[2],\"notifications\":[{\"thisDN\":\"3002\",\"notification\":2}]}\n",
        "{\"answer\":3}\n",
        "{}\n",
        "{\"error\":\"it is tired\"}\n",
        "no answer\n",
    );
    let (setup, mut written) = (Setup::default(), Vec::new());
    let me = Agent::new([("/devices/1", "3001")]);
    let mut system = JsonLines::new(BufReader::new(answers.as_bytes()), &mut written, &setup);
    system.reset().unwrap();
    assert_eq!(system.requests(), Ok(Some(vec![])));
    assert_eq!(system.event(&mine(CallEvent::Ringing)), Ok(json!({"outcome": "changed"})));
    assert_eq!(system.post(&me, None, "x"), Ok(json!({"statusCode": 0})));
    assert_eq!(system.list(&me, "q"), Ok(json!(2)));
    assert_eq!(system.requests(), Ok(Some(vec![json!(1), json!(2)])));
    assert_eq!(system.requests(), Ok(Some(vec![])));
    assert_eq!(system.notifications(), Ok(vec![("3001".into(), json!(1)), ("3002".into(), json!(2))]));
    assert_eq!(system.notifications(), Ok(vec![]));
    assert_eq!(system.read(&me, "A", "q"), Ok(json!(3)));
    system.reset().unwrap();
    assert_eq!(system.requests(), Ok(None), "it does not show them any more");
    assert_eq!(system.embedder(&Step::Time(1)), Ok(None));
    assert_eq!(system.list(&me, "q"), Err(Error("it is tired".into())));
    let error = system.list(&me, "q").unwrap_err().to_string();
    assert!(error.contains("expected an answer, found \"no answer\""), "{error}");
    let error = system.list(&me, "q").unwrap_err().to_string();
    assert!(error.contains("expected an answer to {\"do\":\"list\"") && error.contains("found the end"), "{error}");
    drop(system);
    let written = String::from_utf8(written).unwrap();
    assert_eq!(written.lines().count(), 9);
    assert!(written.starts_with("{\"do\":\"reset\",\"baseUri\":\"http://localhost:8090\"}\n"), "{written}");
    assert!(written.contains(
        "\n{\"do\":\"post\",\"me\":[{\"devicePath\":\"/devices/1\",\"dn\":\"3001\"}],\"id\":null,\"body\":\"x\"}\n"
    ));
}
