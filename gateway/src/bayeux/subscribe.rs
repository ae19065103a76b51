//! Subscribing and unsubscribing.

use std::collections::BTreeSet;

use serde_json::Value;

use super::channel::{IM_SESSIONS, covers, may_subscribe};
use super::client::Key;
use super::message::Message;
use super::queue::Kind;
use super::reply::{Failure, members};
use super::server::{Bayeux, SUBSCRIBE, UNSUBSCRIBE};

impl Bayeux {
    pub(super) fn subscribe(&mut self, key: Key, message: &Message) -> Result<Value, Failure> {
        let patterns = message.subscriptions().ok_or(Failure::NoSubscription)?;
        if !patterns.iter().all(|pattern| may_subscribe(pattern)) {
            return Err(Failure::Forbidden);
        }
        let client = self.clients.get_mut(&key).ok_or(Failure::UnknownClient)?;
        let new: BTreeSet<_> = patterns.iter().filter(|pattern| !client.subscriptions.contains(**pattern)).collect();
        if client.subscriptions.len() + new.len() > self.settings.subscriptions {
            return Err(Failure::TooManySubscriptions);
        }
        client.subscriptions.extend(new.into_iter().map(|pattern| (*pattern).to_owned()));
        if patterns.iter().any(|pattern| covers(pattern, IM_SESSIONS)) {
            self.begin_listing(key);
        }
        Ok(self.subscription_reply(key, SUBSCRIBE, message))
    }

    pub(super) fn unsubscribe(&mut self, key: Key, message: &Message) -> Result<Value, Failure> {
        let patterns = message.subscriptions().ok_or(Failure::NoSubscription)?;
        let client = self.clients.get_mut(&key).ok_or(Failure::UnknownClient)?;
        for pattern in patterns {
            client.subscriptions.remove(pattern);
        }
        if !client.receives(IM_SESSIONS) {
            // These were published while the client was subscribed, so they are delivered even if the list is no longer
            // wanted.
            let waiting = client.listing.take().map(|listing| listing.waiting).unwrap_or_default();
            for notification in &waiting {
                client.enqueue(notification, Kind::Overtaking);
            }
            let acknowledges = client.queue.acknowledges();
            self.weigh(key);
            // A client that does not acknowledge gets them with this reply.
            if acknowledges {
                self.release_if_ready(key);
            }
        }
        Ok(self.subscription_reply(key, UNSUBSCRIBE, message))
    }

    fn subscription_reply(&self, key: Key, channel: &str, message: &Message) -> Value {
        let mut reply = members(Some(channel), message.id(), true);
        if let Some(client) = self.clients.get(&key) {
            reply.insert("clientId".to_owned(), (*client.id).into());
        }
        if let Some(subscription) = message.subscription() {
            reply.insert("subscription".to_owned(), subscription.clone());
        }
        reply.into()
    }
}
