//! Whose session does a message belong to? The configuration and the registrar decide, never the caller.

use std::sync::Arc;
use std::time::Duration;

use im_session_gateway::feeds::hep::{Captured, MOST_OF_A_RECORD, Outcome, Watch};

use crate::support::{ANN, BOB, REGISTRAR, STRANGER, agents, agents_with, call, captured, registered};

const NOW: Duration = Duration::from_secs(1_763_000_000);

/// The events, as name and DN.
fn events(watch: &mut Watch, messages: &[Captured], now: Duration) -> Vec<String> {
    let events = messages.iter().flat_map(|message| watch.take(message, now).events);
    events.map(|event| format!("{} {}", event.name.as_str(), event.this_dn().unwrap())).collect()
}

const BOTH: [&str; 8] = [
    "EventDialing 3001",
    "EventRinging 3002",
    "EventEstablished 3002",
    "EventEstablished 3001",
    "EventPrivateInfo 3001",
    "EventPrivateInfo 3002",
    "EventReleased 3001",
    "EventReleased 3002",
];

fn contact(expires: &str) -> String {
    format!("Contact: <sip:bob@192.168.0.7>{expires}\r\n")
}

#[test]
fn an_address_and_a_registration_give_a_dn() {
    let mut watch = Watch::new(agents(), Vec::new());
    assert!(events(&mut watch, &[registered(REGISTRAR, BOB, "bob", &contact(";expires=60"))], NOW).is_empty());
    assert_eq!(events(&mut watch, &call(ANN, BOB), NOW), BOTH);
    assert_eq!(watch.endpoints(), 2);
    // After its end a call is remembered for a while, then forgotten.
    watch.advance(NOW + Duration::from_secs(120));
    assert_eq!(watch.endpoints(), 0);
}

#[test]
fn without_a_registration_the_callee_is_nobody() {
    let mut watch = Watch::new(agents(), Vec::new());
    let of_ann: Vec<&str> = BOTH.into_iter().filter(|event| event.ends_with("3001")).collect();
    assert_eq!(events(&mut watch, &call(ANN, BOB), NOW), of_ann);
}

#[test]
fn a_stranger_chooses_nobody() {
    let mut watch = Watch::new(agents(), Vec::new());
    // From and Request-URI name both agents.
    let messages = call(STRANGER, "203.0.113.10:5060");
    assert!(events(&mut watch, &messages, NOW).is_empty());
    assert!(messages.iter().all(|message| watch.take(message, NOW).outcome == Outcome::OfNobody));
    assert_eq!(watch.endpoints(), 0);
}

#[test]
fn only_registrars_say_where_somebody_is_and_only_to_the_endpoint_itself() {
    let below = "Via: SIP/2.0/UDP phone;branch=z9hG4bKp\r\nContact: <sip:bob@x>\r\n";
    let cases = [
        ("somebody else says it", registered(STRANGER, BOB, "bob", &contact(""))),
        ("it goes on through a proxy", registered(REGISTRAR, BOB, "bob", below)),
        ("of an unknown record", registered(REGISTRAR, BOB, "eve", &contact(""))),
        ("nothing is registered", registered(REGISTRAR, BOB, "bob", "")),
        ("nothing is registered any more", registered(REGISTRAR, BOB, "bob", &contact(";expires=0"))),
    ];
    for (what, message) in cases {
        let mut watch = Watch::new(agents(), Vec::new());
        watch.take(&message, NOW);
        assert_eq!(watch.new_registrations(), None, "{what}");
        assert_eq!(events(&mut watch, &call(STRANGER, BOB), NOW), [""; 0], "{what}");
    }
}

#[test]
fn a_registration_ends() {
    let ended = |watch: &mut Watch, now| events(watch, &call(STRANGER, BOB), now).is_empty();
    let mut watch = Watch::new(agents(), Vec::new());
    watch.take(&registered(REGISTRAR, BOB, "bob", &contact(";expires=60")), NOW);
    assert!(ended(&mut watch, NOW + Duration::from_secs(60)));
    assert!(!ended(&mut watch, NOW + Duration::from_secs(59)));
    let mut watch = Watch::new(agents(), Vec::new());
    watch.take(&registered(REGISTRAR, BOB, "bob", &contact(";expires=60")), NOW);
    watch.take(&registered(REGISTRAR, BOB, "bob", ""), NOW);
    assert!(ended(&mut watch, NOW));
}

#[test]
fn registrations_are_found_again_after_a_restart() {
    let mut watch = Watch::new(agents(), Vec::new());
    watch.take(&registered(REGISTRAR, BOB, "bob", &contact("")), NOW);
    let note = serde_json::to_string(&watch.new_registrations().unwrap()).unwrap();
    assert_eq!(watch.new_registrations(), None, "nothing is new since");
    let mut watch = Watch::new(agents(), serde_json::from_str(&note).unwrap());
    assert_eq!(events(&mut watch, &call(ANN, BOB), NOW), BOTH);
}

#[test]
fn of_one_record_only_so_many_endpoints_are_kept() {
    let mut watch = Watch::new(agents(), Vec::new());
    for port in 1..=100 {
        let address = format!("192.0.2.2:{port}");
        watch.take(&registered(REGISTRAR, &address, "bob", &contact("")), NOW + Duration::from_secs(port));
    }
    let all = watch.new_registrations().unwrap();
    assert_eq!(all.len(), MOST_OF_A_RECORD);
    assert_eq!(all.iter().map(|one| one.address.port()).min(), Some(93), "those that end last");
}

#[test]
fn an_address_of_a_host_is_all_its_ports_and_one_with_the_port_goes_first() {
    let agents = agents_with("sip = [\"192.0.2.7\"]", "sip = [\"192.0.2.7:5070\"]");
    let mut watch = Watch::new(Arc::new(agents), Vec::new());
    assert_eq!(events(&mut watch, &call("192.0.2.7:40000", "192.0.2.7:5070"), NOW), BOTH);
}

#[test]
fn who_loses_the_endpoint_sees_the_end() {
    let mut watch = Watch::new(agents(), Vec::new());
    let messages = call(ANN, STRANGER);
    assert_eq!(events(&mut watch, &messages[..3], NOW), ["EventDialing 3001", "EventEstablished 3001"]);
    // The file is reread with the same contents.
    assert!(watch.set_agents(&agents(), NOW).is_empty());
    let moved = Arc::new(agents_with("sip = []", &format!("sip = [\"{ANN}\"]")));
    let ends = watch.set_agents(&moved, NOW);
    assert_eq!(ends.len(), 1);
    assert_eq!((ends[0].name.as_str(), ends[0].this_dn()), ("EventReleased", Some("3001")));
    assert_eq!(watch.endpoints(), 0);
}

#[test]
fn what_is_no_sip_changes_nothing() {
    let mut watch = Watch::new(agents(), Vec::new());
    let outcome = |watch: &mut Watch, message: &str| watch.take(&captured(ANN, BOB, message), NOW).outcome;
    assert_eq!(outcome(&mut watch, "\r\n\r\n"), Outcome::OfNobody);
    assert_eq!(outcome(&mut watch, "GET / HTTP/1.1\r\n\r\n"), Outcome::Unreadable);
    assert_eq!(outcome(&mut watch, &"x".repeat(65_536)), Outcome::Unreadable);
    assert_eq!(watch.endpoints(), 0);
    let messages = call(ANN, STRANGER);
    assert_eq!(events(&mut watch, &messages, NOW).len(), 4, "and nothing is disturbed");
}
