//! The target `operations`: arbitrary bytes as bodies of operations, in any situation.
//!
//! The first line contains the preceding events, the second the agent and the id (none: the list), the rest the body;
//! see `situation.rs`. `AC`, `0A`, `{"operationName":"Complete"}`.

use im_session::testing::Step;
use im_session::{Event, StatusCode, Target};
use serde_json::json;

use crate::situation::{Situation, line, who_and_id};

/// An operation changes no session. A refused operation changes nothing, and the request of any other can be settled.
/// The model gives the same answer.
pub fn operations(input: &[u8]) {
    let (events, rest) = line(input);
    let (who, body) = line(rest);
    let mut situation = Situation::after(events);
    let (agent, id) = who_and_id(who);
    let me = situation.agents.get(agent).cloned().unwrap_or_default();
    let before: Vec<_> = situation.sessions.iter().cloned().collect();
    let held = situation.held();

    let mut sessions = situation.sessions.clone();
    let posted = sessions.post(&me, id.as_deref().map_or(Target::Sessions, Target::Session), body);
    assert!(sessions.iter().eq(before.iter()), "an operation changed a session");
    let settles = match posted {
        Ok(request) => {
            let request = json!(request);
            let settles = request["ReferenceID"].as_u64().expect("a ReferenceID");
            assert!(me.devices().iter().any(|device| request["ThisDN"] == *device.dn), "{request}");
            Some(settles)
        }
        Err(error) => {
            assert_ne!(error.status_code, StatusCode::Ok);
            let error = json!(error);
            assert_eq!(error.as_object().map(serde_json::Map::len), Some(2), "{error}");
            assert!(
                error["statusMessage"].as_str().is_some_and(|message| (10..600).contains(&message.len())),
                "{error}"
            );
            assert_eq!(crate::situation::held(&sessions), held, "what was refused changed something");
            None
        }
    };
    if let Some(reference_id) = settles {
        let error = Event::new("EventError").with_reference_id(reference_id).with_error(50, "no");
        let handled = sessions.handle_event(&error).expect("ignored whatever its attributes");
        let [settled] = handled.settled() else { panic!("it was sent, and settled are {:?}", handled.settled()) };
        let code = settled.result.error().and_then(|error| error.code);
        assert_eq!((settled.reference_id, code), (reference_id, Some(50)));
    }
    if let Ok(body) = std::str::from_utf8(body) {
        situation.both(&Step::Post { agent, target: id, body: body.to_owned() });
    }
}
