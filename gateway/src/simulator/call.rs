//! One call: two parties, each with a connection of its own, and the user data that they share.

use std::time::Duration;

use im_session::{ConnId, KeyValueList};
use serde::{Deserialize, Serialize};

/// A call that is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Call {
    pub(super) call_uuid: String,
    pub(super) caller: Party,
    pub(super) callee: Party,
    /// When the callee answers; `None` where it has.
    pub(super) answer_at: Option<Duration>,
    /// When it was heard last: it began, was answered, or a request changed it. A note of an older version has none.
    #[serde(default)]
    pub(super) heard: Duration,
    #[serde(with = "all_pairs")]
    pub(super) user_data: KeyValueList<'static>,
}

/// A DN in a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Party {
    pub(super) dn: String,
    #[serde(with = "hex")]
    pub(super) conn_id: ConnId,
}

impl Party {
    pub(super) fn is(&self, dn: &str, conn_id: Option<ConnId>) -> bool {
        self.dn == dn && Some(self.conn_id) == conn_id
    }
}

impl Call {
    /// The party with this connection, and the other one.
    pub(super) fn parties(&self, dn: &str, conn_id: Option<ConnId>) -> Option<(&Party, &Party)> {
        if self.caller.is(dn, conn_id) {
            Some((&self.caller, &self.callee))
        } else if self.callee.is(dn, conn_id) {
            Some((&self.callee, &self.caller))
        } else {
            None
        }
    }

    pub(super) fn has(&self, dn: &str) -> bool {
        self.caller.dn == dn || self.callee.dn == dn
    }

    pub(super) fn is_answered(&self) -> bool {
        self.answer_at.is_none()
    }
}

/// A ConnID as its number.
mod hex {
    use im_session::ConnId;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(conn_id: &ConnId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(conn_id.0)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ConnId, D::Error> {
        u64::deserialize(deserializer).map(ConnId)
    }
}

/// User data with its repeated keys. On its own it is written as agents see it, each key once; as that of an event it is written whole.
mod all_pairs {
    use im_session::{DataEvent, Event, KeyValueList};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(pairs: &KeyValueList<'static>, serializer: S) -> Result<S::Ok, S::Error> {
        Event::new(DataEvent::AttachedDataChanged).with_user_data(pairs.clone()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<KeyValueList<'static>, D::Error> {
        let event = Event::deserialize(deserializer)?.into_owned();
        Ok(event.user_data.list().cloned().unwrap_or_default())
    }
}
