//! Which feeds may store a position? Those that already have one, and new ones as long as there is room.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;
use tokio::sync::Mutex;

use super::answer::Failed;
use super::feed::{failed, wrong};
use crate::engine::inspection::Inquiry;
use crate::engine::{Engine, FeedPosition};

/// The maximum number of feeds with a position, including those that the gateway reads itself.
pub const MOST_FEEDS: usize = 1_024;

/// The feeds that were admitted since the start. Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct FeedNames(Arc<Mutex<BTreeSet<String>>>);

#[derive(Deserialize)]
struct Stored {
    feeds: BTreeMap<String, u64>,
}

impl FeedNames {
    /// Admits a feed. Positions are never forgotten, so unlimited new names would fill the memory and the store.
    pub(super) async fn admit(&self, engine: &dyn Engine, feed: Option<&FeedPosition>) -> Result<(), Failed> {
        let Some(FeedPosition { feed, .. }) = feed else { return Ok(()) };
        // The lock is held until the feed is admitted, so that two new feeds cannot take the same place.
        let mut names = self.0.lock().await;
        if names.contains(feed) {
            return Ok(());
        }
        let reply = engine.inspect(Inquiry::Feeds).await.map_err(|error| failed(&error))?;
        // An engine that does not list the feeds answers without them.
        let stored = serde_json::from_slice(&reply.body).map(|Stored { feeds }| feeds).unwrap_or_default();
        let is_known = stored.contains_key(feed);
        names.extend(stored.into_keys().take(MOST_FEEDS));
        if !is_known && names.len() >= MOST_FEEDS {
            return Err(wrong(format!("expected one of the {MOST_FEEDS} feeds that have a position, found a new one")));
        }
        names.insert(feed.clone());
        Ok(())
    }
}
