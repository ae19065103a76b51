//! Which sessions do packets over UDP and TCP create?

use std::sync::Arc;
use std::time::Duration;

use im_session_gateway::config::Directory;
use im_session_gateway::engine::Engine;
use im_session_gateway::feeds::hep::{HepKey, HepReceiver, MOST_CONNECTIONS, run};
use im_session_gateway::metrics::{Metrics, Text};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

use crate::support::{ANN, BOB, STRANGER, Still, call, engine, hep};

struct House {
    engine: Arc<dyn Engine>,
    directory: Directory,
    metrics: Metrics,
    address: std::net::SocketAddr,
}

impl House {
    async fn new(key: Option<&[u8]>) -> Self {
        let (engine, directory) = engine().await;
        let metrics = Metrics::default();
        let key = key.and_then(HepKey::new);
        let (receiver, messages) =
            HepReceiver::bind("127.0.0.1:0".parse().unwrap(), key, metrics.clone()).await.unwrap();
        let address = receiver.local_addr().unwrap();
        tokio::spawn(receiver.run());
        tokio::spawn(run(engine.clone(), directory.clone(), Arc::new(Still), metrics.clone(), messages));
        House { engine, directory, metrics, address }
    }

    /// The states of an agent's sessions.
    async fn states(&self, user: &str) -> Vec<String> {
        let agent = self.directory.current().by_user_name(user).unwrap().clone();
        let reply = self.engine.list(agent, "fields=state".into()).await.unwrap();
        let list: Value = serde_json::from_slice(&reply.body).unwrap();
        list["imSessions"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap().to_owned()).collect()
    }

    fn metric(&self, name: &str) -> u64 {
        let mut text = Text::default();
        self.metrics.write(&mut text);
        let text = text.into_string();
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        line.rsplit_once(' ').unwrap().1.parse().unwrap()
    }

    fn packets(&self, outcome: &str) -> u64 {
        self.metric(&format!("im_session_gateway_hep_packets_total{{outcome=\"{outcome}\"}}"))
    }

    async fn until(&self, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
        let so = async {
            while !is_so().await {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), so).await.unwrap_or_else(|_| panic!("expected {what}"));
    }
}

#[tokio::test]
async fn a_call_over_udp_with_rubbish_between() {
    let house = House::new(None).await;
    let agent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let messages = call(ANN, STRANGER);
    for (place, message) in messages.iter().enumerate() {
        agent.send_to(b"HEP3\xff", house.address).await.unwrap();
        agent.send_to(&hep(message, 34, None), house.address).await.unwrap();
        agent.send_to(&hep(message, 1, None), house.address).await.unwrap();
        let taken = place as u64 + 1;
        house.until("the message is taken", async || house.packets("observed") == taken).await;
    }
    house.until("the end", async || house.states("ann").await == ["Completed"]).await;
    assert_eq!((house.packets("malformed"), house.packets("other-protocol")), (5, 5));
    assert_eq!(house.states("bob").await, [""; 0]);
}

#[tokio::test]
async fn a_call_over_tcp_in_pieces_of_any_size() {
    let house = House::new(Some(b"the key")).await;
    let bytes: Vec<u8> = call(ANN, BOB).iter().take(3).flat_map(|message| hep(message, 1, Some(b"the key"))).collect();
    let mut agent = TcpStream::connect(house.address).await.unwrap();
    agent.set_nodelay(true).unwrap();
    for piece in bytes.chunks(7) {
        agent.write_all(piece).await.unwrap();
        tokio::task::yield_now().await;
    }
    house.until("talking", async || house.states("ann").await == ["Talking"]).await;
    assert_eq!(house.metric("im_session_gateway_hep_connections "), 1);
    drop(agent);
    house.until("no connection", async || house.metric("im_session_gateway_hep_connections ") == 0).await;
}

#[tokio::test]
async fn who_has_not_the_key_or_sends_no_packet_is_hung_up_on() {
    let house = House::new(Some(b"the key")).await;
    let message = call(ANN, BOB).remove(0);
    for bytes in [hep(&message, 1, Some(b"another")), b"INVITE sip:3002@example.com SIP/2.0\r\n".to_vec()] {
        let mut agent = TcpStream::connect(house.address).await.unwrap();
        agent.write_all(&bytes).await.unwrap();
        // The gateway closes the connection with unread bytes, which resets it.
        let mut rest = Vec::new();
        let _reset = agent.read_to_end(&mut rest).await;
        assert!(rest.is_empty());
    }
    assert_eq!((house.packets("wrong-key"), house.packets("malformed")), (1, 1));
    assert_eq!(house.states("ann").await, [""; 0]);
}

#[tokio::test]
async fn there_are_only_so_many_connections() {
    let house = House::new(None).await;
    let mut open = Vec::new();
    for _ in 0..MOST_CONNECTIONS {
        open.push(TcpStream::connect(house.address).await.unwrap());
    }
    let mut surplus = TcpStream::connect(house.address).await.unwrap();
    assert_eq!(surplus.read(&mut [0]).await.unwrap_or(0), 0);
    assert_eq!(house.metric("im_session_gateway_hep_connections_refused_total"), 1);
    // The other connections continue to be served.
    open[7].write_all(&hep(&call(ANN, BOB)[0], 1, None)).await.unwrap();
    house.until("a session", async || house.states("ann").await == ["Initiating"]).await;
}
