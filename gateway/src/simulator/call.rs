//! One call: two parties, each with its own connection, and the user data that they share.

use std::time::Duration;

use im_session::{ConnId, KeyValueList};
use serde::{Deserialize, Serialize};

/// An open call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Call {
    pub(super) call_uuid: String,
    pub(super) caller: Party,
    pub(super) callee: Party,
    /// When the callee answers; `None` once it has.
    pub(super) answer_at: Option<Duration>,
    /// The time of its last activity: it began, was answered, or was changed by a request. Missing in notes of older
    /// versions.
    #[serde(default)]
    pub(super) heard: Duration,
    #[serde(with = "all_pairs")]
    pub(super) user_data: KeyValueList<'static>,
}

/// A DN in a call, with its connection.
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
    /// The party with this connection, followed by the other party.
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

/// Serializes a ConnID as a number.
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

/// Serializes user data as that of an event, which keeps repeated keys. The form for agents has each key only once.
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
