//! Ann's phone at 192.0.2.1:5060, Bob's phone at the address that he registers, a registrar, and their messages.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use im_session::BaseUri;
use im_session_gateway::clock::{Clock, SystemRandom};
use im_session_gateway::config::{Agents, Cost, Directory, agents_of, hash_password};
use im_session_gateway::engine::Engine;
use im_session_gateway::engine::embedded::{EmbeddedEngine, EmbeddedSettings};
use im_session_gateway::feeds::hep::Captured;

pub(crate) const ANN: &str = "192.0.2.1:5060";
pub(crate) const BOB: &str = "192.0.2.2:5060";
pub(crate) const STRANGER: &str = "203.0.113.9:5060";
pub(crate) const REGISTRAR: &str = "192.0.2.100:5060";

pub(crate) const BASE_URI: &str = "http://127.0.0.1:8090";

/// A clock that does not advance.
pub(crate) struct Still;

impl Clock for Still {
    fn now(&self) -> Duration {
        Duration::from_secs(1_763_000_000)
    }
}

/// An engine in memory with these agents and this time.
pub(crate) async fn engine() -> (Arc<dyn Engine>, Directory) {
    let directory = Directory::new((*agents()).clone());
    let settings = EmbeddedSettings::new(BaseUri::new(BASE_URI));
    let engine: Arc<dyn Engine> = Arc::new(EmbeddedEngine::in_memory(directory.clone(), settings).unwrap());
    engine.tick(Still.now()).await.unwrap();
    (engine, directory)
}

/// The agents as in the agents' file.
pub(crate) fn agents() -> Arc<Agents> {
    Arc::new(agents_with(&format!("sip = [\"{ANN}\", \"sip:ann@example.com\"]"), "sip = [\"sip:bob@example.com\"]"))
}

pub(crate) fn agents_with(of_ann: &str, of_bob: &str) -> Agents {
    let hash = hash_password(b"demo", &SystemRandom, Cost::Test).unwrap();
    let agent = |user: &str, dn: &str, sip: &str| {
        let hash = hash.as_str();
        format!(
            "[[agents]]\nuser = \"{user}\"\npassword = \"{hash}\"\ndevices = [{{ id = \"1\", dn = \"{dn}\", {sip} }}]\n"
        )
    };
    let text =
        format!("registrars = [\"{REGISTRAR}\"]\n{}{}", agent("ann", "3001", of_ann), agent("bob", "3002", of_bob));
    agents_of(Path::new("agents.toml"), &text).unwrap()
}

/// The common part of the messages of a call.
fn message(first_line: &str, cseq: &str, more: &str, body: &str) -> String {
    let to_tag = if first_line.starts_with("INVITE") { "" } else { ";tag=b1" };
    format!(
        "{first_line}\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK{cseq}\r\nFrom: <sip:3001@example.com>;tag=a1\r\n\
         To: <sip:3002@example.com>{to_tag}\r\nCall-ID: c1\r\nCSeq: {cseq}\r\n{more}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .replace("bK1 INVITE", "bK1")
}

pub(crate) fn captured(source: &str, destination: &str, message: &str) -> Captured {
    Captured {
        source: source.parse().unwrap(),
        destination: destination.parse().unwrap(),
        message: message.as_bytes().to_vec(),
    }
}

/// A call from one address to another: ringing, answer, a text, and the end.
pub(crate) fn call(caller: &str, callee: &str) -> Vec<Captured> {
    let text = "Content-Type: text/plain\r\n";
    vec![
        captured(caller, callee, &message("INVITE sip:3002@example.com SIP/2.0", "1 INVITE", "", "")),
        captured(callee, caller, &message("SIP/2.0 180 Ringing", "1 INVITE", "", "")),
        captured(callee, caller, &message("SIP/2.0 200 OK", "1 INVITE", "", "")),
        captured(caller, callee, &message("MESSAGE sip:3002@example.com SIP/2.0", "2 MESSAGE", text, "Hello")),
        captured(caller, callee, &message("BYE sip:3002@example.com SIP/2.0", "3 BYE", "", "")),
    ]
}

/// The registrar's 2xx to a REGISTER from an address, with the current bindings.
pub(crate) fn registered(registrar: &str, at: &str, user: &str, contacts: &str) -> Captured {
    let message = format!(
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKr\r\nFrom: <sip:{user}@example.com>;tag=r\r\n\
         To: <sip:{user}@Example.com:5060>;tag=s\r\nCall-ID: r\r\nCSeq: 1 REGISTER\r\n{contacts}Content-Length: 0\r\n\r\n"
    );
    captured(registrar, at, &message)
}

/// A HEP version 3 packet.
pub(crate) fn hep(captured: &Captured, protocol: u8, key: Option<&[u8]>) -> Vec<u8> {
    let chunk = |kind: u16, value: &[u8]| {
        let length = u16::try_from(value.len() + 6).unwrap();
        [&[0, 0][..], &kind.to_be_bytes(), &length.to_be_bytes(), value].concat()
    };
    let ip = |address: std::net::SocketAddr| match address.ip() {
        std::net::IpAddr::V4(ip) => ip.octets(),
        std::net::IpAddr::V6(_) => unreachable!("addresses of tests are of IPv4"),
    };
    let chunks = [
        chunk(3, &ip(captured.source)),
        chunk(4, &ip(captured.destination)),
        chunk(7, &captured.source.port().to_be_bytes()),
        chunk(8, &captured.destination.port().to_be_bytes()),
        chunk(11, &[protocol]),
        key.map(|key| chunk(14, key)).unwrap_or_default(),
        chunk(15, &captured.message),
    ]
    .concat();
    [&b"HEP3"[..], &u16::try_from(chunks.len() + 6).unwrap().to_be_bytes(), &chunks].concat()
}
