//! An agent's client. It signs in, shakes hands, subscribes, and then keeps a connect at the server at all times.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::Notify;

use super::Outcome;
use super::connection::{Answer, Connection, find};
use super::fixture::{self, PASSWORD};
use super::options::Server;

/// The state that the clients of all agents share.
#[derive(Debug)]
pub(crate) struct Arrivals {
    /// The start of the run, which the times in the texts refer to.
    pub(crate) began: Instant,
    /// The time that each text took to reach its client.
    times: RefCell<Vec<Duration>>,
    /// The numbers of connects that were sent and that are held.
    held: RefCell<usize>,
    /// Notified when one of these values changes.
    changed: Notify,
}

impl Arrivals {
    pub(crate) fn new() -> Rc<Self> {
        let (times, held) = (RefCell::default(), RefCell::default());
        Rc::new(Arrivals { began: Instant::now(), times, held, changed: Notify::new() })
    }

    /// Waits until this many connects are held.
    pub(crate) async fn until_held(&self, held: usize) {
        while *self.held.borrow() < held {
            self.changed.notified().await;
        }
    }

    /// Waits until this many texts have arrived, and returns their times.
    pub(crate) async fn take(&self, texts: usize) -> Vec<Duration> {
        while self.times.borrow().len() < texts {
            self.changed.notified().await;
        }
        self.times.take()
    }

    fn arrived(&self, body: &[u8]) -> Outcome<()> {
        const BEFORE: &[u8] = br#""message":""#;
        let now = self.began.elapsed();
        let mut rest = body;
        while let Some(place) = find(rest, BEFORE) {
            rest = rest.get(place + BEFORE.len()..).unwrap_or_default();
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let sent = std::str::from_utf8(rest.get(..digits).unwrap_or_default())?.parse()?;
            self.times.borrow_mut().push(now.saturating_sub(Duration::from_nanos(sent)));
        }
        self.changed.notify_one();
        Ok(())
    }

    fn is_held(&self, change: isize) {
        let mut held = self.held.borrow_mut();
        *held = held.saturating_add_signed(change);
        self.changed.notify_one();
    }
}

/// The client of one agent, with its connection.
pub(crate) struct Client {
    connection: Connection,
    path: String,
    /// The body of the connect, which it posts repeatedly.
    connect: String,
}

impl Client {
    /// Performs all steps up to the first held connect.
    pub(crate) async fn begin(server: &Server, address: SocketAddr, agent: usize) -> Outcome<Self> {
        let mut connection = Connection::open(address).await?;
        let (path, channel) = match server {
            Server::Gateway { .. } => {
                let credentials = STANDARD.encode(format!("{}:{PASSWORD}", fixture::user(agent)));
                let headers = format!("Authorization: Basic {credentials}\r\n");
                good(&connection.ask("GET", "/api/v2/me", &headers, "").await?)?;
                ("/api/v2/notifications", "/v2/me/im-sessions".to_owned())
            }
            Server::Peer { .. } => ("/cometd", format!("/{}", fixture::dn(agent))),
            Server::Bare => {
                let (path, connect) = (format!("/connect/{}", fixture::dn(agent)), String::new());
                return Ok(Client { connection, path, connect });
            }
        };
        let types = r#""version":"1.0","supportedConnectionTypes":["long-polling"]"#;
        let handshake = format!(r#"[{{"channel":"/meta/handshake","id":"1",{types}}}]"#);
        let answer = connection.ask("POST", path, "", &handshake).await?;
        let id = client_id(good(&answer)?)?;
        let subscribe =
            format!(r#"[{{"channel":"/meta/subscribe","id":"2","clientId":"{id}","subscription":"{channel}"}}]"#);
        good(&connection.ask("POST", path, "", &subscribe).await?)?;
        let connect = |more: &str| {
            let connect = r#""channel":"/meta/connect","id":"3","connectionType":"long-polling""#;
            format!(r#"[{{{connect},"clientId":"{id}"{more}}}]"#)
        };
        // Clients usually ask for an immediate answer to their first connect.
        good(&connection.ask("POST", path, "", &connect(r#","advice":{"timeout":0}"#)).await?)?;
        let connect = connect("");
        Ok(Client { connection, path: path.to_owned(), connect })
    }

    /// Connects forever.
    pub(crate) async fn stay(mut self, arrivals: Rc<Arrivals>) -> Outcome<()> {
        loop {
            arrivals.is_held(1);
            let answer = self.connection.ask("POST", &self.path, "", &self.connect).await?;
            arrivals.is_held(-1);
            arrivals.arrived(good(&answer)?)?;
        }
    }
}

/// The body of an answer. Panics if the answer is not the expected one.
fn good<'a>(answer: &Answer<'a>) -> Outcome<&'a [u8]> {
    let is_good = answer.status == 200 && find(answer.body, br#""successful":false"#).is_none();
    let text = || format!("an answer with status {}: {}", answer.status, String::from_utf8_lossy(answer.body));
    is_good.then_some(answer.body).ok_or_else(|| text().into())
}

fn client_id(body: &[u8]) -> Outcome<String> {
    const BEFORE: &str = r#""clientId":""#;
    let body = std::str::from_utf8(body)?;
    let id = body.split_once(BEFORE).and_then(|(_, rest)| rest.split('"').next());
    Ok(id.ok_or_else(|| format!("expected a clientId, got {body}"))?.to_owned())
}
