//! Does a failing property shrink to the smallest case, so that a person can read it?

use im_session::decode::Form;
use im_session::from_bytes::{
    loggable_event, operation_body, operation_of, participants, query, resource, user_data_beyond, user_data_within,
};
use im_session::strategies::{
    Fault, any_event, faulty_history, history, history_of, interleaved_histories, log, log_of, made_by, step,
    valid_history,
};
use im_session::testing::{History, Log, Step};
use im_session::{
    CallEvent, DataEvent, Event, KeyValueList, Limits, Outcome, Participant, Session, SessionEvent, State, Value,
};
use proptest::prelude::any;
use serde_json::json;

use super::smallest;

fn always<T>(_: &T) -> bool {
    true
}

/// A list of one list.
fn with(key: &'static str, list: KeyValueList<'static>) -> KeyValueList<'static> {
    KeyValueList::try_from_iter([(key, list)]).expect("not too deep")
}

fn dialing() -> Event<'static> {
    Event::new(CallEvent::Dialing)
}

fn numbered(name: CallEvent, number: u64) -> Event<'static> {
    Event::new(name)
        .with_this_dn("3001")
        .with_call_uuid("A")
        .with_event_sequence_number(number)
        .with_server_start_time(1_420_640_000)
}

#[test]
fn an_event() {
    assert_eq!(smallest(any_event(), always), dialing().with_this_dn("3001").with_call_uuid("A"));
    let with_user_data = smallest(any_event(), |event| event.user_data.list().is_some_and(|list| !list.is_empty()));
    assert!(with_user_data.user_data.list().is_some_and(|list| list.len() == 1), "{with_user_data:?}");
    let answer = smallest(any_event(), |event| event.conn_id.is_some() && event.this_dn().is_some());
    assert!(answer.user_data.list().is_none_or(|list| list.len() < 2), "{answer:?}");
    assert_eq!(smallest(made_by(loggable_event), always), dialing().with_this_dn("3001").with_call_uuid("A"));
}

#[test]
fn a_valid_history() {
    assert_eq!(smallest(valid_history(), always), [numbered(CallEvent::Dialing, 1)]);
    let answered = smallest(valid_history(), |events| {
        events.iter().any(|event| event.name == CallEvent::Established.into() && event.event_sequence_number > Some(1))
    });
    assert_eq!(answered, [numbered(CallEvent::Dialing, 1), numbered(CallEvent::Established, 2)]);
    let abandoned =
        smallest(valid_history(), |events| events.iter().any(|event| event.name == CallEvent::Abandoned.into()));
    assert_eq!(abandoned, [numbered(CallEvent::Ringing, 1), numbered(CallEvent::Abandoned, 2)]);
    let message =
        smallest(valid_history(), |events| events.iter().any(|event| event.text().as_deref() == Some("hello")));
    assert_eq!(message.len(), 2, "{message:?}");
    assert_eq!(message[1].name, DataEvent::PrivateInfo.into());
}

#[test]
fn a_faulty_history() {
    let twice = vec![numbered(CallEvent::Dialing, 1), numbered(CallEvent::Dialing, 1)];
    assert_eq!(smallest(faulty_history(), always), twice);
    let orphan = smallest(faulty_history(), |events| {
        let mut session = None;
        let mut outcomes = events.iter().map(|event| Session::apply(&mut session, event, &Limits::DEFAULT));
        matches!(outcomes.next(), Some(Outcome::Rejected(_))) && events[0].name == CallEvent::Released.into()
    });
    // The event that was left out or moved to the end belonged to the same call, so one other event may remain.
    let names: Vec<_> = orphan.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names[0], "EventReleased");
    assert!(names.len() <= 11, "{names:?}");
}

#[test]
fn interleaved_histories_of_two_dns() {
    let two = smallest(interleaved_histories(), |history| {
        let dn = |at: usize| match history.steps.get(at) {
            Some(Step::Event(event)) => event.this_dn().map(str::to_owned),
            _ => None,
        };
        dn(1).is_some() && dn(0) != dn(1)
    });
    // Either of the two calls may have the first DN.
    let mut dns: Vec<_> = two
        .steps
        .iter()
        .filter_map(|step| if let Step::Event(event) = step { event.this_dn() } else { None })
        .collect();
    dns.sort_unstable();
    assert_eq!(dns, ["3001", "3002"]);
}

fn user_data() -> impl proptest::strategy::Strategy<Value = KeyValueList<'static>> {
    made_by(|bytes| user_data_within(bytes, &Limits::DEFAULT))
}

#[test]
fn user_data_up_to_a_limit() {
    assert_eq!(smallest(user_data(), always), KeyValueList::new());
    assert_eq!(smallest(user_data(), |list| !list.is_empty()), KeyValueList::from_iter([("k", "v")]));
    let nested = smallest(user_data(), |list| list.depth() > 1);
    assert!(nested.len() <= 4, "{nested:?}");
    let mut limits = Limits::DEFAULT;
    limits.user_data_depth = 2;
    let two_deeper = with("l", with("l", KeyValueList::new()));
    assert_eq!(smallest(made_by(move |bytes| user_data_beyond(bytes, &limits)), always), two_deeper);
    assert_eq!(smallest(made_by(participants), always), []);
}

#[test]
fn an_operation() {
    let bodies = || made_by(|bytes| operation_body(bytes, "/devices/1"));
    // An empty byte string gives a valid InitiateIMSession.
    let good = operation_of(0, "/devices/1").expect("an operation");
    assert_eq!(smallest(bodies(), always), good);
    let key = smallest(bodies(), |body| body.contains("\"key\""));
    assert!(key.len() < 150, "{key}");
}

#[test]
fn a_resource_and_a_query() {
    assert_eq!(smallest(made_by(resource), always), json!({"id": "A", "state": "Initiating"}));
    let talking =
        smallest(made_by(resource), |resource| resource["state"] == " Talking" && resource["userData"].is_object());
    assert_eq!(talking, json!({"id": "A", "state": " Talking", "userData": {}}));
    let somebody = smallest(made_by(resource), |resource| resource["participants"][0].is_object());
    assert_eq!(somebody["participants"], json!([im_session::Participant::from_number("3001")]));
    assert_eq!(smallest(made_by(query), always), "");
    assert_eq!(smallest(made_by(query), |query| query.contains("fields")), "fields=*");
}

#[test]
fn a_log() {
    let smallest_log = smallest(log(), always);
    let line = "{\"Event\":\"EventDialing\",\"ThisDN\":\"3001\",\"CallUUID\":\"A\"}\n";
    assert_eq!((smallest_log.form, smallest_log.text.as_str()), (Form::JsonLines, line));
    let in_a_list = smallest(log_of(Form::TServerLog), |log| log.text.contains("(list)"));
    assert!(in_a_list.events.len() <= 2 && in_a_list.text.lines().count() < 24, "{in_a_list:?}");
}

#[test]
fn a_history() {
    assert_eq!(smallest(history(), always), History { agents: vec![], steps: vec![] });
    assert_eq!(smallest(step(), always), Step::Event(dialing().with_this_dn("3001").with_call_uuid("A")));
    let posted = smallest(history(), |history| history.steps.iter().any(|step| matches!(step, Step::Post { .. })));
    assert!(matches!(&posted.steps[..], [Step::Post { agent: 0, body, .. }] if body == "{}"), "{posted:?}");
    // A session that ends twice shrinks to the shortest way there, with nothing else.
    let completed = smallest(history(), |history| {
        let mut session = None;
        for step in &history.steps {
            if let Step::Event(event) = step {
                if event.this_dn() == Some("3002") && event.call_uuid() == Some("A") {
                    Session::apply(&mut session, event, &Limits::DEFAULT);
                }
            }
        }
        session.is_some_and(|session: Session| session.state() == State::Completed)
    });
    let [Step::Event(first), Step::Event(last)] = &completed.steps[..] else { panic!("{completed:?}") };
    let at = |name: CallEvent| Event::new(name).with_this_dn("3002").with_call_uuid("A");
    assert_eq!((first, last), (&at(CallEvent::Dialing), &at(CallEvent::Released)));
}

/// Some steps become removable only after another step got simpler, so removal must then start again.
#[test]
fn steps_go_that_became_needless_when_others_got_simpler() {
    let begun = std::cell::Cell::new(false);
    let alone = smallest(history(), |history| {
        let established: Vec<_> = history
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Event(event) if event.name == CallEvent::Established.into() => Some(!event.user_data.is_absent()),
                _ => None,
            })
            .collect();
        // The failure starts with user data at the one step that must stay. As long as the user data is there, two
        // other steps must stay too.
        begun.set(begun.get() || (established == [true] && history.steps.len() > 9));
        begun.get() && (established == [false] || (established == [true] && history.steps.len() > 2))
    });
    assert_eq!(alone.steps, [Step::Event(Event::new(CallEvent::Established))]);
}

#[test]
fn a_history_keeps_as_many_steps_as_it_must_have() {
    for fewest in [0, 1, 3] {
        assert_eq!(smallest(history_of(step(), fewest..=9), always).steps.len(), fewest);
    }
}

/// Removal takes half of the steps at once, then a quarter, and so on. It soon isolates the one step of 60 that
/// matters.
#[test]
fn few_questions_lead_to_the_one_step_that_matters() {
    let (asked, since) = (std::cell::Cell::new(0), std::cell::Cell::new(None));
    let alone = smallest(history(), |history| {
        asked.set(asked.get() + 1);
        let fails = history.steps.iter().any(|step| matches!(step, Step::Forget { .. }));
        if fails && history.steps.len() > 30 && since.get().is_none() {
            since.set(Some(asked.get()));
        }
        fails && since.get().is_some()
    });
    assert_eq!(alone.steps.len(), 1);
    println!("{} questions", asked.get() - since.get().unwrap());
    assert!(asked.get() - since.get().unwrap() <= 26);
}

#[test]
fn any_of_a_type() {
    assert_eq!(smallest(any::<Form>(), always), Form::JsonLines);
    assert_eq!(smallest(any::<SessionEvent>(), always), SessionEvent::Call(CallEvent::Dialing));
    assert_eq!(smallest(any::<Value<'_>>(), always), "v".into());
    assert_eq!(smallest(any::<Participant<'_>>(), always), Participant::from_number("3001"));
    assert_eq!(smallest(any::<Limits>(), always), Limits::DEFAULT);
    let mut no_session = Limits::DEFAULT;
    no_session.sessions = 0;
    assert_eq!(smallest(any::<Limits>(), |limits| limits.sessions < 100), no_session);
    assert_eq!(smallest(any::<Log>(), always).events.len(), 1);
    assert_eq!(smallest(any::<Fault>(), always), Fault::Repeated { at: 0, after: 0 });
}
