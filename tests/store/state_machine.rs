//! Does the store follow the model if each step depends on the current state? Failures shrink to the steps that matter.
//! After every step, the answers, all resources and all counters are compared with those of the model.

use im_session::from_bytes::query;
use im_session::strategies::{made_by, step};
use im_session::testing::{Model, Step};
use im_session::{Event, KeyValueList, Sessions};
use proptest::prelude::*;
use proptest::sample::select;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use serde_json::{Value, json};

use crate::steps::{agents, agree, carry_out, is_mine, setup};

/// The model and its last answer.
#[derive(Debug, Clone)]
struct Answered {
    model: Model,
    answer: Value,
    /// The number of steps so far, which serves as the number of a fresh event.
    steps: u64,
}

struct TheModel;

impl ReferenceStateMachine for TheModel {
    type State = Answered;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Answered> {
        Just(Answered { model: setup().model(), answer: Value::Null, steps: 0 }).boxed()
    }

    fn transitions(state: &Answered) -> BoxedStrategy<Step> {
        let number = state.steps + 1;
        let any_step = step().prop_map(move |mut step| {
            if let Step::Event(event) = &mut step {
                let fresh = |old| if old == u64::MAX { number } else { old };
                event.event_sequence_number = event.event_sequence_number.map(fresh);
            }
            step
        });
        let keys: Vec<(String, String)> =
            state.model.keys().into_iter().map(|(dn, id)| (dn.to_owned(), id.to_owned())).collect();
        if keys.is_empty() {
            return any_step.boxed();
        }
        let reference_ids = state.model.reference_ids();
        let at_one = select(keys).prop_flat_map(move |(dn, id)| at(dn, id, number));
        let settles = select(if reference_ids.is_empty() { vec![1] } else { reference_ids });
        let settles = (settles, select(vec!["EventError", "EventACK"])).prop_map(|(reference_id, name)| {
            Step::Event(Event::new(name).with_reference_id(reference_id).with_error(71, "Invalid called DN"))
        });
        prop_oneof![3 => any_step, 6 => at_one, 1 => settles].boxed()
    }

    fn apply(state: Answered, step: &Step) -> Answered {
        let Answered { mut model, steps, .. } = state;
        let answer = model.carry_out(agents(), step);
        Answered { model, answer, steps: steps + 1 }
    }
}

/// Steps for an existing session. Most of them move it forward.
fn at(dn: String, id: String, number: u64) -> BoxedStrategy<Step> {
    let agent = agents().iter().position(|agent| is_mine(agent, &dn)).unwrap_or(3);
    let device = agents()[agent].devices().iter().find(|device| device.dn == dn);
    let device_path = device.map_or("/devices/none", |device| &*device.device_path);
    let names = vec![
        "EventEstablished",
        "EventEstablished",
        "EventReleased",
        "EventAbandoned",
        "EventRinging",
        "EventDialing",
        "EventAttachedDataChanged",
        "EventPartyAdded",
        "EventPartyDeleted",
        "EventPartyChanged",
        "EventPrivateInfo",
        "EventDestinationBusy",
    ];
    let event = {
        let (dn, id) = (dn.clone(), id.clone());
        let data = proptest::option::of(any::<KeyValueList<'static>>());
        let what = (select(names), data, select(vec!["3001", "3002", "7"]), 0..3_u64);
        what.prop_map(move |(name, user_data, other_dn, back)| {
            let mut event =
                Event::new(name).with_this_dn(dn.clone()).with_call_uuid(id.clone()).with_other_dn(other_dn);
            event = event.with_event_sequence_number(number.saturating_sub(back)).with_server_start_time(1);
            event.user_data = user_data.into();
            Step::Event(event.with_extensions([("text", "hello")].into_iter().collect()))
        })
    };
    let names = vec!["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"];
    let post = {
        let id = id.clone();
        (select(names), select(vec!["k", "text", "n", ""])).prop_map(move |(name, key)| {
            let body = json!({
                "operationName": name, "text": "hello", "destination": {"phoneNumber": "3001"}, "devicePath": device_path,
                "key": key, "userData": {"k": "v"},
            });
            Step::Post { agent, target: Some(id.clone()), body: body.to_string() }
        })
    };
    let read = made_by(query).prop_map(move |query| Step::Read { agent, id: id.clone(), query });
    prop_oneof![6 => event, 3 => post, 1 => read].boxed()
}

struct TheStore;

impl StateMachineTest for TheStore {
    type SystemUnderTest = Sessions;
    type Reference = TheModel;

    fn init_test(_: &Answered) -> Sessions {
        setup().sessions()
    }

    fn apply(mut store: Sessions, after: &Answered, step: Step) -> Sessions {
        assert_eq!(carry_out(&mut store, &step), after.answer, "{step:?}");
        store
    }

    fn check_invariants(store: &Sessions, state: &Answered) {
        agree(store, &state.model);
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_store_goes_where_the_model_goes(sequential 1..60 => TheStore);
}
