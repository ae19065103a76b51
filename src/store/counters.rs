//! The counters of a store.

use alloc::string::{String, ToString};

use crate::machine::{RejectReason, State};
use crate::resource::StatusCode;
use crate::session::Outcome;

/// The counters of a store since its creation, as a plain value to export as metrics.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use im_session::{BaseUri, CallEvent, Event, Sessions, State};
///
/// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
/// let _handled = sessions.handle_event(&Event::new(CallEvent::Ringing).with_this_dn("3002").with_call_uuid("007"));
/// assert_eq!((sessions.counters().changed, sessions.counters().sessions(State::Alerting)), (1, 1));
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counters {
    /// Events that changed something.
    pub changed: u64,
    /// Events accepted that changed nothing.
    pub unchanged: u64,
    /// Events that brought a message.
    pub messages: u64,
    /// Events that do not concern sessions.
    pub ignored: u64,
    /// Events that could not be read. Those that a decoder refuses never reach the store.
    pub unreadable: u64,
    /// Current number of sessions, by state.
    sessions: [u64; State::ALL.len()],
    /// Events rejected, by reason.
    rejected: [u64; RejectReason::ALL.len()],
    /// Operations answered, by statusCode.
    operations: [u64; StatusCode::ALL.len()],
}

impl Counters {
    /// The current number of sessions in this state.
    #[must_use]
    pub fn sessions(&self, state: State) -> u64 {
        self.sessions.get(state as usize).copied().unwrap_or_default()
    }

    /// The number of events that were rejected for this reason.
    #[must_use]
    pub fn rejected(&self, reason: RejectReason) -> u64 {
        self.rejected.get(reason as usize).copied().unwrap_or_default()
    }

    /// The number of operations that were answered with this statusCode.
    #[must_use]
    pub fn operations(&self, status_code: StatusCode) -> u64 {
        self.operations.get(usize::from(status_code.code())).copied().unwrap_or_default()
    }

    /// All counters as (what is counted, kind, value), for export: `("rejected", "stale", 3)`.
    ///
    /// The kinds are the names on the wire; for operations they are the meanings of the statusCodes.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use im_session::{BaseUri, Sessions};
    ///
    /// let sessions = Sessions::new(BaseUri::new("http://localhost:8090"));
    /// for (counted, kind, value) in sessions.counters().iter() {
    ///     println!("im_session_{counted}{{kind=\"{kind}\"}} {value}");
    /// }
    /// # }
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, String, u64)> {
        let events = [
            ("changed", self.changed),
            ("unchanged", self.unchanged),
            ("message", self.messages),
            ("ignored", self.ignored),
            ("unreadable", self.unreadable),
        ];
        let events = events.into_iter().map(|(kind, count)| ("events", kind.to_string(), count));
        let rejected =
            RejectReason::ALL.into_iter().map(|reason| ("rejected", reason.to_string(), self.rejected(reason)));
        let sessions = State::ALL.into_iter().map(|state| ("sessions", state.to_string(), self.sessions(state)));
        let operations =
            StatusCode::ALL.into_iter().map(|code| ("operations", code.to_string(), self.operations(code)));
        events.chain(rejected).chain(sessions).chain(operations)
    }

    pub(super) fn count_event(&mut self, outcome: &Outcome) {
        let counter = match outcome {
            Outcome::Changed { .. } => Some(&mut self.changed),
            Outcome::Unchanged => Some(&mut self.unchanged),
            Outcome::Message(_) => Some(&mut self.messages),
            Outcome::Ignored => Some(&mut self.ignored),
            Outcome::Rejected(rejection) => self.rejected.get_mut(rejection.reason as usize),
        };
        increase(counter);
    }

    /// The same counters with the number of sessions set to 0.
    #[cfg(feature = "serde")]
    pub(super) fn without_sessions(self) -> Self {
        Counters { sessions: [0; State::ALL.len()], ..self }
    }

    /// The current number of open sessions.
    pub(super) fn open_sessions(&self) -> usize {
        let open = State::ALL.into_iter().filter(|state| state.is_open());
        usize::try_from(open.map(|state| self.sessions(state)).sum::<u64>()).unwrap_or(usize::MAX)
    }

    pub(super) fn count_operation(&mut self, status_code: StatusCode) {
        increase(self.operations.get_mut(usize::from(status_code.code())));
    }

    /// Counts a session that changes its state. `None` means that it did not exist before, or does not exist
    /// afterwards.
    pub(super) fn count_state(&mut self, from: Option<State>, to: Option<State>) {
        if from == to {
            return;
        }
        if let Some(counter) = from.and_then(|state| self.sessions.get_mut(state as usize)) {
            *counter = counter.saturating_sub(1);
        }
        increase(to.and_then(|state| self.sessions.get_mut(state as usize)));
    }
}

fn increase(counter: Option<&mut u64>) {
    if let Some(counter) = counter {
        *counter = counter.saturating_add(1);
    }
}

#[cfg(feature = "serde")]
mod wire {
    use alloc::collections::BTreeMap;
    use alloc::string::String;
    use core::fmt;

    use serde::de::{IgnoredAny, MapAccess, Visitor};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Counters;
    use crate::machine::{RejectReason, State};
    use crate::resource::StatusCode;

    /// Counters by name, so that another version of the crate finds those that it knows and skips the others. The
    /// number of sessions by state is not written, since it follows from the sessions.
    #[derive(Serialize, Deserialize)]
    struct ByName {
        #[serde(deserialize_with = "events")]
        events: Counts,
        #[serde(deserialize_with = "rejected")]
        rejected: Counts,
        #[serde(deserialize_with = "operations")]
        operations: Counts,
    }

    type Counts = BTreeMap<String, u64>;

    fn events<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Counts, D::Error> {
        deserializer.deserialize_map(Known("events"))
    }

    fn rejected<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Counts, D::Error> {
        deserializer.deserialize_map(Known("rejected"))
    }

    fn operations<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Counts, D::Error> {
        deserializer.deserialize_map(Known("operations"))
    }

    /// Reads the counters of this kind that the crate knows. It skips others whatever their type, because a later
    /// version may have counters that are not numbers.
    struct Known(&'static str);

    impl<'de> Visitor<'de> for Known {
        type Value = Counts;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("counters by name")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Counts, A::Error> {
            let all = Counters::default();
            let mut counts = Counts::new();
            while let Some(name) = map.next_key::<String>()? {
                if all.iter().any(|(what, kind, _)| what == self.0 && kind == name) {
                    counts.insert(name, map.next_value()?);
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(counts)
        }
    }

    impl Serialize for Counters {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let of = |what: &str| {
                let counters = self.iter().filter(|(counted, _, _)| *counted == what);
                counters.map(|(_, kind, count)| (kind, count)).collect()
            };
            ByName { events: of("events"), rejected: of("rejected"), operations: of("operations") }
                .serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for Counters {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let ByName { events, rejected, operations } = ByName::deserialize(deserializer)?;
            let event = |kind: &str| events.get(kind).copied().unwrap_or_default();
            let reason = |reason: RejectReason| rejected.get(reason.name()).copied().unwrap_or_default();
            let status_code = |code: StatusCode| operations.get(code.name()).copied().unwrap_or_default();
            Ok(Counters {
                changed: event("changed"),
                unchanged: event("unchanged"),
                messages: event("message"),
                ignored: event("ignored"),
                unreadable: event("unreadable"),
                sessions: [0; State::ALL.len()],
                rejected: RejectReason::ALL.map(reason),
                operations: StatusCode::ALL.map(status_code),
            })
        }
    }
}
