//! Encodes the entries and results of a shard as bytes.

use std::collections::HashMap;
use std::time::Duration;

use ::redis::{Cmd, Value, from_redis_value_ref};
use im_session::{Event, Operations, Request, StatusCode};
use serde::{Deserialize, Serialize};

use crate::config::{AgentId, AgentRecord, DeviceRecord, PasswordHash};
use crate::engine::entry::as_text;
use crate::engine::inspection::Inquiry;
use crate::engine::{Entry, FeedPosition, Outgoing, OwnedTarget, Reply};

/// The contents of an entry in a shard's stream.
#[derive(Debug)]
pub(super) enum Asked {
    /// An entry that the shard decides.
    Entry(Entry),
    /// A supervisor's query. It changes nothing.
    Inquiry(Inquiry),
}

/// The return address for the answer to an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ticket {
    /// The gateway that asked.
    pub(super) gateway: String,
    /// The number of the question, unique within this gateway.
    pub(super) number: u64,
}

/// The result of a commit, as stored in the outbox.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Commit {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) outgoing: Vec<Outgoing>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) requests: Vec<RequestChange>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) answers: Vec<(Ticket, Option<WireReply>)>,
}

/// A request that was added, or that need not be sent any more.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum RequestChange {
    Made(Box<Request>),
    Settled(u64),
}

/// An answer with a body.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WireReply {
    status: StatusCode,
    body: String,
}

impl From<Reply> for WireReply {
    fn from(reply: Reply) -> Self {
        // JSON is always UTF-8.
        WireReply { status: reply.status, body: String::from_utf8_lossy(&reply.body).into_owned() }
    }
}

impl From<WireReply> for Reply {
    fn from(reply: WireReply) -> Self {
        Reply { status: reply.status, body: reply.body.into_bytes() }
    }
}

/// The attributes of an agent that an operation depends on.
#[derive(Serialize, Deserialize)]
struct Operator {
    id: AgentId,
    devices: Vec<(String, String)>,
    rights: Operations,
}

/// Why an entry of a stream cannot be read. No engine writes such an entry.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadEntry {
    #[error("expected a field {0:?} of an entry, found none")]
    Missing(&'static str),
    #[error("expected an entry of kind e, o, t or i, found {0:?}")]
    Kind(String),
    #[error("expected JSON in the field {field:?}: {error}")]
    Json { field: &'static str, error: serde_json::Error },
    #[error("expected one event per line: {0}")]
    Event(String),
    #[error("expected nanoseconds since 1970, found {0:?}")]
    Time(String),
}

/// This cannot fail: the values consist of texts, numbers and lists.
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// Appends an entry to a shard's stream.
pub(super) fn append(stream: &str, ticket: Option<&Ticket>, asked: &Asked) -> Cmd {
    let mut command = ::redis::cmd("XADD");
    command.arg(stream).arg("*");
    match asked {
        Asked::Entry(Entry::Events { feed, events }) => {
            let mut lines = Vec::new();
            for event in events {
                lines.extend(json(event));
                lines.push(b'\n');
            }
            command.arg("k").arg("e").arg("b").arg(lines);
            if let Some(feed) = feed {
                command.arg("f").arg(json(feed));
            }
        }
        Asked::Entry(Entry::Operation { agent, target, body }) => {
            let devices = agent.devices.iter().map(|device| (device.id.clone(), device.dn.clone())).collect();
            let operator = Operator { id: agent.id.clone(), devices, rights: agent.rights };
            command.arg("k").arg("o").arg("a").arg(json(&operator)).arg("d").arg(json(target)).arg("b").arg(body);
        }
        Asked::Entry(Entry::Time(now)) => {
            command.arg("k").arg("t").arg("b").arg(now.as_nanos().to_string());
        }
        Asked::Inquiry(inquiry) => {
            let dn = match inquiry {
                Inquiry::Timeline { dn } => Some(dn),
                Inquiry::Overview | Inquiry::Feeds => None,
            };
            command.arg("k").arg("i").arg("b").arg(json(&dn));
        }
    }
    if let Some(ticket) = ticket {
        command.arg("t").arg(json(ticket));
    }
    command
}

/// The fields of an entry.
pub(super) struct Fields<'f>(pub(super) &'f HashMap<String, Value>);

impl Fields<'_> {
    fn bytes(&self, field: &'static str) -> Result<Vec<u8>, BadEntry> {
        let value = self.0.get(field).ok_or(BadEntry::Missing(field))?;
        from_redis_value_ref(value).map_err(|_| BadEntry::Missing(field))
    }

    fn json<T: for<'de> Deserialize<'de>>(&self, field: &'static str) -> Result<T, BadEntry> {
        serde_json::from_slice(&self.bytes(field)?).map_err(|error| BadEntry::Json { field, error })
    }

    /// The return address for the answer, or `None` if no caller waits for it.
    pub(super) fn ticket(&self) -> Option<Ticket> {
        self.json("t").ok()
    }

    /// The question.
    pub(super) fn asked(&self) -> Result<Asked, BadEntry> {
        let body = self.bytes("b")?;
        let text = || as_text(&body);
        Ok(match &*self.bytes("k")? {
            b"e" => {
                let feed = if self.0.contains_key("f") { Some(self.json::<FeedPosition>("f")?) } else { None };
                let text = text();
                let lines = text.lines().map(|line| Event::from_json_line(line).map(Event::into_owned));
                let events = lines.collect::<Result<_, _>>().map_err(|error| BadEntry::Event(error.to_string()))?;
                Asked::Entry(Entry::Events { feed, events })
            }
            b"o" => {
                let Operator { id, devices, rights } = self.json("a")?;
                let agent = AgentRecord {
                    user_name: String::new(),
                    first_name: String::new(),
                    last_name: String::new(),
                    devices: devices.into_iter().map(|(id, dn)| DeviceRecord::new(id, dn)).collect(),
                    rights,
                    supervisor: false,
                    password: PasswordHash::new(""),
                    id,
                };
                let target: OwnedTarget = self.json("d")?;
                Asked::Entry(Entry::Operation { agent: agent.into(), target, body })
            }
            b"t" => {
                let nanoseconds = text().parse().map_err(|_| BadEntry::Time(text().into_owned()))?;
                Asked::Entry(Entry::Time(Duration::from_nanos(nanoseconds)))
            }
            b"i" => Asked::Inquiry(match self.json::<Option<String>>("b")? {
                Some(dn) => Inquiry::Timeline { dn },
                None => Inquiry::Overview,
            }),
            kind => return Err(BadEntry::Kind(String::from_utf8_lossy(kind).chars().take(20).collect())),
        })
    }
}
