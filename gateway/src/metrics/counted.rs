//! What the gateway itself counts, because the sessions cannot know it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use im_session::{Operation, StatusCode};

use super::hep::Hep;
use super::text::{Kind, Text};

/// The classes of HTTP statuses.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The results of dialog-info documents.
const DIALOG_INFOS: [&str; 2] = ["taken", "refused"];

/// Counters since the gateway started. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Metrics(Arc<Counted>);

#[derive(Debug, Default)]
struct Counted {
    /// By class of the status.
    http_requests: [AtomicU64; CLASSES.len()],
    in_flight: AtomicU64,
    /// By name and statusCode. Both come from fixed sets, so there are few.
    operations: Mutex<BTreeMap<(&'static str, u8), u64>>,
    /// What could not be read, by feed. These are the feeds that the gateway reads by itself, so there are few.
    feeds_refused: Mutex<BTreeMap<String, u64>>,
    hep: Hep,
    dialog_infos: [AtomicU64; DIALOG_INFOS.len()],
}

/// Counts a request as in flight until it is dropped.
#[derive(Debug)]
pub struct InFlight(Metrics);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.0.in_flight.fetch_sub(1, Relaxed);
    }
}

impl Metrics {
    /// An HTTP request has begun.
    #[must_use = "it counts as long as the value is there"]
    pub fn request_begins(&self) -> InFlight {
        self.0.in_flight.fetch_add(1, Relaxed);
        InFlight(self.clone())
    }

    /// An HTTP request was answered with this status.
    pub fn request_answered(&self, status: u16) {
        if let Some(count) = self.0.http_requests.get(usize::from(status / 100).wrapping_sub(1)) {
            count.fetch_add(1, Relaxed);
        }
    }

    /// An operation was answered; `None` if its body names no known operation.
    pub fn operation_answered(&self, operation: Option<Operation>, status_code: StatusCode) {
        let name = operation.map_or("unknown", Operation::name);
        *self.operations().entry((name, status_code.code())).or_default() += 1;
    }

    /// This many items of a feed that the gateway reads by itself could not be read.
    pub fn feed_refused(&self, feed: &str, count: u64) {
        let mut refused = self.0.feeds_refused.lock().unwrap_or_else(PoisonError::into_inner);
        *refused.entry(feed.to_owned()).or_default() += count;
    }

    /// A dialog-info document was accepted or rejected.
    pub fn dialog_info(&self, is_taken: bool) {
        let [taken, refused] = &self.0.dialog_infos;
        if is_taken { taken } else { refused }.fetch_add(1, Relaxed);
    }

    pub(super) fn hep(&self) -> &Hep {
        &self.0.hep
    }

    /// Writes the counters.
    pub fn write(&self, text: &mut Text) {
        let name = "im_session_gateway_operations_total";
        text.family(name, Kind::Counter, "Operations of agents since the start, by name and statusCode of the answer.");
        for ((operation, code), count) in &*self.operations() {
            text.sample(name, &[("operation", operation), ("status_code", &code.to_string())], count);
        }
        let name = "im_session_gateway_feed_refused_total";
        text.family(
            name,
            Kind::Counter,
            "What could not be read from feeds that the gateway reads by itself, since the start.",
        );
        for (feed, count) in &*self.0.feeds_refused.lock().unwrap_or_else(PoisonError::into_inner) {
            text.sample(name, &[("feed", feed)], count);
        }
        self.0.hep.write(text);
        let name = "im_session_gateway_dialog_info_total";
        text.family(name, Kind::Counter, "Dialog-info documents since the start, by outcome.");
        for (outcome, count) in DIALOG_INFOS.iter().zip(&self.0.dialog_infos) {
            text.sample(name, &[("outcome", outcome)], count.load(Relaxed));
        }
        let name = "im_session_gateway_http_requests_total";
        text.family(name, Kind::Counter, "HTTP requests answered since the start, by class of the status.");
        for (class, count) in CLASSES.iter().zip(&self.0.http_requests) {
            text.sample(name, &[("class", class)], count.load(Relaxed));
        }
        let help = "HTTP requests that are not answered yet, including held connects of CometD.";
        text.single("im_session_gateway_http_requests_in_flight", Kind::Gauge, help, self.0.in_flight.load(Relaxed));
    }

    fn operations(&self) -> MutexGuard<'_, BTreeMap<(&'static str, u8), u64>> {
        self.0.operations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
