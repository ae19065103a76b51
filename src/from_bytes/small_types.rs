//! The small types, which take one byte each, and the limits.

use super::bytes::counted;
use super::{Bytes, FromBytes};
use crate::decode::Form;
use crate::event::ConnId;
use crate::machine::{CallEvent, DataEvent, Operation, Operations, SessionEvent, State};
use crate::session::Limits;
use crate::testing::Fault;
use crate::testing::prelude::*;

/// The text forms of specification 6.
pub(super) const FORMS: [Form; 3] = [Form::JsonLines, Form::TServerLog, Form::PlatformSdkLog];

/// One byte, modulo the number of values, selects a value.
macro_rules! one_of_all {
    ($($type:ident, $all:expr, $first:expr;)*) => {$(
        impl FromBytes for $type {
            fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
                counted(bytes.byte(), &$all).copied().unwrap_or($first)
            }
        }
    )*};
}

one_of_all! {
    State, State::ALL, State::Initiating;
    CallEvent, CallEvent::ALL, CallEvent::Dialing;
    DataEvent, DataEvent::ALL, DataEvent::DestinationBusy;
    Operation, Operation::ALL, Operation::InitiateIMSession;
    SessionEvent, session_events(), CallEvent::Dialing.into();
    Form, FORMS, Form::JsonLines;
}

/// The five that can change the state, then the six that change only data.
fn session_events() -> Vec<SessionEvent> {
    CallEvent::ALL.map(SessionEvent::Call).into_iter().chain(DataEvent::ALL.map(SessionEvent::Data)).collect()
}

/// One byte: its six low bits.
impl FromBytes for Operations {
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
        let bits = bytes.byte();
        Operation::ALL.into_iter().filter(|&operation| bits >> (operation as u8) & 1 == 1).collect()
    }
}

impl FromBytes for ConnId {
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
        ConnId(bytes.number())
    }
}

/// Default limits, or small ones that are reached quickly: half of the byte values leave the default.
impl FromBytes for Limits {
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
        let mut limits = Limits::DEFAULT;
        for limit in [
            &mut limits.sessions,
            &mut limits.sessions_per_dn,
            &mut limits.participants,
            &mut limits.user_data_size,
            &mut limits.user_data_depth,
            &mut limits.text_length,
            &mut limits.dn_length,
            &mut limits.requests,
            &mut limits.sessions_per_call,
            &mut limits.user_data_pairs,
            &mut limits.remembered_ends,
        ] {
            let byte = usize::from(bytes.byte());
            *limit = byte.checked_sub(0x80).unwrap_or(*limit);
        }
        limits
    }
}

/// One byte: the low half is the place, plus 16 from 0x80 on. If the high half is 0 or 8, the low half is the kind, and
/// numbers follow: the place and, for some kinds, the distance.
impl FromBytes for Fault {
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
        let byte = bytes.byte();
        let at = usize::from(byte & 0xf) + if byte >= 0x80 { 16 } else { 0 };
        match byte >> 4 & 7 {
            0 => fault(byte & 0xf, bytes),
            1 => Fault::Reordered { at, by: usize::MAX },
            2 => Fault::Repeated { at, after: 0 },
            3 => Fault::Repeated { at, after: 3 },
            4 => Fault::Lost { at },
            5 => Fault::Reordered { at, by: 1 },
            6 => Fault::Truncated { at },
            7.. => Fault::WrongRole { at },
        }
    }
}

/// A fault of this kind, modulo their number, with its numbers.
fn fault(kind: u8, bytes: &mut Bytes<'_>) -> Fault {
    let mut place = || usize::try_from(bytes.number()).unwrap_or(usize::MAX);
    let at = place();
    match kind % 5 {
        0 => Fault::Repeated { at, after: place() },
        1 => Fault::Lost { at },
        2 => Fault::Reordered { at, by: place() },
        3 => Fault::Truncated { at },
        4.. => Fault::WrongRole { at },
    }
}
