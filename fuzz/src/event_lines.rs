//! The target `event_lines`: arbitrary bytes as the body of a POST of events, and a shard that applies them. The target
//! `decode` checks how an event is read.

use im_session::{BaseUri, Event};
use im_session_gateway::config::{Agents, PasswordHash, demo_agents};
use im_session_gateway::engine::{Answer, Entry, FeedPosition, Shard, ShardSettings};
use im_session_gateway::event_lines::{EventLines, MOST_ERRORS};
use serde_json::Value;

use crate::live_bytes::most_live_bytes;

/// There are no more events than lines, each line that is not an event is reported, and each event is applied once.
pub fn event_lines(body: &[u8]) {
    let mut read = EventLines::default();
    let used = most_live_bytes(|| read = EventLines::read(body));
    // An event of about fifty bytes becomes a structure of about a thousand.
    let most = 256 * 1_024 + 64 * isize::try_from(body.len()).expect("an input is short");
    assert!(used <= most, "{used} bytes were used for {} bytes", body.len());

    let lines = body.split(|&byte| byte == b'\n').count();
    assert!(read.events.len() <= lines, "{} events in {lines} lines", read.events.len());
    assert!(read.errors.len() <= MOST_ERRORS && (read.more_errors == 0 || read.errors.len() == MOST_ERRORS));
    for error in &read.errors {
        assert!((1..=lines as u64).contains(&error.line), "{error:?} of {lines} lines");
        assert!((10..1_000).contains(&error.error.len()), "{error:?}");
        assert!(!error.error.contains('\n'), "{error:?}");
    }
    applied_once(read.events);
}

fn applied_once(events: Vec<Event<'static>>) {
    let agents = demo_agents(&PasswordHash::new("")).expect("they differ");
    let mut shard = shard();
    let count = events.len();
    let entry = Entry::Events { feed: Some(FeedPosition::new("feed", 1)), events };
    let decision = shard.decide(entry.clone(), &agents);
    let Answer::Events(answers) = &decision.answer else { panic!("an answer to events") };
    assert_eq!(answers.len(), count);
    assert!(answers.iter().all(Result::is_ok), "what the decoder lets pass can be read: {answers:?}");
    assert!(decision.requests.is_empty());
    told_is_json_for_agents(&decision.outgoing, &agents);

    let list = |shard: &Shard| agents.iter().map(|agent| shard.list(agent, "fields=*")).collect::<Vec<_>>();
    let before = list(&shard);
    let again = shard.decide(entry, &agents);
    assert!(again.changed.is_empty() && again.outgoing.is_empty() && again.settled.is_empty(), "{again:?}");
    assert_eq!(list(&shard), before, "a batch was applied twice");
}

fn told_is_json_for_agents(outgoing: &[im_session_gateway::engine::Outgoing], agents: &Agents) {
    for (number, outgoing) in (1..).zip(outgoing) {
        assert_eq!(outgoing.position, number);
        assert!(agents.by_id(outgoing.agent.as_str()).is_some(), "{outgoing:?}");
        let data: Value = serde_json::from_slice(&outgoing.data).expect("data is JSON");
        assert!(data["messageType"].is_string(), "{data}");
    }
}

fn shard() -> Shard {
    let settings = ShardSettings::new(BaseUri::new("http://localhost:8090"));
    Shard::new(&settings).expect("one shard of one")
}
