//! Which text forms does the tool read? Traces, logs and consoles, with the same call in each.

use super::captures::gzip;
use super::messages::{CALLEE, CALLER, Call, Message, assert_call_between};
use super::tool::{Said, watch_bytes};

/// A text form: its name, how it prints a message, and which endpoints it names.
struct Form {
    name: &'static str,
    write: fn(&At<'_>) -> String,
    caller: &'static str,
    callee: &'static str,
}

/// A message and its number in the call.
struct At<'m> {
    message: &'m Message,
    /// Counted from 1.
    number: usize,
}

impl At<'_> {
    /// The message with LF line ends.
    fn text(&self) -> String {
        self.wire().replace("\r\n", "\n")
    }

    fn wire(&self) -> String {
        String::from_utf8(self.message.bytes.clone()).expect("UTF-8")
    }

    fn length(&self) -> usize {
        self.message.bytes.len()
    }

    fn time(&self) -> String {
        format!("10:00:{:02}.125000", self.number)
    }

    /// Source and destination.
    fn addresses(&self) -> (&'static str, &'static str) {
        if self.message.from_caller { (CALLER, CALLEE) } else { (CALLEE, CALLER) }
    }

    /// Whether the caller sent the message. The caller is the one that writes the log.
    fn sent(&self) -> bool {
        self.message.from_caller
    }

    fn pick(&self, sent: &'static str, received: &'static str) -> &'static str {
        if self.sent() { sent } else { received }
    }

    fn kind(&self) -> &'static str {
        if self.wire().starts_with("SIP/") { "response" } else { "request" }
    }

    /// The text with this prefix on every line.
    fn behind(&self, margin: &str) -> String {
        self.text().lines().map(|line| format!("{margin}{line}\n")).collect()
    }
}

/// Replaces CR with a dot, as ngrep does.
fn dots(text: &str) -> String {
    text.replace("\r\n", ".\n")
}

const FORMS: &[Form] = &[
    Form {
        name: "own trace",
        write: |at| {
            let (source, destination) = at.addresses();
            format!("-- #{} t={}.5 {source} -> {destination}\n{}\n", at.number, at.number, at.text())
        },
        caller: CALLER,
        callee: CALLEE,
    },
    Form {
        name: "sngrep",
        write: |at| {
            let (source, destination) = at.addresses();
            format!("2026/01/01 {} {source} -> {destination}\n{}\n\n", at.time(), at.text())
        },
        caller: CALLER,
        callee: CALLEE,
    },
    Form {
        name: "ngrep byline",
        write: |at| {
            let (source, destination) = at.addresses();
            let head = format!("U 2026/01/01 {} {source} -> {destination} #{}", at.time(), at.number);
            format!("##\n{head}\n{}\n", dots(&at.wire()))
        },
        caller: CALLER,
        callee: CALLEE,
    },
    Form {
        name: "ngrep byline without time",
        write: |at| {
            let (source, destination) = at.addresses();
            format!("U {source} -> {destination}\n{}\n", dots(&at.wire()))
        },
        caller: CALLER,
        callee: CALLEE,
    },
    Form {
        name: "ngrep of TCP",
        write: |at| {
            let (source, destination) = at.addresses();
            format!("T 2026/01/01 {} {source} -> {destination} [AP]\n{}\n", at.time(), dots(&at.wire()))
        },
        caller: CALLER,
        callee: CALLEE,
    },
    Form {
        name: "homer",
        write: |at| {
            let (source, destination) = at.addresses();
            format!("proto:UDP 2026-01-01T{}Z  {source} ---> {destination}\n\n{}\n\n", at.time(), at.text())
        },
        caller: CALLER,
        callee: CALLEE,
    },
    Form {
        name: "homer with dashes",
        write: |at| {
            let (source, destination) = at.addresses();
            format!("----- 2026-01-01 {} UDP {source} --> {destination} -----\n\n{}\n", at.time(), at.text())
        },
        caller: CALLER,
        callee: CALLEE,
    },
    Form {
        name: "baresip",
        write: |at| {
            let (source, destination) = at.addresses();
            format!("\u{1b}[36;1m2026-01-01|{}#\nUDP {source} -> {destination}\n{}\u{1b}[;m\n", at.time(), at.text())
        },
        caller: CALLER,
        callee: CALLEE,
    },
    Form {
        name: "baresip by direction",
        write: |at| {
            let (own, peer) = (CALLER, CALLEE);
            format!("{} UDP {own} {} {peer}\n{}\n", at.pick("TX", "RX"), at.pick("->", "<-"), at.text())
        },
        caller: CALLER,
        callee: CALLEE,
    },
    Form {
        name: "genesys",
        write: |at| {
            let time = &at.time()[..12];
            let (head, tail) = (at.pick("Sending ", "SIPTR: Received"), at.pick("to", "from"));
            let ends = at.pick(">>>>>", "<<<<<");
            let log = "10:00:00.000 Trc 04541 something else\n\tAttributeThisDN '2001'\n";
            format!("{log}{time}: {head} [0,UDP] {} bytes {tail} {CALLEE} {ends}\n{}\n", at.length(), at.text())
        },
        caller: "local",
        callee: CALLEE,
    },
    Form {
        name: "pjsip logger",
        write: |at| {
            let (verb, tail, kind) = (at.pick("Transmitting", "Received"), at.pick("to", "from"), at.kind());
            let head = format!("<--- {verb} SIP {kind} ({} bytes) {tail} UDP:{CALLEE} --->", at.length());
            format!("{head}\n{}\n    -- Executing [s@x:1] NoOp(\"PJSIP/2001-1\", \"\")\n", at.text())
        },
        caller: "local",
        callee: CALLEE,
    },
    Form {
        name: "pjsip logger in a log",
        write: |at| {
            let (verb, tail, kind) = (at.pick("Transmitting", "Received"), at.pick("to", "from"), at.kind());
            let head = format!("<--- {verb} SIP {kind} ({} bytes) {tail} UDP:{CALLEE} --->", at.length());
            let before = format!("[2026-01-01 {}] VERBOSE[77] res_pjsip_logger.c:", &at.time()[..8]);
            format!("{before} {head}\n{}\n[2026-01-01 10:00:00] DEBUG[77] x.c: y: z\n", at.text())
        },
        caller: "local",
        callee: CALLEE,
    },
    Form {
        name: "sip set debug",
        write: |at| {
            if at.sent() && at.kind() == "request" {
                format!("Reliably Transmitting (no NAT) to {CALLEE}:\n{}\n---\n", at.text())
            } else if at.sent() {
                format!("\n<--- Transmitting (no NAT) to {CALLEE} --->\n{}\n<------------>\n", at.text())
            } else {
                format!(
                    "\n<--- SIP read from UDP:{CALLEE} --->\n{}\n<------------->\n--- (9 headers 0 lines) ---\n",
                    at.text()
                )
            }
        },
        caller: "local",
        callee: CALLEE,
    },
    Form {
        name: "sip set debug, sent again",
        write: |at| {
            if at.sent() {
                let again = format!("Retransmitting #1 (NAT) to {CALLEE}:\n{}\n---\n", at.text());
                format!("Reliably Transmitting (NAT) to {CALLEE}:\n{}\n---\n{again}", at.text())
            } else {
                format!("<--- SIP read from UDP://{CALLEE} --->\n{}\n<------------->\n", at.text())
            }
        },
        caller: "local",
        callee: CALLEE,
    },
    Form {
        name: "freeswitch",
        write: |at| {
            let (verb, tail) = (at.pick("send", "recv"), at.pick("to", "from"));
            let dashes = "-".repeat(72);
            let head = format!("{verb} {} bytes {tail} udp/[198.51.100.2]:5060 at {}:", at.length(), at.time());
            let body = at.behind("   ");
            format!("2026-01-01 10:00:00.1 [DEBUG] x.c:1 y\n{head}\n   {dashes}\n{body}   {dashes}\n")
        },
        caller: "local",
        callee: CALLEE,
    },
    Form {
        name: "freeswitch without indentation",
        write: |at| {
            let (verb, tail) = (at.pick("send", "recv"), at.pick("to", "from"));
            let dashes = "-".repeat(72);
            let head = format!("{verb} {} bytes {tail} udp/[198.51.100.2]:5060 at {}:", at.length(), at.time());
            format!("{head}\n{dashes}\n{}\n{dashes}\n", at.text())
        },
        caller: "local",
        callee: CALLEE,
    },
    Form {
        name: "drachtio",
        write: |at| {
            let (verb, tail) = (at.pick("send", "recv"), at.pick("to", "from"));
            let head = format!("2026-01-01 {} {verb} {} bytes {tail} udp/[198.51.100.2]:5060", at.time(), at.length());
            format!("{head} at {}:\n{}\n2026-01-01 10:00:00.2 tport.c:1 y() z: w\n", at.time(), at.text())
        },
        caller: "local",
        callee: CALLEE,
    },
    Form {
        name: "sipp",
        write: |at| {
            let dashes = "-".repeat(47);
            let length = at.length();
            let head = if at.sent() {
                format!("UDP message sent ({length} bytes):")
            } else {
                format!("UDP message received [{length}] bytes :")
            };
            format!("{dashes} 2026-01-01 {}\n{head}\n\n{}\n", at.time(), at.text())
        },
        caller: "local",
        callee: "remote",
    },
    Form {
        name: "sipp of today",
        write: |at| {
            let dashes = "-".repeat(47);
            let (length, verb) = (at.length(), at.pick("sent", "received"));
            format!("{dashes} 2026-01-01T{}\nUDP message {verb} [{length}] bytes:\n\n{}\n", at.time(), at.wire())
        },
        caller: "local",
        callee: "remote",
    },
    Form {
        name: "sip.js",
        write: |at| {
            let head = at.pick("sending WebSocket message:", "received WebSocket text message:");
            let date = format!("Thu Jan 01 2026 {} GMT+0000 (UTC)", &at.time()[..8]);
            format!(
                "sip.js:36 {date} | sip.transport | {head}\n\n{}\n\nsip.js:36 {date} | sip.ua | emitting event x\n",
                at.text()
            )
        },
        caller: "local",
        callee: "remote",
    },
    Form {
        name: "sip.js of today",
        write: |at| {
            let head = at.pick("Sending WebSocket message:", "Received WebSocket text message:");
            format!("Thu Jan 01 2026 {} GMT+0100 (CET) | sip.Transport | {head}\n\n{}\n", &at.time()[..8], at.text())
        },
        caller: "local",
        callee: "remote",
    },
    Form {
        name: "jssip",
        write: |at| {
            let head = at.pick("sending message:", "received text message:");
            format!("JsSIP:Transport {head}\n\n{}\n +1ms\nJsSIP:UA other: things +0ms\n", at.text())
        },
        caller: "local",
        callee: "remote",
    },
    Form {
        name: "pjsua",
        write: |at| {
            let (verb, tail) = (at.pick("TX", "RX"), at.pick("to", "from"));
            let (length, kind) = (at.length(), if at.kind() == "request" { "Request" } else { "Response" });
            let head = format!("{verb} {length} bytes {kind} msg INVITE/cseq=1 (tdta0x7) {tail} UDP {CALLEE}:");
            format!("{}           pjsua_core.c  .{head}\n{}\n--end msg--\n", &at.time()[..12], at.text())
        },
        caller: "local",
        callee: CALLEE,
    },
    Form {
        name: "linphone",
        write: |at| {
            let head = if at.sent() {
                format!("channel [0x1]: message sent to [UDP://{CALLEE}], size: [{}] bytes", at.length())
            } else {
                format!("channel [0x1]: received [{}] new bytes from [UDP://{CALLEE}]:", at.length())
            };
            let time = format!("2026-01-01 {}:125", &at.time()[..8]);
            let after = format!("{time} [belle-sip] MESSAGE channel [0x1] [1] bytes parsed");
            format!("{time} [belle-sip] MESSAGE {head}\n{}\n{after}\n", at.text())
        },
        caller: "local",
        callee: CALLEE,
    },
    Form {
        name: "linphone on a phone",
        write: |at| {
            let head = if at.sent() {
                format!("channel [0x1]: message sent to [UDP://{CALLEE}], size: [{}] bytes", at.length())
            } else {
                format!("channel [0x1]: received [{}] new bytes from [UDP://{CALLEE}]:", at.length())
            };
            let margin = format!("01-01 {}  6072  6072 I Linphone: ", &at.time()[..12]);
            format!("{margin}{head}\n{}{margin}channel [0x1] [1] bytes parsed\n", at.behind(&margin))
        },
        caller: "local",
        callee: CALLEE,
    },
    Form {
        name: "audiocodes",
        write: |at| {
            let head = if at.sent() {
                format!("---- Outgoing SIP Message to {CALLEE} from SIPInterface #0 (x) UDP TO(#0) ----")
            } else {
                format!("---- Incoming SIP Message from {CALLEE} to SIPInterface #0 (x) UDP TO(#0) ----")
            };
            format!("{} <157>[S=1] {head} [Time:01-01@10:00:00.5] [36]\n{}\n", &at.time()[..12], at.text())
        },
        caller: "local",
        callee: CALLEE,
    },
    Form {
        name: "oracle",
        write: |at| {
            let (verb, tail) = (at.pick("sent", "received"), at.pick("to", "from"));
            let dashes = "-".repeat(40);
            format!("Jan  1 {} On [0:0]{CALLER} {verb} {tail} {CALLEE}\n{}\n{dashes}\n", &at.time()[..12], at.text())
        },
        caller: CALLER,
        callee: CALLEE,
    },
    Form {
        name: "cisco",
        write: |at| {
            let head = at.pick("Sent:", "Received:");
            let before = format!("Jan  1 {}: //1/2/SIP/Msg/ccsipDisplayMsg:", &at.time()[..12]);
            format!("{before}\n{head} \n{}\n", at.text())
        },
        caller: "local",
        callee: "remote",
    },
    Form {
        name: "two addresses in words",
        write: |at| {
            let (source, destination) = at.addresses();
            format!("2026-01-01 {} SIP src={source} dst={destination}\n\n{}\n", at.time(), at.text())
        },
        caller: CALLER,
        callee: CALLEE,
    },
    Form {
        name: "two addresses the other way round",
        write: |at| {
            let (source, destination) = at.addresses();
            format!("{} to {destination} from {source}\n{}\n", at.time(), at.text())
        },
        caller: CALLER,
        callee: CALLEE,
    },
    Form {
        name: "one address and a word",
        write: |at| {
            let (verb, tail) = (at.pick("Sent", "Received"), at.pick("to", "from"));
            format!("[{}] INFO sip: {verb} a message {tail} {CALLEE} over UDP\n--------\n{}\n", at.time(), at.text())
        },
        caller: "local",
        callee: CALLEE,
    },
];

fn written(form: &Form, messages: &[Message]) -> String {
    (1..).zip(messages).map(|(number, message)| (form.write)(&At { message, number })).collect()
}

#[test]
fn texts_of_every_form_show_the_call() {
    assert!(FORMS.len() > 20);
    for form in FORMS {
        let text = written(form, &Call::default().messages());
        let said = watch_bytes(form.name, text.as_bytes());
        assert_call_between(form.name, &said, form.caller, form.callee);
        // The first event has the line number of the header line of its message.
        let line = said.events()[0].2;
        let head = text.lines().nth(usize::try_from(line).expect("a line") - 1).expect("a line");
        let is_head = [CALLEE, "198.51.100.2", "message", "Sent:", "sent"].iter().any(|word| head.contains(word));
        assert!(is_head, "{}: {head}", form.name);
    }
}

#[test]
fn every_form_is_read_with_crlf_with_a_byte_order_mark_in_utf_16_and_from_gzip() {
    for form in FORMS {
        let text = written(form, &Call::default().messages());
        let crlf = text.replace("\r\n", "\n").replace('\n', "\r\n");
        assert_call_between(form.name, &watch_bytes(form.name, crlf.as_bytes()), form.caller, form.callee);
        let marked = format!("\u{feff}{text}");
        let utf16: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_call_between(form.name, &watch_bytes(form.name, &utf16), form.caller, form.callee);
        assert_call_between(form.name, &watch_bytes(form.name, &gzip(marked.as_bytes())), form.caller, form.callee);
    }
}

#[test]
fn texts_of_several_forms_in_one_file_are_read() {
    let messages = Call::default().messages();
    let find = |name: &str| FORMS.iter().find(|form| form.name == name).expect("a form");
    let text = written(find("sngrep"), &messages[..3]) + &written(find("ngrep byline"), &messages[3..5]);
    let text = text + "And now for something else:\n\n" + &written(find("own trace"), &messages[5..]);
    let said = watch_bytes("mixed", text.as_bytes());
    assert_eq!(said.by_endpoint().len(), 2);
    assert_eq!((said.events().len(), said.status), (8, Some(0)));
}

#[test]
fn the_time_of_a_message_is_that_of_its_head_or_of_a_line_before() {
    for (name, expected) in [
        ("sngrep", Some("2026/01/01 10:00:01.125000")),
        ("homer", Some("2026-01-01T10:00:01.125000")),
        ("genesys", Some("10:00:01.125")),
        ("sipp", Some("2026-01-01 10:00:01.125000")),
        ("cisco", Some("Jan  1 10:00:01.125")),
        ("sip.js", Some("Jan 01 2026 10:00:01")),
        ("own trace", Some("00:00:01.500")),
        ("baresip by direction", None),
    ] {
        let form = FORMS.iter().find(|form| form.name == name).expect("a form");
        let said = watch_bytes(name, written(form, &Call::default().messages()).as_bytes());
        assert_eq!(said.objects[0]["time"].as_str(), expected, "{name}");
    }
}

/// A message from the chat partner that contains another call in this log form.
fn forged(form: &Form) -> (String, usize) {
    let another = Call { number: 66, ..Call::default() }.messages_with_text("gotcha");
    let forged = written(form, &another);
    let messages = Call::default().messages_with_text(&format!("look:\n\n{forged}\n"));
    (written(form, &messages), messages.len())
}

#[test]
fn nothing_in_the_body_of_a_message_becomes_a_message() {
    for form in FORMS {
        let (text, _) = forged(form);
        let said = watch_bytes(form.name, text.as_bytes());
        let events = said.events();
        let names: Vec<&str> = events.iter().map(|(.., event)| event.as_str()).collect();
        assert_eq!(names.len(), 8, "{}: {events:?}", form.name);
        assert_eq!(names.iter().filter(|name| **name == "EventPrivateInfo").count(), 2, "{}", form.name);
        assert_eq!(said.status, Some(0), "{}", form.name);
    }
}

/// Published logs have their names and numbers replaced, so the lengths in them are wrong.
#[test]
fn wrong_lengths_lose_no_message() {
    for form in FORMS {
        let text = written(form, &Call::default().messages());
        let text = text.replace("example.net", "anonymous.example.com").replace("Hello, Bea", "Hello, somebody");
        let said = watch_bytes(form.name, text.as_bytes());
        let events = said.by_endpoint();
        let of =
            |endpoint: &str, dn: &str| events.get(&(endpoint.to_owned(), dn.to_owned())).cloned().unwrap_or_default();
        for (endpoint, dn) in [(form.caller, "2001"), (form.callee, "2002")] {
            let of_endpoint = of(endpoint, dn);
            let calls: Vec<&String> = of_endpoint.iter().filter(|name| *name != "EventPrivateInfo").collect();
            assert_eq!(calls.len(), 3, "{}: {events:?} {}", form.name, said.errors);
        }
    }
}

fn first_message_as(form: &str, edit: fn(&str) -> String) -> Said {
    let form = FORMS.iter().find(|known| known.name == form).expect("a form");
    let messages = Call::default().messages();
    let text = written(form, &messages[..1]);
    watch_bytes("edited", (edit(&text) + &written(form, &messages[1..])).as_bytes())
}

#[test]
fn a_text_that_ends_within_a_message_is_read_as_far_as_it_goes() {
    for form in FORMS {
        let text = written(form, &Call::default().messages());
        let cut = &text[..text.len() * 2 / 3];
        let said = watch_bytes(form.name, cut.as_bytes());
        assert!(said.events().len() >= 2, "{}", form.name);
    }
}

#[test]
fn broken_messages_are_said_with_their_line() {
    let said = first_message_as("sngrep", |text| text.replace("CSeq:", "XSeq:"));
    assert!(said.errors.ends_with(":1: expected the header CSeq, found none\n"), "{}", said.errors);
    assert_eq!(said.status, Some(1));
}

#[test]
fn messages_without_a_head_are_counted() {
    let text = String::from_utf8(Call::default().messages()[0].bytes.clone()).expect("UTF-8");
    let said = watch_bytes("headless", format!("somebody said:\n\n{text}\n\n{text}\n").as_bytes());
    assert!(said.errors.contains(": 2 SIP messages not read: no line before says who sent it\n"), "{}", said.errors);
    let nothing = watch_bytes("nothing", b"no messages here\n");
    assert!(nothing.errors.ends_with(":1: expected a capture, or a text with SIP messages, found neither\n"));
    assert_eq!((nothing.status, nothing.objects.len()), (Some(1), 1), "an empty list");
}

#[test]
fn other_lines_with_arrows_and_lengths_are_no_messages() {
    let text = "10:00:00 192.0.2.1:80 -> 192.0.2.2:80 GET /\nRX 12 bytes Response of 192.0.2.1:\n\
        <--- Received SIP request (3 bytes) from UDP:192.0.2.1:5060 --->\n\n\nsend 1 bytes to x at y:\nA -> B\n\
        U 192.0.2.1:53 -> 192.0.2.2:53\n.......\n\nReceived:\nnothing\n-> -> ->\n<<<<<\n\
        >>>>>\nmessage:\n] new bytes from [\n";
    let said = watch_bytes("arrows", text.as_bytes());
    assert!(said.errors.ends_with("found neither\n"), "{}", said.errors);
}
