//! Laws of what an event may change. Specification 2.

use super::played::{Played, all};
use super::{Broken, SeenSession, broken, same};
use crate::event::{Event, EventName};
use crate::machine::{CallEvent, State};
use crate::session::EventIdentity;
use crate::testing::prelude::*;

fn rank(state: State) -> u8 {
    match state {
        State::Initiating | State::Alerting => 1,
        State::Talking => 2,
        State::Completed => 3,
    }
}

/// Whether the event may open this completed session anew.
fn reopens(session: &SeenSession, event: &Event<'_>) -> bool {
    let begins = matches!(event.name, EventName::Call(CallEvent::Dialing | CallEvent::Ringing));
    let newer = session.last_event.zip(EventIdentity::of(event)).is_some_and(|(last, new)| {
        last.server_start_time == new.server_start_time && last.event_sequence_number < new.event_sequence_number
    });
    let its_own = event.this_dn() == Some(&*session.this_dn) && event.call_uuid() == Some(&*session.id);
    session.state == State::Completed && begins && newer && its_own
}

pub(super) fn state_never_goes_back(played: &Played<'_>) -> Result<(), Broken> {
    for (before, after, event) in played.moves() {
        let (from, to) = (before.state, after.state);
        if from != to && rank(from) >= rank(to) && !reopens(before, event) {
            return broken(format!("at least {from}, in {}", before.id), to.name());
        }
    }
    Ok(())
}

pub(super) fn completed_absorbs(played: &Played<'_>) -> Result<(), Broken> {
    for (before, after, event) in played.moves().filter(|(before, ..)| before.state == State::Completed) {
        let to = after.state;
        if to != State::Completed && !reopens(before, event) {
            return broken("Completed, as the event is not provably newer", to.name());
        }
        if to == State::Talking {
            return broken("Initiating or Alerting at most", to.name());
        }
    }
    Ok(())
}

pub(super) fn a_refusal_changes_nothing(played: &Played<'_>) -> Result<(), Broken> {
    if !["rejected", "ignored", "unreadable"].contains(&played.outcome()) {
        return Ok(());
    }
    played.nothing_changed()?;
    same(&json!([]), &json!(played.notifications()))
}

pub(super) fn repeated_delivery_changes_nothing_more(played: &Played<'_>) -> Result<(), Broken> {
    if played.event().is_none() {
        return Ok(());
    }
    let mut again = played.store.duplicate();
    let answer = again.carry_out(played.agents(), played.step);
    let sessions = again.sessions();
    if answer.pointer("/told/outcome") == Some(&json!("changed")) || sessions != played.after {
        return broken(format!("no change the second time: {}", all(played.after)), all(&sessions));
    }
    Ok(())
}

pub(super) fn an_event_changes_only_its_own_session(played: &Played<'_>) -> Result<(), Broken> {
    let Some(event) = played.event() else { return Ok(()) };
    let its_own = |session: &SeenSession| {
        event.call_uuid() == Some(&*session.id) && event.this_dn().is_none_or(|dn| dn == session.this_dn)
    };
    let others = |sessions: &[SeenSession]| -> Vec<SeenSession> {
        sessions.iter().filter(|session| !its_own(session)).cloned().collect()
    };
    let (mut before, after) = (others(played.before), others(played.after));
    if played.after.iter().any(|session| played.before(session).is_none()) {
        before.retain(|session| session.state != State::Completed || played.after(session).is_some());
    }
    if before == after { Ok(()) } else { broken(all(&before), all(&after)) }
}

pub(super) fn numbers_only_rise(played: &Played<'_>) -> Result<(), Broken> {
    for (before, after, _) in played.moves() {
        let (Some(from), to) = (before.last_event, after.last_event) else { continue };
        let fell = to.is_none_or(|to| {
            to.server_start_time == from.server_start_time && to.event_sequence_number < from.event_sequence_number
        });
        if fell {
            return broken(format!("at least {from:?}"), format!("{to:?}"));
        }
    }
    Ok(())
}

pub(super) fn the_outcome_is_what_changed(played: &Played<'_>) -> Result<(), Broken> {
    if played.event().is_none() || played.outcome() == "message" {
        return Ok(());
    }
    let mut expected = Vec::new();
    for session in played.after {
        let before = played.before(session);
        let status =
            before.is_none_or(|before| before.state != session.state || before.participants != session.participants);
        let notification_type = if status {
            "StatusChange"
        } else if before.map(|before| &before.resource) != Some(&session.resource) {
            "AttachedDataChanged"
        } else {
            continue;
        };
        let data = json!({
            "imSession": session.resource, "messageType": "IMSessionStateChangeMessage", "notificationType": notification_type,
        });
        expected.push(json!({"thisDN": session.this_dn, "notification": {"data": data}}));
    }
    same(&json!(expected), &json!(played.notifications()))?;
    same(&json!(!expected.is_empty()), &json!(played.outcome() == "changed"))
}
