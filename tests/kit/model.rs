//! Do the store and the reference model agree at and beyond every limit, and when sessions end or appear without an
//! event? The random histories of `laws` and `conformance` compare the rest.

use im_session::from_bytes::agents;
use im_session::testing::{Model, Setup, Step, carry_out};
use im_session::{CallEvent, ConnId, DataEvent, Event, KeyValueList, Limits, Sessions};
use serde_json::{Value, json};

/// Lists nested to this depth.
fn nested(depth: usize) -> KeyValueList<'static> {
    (1..depth).fold(KeyValueList::new(), |list, _| KeyValueList::try_from_iter([("k", list)]).unwrap())
}

fn event(name: CallEvent, this_dn: &'static str, id: &'static str) -> Event<'static> {
    Event::new(name).with_this_dn(this_dn).with_call_uuid(id)
}

/// Asserts that the store and the model give the same answer and hold the same state.
fn both(store: &mut Sessions, model: &mut Model, step: &Step) {
    let answer = carry_out(store, &agents(), step);
    assert_eq!(answer, model.carry_out(&agents(), step), "{step:?}: the store on the left, the model on the right");
    let resources: Vec<Value> = store.iter().map(|session| json!(store.resource(session))).collect();
    assert_eq!(resources, model.resources(), "after {step:?}");
    for session in store.iter() {
        let last = session.last_event().map(|last| (last.server_start_time, last.event_sequence_number));
        let found = json!({
            "cause": session.cause(),
            "connID": session.conn_id().map(|conn_id| conn_id.to_string()),
            "lastEvent": last,
            "participants": session.participants().collect::<Vec<_>>(),
            "state": session.state(),
            "userData": session.user_data(),
        });
        assert_eq!(Some(found), model.inside(session.this_dn(), session.id()), "after {step:?}");
    }
}

fn data_event(name: DataEvent, id: &'static str) -> Event<'static> {
    Event::new(name).with_this_dn("3001").with_call_uuid(id)
}

/// User data of this size: a key of one byte and a value of the rest.
fn of_size(size: usize) -> KeyValueList<'static> {
    let pair = |rest| ("k", "v".repeat(rest));
    size.checked_sub(1).map(pair).into_iter().collect()
}

fn post(target: Option<&str>, body: &Value) -> Step {
    Step::Post { agent: 0, target: target.map(str::to_string), body: body.to_string() }
}

fn reconcile(list: &[Value]) -> Step {
    Step::Reconcile { this_dn: "3001".into(), list: list.to_vec() }
}

fn resource(id: &str, more: &Value) -> Value {
    let mut resource = json!({"id": id, "state": "Talking"});
    resource.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    resource
}

/// Steps with sizes from 0 to 6 for everything that has a limit: bytes, levels, parties, sessions and requests.
fn steps() -> Vec<Step> {
    const IDS: [&str; 7] = ["a", "b", "c", "d", "e", "f", "g"];
    const DNS: [&str; 7] = ["", "1", "22", "333", "4444", "55555", "666666"];
    let mut steps = vec![
        Step::Event(event(CallEvent::Ringing, "3001", "a").with_other_dn("3002").with_conn_id(ConnId(7))),
        Step::Event(event(CallEvent::Established, "3001", "a")),
    ];
    for (size, dn) in DNS.into_iter().enumerate() {
        steps.extend([
            Step::Event(data_event(DataEvent::AttachedDataChanged, "a").with_user_data(of_size(size))),
            Step::Event(data_event(DataEvent::AttachedDataChanged, "a").with_user_data(nested(size))),
            Step::Event(data_event(DataEvent::PartyChanged, "a").with_other_dn(dn)),
            Step::Event(
                data_event(DataEvent::PrivateInfo, "a")
                    .with_extensions(KeyValueList::from_iter([("text", "t".repeat(size))])),
            ),
            Step::Event(Event::new(DataEvent::AttachedDataChanged).with_call_uuid("a").with_user_data(of_size(size))),
            Step::Event(event(CallEvent::Released, "3001", "a").with_user_data(of_size(size + 7))),
            post(Some("a"), &json!({"operationName": "SendMessage", "text": "t".repeat(size)})),
            post(Some("a"), &json!({"operationName": "AttachUserData", "userData": {"k": "v".repeat(size)}})),
            post(Some("a"), &json!({"operationName": "UpdateUserData", "userData": {"k": "v".repeat(size)}})),
            post(Some("a"), &json!({"operationName": "UpdateUserData", "userData": {"k": nested(size)}})),
            post(None, &json!({"operationName": "InitiateIMSession", "destination": {"phoneNumber": dn}})),
        ]);
    }
    // A provably newer event reopens the session, and each of its events counts as heard. A repeated end does not.
    for (number, name) in
        (1..).zip([CallEvent::Ringing, CallEvent::Released, CallEvent::Dialing, CallEvent::Established])
    {
        let numbered = event(name, "3003", "n").with_event_sequence_number(number);
        let more = numbered.with_extensions(KeyValueList::from_iter([("text", "a long text of no message")]));
        steps.extend([Step::Time(2), Step::Event(more), Step::Expire { ago: 1 }, Step::ForgetCompleted { ago: 1 }]);
    }
    let over = Step::Event(event(CallEvent::Released, "3003", "n"));
    steps.extend([over.clone(), Step::Time(2), over, Step::ForgetCompleted { ago: 0 }]);
    steps.push(Step::Event(event(CallEvent::Ringing, "3001", "parties")));
    for name in [DataEvent::PartyAdded, DataEvent::PartyAdded, DataEvent::PartyDeleted] {
        steps.extend(DNS.map(|dn| Step::Event(data_event(name, "parties").with_other_dn(dn))));
    }
    for (count, (id, dn)) in IDS.into_iter().zip(DNS).enumerate() {
        let the_same: Vec<Value> = DNS.iter().take(count).map(|_| json!({"digits": count.to_string()})).collect();
        let different: Vec<Value> = (0..count).map(|number| json!({"digits": number.to_string()})).collect();
        steps.extend([
            Step::Event(event(CallEvent::Ringing, "3001", id).with_other_dn(dn)),
            Step::Event(Event::new(CallEvent::Ringing).with_this_dn(dn).with_call_uuid("a")),
            Step::Event(event(CallEvent::Dialing, "3002", id).with_user_data(of_size(count))),
            Step::Time(1),
            reconcile(&[resource("x", &json!({"participants": the_same})), resource("a", &json!({}))]),
            reconcile(&[resource("x", &json!({"participants": different}))]),
            reconcile(&[resource("x", &json!({"participants": [{"digits": "1".repeat(count)}]}))]),
            reconcile(&[resource("x", &json!({"userData": of_size(count)}))]),
            reconcile(&[resource("x", &json!({"userData": nested(count)}))]),
            reconcile(&IDS[..count].iter().map(|id| resource(id, &json!({}))).collect::<Vec<_>>()),
            reconcile(&[resource("x", &json!({"state": "Completed"})), resource("a", &json!({}))]),
            Step::Reconcile { this_dn: dn.into(), list: vec![resource("y", &json!({}))] },
            Step::Reconcile { this_dn: dn.into(), list: vec![resource("y", &json!({})), resource("y", &json!({}))] },
            Step::Expire { ago: 3 },
            Step::ForgetCompleted { ago: 3 },
            Step::Restart,
        ]);
    }
    steps.extend(
        ["EventACK", "EventError"]
            .into_iter()
            .flat_map(|name| (0..9).map(move |number| Step::Event(Event::new(name).with_reference_id(number)))),
    );
    for id in IDS {
        steps.push(Step::Forget { this_dn: "3001".into(), id: id.into() });
        steps.push(Step::Event(event(CallEvent::Released, "3002", id)));
        steps.push(Step::Forget { this_dn: "3002".into(), id: id.into() });
    }
    steps.extend((0..4).flat_map(|ago| [Step::Time(1), Step::Expire { ago }, Step::ForgetCompleted { ago }]));
    steps
}

fn follow(setup: &Setup) {
    let (mut store, mut model) = (setup.sessions(), setup.model());
    for step in steps() {
        both(&mut store, &mut model, &step);
    }
}

#[test]
fn at_and_over_every_limit() {
    let limits: [fn(&mut Limits) -> &mut usize; 11] = [
        |limits| &mut limits.sessions,
        |limits| &mut limits.sessions_per_dn,
        |limits| &mut limits.participants,
        |limits| &mut limits.user_data_size,
        |limits| &mut limits.user_data_depth,
        |limits| &mut limits.text_length,
        |limits| &mut limits.dn_length,
        |limits| &mut limits.requests,
        |limits| &mut limits.sessions_per_call,
        |limits| &mut limits.user_data_pairs,
        |limits| &mut limits.remembered_ends,
    ];
    for limit in limits {
        for value in 0..6 {
            let mut setup = Setup::default();
            setup.one_session_per_agent = value % 2 == 0;
            *limit(&mut setup.limits) = value;
            follow(&setup);
        }
    }
}

#[test]
fn without_any_limit() {
    follow(&Setup::default());
}

/// Resources are read as tolerantly as the specification says. One invalid resource in a list makes the whole list
/// invalid.
#[test]
fn resources_of_every_shape() {
    let texts = [json!(null), json!(""), json!("1"), json!("3001"), json!(7)];
    let mut shapes =
        vec![json!({}), json!({"id": "x"}), json!({"state": "Talking"}), json!({"id": 7, "state": "Talking"})];
    shapes.extend(
        ["Initiating", "Alerting", "Talking", "Completed", " Talking ", "talking", "None", ""]
            .map(|state| json!({"id": "x", "state": state})),
    );
    shapes.push(json!({"id": "x", "state": 7}));
    shapes.push(json!({"id": "no id", "state": "Talking"}));
    shapes.extend(
        [json!(null), json!([]), json!({}), json!([null]), json!([7])]
            .map(|list| resource("x", &json!({"participants": list}))),
    );
    shapes.extend(
        [json!(null), json!([]), json!({}), json!({"k": null}), json!({"k": 1})]
            .map(|data| resource("x", &json!({"userData": data}))),
    );
    for first in &texts {
        for second in &texts {
            for third in &texts {
                let participant = json!({"phoneNumber": first, "e164Number": second, "digits": third});
                shapes.push(resource("x", &json!({"participants": [participant, {"digits": "1"}]})));
            }
        }
    }
    let setup = Setup::default();
    let (mut store, mut model) = (setup.sessions(), setup.model());
    let mut both = |step: &Step| both(&mut store, &mut model, step);
    for shape in shapes {
        both(&reconcile(&[resource("first", &json!({})), shape]));
        both(&Step::Time(1));
        both(&reconcile(&[]));
        both(&Step::ForgetCompleted { ago: 0 });
    }
}

/// A jump of the time is refused. The first time may be any, also after a restart.
#[test]
fn the_time_goes_on_by_no_more_than_the_limit() {
    let mut setup = Setup::default();
    setup.limits.time_jump = std::time::Duration::from_secs(5);
    let (mut store, mut model) = (setup.sessions(), setup.model());
    for step in [
        Step::Time(100),
        Step::Time(6),
        Step::Time(5),
        Step::Restart,
        Step::Time(6),
        Step::Time(6),
        Step::Expire { ago: -1 },
    ] {
        both(&mut store, &mut model, &step);
    }
    assert_eq!(store.now(), std::time::Duration::from_secs(111));
}

/// If a list removes a session to make room, agents are notified of the removal.
#[test]
fn what_vanishes_and_makes_room_at_once_is_told_of() {
    let mut setup = Setup::default();
    setup.limits.sessions_per_dn = 1;
    let (mut store, mut model) = (setup.sessions(), setup.model());
    for step in [Step::Event(event(CallEvent::Ringing, "3001", "a")), reconcile(&[resource("b", &json!({}))])] {
        both(&mut store, &mut model, &step);
    }
}

/// Of an end event, only the part that exceeds a limit is left out.
#[test]
fn of_an_end_event_only_what_is_over_a_limit_is_left_out() {
    let mut setup = Setup::default();
    setup.limits.dn_length = 4;
    let (mut store, mut model) = (setup.sessions(), setup.model());
    let ends = event(CallEvent::Released, "3001", "a").with_other_dn("30022").with_user_data(of_size(3));
    for step in [Step::Event(event(CallEvent::Ringing, "3001", "a")), Step::Event(ends)] {
        both(&mut store, &mut model, &step);
    }
}
