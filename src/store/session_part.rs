//! Restores a session from its part of a snapshot, and checks every field.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::restore::{RestoreError, impossible};
use super::snapshot::{IdentityRecord, PairRecord, SessionPart, ValueRecord};
use crate::event::{ConnId, KeyValueList, Value, check_call_uuid};
use crate::machine::State;
use crate::session::{Cause, EventIdentity, Limit, Limits, Saved, Session, SessionField};

/// The session of a part. Limits are not checked here.
pub(super) fn session_of(part: &SessionPart, at: impl Fn(&str) -> String) -> Result<Session, RestoreError> {
    if part.this_dn.is_empty() {
        return Err(impossible(at("thisDN"), "a DN", &part.this_dn));
    }
    check_call_uuid(&part.id).map_err(|bad| impossible(at("id"), "a CallUUID", &bad.found))?;
    let expected = "Initiating, Alerting, Talking or Completed";
    let state: State = part.state.parse().map_err(|_| impossible(at("state"), expected, &part.state))?;
    let cause = cause_of(part, state, &at)?;

    let mut known = BTreeSet::from([part.this_dn.as_str()]);
    for number in &part.participants {
        if number.is_empty() || !known.insert(number) {
            return Err(impossible(at("participants"), "each other party once", number));
        }
    }
    let user_data = list_of(&part.user_data, &at)?;
    let conn_id: Option<ConnId> = match part.conn_id.as_deref() {
        Some(digits) => Some(digits.parse().map_err(|_| impossible(at("connID"), "hex digits", digits))?),
        None => None,
    };

    let participants: Vec<&str> = part.participants.iter().map(|number| &**number).collect();
    let saved = Saved {
        participants: &participants,
        user_data,
        conn_id,
        last_event: part.last_event.as_ref().map(EventIdentity::from),
        cause,
        destination_busy: part.destination_busy,
    };
    Ok(Session::restored(&part.this_dn, &part.id, state, saved))
}

/// The field of a session that exceeds a limit, and the limit.
pub(super) fn exceeded(session: &Session, limits: &Limits) -> Option<(&'static str, Limit)> {
    let exceeded = limits.exceeded_by_session(session.this_dn(), session.participants(), session.user_data());
    exceeded.map(|(field, limit)| match field {
        SessionField::ThisDn => ("thisDN", limit),
        SessionField::Participants => ("participants", limit),
        SessionField::UserData => ("userData", limit),
    })
}

/// Checks that a completed session has a cause, and an open one has none.
fn cause_of(part: &SessionPart, state: State, at: impl Fn(&str) -> String) -> Result<Option<Cause>, RestoreError> {
    let expected = "abandoned, busy, released, expired or vanished if the session is completed, else null";
    let wrong = || impossible(at("cause"), expected, part.cause.as_deref().unwrap_or("null"));
    match (part.cause.as_deref(), state.is_open()) {
        (None, true) => Ok(None),
        (Some(name), false) => name.parse().map(Some).map_err(|_| wrong()),
        (None, false) | (Some(_), true) => Err(wrong()),
    }
}

/// The list that these records describe, each pair with its depth.
fn list_of(records: &[PairRecord], at: impl Fn(&str) -> String) -> Result<KeyValueList<'static>, RestoreError> {
    let wrong = |depth: usize| {
        let expected = "pairs of depth 1, or of the depth below an open list, at most 100";
        impossible(at("userData"), expected, &format!("depth {depth}"))
    };
    // The lists that are not closed yet, the outermost first, each with its key in the enclosing list.
    let mut open: Vec<(String, KeyValueList<'static>)> = alloc::vec![(String::new(), KeyValueList::new())];
    for PairRecord(depth, key, value) in records {
        if *depth < 1 || *depth > open.len() {
            return Err(wrong(*depth));
        }
        close_below(&mut open, *depth).ok_or_else(|| wrong(*depth))?;
        let Some((_, innermost)) = open.last_mut() else {
            return Err(wrong(*depth));
        };
        match value {
            ValueRecord::String(text) => innermost.push(key.clone(), text.clone()),
            ValueRecord::Integer(number) => innermost.push(key.clone(), *number),
            ValueRecord::Binary(text) => {
                innermost.try_push(key.clone(), Value::Binary(text.clone().into())).map_err(|_| wrong(*depth))?;
            }
            ValueRecord::List => open.push((key.clone(), KeyValueList::new())),
        }
    }
    close_below(&mut open, 1).ok_or_else(|| wrong(open.len()))?;
    Ok(open.pop().map(|(_, list)| list).unwrap_or_default())
}

/// Closes lists until the innermost open one has this depth; `None` if they are too deep.
fn close_below(open: &mut Vec<(String, KeyValueList<'static>)>, depth: usize) -> Option<()> {
    while open.len() > depth {
        let (key, list) = open.pop()?;
        let (_, around) = open.last_mut()?;
        around.try_push(key, list).ok()?;
    }
    Some(())
}

impl From<EventIdentity> for IdentityRecord {
    fn from(identity: EventIdentity) -> Self {
        let EventIdentity { server_start_time, event_sequence_number } = identity;
        IdentityRecord { server_start_time, event_sequence_number }
    }
}

impl From<&IdentityRecord> for EventIdentity {
    fn from(record: &IdentityRecord) -> Self {
        let &IdentityRecord { server_start_time, event_sequence_number } = record;
        EventIdentity { server_start_time, event_sequence_number }
    }
}
