//! What does the conformance kit report?

use im_session::testing::conformance::{Coverage, Error, Failure, Histories, Report, System, Why, run};
use im_session::testing::{Agent, History, Setup, Step};
use im_session::{CallEvent, DataEvent, Event, KeyValueList, Sessions};
use serde_json::{Value, json};

/// The FNV-1a hash.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// A seed always gives the same histories, so a recorded seed stays useful. Change the expected value only on purpose.
#[test]
fn the_histories_of_a_seed_are_the_same_everywhere_and_for_ever() {
    for (seed, steps, expected) in
        [(1, 12700, 0xf0b58fe01433cf24), (2, 12014, 0xbed1322b24a4de64), (u64::MAX, 11593, 0xe8dca267cda297d9)]
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
    History { agents: vec![Agent::new().with_device("/devices/1", "3001")], steps: steps.into_iter().collect() }
}

fn post(body: &str) -> Step {
    Step::Post { agent: 0, target: Some("A".into()), body: body.into() }
}

fn report_of(steps: impl IntoIterator<Item = Step>) -> Report {
    let setup = Setup::default();
    run(&mut setup.sessions(), &setup, [one_agent(steps)])
}

/// The cells that one history reaches, each counted once per step.
fn reached(steps: impl IntoIterator<Item = Step>) -> Vec<String> {
    let report = report_of(steps);
    assert!(report.failure.is_none(), "{report}");
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
    let list = KeyValueList::from_iter([("k", "v")]);
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
            "causes: released: 1",
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
            "settled requests: done by another event: 1",
            "settled requests: failed: 1",
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
fn coverage_says_what_is_missing() {
    let one = report_of([Step::Event(mine(CallEvent::Ringing))]).coverage;
    let none = Coverage::default();
    assert_eq!(none.missing().len(), none.cells().count());
    let reached = one.cells().filter(|(_, count)| *count > 0).count();
    // The run never makes room, so the four cells for that do not count.
    assert_eq!(one.missing().len() + reached, none.cells().count() - 4);
    assert!(!one.is_complete());
    let printed = one.to_string();
    assert!(printed.contains("\n  transitions            1 of  25\n"), "{printed}");
    assert!(printed.contains("\n  not reached: transitions: EventRinging in Alerting\n"), "{printed}");
    assert!(!printed.contains("EventRinging in no session"), "{printed}");
    let by_line = printed.lines().filter(|line| line.contains("not reached")).count();
    assert_eq!(by_line, one.missing().len());
}

/// A store whose answers are changed on the way to the kit.
struct Says<F> {
    inner: Sessions,
    says: F,
}

/// The kinds of answers of a system.
#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    Reset,
    Told,
    Posted,
    List,
    Read,
    Notifications,
    Settled,
    Requests,
    Embedder,
}

impl<F: FnMut(What, &mut Value) -> Result<(), Error>> Says<F> {
    /// An empty part is omitted.
    fn part(&mut self, what: What, answer: &mut Value, name: &str) -> Result<(), Error> {
        let Some(part) = answer.get_mut(name) else { return Ok(()) };
        (self.says)(what, part)?;
        if part.is_null() {
            answer.as_object_mut().expect("an object").remove(name);
        }
        Ok(())
    }
}

impl<F: FnMut(What, &mut Value) -> Result<(), Error>> System for Says<F> {
    fn reset(&mut self, setup: &Setup) -> Result<Value, Error> {
        self.inner.reset(setup)?;
        (self.says)(What::Reset, &mut json!({})).map(|()| json!({}))
    }

    fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Result<Option<Value>, Error> {
        let mut answer = self.inner.carry_out(agents, step)?.expect("it has everything");
        let of_embedder = match step {
            Step::Event(_) => None,
            Step::Post { .. } => Some(What::Posted),
            Step::List { .. } => Some(What::List),
            Step::Read { .. } => Some(What::Read),
            _ => Some(What::Embedder),
        };
        match of_embedder {
            Some(What::Embedder) => {
                let mut said = json!("yes");
                (self.says)(What::Embedder, &mut said)?;
                match said.as_str() {
                    Some("yes") => {}
                    Some("none") => return Ok(None),
                    _ => answer["answer"] = said,
                }
            }
            Some(what) => self.part(what, &mut answer, "answer")?,
            None => self.part(What::Told, &mut answer, "told")?,
        }
        self.part(What::Notifications, &mut answer, "notifications")?;
        self.part(What::Settled, &mut answer, "settled")?;
        if matches!(step, Step::Event(_) | Step::Post { .. }) {
            answer["requests"] = answer.get("requests").cloned().unwrap_or(json!([]));
            self.part(What::Requests, &mut answer, "requests")?;
        }
        Ok(Some(answer))
    }
}

fn tested(history: History, says: impl FnMut(What, &mut Value) -> Result<(), Error>) -> Report {
    let setup = Setup::default();
    run(&mut Says { inner: setup.sessions(), says }, &setup, [history])
}

/// A report on a system that gives one wrong answer.
fn otherwise(steps: impl IntoIterator<Item = Step>, what: What, value: Value) -> Report {
    tested(one_agent(steps), move |said, answer| {
        if said == what {
            *answer = value.clone();
        }
        Ok(())
    })
}

/// The failure, the step at which the system stopped, and the system's own message.
fn halted(report: &Report) -> (&Failure, Option<usize>, &str) {
    match &report.failure {
        Some(failure @ Failure { why: Why::Halt(error), .. }) => (failure, failure.step, &error.0),
        _ => panic!("{report}"),
    }
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
        (vec![rings()], What::Settled, json!([1]), "the settled requests"),
        (vec![read("A")], What::Read, json!({"statusCode": 6, "statusMessage": 7}), "the answer"),
        (vec![read("A")], What::Read, json!({"statusCode": 6}), "the answer"),
        (vec![read("A")], What::Read, json!({"statusCode": 7, "statusMessage": "words"}), "the answer"),
        (vec![read("A")], What::Read, json!({"statusCode": 6, "statusMessage": "words", "more": 1}), "the answer"),
        (vec![rings(), read("A")], What::Read, json!({}), "the answer"),
        (vec![rings()], What::List, json!({}), "the list of agent 0"),
        (vec![Step::ForgetCompleted { ago: 1 }], What::Embedder, json!(1), "the answer"),
        (vec![Step::ForgetCompleted { ago: -1 }], What::Embedder, json!(null), "the answer"),
    ] {
        let length = steps.len();
        let report = otherwise(steps, what, value.clone());
        let failure = report.failure.as_ref().unwrap_or_else(|| panic!("{value} as {what:?}:\n{report}"));
        assert!(matches!(&failure.why, Why::Difference { what, .. } if what == named), "{failure}");
        let step = failure.step.expect("a step") + 1;
        assert_eq!((report.histories, report.steps, step), (1, length, failure.history.steps.len()));
        assert!(!report.conforms());
        let printed = report.to_string();
        let header = format!("difference in {named} at step {step} of {step}:");
        assert!(printed.contains("DOES NOT CONFORM: ") && printed.contains(&header), "{printed}");
        assert!(!printed.contains("not reached"), "it ended before it could: {printed}");
        assert!(printed.starts_with(&format!("histories: 1, with {length} steps in all; reached:\n  ")), "{printed}");
        assert!(printed.contains(&failure.history.code("it_differs")), "{printed}");
        // The report gives the lines that reproduce the failure next to the Rust code.
        assert_eq!(failure.lines, failure.history.json_lines(&Setup::default()));
        assert!(printed.contains(&failure.lines.concat()), "{printed}");
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
        (vec![rings()], What::Settled, json!(null)),
        (vec![read()], What::Read, json!({"statusCode": 6, "statusMessage": "in words of its own"})),
        (vec![rings(), Step::Time(1), rings()], What::Embedder, json!("none")),
    ] {
        let report = otherwise(steps, what, value.clone());
        assert!(report.failure.is_none(), "{value} as {what:?}: {report}");
        assert!(report.to_string().contains("NOT COMPLETE") && !report.conforms(), "{report}");
    }
}

/// If a system does not support a step, the model skips the step too.
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
    let report = run(&mut setup.sessions(), &setup, histories());
    assert_eq!((report.histories, report.steps), (3, 4));

    let mut told = 0;
    let error = |_: What, _: &mut Value| {
        told += 1;
        if told > 9 { Err(Error("it died".into())) } else { Ok(()) }
    };
    let report = run(&mut Says { inner: setup.sessions(), says: error }, &setup, histories());
    assert!(report.histories < 3 && !report.conforms());
    let (_, step, error) = halted(&report);
    assert_eq!((step, error), (Some(0), "it died"));
    assert!(report.to_string().contains("DOES NOT CONFORM: the system under test cannot go on: it died\n"), "{report}");
}

/// A report on a system that dies when a session starts talking. `survives` says whether it can be reset afterwards.
fn dies_of_talking(survives: bool) -> Report {
    let mut is_dead = false;
    let says = move |what: What, answer: &mut Value| {
        is_dead = (is_dead && !(survives && what == What::Reset)) || answer.get("to") == Some(&json!("Talking"));
        if is_dead { Err(Error("it died".into())) } else { Ok(()) }
    };
    let established = Step::Event(mine(CallEvent::Established).with_other_dn("3002"));
    let steps = [rings(), Step::Time(5), established, Step::Event(mine(CallEvent::Released))];
    let setup = Setup::default();
    let histories = [one_agent([rings()]), one_agent(steps), one_agent([rings()])];
    run(&mut Says { inner: setup.sessions(), says }, &setup, histories)
}

#[test]
fn what_a_system_dies_of_is_made_short_if_it_can_be_reset() {
    let report = dies_of_talking(true);
    assert_eq!((report.histories, report.conforms()), (2, false));
    let (halt, step, error) = halted(&report);
    assert_eq!(halt.history.steps, [Step::Event(mine(CallEvent::Established))]);
    assert_eq!((step, error), (Some(0), "it died"));
    let begin = "the system under test cannot go on: it died\nat step 1 of 1:\n\n";
    let lines = halt.history.json_lines(&Setup::default()).concat();
    assert_eq!(halt.to_string(), format!("{begin}{lines}\n{}", halt.history.code("it_cannot_go_on")));
    let printed = report.to_string();
    assert!(printed.contains(&format!("DOES NOT CONFORM: {halt}")) && !printed.contains("not reached"), "{printed}");
}

/// The system's message is reported verbatim and is not part of the expectation.
#[test]
fn the_words_of_an_error_are_not_expected() {
    let read = Step::Read { agent: 0, id: "B".into(), query: String::new() };
    let report = otherwise([read], What::Read, json!({"statusCode": 3, "statusMessage": "no"}));
    let expected = json!({"statusCode": 6, "statusMessage": "words of its own"});
    let found = json!({"statusCode": 3, "statusMessage": "no"});
    assert_eq!(report.failure.unwrap().why, Why::Difference { what: "the answer".into(), expected, found });
}

#[test]
fn what_a_system_dies_of_for_ever_is_told_as_it_was_played() {
    let report = dies_of_talking(false);
    let (halt, step, error) = halted(&report);
    let established = Step::Event(mine(CallEvent::Established).with_other_dn("3002"));
    assert_eq!(halt.history, one_agent([rings(), Step::Time(5), established]), "what came after it is left out");
    assert_eq!((step, error), (Some(2), "it died"));
}

#[test]
fn a_system_that_cannot_be_reset_shows_nothing() {
    let report = tested(one_agent([rings()]), |_, _| Err(Error("it is dead".into())));
    let (halt, step, _) = halted(&report);
    assert_eq!((step, halt.history.steps.len()), (None, 0));
    assert_eq!(halt.to_string(), "the system under test cannot go on: it is dead\nat reset\n");
}

/// The reported step belongs to the reported history, whatever happened to the system in between.
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
        assert_eq!(failure.step, Some(length - 1), "{failure}");
        assert!(length == 10 || survived > 2, "nothing could be tried: {failure}");
        assert!(length < 10 || survived < 7, "something could be left out: {failure}");
    }
}
