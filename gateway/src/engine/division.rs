//! Assigns events and records to shards. Reassigns records when the number of shards changes or a DN moves to another
//! agent.
//!
//! The library numbers completions, remembered ends and requests separately in each store. Reassigning merges records
//! from several stores, so it renumbers them, by time where the record has one.

use std::collections::BTreeMap;

use im_session::Event;
use im_session::store::{PartKey, shard};
use serde_json::Value;

use super::{DamagedShard, FeedPosition, RecordKey, Shard, ShardSettings};
use crate::config::Agents;

/// A record: its shard, its key, and its value as JSON.
pub type Record = (u32, Vec<u8>, Vec<u8>);

/// The shard that stores the data that exists only once per feed, such as its note: the shard of `feed:NAME`.
#[must_use]
pub fn home_of_feed(feed: &str, shards: u32) -> u32 {
    shard(&format!("feed:{feed}"), shards)
}

/// The shard of a DN. It is the agent's shard, or the shard of the DN itself if the DN belongs to no agent.
#[must_use]
pub fn shard_of_dn(dn: &str, agents: &Agents, shards: u32) -> u32 {
    shard(agents.shard_key(dn), shards)
}

/// The events of a feed, divided among the shards.
#[derive(Debug)]
pub struct DividedEvents {
    of_one: BTreeMap<u32, Vec<(usize, Event<'static>)>>,
    /// Events for all shards. They are copied for one shard at a time, so that the copies for all shards never exist at
    /// once.
    of_all: Vec<(usize, Event<'static>)>,
    shards: u32,
}

/// Assigns events to shards. An event goes to the shard of its DN, and an event without a DN goes to all shards.
#[must_use]
pub fn divide_events(events: Vec<Event<'static>>, agents: &Agents, shards: u32) -> DividedEvents {
    let mut divided = DividedEvents { of_one: BTreeMap::new(), of_all: Vec::new(), shards };
    for (place, event) in events.into_iter().enumerate() {
        match event.this_dn().map(|dn| shard_of_dn(dn, agents, shards)) {
            Some(number) => divided.of_one.entry(number).or_default().push((place, event)),
            None => divided.of_all.push((place, event)),
        }
    }
    divided
}

impl DividedEvents {
    /// The shards that get events.
    #[must_use]
    pub fn shards(&self) -> Vec<u32> {
        if self.of_all.is_empty() { self.of_one.keys().copied().collect() } else { (0..self.shards).collect() }
    }

    /// Whether there are events for all shards.
    #[must_use]
    pub fn has_events_for_all(&self) -> bool {
        !self.of_all.is_empty()
    }

    /// Takes the events of a shard, in order, each with its index among all events.
    #[must_use]
    pub fn take(&mut self, number: u32) -> Vec<(usize, Event<'static>)> {
        let mut events = self.of_one.remove(&number).unwrap_or_default();
        events.extend(self.of_all.iter().cloned());
        events.sort_by_key(|(place, _)| *place);
        events
    }
}

/// Divides all records among these shards; `None` if they are already divided correctly. `settings` returns the
/// settings of a shard by its number.
///
/// # Errors
///
/// If a record is damaged.
pub fn divide(
    records: &[Record],
    from_shards: u32,
    agents: &Agents,
    shards: u32,
    settings: impl Fn(u32) -> ShardSettings,
) -> Result<Option<Vec<Record>>, DamagedShard> {
    let read = records.iter().map(|record| Read::new(record, agents, shards));
    let read = read.collect::<Result<Vec<Read>, _>>()?;
    if from_shards == shards && read.iter().all(Read::is_at_its_place) {
        return Ok(None);
    }
    let mut new: Vec<Divided> = (0..shards).map(|number| Divided::new(&settings(number))).collect::<Result<_, _>>()?;
    let mut feeds: BTreeMap<String, FeedPosition> = BTreeMap::new();
    let (mut notified, mut now, mut given) = (0, 0, Vec::new());
    for one in read {
        match one.key {
            RecordKey::Part(PartKey::Store) => {
                let part = &one.value["store"];
                now = now.max(number_of(part, "now"));
                given.push(number_of(part, "lastReferenceId"));
                if let Some(new) = new.get_mut(one.shard as usize) {
                    new.counters = Some(part["counters"].clone());
                }
            }
            RecordKey::Part(PartKey::Session { .. } | PartKey::End { .. } | PartKey::Request { .. })
            | RecordKey::Requester { .. } => {
                if let Some(new) = one.target.and_then(|target| new.get_mut(target as usize)) {
                    new.parts.push((one.shard, one.key, one.value));
                }
            }
            RecordKey::Feed(name) => {
                let feed = serde_json::from_value::<FeedPosition>(one.value);
                let key = RecordKey::Feed(name.clone());
                let feed = feed.map_err(|error| DamagedShard::Value { shard: one.shard, key, error })?;
                // A shard that received nothing from a batch does not know its position, so the highest known position
                // is the feed's. If two records have that position, only one of them has the note.
                let known = feeds.entry(name).or_insert_with(|| feed.clone());
                if (feed.position, feed.note.is_some()) > (known.position, known.note.is_some()) {
                    *known = feed;
                }
            }
            RecordKey::Notified => notified = notified.max(one.value.as_u64().unwrap_or_default()),
        }
    }
    let mut divided = Vec::new();
    for (number, mut one) in (0..shards).zip(new) {
        for feed in feeds.values() {
            let is_home = home_of_feed(&feed.feed, shards) == number;
            let feed = FeedPosition { note: feed.note.clone().filter(|_| is_home), ..feed.clone() };
            divided.push(record(number, &RecordKey::Feed(feed.feed.clone()), &feed));
        }
        divided.push(record(number, &RecordKey::Notified, &notified));
        one.number_anew();
        divided.push(record(number, &RecordKey::Part(PartKey::Store), &one.store(now, &given)));
        divided.extend(one.parts.iter().map(|(_, key, value)| record(number, key, value)));
    }
    Ok(Some(divided))
}

fn record(number: u32, key: &RecordKey, value: &impl serde::Serialize) -> Record {
    // The value was read from JSON, so it can be written as JSON.
    (number, key.to_bytes(), serde_json::to_vec(value).unwrap_or_default())
}

fn number_of(part: &Value, field: &str) -> u64 {
    part[field].as_u64().unwrap_or_default()
}

/// A record that has been read.
struct Read {
    shard: u32,
    key: RecordKey,
    value: Value,
    /// The shard to which it belongs; `None` for a record that every shard has.
    target: Option<u32>,
}

impl Read {
    fn new((shard, key, value): &Record, agents: &Agents, shards: u32) -> Result<Self, DamagedShard> {
        let shard = *shard;
        let key: RecordKey = serde_json::from_slice(key).map_err(|error| DamagedShard::Key {
            shard,
            found: String::from_utf8_lossy(key).into_owned(),
            error,
        })?;
        let value: Value = serde_json::from_slice(value).map_err(|error| {
            let key = key.clone();
            DamagedShard::Value { shard, key, error }
        })?;
        let target = match &key {
            RecordKey::Part(PartKey::Session { this_dn, .. } | PartKey::End { this_dn, .. }) => Some(this_dn.as_str()),
            RecordKey::Part(PartKey::Request { .. }) => Some(value["request"]["thisDN"].as_str().unwrap_or_default()),
            RecordKey::Requester { .. } => Some(value["thisDN"].as_str().unwrap_or_default()),
            RecordKey::Part(PartKey::Store) | RecordKey::Feed(_) | RecordKey::Notified => None,
        };
        let target = target.map(|dn| shard_of_dn(dn, agents, shards));
        Ok(Read { shard, key, value, target })
    }

    fn is_at_its_place(&self) -> bool {
        self.target.is_none_or(|target| target == self.shard)
    }
}

/// A shard under construction.
struct Divided {
    /// The store record of an empty shard.
    empty_store: Value,
    /// The ReferenceIDs that it may assign.
    reference_ids: std::ops::RangeInclusive<u64>,
    counters: Option<Value>,
    parts: Vec<(u32, RecordKey, Value)>,
    completions: u64,
}

impl Divided {
    fn new(settings: &ShardSettings) -> Result<Self, DamagedShard> {
        let empty = Shard::new(settings)?;
        let key = RecordKey::Part(PartKey::Store);
        let store = empty.record(&key).unwrap_or_default();
        let empty_store = serde_json::from_slice(&store).map_err(|error| DamagedShard::Value {
            shard: settings.number,
            key,
            error,
        })?;
        let reference_ids = settings.reference_ids_from_to();
        Ok(Divided { empty_store, reference_ids, counters: None, parts: Vec::new(), completions: 0 })
    }

    /// Assigns the numbers again, separately for each kind of record.
    fn number_anew(&mut self) {
        self.completions = number_by(&mut self.parts, "session", "completion", "lastHeard");
        number_by(&mut self.parts, "end", "order", "order");
        number_by(&mut self.parts, "request", "order", "sent");
    }

    /// The record of the library's store.
    fn store(&self, now: u64, given: &[u64]) -> Value {
        let mut store = self.empty_store.clone();
        let part = &mut store["store"];
        part["now"] = now.into();
        part["completions"] = self.completions.into();
        // Continues after the last ReferenceID of its range, whichever shard assigned it, because that request may
        // still be in flight.
        let last = given.iter().copied().filter(|given| self.reference_ids.contains(given)).max();
        if let Some(last) = last {
            part["lastReferenceId"] = last.into();
        }
        if let Some(counters) = &self.counters {
            part["counters"] = counters.clone();
        }
        store
    }
}

/// Renumbers the records of one kind from 1, if they have a number, ordered by time and then by their old number.
/// Returns the number of records.
fn number_by(parts: &mut [(u32, RecordKey, Value)], kind: &str, number: &str, time: &str) -> u64 {
    let mut numbered: Vec<(u32, &mut Value)> = parts
        .iter_mut()
        .filter_map(|(shard, _, value)| Some((*shard, value.get_mut(kind)?)))
        .filter(|(_, part)| number_of(part, number) > 0)
        .collect();
    numbered.sort_by_key(|(shard, part)| (number_of(part, time), number_of(part, number), *shard));
    let mut count = 0;
    for (_, part) in numbered {
        count += 1;
        part[number] = count.into();
    }
    count
}
