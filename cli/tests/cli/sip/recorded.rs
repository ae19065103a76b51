//! Do the recorded flows of the repository give the expected output in every format?

use serde_json::Value;

use super::captures::{packet, pcap};
use super::messages::{Message, call};
use super::tool::{Temporary, run, watch, watch_bytes};

const FLOWS: &str = "../tests/data/sip";

#[test]
fn every_recorded_flow_is_shown_with_the_line_of_its_message() {
    let expected = std::fs::read_to_string(format!("{FLOWS}/expected.json")).expect("what is expected");
    let expected: Value = serde_json::from_str(&expected).expect("JSON");
    for flow in expected.as_array().expect("flows") {
        let name = flow["flow"].as_str().expect("a name");
        let file = format!("{FLOWS}/{name}.txt");
        let said = watch(&[&file]);
        assert_eq!((said.status, said.errors.as_str()), (Some(0), ""), "{name}");
        let text = std::fs::read_to_string(&file).expect(name);
        let heads: Vec<(u64, &str)> = (1..).zip(text.lines()).filter(|(_, line)| line.starts_with("-- #")).collect();
        for (port, endpoint) in flow["endpoints"].as_object().expect("endpoints") {
            let address = format!("127.0.0.1:{port}");
            let shown: Vec<(u64, String)> = said
                .events()
                .into_iter()
                .filter(|(at, _, _, event)| *at == address && event != "EventPrivateInfo")
                .map(|(_, _, line, event)| (line, event.replace("EventAbandoned", "EventReleased")))
                .collect();
            let steps = endpoint["steps"].as_array().expect("steps");
            let wanted: Vec<(u64, String)> = heads
                .iter()
                .zip(steps)
                .filter_map(|((line, _), step)| Some((*line, step["tlib"].as_str()?.to_owned())))
                .collect();
            assert_eq!(shown, wanted, "{name} at {address}");
        }
        for object in &said.objects {
            assert!(
                object["event"].is_null() || matches!(object["outcome"].as_str(), Some("changed" | "message")),
                "{object}"
            );
        }
        for session in said.sessions() {
            assert_eq!(session["state"], "Completed", "{name}");
            assert!(session["endpoint"].is_string() && session["thisDN"].is_string());
        }
    }
}

#[test]
fn a_capture_shows_what_its_trace_shows() {
    for name in ["01-answer-caller-bye", "12-message-in-dialog"] {
        let of = |extension: &str| {
            let said = watch(&[&format!("{FLOWS}/{name}.{extension}")]);
            assert_eq!(said.status, Some(0), "{name}.{extension}");
            let mut objects = said.objects;
            for object in objects.iter_mut().filter_map(Value::as_object_mut) {
                for key in ["file", "line", "time"] {
                    object.remove(key);
                }
            }
            objects
        };
        assert_eq!(of("pcap"), of("txt"), "{name}");
    }
}

#[test]
fn text_calls_and_mermaid_name_the_endpoints() {
    let file = format!("{FLOWS}/12-message-in-dialog.txt");
    let shown = |arguments: &[&str]| String::from_utf8_lossy(&run(&[arguments, &[&file]].concat()).stdout).into_owned();
    let text = shown(&[]);
    assert!(text.contains("alice at 127.0.0.1:5061") && text.contains("Hello Bob"), "{text}");
    let calls = shown(&["--format", "calls"]);
    assert!(calls.contains("bob at 127.0.0.1:5062"), "{calls}");
    assert!(shown(&["--format", "mermaid"]).starts_with("sequenceDiagram\n"));
}

#[test]
fn filters_choose_what_is_shown() {
    let packets: Vec<_> = call().iter().map(packet).collect();
    let file = Temporary::new("filters", &pcap(101, &packets));
    let count = |arguments: &[&str]| watch(&[arguments, &[file.path()]].concat()).events().len();
    assert_eq!(count(&[]), 8);
    assert_eq!(count(&["--dn", "2001"]), 4);
    assert_eq!(count(&["--only", "message"]), 2);
    assert_eq!(count(&["--since", "10:00:06"]), 2);
    assert_eq!(count(&["--until", "2026-01-01T10:00:01"]), 2);
    assert_eq!(count(&["--call", "#7"]), 0);
}

#[test]
fn a_trace_with_faults_says_where() {
    let trace = "preamble\n\n-- #1 t=0.0 a:1 -> b:2\nnonsense\n\n#2 t=x a:1 -> b:2\nINVITE\n\n#3 t=1 a:1 -> b:2\n";
    let text = |message: &Message| String::from_utf8(message.bytes.clone()).expect("UTF-8").replace("\r\n", "\n");
    let messages = call();
    let challenged = text(&messages[1]).replace("180 Ringing", "407 Proxy Authentication Required");
    let trace = format!("{trace}{}\n#4 t=2 b:2 -> a:1\n{challenged}", text(&messages[0]));
    let file = Temporary::new("trace", trace.as_bytes());
    let said = watch(&[file.path(), "/nonexistent/file"]);
    assert_eq!(said.status, Some(1));
    let expected = format!(
        "{0}:3: expected a SIP request or status line, found \"nonsense\"\n\
         {0}:6: expected a time, found \"#2 t=x a:1 -> b:2\"\n\
         /nonexistent/file: No such file or directory (os error 2)\n",
        file.path()
    );
    assert_eq!(said.errors, expected);
    let names: Vec<String> = said.events().into_iter().map(|(.., event)| event).collect();
    assert_eq!(names, ["EventDialing", "EventReleased"], "the end of the trace ends the wait for a retry");
}

#[test]
fn a_trace_with_crlf_and_a_byte_order_mark_is_the_same_trace() {
    let flow = std::fs::read_to_string(format!("{FLOWS}/12-message-in-dialog.txt")).expect("a flow");
    let events = |text: &str| watch_bytes("trace", text.as_bytes()).events();
    let expected = events(&flow);
    assert_eq!(expected.len(), 10);
    assert_eq!(events(&format!("\u{feff}{}", flow.replace('\n', "\r\n"))), expected);

    // The first message starts on the first line, right after the byte order mark.
    let (before, messages) = flow.split_once("-- #1").expect("a head");
    let skipped = before.lines().count() as u64;
    let moved: Vec<_> =
        expected.into_iter().map(|(endpoint, dn, line, event)| (endpoint, dn, line - skipped, event)).collect();
    assert_eq!(events(&format!("\u{feff}#1{messages}")), moved);
}

/// A caller is released by the response that demanded a retry if the retry never comes, and not by a later message.
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
    let events = watch_bytes("redirect", trace.as_bytes()).events();
    assert_eq!(events[0].3, "EventDialing");
    assert_eq!((events[1].3.as_str(), Some(events[1].2)), ("EventReleased", redirect));
}

#[test]
fn the_base_address_of_the_service_is_that_of_the_command_line() {
    let packets: Vec<_> = call().iter().map(packet).collect();
    let file = Temporary::new("uri", &pcap(101, &packets));
    let said = watch(&["--base-uri", "https://gws.example.com/", file.path()]);
    let uri = said.sessions()[0]["uri"].as_str().expect("an address").to_owned();
    assert!(uri.starts_with("https://gws.example.com/api/v2/im-sessions/"), "{uri}");
    assert_eq!(run(&["--base-uri", "nowhere", file.path()]).status.code(), Some(2));
}

#[test]
fn the_help_says_how_an_endpoint_gets_its_dn() {
    let help = String::from_utf8_lossy(&run(&["--help"]).stdout).into_owned();
    for text in ["--dn ENDPOINT=DN", "--forget <SECONDS>", "--retry-wait <SECONDS>", "WebSocket"] {
        assert!(help.contains(text), "{text}: {help}");
    }
}
