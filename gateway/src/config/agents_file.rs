//! Reads the agents' file: TOML in; a directory, or an error with its place, out.
//!
//! ```toml
//! [[agents]]
//! user = "ann"
//! password = "$argon2id$v=19$m=19456,t=2,p=1$…"   # im-session-gateway hash-password
//! first_name = "Ann"
//! last_name = "Lee"
//! devices = [{ id = "1", dn = "3001" }]          # sip = ["192.0.2.7:5060", "sip:ann@example.com"] for SIP feeds
//! # id = "ann"                                    by default the user name
//! # rights = ["SendMessage", "Complete"]          by default all operations
//! # supervisor = true                             may see all sessions and counters
//! ```

use std::path::{Path, PathBuf};
use std::{fs, io};

use im_session::{Limits, Operation, Operations};
use serde::Deserialize;

use super::passwords::is_usable;
use super::{AgentId, AgentRecord, Agents, BadAgents, DeviceRecord, EndpointAddress, PasswordHash, SipIdentity};

/// The longest user name, in bytes.
pub const LONGEST_USER_NAME: usize = 256;

/// Why an agents' file was rejected.
#[derive(Debug, thiserror::Error)]
pub enum AgentsFileError {
    /// It could not be read.
    #[error("{}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// It is not TOML, or not of this form.
    #[error("{}: line {line}, column {column}: {expected}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What was expected there. The found text is left out because it may be a password.
        expected: String,
    },
    /// An agent is invalid.
    #[error("{}: agent {agent:?}: {what}", .path.display())]
    Agent {
        /// The file.
        path: PathBuf,
        /// Its user name.
        agent: String,
        /// What was expected, and what was found.
        what: String,
    },
    /// A registrar is not a valid address.
    #[error("{}: registrars: {what}", .path.display())]
    Registrar {
        /// The file.
        path: PathBuf,
        /// What was expected, and what was found.
        what: String,
    },
    /// Two agents conflict.
    #[error("{}: {source}", .path.display())]
    Agents {
        /// The file.
        path: PathBuf,
        /// The conflict.
        source: BadAgents,
    },
    /// It has no agents, so nobody could sign in.
    #[error("{}: expected at least one [[agents]] table, got none", .path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "[[agents]] tables")]
struct File {
    #[serde(default)]
    registrars: Vec<String>,
    #[serde(default)]
    agents: Vec<AgentTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "the table of an agent")]
struct AgentTable {
    user: String,
    password: String,
    id: Option<String>,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
    #[serde(default)]
    devices: Vec<DeviceTable>,
    rights: Option<Vec<String>>,
    #[serde(default)]
    supervisor: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a device: { id = \"1\", dn = \"3001\" }")]
struct DeviceTable {
    id: String,
    dn: String,
    #[serde(default)]
    sip: Vec<String>,
}

/// Reads the agents' file.
///
/// # Errors
///
/// If it cannot be read, is malformed, or contains an invalid agent. The file is then rejected as a whole.
pub fn read_agents_file(path: &Path) -> Result<Agents, AgentsFileError> {
    let text = fs::read_to_string(path).map_err(|source| AgentsFileError::Unreadable { path: path.into(), source })?;
    agents_of(path, &text)
}

/// Reads the agents from this text; `path` is used in errors.
///
/// # Errors
///
/// As for [`read_agents_file`].
pub fn agents_of(path: &Path, text: &str) -> Result<Agents, AgentsFileError> {
    let file: File = toml::from_str(text).map_err(|error| malformed(path, text, &error))?;
    if file.agents.is_empty() {
        return Err(AgentsFileError::Empty { path: path.into() });
    }
    let mut records = Vec::with_capacity(file.agents.len());
    for table in file.agents {
        let agent = table.user.clone();
        let record = record(table).map_err(|what| AgentsFileError::Agent { path: path.into(), agent, what })?;
        records.push(record);
    }
    let agents = Agents::new(records).map_err(|source| AgentsFileError::Agents { path: path.into(), source })?;
    let registrars: Result<Vec<EndpointAddress>, _> = file.registrars.iter().map(|address| address.parse()).collect();
    let bad =
        |error: super::BadEndpointAddress| AgentsFileError::Registrar { path: path.into(), what: error.to_string() };
    Ok(agents.with_registrars(registrars.map_err(bad)?))
}

/// The place of the mistake, and what was expected. The error of `toml` would quote the line, which may be a password.
fn malformed(path: &Path, text: &str, error: &toml::de::Error) -> AgentsFileError {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let last_line = before.rsplit('\n').next().unwrap_or_default();
    AgentsFileError::Malformed {
        path: path.into(),
        line: before.matches('\n').count() + 1,
        column: last_line.chars().count() + 1,
        expected: expected_by(error.message()),
    }
}

/// The part of a message of toml or serde that quotes nothing from the file: what precedes the last `expected` may be
/// quoted.
fn expected_by(message: &str) -> String {
    let missing = message.strip_prefix("missing field ").map(|field| format!("expected the field {field}"));
    let expected = || message.rsplit_once("expected ").map(|(_, what)| format!("expected {what}"));
    let plain = || (!message.contains(['`', '"', '\''])).then(|| message.to_owned());
    missing.or_else(expected).or_else(plain).unwrap_or_else(|| "expected TOML of the agents' file".into())
}

fn record(table: AgentTable) -> Result<AgentRecord, String> {
    let user_name = table.user;
    // HTTP Basic ends the user name at the first colon.
    if user_name.is_empty() || user_name.len() > LONGEST_USER_NAME || user_name.contains([':', '\0']) {
        return Err(format!("expected a user name of 1 to {LONGEST_USER_NAME} bytes without a colon"));
    }
    let id = match table.id {
        Some(id) => path_segment("id", id)?,
        // The file has no `id` here, so the error must not refer to one.
        None => path_segment("user's name, since there is no `id`,", user_name.clone())?,
    };
    // The found text is left out because it may be a password in clear text.
    if !is_usable(&table.password) {
        return Err("expected `password` to be an argon2 hash that `im-session-gateway hash-password` made".into());
    }
    let longest_dn = Limits::DEFAULT.dn_length;
    let device = |device: DeviceTable| {
        if device.dn.is_empty() || device.dn.len() > longest_dn {
            return Err(format!("expected a dn of 1 to {longest_dn} bytes, got {} bytes", device.dn.len()));
        }
        let sip: Result<Vec<SipIdentity>, _> = device.sip.iter().map(|identity| identity.parse()).collect();
        let sip = sip.map_err(|error: super::BadSipIdentity| format!("sip of the DN {:?}: {error}", device.dn))?;
        Ok(DeviceRecord { id: path_segment("id of a device", device.id)?, dn: device.dn, sip })
    };
    Ok(AgentRecord {
        id: AgentId::new(id),
        user_name,
        first_name: table.first_name,
        last_name: table.last_name,
        devices: table.devices.into_iter().map(device).collect::<Result<_, _>>()?,
        rights: table.rights.map_or(Ok(Operations::ALL), |names| rights(&names))?,
        supervisor: table.supervisor,
        password: PasswordHash::new(table.password),
    })
}

/// Checks an id that becomes a path segment of a URI.
fn path_segment(what: &str, text: String) -> Result<String, String> {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"._~-@".contains(&byte);
    if (1..=64).contains(&text.len()) && text.bytes().all(is_fine) && text != "." && text != ".." {
        Ok(text)
    } else {
        Err(format!("expected the {what} to be 1 to 64 letters, digits or any of ._~-@, got {text:?}"))
    }
}

fn rights(names: &[String]) -> Result<Operations, String> {
    let mut operations = Vec::with_capacity(names.len());
    for name in names {
        let unknown = |expected| format!("rights: there is no operation {name:?}: {expected}");
        operations.push(name.parse::<Operation>().map_err(unknown)?);
    }
    Ok(Operations::of(&operations))
}
