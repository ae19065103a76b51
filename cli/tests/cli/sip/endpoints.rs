//! Which endpoint does a message belong to, and which DN does an endpoint have?

use super::captures::{CALLEE_IP, CALLER_IP, ipv4, pcap, udp};
use super::messages::{CALLEE, CALLER, Call, Message, assert_call, call};
use super::tool::{Said, Temporary, watch, watch_bytes};

/// A datagram from `source` to `destination`.
fn datagram(source: ([u8; 4], u16), destination: ([u8; 4], u16), bytes: &[u8]) -> Vec<u8> {
    ipv4(17, source.0, destination.0, &udp(source.1, destination.1, bytes))
}

/// The usual call, with ports that depend on the message.
fn with_ports(ports: impl Fn(&Message) -> (u16, u16), edit: impl Fn(&str) -> String) -> Said {
    let packets: Vec<_> = call()
        .iter()
        .map(|message| {
            let bytes = edit(std::str::from_utf8(&message.bytes).expect("UTF-8")).into_bytes();
            let (source, destination) = ports(message);
            if message.from_caller {
                datagram((CALLER_IP, source), (CALLEE_IP, destination), &bytes)
            } else {
                datagram((CALLEE_IP, source), (CALLER_IP, destination), &bytes)
            }
        })
        .collect();
    watch_bytes("ports", &pcap(101, &packets))
}

fn as_it_is(text: &str) -> String {
    text.to_owned()
}

#[test]
fn an_endpoint_that_sends_from_another_port_is_one() {
    // The caller sends from 1033 and listens at 5060.
    let from_1033 = |message: &Message| if message.from_caller { (1033, 5060) } else { (5060, 5060) };
    assert_call("no rport", &with_ports(from_1033, as_it_is));
    // With rport, responses go to the source port of the request.
    let symmetric = |message: &Message| if message.from_caller { (1033, 5060) } else { (5060, 1033) };
    let rport = |text: &str| text.replacen(";branch", ";rport;branch", 1);
    assert_call("rport", &with_ports(symmetric, rport));
    // Each request comes from a different port.
    let any =
        |message: &Message| if message.from_caller { (1024 + message.bytes.len() as u16, 5060) } else { (5060, 5060) };
    assert_call("a port each", &with_ports(any, as_it_is));
    // The Via contains a host name.
    let named = |text: &str| text.replace("UDP 198.51.100.1:5060;", "UDP phone.example.net;");
    assert_call("name", &with_ports(from_1033, named));
    // The callee answers from a port on which it does not listen.
    let callee = |message: &Message| if message.from_caller { (5060, 5060) } else { (1044, 5060) };
    assert_call("callee", &with_ports(callee, as_it_is));
    let both = |message: &Message| if message.from_caller { (1033, 5060) } else { (1044, 5060) };
    assert_call("both", &with_ports(both, as_it_is));
}

#[test]
fn two_endpoints_of_one_host_stay_two() {
    let call = Call { caller: "127.0.0.1:5071", callee: "127.0.0.1:5072", ..Call::default() };
    let host = [127, 0, 0, 1];
    let packets: Vec<_> = call
        .messages()
        .iter()
        .map(|message| {
            let (source, destination) = if message.from_caller { (5071, 5072) } else { (5072, 5071) };
            datagram((host, source), (host, destination), &message.bytes)
        })
        .collect();
    let said = watch_bytes("host", &pcap(101, &packets));
    let endpoints: Vec<_> = said.by_endpoint().into_keys().map(|(endpoint, _)| endpoint).collect();
    assert_eq!(endpoints, ["127.0.0.1:5071", "127.0.0.1:5072"]);

    // The callee listens at the default port, and the caller's Via does not name its own port.
    let packets: Vec<_> = call
        .messages()
        .iter()
        .map(|message| {
            let text =
                String::from_utf8(message.bytes.clone()).expect("UTF-8").replace("127.0.0.1:5071;", "127.0.0.1;");
            let (source, destination) = if message.from_caller { (5071, 5060) } else { (5060, 5071) };
            datagram((host, source), (host, destination), text.as_bytes())
        })
        .collect();
    let said = watch_bytes("host", &pcap(101, &packets));
    let endpoints: Vec<_> = said.by_endpoint().into_keys().map(|(endpoint, _)| endpoint).collect();
    assert_eq!(endpoints, ["127.0.0.1:5060", "127.0.0.1:5071"]);
}

const PROXY_IP: [u8; 4] = [198, 51, 100, 9];

/// The usual call through a proxy that receives at port 5060 and forwards from the address `out`.
fn through_proxy(out: ([u8; 4], u16), via: &str, seen_by_caller: bool) -> Said {
    let mut packets = Vec::new();
    let proxy = (PROXY_IP, 5060);
    for message in call() {
        let text = String::from_utf8(message.bytes.clone()).expect("UTF-8");
        let branch =
            text.split(";branch=").nth(1).and_then(|rest| rest.split("\r\n").next()).expect("a branch").to_owned();
        let own = format!("Via: SIP/2.0/UDP {via};branch=z9hG4bK-p-{branch}\r\nVia:");
        let onward = text.replacen("Via:", &own, 1);
        if message.from_caller {
            if seen_by_caller {
                packets.push(datagram((CALLER_IP, 5060), proxy, &message.bytes));
            }
            packets.push(datagram(out, (CALLEE_IP, 5060), onward.as_bytes()));
        } else {
            packets.push(datagram((CALLEE_IP, 5060), out, onward.as_bytes()));
            if seen_by_caller {
                packets.push(datagram((out.0, out.1), (CALLER_IP, 5060), &message.bytes));
            }
        }
    }
    watch_bytes("proxy", &pcap(101, &packets))
}

#[test]
fn a_proxy_is_no_party_from_wherever_it_sends() {
    for (out, via) in [
        ((PROXY_IP, 5060), "198.51.100.9:5060"),
        ((PROXY_IP, 1044), "198.51.100.9:5060"),
        ((PROXY_IP, 5080), "198.51.100.9:5080"),
        (([198, 51, 100, 10], 5060), "198.51.100.10:5060"),
    ] {
        assert_call(via, &through_proxy(out, via, true));
    }
    // The capture lacks the request that the proxy received. The proxy is still not taken for a caller.
    let said = through_proxy((PROXY_IP, 5060), "198.51.100.9:5060", false);
    let events = said.by_endpoint();
    assert_eq!(events.keys().collect::<Vec<_>>(), [&(CALLEE.to_owned(), "2002".to_owned())]);
}

#[test]
fn the_command_line_says_which_dn_an_endpoint_has() {
    let packets: Vec<_> = call().iter().map(super::captures::packet).collect();
    let file = Temporary::new("dn", &pcap(101, &packets));
    let dns = |arguments: &[&str]| {
        let said = watch(&[arguments, &[file.path()]].concat());
        let dns = said.by_endpoint().into_keys().map(|(endpoint, dn)| format!("{endpoint} {dn}"));
        (dns.collect::<Vec<_>>(), said.errors)
    };
    let both = |one: &str, two: &str| (vec![format!("{CALLER} {one}"), format!("{CALLEE} {two}")], String::new());
    assert_eq!(dns(&["--dn", "198.51.100.1:5060=7001", "--dn", "198.51.100.2:5060=7002"]), both("7001", "7002"));
    // An address without a port stands for all its ports. An address with a port takes precedence over it.
    assert_eq!(dns(&["--dn", "198.51.100.2=7002"]), both("2001", "7002"));
    assert_eq!(dns(&["--dn", "198.51.100.2=7003", "--dn", "198.51.100.2:5060=7002"]), both("2001", "7002"));
    assert_eq!(dns(&["--dn", "192.0.2.7=7003"]), both("2001", "2002"));
    // Without an endpoint, the option filters the output.
    assert_eq!(dns(&["--dn", "2002"]).0, [format!("{CALLEE} 2002")]);
    assert_eq!(dns(&["--dn", "198.51.100.1=7001", "--dn", "7001"]).0, [format!("{CALLER} 7001")]);
}

/// An unknown party's INVITE names a DN, but the endpoint keeps its own DN.
#[test]
fn a_stranger_does_not_choose_the_dn_of_an_endpoint_that_has_one() {
    let forged: Vec<_> = call()
        .iter()
        .map(|message| {
            let text = String::from_utf8(message.bytes.clone()).expect("UTF-8").replace("sip:2002@", "sip:9999@");
            super::captures::packet(&Message { from_caller: message.from_caller, bytes: text.into_bytes() })
        })
        .collect();
    let file = Temporary::new("forged", &pcap(101, &forged));
    let said = watch(&["--dn", "198.51.100.2:5060=2002", file.path()]);
    assert!(!said.objects.iter().any(|object| object["thisDN"] == "9999"));
    assert_call("forged", &said);
}

#[test]
fn a_caller_has_five_minutes_for_another_try_unless_the_command_line_says_otherwise() {
    let call = Call::default();
    let invite = |via, cseq| call.request("INVITE", via, "", cseq, ("", ""));
    let challenge = call.response("407 Proxy Authentication Required", 1, "1 INVITE", ("", ""));
    // The user takes four minutes to type the password.
    let packets: Vec<_> = [(true, invite(1, 1)), (false, challenge)]
        .into_iter()
        .chain(std::iter::repeat_n((true, call.request("OPTIONS", 50, "", 1, ("", ""))), 240))
        .chain([(true, invite(2, 2)), (false, call.response("200 OK", 2, "2 INVITE", ("", "")))])
        .map(|(from_caller, bytes)| super::captures::packet(&Message { from_caller, bytes }))
        .collect();
    let file = Temporary::new("retry", &pcap(101, &packets));
    let of_caller = |arguments: &[&str]| {
        let said = watch(&[arguments, &[file.path()]].concat());
        let events = said.events().into_iter().filter(|(endpoint, ..)| endpoint == CALLER);
        events.map(|(_, _, line, event)| format!("{line} {event}")).collect::<Vec<_>>()
    };
    assert_eq!(of_caller(&[]), ["1 EventDialing", "244 EventEstablished"]);
    let in_vain = ["1 EventDialing", "2 EventReleased", "243 EventDialing", "244 EventEstablished"];
    assert_eq!(of_caller(&["--retry-wait", "32"]), in_vain, "the wait is told where it began");
}
