//! Conversations for the SIP tests: short hand-written messages, played to an observer at one end.

pub(crate) mod conversation;
pub(crate) mod mutate;
pub(crate) mod property;
pub(crate) mod stream_laws;
pub(crate) mod trace;

use std::time::Duration;

use im_session::sip::{Direction, Observer};
use im_session::{DataEvent, Event, EventName, Limits, Outcome, Session, State};

/// Seconds in the caller's time.
pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A builder of one SIP message. Alice calls Bob, so `From` is Alice unless [`by_bob`](Message::by_bob) is used.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    first_line: String,
    branch: String,
    from: String,
    to: String,
    call_id: String,
    cseq: String,
    more: String,
    body: String,
}

const ALICE: &str = "<sip:alice@10.0.0.1>";
const BOB: &str = "<sip:bob@10.0.0.2>";

/// A request from Alice outside a dialog: INVITE, CANCEL, ….
pub(crate) fn request(method: &str, cseq: u32) -> Message {
    Message {
        first_line: format!("{method} sip:bob@10.0.0.2 SIP/2.0"),
        branch: format!("z9hG4bK-a-{cseq}"),
        from: format!("{ALICE};tag=a1"),
        to: BOB.into(),
        call_id: "call-1@10.0.0.1".into(),
        cseq: format!("{cseq} {method}"),
        more: String::new(),
        body: String::new(),
    }
}

/// A response to Alice's request with this CSeq. `tag` is Bob's tag, or empty.
pub(crate) fn response(status: u16, cseq: u32, method: &str, tag: &str) -> Message {
    let message = Message { first_line: format!("SIP/2.0 {status} Words"), ..request(method, cseq) };
    if tag.is_empty() { message } else { message.tagged(tag) }
}

impl Message {
    pub(crate) fn tagged(self, tag: &str) -> Self {
        Message { to: format!("{};tag={tag}", self.to), ..self }
    }

    /// Reverses the direction: Bob's request in the dialog, or a response to one.
    pub(crate) fn by_bob(self, bobs_tag: &str) -> Self {
        Message { from: format!("{BOB};tag={bobs_tag}"), to: format!("{ALICE};tag=a1"), ..self }
    }

    pub(crate) fn request_uri(self, uri: &str) -> Self {
        let method = self.first_line.split(' ').next().expect("a method");
        Message { first_line: format!("{method} {uri} SIP/2.0"), ..self }
    }

    pub(crate) fn from(self, from: &str) -> Self {
        Message { from: from.into(), ..self }
    }

    pub(crate) fn to(self, to: &str) -> Self {
        Message { to: to.into(), ..self }
    }

    pub(crate) fn call_id(self, call_id: &str) -> Self {
        Message { call_id: call_id.into(), ..self }
    }

    pub(crate) fn branch(self, branch: &str) -> Self {
        Message { branch: branch.into(), ..self }
    }

    pub(crate) fn header(self, line: &str) -> Self {
        Message { more: format!("{}{line}\r\n", self.more), ..self }
    }

    pub(crate) fn text(self, text: &str) -> Self {
        self.body("text/plain", text)
    }

    pub(crate) fn body(self, content_type: &str, body: &str) -> Self {
        Message { body: body.into(), ..self.header(&format!("Content-Type: {content_type}")) }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let Message { first_line, branch, from, to, call_id, cseq, more, body } = self;
        let branch = if branch.is_empty() { String::new() } else { format!(";branch={branch}") };
        let length = body.len();
        format!(
            "{first_line}\r\nVia: SIP/2.0/UDP 10.0.0.9{branch}\r\nFrom: {from}\r\nTo: {to}\r\nCall-ID: {call_id}\r\n\
             CSeq: {cseq}\r\n{more}Content-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

/// An endpoint: an observer and its sessions, which must accept every event that the observer gives.
pub(crate) struct End {
    pub(crate) observer: Observer,
    pub(crate) now: Duration,
    sessions: Vec<(String, String, Option<Session>)>,
    /// Whether this is the caller, which sends Alice's messages.
    caller: bool,
}

impl End {
    pub(crate) fn caller() -> Self {
        End { observer: Observer::new(), now: Duration::ZERO, sessions: Vec::new(), caller: true }
    }

    pub(crate) fn callee() -> Self {
        End { caller: false, ..Self::caller() }
    }

    pub(crate) fn with(self, change: impl FnOnce(Observer) -> Observer) -> Self {
        End { observer: change(self.observer), ..self }
    }

    /// Alice sends a message. Returns the names of the events at this end.
    pub(crate) fn alice(&mut self, message: Message) -> Vec<String> {
        let direction = if self.caller { Direction::Sent } else { Direction::Received };
        self.observe(direction, &message.bytes())
    }

    /// Bob sends a message.
    pub(crate) fn bob(&mut self, message: Message) -> Vec<String> {
        let direction = if self.caller { Direction::Received } else { Direction::Sent };
        self.observe(direction, &message.bytes())
    }

    pub(crate) fn observe(&mut self, direction: Direction, bytes: &[u8]) -> Vec<String> {
        let events = self.observer.observe(direction, bytes, self.now).expect("a readable message");
        self.take(events)
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, seconds: u64) -> Vec<String> {
        self.now += Duration::from_secs(seconds);
        let events = self.observer.advance(self.now);
        self.take(events)
    }

    /// Applies the events. Asserts that none is rejected and that each has an effect.
    pub(crate) fn take(&mut self, events: Vec<Event<'static>>) -> Vec<String> {
        let mut names = Vec::new();
        for event in events {
            event.route().expect("a readable event");
            let key = (event.this_dn().expect("a DN").to_owned(), event.call_uuid().expect("an id").to_owned());
            let known = self.sessions.iter().position(|(dn, id, _)| (dn, id) == (&key.0, &key.1));
            let index = known.unwrap_or_else(|| {
                self.sessions.push((key.0, key.1, None));
                self.sessions.len() - 1
            });
            let session = &mut self.sessions[index].2;
            let outcome = Session::apply(session, &event, &Limits::DEFAULT);
            match (&event.name, &outcome) {
                (EventName::Data(DataEvent::PrivateInfo), Outcome::Message(text)) => names.push(format!("“{text}”")),
                (_, Outcome::Changed { from, to, .. }) if *from != Some(*to) => {
                    names.push(event.name.as_str().trim_start_matches("Event").to_owned());
                }
                _ => panic!("{event:?}: {outcome:?}"),
            }
        }
        names
    }

    /// The ids and states of the sessions, in order of creation.
    pub(crate) fn states(&self) -> Vec<(&str, State)> {
        self.sessions.iter().map(|(_, id, session)| (id.as_str(), session.as_ref().expect("open").state())).collect()
    }

    pub(crate) fn session(&self) -> &Session {
        let [(_, _, Some(session))] = self.sessions.as_slice() else { panic!("one session: {:?}", self.states()) };
        session
    }
}

/// An established call with Bob's tag b1, seen from this end.
pub(crate) fn established(mut end: End) -> End {
    end.alice(request("INVITE", 1));
    end.bob(response(180, 1, "INVITE", "b1"));
    assert_eq!(end.bob(response(200, 1, "INVITE", "b1")), ["Established"]);
    assert!(end.alice(request("ACK", 1).tagged("b1").branch("z9hG4bK-ack")).is_empty());
    end
}

/// Both ends of one conversation.
pub(crate) fn both() -> [End; 2] {
    [End::caller(), End::callee()]
}
