//! The small types: one byte each, and limits.

use super::bytes::counted;
use super::{Bytes, FromBytes};
use crate::decode::Form;
use crate::event::ConnId;
use crate::machine::{CallEvent, DataEvent, Operation, Operations, SessionEvent, State};
use crate::session::Limits;

/// The text forms of specification 6.
pub(super) const FORMS: [Form; 3] = [Form::JsonLines, Form::TServerLog, Form::PlatformSdkLog];

/// One byte, counted modulo, chooses one of all.
macro_rules! one_of_all {
    ($($type:ident, $all:expr, $first:ident;)*) => {$(
        impl FromBytes for $type {
            fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
                counted(bytes.byte(), &$all).copied().unwrap_or($type::$first)
            }
        }
    )*};
}

one_of_all! {
    State, State::ALL, Initiating;
    CallEvent, CallEvent::ALL, Dialing;
    DataEvent, DataEvent::ALL, DestinationBusy;
    Operation, Operation::ALL, InitiateIMSession;
    Form, FORMS, JsonLines;
}

/// One byte: the five that move, then the six that touch data.
impl FromBytes for SessionEvent {
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
        let at = usize::from(bytes.byte()) % (CallEvent::ALL.len() + DataEvent::ALL.len());
        let call = CallEvent::ALL.get(at).map(|&event| SessionEvent::Call(event));
        let data = || DataEvent::ALL.get(at - CallEvent::ALL.len()).map(|&event| SessionEvent::Data(event));
        call.or_else(data).unwrap_or(SessionEvent::Call(CallEvent::Dialing))
    }
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

/// The limits in the order in which bytes set them.
fn all_limits(limits: &mut Limits) -> [&mut usize; 11] {
    [
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
    ]
}

/// The defaults, or small ones that are soon met: half of the bytes leave the default.
impl FromBytes for Limits {
    fn from_bytes(bytes: &mut Bytes<'_>) -> Self {
        let mut limits = Limits::DEFAULT;
        for limit in all_limits(&mut limits) {
            match bytes.byte() {
                0..0x80 => {}
                byte => *limit = usize::from(byte - 0x80),
            }
        }
        limits
    }
}
