//! Compares the server with a simple model of the protocol over arbitrary steps: requests of several agents and
//! browsers, replies that arrive or get lost, late lists, and passing time.
//!
//! The model has no index, timer or counter. It examines everything at each step, and keeps the messages of each client
//! in one list. For each step it predicts the replies and their contents.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use im_session_gateway::bayeux::{ExchangeId, Notification, Present, Settings, Ticket, Transport};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::support::{Answer, Server};

const TIMEOUT: u64 = 30_000;
const AWAY: u64 = 15_000;
const SLOW: u64 = 2_000;
const QUEUE: usize = 3;
const CLIENTS: usize = 4;

#[derive(Debug, Clone)]
enum Step {
    Handshake {
        agent: u64,
        acknowledges: bool,
    },
    Connect {
        client: Index,
        browser: u8,
        socket: bool,
        timeout: Option<u64>,
        unacknowledged: u64,
        beside: bool,
    },
    Subscribe {
        client: Index,
        channels: Vec<&'static str>,
    },
    Unsubscribe {
        client: Index,
        channels: Vec<&'static str>,
    },
    Disconnect {
        client: Index,
    },
    /// Sends a message of this client as another agent.
    Stranger {
        client: Index,
    },
    Publish {
        agent: u64,
        state: bool,
    },
    /// Delivers the list of current sessions as of this many notifications ago.
    List {
        ticket: Index,
        behind: u64,
    },
    CannotList {
        ticket: Index,
    },
    Missed,
    /// Reports a reply as delivered or lost, or the connection of a held request as broken.
    Arrive {
        reply: Index,
    },
    Lose {
        reply: Index,
    },
    Pass {
        milliseconds: u64,
    },
    SignOut {
        agent: u64,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let channels = || {
        let one =
            prop::sample::select(vec!["/v2/me/im-sessions", "/v2/me/*", "/v2/me/**", "/v2/me/calls", "/v2/you/x"]);
        prop_oneof![4 => one.clone().prop_map(|one| vec![one]), 1 => prop::collection::vec(one, 2..4)]
    };
    let client = any::<Index>;
    let connect = (
        client(),
        prop::bool::weighted(0.2).prop_map(u8::from),
        prop::bool::weighted(0.2),
        any::<u8>(),
        0..2_u64,
        prop::bool::weighted(0.1),
    );
    let connect = connect.prop_map(|(client, browser, socket, timeout, unacknowledged, beside)| {
        let timeout = match timeout {
            0..30 => Some(0),
            30..50 => Some(1_000),
            50.. => None,
        };
        Step::Connect { client, browser, socket, timeout, unacknowledged, beside }
    });
    let time = prop::sample::select(vec![1, 1, 1_000, 1_000, 14_999, 15_000, 30_000]);
    let step = prop_oneof![
        1 => (1..3_u64, any::<bool>()).prop_map(|(agent, acknowledges)| Step::Handshake { agent, acknowledges }),
        9 => connect,
        4 => (client(), channels()).prop_map(|(client, channels)| Step::Subscribe { client, channels }),
        1 => (client(), channels()).prop_map(|(client, channels)| Step::Unsubscribe { client, channels }),
        1 => client().prop_map(|client| Step::Disconnect { client }),
        1 => client().prop_map(|client| Step::Stranger { client }),
        10 => (1..3_u64, any::<bool>()).prop_map(|(agent, state)| Step::Publish { agent, state }),
        4 => (client(), 0..3_u64).prop_map(|(ticket, behind)| Step::List { ticket, behind }),
        1 => client().prop_map(|ticket| Step::CannotList { ticket }),
        3 => Just(Step::Missed),
        6 => client().prop_map(|reply| Step::Arrive { reply }),
        3 => client().prop_map(|reply| Step::Lose { reply }),
        3 => time.prop_map(|milliseconds| Step::Pass { milliseconds }),
        1 => (1..3_u64).prop_map(|agent| Step::SignOut { agent }),
    ];
    // Usually a subscribed client, because more can happen to it.
    let first = prop::sample::select(vec![0_usize, 4, 4, 4]);
    let all = (first, any::<bool>(), any::<Index>(), prop::collection::vec(step, 1..150));
    all.prop_map(|(first, acknowledges, any, more)| {
        let client = || any;
        let timeout = Some(0);
        let begin = [
            Step::Handshake { agent: 1, acknowledges },
            Step::Connect { client: client(), browser: 0, socket: false, timeout, unacknowledged: 0, beside: false },
            Step::Subscribe { client: client(), channels: vec!["/v2/me/*"] },
            Step::List { ticket: client(), behind: 0 },
        ];
        begin.into_iter().take(first).chain(more).collect()
    })
}

/// A published message, or an entry of the list of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Item {
    /// The contents of `data`: the agent, and the number of the item.
    data: u64,
    /// `None` for an entry of the list.
    position: Option<u64>,
    /// Whether all earlier items were sent before it. False if it overtook a list.
    reaches: bool,
    counts: bool,
    batch: u64,
}

#[derive(Debug)]
struct Held {
    exchange: ExchangeId,
    browser: Option<u8>,
    until: u64,
}

#[derive(Debug)]
struct Client {
    id: String,
    agent: u64,
    acknowledges: bool,
    subscriptions: Vec<String>,
    items: Vec<Item>,
    /// The items at the front that are part of this reply, which may or may not arrive.
    away: Option<(ExchangeId, usize)>,
    batch: u64,
    connected: bool,
    held: Option<Held>,
    ends: u64,
    /// Items that wait for the list.
    list: Option<Vec<(u64, bool)>>,
    listed: u64,
    queued: BTreeSet<u64>,
}

impl Client {
    fn receives(&self) -> bool {
        self.subscriptions.iter().any(|channel| channel != "/v2/me/calls")
    }

    fn ready(&self) -> bool {
        self.away.is_none() && !self.items.is_empty()
    }

    fn take(&mut self, position: u64, state: bool, reaches: bool, counts: bool) {
        if !(state && position <= self.listed) && self.queued.insert(position) {
            let data = self.agent * 1_000_000 + position;
            self.items.push(Item { data, position: Some(position), reaches, counts, batch: self.batch });
        }
    }

    fn over(&self) -> bool {
        let waiting = self.list.as_ref().map_or(0, Vec::len);
        self.items.iter().filter(|item| item.counts).count() + waiting > QUEUE
    }

    /// The items that the next reply contains.
    fn send(&mut self, exchange: ExchangeId) -> Vec<String> {
        if !self.ready() {
            return Vec::new();
        }
        if !self.acknowledges {
            self.away = Some((exchange, self.items.len()));
        }
        self.items.iter().map(|item| item.data.to_string()).collect()
    }

    fn connect_reply(&mut self, interval: u64, multiple: bool) -> String {
        let mut reply = format!("connect {interval}{}", if multiple { " multiple" } else { "" });
        if self.acknowledges {
            reply += &format!(" ack {}", self.batch);
            self.batch += 1;
        }
        reply
    }

    /// Drops the items at the front, and returns the highest position that reached the agent.
    fn drop_first(&mut self, count: usize) -> Option<u64> {
        self.items.drain(..count).filter(|item| item.reaches).filter_map(|item| item.position).max()
    }
}

type Released = Vec<(ExchangeId, Vec<String>)>;

#[derive(Debug, Default)]
struct Model {
    now: u64,
    clients: Vec<Client>,
    /// The replies, list requests and deliveries of the last step.
    released: Released,
    asked: Vec<String>,
    reached: Vec<(String, u64)>,
}

impl Model {
    fn release(&mut self, at: usize) {
        let client = &mut self.clients[at];
        if let Some(held) = client.held.take() {
            let mut reply = client.send(held.exchange);
            reply.push(client.connect_reply(0, false));
            client.ends = self.now + AWAY;
            self.released.push((held.exchange, reply));
        }
    }

    fn release_if_ready(&mut self, at: usize) {
        if self.clients[at].ready() {
            self.release(at);
        }
    }

    fn end(&mut self, at: usize, why: &str) {
        if let Some(held) = self.clients.remove(at).held {
            self.released.push((held.exchange, vec![format!("connect {why}")]));
        }
    }

    fn pass(&mut self, milliseconds: u64) {
        self.now += milliseconds;
        for at in (0..self.clients.len()).rev() {
            match &self.clients[at].held {
                Some(held) if held.until <= self.now => self.release(at),
                None if self.clients[at].ends <= self.now => self.end(at, "never held"),
                Some(_) | None => {}
            }
        }
    }

    fn connect(
        &mut self,
        at: usize,
        browser: Option<u8>,
        timeout: u64,
        alone: bool,
        acknowledged: u64,
    ) -> Option<String> {
        let client = &mut self.clients[at];
        if let Some(held) = client.held.take() {
            let reply = client.connect_reply(SLOW, false);
            self.released.push((held.exchange, vec![reply]));
        }
        if client.acknowledges {
            let count = client.items.iter().take_while(|item| item.batch <= acknowledged).count();
            if let Some(position) = client.drop_first(count) {
                self.reached.push((agent(client.agent), position));
            }
        }
        let first = !std::mem::replace(&mut client.connected, true);
        let mut multiple = false;
        if alone && !first && !client.ready() && timeout > 0 {
            let number = client.agent;
            let own = self.clients.iter().filter(|other| other.agent == number);
            multiple =
                browser.is_some() && own.filter_map(|other| other.held.as_ref()).any(|held| held.browser == browser);
            if !multiple {
                return None;
            }
        }
        let interval = if multiple { SLOW } else { 0 };
        self.clients[at].ends = self.now + interval + AWAY;
        Some(self.clients[at].connect_reply(interval, multiple))
    }

    fn publish(&mut self, agent: u64, position: u64, state: bool) {
        for at in (0..self.clients.len()).rev() {
            let client = &mut self.clients[at];
            if client.agent != agent || !client.receives() {
                continue;
            }
            match &mut client.list {
                Some(waiting) => waiting.push((position, state)),
                None => client.take(position, state, true, true),
            }
            if client.over() {
                self.end(at, "402 handshake");
            } else {
                self.release_if_ready(at);
            }
        }
    }
}

fn agent(number: u64) -> String {
    format!("agent{number}")
}

/// A reply's message, in the notation of the model.
fn words(message: &Value) -> String {
    if let Some(data) = message.get("data") {
        return data.to_string();
    }
    let channel = message["channel"].as_str().unwrap_or("none").trim_start_matches("/meta/");
    let mut words = channel.to_owned();
    if let Some(error) = message["error"].as_str() {
        words += &format!(" {}", &error[..3]);
        if let Some(reconnect) = message["advice"]["reconnect"].as_str() {
            words += &format!(" {reconnect}");
        }
    } else if channel == "connect" {
        words += &format!(" {}", message["advice"]["interval"]);
        if message["advice"]["multiple-clients"] == true {
            words += " multiple";
        }
    }
    if let Some(ack) = message["ext"]["ack"].as_u64() {
        words += &format!(" ack {ack}");
    }
    words
}

/// The implementation and the model.
struct Pair {
    server: Server,
    model: Model,
    published: [u64; 3],
    /// The positions of each agent's messages. States are not included.
    messages: [Vec<u64>; 3],
    /// The position up to which each agent's messages reached a client. Lists no longer contain these messages.
    delivered: [u64; 3],
    tickets: Vec<Asked>,
    /// Replies that may still arrive, and held requests whose connection may still break.
    open: Vec<ExchangeId>,
    lists: u64,
}

/// A request for the current sessions.
struct Asked {
    ticket: Ticket,
    client: String,
    /// False if the client no longer wants the list, or has requested another one.
    waited_for: bool,
}

/// Counters over all cases.
#[derive(Debug, Default)]
struct Seen {
    cases: u64,
    held: u64,
    released_with_messages: u64,
    lost_with_messages: u64,
    lists: u64,
    overtaken: u64,
    forgotten: u64,
    multiple: u64,
    acknowledged: u64,
}

impl Pair {
    fn new() -> Self {
        let mut settings = Settings::default();
        settings.queue_messages = QUEUE;
        settings.clients_per_agent = CLIENTS;
        let (server, model) = (Server::with(settings), Model::default());
        let (published, messages, delivered) = ([0; 3], Default::default(), [0; 3]);
        Pair { server, model, published, messages, delivered, tickets: Vec::new(), open: Vec::new(), lists: 0 }
    }

    /// One of the latest requests, because most older ones have ended.
    fn take_open(&mut self, index: Index) -> ExchangeId {
        let from_the_end = 1 + index.index(self.open.len().min(3));
        self.open.remove(self.open.len() - from_the_end)
    }

    /// A client of the model with its id on the server, or `None` if there is none.
    fn client(&mut self, index: Index) -> Option<usize> {
        let at = (!self.model.clients.is_empty()).then(|| index.index(self.model.clients.len()))?;
        self.server.agent = agent(self.model.clients[at].agent);
        Some(at)
    }

    /// Sends a body that is answered at once. The model predicts the reply.
    fn ask(&mut self, at: Option<usize>, body: Value, expected: &[String]) -> Result<Vec<Value>, TestCaseError> {
        let Answer::Now(messages, exchange) = self.server.post(body) else {
            return Err(TestCaseError::fail("expected an answer at once"));
        };
        self.open.push(exchange);
        let mut all = at.map_or(Vec::new(), |at| self.model.clients[at].send(exchange));
        all.extend_from_slice(expected);
        prop_assert_eq!(messages.iter().map(words).collect::<Vec<_>>(), all);
        Ok(messages)
    }

    fn step(&mut self, step: Step, seen: &mut Seen) -> Result<(), TestCaseError> {
        match step {
            Step::Handshake { agent: number, acknowledges } => {
                self.server.agent = agent(number);
                let mut body = crate::support::handshake();
                body[0]["ext"] = json!({ "ack": acknowledges });
                let full = self.model.clients.iter().filter(|client| client.agent == number).count() == CLIENTS;
                let expected = if full { "handshake 503 retry" } else { "handshake" };
                let reply = self.ask(None, body, &[expected.to_owned()])?;
                if let Some(id) = reply[0]["clientId"].as_str() {
                    self.model.clients.push(Client {
                        id: id.to_owned(),
                        agent: number,
                        acknowledges,
                        subscriptions: Vec::new(),
                        items: Vec::new(),
                        away: None,
                        batch: 1,
                        connected: false,
                        held: None,
                        ends: self.model.now + AWAY,
                        list: None,
                        listed: 0,
                        queued: BTreeSet::new(),
                    });
                }
            }
            Step::Connect { client, browser, socket, timeout, unacknowledged, beside } => {
                let Some(at) = self.client(client) else { return Ok(()) };
                self.server.browser = browser.to_string();
                self.server.transport = if socket { Transport::WebSocket } else { Transport::LongPolling };
                let model = &self.model.clients[at];
                // The batch that was sent last, or the one before it.
                let acknowledged = (model.batch - 1).saturating_sub(unacknowledged);
                let mut body = crate::support::connect(&model.id);
                body[0]["ext"] = json!({ "ack": acknowledged });
                if let Some(timeout) = timeout {
                    body[0]["advice"] = json!({ "timeout": timeout });
                }
                let body = if beside { json!([body[0], json!({ "channel": "/foo" })]) } else { body };
                let timeout = timeout.unwrap_or(TIMEOUT);
                let before = self.model.clients[at].items.len();
                let browser = (!socket).then_some(browser);
                match self.model.connect(at, browser, timeout, !beside, acknowledged) {
                    None => {
                        let Answer::Held(exchange) = self.server.post(body) else {
                            return Err(TestCaseError::fail("expected a held connect"));
                        };
                        let until = self.model.now + timeout;
                        self.model.clients[at].held = Some(Held { exchange, browser, until });
                        self.open.push(exchange);
                        seen.held += 1;
                    }
                    Some(reply) => {
                        seen.multiple += u64::from(reply.contains("multiple"));
                        let mut expected = vec![reply];
                        expected.extend(beside.then(|| "/foo 402 handshake".to_owned()));
                        self.ask(Some(at), body, &expected)?;
                    }
                }
                seen.acknowledged += u64::from(self.model.clients[at].items.len() < before);
            }
            Step::Subscribe { client, channels } => {
                let Some(at) = self.client(client) else { return Ok(()) };
                let model = &mut self.model.clients[at];
                let body = crate::support::subscribe(&model.id, json!(channels));
                let mut expected = "subscribe 403";
                if !channels.contains(&"/v2/you/x") {
                    expected = "subscribe";
                    model.subscriptions.extend(channels.iter().map(|channel| (*channel).to_owned()));
                    if channels.iter().any(|channel| *channel != "/v2/me/calls") && model.list.is_none() {
                        model.list = Some(Vec::new());
                        self.model.asked.push(model.id.clone());
                    }
                }
                let takes = (!self.model.clients[at].acknowledges).then_some(at);
                self.ask(takes, body, &[expected.to_owned()])?;
            }
            Step::Unsubscribe { client, channels } => {
                let Some(at) = self.client(client) else { return Ok(()) };
                let model = &mut self.model.clients[at];
                let body = crate::support::unsubscribe(&model.id, json!(channels));
                model.subscriptions.retain(|channel| !channels.contains(&channel.as_str()));
                if !model.receives() {
                    for (position, state) in model.list.take().unwrap_or_default() {
                        model.take(position, state, false, true);
                    }
                    let of_the_client = self.tickets.iter_mut().filter(|ticket| ticket.client == model.id);
                    of_the_client.for_each(|ticket| ticket.waited_for = false);
                    if model.acknowledges {
                        self.model.release_if_ready(at);
                    }
                }
                let takes = (!self.model.clients[at].acknowledges).then_some(at);
                self.ask(takes, body, &["unsubscribe".to_owned()])?;
            }
            Step::Disconnect { client } => {
                let Some(at) = self.client(client) else { return Ok(()) };
                let body = crate::support::disconnect(&self.model.clients[at].id);
                self.model.end(at, "402 none");
                self.ask(None, body, &["disconnect".to_owned()])?;
            }
            Step::Stranger { client } => {
                let Some(at) = self.client(client) else { return Ok(()) };
                self.server.agent = agent(3 - self.model.clients[at].agent);
                let body = crate::support::connect(&self.model.clients[at].id);
                self.ask(None, body, &["connect 402 handshake".to_owned()])?;
            }
            Step::Publish { agent: number, state } => {
                let at = usize::try_from(number).unwrap();
                self.published[at] += 1;
                let position = self.published[at];
                if !state {
                    self.messages[at].push(position);
                }
                let data = (number * 1_000_000 + position).to_string();
                let notification = Notification::new(position, "n", state, data.as_bytes());
                self.server.publish_to(&agent(number), &notification);
                let before = self.model.clients.len();
                self.model.publish(number, position, state);
                seen.forgotten += u64::from(self.model.clients.len() < before);
            }
            Step::List { ticket, behind } => {
                if self.tickets.is_empty() {
                    return Ok(());
                }
                let Asked { ticket, client, waited_for } = self.tickets.remove(ticket.index(self.tickets.len()));
                let at = self.model.clients.iter().position(|other| other.id == client);
                let Some(at) = at else { return Ok(()) };
                let number = self.model.clients[at].agent;
                let of = usize::try_from(number).unwrap();
                let position = self.published[of].saturating_sub(behind);
                let listed = self.delivered[of] + 1..=position;
                let undelivered: Vec<_> = self.messages[of].iter().copied().filter(|at| listed.contains(at)).collect();
                self.lists += 1;
                let session = number * 1_000_000 + 500_000 + self.lists;
                let notification = |at: &u64| {
                    let data = (number * 1_000_000 + *at).to_string();
                    Notification::new(*at, "n", false, data.as_bytes())
                };
                let text = session.to_string();
                let present = Present::new(position, [text.as_bytes()], undelivered.iter().map(notification));
                self.server.list(ticket, &present);
                let client = &mut self.model.clients[at];
                if waited_for && let Some(waiting) = client.list.take() {
                    seen.lists += 1;
                    client.listed = client.listed.max(position);
                    let kept = client.away.map_or(0, |(_, count)| count);
                    let mut index = 0;
                    client.items.retain(|item| {
                        index += 1;
                        index <= kept || item.position.is_some()
                    });
                    client.items.iter_mut().for_each(|item| item.counts |= item.position.is_some());
                    let batch = client.batch;
                    client.items.push(Item { data: session, position: None, reaches: false, counts: false, batch });
                    let listed = undelivered.iter().map(|at| (*at, false, false));
                    let mut both: Vec<_> =
                        listed.chain(waiting.iter().map(|(at, state)| (*at, *state, true))).collect();
                    both.sort_by_key(|(at, _, counts)| (*at, *counts));
                    let last = undelivered.last().copied();
                    seen.overtaken += u64::from(waiting.first().is_some_and(|(at, _)| Some(*at) < last));
                    both.into_iter().for_each(|(at, state, counts)| client.take(at, state, true, counts));
                    if client.over() {
                        self.model.end(at, "402 handshake");
                    } else {
                        self.model.release_if_ready(at);
                    }
                }
            }
            Step::CannotList { ticket } => {
                if self.tickets.is_empty() {
                    return Ok(());
                }
                let Asked { ticket, client, waited_for } = self.tickets.remove(ticket.index(self.tickets.len()));
                self.server.cannot_list(ticket);
                let at = self.model.clients.iter().position(|other| other.id == client);
                if let Some(at) = at.filter(|_| waited_for) {
                    self.model.end(at, "402 handshake");
                }
            }
            Step::Missed => {
                self.server.missed();
                self.tickets.iter_mut().for_each(|ticket| ticket.waited_for = false);
                for client in &mut self.model.clients {
                    if client.receives() {
                        client.list.get_or_insert_default();
                        self.model.asked.push(client.id.clone());
                    }
                }
            }
            Step::Arrive { .. } | Step::Lose { .. } if self.open.is_empty() => {}
            Step::Arrive { reply } => {
                let exchange = self.take_open(reply);
                // The reply to the held request did not arrive.
                if self
                    .model
                    .clients
                    .iter()
                    .any(|client| client.held.as_ref().is_some_and(|held| held.exchange == exchange))
                {
                    self.open.push(exchange);
                    return Ok(());
                }
                self.server.delivered(exchange);
                for at in 0..self.model.clients.len() {
                    let client = &mut self.model.clients[at];
                    if let Some((_, count)) = client.away.take_if(|(of, _)| *of == exchange) {
                        let reached = client.drop_first(count).map(|position| (agent(client.agent), position));
                        self.model.reached.extend(reached);
                        self.model.release_if_ready(at);
                    }
                }
            }
            Step::Lose { reply } => {
                let exchange = self.take_open(reply);
                self.server.not_delivered(exchange);
                for at in 0..self.model.clients.len() {
                    let client = &mut self.model.clients[at];
                    if client.held.take_if(|held| held.exchange == exchange).is_some() {
                        client.ends = self.model.now + AWAY;
                    }
                    if client.away.take_if(|(of, _)| *of == exchange).is_some() {
                        seen.lost_with_messages += 1;
                        // Each list consists of one session in this test. The newest list replaces the others.
                        let listed = client.items.iter().filter(|item| item.position.is_none());
                        let newest = listed.map(|item| item.data).max();
                        client.items.retain(|item| item.position.is_some() || Some(item.data) == newest);
                        self.model.release_if_ready(at);
                    }
                }
            }
            Step::Pass { milliseconds } => {
                self.server.pass(Duration::from_millis(milliseconds));
                self.model.pass(milliseconds);
            }
            Step::SignOut { agent: number } => {
                self.server.agent = agent(number);
                self.server.sign_out("session1");
                for at in (0..self.model.clients.len()).rev() {
                    if self.model.clients[at].agent == number {
                        self.model.end(at, "401 none");
                    }
                }
            }
        }
        Ok(())
    }

    /// Compares the remaining outputs, and the sizes.
    fn compare(&mut self, seen: &mut Seen) -> Result<(), TestCaseError> {
        let by_exchange = |mut released: Released| {
            released.sort();
            released
        };
        let released = self.server.released().into_iter();
        let released: Released =
            released.map(|(exchange, messages)| (exchange, messages.iter().map(words).collect())).collect();
        seen.released_with_messages += released.iter().filter(|(_, messages)| messages.len() > 1).count() as u64;
        prop_assert_eq!(by_exchange(released), by_exchange(std::mem::take(&mut self.model.released)));
        let asked = self.server.tickets();
        let clients = std::mem::take(&mut self.model.asked);
        prop_assert_eq!(asked.len(), clients.len());
        let asked = asked.into_iter().zip(clients);
        self.tickets.extend(asked.map(|(ticket, client)| Asked { ticket, client, waited_for: true }));
        let reached = std::mem::take(&mut self.server.reached);
        for number in 1..3 {
            let of_the_agent = reached.iter().filter(|(of, _)| *of == agent(number)).map(|(_, position)| *position);
            let delivered = &mut self.delivered[usize::try_from(number).unwrap()];
            *delivered = of_the_agent.fold(*delivered, u64::max);
        }
        prop_assert_eq!(reached, std::mem::take(&mut self.model.reached));
        let counts = self.server.bayeux.counts();
        prop_assert_eq!(counts.clients, self.model.clients.len());
        let held = self.model.clients.iter().filter(|client| client.held.is_some());
        prop_assert_eq!(counts.held, held.count());
        let lists = |client: &Client| client.list.as_ref().map_or(0, Vec::len);
        let messages = self.model.clients.iter().map(|client| client.items.len() + lists(client));
        prop_assert_eq!(counts.messages, messages.sum::<usize>());
        for (number, browser) in (1..3).flat_map(|number| (0..2).map(move |browser| (number, browser))) {
            let of_browser = |client: &&Client| client.held.as_ref().is_some_and(|held| held.browser == Some(browser));
            let of_both = |client: &&Client| client.agent == number && of_browser(client);
            prop_assert!(self.model.clients.iter().filter(of_both).count() <= 1);
        }
        let next = self.model.clients.iter().map(|client| client.held.as_ref().map_or(client.ends, |held| held.until));
        let next = next.min().map(|at| Duration::from_secs(1_763_000_000) + Duration::from_millis(at));
        prop_assert_eq!(self.server.bayeux.next_wake(), next);
        Ok(())
    }
}

#[test]
fn whatever_comes_the_server_does_what_the_model_does() {
    let cases = 2_000;
    let seen = RefCell::new(Seen::default());
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&steps(), |steps| {
        let mut seen = seen.borrow_mut();
        let mut pair = Pair::new();
        for step in steps {
            pair.step(step, &mut seen)?;
            pair.compare(&mut seen)?;
        }
        seen.cases += 1;
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    let seen = seen.into_inner();
    assert_eq!(seen.cases, u64::from(cases));
    // Each of these is rare, so a strategy with a mistake would not reach it.
    for (what, count) in [
        ("held", seen.held),
        ("released with messages", seen.released_with_messages),
        ("lost with messages", seen.lost_with_messages),
        ("lists", seen.lists),
        ("lists that overtook what waits", seen.overtaken),
        ("forgotten", seen.forgotten),
        ("multiple clients", seen.multiple),
        ("acknowledged", seen.acknowledged),
    ] {
        println!("{what}: {count}");
        assert!(count >= 15, "{what}: {count} in {cases} cases");
    }
}
