//! The requests in flight: sent, and neither settled nor timed out. Specification 4.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;

use super::reference_ids::ReferenceIds;
use crate::event::{Event, EventName};
use crate::machine::Operation;

/// A request that is no longer in flight: its operation, its agent's DN and its result.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct Settled {
    /// The operation.
    pub operation: Operation,
    /// The DN of the agent who posted it.
    #[cfg_attr(feature = "serde", serde(rename = "thisDN"))]
    pub this_dn: String,
    /// The session that it concerned; `None` for InitiateIMSession.
    pub id: Option<String>,
    /// The ReferenceID of the request.
    #[cfg_attr(feature = "serde", serde(rename = "referenceID"))]
    pub reference_id: u64,
    /// Its result.
    pub result: RequestResult,
}

/// The result of a request. Deliberately exhaustive.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub enum RequestResult {
    /// An event other than EventError answered it.
    Done,
    /// EventError answered it.
    Failed(RequestError),
    /// Nothing answered it before [`time_out_requests`](super::Sessions::time_out_requests) timed it out.
    TimedOut,
}

impl RequestResult {
    /// The error, if the request failed.
    #[must_use]
    pub const fn error(&self) -> Option<&RequestError> {
        match self {
            RequestResult::Failed(error) => Some(error),
            RequestResult::Done | RequestResult::TimedOut => None,
        }
    }
}

/// Why a request failed, from the attributes of EventError.
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
    /// When it was sent, in nanoseconds of the store's time.
    pub(super) sent: u64,
}

#[derive(Debug, Clone)]
pub(super) struct InFlight {
    by_reference_id: BTreeMap<u64, (u64, Sending)>,
    /// The ReferenceIDs in the order in which the requests were sent.
    by_order: BTreeMap<u64, u64>,
    /// The number of requests to initiate a session in flight, by DN.
    initiating: BTreeMap<Box<str>, usize>,
    /// The number of all requests that were ever sent.
    sent: u64,
    reference_ids: ReferenceIds,
}

impl InFlight {
    pub(super) const fn new() -> Self {
        InFlight {
            by_reference_id: BTreeMap::new(),
            by_order: BTreeMap::new(),
            initiating: BTreeMap::new(),
            sent: 0,
            reference_ids: ReferenceIds::ALL,
        }
    }

    pub(super) fn set_reference_ids(&mut self, reference_ids: ReferenceIds) {
        self.reference_ids = reference_ids;
    }

    /// Whether a DN has a request in flight to initiate a session.
    pub(super) fn is_initiating(&self, dn: &str) -> bool {
        self.initiating.contains_key(dn)
    }

    /// Adds a request and gives it a ReferenceID. `None` if `limit` requests are in flight, or no ReferenceID is free:
    /// an older request never makes room, since each has to be settled or to time out.
    pub(super) fn send(&mut self, sending: Sending, limit: usize) -> Option<u64> {
        if self.by_order.len() >= limit.min(self.reference_ids.len()) {
            return None;
        }
        let in_flight = &self.by_reference_id;
        let reference_id = self.reference_ids.next(|id| in_flight.contains_key(&id));
        self.insert(reference_id, self.sent.saturating_add(1), sending);
        Some(reference_id)
    }

    /// Removes and returns the request that a readable event settles. An event of another DN settles nothing.
    pub(super) fn settle(&mut self, event: &Event<'_>) -> Option<Settled> {
        let reference_id = event.reference_id?;
        let (_, sending) = self.by_reference_id.get(&reference_id)?;
        if event.this_dn().is_some_and(|dn| dn != sending.this_dn) {
            return None;
        }
        let is_error = event.name == EventName::Error;
        // EventACK means only that the server received the request to initiate, not whether it succeeded.
        if sending.operation == Operation::InitiateIMSession && !is_error && event.name.session_event().is_none() {
            return None;
        }
        let result = if is_error {
            let message = event.error_message.as_deref().filter(|message| !message.is_empty());
            RequestResult::Failed(RequestError { code: event.error_code, message: message.map(String::from) })
        } else {
            RequestResult::Done
        };
        self.take(reference_id).map(|sending| settled(reference_id, sending, result))
    }

    /// Removes and returns the oldest request, if it was sent before `before`.
    pub(super) fn time_out(&mut self, before: u64) -> Option<Settled> {
        let &reference_id = self.by_order.values().next()?;
        let (_, sending) = self.by_reference_id.get(&reference_id)?;
        if sending.sent >= before {
            return None;
        }
        self.take(reference_id).map(|sending| settled(reference_id, sending, RequestResult::TimedOut))
    }

    fn insert(&mut self, reference_id: u64, order: u64, sending: Sending) {
        if sending.operation == Operation::InitiateIMSession {
            *self.initiating.entry(sending.this_dn.as_str().into()).or_default() += 1;
        }
        self.sent = self.sent.max(order);
        self.by_order.insert(order, reference_id);
        self.by_reference_id.insert(reference_id, (order, sending));
    }

    fn take(&mut self, reference_id: u64) -> Option<Sending> {
        let (order, sending) = self.by_reference_id.remove(&reference_id)?;
        self.by_order.remove(&order);
        if sending.operation == Operation::InitiateIMSession {
            match self.initiating.get_mut(sending.this_dn.as_str()) {
                Some(count) if *count > 1 => *count -= 1,
                Some(_) | None => {
                    self.initiating.remove(sending.this_dn.as_str());
                }
            }
        }
        Some(sending)
    }
}

fn settled(reference_id: u64, sending: Sending, result: RequestResult) -> Settled {
    let Sending { operation, this_dn, id, .. } = sending;
    Settled { operation, this_dn, id, reference_id, result }
}

#[cfg(feature = "serde")]
impl InFlight {
    /// Removes a request.
    pub(super) fn forget(&mut self, reference_id: u64) {
        self.take(reference_id);
    }

    /// Removes the `count` oldest requests.
    pub(super) fn forget_oldest(&mut self, count: usize) {
        let oldest: alloc::vec::Vec<u64> = self.by_order.values().copied().take(count).collect();
        for reference_id in oldest {
            self.take(reference_id);
        }
    }

    pub(super) fn reference_ids(&self) -> ReferenceIds {
        self.reference_ids
    }

    /// ReferenceID, order and request, ascending by ReferenceID.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, u64, &Sending)> {
        self.by_reference_id.iter().map(|(&reference_id, (order, sending))| (reference_id, *order, sending))
    }

    pub(super) fn get(&self, reference_id: u64) -> Option<(u64, &Sending)> {
        self.by_reference_id.get(&reference_id).map(|(order, sending)| (*order, sending))
    }

    /// Puts back a request of a snapshot. Returns `false`, without doing so, if its ReferenceID or its order is taken.
    pub(super) fn put_back(&mut self, reference_id: u64, order: u64, sending: Sending) -> bool {
        let is_new = !self.by_reference_id.contains_key(&reference_id) && !self.by_order.contains_key(&order);
        if is_new {
            self.insert(reference_id, order, sending);
        }
        is_new
    }
}
