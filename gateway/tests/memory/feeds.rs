//! How much memory do feeds hold?

use std::convert::Infallible;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use futures_util::{StreamExt, stream};
use im_session::BaseUri;
use im_session::sip::SipLimits;
use im_session_gateway::clock::SystemRandom;
use im_session_gateway::config::{Agents, Cost, Directory, agents_of, hash_password};
use im_session_gateway::engine::embedded::{EmbeddedEngine, EmbeddedSettings};
use im_session_gateway::engine::{Engine, Entry, FeedPosition, Shard, ShardSettings};
use im_session_gateway::event_lines::{EventLines, LONGEST_LINE, MOST_EVENTS, MOST_PAIRS};
use im_session_gateway::feeds::dialog_info::{DialogInfos, ENTITY};
use im_session_gateway::feeds::hep::{Captured, HepReceiver, MOST_CONNECTIONS, MOST_WAITING, PHONE, Watch};
use im_session_gateway::feeds::{follow, name_of};
use im_session_gateway::http::{BearerToken, LONGEST_EVENTS, LONGEST_FEED, MOST_FEEDS, feed_routes};
use im_session_gateway::metrics::Metrics;
use tower::ServiceExt;

use crate::counting_allocator::{Meter, meets};
use crate::page::{self, DIALOGS_OF_A_CALL, LONGEST_PACKET};
use crate::runtime;

const NOW: Duration = Duration::from_secs(1_763_000_000);

/// The size of the pieces in which a body arrives.
const PIECE: usize = 8 * 1_024;

/// A body with the maximum number of events and pairs, and the maximum length.
fn largest_body() -> Vec<u8> {
    let line = |text: usize| {
        let pairs = "\"\":1,".repeat(MOST_PAIRS / MOST_EVENTS - 1);
        format!("{{\"Event\":\"EventA\",\"UserData\":{{{pairs}\"\":\"{}\"}}}}\n", "x".repeat(text))
    };
    let text = LONGEST_EVENTS / MOST_EVENTS - line(0).len();
    let body = line(text).repeat(MOST_EVENTS).into_bytes();
    assert!(body.len() <= LONGEST_EVENTS && body.len() > LONGEST_EVENTS - MOST_EVENTS);
    body
}

#[test]
fn a_post_of_events() {
    let mut meter = Meter::alone();
    let body = largest_body();
    meter.begin();
    let lines = EventLines::read(&body);
    assert_eq!((lines.events.len(), lines.errors.len(), lines.is_too_much), (MOST_EVENTS, 0, false));
    drop(lines);
    let runtime = runtime();
    runtime.block_on(async {
        let engine = engine();
        let ending = tokio::sync::watch::Sender::new(false);
        let token = BearerToken::new("a-token-of-the-feeds").expect("a token");
        let routes = feed_routes(engine, token, ending.subscribe(), Duration::from_secs(3_600));
        meter.begin();
        // The test owns these bytes, so they are not counted.
        let body = Bytes::from(body);
        let pieces: Vec<_> =
            (0..body.len()).step_by(PIECE).map(|at| body.slice(at..body.len().min(at + PIECE))).collect();
        let pieces = stream::iter(pieces).map(Ok::<_, Infallible>);
        let request = Request::post("/events").header("authorization", "Bearer a-token-of-the-feeds");
        let request = request.body(Body::from_stream(pieces)).expect("a request");
        meter.begin();
        let answer = routes.oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        meets("a POST of events", meter.most(), page::post_of_events());
    });
}

/// An engine with the default limits.
fn engine() -> Arc<dyn Engine> {
    let directory = Directory::new((*agents()).clone());
    let settings = EmbeddedSettings::new(BaseUri::new("http://localhost:8090"));
    Arc::new(EmbeddedEngine::in_memory(directory, settings).expect("an engine"))
}

fn agents() -> Arc<Agents> {
    let hash = hash_password(b"demo", &SystemRandom, Cost::Test).expect("a hash");
    let text: String = (0..PHONES)
        .map(|at| {
            let hash = hash.as_str();
            format!(
                "[[agents]]\nuser = \"u{at}\"\npassword = \"{hash}\"\ndevices = [{{ id = \"1\", dn = \"{at:d>255}\", \
                 sip = [\"192.0.2.{at}:5060\", \"sip:u{at}@example.com\"] }}]\n"
            )
        })
        .collect();
    Arc::new(agents_of(Path::new("agents.toml"), &text).expect("agents"))
}

const PHONES: usize = 3;

/// A name of the maximum length that contains a number.
fn name(kind: &str, number: usize, limits: &SipLimits) -> String {
    format!("{:x>1$}", format!("{kind}{number}"), limits.name)
}

/// Makes an observer keep as much as one call can: the call begins again and again, with names of the maximum length.
fn call(watch: &mut Watch, phone: usize, call: usize, ends: bool) {
    let (at_phone, elsewhere) = (format!("192.0.2.{phone}:5060"), "203.0.113.9:5060".to_owned());
    let dn = format!("{call:d>255}");
    let mut take = |from: &str, to: &str, message: String| {
        let captured = Captured {
            source: from.parse().expect("an address"),
            destination: to.parse().expect("an address"),
            message: message.into_bytes(),
        };
        watch.take(&captured, NOW);
    };
    for attempt in 1..=20 {
        let (branch, tag) = (name("z9hG4bK", attempt, &PHONE), name("t", attempt, &PHONE));
        let (id, from) = (name("c", call, &PHONE), name("f", call, &PHONE));
        let message = |first: &str, to_tag: &str| {
            format!(
                "{first}\r\nVia: SIP/2.0/UDP h;branch={branch}\r\nFrom: <sip:{dn}@a>;tag={from}\r\n\
                 To: <sip:x@b>{to_tag}\r\nCall-ID: {id}\r\nCSeq: {attempt} INVITE\r\nContent-Length: 0\r\n\r\n"
            )
        };
        take(&elsewhere, &at_phone, message(&format!("INVITE sip:{dn}@b SIP/2.0"), ""));
        for status in [180, 486] {
            if status == 180 || attempt < 20 || ends {
                take(&at_phone, &elsewhere, message(&format!("SIP/2.0 {status} X"), &format!(";tag={tag}")));
            }
        }
    }
}

#[test]
fn a_phone() {
    let mut meter = Meter::alone();
    let agents = agents();
    let mut watch = Watch::new(agents, Vec::new());
    meter.begin();
    for phone in 0..PHONES {
        // First the calls that end, then those that stay open.
        for at in 0..PHONE.ended_calls + 20 + PHONE.open_calls {
            call(&mut watch, phone, at, at < PHONE.ended_calls + 20);
        }
    }
    assert_eq!(watch.endpoints(), PHONES);
    meets("phones", meter.in_use(), PHONES * page::phone());
}

#[test]
fn an_entity_of_dialog_info() {
    let mut meter = Meter::alone();
    let agents = agents();
    let mut dialogs = DialogInfos::default();
    meter.begin();
    for entity in 0..PHONES {
        let mut version = 0;
        let mut take = |dialogs: &mut DialogInfos, texts: &str| {
            let document = format!(
                "<dialog-info version='{version}' state='{}' entity='sip:u{entity}@example.com'>{texts}</dialog-info>",
                if version == 0 { "full" } else { "partial" }
            );
            version += 1;
            dialogs.take(document.as_bytes(), false, &agents, NOW).expect("a document").events.len()
        };
        let dialog = |call: usize, number: usize, state: &str| {
            format!(
                "<dialog id='{}' call-id='{call:c>62}' local-tag='b' direction='initiator'><state>{state}</state>\
                 <remote><identity>sip:{call:d>255}@b</identity></remote></dialog>",
                name("d", call * 100 + number, &ENTITY)
            )
        };
        for call in 0..ENTITY.ended_calls + ENTITY.open_calls {
            let all =
                |state: &str| (0..DIALOGS_OF_A_CALL).map(|number| dialog(call, number, state)).collect::<String>();
            assert_eq!(take(&mut dialogs, &all("early")), 1);
            if call < ENTITY.ended_calls {
                assert_eq!(take(&mut dialogs, &all("terminated")), 1);
            }
        }
    }
    meets("entities of dialog-info", meter.in_use(), PHONES * page::entity());
}

/// A HEP packet with this payload.
fn packet(payload: &[u8]) -> Vec<u8> {
    let chunk = |kind: u16, value: &[u8]| {
        let length = u16::try_from(value.len() + 6).expect("short");
        [&[0, 0][..], &kind.to_be_bytes(), &length.to_be_bytes(), value].concat()
    };
    let chunks = [
        chunk(3, &[192, 0, 2, 1]),
        chunk(4, &[192, 0, 2, 2]),
        chunk(7, &[1, 1]),
        chunk(8, &[1, 1]),
        chunk(11, &[1]),
        chunk(15, payload),
    ]
    .concat();
    [&b"HEP3"[..], &u16::try_from(chunks.len() + 6).expect("short").to_be_bytes(), &chunks].concat()
}

#[test]
fn connections_of_hep_and_the_messages_that_wait() {
    let mut meter = Meter::alone();
    let runtime = runtime();
    let packet = packet(&[b'x'; LONGEST_PACKET - 55]);
    assert_eq!(packet.len(), LONGEST_PACKET);
    let bound = HepReceiver::bind("127.0.0.1:0".parse().expect("an address"), None, Metrics::default());
    let (receiver, mut messages) = runtime.block_on(bound).expect("bound");
    let address = receiver.local_addr().expect("an address");
    let run = runtime.spawn(receiver.run());
    meter.begin();
    let mut sockets: Vec<TcpStream> =
        (0..MOST_CONNECTIONS).map(|_| TcpStream::connect(address).expect("open")).collect();
    for socket in &mut sockets {
        socket.write_all(&packet).expect("written");
        drop(messages.blocking_recv().expect("a message"));
    }
    meets("connections of HEP", meter.in_use(), MOST_CONNECTIONS * page::connection_of_hep());
    meter.begin();
    for at in 0..MOST_WAITING {
        sockets[at % MOST_CONNECTIONS].write_all(&packet).expect("written");
    }
    while messages.len() < MOST_WAITING {
        std::thread::yield_now();
    }
    meets("messages of HEP that wait", meter.in_use(), MOST_WAITING * page::message_of_hep());
    run.abort();
}

#[test]
fn a_followed_file() {
    let mut meter = Meter::alone();
    let (start, pair, end) =
        ("{\"Event\":\"EventRinging\",\"ThisDN\":\"1\",\"CallUUID\":\"7\",\"UserData\":{\"k\":1", ",\"k\":1", "}}\n");
    let pairs = (LONGEST_LINE - start.len() - end.len()) / pair.len();
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("log");
    std::fs::write(&path, [start, &pair.repeat(pairs), end].concat()).expect("written");
    let runtime = runtime();
    runtime.block_on(async {
        let engine = engine();
        meter.begin();
        let following = tokio::spawn(follow(engine.clone(), Metrics::default(), path.clone()));
        while engine.feed(name_of(&path)).await.expect("a position").is_none() {
            tokio::task::yield_now().await;
        }
        meets("a followed file", meter.most(), page::followed_file());
        following.abort();
    });
}

#[test]
fn the_positions_of_the_feeds() {
    let mut meter = Meter::alone();
    let settings = ShardSettings::new(BaseUri::new("http://localhost:8090"));
    let agents = Agents::default();
    let mut shard = Shard::new(&settings).expect("a shard");
    meter.begin();
    for number in 0..MOST_FEEDS {
        let feed = FeedPosition::new(format!("{number:f>LONGEST_FEED$}"), 1);
        shard.decide(Entry::Events { feed: Some(feed), events: Vec::new() }, &agents);
    }
    meets("positions of feeds", meter.in_use(), MOST_FEEDS * page::position_of_a_feed());
}
