//! Who is a party of a call? Not a proxy. Other cases: an endpoint that calls itself twice, and one that sends from a
//! port on which it does not listen.

use crate::support::{End, request, response};

const NOTHING: [&str; 0] = [];

/// A proxy is not a party. It forwards the INVITE, and everything that it relays belongs to other endpoints.
#[test]
fn a_proxy_has_no_session_and_who_calls_through_it_has_one() {
    use im_session::sip::Direction::{Received, Sent};
    let below = |message: crate::support::Message| message.header("Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK-below");
    let mut proxy = End::caller();
    let mut relay = |received: crate::support::Message, sent: crate::support::Message| {
        assert_eq!(proxy.observe(Received, &received.bytes()), NOTHING);
        assert_eq!(proxy.observe(Sent, &sent.bytes()), NOTHING);
        proxy.observer.open_calls()
    };
    let caller = |message: crate::support::Message| message.branch("z9hG4bK-below");
    // One leg is busy, and the caller is challenged. The next leg rings for longer than the observer remembers
    // anything, and then answers.
    let mut open = vec![
        relay(caller(request("INVITE", 1)), below(request("INVITE", 1).branch("z9hG4bK-leg-1"))),
        relay(below(response(486, 1, "INVITE", "x1").branch("z9hG4bK-leg-1")), request("ACK", 1).tagged("x1")),
        relay(caller(request("INVITE", 1)), below(request("INVITE", 1).branch("z9hG4bK-leg-2"))),
        relay(
            below(response(407, 1, "INVITE", "x2").branch("z9hG4bK-leg-2")),
            caller(response(407, 1, "INVITE", "x2")),
        ),
    ];
    open.push(relay(caller(request("INVITE", 2)), below(request("INVITE", 2).branch("z9hG4bK-leg-3"))));
    for status in [180, 200, 200] {
        let of_leg = below(response(status, 2, "INVITE", "b1").branch("z9hG4bK-leg-3"));
        open.push(relay(of_leg, caller(response(status, 2, "INVITE", "b1"))));
    }
    open.push(relay(request("BYE", 3).tagged("b1"), below(request("BYE", 3).tagged("b1"))));
    assert_eq!(open, [1, 1, 1, 0, 1, 1, 0, 0, 0]);
    assert_eq!(proxy.states(), []);

    // Several Vias alone do not make a proxy.
    assert_eq!(End::caller().alice(below(request("INVITE", 1))), ["Dialing"]);
    let mut callee = End::callee();
    callee.alice(below(request("INVITE", 1)));
    assert_eq!(callee.bob(below(response(180, 1, "INVITE", "b1"))), ["Ringing"]);
}

#[test]
fn who_passes_an_invite_on_after_ringing_or_another_one_is_a_party() {
    use im_session::sip::Direction::Sent;
    let leg = |message: crate::support::Message, below: &str| {
        let below = format!("Via: SIP/2.0/UDP 10.0.0.1;branch={below}");
        message.branch("z9hG4bK-leg").header(&below).bytes()
    };
    // The endpoint rang and only then forwards the call.
    let mut callee = End::callee();
    callee.alice(request("INVITE", 1).branch("z9hG4bK-below"));
    assert_eq!(callee.bob(response(180, 1, "INVITE", "b1").branch("z9hG4bK-below")), ["Ringing"]);
    assert_eq!(callee.observe(Sent, &leg(request("INVITE", 1), "z9hG4bK-below")), NOTHING);
    assert_eq!(callee.bob(response(200, 1, "INVITE", "b1").branch("z9hG4bK-below")), ["Established"]);
    // The endpoint sends another INVITE than the one it received, so it is calling.
    let mut callee = End::callee();
    callee.alice(request("INVITE", 1).branch("z9hG4bK-below"));
    assert_eq!(callee.observe(Sent, &leg(request("INVITE", 1), "z9hG4bK-other")), ["Dialing"]);
    assert_eq!(callee.bob(response(180, 1, "INVITE", "b1").branch("z9hG4bK-below")), ["Ringing"]);
}

#[test]
fn an_endpoint_that_calls_itself_has_both_views() {
    use im_session::sip::Direction::{Received, Sent};
    let mut end = End::caller();
    let to_itself = |message: crate::support::Message| message.bytes();
    assert_eq!(end.observe(Sent, &to_itself(request("INVITE", 1))), ["Dialing"]);
    assert_eq!(end.observe(Received, &to_itself(request("INVITE", 1))), NOTHING);
    let ringing = to_itself(response(180, 1, "INVITE", "b1"));
    assert_eq!((end.observe(Sent, &ringing), end.observe(Received, &ringing)), (vec!["Ringing".to_owned()], vec![]));
    let ok = to_itself(response(200, 1, "INVITE", "b1"));
    assert_eq!(
        (end.observe(Sent, &ok), end.observe(Received, &ok)),
        (vec!["Established".into()], vec!["Established".into()])
    );
    let bye = to_itself(request("BYE", 2).tagged("b1"));
    assert_eq!(
        (end.observe(Sent, &bye), end.observe(Received, &bye)),
        (vec!["Released".into()], vec!["Released".into()])
    );
    assert_eq!(end.states().len(), 2);
}

/// RFC 3261 section 18.2.2: such an endpoint counts as one if it is identified by its listening port, and as two if
/// only the packets identify it.
#[test]
fn an_endpoint_that_sends_from_another_port_is_known_by_its_via() {
    use std::collections::BTreeMap;

    use im_session::sip::Direction::{Received, Sent};
    use im_session::sip::SipMessage;

    /// The endpoint that sent a packet, determined as a tool does it.
    fn sender(packet: (&str, u16), bytes: &[u8]) -> (String, u16) {
        let message = SipMessage::parse(bytes).expect("readable");
        let via = if message.is_a_request() { message.via() } else { None };
        (packet.0.to_owned(), via.map_or(packet.1, |via| via.reply_port(packet.1)))
    }

    let from = |message: crate::support::Message, via: &str| {
        String::from_utf8(message.bytes()).expect("UTF-8").replacen("10.0.0.9", via, 1).into_bytes()
    };
    let (alice, proxy, bob) = (("10.0.0.1", 5060), ("10.0.0.5", 5060), ("10.0.0.2", 5060));
    let by_alice = |message: crate::support::Message| from(message, "10.0.0.1:5060");
    let by_proxy = |message: crate::support::Message, below: &str| {
        let below = format!("Via: SIP/2.0/UDP 10.0.0.1:5060;branch={below}");
        from(message.branch("z9hG4bK-leg").header(&below), "10.0.0.5")
    };
    // Alice and the proxy send requests from ports on which they do not listen.
    let packets = [
        (("10.0.0.1", 1033), proxy, by_alice(request("INVITE", 1))),
        (("10.0.0.5", 40_000), bob, by_proxy(request("INVITE", 1), "z9hG4bK-a-1")),
        (bob, proxy, by_proxy(response(180, 1, "INVITE", "b1"), "z9hG4bK-a-1")),
        (proxy, alice, by_alice(response(180, 1, "INVITE", "b1"))),
        (bob, proxy, by_proxy(response(200, 1, "INVITE", "b1"), "z9hG4bK-a-1")),
        (proxy, alice, by_alice(response(200, 1, "INVITE", "b1"))),
        (("10.0.0.1", 1034), bob, by_alice(request("BYE", 2).tagged("b1"))),
    ];
    let mut ends: BTreeMap<(String, u16), (End, Vec<String>)> = BTreeMap::new();
    for (source, destination, bytes) in packets {
        for (endpoint, direction) in
            [(sender(source, &bytes), Sent), ((destination.0.to_owned(), destination.1), Received)]
        {
            let (end, events) = ends.entry(endpoint).or_insert_with(|| (End::caller(), Vec::new()));
            events.extend(end.observe(direction, &bytes));
        }
    }
    let events: Vec<(&str, u16, String)> =
        ends.iter().map(|((host, port), (_, events))| (host.as_str(), *port, events.join(" "))).collect();
    let expected = [
        ("10.0.0.1", 5060, "Dialing Established Released".to_owned()),
        ("10.0.0.2", 5060, "Ringing Established Released".to_owned()),
        ("10.0.0.5", 5060, String::new()),
    ];
    assert_eq!(events, expected);
}
