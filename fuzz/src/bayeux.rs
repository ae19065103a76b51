//! The target `bayeux`: the protocol of CometD without I/O, used and misused by two agents and their engine.
//!
//! The input consists of lines, one step each. A post begins with `A` or `B` and three more characters: the agent, the
//! HTTP session, the browser, and `L` for long polling or `W` for a WebSocket. The body follows. It is either JSON, in
//! which `#1` stands for the id of the first client, or one of `h` (handshake), `k` (handshake with acknowledgement),
//! `c1` (connect of the first client), `c1 7` (the same, acknowledging batch 7), `s1` (subscribe), `u1` (unsubscribe),
//! `d1` (disconnect). The other steps:
//!
//! | line | step |
//! |---|---|
//! | `pA`, `tA` | a message, or the state of a session, is published to agent A |
//! | `l3`, `x` | the oldest request for the current sessions is answered with three, or cannot be answered |
//! | `+2`, `-2` | the third of the replies in flight was delivered, or was not |
//! | `g2` | the third of the held requests has lost its connection |
//! | `w500` | half a second passes |
//! | `oA1` | session 1 of agent A ends |
//! | `m`, `q` | notifications were missed; the gateway ends |
//! | `n` and a body | a POST by a client that is not signed in |

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use im_session_gateway::bayeux::{
    Bayeux, Counts, ExchangeId, Notification, Output, Present, Received, Reply, Sender, Settings, Ticket, Transport,
    unauthenticated,
};
use serde_json::{Value, json};

use crate::live_bytes::live_bytes;

/// The maximum number of current sessions in a list, and of messages that an engine adds to it.
const LISTED: usize = 9;
const UNDELIVERED: usize = 4;

/// Runs the steps, then advances the time until nothing is left.
pub fn bayeux(input: &[u8]) {
    let before = live_bytes();
    let mut house = House::new(settings());
    for line in input.split(|&byte| byte == b'\n') {
        house.step(line);
        house.is_bounded();
        // The server stores the text of a request, and so does `House`. 128 KiB are far more than the sum of the
        // limits.
        let most = 128 * 1_024 + 32 * isize::try_from(input.len()).expect("an input is short");
        let kept = live_bytes() - before;
        assert!(kept <= most, "{kept} bytes are kept after {} bytes of input", input.len());
    }
    house.all_is_forgotten_in_the_end();
}

/// Low limits.
fn settings() -> Settings {
    let mut settings = Settings::default();
    (settings.clients, settings.clients_per_agent, settings.subscriptions) = (5, 3, 3);
    (settings.queue_messages, settings.queue_bytes, settings.messages_per_request) = (6, 500, 4);
    settings
}

/// The gateway around `Bayeux`, which records the expected state.
struct House {
    bayeux: Bayeux,
    settings: Settings,
    now: Duration,
    random: u128,
    /// The agent of each held request.
    held: BTreeMap<ExchangeId, &'static str>,
    /// The replies in flight.
    written: Vec<ExchangeId>,
    tickets: VecDeque<(Ticket, &'static str)>,
    /// The agent of every client so far.
    owners: HashMap<String, &'static str>,
    published: HashMap<&'static str, u64>,
    /// The positions of messages that have reached no client, as recorded by the engine.
    undelivered: HashMap<&'static str, VecDeque<u64>>,
}

impl House {
    fn new(settings: Settings) -> Self {
        House {
            bayeux: Bayeux::new(settings.clone()),
            settings,
            now: Duration::from_secs(1),
            random: 0,
            held: BTreeMap::new(),
            written: Vec::new(),
            tickets: VecDeque::new(),
            owners: HashMap::new(),
            published: HashMap::new(),
            undelivered: HashMap::new(),
        }
    }

    fn step(&mut self, line: &[u8]) {
        let Some((&kind, rest)) = line.split_first() else { return };
        let first = rest.first().copied().unwrap_or_default();
        match kind {
            b'A' | b'B' => self.post(agent(kind), rest),
            b'p' => self.publish(agent(first), false),
            b't' => self.publish(agent(first), true),
            b'l' => self.list(first),
            b'x' => {
                if let Some((ticket, _)) = self.tickets.pop_front() {
                    self.bayeux.cannot_list(self.now, ticket);
                }
            }
            b'+' => {
                if let Some(exchange) = take(&mut self.written, first) {
                    self.bayeux.delivered(self.now, exchange);
                }
            }
            b'-' => {
                if let Some(exchange) = take(&mut self.written, first) {
                    self.bayeux.not_delivered(self.now, exchange);
                }
            }
            b'g' => {
                let mut held: Vec<_> = self.held.keys().copied().collect();
                if let Some(exchange) = take(&mut held, first) {
                    self.held.remove(&exchange);
                    self.bayeux.not_delivered(self.now, exchange);
                }
            }
            b'w' => {
                self.now = self.now.saturating_add(Duration::from_millis(number(rest)));
                self.bayeux.wake(self.now);
            }
            b'o' => {
                let session = rest.get(1).copied().map(|byte| char::from(byte).to_string()).unwrap_or_default();
                self.bayeux.sign_out(self.now, agent(first), &session);
            }
            b'm' => self.bayeux.missed(self.now),
            b'q' => self.bayeux.shut_down(self.now),
            b'n' => self.stranger(rest),
            _ => {}
        }
        self.take_outputs();
    }

    fn post(&mut self, agent: &'static str, rest: &[u8]) {
        let [session, browser, transport, body @ ..] = rest else { return };
        let (session, browser) = (char::from(*session).to_string(), char::from(*browser).to_string());
        let transport = if *transport == b'W' { Transport::WebSocket } else { Transport::LongPolling };
        let body = written_out(body);
        let before = self.bayeux.counts();
        let sender = Sender { agent, session: &session, browser: &browser, transport };
        let received = self.bayeux.receive(self.now, &sender, &body, &mut || {
            self.random += 1;
            Some(self.random)
        });
        match received {
            Ok(Received::Reply(reply)) => self.reply(agent, &reply),
            Ok(Received::Held(exchange)) => assert_eq!(self.held.insert(exchange, agent), None, "given twice"),
            Err(error) => {
                assert!(error.to_string().starts_with("expected"), "{error}");
                assert_eq!(self.bayeux.counts(), before, "what cannot be read changed something");
            }
        }
    }

    /// Checks a reply to this agent. It must not contain anything of another agent.
    fn reply(&mut self, agent: &'static str, reply: &Reply) {
        let messages: Vec<Value> = serde_json::from_slice(&reply.body).expect("a reply is a JSON array");
        for message in &messages {
            if let Some(data) = message.get("data") {
                assert_eq!(data["agent"], agent, "{message}");
                assert_eq!(message["channel"], "/v2/me/im-sessions");
                continue;
            }
            let successful = message["successful"].as_bool();
            assert!(successful.is_some(), "{message}");
            assert!(successful == Some(true) || message["error"].is_string(), "{message}");
            let client = message["clientId"].as_str().filter(|_| successful == Some(true));
            if let Some(client) = client {
                let owner = *self.owners.entry(client.to_owned()).or_insert_with(|| {
                    assert_eq!(message["channel"], "/meta/handshake", "{message}");
                    agent
                });
                assert_eq!(owner, agent, "{message}");
            }
        }
        self.written.push(reply.exchange);
    }

    fn stranger(&self, body: &[u8]) {
        let before = self.bayeux.counts();
        let body = unauthenticated(&self.settings, &written_out(body));
        let messages: Vec<Value> = serde_json::from_slice(&body).expect("a reply is a JSON array");
        for message in &messages {
            assert_eq!((&message["successful"], &message["error"]), (&json!(false), &json!("401::Not signed in")));
        }
        assert_eq!(self.bayeux.counts(), before);
    }

    fn publish(&mut self, agent: &'static str, state: bool) {
        let position = self.published.entry(agent).or_default();
        *position += 1;
        let notification = notification(agent, *position, state);
        if !state {
            let undelivered = self.undelivered.entry(agent).or_default();
            undelivered.push_back(*position);
            if undelivered.len() > UNDELIVERED {
                undelivered.pop_front();
            }
        }
        self.bayeux.publish(self.now, agent, &notification);
    }

    fn list(&mut self, count: u8) {
        let Some((ticket, agent)) = self.tickets.pop_front() else { return };
        let session = json!({ "agent": agent, "present": true }).to_string();
        let sessions = std::iter::repeat_n(session.as_bytes(), usize::from(count.wrapping_sub(b'0')) % (LISTED + 1));
        let position = self.published.get(agent).copied().unwrap_or_default();
        let undelivered = self.undelivered.get(agent).into_iter().flatten();
        let undelivered = undelivered.map(|&position| notification(agent, position, false));
        self.bayeux.list(self.now, ticket, &Present::new(position, sessions, undelivered));
    }

    fn take_outputs(&mut self) {
        let outputs: Vec<_> = self.bayeux.outputs().collect();
        for output in outputs {
            match output {
                Output::Reply(reply) => {
                    let agent = self.held.remove(&reply.exchange).expect("a reply to what is held, and one alone");
                    self.reply(agent, &reply);
                }
                Output::List { ticket, agent } => {
                    let agent = self::agent(*agent.as_bytes().last().expect("a name"));
                    self.tickets.push_back((ticket, agent));
                }
                Output::Delivered { agent, position } => {
                    assert!(self.published.get(&*agent).is_some_and(|last| position <= *last), "{agent} {position}");
                    if let Some(undelivered) = self.undelivered.get_mut(&*agent) {
                        undelivered.retain(|&other| other > position);
                    }
                }
            }
        }
    }

    /// Checks that the held requests are the recorded ones, and that the sizes are within the settings.
    fn is_bounded(&self) {
        let (counts, settings) = (self.bayeux.counts(), &self.settings);
        assert_eq!(counts.held, self.held.len(), "what is held is answered at last");
        assert!(counts.clients <= settings.clients.min(2 * settings.clients_per_agent), "{counts:?}");
        assert!(counts.exchanges <= self.held.len() + self.written.len(), "{counts:?}");
        // In addition to the counted messages, there may be a list in flight, the next list, and the messages queued
        // with it.
        let of_a_client = settings.queue_messages + 2 * LISTED + UNDELIVERED;
        assert!(counts.messages <= counts.clients * of_a_client, "{counts:?}");
        let of_lists = (2 * LISTED + UNDELIVERED) * notification_bytes();
        assert!(counts.bytes <= counts.clients * (settings.queue_bytes + of_lists), "{counts:?}");
    }

    /// Stops sending requests. All held requests must be answered, and all clients forgotten.
    fn all_is_forgotten_in_the_end(mut self) {
        for exchange in std::mem::take(&mut self.written) {
            self.bayeux.delivered(self.now, exchange);
            self.take_outputs();
        }
        // Each client's connect is released, and then the client is forgotten.
        for _ in 0..=2 * self.settings.clients {
            let Some(next) = self.bayeux.next_wake() else { break };
            self.now = self.now.max(next);
            self.bayeux.wake(next);
            self.take_outputs();
        }
        assert_eq!(self.bayeux.next_wake(), None, "something waits for ever");
        assert!(self.held.is_empty(), "never answered: {:?}", self.held);
        for exchange in std::mem::take(&mut self.written) {
            self.bayeux.delivered(self.now, exchange);
        }
        assert_eq!(self.bayeux.counts(), Counts::default());
    }
}

/// `B` stands for one agent, and every other character for the other agent.
fn agent(byte: u8) -> &'static str {
    if byte == b'B' { "agent B" } else { "agent A" }
}

fn notification(agent: &str, position: u64, state: bool) -> Notification {
    let data = json!({ "agent": agent, "position": position }).to_string();
    Notification::new(position, &format!("n{position}"), state, data.as_bytes())
}

/// An upper bound for the size of a message.
fn notification_bytes() -> usize {
    120
}

/// Takes the element at this index, modulo the length.
fn take(exchanges: &mut Vec<ExchangeId>, place: u8) -> Option<ExchangeId> {
    let place = usize::from(place.wrapping_sub(b'0')).checked_rem(exchanges.len())?;
    Some(exchanges.remove(place))
}

/// The number in these digits; stops at the first other character.
fn number(digits: &[u8]) -> u64 {
    let digits = digits.iter().map_while(|byte| byte.is_ascii_digit().then(|| u64::from(byte - b'0')));
    digits.fold(0, |number: u64, digit| number.saturating_mul(10).saturating_add(digit))
}

/// The body for which this abbreviation stands.
fn written_out(body: &[u8]) -> Vec<u8> {
    let Some((kind, rest)) = body.split_first() else { return Vec::new() };
    let client = rest.first().map(|&digit| client_id(digit)).unwrap_or_default();
    let subscription = "/v2/me/im-sessions";
    let short = match kind {
        b'h' => handshake(false),
        b'k' => handshake(true),
        b'c' => {
            let mut connect = json!({"channel": "/meta/connect", "clientId": client, "connectionType": "long-polling"});
            if let [_, b' ', batch @ ..] = rest {
                connect["ext"] = json!({ "ack": number(batch) });
            }
            connect
        }
        b's' => json!({"channel": "/meta/subscribe", "clientId": client, "subscription": subscription}),
        b'u' => json!({"channel": "/meta/unsubscribe", "clientId": client, "subscription": subscription}),
        b'd' => json!({"channel": "/meta/disconnect", "clientId": client}),
        _ => return with_clients(body),
    };
    short.to_string().into_bytes()
}

fn handshake(acknowledges: bool) -> Value {
    let types = ["long-polling", "websocket"];
    json!({"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": types, "ext": {"ack": acknowledges}})
}

/// The body with `#1` replaced by the id of the client.
fn with_clients(body: &[u8]) -> Vec<u8> {
    let mut written = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&byte, after)) = rest.split_first() {
        if let (b'#', Some(digit @ b'1'..=b'9')) = (byte, after.first()) {
            written.extend_from_slice(client_id(*digit).as_bytes());
            rest = &after[1..];
        } else {
            written.push(byte);
            rest = after;
        }
    }
    written
}

/// `House` returns increasing numbers as random ids. They count from 1, and `:` is the tenth.
fn client_id(digit: u8) -> String {
    format!("{:032x}", digit.wrapping_sub(b'0'))
}
