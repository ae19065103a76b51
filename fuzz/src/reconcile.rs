//! The target `reconcile`: any JSON as the list of another server.
//!
//! The first line contains the preceding events, the second the DN, the rest the list as a JSON array; see
//! `situation.rs`. `AC`, `3001`, `[{"id":"B","state":"Talking"}]`.

use im_session::testing::{Step, carry_out};
use im_session::{ImSession, State};
use serde_json::{Value, json};

use crate::situation::{Situation, line};

/// A refused list changes nothing. Otherwise the sessions of the list exist, all others of the DN have ended, and other
/// DNs are unchanged. Applying the list again causes no notifications. The model does the same.
pub fn reconcile(input: &[u8]) {
    let (events, rest) = line(input);
    let (this_dn, list) = line(rest);
    let Ok(list) = serde_json::from_slice::<Vec<Value>>(list) else { return };
    let this_dn = String::from_utf8_lossy(this_dn).into_owned();
    let mut situation = Situation::after(events);
    let before = situation.sessions.clone();
    let held = situation.held();

    let step = Step::Reconcile { this_dn: this_dn.clone(), list: list.clone() };
    let is_plain = list.iter().all(is_plainly_written);
    let told = if is_plain { situation.both(&step) } else { carry_out(&mut situation.sessions, &[], &step) };
    if told["answer"] == "refused" {
        assert_eq!(situation.held(), held, "what was refused changed something");
        return;
    }
    if !is_plain {
        return;
    }
    let texts: Vec<String> = list.iter().map(Value::to_string).collect();
    let wanted: Vec<ImSession<'_>> = texts.iter().map(|text| serde_json::from_str(text).expect("taken over")).collect();
    for resource in &wanted {
        let session = situation.sessions.get(&this_dn, resource.id()).expect("a session of the list");
        assert_eq!(session.state(), resource.state());
        assert!(session.user_data().same_view(resource.user_data()));
    }
    for session in situation.sessions.iter() {
        if session.this_dn() != this_dn {
            assert_eq!(before.get(session.this_dn(), session.id()), Some(session), "another DN");
        } else if !wanted.iter().any(|resource| resource.id() == session.id()) {
            assert_eq!(session.state(), State::Completed, "not in the list");
        }
    }
    assert_eq!(situation.both(&step)["notifications"], json!([]), "the same list again");
}

/// Whether the list is in the form in which the API writes it. Other forms are not compared with the model, because
/// serde decides whether to accept them.
fn is_plainly_written(resource: &Value) -> bool {
    const TEXTS: [&str; 4] = ["digits", "e164Number", "formattedPhoneNumber", "phoneNumber"];
    let plain = |participant: &Value| {
        participant.as_object().is_some_and(|fields| {
            let is_text = |name: &str| fields.get(name).is_none_or(|value| value.is_string() || value.is_null());
            TEXTS.into_iter().all(is_text) && !fields.contains_key("country") && !fields.contains_key("location")
        })
    };
    let text = |name: &str| resource[name].is_null() || resource[name].is_string();
    let names = resource["capabilities"].as_array().is_some_and(|names| names.iter().all(Value::is_string));
    let written = text("path") && text("uri") && (resource["capabilities"].is_null() || names);
    let participants = resource["participants"].as_array();
    resource.is_object() && written && participants.is_none_or(|participants| participants.iter().all(plain))
}
