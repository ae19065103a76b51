//! Performs the steps of an attack, and compares each response with the model.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt, stream};
use http_body_util::BodyExt;
use im_session::Event;
use im_session_gateway::metrics::Text;
use proptest::sample::Index;
use serde_json::{Value, json};
use tokio::io::DuplexStream;
use tokio::task::{JoinHandle, yield_now};
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, tungstenite::Error};
use tower::ServiceExt;

use crate::house::{FEED_TOKEN, HOST, Hole, House, SUPERVISOR, USERS, dn, password};
use crate::model::{FEED, Model, Seer, only};
use crate::steps::{Ask, Bearer, Content, Credentials, Extra, Forgery, Host, Origin, Spelling, Step, Target};

/// The time limit of every wait. It is reached only if something hangs.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often other tasks get to run before a connect counts as held. Its answer depends on no other thread.
const TURNS: usize = 40;
const NOTIFICATIONS: &str = "/api/v2/notifications";
const SESSIONS: &str = "/api/v2/me/im-sessions/";
const URIS: &str = "/api/v2/im-sessions/";
const OUTSIDE: &str = "3009";

/// Counters over all cases. They show that the attack reaches what it claims to test.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) cases: u64,
    pub(crate) requests: u64,
    pub(crate) succeeded: u64,
    /// By target: the numbers of successful and of refused requests.
    pub(crate) targets: BTreeMap<&'static str, (u64, u64)>,
    pub(crate) statuses: BTreeMap<u16, u64>,
    /// Responses that showed a user something that no other user may see.
    pub(crate) own: u64,
    /// Notifications that did so.
    pub(crate) heard: u64,
    /// Refused requests after which the sessions of all agents were checked to be unchanged.
    pub(crate) unchanged: u64,
    pub(crate) changed: u64,
    pub(crate) sockets: u64,
    pub(crate) sockets_refused: u64,
    pub(crate) held: u64,
    /// Messages sent with the client id of another agent's CometD client.
    pub(crate) foreign_clients: u64,
    pub(crate) clients_at_the_end: u64,
}

/// A violation of the model.
#[derive(Debug)]
pub(crate) struct Violation(pub(crate) String);

type Checked<T = ()> = Result<T, Violation>;

/// A response as it arrives.
#[derive(Debug, Default)]
struct Slot {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// A request whose response may stay open until the end of the case.
struct Sent {
    slot: Arc<Mutex<Slot>>,
    task: JoinHandle<()>,
    seer: Seer,
    request: String,
}

struct Socket {
    sink: SplitSink<WebSocketStream<DuplexStream>, Message>,
    received: Arc<Mutex<String>>,
    task: JoinHandle<()>,
    session: usize,
    sent: String,
}

/// The credentials that a request carries, and which of them the gateway should accept.
#[derive(Debug, Default)]
struct Presented {
    headers: Vec<(HeaderName, HeaderValue)>,
    cookies: Vec<String>,
    tokens: Vec<String>,
    password: Option<(usize, bool)>,
    bearer: bool,
    /// The session that the sender claims to have.
    primary: Option<usize>,
}

/// The state of all agents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Snapshot {
    lists: Vec<String>,
    requests: u64,
    positions: Vec<Option<u64>>,
    sessions: usize,
    clients: usize,
}

pub(crate) struct Attacker<'s> {
    house: House,
    model: Model,
    seen: &'s mut Seen,
    parked: Vec<Sent>,
    sockets: Vec<Socket>,
    browsers: Vec<String>,
    snapshot: Snapshot,
    position: u64,
}

fn name(name: &'static str) -> HeaderName {
    HeaderName::from_static(name)
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap()
}

fn basic(user: usize, right: bool) -> HeaderValue {
    let password = if right { password(user) } else { password((user + 1) % USERS.len()) };
    value(&format!("Basic {}", STANDARD.encode(format!("{}:{password}", USERS[user]))))
}

fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}

impl<'s> Attacker<'s> {
    /// Signs everyone in and gives them sessions with secrets. Ann and Bob also get CometD clients.
    pub(crate) async fn new(hole: Hole, seen: &'s mut Seen) -> Checked<Self> {
        let house = House::new(hole).await;
        let (snapshot, position) = (Snapshot::default(), 0);
        let mut attacker = Attacker {
            house,
            model: Model::default(),
            seen,
            parked: Vec::new(),
            sockets: Vec::new(),
            browsers: Vec::new(),
            snapshot,
            position,
        };
        for user in 0..USERS.len() {
            attacker.sign_in(user).await?;
        }
        let shared = attacker.model.id(0);
        for user in 0..SUPERVISOR {
            let own = attacker.model.id(user);
            for id in [&own, &shared] {
                attacker.model.share(id, user);
                let lines = attacker.call(user, id);
                let events = lines.iter().map(|line| Event::from_json_line(line).unwrap().into_owned()).collect();
                let applied = attacker.house.engine.events(None, events).await.unwrap();
                assert!(applied.results.iter().all(Result::is_ok), "{:?}", applied.results);
            }
        }
        for user in 0..2 {
            attacker.client(user).await?;
        }
        attacker.snapshot = attacker.look().await?;
        Ok(attacker)
    }

    /// The events of a call of this user. Each contains secrets.
    fn call(&mut self, user: usize, id: &str) -> Vec<String> {
        let (this, other) = (dn(user), self.model.id(user));
        let (key, note, text) = (self.model.own_text(user), self.model.own_text(user), self.model.own_text(user));
        let event = |event: &str, more: Value| {
            let mut line = json!({"Event": event, "ThisDN": this, "OtherDN": other, "CallUUID": id});
            line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            line.to_string()
        };
        vec![
            event("EventRinging", json!({"UserData": {key: note}})),
            event("EventEstablished", json!({})),
            event("EventPrivateInfo", json!({"Extensions": {"text": text}})),
        ]
    }

    async fn sign_in(&mut self, user: usize) -> Checked<usize> {
        let headers = vec![(header::AUTHORIZATION, basic(user, true)), (header::HOST, value(HOST))];
        let sent = self.send(Method::GET, "/api/v2/me", headers, Body::empty(), "", Seer::default(), false);
        let slot = self.finished(&sent).await?;
        let slot = slot.lock().unwrap();
        let Some((cookie, token)) = given(&slot.headers) else {
            return Err(Violation(format!("{} cannot sign in: {}", USERS[user], slot.status)));
        };
        Ok(self.model.sign_in(user, cookie, token))
    }

    /// Creates a client that has connected and subscribed.
    async fn client(&mut self, user: usize) -> Checked {
        let session = self.model.open(user).unwrap();
        let types = ["long-polling", "websocket"];
        let reply = self
            .bayeux(session, json!({"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": types}))
            .await?;
        let id = reply[0]["clientId"].as_str().unwrap().to_owned();
        self.add_client(&id, session);
        self.bayeux(session, json!({"channel": "/meta/subscribe", "clientId": id, "subscription": "/v2/me/*"})).await?;
        self.bayeux(session, json!({"channel": "/meta/connect", "clientId": id, "connectionType": "long-polling"}))
            .await?;
        Ok(())
    }

    fn add_client(&mut self, id: &str, session: usize) {
        let user = self.model.sessions[session].user;
        self.model.clients.push(crate::model::Client { id: id.to_owned(), user, session, has_ended: false });
    }

    async fn bayeux(&mut self, session: usize, message: Value) -> Checked<Value> {
        let cookie = self.model.sessions[session].cookie.clone();
        let headers = vec![(header::COOKIE, value(&format!("JSESSIONID={cookie}"))), (header::HOST, value(HOST))];
        let body = json!([message]).to_string();
        let seer = Seer { views: only(self.model.sessions[session].user), session: Some(session) };
        let sent = self.send(Method::POST, NOTIFICATIONS, headers, body.clone().into(), &body, seer, false);
        let slot = self.finished(&sent).await?;
        self.model.use_session(session);
        let slot = slot.lock().unwrap();
        serde_json::from_slice(&slot.body).map_err(|error| Violation(format!("{error}: {slot:?}")))
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a request")]
    fn send(
        &self,
        method: Method,
        uri: &str,
        headers: Vec<(HeaderName, HeaderValue)>,
        body: Body,
        text: &str,
        seer: Seer,
        near: bool,
    ) -> Sent {
        let shown: Vec<String> =
            headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        let decoded = decoded(uri).unwrap_or_default();
        let request = format!("{method} {uri}\n({decoded})\n{}\n\n{text}", shown.join("\n"));
        let mut built = Request::builder().method(method).uri(uri).body(body).unwrap();
        for (name, value) in headers {
            built.headers_mut().append(name, value);
        }
        let peer = if near { [127, 0, 0, 1] } else { [192, 0, 2, 1] };
        built.extensions_mut().insert(ConnectInfo(SocketAddr::from((peer, 40_000))));
        let slot = Arc::<Mutex<Slot>>::default();
        let (router, filled) = (self.house.router.clone(), slot.clone());
        let task = tokio::spawn(async move {
            let (parts, mut body) = router.oneshot(built).await.unwrap().into_parts();
            {
                let mut slot = filled.lock().unwrap();
                (slot.status, slot.headers) = (parts.status.as_u16(), parts.headers);
            }
            while let Some(frame) = body.frame().await {
                if let Some(data) = frame.unwrap().data_ref() {
                    filled.lock().unwrap().body.extend_from_slice(data);
                }
            }
        });
        Sent { slot, task, seer, request }
    }

    async fn finished(&self, sent: &Sent) -> Checked<Arc<Mutex<Slot>>> {
        let over = async {
            while !sent.task.is_finished() {
                yield_now().await;
            }
        };
        let is_over = tokio::time::timeout(PATIENCE, over).await;
        is_over.map_err(|_| Violation(format!("there is no answer to\n{}", sent.request)))?;
        Ok(sent.slot.clone())
    }

    pub(crate) async fn step(&mut self, step: &Step) -> Checked {
        match step {
            Step::Ask(ask) => self.ask(ask).await,
            Step::Open { credentials, host, origin } => self.open(credentials, *host, *origin).await,
            Step::Say { socket, messages } => self.say(*socket, messages).await,
            Step::Pass { seconds } => {
                self.house.clock.advance(*seconds);
                self.model.pass(*seconds);
                self.house.engine.tick(im_session_gateway::clock::Clock::now(&*self.house.clock)).await.unwrap();
                self.model.sweep();
                self.snapshot = self.look().await?;
                Ok(())
            }
        }
    }

    /// Builds the credentials of a request.
    fn presented(&self, credentials: &Credentials) -> Presented {
        let open: Vec<usize> =
            (0..self.model.sessions.len()).filter(|session| !self.model.sessions[*session].has_ended()).collect();
        let session = |index: &Index| match index.index(12) {
            0 => index.index(self.model.sessions.len()),
            _ if open.is_empty() => 0,
            _ => open[index.index(open.len())],
        };
        let mut presented = Presented::default();
        let cookie = |number: usize| self.model.sessions[number].cookie.clone();
        let token = |number: usize| self.model.sessions[number].token.clone();
        match credentials {
            Credentials::Nothing => {}
            Credentials::Session(of) => {
                presented.primary = Some(session(of));
                presented.cookies.push(cookie(session(of)));
                presented.tokens.push(token(session(of)));
            }
            Credentials::CookieOnly(of) => {
                presented.primary = Some(session(of));
                presented.cookies.push(cookie(session(of)));
            }
            Credentials::TokenOnly(of) => {
                presented.primary = Some(session(of));
                presented.tokens.push(token(session(of)));
            }
            Credentials::Swapped(one, other) => {
                presented.primary = Some(session(one));
                presented.cookies.push(cookie(session(one)));
                presented.tokens.push(token(session(other)));
            }
            Credentials::Two(one, other) => {
                presented.primary = Some(session(other));
                presented.cookies.extend([cookie(session(one)), cookie(session(other))]);
                presented.tokens.push(token(session(other)));
            }
            Credentials::Forged(of, forgery) => {
                presented.primary = Some(session(of));
                presented.cookies.push(self.forged(session(of), *forgery));
                presented.tokens.push(token(session(of)));
            }
            Credentials::Password { user, right } => presented.password = Some((*user, *right)),
            Credentials::Both { session: of, user, right } => {
                presented.primary = Some(session(of));
                presented.cookies.push(cookie(session(of)));
                presented.tokens.push(token(session(of)));
                presented.password = Some((*user, *right));
            }
            Credentials::Bearer(bearer) => {
                presented.bearer = *bearer == Bearer::Right;
                let right = value(&format!("Bearer {FEED_TOKEN}"));
                let wrong = match bearer {
                    Bearer::Right => right.clone(),
                    Bearer::Twice => value(&format!("Bearer {FEED_TOKEN} {FEED_TOKEN}")),
                    Bearer::Short => value(&format!("Bearer {}", &FEED_TOKEN[1..])),
                    Bearer::Long => value(&format!("Bearer {FEED_TOKEN}x")),
                    Bearer::OtherCase => value(&format!("Bearer {}", FEED_TOKEN.to_uppercase())),
                    Bearer::Basic => value(&format!("Basic {}", STANDARD.encode(format!("feed:{FEED_TOKEN}")))),
                    Bearer::Cookie => value(&format!("Bearer {}", self.model.sessions[0].cookie)),
                };
                presented.headers.push((header::AUTHORIZATION, wrong));
            }
        }
        let headers = &mut presented.headers;
        headers.extend(presented.tokens.iter().map(|token| (name("x-csrf-token"), value(token))));
        headers.extend(presented.password.map(|(user, right)| (header::AUTHORIZATION, basic(user, right))));
        let cookies: Vec<String> = presented.cookies.iter().map(|cookie| format!("JSESSIONID={cookie}")).collect();
        if !cookies.is_empty() {
            headers.push((header::COOKIE, value(&cookies.join("; "))));
        }
        presented
    }

    fn forged(&self, of: usize, forgery: Forgery) -> String {
        let cookie = &self.model.sessions[of].cookie;
        match forgery {
            Forgery::LastDigit => {
                let last = if cookie.ends_with('0') { '1' } else { '0' };
                format!("{}{last}", &cookie[..cookie.len() - 1])
            }
            Forgery::Short => cookie[1..].to_owned(),
            Forgery::Long => format!("0{cookie}"),
            Forgery::Zeros => "0".repeat(32),
            Forgery::Reversed => cookie.chars().rev().collect(),
            Forgery::Signed => format!("+{}", &cookie[1..]),
            Forgery::Token => self.model.sessions[of].token.replace('-', ""),
            Forgery::Client => self.model.clients[of % self.model.clients.len()].id.clone(),
        }
    }

    async fn ask(&mut self, ask: &Ask) -> Checked {
        let mut presented = self.presented(&ask.credentials);
        let user = presented.primary.map(|session| self.model.sessions[session].user);
        let path = self.path(ask, user);
        let uri = spelled(&path, ask.spelling);
        let method = method(ask);
        let mut client = None;
        let (body, text) = self.content(ask, user, &mut client);
        shape(&mut presented.headers, ask);
        if matches!(ask.target, Target::Notifications) && ask.choice.index(2) == 0 && !self.browsers.is_empty() {
            let browser = &self.browsers[ask.choice.index(self.browsers.len())];
            presented.headers.push((header::COOKIE, value(&format!("BAYEUX_BROWSER={browser}"))));
        }

        // What the model predicts.
        let asks_for_socket = ask.extra == Extra::Upgrade;
        let is_ours = match ask.host {
            Host::Own => ask.spelling != Spelling::AbsoluteElsewhere,
            // An absolute request line also names the host.
            Host::Missing => ask.spelling == Spelling::Absolute,
            Host::Elsewhere | Host::Suffix | Host::Twice => false,
        };
        let comes_from_us = matches!(ask.origin, Origin::None | Origin::Own);
        let is_admitted = is_ours && (comes_from_us || (is_safe(&method) && !asks_for_socket));
        let mut session = is_admitted.then(|| self.model.find(&presented.cookies)).flatten();
        if let Some(session) = session {
            self.model.use_session(session);
        }
        let final_path = uri.strip_prefix(&format!("http://{HOST}")).unwrap_or(&uri).split('?').next().unwrap();
        let below = |of: &str| final_path.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let needs_token = !is_safe(&method) && (below("/api/v2/me") || below("/simulator"));
        let tokens = match ask.extra {
            Extra::TwoTokens => presented.tokens.iter().cycle().take(2 * presented.tokens.len()).cloned().collect(),
            _ => presented.tokens.clone(),
        };
        let has_token = session.is_some_and(|session| tokens == [self.model.sessions[session].token.clone()]);
        let is_cometd = final_path.starts_with(NOTIFICATIONS);
        let password_counts = is_admitted && is_safe(&method) && !is_cometd && !asks_for_socket;
        let is_other = |user: usize| session.is_none_or(|session| self.model.sessions[session].user != user);
        let password = presented.password.filter(|(user, _)| password_counts && is_other(*user));
        let signs_in = password.filter(|(_, right)| *right).map(|(user, _)| user);
        let is_wrong = password.is_some_and(|(_, right)| !right);
        let mut seer = Seer { views: 0, session };
        if let Some(session) = session.filter(|_| !is_wrong) {
            seer.views = only(self.model.sessions[session].user);
        }
        if let Some(user) = signs_in {
            seer.views = only(user);
        }
        if needs_token && !has_token || is_wrong {
            seer.views = 0;
        }
        let agent = (seer.views != 0).then(|| seer.views.trailing_zeros() as usize);
        let is_of_feeds = ["/events", "/events/position", "/requests", "/requests/confirm", "/dialog-info"];
        if is_of_feeds.contains(&final_path) {
            seer = Seer { views: if presented.bearer && is_admitted { FEED } else { 0 }, session };
        }
        let reads = [Method::GET, Method::HEAD].contains(&method);
        let is_whole = match ask.content {
            Content::TooLong => final_path == "/events",
            Content::Cut => false,
            Content::Right(..) | Content::Nothing | Content::Garbage(_) => true,
        };
        let writes = method == Method::POST && is_whole;
        let may = is_admitted && !is_wrong && self.may(final_path, agent, seer, reads, writes, ask);
        let may_be_held = is_cometd && may && method == Method::POST;

        let sent = self.send(method.clone(), &uri, presented.headers, body, &text, seer, ask.near);
        let slot = if may_be_held {
            for _ in 0..TURNS {
                if sent.task.is_finished() {
                    break;
                }
                yield_now().await;
            }
            sent.slot.clone()
        } else if final_path == "/requests" && may {
            // The body of this response never ends, but its head arrives at once.
            while sent.slot.lock().unwrap().status == 0 {
                yield_now().await;
            }
            sent.slot.clone()
        } else {
            self.finished(&sent).await?
        };
        let is_over = sent.task.is_finished();
        let (status, headers, body) = {
            let slot = slot.lock().unwrap();
            (slot.status, slot.headers.clone(), String::from_utf8_lossy(&slot.body).into_owned())
        };
        let said = || format!("{}\n{agent:?}\n{status} {headers:?}\n{body}", sent.request);
        self.seen.requests += 1;

        // What the response changed.
        if let Some((cookie, token)) = given(&headers) {
            let Some(user) = signs_in else { return Err(Violation(format!("nobody signed in:\n{}", said()))) };
            let new = self.model.sign_in(user, cookie, token);
            (session, seer.session) = (Some(new), Some(new));
        }
        if !is_over {
            self.seen.held += 1;
            self.seen.succeeded += 1;
            self.seen.targets.entry(ask.target.name()).or_default().0 += 1;
            if let Some((session, id)) = session.zip(client.clone()) {
                self.model.client_speaks(&id, session);
            }
            self.parked.push(sent);
            return Ok(());
        }
        *self.seen.statuses.entry(status).or_default() += 1;
        if status >= 500 {
            return Err(Violation(format!("the gateway fails:\n{}", said())));
        }
        let succeeds = status < 400;
        if succeeds && !may {
            return Err(Violation(format!("this is not allowed:\n{}", said())));
        }
        let shown = format!("{headers:?}\n{body}");
        if let Some(leak) = self.model.leak(seer, &sent.request, &shown) {
            return Err(Violation(format!("{leak} is told:\n{}", said())));
        }
        let by_target = self.seen.targets.entry(ask.target.name()).or_default();
        *(if succeeds { &mut by_target.0 } else { &mut by_target.1 }) += 1;
        self.seen.succeeded += u64::from(succeeds);
        self.seen.own += u64::from(self.model.shows_own(seer, &body));
        if !succeeds && body.len() > 2_000 && !is_cometd {
            return Err(Violation(format!("an error of {} bytes:\n{}", body.len(), said())));
        }
        if succeeds {
            self.effects(ask, final_path, session, client.as_deref(), &headers, &text, &body)?;
        }
        let is_plain_read = succeeds && reads;
        let before = self.snapshot.clone();
        let after = self.look().await?;
        if !succeeds || is_plain_read {
            // Signing in creates a session, and presenting an expired cookie may end one.
            let mut expected = before;
            expected.sessions = after.sessions;
            if expected != after {
                return Err(Violation(format!("it changed something:\n{expected:?}\n{after:?}\n{}", said())));
            }
            self.seen.unchanged += u64::from(!succeeds);
        } else {
            self.seen.changed += u64::from(before.lists != after.lists);
        }
        self.snapshot = after;
        Ok(())
    }

    /// Whether the model allows the request.
    fn may(&self, path: &str, agent: Option<usize>, seer: Seer, reads: bool, writes: bool, ask: &Ask) -> bool {
        let is_somebody = agent.is_some();
        let is_feed = seer.views == FEED;
        let owns = |id: Option<String>| agent.zip(id).is_some_and(|(agent, id)| self.model.owns(agent, &id));
        match path {
            "/" | "/supervisor" | "/api/openapi.json" => reads,
            path if path.starts_with("/pages/") => reads,
            "/metrics" | "/healthz" | "/readyz" => {
                reads && ask.near && !matches!(ask.extra, Extra::ForwardedFor | Extra::ForwardedHost | Extra::User)
            }
            "/api/v2/me" | "/api/v2/me/im-sessions" => (reads || writes) && is_somebody,
            "/events" | "/requests/confirm" | "/dialog-info" => writes && is_feed,
            "/events/position" | "/requests" => reads && is_feed,
            "/api/supervisor/overview" | "/api/supervisor/timeline" => reads && agent == Some(SUPERVISOR),
            "/simulator/faults" => (reads || writes) && agent == Some(SUPERVISOR),
            path => {
                if path.strip_prefix(NOTIFICATIONS).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
                    return writes && is_somebody;
                }
                if let Some(id) = path.strip_prefix(SESSIONS) {
                    return (reads || writes) && owns(id_of(id));
                }
                path.strip_prefix(URIS).is_some_and(|id| reads && owns(id_of(id)))
            }
        }
    }

    /// Applies a successful request to the model.
    #[expect(clippy::too_many_arguments, reason = "the parts of a request and its response")]
    fn effects(
        &mut self,
        ask: &Ask,
        path: &str,
        session: Option<usize>,
        client: Option<&str>,
        headers: &HeaderMap,
        sent: &str,
        body: &str,
    ) -> Checked {
        let signs_out = sent.contains("EndContactCenterSession") && sent.contains("\"signOut\":true");
        if let Some(session) = session.filter(|_| path == "/api/v2/me" && method(ask) == Method::POST && signs_out) {
            self.model.sign_out(session);
        }
        if let Some((session, true)) = session.map(|session| (session, path.starts_with(NOTIFICATIONS))) {
            for cookie in headers.get_all(header::SET_COOKIE) {
                let browser = cookie.to_str().unwrap().strip_prefix("BAYEUX_BROWSER=");
                self.browsers.extend(browser.map(|rest| rest.split(';').next().unwrap().to_owned()));
            }
            self.replies(session, client, body)?;
        }
        Ok(())
    }

    /// Applies CometD replies to the model.
    fn replies(&mut self, session: usize, client: Option<&str>, body: &str) -> Checked {
        let user = self.model.sessions[session].user;
        let replies: Vec<Value> = serde_json::from_str(body).map_err(|error| Violation(format!("{error}: {body}")))?;
        let is_own = client.is_some_and(|id| self.model.clients.iter().any(|one| one.id == id && one.user == user));
        let seer = Seer { views: only(user), session: None };
        self.seen.heard += u64::from(self.model.shows_own(seer, body));
        for reply in &replies {
            let channel = reply["channel"].as_str().unwrap_or_default();
            let is_successful = reply["successful"] == true;
            if channel == "/meta/handshake" {
                if is_successful {
                    self.add_client(reply["clientId"].as_str().unwrap(), session);
                }
                continue;
            }
            if reply.get("successful").is_none() {
                continue;
            }
            if !is_own && client.is_some() {
                self.seen.foreign_clients += 1;
            }
            if is_successful && !is_own {
                return Err(Violation(format!("{} speaks for {client:?}: {body}", USERS[user])));
            }
            let Some(id) = client.filter(|_| is_own) else { continue };
            self.model.client_speaks(id, session);
            if is_successful && channel == "/meta/disconnect" {
                self.model.clients.iter_mut().filter(|one| one.id == id).for_each(|one| one.has_ended = true);
            }
        }
        Ok(())
    }

    fn path(&self, ask: &Ask, user: Option<usize>) -> String {
        let choose = |of: &[&'static str]| of[ask.choice.index(of.len())].to_owned();
        let id = |own: bool, which: Index| {
            let ids = self.model.ids(user.filter(|_| own));
            let ids = if ids.is_empty() { self.model.ids(None) } else { ids };
            match which.index(12) {
                0 => "zinobody".to_owned(),
                _ => ids[which.index(ids.len())].clone(),
            }
        };
        let query = ["", "?fields=*", "?fields=*&devicePath=/devices/1", "?state=Talking&fields=*", "?fields=%00"];
        match ask.target {
            Target::Me => choose(&["/api/v2/me", "/api/v2/me?subresources=*"]),
            Target::List => format!("/api/v2/me/im-sessions{}", choose(&query)),
            Target::Session { own, which } => format!("{SESSIONS}{}{}", id(own, which), choose(&query)),
            Target::Uri { own, which } => format!("{URIS}{}{}", id(own, which), choose(&query)),
            Target::Notifications => {
                format!("{NOTIFICATIONS}{}", choose(&["", "", "/", "/connect", "/handshake", "/a/b?c=d"]))
            }
            Target::Events => match ask.choice.index(4) {
                0 => "/events".to_owned(),
                number => format!("/events?feed=f{}&position={}", number % 2, ask.choice.index(5)),
            },
            Target::Position => choose(&["/events/position?feed=f1", "/events/position?feed=simulator"]),
            Target::Requests => choose(&["/requests", "/requests?from=1"]),
            Target::Confirm => "/requests/confirm".to_owned(),
            Target::DialogInfo => choose(&["/dialog-info", "/dialog-info?feed=f1&position=9"]),
            Target::Faults => "/simulator/faults".to_owned(),
            Target::Overview => "/api/supervisor/overview".to_owned(),
            Target::Timeline => choose(&["/api/supervisor/timeline?dn=3001", "/api/supervisor/timeline?dn=3002"]),
            Target::Page => choose(&["/", "/supervisor", "/pages/agent.js", "/pages/style.css"]),
            Target::OpenApi => "/api/openapi.json".to_owned(),
            Target::Metrics => choose(&["/metrics", "/healthz", "/readyz"]),
            Target::Unknown => choose(&[
                "/api/v2/users/ann",
                "/api/v2/im-sessions",
                "/api/v2/me/nothing",
                "/api/v2",
                "/api/supervisor",
                "/simulator",
                "/favicon.ico",
                "/../etc/passwd",
                "/.git/config",
            ]),
        }
    }

    /// Builds the body, and returns its text as well. Sets `client` to the CometD client that sends it.
    fn content(&mut self, ask: &Ask, user: Option<usize>, client: &mut Option<String>) -> (Body, String) {
        let right = |one, other, third, attacker: &mut Self, client: &mut Option<String>| {
            attacker.right(ask, user, client, [one, other, third])
        };
        match ask.content {
            Content::Right(one, other, third) => {
                let text = right(one, other, third, self, client);
                (text.clone().into(), text)
            }
            Content::Nothing => (Body::empty(), String::new()),
            Content::Garbage(which) => {
                let garbage = [
                    "{".to_owned(),
                    "null".into(),
                    "\u{0}".into(),
                    "[".repeat(50_000),
                    "{\"a\":".repeat(10_000),
                    "{\"operationName\":7}".into(),
                    "[[],[],{}]".into(),
                    "x".repeat(60_000),
                    format!("{{\"fault\":\"x\",\"probability\":\"{}\"}}", "x".repeat(60_000)),
                    format!("{{\"operationName\":\"{}\"}}", "x".repeat(60_000)),
                    format!("{{\"offset\":\"{}\"}}", "x".repeat(60_000)),
                ];
                let text = garbage[which.index(garbage.len())].clone();
                (text.clone().into(), text)
            }
            Content::TooLong => (vec![b' '; 70_000].into(), String::new()),
            Content::Cut => {
                let broken = std::io::Error::other("the connection broke");
                let pieces = [Ok(Bytes::from_static(b"{\"operationName\":")), Err(broken)];
                (Body::from_stream(stream::iter(pieces)), String::new())
            }
        }
    }

    fn right(&mut self, ask: &Ask, user: Option<usize>, client: &mut Option<String>, choices: [Index; 3]) -> String {
        let [one, other, third] = choices;
        let speaker = user.filter(|user| *user != SUPERVISOR);
        match ask.target {
            Target::Me => {
                let name = ["StartContactCenterSession", "EndContactCenterSession"][one.index(2)];
                json!({"operationName": name, "signOut": other.index(10) == 0}).to_string()
            }
            Target::List => {
                let destination = match one.index(8) {
                    callee @ 0..3 => dn(callee),
                    _ => OUTSIDE.to_owned(),
                };
                let callee = (0..SUPERVISOR).find(|callee| dn(*callee) == destination);
                if let Some(user) = speaker {
                    self.model.call(user, callee);
                }
                let note = self.model.text(user.unwrap_or_default());
                let mut body = json!({"operationName": "InitiateIMSession", "userData": {"note": note},
                    "destination": {"phoneNumber": destination}});
                match other.index(4) {
                    0 => body["devicePath"] = "/devices/1".into(),
                    1 => body["devicePath"] = "/devices/3002".into(),
                    _ => {}
                }
                body.to_string()
            }
            Target::Session { .. } | Target::Uri { .. } => {
                let text = self.model.text(user.unwrap_or_default());
                let text = if third.index(6) == 0 { format!("<img src=x onerror=alert(1)>{text}") } else { text };
                let body = match one.index(8) {
                    0 | 1 => json!({"operationName": "SendMessage", "text": text,
                        "destination": {"phoneNumber": OUTSIDE}}),
                    2 => json!({"operationName": "AttachUserData", "userData": {text.clone(): text}}),
                    3 => json!({"operationName": "UpdateUserData", "userData": {"note": text}}),
                    4 => json!({"operationName": "DeleteUserData", "key": "note"}),
                    5 => json!({"operationName": "Complete"}),
                    6 => json!({"operationName": "Accept"}),
                    _ => json!({"operationName": "Explode", "text": text}),
                };
                body.to_string()
            }
            Target::Notifications => {
                *client = self.choose_client(user, other);
                let count = if third.index(3) == 0 { 3 } else { 1 };
                let messages: Vec<Value> =
                    (0..count).map(|at| self.message(client.as_deref(), one.index(64) + at * 5)).collect();
                json!(messages).to_string()
            }
            Target::Events => {
                let user = one.index(SUPERVISOR);
                let ids = self.model.ids(None);
                let id = match other.index(3) {
                    0 => self.model.id(user),
                    _ => ids[other.index(ids.len())].clone(),
                };
                // Whether or not the event is accepted, only these users may see its contents.
                if matches!(ask.credentials, Credentials::Bearer(Bearer::Right)) {
                    self.model.share(&id, user);
                }
                let mut lines = self.call(user, &id);
                match third.index(4) {
                    0 => lines.truncate(1),
                    1 => lines.push("no event".into()),
                    2 => lines.reverse(),
                    _ => {}
                }
                self.position += 1;
                lines.join("\n")
            }
            Target::Confirm => json!({"offset": one.index(4)}).to_string(),
            Target::DialogInfo => {
                let user = one.index(SUPERVISOR);
                let state = ["early", "confirmed", "terminated"][other.index(3)];
                let (number, id) = (self.model.id(user), self.model.id(user));
                if matches!(ask.credentials, Credentials::Bearer(Bearer::Right)) {
                    // The session's id consists of the Call-ID and the tags.
                    self.model.share(&format!("{id}~~b"), user);
                }
                let name = USERS[user];
                format!(
                    "<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"{}\" state=\"full\" \
                     entity=\"sip:{name}@example.com\"><dialog id=\"{id}\" call-id=\"{id}\" local-tag=\"b\" \
                     remote-tag=\"a\" direction=\"recipient\"><state>{state}</state><remote>\
                     <identity>sip:{number}@example.com</identity></remote></dialog></dialog-info>",
                    third.index(9)
                )
            }
            Target::Faults => {
                let faults = ["lose", "repeat", "refuse", "busy", "restart", "explode"];
                json!({"fault": faults[one.index(faults.len())]}).to_string()
            }
            Target::Position
            | Target::Requests
            | Target::Overview
            | Target::Timeline
            | Target::Page
            | Target::OpenApi
            | Target::Metrics
            | Target::Unknown => String::new(),
        }
    }

    /// Usually one of the user's own clients, otherwise any client.
    fn choose_client(&self, user: Option<usize>, choice: Index) -> Option<String> {
        let own: Vec<_> = self.model.clients.iter().filter(|client| Some(client.user) == user).collect();
        let all: Vec<_> = self.model.clients.iter().collect();
        let among = if choice.index(3) == 0 || own.is_empty() { all } else { own };
        Some(among[choice.index(among.len())].id.clone())
    }

    fn message(&self, client: Option<&str>, choice: usize) -> Value {
        let connect = |kind: &str| json!({"channel": "/meta/connect", "clientId": client, "connectionType": kind});
        let subscribe = |to: Value| json!({"channel": "/meta/subscribe", "clientId": client, "subscription": to});
        match choice % 16 {
            0 => json!({"channel": "/meta/handshake", "version": "1.0",
                "supportedConnectionTypes": ["long-polling", "websocket"]}),
            1 => json!({"channel": "/meta/handshake", "version": "1.0", "ext": {"ack": true}, "clientId": client,
                "supportedConnectionTypes": ["long-polling"]}),
            2..=4 => connect("long-polling"),
            5 => connect("websocket"),
            6..=8 => subscribe(json!("/v2/me/im-sessions")),
            9 => subscribe(json!(["/v2/me/*", "/v2/me/**"])),
            10 => subscribe(json!(["/v2/me/im-sessions", "/**"])),
            11 => subscribe(json!(["/v2/users/ann/im-sessions", "/v2/*", "/meta/*"][choice % 3])),
            12 => json!({"channel": "/meta/unsubscribe", "clientId": client, "subscription": "/v2/me/*"}),
            13 => json!({"channel": "/meta/disconnect", "clientId": client}),
            14 => json!({"channel": "/v2/me/im-sessions", "clientId": client, "data": {"forged": true}}),
            _ => json!({"channel": "/service/x", "clientId": client, "data": "x", "id": 7}),
        }
    }

    async fn open(&mut self, credentials: &Credentials, host: Host, origin: Origin) -> Checked {
        let mut presented = self.presented(credentials);
        add_host(&mut presented.headers, host);
        add_origin(&mut presented.headers, origin);
        let is_admitted = host == Host::Own && matches!(origin, Origin::None | Origin::Own);
        let session = is_admitted.then(|| self.model.find(&presented.cookies)).flatten();
        // The handshake already contains the gateway's own `Host`, so only a different one is added.
        if host == Host::Own {
            presented.headers.retain(|(name, _)| name != header::HOST);
        }
        if host == Host::Missing {
            return Ok(());
        }
        match (self.house.web_socket(&presented.headers).await, session) {
            (Ok(socket), Some(session)) => {
                self.model.use_session(session);
                self.seen.sockets += 1;
                let (sink, mut stream) = socket.split();
                let received = Arc::<Mutex<String>>::default();
                let heard = received.clone();
                let task = tokio::spawn(async move {
                    while let Some(Ok(message)) = stream.next().await {
                        if let Message::Text(text) = message {
                            heard.lock().unwrap().push_str(&format!("{text}\n"));
                        }
                    }
                });
                self.sockets.push(Socket { sink, received, task, session, sent: String::new() });
                Ok(())
            }
            (Ok(_), None) => Err(Violation(format!("a WebSocket for {credentials:?} {host:?} {origin:?}"))),
            (Err(Error::Http(response)), _) => {
                let status = response.status().as_u16();
                self.seen.sockets_refused += 1;
                match status {
                    400..500 => Ok(()),
                    _ => Err(Violation(format!("a WebSocket is refused with {status}"))),
                }
            }
            (Err(tungstenite::Error::Protocol(_) | tungstenite::Error::Io(_)), _) => {
                self.seen.sockets_refused += 1;
                Ok(())
            }
            (Err(error), _) => Err(Violation(format!("a WebSocket is refused with {error}"))),
        }
    }

    async fn say(&mut self, socket: Index, choices: &[Index; 3]) -> Checked {
        if self.sockets.is_empty() {
            return Ok(());
        }
        let at = socket.index(self.sockets.len());
        if self.sockets[at].task.is_finished() {
            // The gateway has closed this socket.
            return Ok(());
        }
        let session = self.sockets[at].session;
        let user = self.model.sessions[session].user;
        let client = self.choose_client(Some(user), choices[0]);
        let message = self.message(client.as_deref(), choices[1].index(64));
        let (text, client) = match choices[2].index(8) {
            0 => ("x".to_owned(), None),
            1 => ("[]".to_owned(), None),
            _ => (json!([message]).to_string(), client),
        };
        self.model.sweep();
        if !self.model.sessions[session].has_ended() {
            self.model.use_session(session);
        }
        let socket = &mut self.sockets[at];
        socket.sent.push_str(&text);
        let before = socket.received.lock().unwrap().len();
        // Sending fails if the gateway has closed the socket.
        let is_sent = socket.sink.send(Message::text(text)).await.is_ok();
        for _ in 0..TURNS {
            yield_now().await;
        }
        let socket = &self.sockets[at];
        let received = socket.received.lock().unwrap()[before..].to_owned();
        if !is_sent {
            return Ok(());
        }
        for line in received.lines() {
            self.replies(session, client.as_deref(), line)?;
        }
        if received.is_empty()
            && let Some(id) = &client
        {
            // The connect may be held, or the socket may be closed. If the session is open, the gateway has read the
            // message.
            if !self.model.sessions[session].has_ended() {
                self.model.client_speaks(id, session);
            }
        }
        self.snapshot = self.look().await?;
        Ok(())
    }

    /// Waits until the simulated SIP Server has carried out all requests, then reads the sessions of all agents.
    async fn look(&mut self) -> Checked<Snapshot> {
        let idle = async {
            while !self.house.engine.requests(0).await.unwrap().is_empty() {
                yield_now().await;
            }
        };
        let is_idle = tokio::time::timeout(PATIENCE, idle).await;
        is_idle.map_err(|_| Violation("the simulated SIP Server does not carry out a request".into()))?;
        self.house.gateway.sign_in().sweep();
        self.model.sweep();
        for _ in 0..4 {
            yield_now().await;
        }
        let mut snapshot = Snapshot::default();
        for (user, name) in USERS.iter().enumerate().take(SUPERVISOR) {
            let agent = self.house.directory.current().by_id(name).unwrap().clone();
            let list = self.house.engine.list(agent, "fields=*".into()).await.unwrap().body;
            let list = String::from_utf8(list).unwrap();
            if let Some(leak) = self.model.leak(Seer { views: only(user), session: None }, "", &list) {
                return Err(Violation(format!("{} has {leak}: {list}", name)));
            }
            let parsed: Value = serde_json::from_str(&list).unwrap();
            for session in parsed["imSessions"].as_array().unwrap() {
                let id = session["id"].as_str().unwrap();
                if !self.model.is_explained(id, user) {
                    return Err(Violation(format!("{} has the session {id}", name)));
                }
            }
            snapshot.lists.push(list);
        }
        snapshot.requests = *self.house.engine.newest_request().borrow();
        for feed in ["f0", "f1"] {
            let feed = self.house.engine.feed(feed.into()).await.unwrap();
            snapshot.positions.push(feed.map(|feed| feed.position));
        }
        snapshot.sessions = self.house.gateway.sign_in().sessions_now();
        snapshot.clients = self.house.cometd.counts().clients;
        Ok(snapshot)
    }

    /// Checks that everyone is still served, that every client still exists, and that nothing is left in the end.
    pub(crate) async fn end(mut self) -> Checked {
        // Wrong passwords may have blocked a user for a minute.
        self.house.clock.advance(61);
        self.model.pass(61);
        self.snapshot = self.look().await?;
        for (user, name) in USERS.iter().enumerate() {
            let session = self.sign_in(user).await?;
            if user == SUPERVISOR {
                continue;
            }
            let clients: Vec<_> = self.model.clients.iter().filter(|one| one.user == user && !one.has_ended).collect();
            let ids: Vec<String> = clients.iter().map(|client| client.id.clone()).collect();
            for id in ids {
                let subscribe = json!({"channel": "/meta/subscribe", "clientId": id, "subscription": "/v2/me/x"});
                let reply = self.bayeux(session, subscribe).await?;
                let reply = reply.as_array().unwrap().iter().find(|reply| reply["channel"] == "/meta/subscribe");
                if reply.is_none_or(|reply| reply["successful"] != true) {
                    return Err(Violation(format!("{} has lost the client {id}: {reply:?}", name)));
                }
                self.model.client_speaks(&id, session);
                self.seen.clients_at_the_end += 1;
            }
        }
        self.house.clock.advance(crate::house::IDLE);
        self.house.gateway.sign_in().sweep();
        let sessions = self.house.gateway.sign_in().sessions_now();
        if sessions != 0 {
            return Err(Violation(format!("{sessions} HTTP sessions are left")));
        }
        let empty = async {
            let counts = || (self.house.cometd.counts(), self.house.cometd.web_sockets());
            while counts() != (im_session_gateway::bayeux::Counts::default(), 0) {
                yield_now().await;
            }
        };
        if tokio::time::timeout(PATIENCE, empty).await.is_err() {
            let (counts, sockets) = (self.house.cometd.counts(), self.house.cometd.web_sockets());
            return Err(Violation(format!("this is left: {counts:?}, {sockets} WebSockets")));
        }
        self.house.gateway.end();
        for sent in std::mem::take(&mut self.parked) {
            let slot = self.finished(&sent).await?;
            let slot = slot.lock().unwrap();
            let shown = format!("{:?}\n{}", slot.headers, String::from_utf8_lossy(&slot.body));
            if slot.status >= 500 {
                return Err(Violation(format!("the gateway fails: {}\n{shown}", sent.request)));
            }
            if let Some(leak) = self.model.leak(sent.seer, &sent.request, &shown) {
                return Err(Violation(format!("{leak} is told:\n{}\n{shown}", sent.request)));
            }
            self.seen.heard += u64::from(self.model.shows_own(sent.seer, &shown));
        }
        for socket in std::mem::take(&mut self.sockets) {
            let over = tokio::time::timeout(PATIENCE, socket.task).await;
            over.map_err(|_| Violation("a WebSocket does not end".into()))?.unwrap();
            let user = self.model.sessions[socket.session].user;
            let seer = Seer { views: only(user), session: Some(socket.session) };
            if let Some(leak) = self.model.leak(seer, &socket.sent, &socket.received.lock().unwrap()) {
                return Err(Violation(format!("{leak} is told to {} over a WebSocket", USERS[user])));
            }
        }
        let mut text = Text::default();
        self.house.gateway.metrics().write(&mut text);
        let text = text.into_string();
        if !text.contains("\nim_session_gateway_http_requests_in_flight 0\n") {
            return Err(Violation(format!("requests are left: {text}")));
        }
        self.seen.cases += 1;
        Ok(())
    }
}

/// The cookie and the token in a response.
fn given(headers: &HeaderMap) -> Option<(String, String)> {
    let cookies = headers.get_all(header::SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    let mut own = cookies.filter_map(|cookie| cookie.strip_prefix("JSESSIONID=")?.split(';').next());
    let cookie = own.find(|cookie| !cookie.is_empty())?.to_owned();
    let token = headers.get("x-csrf-token").map(|token| token.to_str().unwrap().to_owned());
    // Only responses to GET contain the token.
    let token = token.unwrap_or_else(|| format!("untold-{cookie}"));
    Some((cookie, token))
}

fn method(ask: &Ask) -> Method {
    let right = match ask.target {
        Target::Me | Target::List | Target::Session { .. } | Target::Faults if ask.writes => Method::POST,
        Target::Notifications | Target::Events | Target::Confirm | Target::DialogInfo => Method::POST,
        _ => Method::GET,
    };
    ask.method.map_or(right, |method| method.parse().unwrap())
}

fn spelled(path: &str, spelling: Spelling) -> String {
    let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
    let last = path.rfind('/').unwrap();
    let path = match spelling {
        Spelling::Plain => path.to_owned(),
        Spelling::Absolute => format!("http://{HOST}{path}"),
        Spelling::AbsoluteElsewhere => format!("http://evil.example.com{path}"),
        Spelling::DoubleSlash => format!("/{path}"),
        Spelling::LastSlash => format!("{path}/"),
        Spelling::UpperCase => path.to_uppercase(),
        Spelling::EncodedLetter if path.len() > 1 => {
            format!("{}%{:02X}", &path[..path.len() - 1], path.as_bytes()[path.len() - 1])
        }
        Spelling::EncodedLetter => path.to_owned(),
        Spelling::EncodedSlash if last > 0 => format!("{}%2F{}", &path[..last], &path[last + 1..]),
        Spelling::EncodedSlash => format!("{path}%2F"),
        Spelling::Dots => format!("/x/..{path}"),
        Spelling::EncodedDots => format!("/x/%2e%2e{path}"),
        Spelling::Null => format!("{path}%00"),
        Spelling::BackSlash => format!("{path}%5C"),
        Spelling::Matrix => format!("{path};a=b"),
        Spelling::NotUtf8 => format!("{path}%FF"),
    };
    path + query
}

/// The id in a path, or `None` if it is not a single segment.
fn id_of(segment: &str) -> Option<String> {
    if segment.contains('/') { None } else { decoded(segment) }
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).ok()
}

fn add_host(headers: &mut Vec<(HeaderName, HeaderValue)>, host: Host) {
    let hosts: &[&str] = match host {
        Host::Own => &[HOST],
        Host::Elsewhere => &["evil.example.com"],
        Host::Suffix => &["127.0.0.1.evil.example.com:8090"],
        Host::Missing => &[],
        Host::Twice => &[HOST, "evil.example.com"],
    };
    headers.extend(hosts.iter().map(|host| (header::HOST, value(host))));
}

fn add_origin(headers: &mut Vec<(HeaderName, HeaderValue)>, origin: Origin) {
    let own = format!("http://{HOST}");
    let origins: &[&str] = match origin {
        Origin::None => &[],
        Origin::Own => &[&own],
        Origin::Elsewhere => &["https://evil.example.com"],
        Origin::Null => &["null"],
        Origin::OtherPort => &["http://127.0.0.1:8091"],
        Origin::Two => &[&own, "https://evil.example.com"],
    };
    headers.extend(origins.iter().map(|origin| (header::ORIGIN, value(origin))));
}

fn shape(headers: &mut Vec<(HeaderName, HeaderValue)>, ask: &Ask) {
    add_host(headers, ask.host);
    add_origin(headers, ask.origin);
    match ask.extra {
        Extra::None => {}
        Extra::MethodOverride => headers.push((name("x-http-method-override"), value("POST"))),
        Extra::ForwardedFor => headers.push((name("x-forwarded-for"), value("127.0.0.1"))),
        Extra::ForwardedHost => headers.push((name("x-forwarded-host"), value(HOST))),
        Extra::OriginalUrl => headers.push((name("x-original-url"), value("/api/supervisor/overview"))),
        Extra::User => {
            headers.push((name("x-forwarded-user"), value("ann")));
            headers.push((name("x-remote-user"), value("ann")));
        }
        Extra::TwoTokens => {
            let tokens: Vec<_> = headers.iter().filter(|(name, _)| name == "x-csrf-token").cloned().collect();
            headers.extend(tokens);
        }
        Extra::Upgrade => {
            headers.push((header::UPGRADE, value("websocket")));
            headers.push((header::CONNECTION, value("upgrade")));
            headers.push((header::SEC_WEBSOCKET_VERSION, value("13")));
            headers.push((header::SEC_WEBSOCKET_KEY, value("dGhlIHNhbXBsZSBub25jZQ==")));
        }
        Extra::Script => headers.push((name("x-requested-with"), value("XMLHttpRequest"))),
        Extra::Form => headers.push((header::CONTENT_TYPE, value("text/plain"))),
    }
}
