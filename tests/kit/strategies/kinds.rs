//! Do the strategies reach every kind of value?

use std::collections::BTreeSet;

use im_session::decode::Form;
use im_session::from_bytes::{loggable_event, operation_body, participants, query, resource};
use im_session::resource::{Field, Fields, Parameter};
use im_session::strategies::{Fault, any_event, history, history_of, made_by, step};
use im_session::testing::{Log, Step};
use im_session::{
    BaseUri, CallEvent, DataEvent, EventName, ImSession, KeyValueList, Limits, Operation, OperationBody, Outcome,
    Participant, Query, RejectReason, SessionEvent, Sessions, State, StatusCode, Target, UnreadableEvent, Value,
};
use proptest::prelude::{Just, any};
use serde_json::json;

use super::samples;

/// Half of the events that may concern the whole call do. All other events lack ThisDN only rarely.
#[test]
fn half_of_the_events_for_a_whole_call_have_no_dn() {
    let events = samples(any_event(), 2000);
    let (for_a_call, others): (Vec<_>, Vec<_>) =
        events.iter().partition(|event| event.name == DataEvent::AttachedDataChanged.into());
    let without = |events: &[&im_session::Event<'_>]| {
        events.iter().filter(|event| event.this_dn.is_none()).count() * 100 / events.len()
    };
    assert!((35..65).contains(&without(&for_a_call)), "{} %", without(&for_a_call));
    assert!((1..10).contains(&without(&others)), "{} %", without(&others));
}

/// A history numbers exactly those events whose number is `u64::MAX`.
#[test]
fn a_history_numbers_what_asks_for_it() {
    for (number, numbers) in [
        (Some(u64::MAX), [Some(1), Some(2), Some(3)]),
        (Some(7), [Some(7), Some(7), Some(7)]),
        (None, [None, None, None]),
    ] {
        let mut event = im_session::Event::new(CallEvent::Dialing);
        event.event_sequence_number = number;
        for history in samples(history_of(Just(Step::Event(event)), 3..=3), 3) {
            let number = |step: &Step| match step {
                Step::Event(event) => event.event_sequence_number,
                _ => panic!("{step:?}"),
            };
            assert!(history.steps.iter().map(number).eq(numbers));
        }
    }
}

/// A history with one fault, written as the initials of its events.
#[test]
fn faults_are_at_their_places() {
    let damaged = |letters: &str, fault: Fault| -> String {
        let name = |letter| match letter {
            'D' => CallEvent::Dialing,
            'R' => CallEvent::Ringing,
            'E' => CallEvent::Established,
            _ => CallEvent::Released,
        };
        let mut events: Vec<_> = letters.chars().map(|letter| im_session::Event::new(name(letter))).collect();
        fault.damage(&mut events);
        let letter = |name: &str| match name {
            "EventDialing" => 'D',
            "EventRinging" => 'R',
            "EventEstablished" => 'E',
            _ => 'X',
        };
        events.iter().map(|event| letter(event.name.as_str())).collect()
    };
    for (before, fault, after) in [
        ("DEX", Fault::Repeated { at: 0, after: 0 }, "DDEX"),
        ("DEX", Fault::Repeated { at: 0, after: 1 }, "DEDX"),
        ("DEX", Fault::Repeated { at: 4, after: 9 }, "DEXE"),
        ("DEX", Fault::Lost { at: 1 }, "DX"),
        ("DEX", Fault::Lost { at: 5 }, "DE"),
        ("DEX", Fault::Reordered { at: 0, by: 1 }, "EDX"),
        ("DEX", Fault::Reordered { at: 0, by: 9 }, "EXD"),
        ("DEX", Fault::Reordered { at: 5, by: 1 }, "DEX"),
        ("DEX", Fault::Truncated { at: 2 }, "DE"),
        ("DEX", Fault::Truncated { at: 3 }, "D"),
        ("DEX", Fault::WrongRole { at: 0 }, "REX"),
        ("DEX", Fault::WrongRole { at: 2 }, "REX"),
        ("EDX", Fault::WrongRole { at: 1 }, "ERX"),
        ("EDX", Fault::WrongRole { at: 0 }, "EDX"),
        ("DRX", Fault::WrongRole { at: 2 }, "DDX"),
        ("", Fault::Repeated { at: 0, after: 0 }, ""),
        ("", Fault::Lost { at: 0 }, ""),
        ("", Fault::Reordered { at: 0, by: 1 }, ""),
        ("", Fault::Truncated { at: 0 }, ""),
        ("", Fault::WrongRole { at: 0 }, ""),
    ] {
        assert_eq!(damaged(before, fault), after, "{fault:?} of {before}");
    }
}

#[test]
fn events_of_every_name_with_and_without_every_attribute() {
    let events = samples(any_event(), 2000);
    for name in CallEvent::ALL.map(EventName::Call).into_iter().chain(DataEvent::ALL.map(EventName::Data)) {
        assert!(events.iter().filter(|event| event.name == name).count() > 30, "{name}");
    }
    let ignored: BTreeSet<&str> = events.iter().map(|event| event.name.as_str()).collect();
    assert!(["EventHeld", "EventError", "EventACK"].iter().all(|name| ignored.contains(name)));

    macro_rules! with_and_without {
        ($($attribute:ident)*) => {$(
            let with = events.iter().filter(|event| event.$attribute != Default::default()).count();
            assert!((20..1980).contains(&with), "{} with {}", with, stringify!($attribute));
        )*};
    }
    with_and_without! {
        this_dn other_dn call_uuid conn_id event_sequence_number server_start_time user_data extensions reference_id
        error_code error_message
    }
    let unreadable: Vec<UnreadableEvent> = events.iter().filter_map(|event| event.route().err()).collect();
    assert!(unreadable.iter().any(|why| matches!(why, UnreadableEvent::NoCallUuid { .. })));
    assert!(unreadable.iter().any(|why| matches!(why, UnreadableEvent::NoThisDn { .. })));
    assert!(unreadable.iter().any(|why| matches!(why, UnreadableEvent::BadCallUuid { .. })));
    assert!(
        events.iter().any(|event| event.name == DataEvent::AttachedDataChanged.into() && event.this_dn().is_none())
    );
    assert!(events.iter().any(|event| event.other_dn.is_some() && event.other_party().is_none()));
}

#[test]
fn loggable_events_are_readable_and_of_every_name() {
    let events = samples(made_by(loggable_event), 500);
    assert!(events.iter().all(|event| event.route().is_ok()));
    let names: BTreeSet<&str> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names.len(), CallEvent::ALL.len() + DataEvent::ALL.len());
}

#[test]
fn user_data_of_every_kind() {
    fn kinds(list: &KeyValueList<'_>, into: &mut BTreeSet<&'static str>) {
        for pair in list.pairs() {
            into.insert(match &pair.value {
                Value::String(_) => "string",
                Value::Integer(_) => "integer",
                Value::Binary(_) => "binary",
                Value::List(_) => "list",
            });
            if let Value::List(inner) = &pair.value {
                kinds(inner, into);
            }
        }
    }
    let lists = samples(any::<KeyValueList<'static>>(), 300);
    let mut found = BTreeSet::new();
    lists.iter().for_each(|list| kinds(list, &mut found));
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(lists.iter().any(|list| list.view().count() < list.len()), "a key repeats");
    assert!(lists.iter().any(KeyValueList::is_empty));
}

#[test]
fn faults_of_every_kind() {
    let found: BTreeSet<&str> = samples(any::<Fault>(), 200)
        .into_iter()
        .map(|fault| match fault {
            Fault::Repeated { .. } => "repeated",
            Fault::Lost { .. } => "lost",
            Fault::Reordered { .. } => "reordered",
            Fault::Truncated { .. } => "truncated",
            Fault::WrongRole { .. } => "wrong role",
        })
        .collect();
    assert_eq!(found.len(), 5);
}

#[test]
fn participants_with_number_analysis_and_without() {
    let all: Vec<_> = samples(made_by(participants), 200).into_iter().flatten().collect();
    assert!(all.iter().any(|participant| participant.country.is_some() && participant.location.is_some()));
    assert!(all.iter().any(|participant| participant.e164_number.is_empty()));
    assert!(all.iter().any(|participant| participant.digits != participant.phone_number));
    assert!(all.iter().any(|participant| participant.t_library_number().is_empty()));
}

#[test]
fn resources_can_be_read_and_are_of_every_shape() {
    let resources = samples(made_by(resource), 2000);
    let mut states = BTreeSet::new();
    for resource in &resources {
        // Parsed from text, as clients receive it.
        let text = resource.to_string();
        let read: ImSession<'_> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        states.insert(read.state());
    }
    assert_eq!(states.len(), State::ALL.len());
    let some = |holds: &dyn Fn(&serde_json::Value) -> bool| resources.iter().any(holds);
    assert!(some(&|resource| resource["state"] == " Talking"));
    assert!(some(&|resource| resource["state"] == "Talking "));
    assert!(some(&|resource| resource["state"] == " Talking\t"));
    assert!(some(&|resource| resource.get("userData") == Some(&json!(null))));
    assert!(some(&|resource| resource.get("userData").is_none()));
    assert!(some(&|resource| resource.get("participants").is_none()));
    assert!(some(&|resource| resource.get("dnis").is_some()));
    assert!(some(&|resource| resource["participants"][0] == json!({"digits": "3001"})));
    assert!(some(&|resource| resource["capabilities"] == json!(["Complete", "SendMessage"])));
}

/// `any` of each type reaches every value, including the boundaries.
#[test]
fn any_of_a_type_reaches_every_kind() {
    let forms: BTreeSet<String> = samples(any::<Form>(), 50).iter().map(Form::to_string).collect();
    assert_eq!(forms.len(), 3);
    assert_eq!(samples(any::<SessionEvent>(), 200).into_iter().collect::<BTreeSet<_>>().len(), 11);
    let values = samples(any::<Value<'static>>(), 4000);
    assert!(values.iter().any(|value| matches!(value, Value::String(text) if text.is_empty())));
    assert!(values.iter().any(|value| matches!(value, Value::Integer(i64::MAX))));
    assert!(values.iter().any(|value| matches!(value, Value::Binary(_))));
    assert!(values.iter().any(|value| matches!(value, Value::List(list) if list.depth() > 1)));
    let numbers: Vec<_> = samples(any::<Participant<'static>>(), 100);
    assert!(numbers.iter().any(|participant| participant.country.is_some()));
    assert!(numbers.iter().any(|participant| participant.country.is_none()));
    assert!(samples(any::<Log>(), 20).iter().all(|log| !log.events.is_empty()));
}

/// Each limit has its default in about half of the cases, and is below 128 in the others.
#[test]
fn any_limits_are_small_or_the_default() {
    let all = samples(any::<Limits>(), 200);
    macro_rules! small_or_default {
        ($($limit:ident)*) => {$(
            let default = all.iter().filter(|limits| limits.$limit == Limits::DEFAULT.$limit).count();
            assert!((60..140).contains(&default), "{} {}", default, stringify!($limit));
            let others: BTreeSet<usize> =
                all.iter().map(|limits| limits.$limit).filter(|&limit| limit != Limits::DEFAULT.$limit).collect();
            assert!(others.iter().all(|&limit| limit < 128) && others.len() > 30, "{}", stringify!($limit));
        )*};
    }
    small_or_default! {
        sessions sessions_per_dn participants user_data_size user_data_depth text_length dn_length requests
    }
}

#[test]
fn queries_ask_for_every_field_and_filter() {
    let queries = samples(made_by(query), 2000);
    let parsed: Vec<Query<'_>> = queries.iter().map(|query| Query::parse(query)).collect();
    let fields =
        [Field::Capabilities, Field::Id, Field::Participants, Field::Path, Field::State, Field::Uri, Field::UserData];
    for field in fields {
        let only_some = |fields: Fields| fields != Fields::ALL && fields.contains(field);
        assert!(parsed.iter().any(|query| query.fields.is_some_and(only_some)), "{field}");
    }
    for field in [Field::Id, Field::State, Field::Path, Field::UserData, Field::Participants] {
        assert!(parsed.iter().any(|query| query.filters.iter().any(|(filter, _)| *filter == field)), "{field}");
    }
    assert!(parsed.iter().any(|query| query.fields.is_none() && query.filters.len() == 2));
    assert!(parsed.iter().any(|query| query.device_path.as_deref() == Some("/devices/3")));
}

#[test]
fn bodies_of_every_operation_good_and_bad() {
    let bodies = samples(made_by(|bytes| operation_body(bytes, "/devices/1")), 500);
    let mut operations = BTreeSet::new();
    let (mut none, mut wrong) = (0, 0);
    for body in &bodies {
        match OperationBody::from_json(body.as_bytes()) {
            Ok(OperationBody { operation_name: Parameter::Is(name), .. }) => {
                operations.extend(name.parse::<Operation>().ok().map(Operation::name));
            }
            Ok(_) => wrong += 1,
            Err(_) => none += 1,
        }
    }
    assert_eq!(operations.len(), 6, "{operations:?}");
    assert!(wrong > 5 && none > 5, "{wrong} {none}");
}

#[test]
fn operations_come_from_every_agent_to_list_and_session() {
    let (mut agents, mut to_the_list) = (BTreeSet::new(), 0);
    for step in samples(step(), 1200) {
        let Step::Post { agent, target, .. } = step else { continue };
        agents.insert(agent);
        to_the_list += usize::from(target.is_none());
    }
    assert_eq!(agents.len(), 5);
    assert!((20..150).contains(&to_the_list));
}

#[test]
fn steps_of_every_kind() {
    let found: BTreeSet<String> = samples(step(), 500)
        .iter()
        .map(|step| format!("{step:?}").split(['(', ' ']).next().unwrap_or_default().to_owned())
        .collect();
    let all = ["Event", "Expire", "Forget", "ForgetCompleted", "List", "Post", "Read", "Reconcile", "Restart", "Time"];
    assert_eq!(found.iter().collect::<Vec<_>>(), all);
}

/// Against a store, histories reach every outcome, every reason and every status code that an operation can have.
#[test]
fn histories_reach_every_outcome() {
    let mut outcomes = BTreeSet::new();
    let mut reasons = BTreeSet::new();
    let mut codes = BTreeSet::new();
    let mut limits = Limits::DEFAULT;
    limits.user_data_size = 40;
    for history in samples(history(), 300) {
        let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090")).with_limits(limits);
        for step in &history.steps {
            match step {
                Step::Event(event) => {
                    let Ok(handled) = sessions.handle_event(event) else { continue };
                    outcomes.insert(handled.outcome().name());
                    if let Outcome::Rejected(rejection) = handled.outcome() {
                        reasons.insert(rejection.reason);
                    }
                }
                Step::Post { agent, target, body } => {
                    let target = target.as_deref().map_or(Target::Sessions, Target::Session);
                    let posted = sessions.post(&history.agents[*agent], target, body.as_bytes());
                    codes.insert(posted.map_or_else(|error| error.status_code, |_| StatusCode::Ok));
                }
                _ => {}
            }
        }
    }
    assert_eq!(outcomes.len(), 5, "{outcomes:?}");
    assert_eq!(reasons.into_iter().collect::<Vec<_>>(), RejectReason::ALL);
    assert_eq!(codes.iter().map(|code| code.code()).collect::<Vec<_>>(), [0, 1, 2, 3, 5, 6, 10]);
}
