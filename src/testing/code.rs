//! Prints a history as Rust code to paste into a test.

use super::{Agent, History, Step};
use crate::event::{Event, KeyValueList, Value};
use crate::machine::Operations;
use crate::testing::prelude::*;

impl History {
    /// This history as Rust code: a function with this name, which can be pasted into a test as it is.
    ///
    /// ```
    /// use im_session::testing::{History, Step};
    /// use im_session::{CallEvent, Event};
    ///
    /// let rings = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// let history = History { agents: vec![], steps: vec![Step::Event(rings)] };
    /// let code = r#"fn it_rings() -> im_session::testing::History {
    ///     #[allow(unused_imports)]
    ///     use im_session::{testing::*, *};
    ///     History {
    ///         agents: vec![],
    ///         steps: vec![
    ///             Step::Event(Event::new("EventRinging").with_this_dn("3002").with_call_uuid("007")),
    ///         ],
    ///     }
    /// }
    /// "#;
    /// assert_eq!(history.code("it_rings"), code);
    /// ```
    #[must_use]
    pub fn code(&self, name: &str) -> String {
        let agents: Vec<String> = self.agents.iter().map(agent).collect();
        let steps: String = self.steps.iter().map(|one| format!("            {},\n", step(one))).collect();
        format!(
            "fn {name}() -> im_session::testing::History {{
    #[allow(unused_imports)]
    use im_session::{{testing::*, *}};
    History {{
        agents: vec![{}],
        steps: vec![
{steps}        ],
    }}
}}
",
            agents.join(", ")
        )
    }
}

fn agent(agent: &Agent) -> String {
    let devices = agent.devices().iter();
    let devices = devices.map(|device| format!(".with_device({}, {})", text(&device.device_path), text(&device.dn)));
    let rights: Vec<String> = agent.rights().iter().map(|right| format!("Operation::{right:?}")).collect();
    let rights = match agent.rights() {
        Operations::ALL => String::new(),
        Operations::NONE => ".with_rights(Operations::NONE)".into(),
        _ => format!(".with_rights(Operations::of(&[{}]))", rights.join(", ")),
    };
    format!("Agent::new(){}{rights}", devices.collect::<String>())
}

fn step(step: &Step) -> String {
    match step {
        Step::Event(event) => format!("Step::Event({})", self::event(event)),
        Step::Post { agent, target, body } => {
            let target = target.as_ref().map_or("None".into(), |id| format!("Some({})", owned(id)));
            format!("Step::Post {{ agent: {agent}, target: {target}, body: {} }}", owned(body))
        }
        Step::List { agent, query } => format!("Step::List {{ agent: {agent}, query: {} }}", owned(query)),
        Step::Read { agent, id, query } => {
            format!("Step::Read {{ agent: {agent}, id: {}, query: {} }}", owned(id), owned(query))
        }
        // They print as they are written.
        Step::Time(_) | Step::Expire { .. } | Step::ForgetCompleted { .. } | Step::Restart => format!("Step::{step:?}"),
        Step::Forget { this_dn, id } => {
            format!("Step::Forget {{ this_dn: {}, id: {} }}", owned(this_dn), owned(id))
        }
        Step::Reconcile { this_dn, list } => {
            let value = |value: &serde_json::Value| format!("{}.parse().unwrap()", raw(&value.to_string()));
            let list: Vec<String> = list.iter().map(value).collect();
            format!("Step::Reconcile {{ this_dn: {}, list: vec![{}] }}", owned(this_dn), list.join(", "))
        }
    }
}

fn event(event: &Event<'_>) -> String {
    let mut code = format!("Event::new({})", text(event.name.as_str()));
    let mut with = |method: &str, argument: Option<String>| {
        if let Some(argument) = argument {
            code.push_str(&format!(".with_{method}({argument})"));
        }
    };
    with("this_dn", event.this_dn.as_deref().map(text));
    with("other_dn", event.other_dn.as_deref().map(text));
    with("call_uuid", event.call_uuid.as_deref().map(text));
    with("conn_id", event.conn_id.map(|conn_id| format!("ConnId({})", conn_id.0)));
    with("event_sequence_number", event.event_sequence_number.map(|number| number.to_string()));
    with("server_start_time", event.server_start_time.map(|seconds| seconds.to_string()));
    with("user_data", event.user_data.list().map(list));
    with("hidden_user_data", event.user_data.is_hidden().then(String::new));
    with("extensions", event.extensions.list().map(list));
    with("hidden_extensions", event.extensions.is_hidden().then(String::new));
    with("reference_id", event.reference_id.map(|number| number.to_string()));
    // There is no method that sets only one of the two.
    let alone = |field: String| format!("{{ let mut event = {code}; event.{field}; event }}");
    match (event.error_code, event.error_message.as_deref().map(text)) {
        (Some(error_code), Some(message)) => format!("{code}.with_error({error_code}, {message})"),
        (Some(error_code), None) => alone(format!("error_code = Some({error_code})")),
        (None, Some(message)) => alone(format!("error_message = Some({message}.into())")),
        (None, None) => code,
    }
}

fn list(list: &KeyValueList<'_>) -> String {
    if list.is_empty() {
        return "KeyValueList::new()".into();
    }
    let pairs: Vec<String> = list.iter().map(|pair| format!("({:?}, {})", pair.key, value(&pair.value))).collect();
    format!("KeyValueList::try_from_iter([{}]).unwrap()", pairs.join(", "))
}

fn value(value: &Value<'_>) -> String {
    match value {
        Value::String(string) => format!("Value::from({})", text(string)),
        Value::Integer(number) => format!("Value::from({number})"),
        Value::Binary(binary) => format!("Value::Binary({}.into())", text(binary)),
        Value::List(pairs) => format!("Value::List({})", list(pairs)),
    }
}

/// A literal, or a `repeat` if the text is one character many times.
fn text(text: &str) -> String {
    let first: String = text.chars().take(1).collect();
    let count = text.chars().count();
    if text.len() > 40 && text == first.repeat(count) {
        format!("{first:?}.repeat({count})")
    } else {
        format!("{text:?}")
    }
}

/// An expression of type `String`.
fn owned(text: &str) -> String {
    format!("{}.into()", raw(text))
}

/// A raw string for JSON, which is easier to read if its quotes are not escaped.
fn raw(text: &str) -> String {
    let as_it_is = |letter: char| "\"'\\".contains(letter) || letter.escape_debug().len() == 1;
    let plain = text.contains('"') && !text.contains("\"#") && text.chars().all(as_it_is);
    if plain { format!("r#\"{text}\"#") } else { format!("{text:?}") }
}
