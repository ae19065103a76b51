//! The requests to send to the SIP Server, in the order in which they were made.

use std::collections::{BTreeMap, HashMap};

use im_session::Request;

use crate::engine::StoredRequest;

/// The maximum number of requests that one read returns.
const READ_AT_ONCE: usize = 256;

/// The requests, exactly as in the file.
#[derive(Debug, Default)]
pub(super) struct RequestQueue {
    by_offset: BTreeMap<u64, StoredRequest>,
    by_reference_id: HashMap<u64, u64>,
    newest: u64,
}

impl RequestQueue {
    pub(super) fn new(newest: u64, stored: Vec<StoredRequest>) -> Self {
        let by_reference_id = stored.iter().map(|one| (one.request.reference_id, one.offset)).collect();
        let by_offset = stored.into_iter().map(|one| (one.offset, one)).collect();
        RequestQueue { by_offset, by_reference_id, newest }
    }

    /// The offset of the newest request; 0 before the first.
    pub(super) fn newest(&self) -> u64 {
        self.newest
    }

    /// Adds a request and returns its offset. The queue is bounded because each shard bounds its requests in flight.
    pub(super) fn push(&mut self, request: Request) -> u64 {
        self.newest += 1;
        let offset = self.newest;
        self.by_reference_id.insert(request.reference_id, offset);
        self.by_offset.insert(offset, StoredRequest { offset, request });
        offset
    }

    /// Keeps only these requests, and returns the offsets of the others.
    pub(super) fn retain(&mut self, is_kept: impl Fn(&Request) -> bool) -> Vec<u64> {
        let others = self.by_offset.values().filter(|one| !is_kept(&one.request));
        let others: Vec<u64> = others.map(|one| one.offset).collect();
        for &offset in &others {
            self.remove(offset);
        }
        others
    }

    /// Removes the request with this ReferenceID because it is settled. Returns its offset if it was still queued.
    pub(super) fn settle(&mut self, reference_id: u64) -> Option<u64> {
        let offset = self.by_reference_id.get(&reference_id).copied()?;
        self.remove(offset);
        Some(offset)
    }

    /// Removes the requests up to this offset because they have been sent. Returns their offsets.
    pub(super) fn confirm(&mut self, up_to: u64) -> Vec<u64> {
        let confirmed: Vec<u64> = self.by_offset.range(..=up_to).map(|(&offset, _)| offset).collect();
        for &offset in &confirmed {
            self.remove(offset);
        }
        confirmed
    }

    pub(super) fn get(&self, offset: u64) -> Option<&StoredRequest> {
        self.by_offset.get(&offset)
    }

    /// The next requests, starting at this offset.
    pub(super) fn from(&self, offset: u64) -> Vec<StoredRequest> {
        self.by_offset.range(offset..).map(|(_, request)| request.clone()).take(READ_AT_ONCE).collect()
    }

    fn remove(&mut self, offset: u64) {
        if let Some(removed) = self.by_offset.remove(&offset) {
            // ReferenceIDs wrap around, so this one may belong to a newer request.
            if self.by_reference_id.get(&removed.request.reference_id) == Some(&offset) {
                self.by_reference_id.remove(&removed.request.reference_id);
            }
        }
    }
}
