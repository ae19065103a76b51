//! A history as Rust that can be pasted into a test.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::{Agent, History, Step};
use crate::event::{Event, KeyValueList, Value};
use crate::machine::Operations;

/// A history as a function of this name that makes it: what [`History::code`] gives.
#[derive(Debug, Clone, Copy)]
pub struct Code<'h> {
    history: &'h History,
    name: &'h str,
}

impl History {
    /// This history as Rust: a function of this name, to be pasted into a test as it is. Letters of the name that cannot stand
    /// there become `_`; one that is no name for a function even so gets `history_` before it.
    ///
    /// ```
    /// use im_session::testing::{History, Step};
    /// use im_session::{CallEvent, Event};
    ///
    /// let rings = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
    /// let history = History { agents: vec![], steps: vec![Step::Event(rings)] };
    /// let code = r#"fn it_rings() -> im_session::testing::History {
    ///     use im_session::Event;
    ///     use im_session::testing::{History, Step};
    ///     History {
    ///         agents: vec![],
    ///         steps: vec![
    ///             Step::Event(Event::new("EventRinging").with_this_dn("3002").with_call_uuid("007")),
    ///         ],
    ///     }
    /// }
    /// "#;
    /// assert_eq!(history.code("it rings").to_string(), code);
    /// ```
    #[must_use]
    pub fn code<'h>(&'h self, name: &'h str) -> Code<'h> {
        Code { history: self, name }
    }
}

impl fmt::Display for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = function_name(self.name);
        let agents: Vec<String> = self.history.agents.iter().map(agent).collect();
        let steps: Vec<String> = self.history.steps.iter().map(step).collect();
        let uses = |word: &str| steps.iter().chain(&agents).any(|code| code.contains(word));

        writeln!(f, "fn {name}() -> im_session::testing::History {{")?;
        // Only what is used, so that it compiles without warnings.
        let events = [
            ("ConnId", "ConnId("),
            ("Event", "Event::new("),
            ("KeyValueList", "KeyValueList::"),
            ("Operation", "Operation::"),
            ("Operations", "Operations::"),
            ("Value", "Value::"),
        ];
        let events: Vec<&str> = events.into_iter().filter(|(_, word)| uses(word)).map(|(name, _)| name).collect();
        write_use(f, "im_session", &events)?;
        let used = [("Agent", !agents.is_empty()), ("History", true), ("Step", !steps.is_empty())];
        let used: Vec<&str> = used.into_iter().filter(|(_, used)| *used).map(|(name, _)| name).collect();
        write_use(f, "im_session::testing", &used)?;
        let named = self.history.steps.iter().filter_map(Step::agent).max();
        let nobody = if named >= Some(agents.len()) { " // One that is not here has no devices." } else { "" };
        writeln!(f, "    History {{\n        agents: vec![{}],{nobody}\n        steps: vec![", agents.join(", "))?;
        for step in steps {
            writeln!(f, "            {step},")?;
        }
        writeln!(f, "        ],\n    }}\n}}")
    }
}

/// Names that Rust keeps for itself.
const KEYWORDS: [&str; 51] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

fn function_name(name: &str) -> String {
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    let name: String = name.chars().map(letter).collect();
    let no_name = name.starts_with(|letter: char| letter.is_ascii_digit())
        || name.chars().all(|letter| letter == '_')
        || KEYWORDS.contains(&name.as_str());
    if no_name { format!("history_{name}") } else { name }
}

fn write_use(f: &mut fmt::Formatter<'_>, path: &str, names: &[&str]) -> fmt::Result {
    match names {
        [] => Ok(()),
        [name] => writeln!(f, "    use {path}::{name};"),
        names => writeln!(f, "    use {path}::{{{}}};", names.join(", ")),
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
        Step::Time(by) => format!("Step::Time({by})"),
        Step::Expire { ago } => format!("Step::Expire {{ ago: {ago} }}"),
        Step::Forget { this_dn, id } => {
            format!("Step::Forget {{ this_dn: {}, id: {} }}", owned(this_dn), owned(id))
        }
        Step::ForgetCompleted { ago } => format!("Step::ForgetCompleted {{ ago: {ago} }}"),
        Step::Restart => "Step::Restart".into(),
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
    match (event.error_code, event.error_message.as_deref()) {
        (Some(code), Some(message)) => with("error", Some(format!("{code}, {}", text(message)))),
        // There is no method for one of the two.
        (Some(error_code), None) => {
            code = format!("{{ let mut event = {code}; event.error_code = Some({error_code}); event }}")
        }
        (None, Some(message)) => {
            code = format!("{{ let mut event = {code}; event.error_message = Some({}.into()); event }}", text(message));
        }
        (None, None) => {}
    }
    code
}

fn list(list: &KeyValueList<'_>) -> String {
    if list.is_empty() {
        return "KeyValueList::new()".into();
    }
    let keys = of_one_type(list.iter().map(|pair| pair.key.as_ref()).collect());
    let pairs = keys.into_iter().zip(list);
    let pairs: Vec<String> = pairs.map(|(key, pair)| format!("({key}, {})", value(&pair.value))).collect();
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

/// A literal; of a text that is one character many times, how often.
fn text(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if text.len() > 40 && letters.all(|letter| letter == first) => {
            format!("{:?}.repeat({})", first.to_string(), text.chars().count())
        }
        Some(_) | None => format!("{text:?}"),
    }
}

/// Expressions that may stand side by side in an array: `repeat` gives a `String`, and so must the others then.
fn of_one_type(texts: Vec<&str>) -> Vec<String> {
    let texts: Vec<String> = texts.into_iter().map(text).collect();
    let is_string = |text: &String| !text.ends_with('"');
    if !texts.iter().any(is_string) {
        return texts;
    }
    texts.into_iter().map(|text| if is_string(&text) { text } else { format!("String::from({text})") }).collect()
}

/// An expression that gives a `String`.
fn owned(text: &str) -> String {
    format!("{}.into()", raw(text))
}

/// JSON is easier to read where its quotes are not escaped.
fn raw(text: &str) -> String {
    let as_it_is = |letter: char| "\"'\\".contains(letter) || letter.escape_debug().len() == 1;
    let plain = text.contains('"') && !text.contains("\"#") && text.chars().all(as_it_is);
    if plain { format!("r#\"{text}\"#") } else { format!("{text:?}") }
}
