//! Carries a step out at the crate's store, and at the reference; the answers as JSON.

use std::collections::BTreeMap;

use im_session::{
    BaseUri, Device, Event, Handled, ImSession, Notification, Outcome, Query, RejectReason, Sessions, State,
    StatusCode, Target,
};
use serde_json::{Value, json};

use super::{AGENTS, Step};
use crate::store_reference::{Me, ReferenceStore};

pub(crate) const BASE_URI: &str = "http://localhost:8090";

pub(crate) fn new_store() -> Sessions {
    Sessions::new(BaseUri::new(BASE_URI))
}

/// A store that can carry out a step.
pub(crate) trait Store {
    /// What it answers, and what it notifies, in order.
    fn carry_out(&mut self, step: &Step) -> Value;
    /// The time that the caller told last.
    fn now(&self) -> u64;
}

fn devices(me: Me<'static>) -> Vec<Device<'static>> {
    me.iter().map(|&(device_path, dn)| Device { device_path, dn }).collect()
}

/// The whole list of an agent's DNs.
pub(crate) fn list_of(sessions: &Sessions, agent: usize) -> Value {
    json!(sessions.list(&devices(AGENTS[agent]), &Query::parse("fields=*")))
}

/// The crate's store, and the time, which it is told and does not tell.
impl Store for (Sessions, u64) {
    fn carry_out(&mut self, step: &Step) -> Value {
        let (sessions, now) = self;
        match step {
            Step::Event(event) => handle(sessions, &event.event()),
            Step::Post { agent, target, body } => {
                let target = target.as_deref().map_or(Target::Sessions, Target::Session);
                match sessions.post(&devices(AGENTS[*agent]), target, body.as_bytes()) {
                    Ok(request) => json!(request),
                    Err(error) => error_code(&json!(error)),
                }
            }
            Step::List { agent, query } => json!(sessions.list(&devices(AGENTS[*agent]), &Query::parse(query))),
            Step::Read { agent, id, query } => {
                match sessions.read(&devices(AGENTS[*agent]), id, &Query::parse(query)) {
                    Ok(body) => json!(body),
                    Err(error) => error_code(&json!(error)),
                }
            }
            Step::Time(by) => {
                *now += by;
                sessions.set_time(*now);
                Value::Null
            }
            Step::Expire { ago } => notifications(sessions.expire(now.saturating_sub(*ago)).notifications()),
            Step::Forget { this_dn, id } => json!(sessions.forget(this_dn, id)),
            Step::ForgetCompleted { ago } => json!(sessions.forget_completed(now.saturating_sub(*ago))),
            Step::ForgetRequests { ago } => json!(sessions.forget_requests(now.saturating_sub(*ago))),
            Step::Reconcile { this_dn, list } => {
                let texts: Vec<String> = list.iter().map(Value::to_string).collect();
                let list: Vec<ImSession<'_>> =
                    texts.iter().map(|text| serde_json::from_str(text).expect("a resource")).collect();
                match sessions.reconcile(this_dn, &list) {
                    Ok(changes) => notifications(changes.notifications()),
                    Err(_) => json!("refused"),
                }
            }
        }
    }

    fn now(&self) -> u64 {
        self.1
    }
}

impl Store for ReferenceStore {
    fn carry_out(&mut self, step: &Step) -> Value {
        match step {
            Step::Event(event) => self.handle_event(event),
            Step::Post { agent, target, body } => self.post(AGENTS[*agent], target.as_deref(), body.as_bytes()),
            Step::List { agent, query } => self.list(AGENTS[*agent], query),
            Step::Read { agent, id, query } => self.read(AGENTS[*agent], id, query),
            Step::Time(by) => {
                self.now += by;
                Value::Null
            }
            Step::Expire { ago } => json!(self.expire(self.now.saturating_sub(*ago))),
            Step::Forget { this_dn, id } => json!(self.forget(this_dn, id)),
            Step::ForgetCompleted { ago } => json!(self.forget_completed(self.now.saturating_sub(*ago))),
            Step::ForgetRequests { ago } => json!(self.forget_requests(self.now.saturating_sub(*ago))),
            Step::Reconcile { this_dn, list } => {
                self.reconcile(this_dn, list).map_or(json!("refused"), |notifications| json!(notifications))
            }
        }
    }

    fn now(&self) -> u64 {
        self.now
    }
}

fn handle(sessions: &mut Sessions, event: &Event<'_>) -> Value {
    match sessions.handle_event(event) {
        Ok(handled) => told(&handled),
        Err(_) => json!("unreadable"),
    }
}

fn told(handled: &Handled<'_, '_>) -> Value {
    let mut told = json!({
        "outcome": handled.outcome().name(),
        "from": handled.from().map(State::name),
        "to": handled.to().map(State::name),
        "notifications": notifications(handled.notifications()),
        "settled": settled(handled),
    });
    if let Outcome::Rejected(rejection) = handled.outcome() {
        told["reason"] = json!(rejection.reason.name());
    }
    told
}

fn settled(handled: &Handled<'_, '_>) -> Value {
    handled.settled().map_or(Value::Null, |settled| {
        json!({
            "referenceID": settled.reference_id,
            "operation": settled.operation.name(),
            "thisDN": settled.this_dn,
            "id": settled.id,
            "failed": settled.error.is_some(),
            "code": settled.error.as_ref().and_then(|error| error.code),
            "message": settled.error.as_ref().and_then(|error| error.message.clone()),
        })
    })
}

fn notifications<'a>(all: impl Iterator<Item = (&'a str, Notification<'a>)>) -> Value {
    all.map(|(this_dn, notification)| json!({"thisDN": this_dn, "notification": notification})).collect()
}

/// The statusCode alone: the words of the statusMessage are the crate's own. An error body has these two and nothing else.
fn error_code(body: &Value) -> Value {
    assert_eq!(body.as_object().map(serde_json::Map::len), Some(2), "{body}");
    assert!(body["statusMessage"].as_str().is_some_and(|message| message.len() > 10), "{body}");
    body["statusCode"].clone()
}

/// The counters in the words of the reference.
pub(crate) fn counts(sessions: &Sessions) -> BTreeMap<String, u64> {
    let counters = sessions.counters();
    let mut counts = BTreeMap::from([
        ("changed".to_string(), counters.changed),
        ("unchanged".to_string(), counters.unchanged),
        ("message".to_string(), counters.messages),
        ("ignored".to_string(), counters.ignored),
        ("unreadable".to_string(), counters.unreadable),
    ]);
    let reasons = ["orphan", "role-conflict", "late", "early", "ended", "stale", "limit"];
    for reason in reasons {
        let parsed: RejectReason = reason.parse().expect("a reason");
        counts.insert(format!("rejected {reason}"), counters.rejected(parsed));
    }
    for status_code in StatusCode::ALL {
        counts.insert(format!("operation {}", status_code.code()), counters.operations(status_code));
    }
    counts.retain(|_, count| *count > 0);
    counts
}
