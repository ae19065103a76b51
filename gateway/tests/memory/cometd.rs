//! How much memory do CometD clients hold?

use std::time::Duration;

use im_session_gateway::bayeux::{
    Bayeux, LONGEST_ID, Notification, Output, Present, Received, Sender, Settings, Transport,
};
use serde_json::{Value, json};

use crate::counting_allocator::{Meter, meets};
use crate::page;

const NOW: Duration = Duration::from_secs(1);

/// The clients of several agents.
struct Clients {
    bayeux: Bayeux,
    random: u128,
}

fn agent(number: usize) -> String {
    format!("agent{number:0>59}")
}

impl Clients {
    fn new() -> Self {
        Clients { bayeux: Bayeux::new(Settings::default()), random: 0 }
    }

    fn send(&mut self, number: usize, message: &Value) -> Option<Value> {
        let (agent, session) = (agent(number), format!("{number:0>20}"));
        let browser = format!("{number:0>32}");
        let sender = Sender { agent: &agent, session: &session, browser: &browser, transport: Transport::LongPolling };
        self.random += 1;
        let random = self.random;
        let received = self.bayeux.receive(NOW, &sender, message.to_string().as_bytes(), &mut || Some(random));
        match received.expect("messages") {
            Received::Reply(reply) => {
                self.bayeux.not_delivered(NOW, reply.exchange);
                Some(serde_json::from_slice(&reply.body).expect("JSON"))
            }
            Received::Held(_) => None,
        }
    }

    /// A client with the maximum number and length of subscriptions. The sessions are one of them.
    fn subscribed(&mut self, number: usize) -> String {
        let handshake = json!({"channel": "/meta/handshake", "version": "1.0", "ext": {"ack": true},
            "supportedConnectionTypes": ["long-polling"]});
        let id = self.send(number, &handshake).expect("a reply")[0]["clientId"].as_str().expect("an id").to_owned();
        let most = self.bayeux.settings().subscriptions;
        let channels: Vec<String> =
            (1..most).map(|at| format!("/v2/me/{at:c>249}")).chain(["/v2/me/im-sessions".to_owned()]).collect();
        let subscribe = json!({"channel": "/meta/subscribe", "clientId": id, "subscription": channels});
        assert_eq!(self.send(number, &subscribe).expect("a reply")[0]["successful"], true);
        let outputs: Vec<Output> = self.bayeux.outputs().collect();
        let [Output::List { ticket, .. }] = &outputs[..] else { panic!("{outputs:?}") };
        self.bayeux.list(NOW, *ticket, &Present::default());
        id
    }

    fn connect(&mut self, number: usize, client: &str, id: &str) -> Option<Value> {
        let connect =
            json!({"channel": "/meta/connect", "clientId": client, "connectionType": "long-polling", "id": id});
        self.send(number, &connect)
    }
}

#[test]
fn a_client_that_is_held() {
    const CLIENTS: usize = 100;
    let mut meter = Meter::alone();
    let mut clients = Clients::new();
    meter.begin();
    for number in 0..CLIENTS {
        let id = clients.subscribed(number);
        let long = "i".repeat(LONGEST_ID);
        clients.connect(number, &id, &long);
        assert_eq!(clients.connect(number, &id, &long), None, "it is held");
    }
    assert_eq!(clients.bayeux.counts().held, CLIENTS);
    meets("clients that are held", meter.in_use(), CLIENTS * page::client_without_runs(clients.bayeux.settings()));
}

#[test]
fn a_client_with_a_full_queue() {
    const CLIENTS: usize = 20;
    let Settings { queue_messages, queue_bytes, .. } = Settings::default();
    let mut meter = Meter::alone();
    let mut clients = Clients::new();
    meter.begin();
    for number in 0..CLIENTS {
        clients.subscribed(number);
        let mut position = 0;
        for message in 0..queue_messages {
            let text =
                queue_bytes / queue_messages - br#"{"channel":"/v2/me/im-sessions","data":"","id":"0000000"}"#.len();
            let data = format!("\"{}\"", "x".repeat(text));
            // Every second position, so that each is a run by itself.
            position += 2;
            let notification = Notification::new(position, &format!("{message:0>7}"), false, data.as_bytes());
            clients.bayeux.publish(NOW, &agent(number), &notification);
        }
    }
    let counts = clients.bayeux.counts();
    assert_eq!((counts.clients, counts.messages), (CLIENTS, CLIENTS * queue_messages));
    let settings = clients.bayeux.settings();
    let client = page::client(settings) + page::messages(settings);
    meets("clients with full queues", meter.in_use(), CLIENTS * client);
}

#[test]
fn all_clients_together() {
    let Settings { queue_messages, queue_bytes_of_all, .. } = Settings::default();
    let mut meter = Meter::alone();
    let mut clients = Clients::new();
    meter.begin();
    let mut number = 0;
    // Twice as many as fit.
    let texts = queue_messages * 1_048;
    while number * texts < 2 * queue_bytes_of_all {
        clients.subscribed(number);
        for position in 1..=queue_messages {
            let data = format!("\"{}\"", "x".repeat(990));
            clients.bayeux.publish(
                NOW,
                &agent(number),
                &Notification::new(position as u64, "0000000", false, data.as_bytes()),
            );
        }
        number += 1;
    }
    let counts = clients.bayeux.counts();
    assert!(counts.clients < number, "some were forgotten");
    let beside = counts.clients * page::client(clients.bayeux.settings());
    meets("all queues", meter.most(), queue_bytes_of_all + beside);
}
