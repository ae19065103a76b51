//! The target `rest_bodies`: arbitrary bytes as bodies of POSTs to `/api/v2/me` and to the sessions, answered by a
//! shard.
//!
//! The first line contains the preceding events, the second the agent and the id (none: the list), the rest the body;
//! see `situation.rs`. `AC`, `0A`, `{"operationName":"Complete"}`. The body is also tried as a query.

use std::sync::Arc;
use std::time::Duration;

use im_session::from_bytes::{agents as agents_of_histories, event_of};
use im_session::store::{Device, PartKey};
use im_session::{Agent, BaseUri, ErrorBody, StatusCode};
use im_session_gateway::config::{AgentId, AgentRecord, Agents, DeviceRecord, PasswordHash};
use im_session_gateway::engine::{
    Answer, Decision, Entry, OutgoingKind, OwnedTarget, RecordKey, Reply, Shard, ShardSettings, Times,
};
use im_session_gateway::me_operation::MeOperation;
use serde_json::{Value, json};

use crate::situation::{line, who_and_id};

/// A refused operation has a reason and changes nothing. A request belongs to the agent, and is settled eventually.
pub fn rest_bodies(input: &[u8]) {
    let (events, rest) = line(input);
    let (who, body) = line(rest);
    me_operation(body);
    let (who, id) = who_and_id(who);
    let records: Vec<_> = agents_of_histories().iter().enumerate().map(|(place, agent)| record(place, agent)).collect();
    let agents = told(&records);
    let mut shard = shard_after(events, &agents);
    let Some(agent) = records.get(who % records.len()).cloned().map(Arc::new) else { return };
    queries(&shard, &agent, id.as_deref(), body);

    let target = id.map_or(OwnedTarget::Sessions, OwnedTarget::Session);
    let entry = Entry::Operation { agent: agent.clone(), target, body: body.to_vec() };
    let list = |shard: &Shard| records.iter().map(|agent| shard.list(agent, "fields=*")).collect::<Vec<_>>();
    let before = list(&shard);
    let mut other = shard.clone();
    let decision = shard.decide(entry.clone(), &agents);
    assert_eq!(decision, other.decide(entry, &agents), "the same entry gives the same");
    assert_eq!(list(&shard), before, "an operation changed a session");
    assert!(decision.outgoing.is_empty() && decision.settled.is_empty(), "{decision:?}");
    match &*decision.requests {
        [] => refused(&decision),
        [request] => {
            assert_eq!(answer(&decision), &Reply::sent());
            assert!(agent.has_dn(&request.this_dn), "{request:?}");
            let owner = agents.by_dn(&request.this_dn).expect("every DN of the histories is somebody's");
            let maker = (owner.id == agent.id).then_some(&agent.id);
            times_out(&mut shard, &agents, request.reference_id, maker);
        }
        more => panic!("one operation makes one request, got {more:?}"),
    }
}

fn answer(decision: &Decision) -> &Reply {
    let Answer::Operation(reply) = &decision.answer else { panic!("an answer to an operation: {decision:?}") };
    reply
}

fn refused(decision: &Decision) {
    let reply = answer(decision);
    assert_ne!(reply.status, StatusCode::Ok);
    says_why(&serde_json::from_slice(&reply.body).expect("an answer is JSON"), reply.status);
    assert!(decision.changed.iter().all(|key| *key == RecordKey::Part(PartKey::Store)), "{decision:?}");
}

fn says_why(body: &Value, status: StatusCode) {
    assert_eq!(body.as_object().map(serde_json::Map::len), Some(2), "{body}");
    assert_eq!(body["statusCode"], json!(status), "{body}");
    assert!(body["statusMessage"].as_str().is_some_and(|message| (10..600).contains(&message.len())), "{body}");
}

/// A request that is not settled times out, and the agent who made it is notified, unless the DN now belongs to another
/// agent.
fn times_out(shard: &mut Shard, agents: &Agents, reference_id: u64, maker: Option<&AgentId>) {
    let start = Duration::from_secs(1_763_000_000);
    let late = start + Times::default().time_out_after + Duration::from_secs(1);
    let mut settled = Vec::new();
    let mut told = Vec::new();
    for now in [start, late] {
        let decision = shard.decide(Entry::Time(now), agents);
        settled.extend(decision.settled);
        told.extend(decision.outgoing.into_iter().filter(|outgoing| outgoing.kind == OutgoingKind::Error));
    }
    assert!(settled.contains(&reference_id), "{reference_id} is not of {settled:?}");
    assert_eq!(told.iter().map(|outgoing| &outgoing.agent).collect::<Vec<_>>(), Vec::from_iter(maker), "{told:?}");
}

/// Every read is answered with JSON, whatever the query.
fn queries(shard: &Shard, agent: &AgentRecord, id: Option<&str>, query: &[u8]) {
    let query = String::from_utf8_lossy(query);
    let list = shard.list(agent, &query);
    assert_eq!(list.status, StatusCode::Ok);
    let list: Value = serde_json::from_slice(&list.body).expect("a list is JSON");
    assert_eq!(list["statusCode"], 0);
    if let Some(id) = id {
        let reply = shard.read(agent, id, &query);
        let body: Value = serde_json::from_slice(&reply.body).expect("a session is JSON");
        if reply.status == StatusCode::Ok {
            assert_eq!(body["statusCode"], 0);
        } else {
            says_why(&body, reply.status);
        }
    }
}

/// A readable operation belongs to one of the two kinds, and is read as the same operation when written in its minimal
/// form.
fn me_operation(body: &[u8]) {
    let written = match MeOperation::from_json(body) {
        Ok(MeOperation::Start) => json!({"operationName": "StartContactCenterSession"}),
        Ok(MeOperation::End { sign_out }) => json!({"operationName": "EndContactCenterSession", "signOut": sign_out}),
        Err(ErrorBody { status_code: StatusCode::Ok, .. }) => panic!("an error that is none"),
        Err(error) => {
            let status = error.status_code;
            return says_why(&json!(error), status);
        }
    };
    assert_eq!(MeOperation::from_json(written.to_string().as_bytes()), MeOperation::from_json(body));
}

fn record(place: usize, agent: &Agent) -> AgentRecord {
    let device =
        |device: &Device| DeviceRecord::new(device.device_path.trim_start_matches("/devices/"), device.dn.clone());
    AgentRecord {
        id: AgentId::new(format!("agent-{place}")),
        user_name: format!("agent-{place}"),
        first_name: String::new(),
        last_name: String::new(),
        devices: agent.devices().iter().map(device).collect(),
        rights: agent.rights(),
        supervisor: false,
        password: PasswordHash::new(""),
    }
}

/// The agents that receive notifications: the first one for each DN.
fn told(records: &[AgentRecord]) -> Agents {
    let mut known = std::collections::BTreeSet::new();
    let first = records.iter().cloned().map(|mut record| {
        record.devices.retain(|device| known.insert(device.dn.clone()));
        record
    });
    Agents::new(first).expect("they differ")
}

/// A shard after these events, one byte each.
fn shard_after(events: &[u8], agents: &Agents) -> Shard {
    let settings = ShardSettings::new(BaseUri::new("http://localhost:8090"));
    let mut shard = Shard::new(&settings).expect("one shard of one");
    let events = (1..).zip(events.iter().take(60)).filter_map(|(place, &byte)| {
        let mut event = event_of(byte)?;
        event.event_sequence_number = event.event_sequence_number.map(|_| place);
        Some(event)
    });
    shard.decide(Entry::Events { feed: None, events: events.collect() }, agents);
    shard
}
