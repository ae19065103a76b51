//! A second, naive reading of specification 2 and 3: strings, tuples, lists, and every rule where the text has it.
//!
//! It shares no type with the crate, so that the two can only agree by both being right. `convert` alone knows both. The
//! tests of sequences and the properties compare with it.

#![allow(dead_code, reason = "each test binary uses its own part of it")]

pub(crate) mod convert;
pub(crate) mod pairs;

use std::collections::BTreeMap;

use pairs::{Pair, Pairs, depth, size, view};

/// The columns of [`TABLE`].
const STATES: [&str; 5] = ["none", "Initiating", "Alerting", "Talking", "Completed"];

/// 2.1 and the column "accepted in" of 2.2: the state after, `=` for the same, or the reason of the rejection.
const TABLE: [(&str, [&str; 5]); 11] = [
    ("EventDialing", ["Initiating", "=", "role-conflict", "late", "ended"]),
    ("EventRinging", ["Alerting", "role-conflict", "=", "late", "ended"]),
    ("EventEstablished", ["Talking", "Talking", "Talking", "=", "ended"]),
    ("EventReleased", ["orphan", "Completed", "Completed", "Completed", "="]),
    ("EventAbandoned", ["orphan", "Completed", "Completed", "Completed", "="]),
    ("EventDestinationBusy", ["orphan", "=", "early", "late", "ended"]),
    ("EventPartyChanged", ["orphan", "=", "=", "=", "ended"]),
    ("EventPartyAdded", ["orphan", "=", "=", "=", "ended"]),
    ("EventPartyDeleted", ["orphan", "=", "=", "=", "ended"]),
    ("EventAttachedDataChanged", ["orphan", "=", "=", "=", "ended"]),
    ("EventPrivateInfo", ["orphan", "early", "early", "=", "ended"]),
];

/// An event with the attributes that the rules look at. An empty string counts as absent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct PlainEvent {
    pub(crate) name: String,
    pub(crate) this_dn: Option<String>,
    pub(crate) other_dn: Option<String>,
    pub(crate) call_uuid: Option<String>,
    pub(crate) conn_id: Option<u64>,
    pub(crate) number: Option<u64>,
    pub(crate) server_start_time: Option<u64>,
    pub(crate) user_data: Option<Pairs>,
    pub(crate) extensions: Option<Pairs>,
}

/// What one DN sees of one call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PlainSession {
    pub(crate) state: String,
    pub(crate) participants: Vec<String>,
    pub(crate) user_data: Pairs,
    pub(crate) conn_id: Option<u64>,
    /// The number of the last accepted event that had one, and its ServerStartTime.
    pub(crate) last: Option<(u64, Option<u64>)>,
}

/// What came of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// `changed`, `unchanged`, `message`, `ignored` or `rejected`.
    pub(crate) outcome: &'static str,
    /// Why, if rejected.
    pub(crate) reason: Option<&'static str>,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    /// DN, and the notificationType; `NewMessage` has its text after a colon.
    pub(crate) notifications: Vec<(String, String)>,
}

/// All sessions by (DN, id), and the limits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Book {
    pub(crate) sessions: BTreeMap<(String, String), PlainSession>,
    pub(crate) largest: usize,
    pub(crate) deepest: usize,
}

impl Default for Book {
    fn default() -> Self {
        Book { sessions: BTreeMap::new(), largest: 16_000, deepest: 16 }
    }
}

impl Report {
    fn rejected(reason: &'static str, state: Option<String>) -> Report {
        let (from, to) = (state.clone(), state);
        Report { outcome: "rejected", reason: Some(reason), from, to, notifications: Vec::new() }
    }

    fn plain(outcome: &'static str, from: Option<String>, to: Option<String>) -> Report {
        Report { outcome, reason: None, from, to, notifications: Vec::new() }
    }
}

impl Book {
    /// Takes one event. `Err`: it is unreadable, and nothing changed.
    pub(crate) fn handle(&mut self, event: &PlainEvent) -> Result<Report, &'static str> {
        let this_dn = present(&event.this_dn);
        let id = present(&event.call_uuid);
        let state = self.state_at(this_dn, id);

        // First: ignored by name.
        let Some(row) = TABLE.iter().find(|(name, _)| *name == event.name).map(|(_, row)| row) else {
            return Ok(Report::plain("ignored", state.clone(), state));
        };
        // Then: unreadable.
        let id = id.ok_or("no CallUUID")?;
        if !is_id(id) {
            return Err("bad CallUUID");
        }
        let this_dn = match this_dn {
            Some(this_dn) => this_dn,
            None if event.name == "EventAttachedDataChanged" => return Ok(self.handle_at_call(event, id)),
            None => return Err("no ThisDN"),
        };
        // EventPrivateInfo without `text` serves other features.
        let text = text_of(event);
        if event.name == "EventPrivateInfo" && text.is_none() {
            return Ok(Report::plain("ignored", state.clone(), state));
        }

        let key = (this_dn.to_owned(), id.to_owned());
        let before = self.sessions.get(&key).cloned();
        // Then: stale.
        if before.as_ref().is_some_and(|session| is_stale(session, event)) {
            return Ok(Report::rejected("stale", state));
        }
        // Then: the table.
        let column = STATES.iter().position(|name| *name == state.as_deref().unwrap_or("none")).expect("a column");
        let mut word = row[column];
        let mut anew = false;
        if word == "ended" && before.as_ref().is_some_and(|session| opens_anew(session, event)) {
            anew = true;
            word = if event.name == "EventDialing" { "Initiating" } else { "Alerting" };
        }
        let to =
            if word == "=" { state.clone().expect("= stands in no column without a session") } else { word.into() };
        if !STATES.contains(&to.as_str()) {
            return Ok(Report::rejected(word, state));
        }
        // Then: the limit.
        if self.is_over_a_limit(event) {
            return Ok(Report::rejected("limit", state));
        }

        // Accepted.
        let mut after = match (&before, anew) {
            (Some(session), false) => session.clone(),
            (Some(session), true) => {
                PlainSession { participants: Vec::new(), user_data: Pairs::new(), ..session.clone() }
            }
            (None, _) => PlainSession {
                state: to.clone(),
                participants: Vec::new(),
                user_data: Pairs::new(),
                conn_id: None,
                last: None,
            },
        };
        after.state = to;
        note_identity(&mut after, event);
        change_participants(&mut after.participants, event);
        let moves = CALL_EVENTS.contains(&event.name.as_str());
        let over = state.as_deref() == Some("Completed") && !anew;
        if event.name == "EventAttachedDataChanged" {
            after.user_data = event.user_data.clone().unwrap_or_default();
        } else if let (true, false, Some(user_data)) = (moves, over, &event.user_data) {
            after.user_data = user_data.clone();
        }

        let mut report = Report::plain("unchanged", state.clone(), Some(after.state.clone()));
        let (had, were) = before.map_or_else(Default::default, |session| (session.user_data, session.participants));
        let status = state.as_deref() != Some(after.state.as_str()) || were != after.participants;
        if event.name == "EventPrivateInfo" {
            report.outcome = "message";
            report.notifications.push((this_dn.to_owned(), format!("NewMessage:{}", text.unwrap_or_default())));
        } else if status {
            report.outcome = "changed";
            report.notifications.push((this_dn.to_owned(), "StatusChange".to_owned()));
        } else if view(&had) != view(&after.user_data) {
            report.outcome = "changed";
            report.notifications.push((this_dn.to_owned(), "AttachedDataChanged".to_owned()));
        }
        self.sessions.insert(key, after);
        Ok(report)
    }

    /// EventAttachedDataChanged without ThisDN: to every open session of that CallUUID.
    fn handle_at_call(&mut self, event: &PlainEvent, id: &str) -> Report {
        let open: Vec<_> = self
            .sessions
            .iter()
            .filter(|((_, of), session)| of == id && session.state != "Completed")
            .map(|(key, _)| key.clone())
            .collect();
        if open.is_empty() {
            return Report::rejected("orphan", None);
        }
        let fresh: Vec<_> = open.into_iter().filter(|key| !is_stale(&self.sessions[key], event)).collect();
        if fresh.is_empty() {
            return Report::rejected("stale", None);
        }
        if self.is_over_a_limit(event) {
            return Report::rejected("limit", None);
        }
        let mut report = Report::plain("unchanged", None, None);
        for key in fresh {
            let session = self.sessions.get_mut(&key).expect("it was found above");
            note_identity(session, event);
            let user_data = event.user_data.clone().unwrap_or_default();
            if view(&user_data) != view(&session.user_data) {
                report.outcome = "changed";
                report.notifications.push((key.0, "AttachedDataChanged".to_owned()));
            }
            session.user_data = user_data;
        }
        report
    }

    fn state_at(&self, this_dn: Option<&str>, id: Option<&str>) -> Option<String> {
        Some(self.sessions.get(&(this_dn?.to_owned(), id?.to_owned()))?.state.clone())
    }

    fn is_over_a_limit(&self, event: &PlainEvent) -> bool {
        event.user_data.as_ref().is_some_and(|list| size(list) > self.largest || depth(list) > self.deepest)
    }
}

const CALL_EVENTS: [&str; 5] = ["EventDialing", "EventRinging", "EventEstablished", "EventReleased", "EventAbandoned"];

fn present(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

fn is_id(id: &str) -> bool {
    let allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-";
    id.chars().all(|character| allowed.contains(character)) && id.chars().count() <= 64 && id != "." && id != ".."
}

/// The last pair `text` of the extensions; an integer in decimal, a list is no text.
fn text_of(event: &PlainEvent) -> Option<String> {
    let mut text = None;
    for (key, value) in event.extensions.iter().flatten() {
        if key == "text" {
            text = match value {
                Pair::Text(text) | Pair::Binary(text) => Some(text.clone()),
                Pair::Integer(number) => Some(number.to_string()),
                Pair::List(_) => None,
            };
        }
    }
    text
}

fn is_stale(session: &PlainSession, event: &PlainEvent) -> bool {
    match (session.last, event.number) {
        (Some((last, start)), Some(number)) => start == event.server_start_time && number <= last,
        _ => false,
    }
}

/// Provably newer: numbered, the last number known, the same ServerStartTime, higher.
fn opens_anew(session: &PlainSession, event: &PlainEvent) -> bool {
    let first_event = event.name == "EventDialing" || event.name == "EventRinging";
    match (session.last, event.number) {
        (Some((last, start)), Some(number)) => first_event && start == event.server_start_time && number > last,
        _ => false,
    }
}

fn note_identity(session: &mut PlainSession, event: &PlainEvent) {
    if let Some(number) = event.number {
        session.last = Some((number, event.server_start_time));
    }
    if event.conn_id.is_some() {
        session.conn_id = event.conn_id;
    }
}

fn change_participants(participants: &mut Vec<String>, event: &PlainEvent) {
    // An OtherDN equal to ThisDN counts as absent.
    let other = present(&event.other_dn).filter(|other| Some(*other) != present(&event.this_dn));
    let Some(other) = other.map(str::to_owned) else { return };
    match event.name.as_str() {
        "EventDialing" | "EventRinging" | "EventEstablished" if !participants.contains(&other) => {
            *participants = vec![other];
        }
        "EventPartyAdded" if !participants.contains(&other) => participants.push(other),
        "EventPartyDeleted" => participants.retain(|participant| *participant != other),
        "EventPartyChanged" => *participants = vec![other],
        _ => {}
    }
}
