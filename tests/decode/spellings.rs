//! Which other spellings of headers and of announced SIP messages are read?

use std::borrow::Cow;

use im_session::Decoder;

use crate::splits::however_split;

const SIP: &str = "MESSAGE sip:5101@192.0.2.9 SIP/2.0\nContent-Type: text/plain\n\nplease see message EventReleased\n\
    \tAttributeThisDN\t'5101'\n\tAttributeCallUUID\t'FIELD01'\n";
const ATTRIBUTES: &str = "\tAttributeCallUUID\t'FIELD01'\n\tAttributeThisDN\t'5101'\n";
const TYPED: &str = "\tAttributeCallUUID [str] = \"FIELD01\"\n\tAttributeThisDN [str] = \"5101\"\n";

/// The names and times of the events.
fn found(log: &str) -> Vec<(String, Option<String>)> {
    however_split(log, |result| match result {
        Ok(decoded) => (decoded.event.name.as_str().to_owned(), decoded.time.map(Cow::into_owned)),
        Err(error) => (error.to_string(), None),
    })
}

fn names(log: &str) -> Vec<String> {
    found(log).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn announcements_of_sip_messages() {
    let length = SIP.len() + 3;
    let from = "bytes from 192.0.2.7:5060 <<<<<";
    let announcements = [
        format!("10:00:02.000: SIPTR: Received [0,UDP] {length} {from}"),
        format!("10:00:02.000: SIPTR: Received  {length} {from}"),
        format!("Received {length} {from}"),
        format!("10:00:02.000: SIPTR: Received [0,UDP]: {length} {from}"),
        format!("10:00:02.000 received: {length} bytes  from 192.0.2.7:5060 <<<<"),
        format!("10:00:02.000: Sending  [0,UDP] {length} bytes to 192.0.2.7:5060 >>>>>"),
        format!("10:00:02.000: Sent  {length} bytes to 192.0.2.7:5060 >>>>>"),
        format!("\tReceived [0,UDP] {length} {from}"),
        format!("\t\tReceived [0,UDP] {length} {from}"),
        format!("    : Received [0,UDP] {length} {from}"),
        format!("  10:00:02.000 Received [0,UDP] {length} {from}"),
    ];
    let list = "\tAttributeExtensions\t[9] 00\n\t\t'k'\t'v'\n";
    for announced in announcements {
        for before in [format!("x message EventHeld\n{ATTRIBUTES}"), format!("x message EventHeld\n{ATTRIBUTES}{list}")]
        {
            let log = format!("{before}{announced}\n{SIP}\n10:00:03 message EventRinging\n{ATTRIBUTES}");
            assert_eq!(names(&log), ["EventHeld", "EventRinging"], "{log}");
        }
        let log = format!(
            "x 'EventHeld' (64) attributes:\n{TYPED}{announced}\n{SIP}\n10:00:03 message EventRinging\n{ATTRIBUTES}"
        );
        assert_eq!(names(&log), ["EventHeld", "EventRinging"], "{log}");
    }
    // Text within a value announces no SIP message.
    let text = "Received [0,UDP] 4 bytes from 192.0.2.7:5060 <<<<<\nx message EventReleased\nbye'\n";
    let log = format!("x message EventHeld\n\tAttributeExtensions\t[9] 00\n\t\t'k'\t'{text}{ATTRIBUTES}");
    assert_eq!(names(&log), ["EventHeld"]);
}

#[test]
fn headers_of_the_platform_sdk() {
    let headers = [
        "13:20:31,665 Received:\n\t'EventHeld' ('64')\nmessage attributes:\n",
        "13:20:31,665 Received:\n\t'EventHeld' ('64')\n\tmessage attributes:\n",
        "13:20:31,665 Received:\n    'EventHeld' (64) attributes:\n",
        "13:20:31,665 Received:\n  message 'EventHeld' (64) attributes:\n",
        "13:20:31,665 Received 'EventHeld' ('64') message attributes:\n",
        "13:20:31,665 Received 'EventHeld' ('64') attributes:\n",
    ];
    for header in headers {
        let once = format!("{header}{TYPED}");
        let time = Some("13:20:31,665".to_owned());
        assert_eq!(found(&once), [("EventHeld".to_owned(), time.clone())], "{once}");
        let twice = format!("{once}{once}");
        assert_eq!(names(&twice), ["EventHeld", "EventHeld"], "{twice}");
        // The next message may also start without a line in between.
        if let Some((_, header)) = header.split_once(":\n") {
            if header.contains("Event") {
                let twice = format!("{once}{header}{TYPED}");
                assert_eq!(names(&twice), ["EventHeld", "EventHeld"], "{twice}");
            }
        }
    }
    // A value can look like a header.
    let log = format!("x 'EventHeld' ('64')\nmessage attributes:\n\tText [str] = \"'EventReleased' ('65')\"\n{TYPED}");
    assert_eq!(names(&log), ["EventHeld"]);
}

#[test]
fn json_that_a_parser_refuses_but_others_write() {
    let log = r#"{"Event":"EventHeld","ThisDN":"5101","CallUUID":"FIELD01","UserData":{"a":"\ud83d","b":"\ud83d\ude00","c":1e400,"d":"\\ud83d","e":"x\ude00\ud83dy","f":-1E+999,"g":1.50,"h":7}}"#;
    for envelope in [log.to_owned(), serde_json::json!({ "message": log }).to_string()] {
        for size in [1, usize::MAX] {
            let mut decoder = Decoder::new();
            let mut events = Vec::new();
            for piece in envelope.as_bytes().chunks(size) {
                decoder.push(piece, |result| events.push(result.expect("an event").into_owned()));
            }
            events.extend(decoder.finish().map(|result| result.expect("an event")));
            assert_eq!(events.len(), 1);
            let data = serde_json::json!(events[0].event.user_data.list());
            let expected = serde_json::json!({
                "a": "\u{fffd}", "b": "\u{1f600}", "c": "1e400", "d": "\\ud83d", "e": "x\u{fffd}\u{fffd}y",
                "f": "-1E+999", "g": "1.50", "h": 7
            });
            assert_eq!(data, expected);
        }
    }
    let logged = format!("x message EventHeld\n{ATTRIBUTES}");
    let object = serde_json::json!({ "message": logged, "who": "?" }).to_string().replace("\"?\"", "\"\\ud83d\"");
    assert_eq!(names(&object), ["EventHeld"]);
}

#[test]
fn times_of_syslog_before_a_header() {
    let log = format!("Jan  1 10:00:00.250 Trc: message EventHeld\n{ATTRIBUTES}");
    assert_eq!(found(&log), [("EventHeld".to_owned(), Some("Jan  1 10:00:00.250".to_owned()))]);
    // journald prints a message of several lines like this.
    let blank = " ".repeat(32);
    let indented = ATTRIBUTES.replace('\t', &format!("{blank}\t"));
    let log = format!("Jan 01 10:00:00 host sips[123]: 10:00:00.100 Trc x message EventHeld\n{indented}");
    let log = format!("{log}{log}");
    let event = ("EventHeld".to_owned(), Some("Jan 01 10:00:00".to_owned()));
    assert_eq!(found(&log), [event.clone(), event]);
}
