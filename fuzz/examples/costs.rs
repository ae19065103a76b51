//! Checks that the cost of the parts of the gateway without I/O is linear: a table of `scripts/costs`.
//!
//! It is part of this project because the project already depends on the library and on the gateway without its server.

#[path = "../../benches/growth/mod.rs"]
mod growth;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use growth::{Work, measured};
use im_session::{BaseUri, Event, Limits, Operations};
use im_session_gateway::bayeux::{
    Bayeux, Notification, Output, Present, Received, Request, Sender, Settings, Ticket, Transport, covers,
    may_subscribe, unauthenticated,
};
use im_session_gateway::config::{AgentId, AgentRecord, Agents, DeviceRecord, PasswordHash};
use im_session_gateway::engine::{Entry, OwnedTarget, Shard, ShardSettings};
use im_session_gateway::event_lines::EventLines;
use im_session_gateway::feeds::hep::{Watch, captured};
use im_session_gateway::me_operation::MeOperation;
use serde_json::{Value, json};

const NOW: Duration = Duration::from_secs(1_763_000_000);
const CHANNEL: &str = "/v2/me/im-sessions";

const fn count(entry: &'static str, input: &'static str, run: fn(usize)) -> Work {
    Work { entry, input, n: 1_000, run }
}

/// Work of n log n steps. It needs a larger n, because for a small n twice the input takes more than 2.2 times as many.
const fn at_least(n: usize, entry: &'static str, input: &'static str, run: fn(usize)) -> Work {
    Work { entry, input, n, run }
}

const WORKS: &[Work] = &[
    count("MeOperation::from_json", "members again and again", |n| {
        me_operation(&format!("{{{}}}", [r#""operationName":"Start""#].repeat(n).join(",")));
    }),
    count("MeOperation::from_json", "arrays in arrays", |n| {
        me_operation(&format!(r#"{{"channels":{}{}}}"#, "[".repeat(n), "]".repeat(n)));
    }),
    count("MeOperation::from_json", "escapes", |n| {
        me_operation(&format!(r#"{{"operationName":"{}"}}"#, r"\u00e9".repeat(n)));
    }),
    count("EventLines::read", "events", |n| event_lines(&(0..n).map(event_line).collect::<String>())),
    count("EventLines::read", "lines that are no events", |n| event_lines(&"{\n".repeat(n))),
    count("EventLines::read", "one line", |n| event_lines(&format!("{{\"Event\":\"{}\"}}", "x".repeat(n)))),
    count("EventLines::read", "pairs of user data", |n| {
        let pairs = (0..n).map(|at| format!("\"k{at}\":{at}")).collect::<Vec<_>>().join(",");
        event_lines(&format!("{{\"Event\":\"EventRinging\",\"ThisDN\":\"1\",\"UserData\":{{{pairs}}}}}\n"));
    }),
    count("Shard::decide", "events of as many DNs", |n| {
        let (mut shard, agents) = (shard(), agents(n));
        let entry = Entry::Events { feed: None, events: events(n) };
        measured(|| shard.decide(entry, &agents).outgoing.len());
    }),
    count("Shard::decide", "events of nobody", |n| {
        let (mut shard, agents) = (shard(), agents(1));
        let entry = Entry::Events { feed: None, events: events(n) };
        measured(|| shard.decide(entry, &agents).outgoing.len());
    }),
    count("Shard::decide", "operations", |n| {
        let (mut shard, agents) = with_sessions(1);
        let agent = agents.by_id("0").expect("the first").clone();
        let entry = || Entry::Operation {
            agent: agent.clone(),
            target: OwnedTarget::Session("0".into()),
            body: br#"{"operationName":"Complete"}"#.to_vec(),
        };
        measured(|| (0..n).map(|_| shard.decide(entry(), &agents).requests.len()).sum::<usize>());
    }),
    count("Shard::decide", "the body of an operation", |n| {
        let (mut shard, agents) = with_sessions(1);
        let pairs = (0..n).map(|at| format!("\"k{at}\":{at}")).collect::<Vec<_>>().join(",");
        let body = format!(r#"{{"operationName":"AttachUserData","userData":{{{pairs}}}}}"#).into_bytes();
        let agent = agents.by_id("0").expect("the first").clone();
        let entry = Entry::Operation { agent, target: OwnedTarget::Session("0".into()), body };
        measured(|| shard.decide(entry, &agents).requests.len());
    }),
    count("Shard::decide", "time, sessions that expire", |n| {
        let (mut shard, agents) = with_sessions(n);
        let _ = shard.decide(Entry::Time(NOW), &agents);
        measured(|| shard.decide(Entry::Time(NOW + Duration::from_secs(30_000)), &agents).outgoing.len());
    }),
    count("Shard::list", "filters of a query", |n| {
        let (shard, agents) = with_sessions(1);
        let agent = agents.by_id("0").expect("the first");
        let query = "state=Alerting&fields=*&".repeat(n);
        measured(|| shard.list(agent, &query).body.len());
    }),
    count("Shard::read", "escapes in a query", |n| {
        let (shard, agents) = with_sessions(1);
        let agent = agents.by_id("0").expect("the first");
        let query = format!("devicePath={}", "%41".repeat(n));
        measured(|| shard.read(agent, "0", &query).body.len());
    }),
    at_least(4_000, "Shard::overview", "agents and sessions", |n| {
        let (shard, agents) = with_sessions(n);
        measured(|| shard.overview(&agents));
    }),
    count("Shard::timeline", "events of one DN", |n| {
        let (mut shard, agents) = with_sessions(1);
        (0..n).for_each(|_| drop(shard.decide(Entry::Events { feed: None, events: events(1) }, &agents)));
        measured(|| shard.timeline("0", &agents));
    }),
    at_least(4_000, "bayeux::Request::read", "messages", |n| {
        let body = batch(n, |at| json!({"channel": "/meta/connect", "id": at}));
        let _ = measured(|| Request::read(&body, &settings()).is_ok());
    }),
    count("bayeux::Request::read", "arrays in arrays", |n| {
        let body = format!("{}{}", "[".repeat(n), "]".repeat(n));
        let _ = measured(|| Request::read(body.as_bytes(), &settings()).is_ok());
    }),
    count("Bayeux::receive", "messages of an unknown client", |n| {
        batch_of_one_client(n, |at, _| json!({"channel": "/meta/connect", "clientId": format!("x{at}"), "id": at}));
    }),
    count("Bayeux::receive", "connects of one client", |n| {
        batch_of_one_client(
            n,
            |_, id| json!({"channel": "/meta/connect", "clientId": id, "connectionType": "long-polling"}),
        );
    }),
    count("Bayeux::receive", "subscriptions to one channel", |n| {
        batch_of_one_client(n, |_, id| json!({"channel": "/meta/subscribe", "clientId": id, "subscription": CHANNEL}));
    }),
    count("Bayeux::receive", "subscribed and unsubscribed", |n| {
        batch_of_one_client(n, |at, id| {
            let channel = ["/meta/subscribe", "/meta/unsubscribe"][at % 2];
            json!({"channel": channel, "clientId": id, "subscription": CHANNEL})
        });
    }),
    count("Bayeux::receive", "channels in one subscription", |n| {
        let channels: Vec<String> = (0..n).map(|at| format!("/{at}/**")).collect();
        batch_of_one_client(1, |_, id| json!({"channel": "/meta/subscribe", "clientId": id, "subscription": channels}));
    }),
    count("Bayeux::receive", "one channel again and again", |n| {
        let channels = vec![CHANNEL; n];
        batch_of_one_client(1, |_, id| json!({"channel": "/meta/subscribe", "clientId": id, "subscription": channels}));
    }),
    count("Bayeux::receive", "messages to other channels", |n| {
        batch_of_one_client(n, |at, id| json!({"channel": format!("/x/{at}"), "clientId": id, "data": {}}));
    }),
    count("Bayeux::receive", "connection types", |n| {
        let types = vec!["websocket"; n];
        let body = json!({"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": types});
        let (mut bayeux, body) = (bayeux(), body.to_string());
        measured(|| receive(&mut bayeux, 0, body.as_bytes()));
    }),
    count("Bayeux::receive", "handshakes", |n| {
        let mut bayeux = bayeux();
        measured(|| (0..n).for_each(|at| drop(client(&mut bayeux, at, false))));
    }),
    count("Bayeux::publish", "clients of one agent", |n| {
        let mut bayeux = bayeux();
        (0..n).for_each(|at| drop(subscribed(&mut bayeux, at, false)));
        measured(|| bayeux.publish(NOW, "ann", &notification(1)));
    }),
    count("Bayeux::publish", "messages that wait", |n| {
        let mut bayeux = bayeux();
        let _ = subscribed(&mut bayeux, 0, true);
        measured(|| (1..=n).for_each(|position| bayeux.publish(NOW, "ann", &notification(position as u64))));
    }),
    count("Bayeux::publish", "connects that are held", |n| {
        let mut bayeux = bayeux();
        for at in 0..n {
            let id = subscribed(&mut bayeux, at, false);
            let _ = receive(&mut bayeux, at, &connect(&id, None));
            let _ = receive(&mut bayeux, at, &connect(&id, None));
        }
        measured(|| {
            bayeux.publish(NOW, "ann", &notification(1));
            bayeux.outputs().count()
        });
    }),
    count("Bayeux::receive", "batches, each acknowledged", |n| {
        let mut bayeux = bayeux();
        let id = subscribed(&mut bayeux, 0, true);
        measured(|| {
            for position in 1..=n as u64 {
                bayeux.publish(NOW, "ann", &notification(position));
                let _ = receive(&mut bayeux, 0, &connect(&id, Some(position)));
            }
        });
    }),
    count("Bayeux::receive", "a connect for all that waits", |n| {
        let mut bayeux = bayeux();
        let id = subscribed(&mut bayeux, 0, true);
        let _ = receive(&mut bayeux, 0, &connect(&id, None));
        (1..=n).for_each(|position| bayeux.publish(NOW, "ann", &notification(position as u64)));
        measured(|| receive(&mut bayeux, 0, &connect(&id, None)));
    }),
    at_least(4_000, "Bayeux::list", "sessions, and what waited for them", |n| {
        let mut bayeux = bayeux();
        let (_, ticket) = subscribing(&mut bayeux, 0, false);
        (1..=n).for_each(|position| bayeux.publish(NOW, "ann", &notification(position as u64)));
        let session: &[u8] = br#"{"state":"Talking"}"#;
        let undelivered = (1..=n).map(|position| notification(position as u64));
        let present = Present::new(n as u64 / 2, std::iter::repeat_n(session, n), undelivered);
        measured(|| bayeux.list(NOW, ticket, &present));
    }),
    count("Bayeux::not_delivered", "messages of a reply", |n| {
        let mut bayeux = bayeux();
        let id = subscribed(&mut bayeux, 0, false);
        let _ = receive(&mut bayeux, 0, &connect(&id, None));
        (1..=n).for_each(|position| bayeux.publish(NOW, "ann", &notification(position as u64)));
        let Received::Reply(reply) = receive(&mut bayeux, 0, &connect(&id, None)) else { panic!("it has messages") };
        measured(|| bayeux.not_delivered(NOW, reply.exchange));
    }),
    count("Bayeux::sign_out", "clients of the session", |n| {
        let mut bayeux = bayeux();
        (0..n).for_each(|at| drop(subscribed(&mut bayeux, at, false)));
        measured(|| bayeux.sign_out(NOW, "ann", "1"));
    }),
    count("Bayeux::wake", "clients that stayed away", |n| {
        let mut bayeux = bayeux();
        (0..n).for_each(|at| drop(subscribed(&mut bayeux, at, false)));
        measured(|| bayeux.wake(NOW + Duration::from_secs(3_600)));
        assert_eq!(bayeux.counts().clients, 0);
    }),
    count("bayeux::unauthenticated", "messages", |n| {
        let body = batch(n, |at| json!({"channel": "/meta/handshake", "id": at}));
        measured(|| unauthenticated(&settings(), &body).len());
    }),
    count("covers, may_subscribe", "segments of a channel", |n| {
        let (pattern, channel) = (format!("{}/**", "/a".repeat(n)), "/a".repeat(2 * n));
        measured(|| (covers(&pattern, &channel), may_subscribe(&pattern)));
    }),
    count("Watch::take", "calls at one endpoint", |n| {
        let mut watch = watch();
        let packets: Vec<Vec<u8>> = (0..n).map(|call| packet(&invite(call))).collect();
        measured(|| {
            for packet in &packets {
                let captured = captured(packet, None).expect("a packet");
                let _ = watch.take(&captured, NOW);
            }
        });
    }),
    count("Watch::take", "REGISTER of one record", |n| {
        let mut watch = watch();
        let packets: Vec<Vec<u8>> = (0..n).flat_map(|at| [register(at, false), register(at, true)]).collect();
        measured(|| {
            for packet in &packets {
                let captured = captured(packet, None).expect("a packet");
                let _ = watch.take(&captured, NOW);
            }
        });
    }),
    // A packet has at most 64 KiB, which has room for about 2 000 contacts.
    at_least(500, "Watch::take", "contacts of one REGISTER", |n| {
        let mut watch = watch();
        let contacts: Vec<String> = (0..n).map(|at| format!("<sip:bob@192.0.2.{}:{}>", at % 250, at)).collect();
        let packets = [false, true].map(|answer| register_with(&contacts.join(","), answer));
        measured(|| {
            for packet in &packets {
                let captured = captured(packet, None).expect("a packet");
                let _ = watch.take(&captured, NOW);
            }
        });
    }),
    count("Agents::new", "agents", |n| {
        let records: Vec<AgentRecord> = (0..n).map(record).collect();
        let _ = measured(|| Agents::new(records).is_ok());
    }),
];

fn main() -> ExitCode {
    growth::main(WORKS)
}

fn me_operation(body: &str) {
    let _ = measured(|| MeOperation::from_json(body.as_bytes()));
}

fn event_line(at: usize) -> String {
    format!("{{\"Event\":\"EventRinging\",\"ThisDN\":\"{at}\",\"OtherDN\":\"9\",\"CallUUID\":\"{at}\"}}\n")
}

fn event_lines(body: &str) {
    measured(|| EventLines::read(body.as_bytes()).events.len());
}

fn events(n: usize) -> Vec<Event<'static>> {
    (0..n).map(|at| Event::from_json_line(&event_line(at)).expect("an event").into_owned()).collect()
}

/// This many agents, each with one DN.
fn agents(n: usize) -> Agents {
    Agents::new((0..n).map(record)).expect("they differ")
}

fn record(at: usize) -> AgentRecord {
    AgentRecord {
        id: AgentId::new(at.to_string()),
        user_name: at.to_string(),
        first_name: String::new(),
        last_name: String::new(),
        devices: vec![DeviceRecord::new("1", at.to_string())],
        rights: Operations::ALL,
        supervisor: false,
        password: PasswordHash::new(""),
    }
}

fn shard() -> Shard {
    let settings =
        ShardSettings { limits: Limits::SPECIFICATION, ..ShardSettings::new(BaseUri::new("http://localhost:8090")) };
    Shard::new(&settings).expect("one shard of one")
}

fn with_sessions(n: usize) -> (Shard, Agents) {
    let (mut shard, agents) = (shard(), agents(n));
    let _ = shard.decide(Entry::Events { feed: None, events: events(n) }, &agents);
    (shard, agents)
}

/// Settings without limits.
fn settings() -> Settings {
    let mut settings = Settings::default();
    (settings.clients, settings.clients_per_agent, settings.subscriptions) = (usize::MAX, usize::MAX, usize::MAX);
    (settings.queue_messages, settings.queue_bytes) = (usize::MAX, usize::MAX);
    settings.messages_per_request = usize::MAX;
    settings
}

fn bayeux() -> Bayeux {
    Bayeux::new(settings())
}

fn receive(bayeux: &mut Bayeux, browser: usize, body: &[u8]) -> Received {
    let browser = browser.to_string();
    let sender = Sender { agent: "ann", session: "1", browser: &browser, transport: Transport::LongPolling };
    bayeux.receive(NOW, &sender, body, &mut || Some(u128::MAX)).expect("messages")
}

/// The id of a new client.
fn client(bayeux: &mut Bayeux, browser: usize, acknowledges: bool) -> String {
    let types = ["long-polling"];
    let handshake = json!({"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": types,
        "ext": {"ack": acknowledges}});
    let sender_browser = browser.to_string();
    let sender = Sender { agent: "ann", session: "1", browser: &sender_browser, transport: Transport::LongPolling };
    let received = bayeux.receive(NOW, &sender, handshake.to_string().as_bytes(), &mut || Some(browser as u128 + 1));
    let Ok(Received::Reply(reply)) = received else { panic!("a handshake is answered at once") };
    let reply: Value = serde_json::from_slice(&reply.body).expect("JSON");
    reply[0]["clientId"].as_str().expect("a client").to_owned()
}

/// A client that has subscribed and waits for the list of its sessions.
fn subscribing(bayeux: &mut Bayeux, browser: usize, acknowledges: bool) -> (String, Ticket) {
    let id = client(bayeux, browser, acknowledges);
    let body = json!({"channel": "/meta/subscribe", "clientId": id, "subscription": CHANNEL}).to_string();
    let _ = receive(bayeux, browser, body.as_bytes());
    let ticket = bayeux.outputs().find_map(|output| match output {
        Output::List { ticket, .. } => Some(ticket),
        Output::Reply(_) | Output::Delivered { .. } => None,
    });
    (id, ticket.expect("it asks for the list"))
}

fn subscribed(bayeux: &mut Bayeux, browser: usize, acknowledges: bool) -> String {
    let (id, ticket) = subscribing(bayeux, browser, acknowledges);
    bayeux.list(NOW, ticket, &Present::new(0, std::iter::empty(), std::iter::empty()));
    id
}

fn connect(id: &str, batch: Option<u64>) -> Vec<u8> {
    let mut connect = json!({"channel": "/meta/connect", "clientId": id, "connectionType": "long-polling"});
    if let Some(batch) = batch {
        connect["ext"] = json!({ "ack": batch });
    }
    connect.to_string().into_bytes()
}

fn notification(position: u64) -> Notification {
    Notification::new(position, &position.to_string(), false, br#"{"messageType":"x"}"#)
}

fn batch(n: usize, message: impl Fn(usize) -> Value) -> Vec<u8> {
    Value::from((0..n).map(message).collect::<Vec<_>>()).to_string().into_bytes()
}

/// A batch of messages of an existing client.
fn batch_of_one_client(n: usize, message: impl Fn(usize, &str) -> Value) {
    let mut bayeux = bayeux();
    let id = subscribed(&mut bayeux, 0, false);
    let body = batch(n, |at| message(at, &id));
    measured(|| receive(&mut bayeux, 0, &body));
}

/// Ann's phone is at 192.0.2.1:5060. Bob's address comes from the registrar at 192.0.2.100:5060.
fn watch() -> Watch {
    let with_sip = |at: usize, sip: &str| {
        let mut record = record(at);
        record.devices[0].sip = vec![sip.parse().expect("an identity")];
        record
    };
    let agents = Agents::new([with_sip(0, "192.0.2.1:5060"), with_sip(1, "sip:bob@example.com")]);
    let registrars = vec!["192.0.2.100:5060".parse().expect("an address")];
    Watch::new(Arc::new(agents.expect("they differ").with_registrars(registrars)), Vec::new())
}

/// A packet from 192.0.2.9:5060 to port 5060 of this address.
fn packet_between(source: [u8; 4], destination: [u8; 4], message: &str) -> Vec<u8> {
    let chunk = |kind: u16, value: &[u8]| {
        let length = u16::try_from(6 + value.len()).expect("short").to_be_bytes();
        [&[0, 0][..], &kind.to_be_bytes(), &length, value].concat()
    };
    let port = 5060_u16.to_be_bytes();
    let chunks = [
        chunk(1, &[2]),
        chunk(2, &[17]),
        chunk(3, &source),
        chunk(4, &destination),
        chunk(7, &port),
        chunk(8, &port),
        chunk(11, &[1]),
        chunk(15, message.as_bytes()),
    ]
    .concat();
    let length = u16::try_from(6 + chunks.len()).expect("at most 64 KiB").to_be_bytes();
    [b"HEP3".as_slice(), &length, &chunks].concat()
}

fn packet(message: &str) -> Vec<u8> {
    packet_between([192, 0, 2, 9], [192, 0, 2, 1], message)
}

fn invite(call: usize) -> String {
    format!(
        "INVITE sip:a@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKz\r\nf: <sip:b@h>;tag=a1\r\nt: <sip:a@h>\r\n\
         i: {call}\r\nCSeq: 1 INVITE\r\n\r\n"
    )
}

fn register(at: usize, answer: bool) -> Vec<u8> {
    register_with(&format!("<sip:bob@192.0.2.{}:{}>;expires=60", at % 250, at), answer)
}

fn register_with(contacts: &str, answer: bool) -> Vec<u8> {
    let first = if answer { "SIP/2.0 200 OK" } else { "REGISTER sip:example.com SIP/2.0" };
    let message = format!(
        "{first}\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKz\r\nf: <sip:bob@example.com>;tag=a1\r\n\
         t: <sip:bob@example.com>;tag=b\r\ni: c\r\nCSeq: 1 REGISTER\r\nContact: {contacts}\r\nExpires: 60\r\n\r\n"
    );
    let (source, destination) = ([192, 0, 2, 100], [192, 0, 2, 9]);
    if answer { packet_between(source, destination, &message) } else { packet_between(destination, source, &message) }
}
