//! Carries out a step at the crate's own store, and answers in the form of the model.

use core::hash::BuildHasher;
use core::time::Duration;

use super::{Agent, Step};
use crate::event::Event;
use crate::machine::State;
use crate::resource::{ImSession, Query, Sent};
use crate::session::Outcome;
use crate::store::{Handled, Sessions, Snapshot, Target, TimeError};
use crate::testing::prelude::*;

/// Carries out a step at a store of this crate. Returns its answer in the form that [`Model`](super::Model) describes.
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
pub fn carry_out<S: BuildHasher + Clone>(sessions: &mut Sessions<S>, agents: &[Agent], step: &Step) -> Value {
    let mut answer = carry_out_in_words(sessions, agents, step);
    if let Some(Value::Object(body)) = answer.get_mut("answer") {
        body.remove("statusMessage");
    }
    answer
}

/// Like [`carry_out`], but the answer includes the statusMessage, whose text is specific to the crate.
pub(super) fn carry_out_in_words<S: BuildHasher + Clone>(
    sessions: &mut Sessions<S>,
    agents: &[Agent],
    step: &Step,
) -> Value {
    let me = |agent: &usize| agents.get(*agent).cloned().unwrap_or_default();
    let now = sessions.now();
    let cutoff = |ago: i64| match Duration::from_secs(ago.unsigned_abs()) {
        span if ago < 0 => now.saturating_add(span),
        span => now.saturating_sub(span),
    };
    let nothing_more = json!({"notifications": [], "settled": []});
    let refused = json!({"answer": "refused", "notifications": [], "settled": []});
    match step {
        Step::Event(event) => match sessions.handle_event(event) {
            Ok(handled) => event_answer(event, &handled, agents),
            Err(_) => json!({"told": {"outcome": "unreadable"}, "notifications": [], "settled": []}),
        },
        Step::Post { agent, target, body } => {
            let target = target.as_deref().map_or(Target::Sessions, Target::Session);
            match sessions.post(&me(agent), target, body.as_bytes()) {
                Ok(request) => json!({"answer": Sent, "requests": [request]}),
                Err(error) => json!({"answer": error, "requests": []}),
            }
        }
        Step::List { agent, query } => json!({"answer": sessions.list(&me(agent), &Query::parse(query))}),
        Step::Read { agent, id, query } => match sessions.read(&me(agent), id, &Query::parse(query)) {
            Ok(body) => json!({"answer": body}),
            Err(error) => json!({"answer": error}),
        },
        Step::Time(by) => {
            let told = sessions.set_time(now.saturating_add(Duration::from_secs(*by)));
            told.map_or(refused, |()| nothing_more)
        }
        Step::Expire { ago } => expire(sessions, cutoff(*ago)).unwrap_or(refused),
        Step::Forget { this_dn, id } => of_embedder(&sessions.forget(this_dn, id)),
        Step::ForgetCompleted { ago } => {
            sessions.forget_completed(cutoff(*ago)).map_or(refused, |handled| of_embedder(&handled))
        }
        Step::Reconcile { this_dn, list } => {
            let texts: Vec<_> = list.iter().map(ToString::to_string).collect();
            let list: Result<Vec<ImSession<'_>>, _> = texts.iter().map(|text| serde_json::from_str(text)).collect();
            let handled = list.ok().and_then(|list| sessions.reconcile(this_dn, &list).ok());
            handled.map_or(refused, |handled| of_embedder(&handled))
        }
        Step::Restart => {
            let snapshot = json!(sessions.snapshot());
            restore(sessions, &snapshot).map_or_else(|error| json!({"answer": error}), |()| nothing_more)
        }
    }
}

fn of_embedder(handled: &Handled<'_>) -> Value {
    json!({"notifications": notifications(handled), "settled": handled.settled()})
}

fn expire<S: BuildHasher + Clone>(sessions: &mut Sessions<S>, before: Duration) -> Result<Value, TimeError> {
    let expired = notifications(&sessions.expire(before)?);
    Ok(json!({"notifications": expired, "settled": sessions.time_out_requests(before)?.settled()}))
}

/// Restores the store from the text of a snapshot, as after a real restart. A store accepts what it wrote itself.
pub(super) fn restore<S: BuildHasher + Clone>(sessions: &mut Sessions<S>, snapshot: &Value) -> Result<(), String> {
    let snapshot: Snapshot = serde_json::from_str(&snapshot.to_string()).map_err(|error| error.to_string())?;
    sessions.restore(&snapshot).map_err(|error| error.to_string())
}

fn event_answer(event: &Event<'_>, handled: &Handled<'_>, agents: &[Agent]) -> Value {
    let mut told = Map::new();
    told.insert("outcome".into(), json!(handled.outcome().name()));
    if let Outcome::Rejected(rejection) = handled.outcome() {
        told.insert("reason".into(), json!(rejection.reason.name()));
    }
    let (from, to) = (handled.from(), handled.to());
    told.insert("from".into(), json!(from.map(State::name)));
    told.insert("to".into(), json!(to.map(State::name)));
    if event.this_dn().is_some() && to == Some(State::Completed) && from != to {
        told.insert("cause".into(), json!(handled.changed().next().and_then(|session| session.cause())));
    }
    let answer = json!({"told": told, "notifications": notifications(handled), "settled": handled.settled()});
    let notifications: Vec<_> = handled.notifications().collect();
    with_rendered(answer, agents, &notifications, |one, agent| json!(one.clone().for_rights(agent.rights())))
}

fn notifications(handled: &Handled<'_>) -> Value {
    let pushed = |(this_dn, notification)| json!({"thisDN": this_dn, "notification": notification});
    handled.notifications().map(pushed).collect()
}
