//! A second service, written only from the specification and as simply as possible: a linear search in a `Vec`, names
//! as text, and the rules in the order of the specification.
//!
//! It shares no logic with the crate, so the two agree only if both are right. It uses only the attributes of events
//! and the numbers of limits. All its results are JSON, so that any implementation can be compared with it.
//!
//! | file | question |
//! |---|---|
//! | `events` | What does an event do? Specification 2 and 5. |
//! | `room` | When is there room for one more session, and what is remembered of past ones? Specification 2.1. |
//! | `operations` | What is the answer to an operation, and how is a request settled? Specification 4. |
//! | `reads` | What is the answer to a read? Specification 4. |
//! | `embedder` | How do sessions end and appear without an event? |
//! | `user_data` | What is the view of user data, and when does it exceed a limit? Specification 2.3. |

mod embedder;
mod events;
mod operations;
mod reads;
mod room;
mod user_data;

use super::{Agent, Setup, Step};
use crate::event::KeyValueList;
use crate::session::Limits;
use crate::testing::prelude::*;
use user_data::view;

/// The model counts nanoseconds in 64 bits. Later times are clamped.
const SECOND: u64 = 1_000_000_000;

/// ServerStartTime and EventSequenceNumber.
type Identity = (Option<u64>, u64);

/// The reference model.
///
/// [`carry_out`](Self::carry_out) returns what a service must answer to a step, which is the line that [a system behind
/// a pipe](crate::testing::conformance::JsonLines) writes.
///
/// | step | answer |
/// |---|---|
/// | `Event` | `told`: `{"outcome", "reason" if rejected, "from", "to", "cause" if it completed the session}` or `{"outcome":"unreadable"}` |
/// | `Post` | `answer`: the body of the HTTP answer; `requests`: the requests to send |
/// | `List`, `Read` | `answer`: the body of the HTTP answer |
/// | others | `answer`: `"refused"`, or absent |
///
/// The body of an error has only the `statusCode`, since the text is free. All answers except those to reads and posts
/// have `notifications`, `[{"thisDN", "notification"}]`, and `settled`, the requests that are no longer in flight, in
/// the JSON form of [`Settled`](crate::Settled). The answer to an event also has `rendered` if an agent without all
/// rights is notified: `[{"agent", "notification"}]`, the notifications as that agent gets them.
///
/// ```
/// use im_session::testing::{Agent, Setup, Step};
/// use im_session::{CallEvent, Event};
///
/// let mut model = Setup::default().model();
/// let agents = [Agent::new().with_device("/devices/1", "3002")];
/// let rings = Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007");
/// let told = &model.carry_out(&agents, &Step::Event(rings))["told"];
/// assert_eq!((&told["outcome"], &told["to"]), (&"changed".into(), &"Alerting".into()));
/// ```
#[derive(Debug, Clone)]
pub struct Model {
    base_uri: String,
    limits: Limits,
    one_session_per_agent: bool,
    reference_ids: (u64, u64),
    now: u64,
    /// Whether the time was set since the service started.
    time_told: bool,
    sessions: Vec<ModelSession>,
    /// DN, id and last event of the sessions that are gone, the oldest first.
    ends: Vec<(String, String, Identity)>,
    /// The requests in flight, the oldest first.
    requests: Vec<ModelRequest>,
    last_reference_id: u64,
    /// A counter for the order of events and completions of sessions.
    clock: u64,
    counts: BTreeMap<String, u64>,
    /// Whether the service restarted after earlier requests and has sent no request since.
    restarted: bool,
    /// Effects that no answer shows. They count towards the coverage of a run.
    reached: BTreeSet<Inside>,
}

/// An effect that no answer shows: its group and name, as in [`Cell`](crate::testing::conformance::Cell).
pub(super) type Inside = (&'static str, &'static str);

/// A session.
#[derive(Debug, Clone, PartialEq, Default)]
struct ModelSession {
    this_dn: String,
    id: String,
    state: String,
    participants: Vec<String>,
    user_data: KeyValueList<'static>,
    conn_id: Option<u64>,
    /// The identity of the last accepted event that had a number.
    last_event: Option<Identity>,
    /// The time of its last accepted event; for a completed session that of its completion.
    heard: u64,
    /// Its order among sessions with the same time.
    order: u64,
    /// Whether an EventDestinationBusy was accepted in this leg.
    busy: bool,
    cause: Option<&'static str>,
}

/// A request in flight.
#[derive(Debug, Clone, PartialEq)]
struct ModelRequest {
    reference_id: u64,
    operation: String,
    this_dn: String,
    id: Option<String>,
    sent: u64,
}

impl Model {
    /// A model with these settings and no sessions.
    #[must_use]
    pub fn new(setup: &Setup) -> Self {
        let (first, last) = (setup.reference_ids.0.into(), setup.reference_ids.1.into());
        Model {
            base_uri: setup.base_uri.trim_end_matches('/').into(),
            limits: setup.limits,
            one_session_per_agent: setup.one_session_per_agent,
            reference_ids: (first, last),
            now: 0,
            time_told: false,
            sessions: Vec::new(),
            ends: Vec::new(),
            requests: Vec::new(),
            last_reference_id: first - 1,
            clock: 0,
            counts: BTreeMap::new(),
            restarted: false,
            reached: BTreeSet::new(),
        }
    }

    /// The effects since the last call that no answer shows.
    pub(super) fn take_reached(&mut self) -> BTreeSet<Inside> {
        core::mem::take(&mut self.reached)
    }

    /// The answer that a service with these agents must give to the step.
    pub fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Value {
        let nobody = Agent::new();
        let me = |agent: &usize| agents.get(*agent).unwrap_or(&nobody);
        // Notifications and settled requests, unless the step was refused.
        let done = match step {
            Step::Event(event) => {
                let answer = self.handle_event(event, agents);
                let text = |key: &str| answer.pointer(key).and_then(Value::as_str).unwrap_or_default();
                self.count(format!("{} {}", text("/told/outcome"), text("/told/reason")).trim());
                return answer;
            }
            Step::Post { agent, target, body } => {
                let answer = self.post(me(agent), target.as_deref(), body.as_bytes());
                self.count(&format!("operation {}", answer.pointer("/answer/statusCode").unwrap_or(&Value::Null)));
                return answer;
            }
            Step::List { agent, query } => return json!({"answer": self.list(me(agent), query)}),
            Step::Read { agent, id, query } => return json!({"answer": self.read(me(agent), id, query)}),
            Step::Time(by) => self.set_time(*by),
            Step::Expire { ago } => self.cutoff(*ago).map(|before| self.expire(before)),
            Step::Forget { this_dn, id } => {
                self.forget(this_dn, id);
                Some(Default::default())
            }
            Step::ForgetCompleted { ago } => self.cutoff(*ago).map(|before| self.forget_completed(before)),
            Step::Reconcile { this_dn, list } => self.reconcile(this_dn, list),
            Step::Restart => Some(self.restart()),
        };
        match done {
            Some((notifications, settled)) => json!({"notifications": notifications, "settled": settled}),
            None => json!({"answer": "refused", "notifications": [], "settled": []}),
        }
    }

    /// The resources of all sessions, in byte order of DN, then id.
    #[must_use]
    pub fn resources(&self) -> Vec<Value> {
        self.in_order().into_iter().map(|session| self.resource(session)).collect()
    }

    /// DN and id of all sessions, in byte order. Generators of steps can use them to choose existing sessions.
    #[must_use]
    pub fn keys(&self) -> Vec<(&str, &str)> {
        self.in_order().into_iter().map(|session| (session.this_dn.as_str(), session.id.as_str())).collect()
    }

    /// The ReferenceIDs of the requests that are in flight, the oldest first.
    #[must_use]
    pub fn reference_ids(&self) -> Vec<u64> {
        self.requests.iter().map(|request| request.reference_id).collect()
    }

    /// The internal data of a session, to compare what the resource does not show: `cause`, `connID` (hex digits),
    /// `lastEvent` (`[ServerStartTime, EventSequenceNumber]`), `participants` (their numbers), `state`, `userData`.
    #[must_use]
    pub fn inside(&self, this_dn: &str, id: &str) -> Option<Value> {
        let session = self.session(this_dn, id)?;
        Some(json!({
            "cause": session.cause,
            "connID": session.conn_id.map(|conn_id| format!("{conn_id:016x}")),
            "lastEvent": session.last_event,
            "participants": session.participants,
            "state": session.state,
            "userData": view(&session.user_data),
        }))
    }

    /// How often each outcome occurred: `changed`, `unreadable`, `rejected stale`, `operation 6`, … An outcome that
    /// never occurred is absent.
    #[must_use]
    pub fn counts(&self) -> &BTreeMap<String, u64> {
        &self.counts
    }

    fn session(&self, this_dn: &str, id: &str) -> Option<&ModelSession> {
        self.sessions.iter().find(|session| session.is_of(this_dn, id))
    }

    /// Replaces the session with the same key, or adds it at the end.
    fn put(&mut self, session: ModelSession) {
        match self.sessions.iter_mut().find(|known| known.is_of(&session.this_dn, &session.id)) {
            Some(known) => *known = session,
            None => self.sessions.push(session),
        }
    }

    /// All sessions, in byte order of DN, then id.
    fn in_order(&self) -> Vec<&ModelSession> {
        let mut sessions: Vec<&ModelSession> = self.sessions.iter().collect();
        sessions.sort_by_key(|session| (&session.this_dn, &session.id));
        sessions
    }

    /// Copies of these sessions, in byte order of DN, then id.
    fn copies(&self, are_meant: impl Fn(&ModelSession) -> bool) -> Vec<ModelSession> {
        self.in_order().into_iter().filter(|session| are_meant(session)).cloned().collect()
    }

    /// Sets the time of the session to now, if it is open, or completes with this event. `before` is its previous
    /// state.
    fn hear(&mut self, session: &mut ModelSession, before: Option<&str>) {
        let was_open = before.is_some_and(|state| state != "Completed");
        let moves = was_open != session.is_open();
        if moves || before.is_none() || (was_open && session.heard != self.now) {
            self.clock += 1;
            (session.heard, session.order) = (self.now, self.clock);
        }
    }

    /// The resource, specification 1 and 3.
    fn resource(&self, session: &ModelSession) -> Value {
        let path = format!("/im-sessions/{}", session.id);
        let participants: Vec<Value> = session.participants.iter().map(|number| participant(number)).collect();
        let mut resource = json!({
            "capabilities": session.capabilities(),
            "id": session.id,
            "participants": participants,
            "path": path,
            "state": session.state,
            "uri": format!("{}/api/v2{path}", self.base_uri),
        });
        if let Some(resource) = resource.as_object_mut().filter(|_| !session.user_data.is_empty()) {
            resource.insert("userData".into(), view(&session.user_data));
        }
        resource
    }

    /// A notification with its DN. Specification 5.
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
}

impl ModelSession {
    fn new(this_dn: &str, id: &str, state: &str) -> Self {
        ModelSession { this_dn: this_dn.into(), id: id.into(), state: state.into(), ..Default::default() }
    }

    fn is_open(&self) -> bool {
        self.state != "Completed"
    }

    fn capabilities(&self) -> &'static [&'static str] {
        capabilities(&self.state, !self.user_data.is_empty())
    }

    fn is_of(&self, this_dn: &str, id: &str) -> bool {
        self.this_dn == this_dn && self.id == id
    }
}

/// The table of specification 3.
pub(super) fn capabilities(state: &str, has_user_data: bool) -> &'static [&'static str] {
    match (state, has_user_data) {
        ("Talking", false) => &["SendMessage", "AttachUserData", "Complete"],
        ("Talking", true) => &["SendMessage", "AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"],
        ("Initiating" | "Alerting", false) => &["AttachUserData", "Complete"],
        ("Initiating" | "Alerting", true) => &["AttachUserData", "UpdateUserData", "DeleteUserData", "Complete"],
        _ => &[],
    }
}

/// The resource without the capabilities for which this agent has no right.
pub(super) fn for_rights(mut resource: Value, me: &Agent) -> Value {
    if let Some(capabilities) = resource.get_mut("capabilities").and_then(Value::as_array_mut) {
        capabilities.retain(|name| name.as_str().is_some_and(|name| may(me, name)));
    }
    resource
}

/// Whether the agent has the right to the operation with this name.
pub(super) fn may(me: &Agent, operation: &str) -> bool {
    me.rights().iter().any(|right| right.name() == operation)
}

fn participant(number: &str) -> Value {
    let only_digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let digits = if only_digits.is_empty() { number } else { &only_digits };
    json!({"digits": digits, "e164Number": number, "formattedPhoneNumber": number, "phoneNumber": number})
}

/// Whether it is 1 to 64 characters of `[A-Za-z0-9._~-]`, but not `.` or `..`. Specification 2.
fn is_an_id(id: &str) -> bool {
    let letters = id.chars().all(|letter| letter.is_ascii_alphanumeric() || "._~-".contains(letter));
    (1..=64).contains(&id.len()) && letters && id != "." && id != ".."
}
