//! Two agents on one call never see each other's view. The answers and reads of one agent are the same whether the
//! other exists or not.
//!
//! The same property over structured histories is `an_agent_cannot_tell_whether_others_are_on_its_calls` in
//! `tests/store`; here bodies, ids and queries are arbitrary bytes.
//!
//! The input consists of lines. `E` and an event as a JSON line; `A` or `B` and a POST of that agent: the id (none: the
//! list), a space, the body; `R`, the id (none: the list), a space and the query for a read of the first agent.

use im_session::{Agent, BaseUri, Decoder, ErrorBody, Event, Query, Sessions, Target};
use serde_json::{Value, json};

/// The observed agent, and the one on the same calls.
fn agents() -> [Agent; 2] {
    let first = Agent::new().with_device("/devices/1", "3001").with_device("/devices/2", "3003");
    [first, Agent::new().with_device("/devices/1", "3002")]
}

fn is_of(agent: &Agent, dn: &str) -> bool {
    agent.devices().iter().any(|device| device.dn == dn)
}

/// Panics if the first agent can tell that the second one exists.
pub fn store_two_agents(input: &[u8]) {
    let new = || Sessions::new(BaseUri::new("http://localhost:8090"));
    let (mut both, mut alone) = (new(), new());
    let [first, second] = agents();
    for line in input.split(|&byte| byte == b'\n') {
        let Some((&kind, rest)) = line.split_first() else { continue };
        match kind {
            b'E' => for_every_event(rest, |event| {
                // Answers refer to a request by a number that counts the requests of all agents, so it is left out.
                if event.reference_id.is_some() {
                    return;
                }
                let concerns_first = event.this_dn().is_none_or(|dn| is_of(&first, dn));
                let told = told(&mut both, &first, event);
                if concerns_first {
                    assert_eq!(told, self::told(&mut alone, &first, event), "{event:?}");
                }
            }),
            b'A' => assert_eq!(posted(&mut both, &first, rest), posted(&mut alone, &first, rest)),
            b'B' => drop(posted(&mut both, &second, rest)),
            b'R' => assert_eq!(read(&both, &first, rest), read(&alone, &first, rest)),
            _ => {}
        }
        assert_eq!(read(&both, &first, b" fields=*"), read(&alone, &first, b" fields=*"));
    }
}

fn for_every_event(line: &[u8], mut handle: impl FnMut(&Event<'_>)) {
    let mut decoder = Decoder::new();
    let mut take = |result: im_session::decode::DecodeResult<'_>| {
        if let Ok(decoded) = result {
            handle(&decoded.event);
        }
    };
    decoder.push(line, &mut take);
    decoder.finish().for_each(take);
}

/// The notifications of the first agent.
fn told(store: &mut Sessions, me: &Agent, event: &Event<'_>) -> Vec<Value> {
    let Ok(handled) = store.handle_event(event) else { return Vec::new() };
    let notifications = handled.notifications().filter(|(dn, _)| is_of(me, dn));
    notifications.map(|(dn, notification)| json!([dn, notification])).collect()
}

/// The request without its ReferenceID, or the exact error body.
fn posted(store: &mut Sessions, me: &Agent, line: &[u8]) -> Result<Value, ErrorBody> {
    let (id, body) = taken_apart(line);
    let target = if id.is_empty() { Target::Sessions } else { Target::Session(&id) };
    store.post(me, target, body).map(|request| {
        let mut request = json!(request);
        request.as_object_mut().expect("an object").remove("ReferenceID");
        request
    })
}

fn read(store: &Sessions, me: &Agent, line: &[u8]) -> Result<Value, ErrorBody> {
    let (id, query) = taken_apart(line);
    let query = String::from_utf8_lossy(query);
    let query = Query::parse(&query);
    if id.is_empty() { Ok(json!(store.list(me, &query))) } else { store.read(me, &id, &query).map(|body| json!(body)) }
}

/// The text before the first space, and the rest.
fn taken_apart(line: &[u8]) -> (String, &[u8]) {
    let at = line.iter().position(|&byte| byte == b' ').unwrap_or(line.len());
    (String::from_utf8_lossy(&line[..at]).into_owned(), line.get(at + 1..).unwrap_or_default())
}
