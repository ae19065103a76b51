//! Counts the HEP packets.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use super::Metrics;
use super::text::{Kind, Text};

/// The result of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HepOutcome {
    /// SIP of an endpoint that has a DN.
    Observed,
    /// SIP of no such endpoint.
    OfNobody,
    /// Not readable as SIP, or over a limit of its endpoint.
    Unreadable,
    /// Something other than SIP.
    OtherProtocol,
    /// Its payload is compressed.
    Compressed,
    /// Not a complete HEP packet version 3.
    Malformed,
    /// The authentication key is missing or wrong.
    WrongKey,
    /// Too many messages were waiting.
    Dropped,
}

impl HepOutcome {
    const ALL: [(Self, &'static str); 8] = [
        (HepOutcome::Observed, "observed"),
        (HepOutcome::OfNobody, "of-nobody"),
        (HepOutcome::Unreadable, "unreadable"),
        (HepOutcome::OtherProtocol, "other-protocol"),
        (HepOutcome::Compressed, "compressed"),
        (HepOutcome::Malformed, "malformed"),
        (HepOutcome::WrongKey, "wrong-key"),
        (HepOutcome::Dropped, "dropped"),
    ];
}

#[derive(Debug, Default)]
pub(super) struct Hep {
    packets: [AtomicU64; HepOutcome::ALL.len()],
    connections: AtomicU64,
    connections_refused: AtomicU64,
    endpoints: AtomicUsize,
}

/// Counts a connection as open until it is dropped.
#[derive(Debug)]
pub struct HepConnection(Metrics);

impl Drop for HepConnection {
    fn drop(&mut self) {
        self.0.hep().connections.fetch_sub(1, Relaxed);
    }
}

impl Metrics {
    /// Counts a packet.
    pub fn hep_packet(&self, packet: HepOutcome) {
        if let Some(count) = self.hep().packets.get(packet as usize) {
            count.fetch_add(1, Relaxed);
        }
    }

    /// A connection was opened.
    #[must_use = "it counts as long as the value is there"]
    pub fn hep_connection_begins(&self) -> HepConnection {
        self.hep().connections.fetch_add(1, Relaxed);
        HepConnection(self.clone())
    }

    /// A connection was closed because there were too many.
    pub fn hep_connection_refused(&self) {
        self.hep().connections_refused.fetch_add(1, Relaxed);
    }

    /// Sets the number of endpoints that have calls.
    pub fn hep_endpoints(&self, count: usize) {
        self.hep().endpoints.store(count, Relaxed);
    }
}

impl Hep {
    pub(super) fn write(&self, text: &mut Text) {
        let name = "im_session_gateway_hep_packets_total";
        text.family(name, Kind::Counter, "Packets of HEP since the start, by outcome.");
        for ((_, outcome), count) in HepOutcome::ALL.iter().zip(&self.packets) {
            text.sample(name, &[("outcome", outcome)], count.load(Relaxed));
        }
        let mut single = |name: &str, kind, help: &str, value: u64| {
            text.single(&format!("im_session_gateway_hep_{name}"), kind, help, value);
        };
        single("connections", Kind::Gauge, "TCP connections of HEP.", self.connections.load(Relaxed));
        let help = "TCP connections of HEP that were closed because there were too many.";
        single("connections_refused_total", Kind::Counter, help, self.connections_refused.load(Relaxed));
        let help = "SIP endpoints that have calls.";
        single("endpoints", Kind::Gauge, help, self.endpoints.load(Relaxed) as u64);
    }
}
