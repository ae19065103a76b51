//! The SIP messages of one call and the expected events.

use super::tool::Said;

pub(crate) const CALLER: &str = "198.51.100.1:5060";
pub(crate) const CALLEE: &str = "198.51.100.2:5060";

/// A message and who sent it.
#[derive(Clone)]
pub(crate) struct Message {
    pub(crate) from_caller: bool,
    pub(crate) bytes: Vec<u8>,
}

/// The parameters of a call.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    pub(crate) transport: &'static str,
    pub(crate) caller: &'static str,
    pub(crate) callee: &'static str,
    /// Distinguishes this call from other calls.
    pub(crate) number: u32,
}

impl Default for Call {
    fn default() -> Self {
        Call { transport: "UDP", caller: CALLER, callee: CALLEE, number: 0 }
    }
}

const SDP: &str =
    "v=0\r\no=- 7 7 IN IP4 198.51.100.1\r\ns=talk\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\nm=audio 4711 RTP/AVP 8\r\n";

impl Call {
    pub(crate) fn via(&self, number: u32, caller: bool) -> String {
        let Call { transport, number: call, .. } = self;
        let address = if caller { self.caller } else { self.callee };
        format!("Via: SIP/2.0/{transport} {address};branch=z9hG4bK-{call}-{number}\r\n")
    }

    pub(crate) fn names(&self, tag: &str, cseq: &str) -> String {
        let Call { number: call, .. } = self;
        format!(
            "From: \"Ann <a>\" <sip:2001@example.net>;tag=f{call}\r\nTo: <sip:2002@example.net>{tag}\r\n\
             Call-ID: call-{call}@198.51.100.1\r\nCSeq: {cseq}\r\n"
        )
    }

    pub(crate) fn request(&self, method: &str, via: u32, tag: &str, cseq: u32, body: (&str, &str)) -> Vec<u8> {
        let (kind, body) = body;
        let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
        let (via, names) = (self.via(via, true), self.names(tag, &format!("{cseq} {method}")));
        let (caller, length) = (self.caller, body.len());
        format!(
            "{method} sip:2002@198.51.100.2 SIP/2.0\r\n{via}Max-Forwards: 70\r\n{names}Contact: <sip:2001@{caller}>\r\n\
             {kind}Content-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    pub(crate) fn response(&self, status: &str, via: u32, cseq: &str, body: (&str, &str)) -> Vec<u8> {
        let (kind, body) = body;
        let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
        let (via, names) = (self.via(via, true), self.names(";tag=t", cseq));
        let (callee, length) = (self.callee, body.len());
        format!(
            "SIP/2.0 {status}\r\n{via}{names}Contact: <sip:2002@{callee}>\r\n{kind}\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    /// INVITE, 180, 200, ACK, MESSAGE, 200, BYE, 200.
    pub(crate) fn messages(&self) -> Vec<Message> {
        self.messages_with_text("Hello, Bea!\r\nAre you there?")
    }

    pub(crate) fn messages_with_text(&self, text: &str) -> Vec<Message> {
        let sdp = ("application/sdp", SDP);
        let none = ("", "");
        [
            (true, self.request("INVITE", 1, "", 1, sdp)),
            (false, self.response("180 Ringing", 1, "1 INVITE", none)),
            (false, self.response("200 OK", 1, "1 INVITE", sdp)),
            (true, self.request("ACK", 2, ";tag=t", 1, none)),
            (true, self.request("MESSAGE", 3, ";tag=t", 2, ("text/plain", text))),
            (false, self.response("200 OK", 3, "2 MESSAGE", none)),
            (true, self.request("BYE", 4, ";tag=t", 3, none)),
            (false, self.response("200 OK", 4, "3 BYE", none)),
        ]
        .map(|(from_caller, bytes)| Message { from_caller, bytes })
        .into()
    }
}

/// The messages of the usual call.
pub(crate) fn call() -> Vec<Message> {
    Call::default().messages()
}

pub(crate) const CALLER_EVENTS: [&str; 4] = ["EventDialing", "EventEstablished", "EventPrivateInfo", "EventReleased"];
pub(crate) const CALLEE_EVENTS: [&str; 4] = ["EventRinging", "EventEstablished", "EventPrivateInfo", "EventReleased"];

/// Asserts that both endpoints had the usual call and that nothing else is reported.
pub(crate) fn assert_call(name: &str, said: &Said) {
    assert_call_between(name, said, CALLER, CALLEE);
}

pub(crate) fn assert_call_between(name: &str, said: &Said, caller: &str, callee: &str) {
    assert_eq!(said.errors, "", "{name}");
    let events = said.by_endpoint();
    let of = |endpoint: &str, dn: &str| events.get(&(endpoint.to_owned(), dn.to_owned())).cloned().unwrap_or_default();
    assert_eq!(of(caller, "2001"), CALLER_EVENTS, "{name}: {events:?}");
    assert_eq!(of(callee, "2002"), CALLEE_EVENTS, "{name}: {events:?}");
    assert_eq!(events.len(), 2, "{name}: {events:?}");
    assert_eq!(said.status, Some(0), "{name}");
    let text = |object: &serde_json::Value| object["notifications"][0]["data"]["message"].as_str().map(str::to_owned);
    let texts: Vec<String> = said.objects.iter().filter_map(text).collect();
    assert_eq!(texts, ["Hello, Bea!\r\nAre you there?"; 2], "{name}");
}
