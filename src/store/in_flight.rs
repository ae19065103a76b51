//! The requests in flight, until an event settles them.

use alloc::collections::BTreeMap;
use alloc::string::String;

use crate::event::{Event, EventName};
use crate::machine::Operation;

/// A request that an EventError or EventACK answered: which operation it was, whose, and what went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct Settled {
    /// The operation.
    pub operation: Operation,
    /// The DN of the agent who asked for it.
    #[cfg_attr(feature = "serde", serde(rename = "thisDN"))]
    pub this_dn: String,
    /// The session that it concerned; `None` for InitiateIMSession.
    pub id: Option<String>,
    /// The ReferenceID of the request.
    #[cfg_attr(feature = "serde", serde(rename = "referenceID"))]
    pub reference_id: u64,
    /// What went wrong; `None` where the server acknowledged.
    pub error: Option<RequestError>,
}

/// Why a request failed, as EventError says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
#[error("{}{}", .message.as_deref().unwrap_or("the request failed"), Code(*.code))]
pub struct RequestError {
    /// ErrorCode.
    pub code: Option<i64>,
    /// ErrorMessage.
    pub message: Option<String>,
}

struct Code(Option<i64>);

impl core::fmt::Display for Code {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.map_or(Ok(()), |code| write!(f, " (error {code})"))
    }
}

/// A request in flight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sending {
    pub(super) operation: Operation,
    pub(super) this_dn: String,
    pub(super) id: Option<String>,
    pub(super) sent: u64,
}

/// All of them, by ReferenceID, which counts up: so the first is the oldest.
#[derive(Debug, Clone, Default)]
pub(super) struct InFlight {
    pub(super) by_reference_id: BTreeMap<u64, Sending>,
    /// The last ReferenceID given.
    pub(super) last_reference_id: u64,
}

impl InFlight {
    pub(super) const fn new() -> Self {
        InFlight { by_reference_id: BTreeMap::new(), last_reference_id: 0 }
    }

    /// Remembers a request and gives it a ReferenceID. Over the limit the oldest is forgotten.
    pub(super) fn send(&mut self, sending: Sending, limit: usize) -> u64 {
        self.last_reference_id = self.last_reference_id.wrapping_add(1);
        self.by_reference_id.insert(self.last_reference_id, sending);
        while self.by_reference_id.len() > limit {
            self.by_reference_id.pop_first();
        }
        self.last_reference_id
    }

    /// The request that an event settles, which is then forgotten. An event of another DN settles nothing.
    pub(super) fn settle(&mut self, event: &Event<'_>) -> Option<Settled> {
        let failed = match event.name {
            EventName::Error => true,
            EventName::Call(_) | EventName::Data(_) | EventName::Ack | EventName::Other(_) => false,
        };
        let reference_id = event.reference_id?;
        let sending = self.by_reference_id.get(&reference_id)?;
        if event.this_dn().is_some_and(|dn| dn != sending.this_dn) {
            return None;
        }
        let Sending { operation, this_dn, id, .. } = self.by_reference_id.remove(&reference_id)?;
        let message = event.error_message.as_deref().filter(|message| !message.is_empty());
        let error = RequestError { code: event.error_code, message: message.map(String::from) };
        Some(Settled { operation, this_dn, id, reference_id, error: failed.then_some(error) })
    }
}
