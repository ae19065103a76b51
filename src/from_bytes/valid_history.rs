//! Valid histories: only legal events, whatever the bytes.

use super::bytes::counted;
use super::event::{NUMBERS, PLACES, SERVER_START_TIME, event_of, names};
use super::user_data::list_of;
use super::{Bytes, FromBytes, agents};
use crate::event::{ConnId, Event, KeyValueList};
use crate::session::Limits;
use crate::testing::prelude::*;
use crate::testing::{Fault, History, Step};

/// One call at one DN from its first event on: one of the legal sequences of specification 2, or the beginning of one.
/// Between its events user data changes, parties come and go, and messages arrive. An ended call may ring again. The
/// events are numbered from 1 and of one server start, so a store with [`Limits::DEFAULT`] accepts them all.
///
/// A byte is an event, and there is at least one. The low half is the event, by [`event_of`]. If it is not legal at this
/// point, it selects a legal one instead, modulo their number. The high half of the first byte is the call and the DN.
///
/// ```
/// use im_session::from_bytes::{Bytes, valid_history};
///
/// let events = valid_history(&mut Bytes::new(b"BCED"));
/// let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
/// // EventAbandoned, `E`, cannot follow an answer, so it selects a message instead.
/// assert_eq!(names, ["EventRinging", "EventEstablished", "EventPrivateInfo", "EventReleased"]);
/// assert_eq!(events[3].event_sequence_number, Some(4));
/// ```
#[must_use]
pub fn valid_history(bytes: &mut Bytes<'_>) -> Vec<Event<'static>> {
    let mut only = None;
    legal_events(bytes, |row| only.get_or_insert_with(|| place(row)).clone())
}

/// Valid histories of many calls at many DNs, with the [`agents`] and one byte for each event as in [`valid_history`].
/// The high half says to which call the event belongs. Both parties of a call have the same id.
///
/// ```
/// use im_session::from_bytes::{Bytes, interleaved_histories};
///
/// let history = interleaved_histories(&mut Bytes::new(b"AbCcDd"));
/// assert_eq!(history.steps.len(), 6);
/// ```
#[must_use]
pub fn interleaved_histories(bytes: &mut Bytes<'_>) -> History {
    let steps = legal_events(bytes, place).into_iter().map(Step::Event).collect();
    History { agents: agents(), steps }
}

/// A [`valid_history`] with faults: a byte whose two low bits are the number of [`Fault`]s (from 1 to 4), the faults,
/// and the history. If the next bit of that byte is set (as in `4`), the events have no numbers, so nothing
/// distinguishes a repeated event from a new one.
///
/// ```
/// use im_session::from_bytes::{Bytes, faulty_history};
///
/// // One fault, `A`: the second event is lost.
/// let events = faulty_history(&mut Bytes::new(b"0AACD"));
/// let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
/// assert_eq!(names, ["EventDialing", "EventReleased"]);
/// ```
#[must_use]
pub fn faulty_history(bytes: &mut Bytes<'_>) -> Vec<Event<'static>> {
    let byte = bytes.byte();
    let faults: Vec<Fault> = (0..=byte & 3).map(|_| Fault::from_bytes(bytes)).collect();
    damaged(valid_history(bytes), faults, byte & 4 != 0)
}

/// The events with these faults, and with or without their numbers.
pub(crate) fn damaged(
    mut events: Vec<Event<'static>>,
    faults: Vec<Fault>,
    without_numbers: bool,
) -> Vec<Event<'static>> {
    faults.into_iter().for_each(|fault| fault.damage(&mut events));
    events.iter_mut().filter(|_| without_numbers).for_each(|event| event.event_sequence_number = None);
    events
}

/// The progress of a call at a DN, for the legal sequences of specification 2.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Phase {
    #[default]
    New,
    Initiating,
    Busy,
    Alerting,
    Talking,
    Ended,
}

impl Phase {
    /// The legal events, by the low halves of the table.
    fn legal(self) -> &'static [u8] {
        match self {
            Phase::New => &[1, 2, 3],
            Phase::Initiating => &[3, 4, 6, 7, 8, 9, 10],
            Phase::Busy => &[4, 7, 8, 9, 10],
            Phase::Alerting => &[3, 4, 5, 7, 8, 9, 10],
            Phase::Talking => &[4, 7, 8, 9, 10, 11],
            Phase::Ended => &[1, 2],
        }
    }

    fn after_low_half(self, low: u8) -> Phase {
        match low {
            1 => Phase::Initiating,
            2 => Phase::Alerting,
            3 => Phase::Talking,
            4 | 5 => Phase::Ended,
            6 => Phase::Busy,
            0 | 7.. => self,
        }
    }

    /// The phase after the event with this name. `None` if the event is not legal.
    pub(crate) fn after(self, name: &str) -> Option<Phase> {
        let (low, _) = (1..).zip(names()).find(|(_, known)| *known == name)?;
        self.legal().contains(&low).then(|| self.after_low_half(low))
    }
}

/// A DN and the id of a call.
type Place = (String, String);

/// Reads events until the bytes end, each for the call and the DN of its row.
fn legal_events(bytes: &mut Bytes<'_>, mut place_of: impl FnMut(u8) -> Place) -> Vec<Event<'static>> {
    let mut phases: BTreeMap<Place, Phase> = BTreeMap::new();
    let mut events = Vec::new();
    loop {
        let byte = bytes.byte();
        let place = place_of(byte >> 4);
        let phase = phases.entry(place.clone()).or_default();
        let is_spelled_out = byte & 0xf == 0;
        let low = legal(*phase, if is_spelled_out { bytes.byte() } else { byte });
        let event = if is_spelled_out { spelled_out(bytes, low) } else { of_the_row(byte >> 4, low) };
        events.extend(event.map(|event| event.with_this_dn(place.0).with_call_uuid(place.1)));
        *phase = phase.after_low_half(low);
        if bytes.is_empty() {
            break;
        }
    }
    for (number, event) in (1..).zip(&mut events) {
        event.event_sequence_number = Some(number);
        event.server_start_time = Some(SERVER_START_TIME);
    }
    events
}

/// The low half of this byte, or if it is not legal, a legal one that it selects.
fn legal(phase: Phase, byte: u8) -> u8 {
    let (low, legal) = (byte & 0xf, phase.legal());
    if legal.contains(&low) { low } else { counted(low, legal).copied().unwrap_or(low) }
}

/// A placeholder for a text of the maximum length.
const LONGEST: &str = "(longest)";
const LONGEST_DN: usize = Limits::DEFAULT.dn_length;
const LONGEST_ID: usize = 64;

/// The rows from 8 on, which only valid histories have: DN, id, OtherDN and the byte of the user data.
const ROWS: [(&str, &str, Option<&str>, Option<u8>); 8] = [
    ("3001", LONGEST, None, Some(10)),
    (LONGEST, "A", None, Some(8)),
    ("3001", "B", Some(LONGEST), None),
    ("3001", "007MDF3D0KAHL93L807GK2LAES000001", None, None),
    ("3002", "B", Some("+1 (916) 555-0104"), Some(6)),
    ("3003", "B", None, Some(3)),
    (LONGEST, LONGEST, Some(LONGEST), Some(0)),
    ("3002", LONGEST, None, None),
];

fn row_from_8(row: u8) -> Option<&'static (&'static str, &'static str, Option<&'static str>, Option<u8>)> {
    ROWS.get(usize::from(row.checked_sub(8)?))
}

fn long(text: &str, longest: usize) -> String {
    if text == LONGEST { "x".repeat(longest) } else { text.into() }
}

fn place(row: u8) -> Place {
    let of_the_table = || PLACES.get(usize::from(row)).copied().unwrap_or_default();
    let (this_dn, call_uuid) = row_from_8(row).map_or_else(of_the_table, |(dn, id, ..)| (dn, id));
    (long(this_dn, LONGEST_DN), long(call_uuid, LONGEST_ID))
}

/// The event of a row, whose DN and id are set by the caller.
fn of_the_row(row: u8, low: u8) -> Option<Event<'static>> {
    // From 8 on it is the plain row, with the additions here.
    let mut event = event_of(if row < 8 { row } else { 4 } * 16 + low)?;
    if let Some((_, _, other_dn, list)) = row_from_8(row) {
        event.other_dn = other_dn.map(|dn| long(dn, LONGEST_DN).into());
        event.user_data = list.and_then(list_of).into();
    }
    match row {
        0 => set_text(&mut event, ""),
        11 => set_text(&mut event, &"x".repeat(Limits::DEFAULT.text_length)),
        1..=10 | 12.. => {}
    }
    Some(event)
}

/// Replaces the text, if the event is a message.
fn set_text(event: &mut Event<'static>, text: &str) {
    if !event.extensions.is_absent() {
        event.extensions = KeyValueList::from_iter([("text", text.to_string())]).into();
    }
}

/// OtherDN, ConnID and user data, each after a byte that says whether it is present, and for a message its text.
fn spelled_out(bytes: &mut Bytes<'_>, low: u8) -> Option<Event<'static>> {
    let mut event = of_the_row(4, low)?;
    // From a few numbers, so that the limit of participants is not reached.
    event.other_dn = bytes.perhaps(|bytes| bytes.one_of(&NUMBERS)).map(Into::into);
    event.conn_id = bytes.perhaps(Bytes::number).map(ConnId);
    let user_data: Option<KeyValueList<'_>> = bytes.perhaps(FromBytes::from_bytes);
    event.user_data = user_data.filter(|list| Limits::DEFAULT.exceeded_by_user_data(list).is_none()).into();
    if !event.extensions.is_absent() {
        set_text(&mut event, &bytes.text(&["hello", "", "größer"]));
    }
    Some(event)
}
