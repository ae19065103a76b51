//! Carries a step out at the crate's own store; the answers as JSON, in the form of the model.

use alloc::string::ToString;
use alloc::vec::Vec;
use core::hash::BuildHasher;
use core::time::Duration;

use serde_json::{Map, Value, json};

use super::{Agent, Step};
use crate::event::Event;
use crate::machine::State;
use crate::resource::{ErrorBody, ImSession, Notification, Query};
use crate::session::Outcome;
use crate::store::{Handled, Sessions, Target};

/// What a store of this crate answers to a step, in the form that [`Model`](super::Model) describes.
///
/// ```
/// use im_session::testing::{Agent, Setup, Step, carry_out};
///
/// let setup = Setup::default();
/// let (mut sessions, mut model) = (setup.sessions(), setup.model());
/// let agents = [Agent::new().with_device("/devices/1", "3002")];
/// let step = Step::List { agent: 0, query: "fields=*".into() };
/// assert_eq!(carry_out(&mut sessions, &agents, &step), model.carry_out(&agents, &step));
/// ```
pub fn carry_out<S: BuildHasher>(sessions: &mut Sessions<S>, agents: &[Agent], step: &Step) -> Value {
    let me = |agent: &usize| agents.get(*agent).cloned().unwrap_or_default();
    let now = sessions.now();
    let since = |ago: u64| now.saturating_sub(Duration::from_secs(ago));
    match step {
        Step::Event(event) => handle(sessions, event),
        Step::Post { agent, target, body } => {
            let target = target.as_deref().map_or(Target::Sessions, Target::Session);
            sessions.post(&me(agent), target, body.as_bytes()).map_or_else(code, |request| json!(request))
        }
        Step::List { agent, query } => json!(sessions.list(&me(agent), &Query::parse(query))),
        Step::Read { agent, id, query } => {
            sessions.read(&me(agent), id, &Query::parse(query)).map_or_else(code, |body| json!(body))
        }
        Step::Time(by) => {
            sessions.set_time(now.saturating_add(Duration::from_secs(*by)));
            Value::Null
        }
        Step::Expire { ago } => notifications(sessions.expire(since(*ago)).notifications()),
        Step::Forget { this_dn, id } => json!(sessions.forget(this_dn, id)),
        Step::ForgetCompleted { ago } => json!(sessions.forget_completed(since(*ago))),
        Step::ForgetRequests { ago } => json!(sessions.forget_requests(since(*ago))),
        Step::Reconcile { this_dn, list } => {
            let texts: Vec<_> = list.iter().map(ToString::to_string).collect();
            let list: Result<Vec<ImSession<'_>>, _> = texts.iter().map(|text| serde_json::from_str(text)).collect();
            match list.ok().and_then(|list| sessions.reconcile(this_dn, &list).ok()) {
                Some(changes) => notifications(changes.notifications()),
                None => json!("refused"),
            }
        }
    }
}

fn handle<S: BuildHasher>(sessions: &mut Sessions<S>, event: &Event<'_>) -> Value {
    sessions.handle_event(event).map_or_else(|_| json!("unreadable"), |handled| told(&handled))
}

fn told(handled: &Handled<'_>) -> Value {
    let mut told = Map::new();
    told.insert("outcome".into(), json!(handled.outcome().name()));
    if let Outcome::Rejected(rejection) = handled.outcome() {
        told.insert("reason".into(), json!(rejection.reason.name()));
    }
    told.insert("from".into(), json!(handled.from().map(State::name)));
    told.insert("to".into(), json!(handled.to().map(State::name)));
    told.insert("notifications".into(), notifications(handled.notifications()));
    told.insert("settled".into(), settled(handled));
    Value::Object(told)
}

fn settled(handled: &Handled<'_>) -> Value {
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

/// The statusCode alone: the words of the statusMessage are the crate's own.
fn code(error: ErrorBody) -> Value {
    json!(error.status_code)
}
