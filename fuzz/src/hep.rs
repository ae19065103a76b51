//! The target `hep`: arbitrary bytes as consecutive packets of capture agents, and the events that the gateway derives
//! from them.

use std::sync::Arc;
use std::time::Duration;

use im_session::Operations;
use im_session::sip::hep::{HepPacket, LENGTH_BYTES, packet_length};
use im_session_gateway::config::{AgentId, AgentRecord, Agents, DeviceRecord, PasswordHash};
use im_session_gateway::feeds::hep::{HepKey, MOST_OF_A_RECORD, Outcome, RefusedPacket, Registered, Watch, captured};

const DNS: [&str; 2] = ["3001", "3002"];

/// A packet is read the same whatever follows it, and a truncated one is reported as truncated. Without the key nothing
/// is accepted. Events belong to configured DNs only, whatever the messages contain. Registrations are bounded, and can
/// be restored from their note.
pub fn hep(input: &[u8]) {
    let agents = Arc::new(agents());
    let mut watch = Watch::new(agents.clone(), Vec::new());
    let key = HepKey::new(b"a key of the target").expect("it is not empty");
    let mut now = Duration::from_secs(1_763_000_000);
    let mut registered: Vec<Registered> = Vec::new();
    for packet in packets(input) {
        now += Duration::from_secs(1);
        one(packet);
        let refused = captured(packet, Some(&key)).expect_err("no packet here has the key");
        assert!(matches!(refused, RefusedPacket::WrongKey | RefusedPacket::Malformed), "{refused:?}");
        let Ok(captured) = captured(packet, None) else { continue };
        let mut events = watch.advance(now);
        let watched = watch.take(&captured, now);
        assert!(watched.outcome != Outcome::OfNobody || watched.events.is_empty(), "{watched:?}");
        events.extend(watched.events);
        for event in &events {
            assert!(event.this_dn().is_some_and(|dn| DNS.contains(&dn)), "{event:?}");
            event.route().expect("an event of a session");
        }
        if let Some(all) = watch.new_registrations() {
            registered = all.into_iter().cloned().collect();
        }
        assert!(registered.len() <= MOST_OF_A_RECORD, "{registered:?}");
    }
    let note = serde_json::to_string(&registered).expect("addresses, texts and times");
    assert_eq!(serde_json::from_str::<Vec<Registered>>(&note).expect("the same"), registered);
    // After all agents are removed from the agents' file, nothing is left.
    for event in watch.set_agents(&Arc::new(Agents::default()), now) {
        assert!(event.this_dn().is_some_and(|dn| DNS.contains(&dn)), "{event:?}");
    }
    assert_eq!(watch.endpoints(), 0);
}

fn one(packet: &[u8]) {
    let parsed = HepPacket::parse(packet);
    let Some(length) = packet_length(packet) else { return };
    if length <= packet.len() {
        let longer = [packet, b"HEP3"].concat();
        assert_eq!(HepPacket::parse(&longer), parsed, "with another one behind it");
    }
    if packet.len() > LENGTH_BYTES {
        let cut = HepPacket::parse(&packet[..packet.len() - 1]);
        assert!(length < packet.len() || cut.is_err() || cut.is_ok_and(|cut| !cut.is_whole), "cut off");
    }
}

/// The packets in the bytes of a connection. Bytes that are not a packet count as one packet.
fn packets(mut input: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let length = packet_length(input).filter(|&length| length >= LENGTH_BYTES).unwrap_or(input.len());
        let (packet, rest) = input.split_at(length.min(input.len()));
        input = rest;
        (!packet.is_empty()).then_some(packet)
    })
}

/// Ann's phone is at 192.0.2.1:5060, Bob's at the address that the registrar 192.0.2.100:5060 reports.
fn agents() -> Agents {
    let agent = |name: &str, dn: &str, sip: &str| AgentRecord {
        id: AgentId::new(name),
        user_name: name.into(),
        first_name: String::new(),
        last_name: String::new(),
        devices: vec![DeviceRecord { sip: vec![sip.parse().expect("an identity")], ..DeviceRecord::new("1", dn) }],
        rights: Operations::ALL,
        supervisor: false,
        password: PasswordHash::new(""),
    };
    let agents = [agent("ann", DNS[0], "192.0.2.1:5060"), agent("bob", DNS[1], "sip:bob@example.com")];
    let agents = Agents::new(agents).expect("two agents who differ");
    agents.with_registrars(vec!["192.0.2.100:5060".parse().expect("an address")])
}
