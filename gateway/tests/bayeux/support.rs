//! A server with one agent, one browser, and a clock that the test advances.

use std::time::Duration;

use im_session_gateway::bayeux::{
    Bayeux, ExchangeId, Notification, Output, Present, Received, Reply, Sender, Settings, Ticket, Transport,
};
use serde_json::{Value, json};

pub(crate) const CHANNEL: &str = "/v2/me/im-sessions";

pub(crate) struct Server {
    pub(crate) bayeux: Bayeux,
    pub(crate) now: Duration,
    pub(crate) browser: String,
    pub(crate) agent: String,
    pub(crate) session: String,
    pub(crate) transport: Transport,
    random: u128,
    /// Outputs that the test has not taken yet.
    released: Vec<Reply>,
    tickets: Vec<Ticket>,
    pub(crate) reached: Vec<(String, u64)>,
}

/// The answer to a request.
#[derive(Debug)]
pub(crate) enum Answer {
    Now(Vec<Value>, ExchangeId),
    Held(ExchangeId),
}

impl Answer {
    #[track_caller]
    pub(crate) fn now(self) -> Vec<Value> {
        match self {
            Answer::Now(messages, _) => messages,
            Answer::Held(exchange) => panic!("expected an answer now, {exchange:?} is held"),
        }
    }

    #[track_caller]
    pub(crate) fn one(self) -> Value {
        let messages = self.now();
        assert_eq!(messages.len(), 1, "{messages:?}");
        messages.into_iter().next().unwrap()
    }

    #[track_caller]
    pub(crate) fn held(self) -> ExchangeId {
        match self {
            Answer::Now(messages, _) => panic!("expected a held connect, got {messages:?}"),
            Answer::Held(exchange) => exchange,
        }
    }
}

impl Server {
    pub(crate) fn new() -> Self {
        Self::with(Settings::default())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        Self {
            bayeux: Bayeux::new(settings),
            now: Duration::from_secs(1_763_000_000),
            browser: "browser1".to_owned(),
            agent: "agent3001".to_owned(),
            session: "session1".to_owned(),
            transport: Transport::LongPolling,
            random: 0,
            released: Vec::new(),
            tickets: Vec::new(),
            reached: Vec::new(),
        }
    }

    pub(crate) fn post_bytes(&mut self, body: &[u8]) -> Result<Answer, String> {
        let sender =
            Sender { agent: &self.agent, session: &self.session, browser: &self.browser, transport: self.transport };
        let random = &mut self.random;
        let received = self.bayeux.receive(self.now, &sender, body, &mut || {
            *random += 1;
            Some(*random)
        });
        self.collect();
        Ok(match received.map_err(|error| error.to_string())? {
            Received::Reply(reply) => Answer::Now(parse(&reply), reply.exchange),
            Received::Held(exchange) => Answer::Held(exchange),
        })
    }

    #[track_caller]
    pub(crate) fn post(&mut self, body: Value) -> Answer {
        self.post_bytes(body.to_string().as_bytes()).unwrap()
    }

    /// Sends a request and reports its reply as delivered.
    #[track_caller]
    pub(crate) fn exchange(&mut self, body: Value) -> Vec<Value> {
        match self.post(body) {
            Answer::Now(messages, exchange) => {
                self.delivered(exchange);
                messages
            }
            Answer::Held(exchange) => panic!("expected an answer now, {exchange:?} is held"),
        }
    }

    fn collect(&mut self) {
        for output in self.bayeux.outputs() {
            match output {
                Output::Reply(reply) => self.released.push(reply),
                Output::List { ticket, .. } => self.tickets.push(ticket),
                Output::Delivered { agent, position } => self.reached.push((agent.to_string(), position)),
            }
        }
    }

    /// The replies to held requests since the previous call.
    pub(crate) fn released(&mut self) -> Vec<(ExchangeId, Vec<Value>)> {
        self.released.drain(..).map(|reply| (reply.exchange, parse(&reply))).collect()
    }

    /// The reply to this held request. It must exist.
    #[track_caller]
    pub(crate) fn release_of(&mut self, exchange: ExchangeId) -> Vec<Value> {
        let released = self.released();
        assert_eq!(released.len(), 1, "{released:?}");
        assert_eq!(released[0].0, exchange);
        released.into_iter().next().unwrap().1
    }

    pub(crate) fn delivered(&mut self, exchange: ExchangeId) {
        self.bayeux.delivered(self.now, exchange);
        self.collect();
    }

    pub(crate) fn not_delivered(&mut self, exchange: ExchangeId) {
        self.bayeux.not_delivered(self.now, exchange);
        self.collect();
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.now += time;
        self.bayeux.wake(self.now);
        self.collect();
    }

    pub(crate) fn shut_down(&mut self) {
        self.bayeux.shut_down(self.now);
        self.collect();
    }

    pub(crate) fn sign_out(&mut self, session: &str) {
        let agent = self.agent.clone();
        self.bayeux.sign_out(self.now, &agent, session);
        self.collect();
    }

    pub(crate) fn missed(&mut self) {
        self.bayeux.missed(self.now);
        self.collect();
    }

    /// Publishes a message to the agent. Its data is the position.
    pub(crate) fn publish(&mut self, position: u64) {
        self.publish_notification(position, false);
    }

    /// Publishes the state of a session.
    pub(crate) fn publish_state(&mut self, position: u64) {
        self.publish_notification(position, true);
    }

    fn publish_notification(&mut self, position: u64, state: bool) {
        let agent = self.agent.clone();
        let notification = notification(position, state);
        self.bayeux.publish(self.now, &agent, &notification);
        self.collect();
    }

    pub(crate) fn publish_to(&mut self, agent: &str, notification: &Notification) {
        self.bayeux.publish(self.now, agent, notification);
        self.collect();
    }

    pub(crate) fn cannot_list(&mut self, ticket: Ticket) {
        self.bayeux.cannot_list(self.now, ticket);
        self.collect();
    }

    pub(crate) fn tickets(&mut self) -> Vec<Ticket> {
        std::mem::take(&mut self.tickets)
    }

    pub(crate) fn list(&mut self, ticket: Ticket, present: &Present) {
        self.bayeux.list(self.now, ticket, present);
        self.collect();
    }

    /// Answers all requests for the current sessions with an empty list.
    pub(crate) fn list_nothing(&mut self) {
        for ticket in self.tickets() {
            self.list(ticket, &Present::default());
        }
    }

    #[track_caller]
    pub(crate) fn handshake(&mut self) -> String {
        let reply = self.post(handshake()).one();
        assert_eq!(reply["successful"], true, "{reply}");
        reply["clientId"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn handshake_that_acknowledges(&mut self) -> String {
        let mut body = handshake();
        body[0]["ext"] = json!({ "ack": true });
        self.post(body).one()["clientId"].as_str().unwrap().to_owned()
    }

    /// A client whose next connect is held.
    #[track_caller]
    pub(crate) fn connected(&mut self) -> String {
        let client = self.handshake();
        let reply = self.post(connect(&client)).one();
        assert_eq!(reply["successful"], true, "{reply}");
        client
    }

    /// A subscribed client whose next connect is held, without current sessions.
    #[track_caller]
    pub(crate) fn subscribed(&mut self) -> String {
        let client = self.connected();
        let reply = self.post(subscribe(&client, json!(CHANNEL))).one();
        assert_eq!(reply["successful"], true, "{reply}");
        self.list_nothing();
        client
    }
}

pub(crate) fn notification(position: u64, state: bool) -> Notification {
    Notification::new(position, &format!("n{position}"), state, position.to_string().as_bytes())
}

fn parse(reply: &Reply) -> Vec<Value> {
    serde_json::from_slice(&reply.body).expect("a reply is a JSON array")
}

pub(crate) fn handshake() -> Value {
    json!([{"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": ["long-polling"], "id": "1"}])
}

pub(crate) fn connect(client: &str) -> Value {
    json!([{"channel": "/meta/connect", "clientId": client, "connectionType": "long-polling", "id": "2"}])
}

pub(crate) fn subscribe(client: &str, subscription: Value) -> Value {
    json!([{"channel": "/meta/subscribe", "clientId": client, "subscription": subscription, "id": "3"}])
}

pub(crate) fn unsubscribe(client: &str, subscription: Value) -> Value {
    json!([{"channel": "/meta/unsubscribe", "clientId": client, "subscription": subscription, "id": "4"}])
}

pub(crate) fn disconnect(client: &str) -> Value {
    json!([{"channel": "/meta/disconnect", "clientId": client, "id": "5"}])
}

/// The data of the published messages in a reply, in order.
pub(crate) fn data(messages: &[Value]) -> Vec<u64> {
    messages.iter().filter_map(|message| message.get("data")?.as_u64()).collect()
}
