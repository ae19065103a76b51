//! Writes the metrics.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{ENGINE_PATIENCE, Monitoring, Readiness, Sources};
use crate::engine::Engine;
use crate::engine::inspection::Inquiry;
use crate::metrics::{Kind, Text};

/// The most feeds that are listed. Their names come from clients, so the number has to be bounded.
const MOST_FEEDS: usize = 256;

/// The part of the engine's overview that is read: counters by kind.
#[derive(Deserialize)]
struct Account {
    sessions: BTreeMap<String, u64>,
    events: BTreeMap<String, u64>,
    rejected: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
struct Feeds {
    feeds: BTreeMap<String, u64>,
}

/// All metrics. Until the gateway serves there is only one, which says so. Metrics of an engine that does not answer in
/// time are missing.
pub(super) async fn metrics(monitoring: &Monitoring) -> Text {
    let mut text = Text::default();
    let is_ready = u8::from(monitoring.readiness() == Readiness::Ready);
    text.single("im_session_gateway_ready", Kind::Gauge, "1 while the gateway serves.", is_ready);
    if let Some(sources) = monitoring.0.get() {
        of_engine(&mut text, &**sources.gateway.engine()).await;
        of_process(&mut text, sources);
    }
    text
}

async fn of_engine(text: &mut Text, engine: &dyn Engine) {
    if let Some(Account { sessions, events, rejected }) = ask(engine, Inquiry::Overview).await {
        let mut family = |name: &str, kind, help: &str, label: &str, counts: &BTreeMap<String, u64>| {
            text.family(name, kind, help);
            counts.iter().for_each(|(of, count)| text.sample(name, &[(label, of)], count));
        };
        family("im_session_gateway_sessions", Kind::Gauge, "Sessions by state.", "state", &sessions);
        let help = "Events that were accepted or could not be read since the store was created, by outcome.";
        family("im_session_gateway_events_total", Kind::Counter, help, "outcome", &events);
        let help = "Events that were rejected since the store was created, by reason.";
        family("im_session_gateway_events_rejected_total", Kind::Counter, help, "reason", &rejected);
    }
    if let Some(Feeds { feeds }) = ask(engine, Inquiry::Feeds).await {
        let name = "im_session_gateway_feed_position";
        text.family(name, Kind::Gauge, "The position of each feed.");
        feeds.iter().take(MOST_FEEDS).for_each(|(feed, position)| text.sample(name, &[("feed", feed)], position));
    }
    let help = "Requests to the SIP Server that operations made since the store was created.";
    let newest = *engine.newest_request().borrow();
    text.single("im_session_gateway_requests_total", Kind::Counter, help, newest);
}

async fn ask<T: DeserializeOwned>(engine: &dyn Engine, inquiry: Inquiry) -> Option<T> {
    let reply = tokio::time::timeout(ENGINE_PATIENCE, engine.inspect(inquiry)).await.ok()?.ok()?;
    serde_json::from_slice(&reply.body).ok()
}

fn of_process(text: &mut Text, sources: &Sources) {
    sources.gateway.metrics().write(text);
    let help = "Duration of commits to the store.";
    sources.commits.write(text, "im_session_gateway_commit_duration_seconds", help);
    let counts = sources.cometd.counts();
    let mut gauge = |name: &str, help: &str, count: usize| {
        text.single(&format!("im_session_gateway_cometd_{name}"), Kind::Gauge, help, count);
    };
    gauge("clients", "Clients of CometD.", counts.clients);
    gauge("held_connects", "Held connects.", counts.held);
    gauge("queued_messages", "Messages that wait for their clients or are in flight.", counts.messages);
    gauge("queued_bytes", "Bytes of these messages.", counts.bytes);
}
