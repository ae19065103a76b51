//! `cargo run --example sip_watch` as a user runs it: traces and captures of every kind, errors, exit status.

#![cfg(feature = "sip")]

mod sip_support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use sip_support::packets::{ipv4, ipv4_fragments, ipv6, ipv6_fragments, pcap, pcapng, udp};
use sip_support::{request, response};

fn watch(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--example", "sip_watch", "--"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo")
}

/// A file for one test, gone at its end.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("sip_watch-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).expect("a file");
        Temporary(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("a name in UTF-8")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// Endpoint, line, event and outcome of every object but the last.
fn events(objects: &[Value]) -> Vec<(String, u64, String, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let (_, events) = objects.split_last().expect("a list");
    let event = |object: &Value| {
        let line = object["line"].as_u64().expect("a number");
        (text(&object["endpoint"]), line, text(&object["event"]), text(&object["outcome"]))
    };
    events.iter().map(event).collect()
}

#[test]
fn every_recorded_flow_is_shown_with_the_line_of_its_message() {
    let expected: Value = serde_json::from_str(include_str!("data/sip/expected.json")).expect("JSON");
    for flow in expected.as_array().expect("flows") {
        let name = flow["flow"].as_str().expect("a name");
        let file = format!("tests/data/sip/{name}.txt");
        let output = watch(&["--format", "jsonl", &file]);
        assert!(output.status.success() && output.stderr.is_empty(), "{name}");
        let objects = lines(&output);
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file)).expect(name);
        let heads: Vec<(u64, &str)> = (1..).zip(text.lines()).filter(|(_, line)| line.starts_with("-- #")).collect();
        for (port, endpoint) in flow["endpoints"].as_object().expect("endpoints") {
            let address = format!("127.0.0.1:{port}");
            let shown: Vec<(u64, String)> = events(&objects)
                .into_iter()
                .filter(|(at, _, event, _)| *at == address && event != "EventPrivateInfo")
                .map(|(_, line, event, outcome)| {
                    assert_eq!(outcome, "changed");
                    (line, event.replace("EventAbandoned", "EventReleased"))
                })
                .collect();
            let steps = endpoint["steps"].as_array().expect("steps");
            let wanted: Vec<(u64, String)> = heads
                .iter()
                .zip(steps)
                .filter_map(|((line, _), step)| Some((*line, step["tlib"].as_str()?.to_owned())))
                .collect();
            assert_eq!(shown, wanted, "{name} at {address}");
        }
        let list = &objects.last().expect("a list")["imSessions"];
        for session in list.as_array().expect("sessions") {
            assert_eq!(session["state"], "Completed", "{name}");
            assert!(session["endpoint"].is_string() && session["thisDN"].is_string());
        }
    }
}

#[test]
fn a_capture_shows_what_its_trace_shows() {
    for name in ["01-answer-caller-bye", "12-message-in-dialog"] {
        let of = |extension: &str| {
            let output = watch(&["--format", "jsonl", &format!("tests/data/sip/{name}.{extension}")]);
            assert!(output.status.success(), "{name}.{extension}");
            let mut objects = lines(&output);
            for object in &mut objects {
                if let Some(object) = object.as_object_mut() {
                    object.remove("line");
                }
            }
            objects
        };
        assert_eq!(of("pcap"), of("txt"), "{name}");
    }
}

#[test]
fn text_and_mermaid_name_the_endpoints() {
    let text = watch(&["tests/data/sip/12-message-in-dialog.txt"]);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.contains("alice at 127.0.0.1:5061") && text.contains("message “Hello Bob”"), "{text}");
    let mermaid = watch(&["--format", "mermaid", "tests/data/sip/12-message-in-dialog.txt"]);
    assert!(mermaid.stdout.starts_with(b"sequenceDiagram\n"));
}

/// INVITE, 180, 200, BYE.
fn call() -> Vec<Vec<u8>> {
    vec![
        udp(&request("INVITE", 1), true),
        udp(&response(180, 1, "INVITE", "b1"), false),
        udp(&response(200, 1, "INVITE", "b1"), false),
        udp(&request("BYE", 2).tagged("b1"), true),
    ]
}

#[test]
fn captures_of_every_link_type_are_read() {
    let before = |head: &'static [u8]| move |packet: Vec<u8>| [head, &packet[..]].concat();
    let v4 = || call().into_iter().map(|udp| ipv4(&udp, 0x4000));
    let v6 = || call().into_iter().map(|udp| ipv6(&udp));
    let ethernet4 = before(&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]);
    let ethernet6 = before(&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x86, 0xdd]);
    let tagged = before(&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0, 7, 8, 0]);
    let cooked = before(&[0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0]);
    let cooked2 = before(&[0x86, 0xdd, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0]);
    let captures: Vec<(&str, Vec<u8>)> = vec![
        ("ethernet", pcap(1, &v4().map(ethernet4).collect::<Vec<_>>())),
        ("ethernet6", pcap(1, &v6().map(ethernet6).collect::<Vec<_>>())),
        ("vlan", pcap(1, &v4().map(tagged).collect::<Vec<_>>())),
        ("cooked", pcap(113, &v4().map(cooked).collect::<Vec<_>>())),
        ("cooked2", pcap(276, &v6().map(cooked2).collect::<Vec<_>>())),
        ("raw", pcap(101, &v4().collect::<Vec<_>>())),
        ("raw6", pcap(101, &v6().collect::<Vec<_>>())),
        ("null", pcap(0, &v4().map(before(&[2, 0, 0, 0])).collect::<Vec<_>>())),
        ("loop", pcap(108, &v6().map(before(&[0, 0, 0, 24])).collect::<Vec<_>>())),
        ("pcapng", pcapng(1, &v4().map(before(&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0])).collect::<Vec<_>>())),
    ];
    for (name, capture) in captures {
        let file = Temporary::new(name, &capture);
        let output = watch(&["--format", "jsonl", file.path()]);
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let six = name.ends_with('6') || name == "cooked2" || name == "loop";
        let (alice, bob) = if six { ("[2001:db8::1]", "[2001:db8::2]") } else { ("10.0.0.1", "10.0.0.2") };
        let (alice, bob) = (format!("{alice}:5061"), format!("{bob}:5062"));
        let expected = [
            (&alice, 1, "EventDialing"),
            (&bob, 2, "EventRinging"),
            (&bob, 3, "EventEstablished"),
            (&alice, 3, "EventEstablished"),
            (&alice, 4, "EventReleased"),
            (&bob, 4, "EventReleased"),
        ];
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(at, line, event)| (at.clone(), line, event.to_owned(), "changed".to_owned()))
            .collect();
        assert_eq!(events(&lines(&output)), expected, "{name}");
    }
}

#[test]
fn datagrams_in_fragments_are_put_together_whatever_their_order() {
    let names = |capture: &[u8], name: &str| {
        let file = Temporary::new(name, capture);
        let output = watch(&["--format", "jsonl", file.path()]);
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        let shown = events(&lines(&output));
        shown.into_iter().map(|(at, _, event, _)| format!("{at} {event}")).collect::<Vec<_>>()
    };
    let whole = names(&pcap(101, &call().iter().map(|udp| ipv4(udp, 0)).collect::<Vec<_>>()), "whole");
    assert_eq!(whole.len(), 6);
    let cut: Vec<Vec<u8>> = call().iter().flat_map(|udp| ipv4_fragments(udp, 104).into_iter().rev()).collect();
    assert_eq!(cut.len(), 10);
    assert_eq!(names(&pcap(101, &cut), "fragments"), whole);
    let whole6 = names(&pcap(101, &call().iter().map(|udp| ipv6(udp)).collect::<Vec<_>>()), "whole-6");
    let cut6: Vec<Vec<u8>> = call().iter().flat_map(|udp| ipv6_fragments(udp, 104)).collect();
    assert_eq!(names(&pcap(101, &cut6), "fragments-6"), whole6);
}

#[test]
fn what_cannot_be_read_is_said_and_all_else_is_shown() {
    let whole = ipv4(&udp(&request("INVITE", 1), true), 0x4000);
    let fragment = ipv4(&udp(&request("INVITE", 1), true)[..200], 0x2000);
    let unaligned = ipv4(&udp(&request("INVITE", 1), true)[..201], 0x2000);
    let other = ipv4(&[0, 53, 0, 53, 0, 12, 0, 0, 1, 2, 3, 4], 0x4000);
    let mut faulty = udp(&request("INVITE", 1).call_id("x"), true);
    let at = faulty.windows(5).position(|window| window == b"CSeq:").expect("it is there");
    faulty[at] = b'X';
    let packets = [other, fragment, ipv4(&faulty, 0x4000), whole, unaligned];
    let mut capture = pcap(101, &packets);
    let file = Temporary::new("faults", &capture);
    let output = watch(&["--format", "jsonl", file.path()]);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let expected = format!(
        "{0}:3: expected the header CSeq, found none\n\
         {0}:5: an IP fragment from 10.0.0.1 to 10.0.0.2: Payload length 201 of IP fragment (offset 0) is not a multiple of 8. This is \
         only allowed for the last fragment packet.\n\
         {0}:2: the last IP fragment of a UDP datagram that is not there as a whole\n",
        file.path()
    );
    assert_eq!(errors, expected);
    assert_eq!(events(&lines(&output)).len(), 1, "the whole INVITE is packet 4");

    capture.truncate(capture.len() - 5);
    let file = Temporary::new("cut", &capture);
    let output = watch(&["--format", "jsonl", file.path()]);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(errors.contains(":5: the capture ends within a packet\n"), "{errors}");

    let unknown = Temporary::new("link", &pcap(147, &[vec![1, 2, 3]]));
    let errors = watch(&[unknown.path()]).stderr;
    assert!(String::from_utf8_lossy(&errors).ends_with(":1: packets of link type 147 are not read\n"));
}

#[test]
fn a_trace_with_faults_says_where_and_a_file_of_no_kind_says_so() {
    let trace = "preamble\n\n-- #1 t=0.0 a:1 -> b:2\nnonsense\n\n#2 t=x a:1 -> b:2\nINVITE\n\n#3 t=1 a:1 -> b:2\n";
    let message = String::from_utf8(request("INVITE", 1).bytes()).expect("UTF-8").replace("\r\n", "\n");
    let challenged = String::from_utf8(response(407, 1, "INVITE", "x").bytes()).expect("UTF-8");
    let trace = format!("{trace}{message}\n#4 t=2 b:2 -> a:1\n{challenged}");
    let file = Temporary::new("trace", trace.as_bytes());
    let output = watch(&["--format", "jsonl", file.path(), "/nonexistent/file"]);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let expected = format!(
        "{0}:3: expected a SIP request or status line, found \"nonsense\"\n\
         {0}:6: expected a time, found \"#2 t=x a:1 -> b:2\"\n\
         /nonexistent/file: No such file or directory (os error 2)\n",
        file.path()
    );
    assert_eq!(errors, expected);
    let shown = events(&lines(&output));
    let names: Vec<&str> = shown.iter().map(|(_, _, event, _)| event.as_str()).collect();
    assert_eq!(names, ["EventDialing", "EventReleased"], "the end of the trace ends the wait for a retry");

    let nothing = Temporary::new("nothing", b"no messages here\n");
    let output = watch(&["--format", "jsonl", nothing.path()]);
    assert_eq!((output.status.code(), lines(&output).len()), (Some(1), 1), "an empty list");
}

#[test]
fn a_trace_with_crlf_and_a_byte_order_mark_is_the_same_trace() {
    let flow = std::fs::read_to_string("tests/data/sip/12-message-in-dialog.txt").expect("a flow");
    let expected = watch(&["--format", "jsonl", "tests/data/sip/12-message-in-dialog.txt"]).stdout;
    let crlf = format!("\u{feff}{}", flow.replace('\n', "\r\n"));
    let file = Temporary::new("crlf", crlf.as_bytes());
    assert_eq!(watch(&["--format", "jsonl", file.path()]).stdout, expected);

    // The first message on the first line, after the mark.
    let (_, messages) = flow.split_once("-- #1").expect("a head");
    let file = Temporary::new("mark", format!("\u{feff}#1{messages}").as_bytes());
    assert_eq!(
        lines(&watch(&["--format", "jsonl", file.path()])).len(),
        expected.split(|&byte| byte == b'\n').count() - 1
    );
}

/// A caller that waits in vain for a retry is released by the answer that asked for one, not by what came after it.
#[test]
fn a_redirect_that_is_not_followed_is_told_where_it_stood() {
    let message = |number: u32, time: &str, from: u16, to: u16, first: &str, tag: &str, cseq: &str| {
        format!(
            "#{number} t={time} 127.0.0.1:{from} -> 127.0.0.1:{to}\n{first}\n\
             Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK-1\nFrom: <sip:alice@127.0.0.1:5061>;tag=a1\n\
             To: <sip:bob@127.0.0.1:5062>{tag}\nCall-ID: c1\nCSeq: {cseq}\nContent-Length: 0\n\n"
        )
    };
    let trace = [
        message(1, "0.000", 5061, 5062, "INVITE sip:bob@127.0.0.1:5062 SIP/2.0", "", "1 INVITE"),
        message(2, "0.001", 5062, 5061, "SIP/2.0 302 Moved Temporarily", ";tag=b1", "1 INVITE"),
        message(3, "0.002", 5061, 5062, "ACK sip:bob@127.0.0.1:5062 SIP/2.0", ";tag=b1", "1 ACK"),
    ]
    .concat();
    let redirect = trace.lines().position(|line| line.starts_with("#2 ")).map(|index| index as u64 + 1);
    let file = Temporary::new("redirect.txt", trace.as_bytes());
    let objects = lines(&watch(&["--format", "jsonl", file.path()]));
    assert_eq!(objects[0]["event"], "EventDialing");
    assert_eq!((&objects[1]["event"], objects[1]["line"].as_u64()), (&"EventReleased".into(), redirect));
}
