//! A second service, written from the specification alone and as plainly as can be: a `Vec` searched from front to back,
//! names as text, every rule where the text has it.
//!
//! It shares no logic with the crate, so the two agree only by both being right: of an event it reads the attributes, of the
//! limits the numbers. Whatever it tells it tells as JSON, so that anything can be compared with it.
//!
//! | file | question |
//! |---|---|
//! | `events` | What does an event do? Specification 2 and 5. |
//! | `operations` | What is answered to an operation, and how does a request settle? Specification 4. |
//! | `reads` | What is answered to a read? Specification 4. |
//! | `ending` | How do sessions end and come without an event? |
//! | `data` | What is user data? Specification 2.3. |

mod data;
mod ending;
mod events;
mod operations;
mod reads;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::{Agent, Setup, Step};
use crate::session::Limits;
use crate::store::Device;
use data::{Pairs, view};

/// An agent as the model takes it: its devices, in order.
type Me<'a> = &'a [Device];

/// The model counts nanoseconds in 64 bits: later times are taken as the last of them.
const SECOND: u64 = 1_000_000_000;

/// The reference model.
///
/// [`carry_out`](Self::carry_out) says what a service must answer to a step. What the answer to each kind of step looks like:
///
/// | step | answer |
/// |---|---|
/// | `Event` | `{"outcome", "reason" if rejected, "from", "to", "notifications", "settled"}`, or `"unreadable"` |
/// | `Post` | the request to send, or the statusCode as a number |
/// | `List`, `Read` | the body, or the statusCode as a number |
/// | `Time` | `null` |
/// | `Expire`, `Reconcile` | the notifications, or `"refused"` |
/// | `Forget`, `ForgetCompleted`, `ForgetRequests` | whether, how many |
///
/// A notification is `{"thisDN", "notification"}`; `settled` is null or `{"referenceID", "operation", "thisDN", "id", "failed",
/// "code", "message"}`.
///
/// ```
/// use im_session::testing::{Agent, Setup, Step};
/// use im_session::{CallEvent, Event};
///
/// let mut model = Setup::default().model();
/// let agents = [Agent::new().with_device("/devices/1", "3002")];
/// let rings = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
/// let answer = model.carry_out(&agents, &Step::Event(rings));
/// assert_eq!((&answer["outcome"], &answer["to"]), (&"changed".into(), &"Alerting".into()));
/// ```
#[derive(Debug, Clone)]
pub struct Model {
    base_uri: String,
    limits: Limits,
    one_session_per_agent: bool,
    now: u64,
    sessions: Vec<ModelSession>,
    requests: Vec<ModelRequest>,
    last_reference_id: u64,
    /// How often what happened.
    counts: BTreeMap<String, u64>,
}

/// A session.
#[derive(Debug, Clone, PartialEq)]
struct ModelSession {
    this_dn: String,
    id: String,
    state: String,
    participants: Vec<String>,
    user_data: Pairs,
    conn_id: Option<u64>,
    /// ServerStartTime and EventSequenceNumber of the last accepted event that had a number.
    last_event: Option<(Option<u64>, u64)>,
    /// When it last accepted an event; of a completed one, when it was completed.
    heard: u64,
}

/// A request on its way.
#[derive(Debug, Clone, PartialEq)]
struct ModelRequest {
    reference_id: u64,
    operation: String,
    this_dn: String,
    id: Option<String>,
    sent: u64,
}

impl Model {
    /// Without sessions, set up like this.
    #[must_use]
    pub fn new(setup: &Setup) -> Self {
        Model {
            base_uri: setup.base_uri.trim_end_matches('/').into(),
            limits: setup.limits,
            one_session_per_agent: setup.one_session_per_agent,
            now: 0,
            sessions: Vec::new(),
            requests: Vec::new(),
            last_reference_id: 0,
            counts: BTreeMap::new(),
        }
    }

    /// What a service with these agents must answer to the step.
    pub fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Value {
        let me = |agent: &usize| agents.get(*agent).map(Agent::devices).unwrap_or_default();
        let since = |now: u64, ago: &u64| now.saturating_sub(ago.saturating_mul(SECOND));
        match step {
            Step::Event(event) => self.handle_event(event),
            Step::Post { agent, target, body } => self.post(me(agent), target.as_deref(), body.as_bytes()),
            Step::List { agent, query } => self.list(me(agent), query),
            Step::Read { agent, id, query } => self.read(me(agent), id, query),
            Step::Time(by) => {
                self.now = self.now.saturating_add(by.saturating_mul(SECOND));
                Value::Null
            }
            Step::Expire { ago } => json!(self.expire(since(self.now, ago))),
            Step::Forget { this_dn, id } => json!(self.forget(this_dn, id)),
            Step::ForgetCompleted { ago } => json!(self.forget_completed(since(self.now, ago))),
            Step::ForgetRequests { ago } => json!(self.forget_requests(since(self.now, ago))),
            Step::Reconcile { this_dn, list } => {
                self.reconcile(this_dn, list).map_or(json!("refused"), |notifications| json!(notifications))
            }
        }
    }

    /// The resources of all sessions, in byte order of DN, then id.
    #[must_use]
    pub fn resources(&self) -> Vec<Value> {
        self.in_order().into_iter().filter_map(|at| self.sessions.get(at)).map(|one| self.resource(one)).collect()
    }

    /// DN and id of all sessions, in byte order: what may happen next often follows from what is there.
    #[must_use]
    pub fn keys(&self) -> Vec<(&str, &str)> {
        let sessions = self.in_order().into_iter().filter_map(|position| self.sessions.get(position));
        sessions.map(|session| (session.this_dn.as_str(), session.id.as_str())).collect()
    }

    /// The ReferenceIDs of the requests that are not settled, the oldest first.
    #[must_use]
    pub fn reference_ids(&self) -> Vec<u64> {
        self.requests.iter().map(|request| request.reference_id).collect()
    }

    /// All that is known of a session, for comparing what the resource does not show: `connID` (hex digits), `lastEvent`
    /// (`[ServerStartTime, EventSequenceNumber]`), `participants` (their numbers), `state`, `userData`.
    #[must_use]
    pub fn inside(&self, this_dn: &str, id: &str) -> Option<Value> {
        let session = self.sessions.get(self.position(this_dn, id)?)?;
        Some(json!({
            "connID": session.conn_id.map(|conn_id| format!("{conn_id:016x}")),
            "lastEvent": session.last_event,
            "participants": session.participants,
            "state": session.state,
            "userData": view(&session.user_data),
        }))
    }

    /// How often what happened: `changed`, `unreadable`, `rejected stale`, `operation 6`, … What never happened is not there.
    #[must_use]
    pub fn counts(&self) -> &BTreeMap<String, u64> {
        &self.counts
    }

    /// Where the session lies.
    fn position(&self, this_dn: &str, id: &str) -> Option<usize> {
        self.sessions.iter().position(|session| session.this_dn == this_dn && session.id == id)
    }

    /// The session of the DN.
    fn session(&self, this_dn: &str, id: &str) -> Option<&ModelSession> {
        self.sessions.iter().find(|session| session.this_dn == this_dn && session.id == id)
    }

    /// Puts the session in the place of the one before, or at the end.
    fn put(&mut self, session: ModelSession) {
        match self.sessions.iter_mut().find(|known| known.this_dn == session.this_dn && known.id == session.id) {
            Some(known) => *known = session,
            None => self.sessions.push(session),
        }
    }

    /// The positions of all sessions, in byte order of DN, then id.
    fn in_order(&self) -> Vec<usize> {
        let mut keys: Vec<(&str, &str, usize)> = Vec::new();
        for (position, session) in self.sessions.iter().enumerate() {
            keys.push((&session.this_dn, &session.id, position));
        }
        keys.sort_unstable();
        keys.into_iter().map(|(_, _, position)| position).collect()
    }

    /// Copies of all sessions, in byte order of DN, then id.
    fn sorted(&self) -> Vec<ModelSession> {
        self.in_order().into_iter().filter_map(|position| self.sessions.get(position)).cloned().collect()
    }

    /// The resource, specification 1 and 3.
    fn resource(&self, session: &ModelSession) -> Value {
        let path = format!("/im-sessions/{}", session.id);
        let uri = format!("{}/api/v2{path}", self.base_uri);
        let participants: Vec<Value> = session.participants.iter().map(|number| participant(number)).collect();
        let mut resource = serde_json::Map::new();
        resource.insert("capabilities".into(), json!(capabilities(session)));
        resource.insert("id".into(), json!(session.id));
        resource.insert("participants".into(), json!(participants));
        resource.insert("path".into(), json!(path));
        resource.insert("state".into(), json!(session.state));
        resource.insert("uri".into(), json!(uri));
        if !session.user_data.is_empty() {
            resource.insert("userData".into(), view(&session.user_data));
        }
        Value::Object(resource)
    }

    /// A notification: the DN and what is pushed. Specification 5.
    fn notification(&self, session: &ModelSession, notification_type: &str) -> Value {
        let data = json!({
            "imSession": self.resource(session),
            "messageType": "IMSessionStateChangeMessage",
            "notificationType": notification_type,
        });
        json!({"thisDN": session.this_dn, "notification": {"data": data}})
    }

    fn count(&mut self, what: &str) {
        *self.counts.entry(what.to_string()).or_default() += 1;
    }

    /// Nesting over 32 is taken as 32, whatever the limit says.
    fn deepest(&self) -> usize {
        self.limits.user_data_depth.min(32)
    }
}

impl ModelSession {
    fn new(this_dn: &str, id: &str, state: &str) -> Self {
        ModelSession {
            this_dn: this_dn.into(),
            id: id.into(),
            state: state.into(),
            participants: Vec::new(),
            user_data: Vec::new(),
            conn_id: None,
            last_event: None,
            heard: 0,
        }
    }

    fn is_open(&self) -> bool {
        self.state != "Completed"
    }
}

/// The table of specification 3.
fn capabilities(session: &ModelSession) -> Vec<&'static str> {
    match (session.state.as_str(), session.user_data.is_empty()) {
        ("Talking", true) => ["SendMessage", "AttachUserData", "Complete"].into(),
        ("Talking", false) => ["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"].into(),
        ("Initiating" | "Alerting", true) => ["AttachUserData", "Complete"].into(),
        ("Initiating" | "Alerting", false) => ["AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"].into(),
        _ => Vec::new(),
    }
}

fn participant(number: &str) -> Value {
    let only_digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let digits = if only_digits.is_empty() { number } else { &only_digits };
    json!({"digits": digits, "e164Number": number, "formattedPhoneNumber": number, "phoneNumber": number})
}

/// 1 to 64 characters of `[A-Za-z0-9._~-]`, not `.` or `..`. Specification 2.
fn is_an_id(id: &str) -> bool {
    let letters = id.chars().all(|letter| letter.is_ascii_alphanumeric() || "._~-".contains(letter));
    (1..=64).contains(&id.len()) && letters && id != "." && id != ".."
}
