//! The target `query`: the query of a read.
//!
//! The first line contains the preceding events, the second the agent and the id (none: the list), the rest the query;
//! see `situation.rs`. `AC`, `0`, `fields=id&state=Talking`.

use im_session::Query;
use im_session::resource::Fields;
use im_session::testing::Step;

use crate::situation::{Situation, line, who_and_id};

/// Any query can be read, and means the same with every character escaped. No filter shows more than the whole list.
/// The model gives the same answer. Written directly, the answer has the same bytes as with serde_json.
pub fn query(input: &[u8]) {
    let (events, rest) = line(input);
    let (who, query) = line(rest);
    let Ok(query) = std::str::from_utf8(query) else { return };
    let parsed = Query::parse(query);
    let escaped = escaped(query);
    assert_eq!(Query::parse(&escaped), parsed, "{query:?} and {escaped:?}");

    let mut situation = Situation::after(events);
    let (agent, id) = who_and_id(who);
    let me = situation.agents.get(agent).cloned().unwrap_or_default();
    let count = |query: &Query<'_>| situation.sessions.list(&me, query).im_sessions.len();
    let all = Query { fields: Some(Fields::ALL), ..Query::default() };
    assert!(count(&parsed) <= count(&all));
    let written = |answer: &dyn Fn(&mut Vec<u8>)| {
        let mut direct = Vec::new();
        answer(&mut direct);
        direct
    };
    let list = situation.sessions.list(&me, &parsed);
    assert_eq!(written(&|output| list.write_json(output)), serde_json::to_vec(&list).expect("JSON"));
    if let Some(Ok(single)) = id.as_deref().map(|id| situation.sessions.read(&me, id, &parsed)) {
        assert_eq!(written(&|output| single.write_json(output)), serde_json::to_vec(&single).expect("JSON"));
    }
    let held = situation.held();
    situation.both(&match id {
        None => Step::List { agent, query: query.to_owned() },
        Some(id) => Step::Read { agent, id, query: query.to_owned() },
    });
    assert_eq!(situation.held(), held, "a read changed something");
}

/// Writes every byte as `%` and two hex digits, except for the query's delimiters and existing escapes.
fn escaped(query: &str) -> String {
    let (mark, query) = query.strip_prefix('?').map_or(("", query), |rest| ("?", rest));
    let text = |text: &str| match text {
        text if text.contains('%') => text.to_owned(),
        text => text.bytes().map(|byte| format!("%{byte:02x}")).collect(),
    };
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, value)) => format!("{}={}", text(name), text(value)),
        None => text(pair),
    };
    let pairs: Vec<String> = query.split('&').map(pair).collect();
    format!("{mark}{}", pairs.join("&"))
}
