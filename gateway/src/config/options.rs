//! The command line.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

use axum::http::Uri;
use clap::{Args, Parser, Subcommand};
use im_session::Limits;

#[cfg(feature = "redis")]
use crate::engine::redis::Role;
use crate::logs::LogFormat;
use crate::simulator::LikelyFault;

/// The address that the gateway listens on by default.
pub const DEFAULT_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8090);

/// Serves IM sessions over HTTP and CometD.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "im-session-gateway", version, about, args_conflicts_with_subcommands = true)]
pub struct CommandLine {
    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to serve.
    #[command(flatten)]
    pub serve: ServeOptions,
}

/// The other commands.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Reads a password from standard input, up to the first line end, and prints its argon2 hash for the agents' file
    HashPassword,
    /// Divides the sessions of a cluster among another number of shards, or for agents with other DNs, while none of
    /// its processes runs; if it is killed, run it again
    #[cfg(feature = "redis")]
    Reshard(ReshardOptions),
}

/// How to divide anew.
#[cfg(feature = "redis")]
#[derive(Clone, PartialEq, Eq, Args)]
pub struct ReshardOptions {
    /// Redis of the cluster, as redis://HOST:PORT/0 or redis+cluster://HOST:PORT,HOST:PORT
    #[arg(long, value_name = "URL")]
    pub engine: String,
    /// New number of shards
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4_096))]
    pub shards: u32,
    /// TOML file with the agents that the processes will start with; without it the demo agents
    #[arg(long, value_name = "FILE")]
    pub agents: Option<PathBuf>,
    /// Seconds of silence for which a process counts as running
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub silence: Duration,
}

#[cfg(feature = "redis")]
impl fmt::Debug for ReshardOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the address: a password may be in it.
        f.debug_struct("ReshardOptions").field("shards", &self.shards).finish_non_exhaustive()
    }
}

/// How to serve.
#[derive(Clone, PartialEq, Eq, Args)]
pub struct ServeOptions {
    /// Address and port, or a loopback name such as localhost:8090; default: 127.0.0.1:8090, or the next free port
    #[arg(long, value_name = "ADDRESS", value_parser = listen_address)]
    pub listen: Option<SocketAddr>,
    /// TOML file with the agents, reread on SIGHUP; without it the demo agents exist, on loopback only
    #[arg(long, value_name = "FILE")]
    pub agents: Option<PathBuf>,
    /// Directory of the store; default: $XDG_STATE_HOME/im-session-gateway/PORT
    #[arg(long, value_name = "DIR", conflicts_with = "memory")]
    pub data: Option<PathBuf>,
    /// Keep everything in memory only: a restart loses it
    #[arg(long)]
    pub memory: bool,
    /// URL of a Redis that keeps the state for several processes, instead of a local store: redis://HOST:PORT/0 or
    /// redis+cluster://HOST:PORT,HOST:PORT
    #[cfg(feature = "redis")]
    #[arg(long, value_name = "URL", conflicts_with_all = ["memory", "data"])]
    pub engine: Option<String>,
    /// With --engine: serve clients and feeds (gateway), own shards (worker), or both
    #[cfg(feature = "redis")]
    #[arg(long, value_enum, default_value_t, requires = "engine")]
    pub role: Role,
    /// With --engine: seconds of silence after which other workers take over the shards of a worker
    #[cfg(feature = "redis")]
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = seconds, requires = "engine")]
    pub lease: Duration,
    /// With --engine: seconds of silence after which notifications for the clients of a gateway are dropped
    #[cfg(feature = "redis")]
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds, requires = "engine")]
    pub silence: Duration,
    /// How many shards the sessions are divided into; a store that has another number is divided anew, that of --engine
    /// by the command reshard
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=4_096))]
    pub shards: u32,
    /// Base URI for the `uri` of a session; default: the address that the gateway listens on
    #[arg(long, value_name = "URI", value_parser = base_uri)]
    pub base_uri: Option<String>,
    /// Token for the feeds and for clients that fetch requests; other users of the machine can see it, so prefer the
    /// file
    #[arg(long, value_name = "TOKEN", conflicts_with = "bearer_token_file")]
    pub bearer_token: Option<String>,
    /// File with that token; trailing white space is ignored
    #[arg(long, value_name = "FILE")]
    pub bearer_token_file: Option<PathBuf>,
    /// Origin whose pages may use the gateway, with scheme and port; may be given several times
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    pub allowed_origin: Vec<String>,
    /// Name under which clients reach the gateway, without scheme and port; loopback is always accepted; may be given
    /// several times
    #[arg(long, value_name = "NAME", value_parser = host)]
    pub host: Vec<String>,
    /// Mark cookies as Secure: for a gateway behind TLS
    #[arg(long)]
    pub secure_cookies: bool,
    /// Take the client's address from the last X-Forwarded-For: only behind a proxy that sets it
    #[arg(long)]
    pub behind_proxy: bool,
    /// Accept operations without a CSRF token, and HTTP Basic without a cookie
    #[arg(long)]
    pub no_csrf: bool,
    /// Log of T-Library events to follow like `tail -F`, in any form that the library reads; may be given several times
    #[arg(long, value_name = "FILE")]
    pub follow: Vec<PathBuf>,
    /// Port, or address and port, for SIP from capture agents (HEP version 3, over UDP and TCP); a port alone means
    /// loopback; default: do not listen
    #[arg(long, value_name = "[ADDRESS:]PORT", value_parser = hep_address, requires = "agents")]
    pub hep_listen: Option<SocketAddr>,
    /// File with the authentication key that capture agents must send; trailing white space is ignored; default: no key
    #[arg(long, value_name = "FILE", requires = "hep_listen")]
    pub hep_key_file: Option<PathBuf>,
    /// Run no simulated SIP Server: requests wait until a bridge fetches them
    #[arg(long)]
    pub no_simulator: bool,
    /// Seconds that a callee of the simulated SIP Server rings
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds_or_none)]
    pub answer_after: Duration,
    /// Seed for the ids of the simulated SIP Server; default: random; kept in the store
    #[arg(long, value_name = "NUMBER")]
    pub simulator_seed: Option<u64>,
    /// Fault of the simulated SIP Server with its probability, such as lose=0.01: lose, delay, repeat or reorder an
    /// event; restart; busy, no-answer; refuse; may be given several times
    #[arg(long, value_name = "FAULT=PROBABILITY", conflicts_with = "no_simulator")]
    pub fault: Vec<LikelyFault>,
    /// Seconds by which its faults delay, reorder and repeat events
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    pub fault_delay: Duration,
    /// Seconds after which an unused HTTP session ends
    #[arg(long, value_name = "SECONDS", default_value = "1800", value_parser = seconds)]
    pub session_timeout: Duration,
    /// Seconds for the head of a request to arrive, the same for its body, and for a client to go on reading a response
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub request_timeout: Duration,
    /// Seconds that a CometD connect is held
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub connect_timeout: Duration,
    /// Seconds between two connects after which a CometD client is forgotten
    #[arg(long, value_name = "SECONDS", default_value = "15", value_parser = seconds)]
    pub max_interval: Duration,
    /// Seconds that a CometD client waits between a reply and its next connect
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds_or_none)]
    pub connect_interval: Duration,
    /// Number of CometD connects of an agent that are held at the same time in one browser
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub sessions_per_browser: usize,
    /// Seconds that open requests may take after SIGTERM or SIGINT
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub shutdown_timeout: Duration,
    /// Address and port of /metrics, /healthz and /readyz; default: the gateway's own address, for loopback only
    #[arg(long, value_name = "ADDRESS")]
    pub operations_listen: Option<SocketAddr>,
    /// Format of the log
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Write message texts and user data to the log: for tests with made-up data only
    #[arg(long)]
    pub log_contents: bool,
    /// Maximum number of sessions in each shard; if it is lowered, a restart forgets the sessions beyond it
    #[arg(long, value_name = "N", default_value_t = Limits::DEFAULT.sessions, value_parser = at_least_one)]
    pub sessions: usize,
    /// Maximum number of sessions of a DN
    #[arg(long, value_name = "N", default_value_t = Limits::DEFAULT.sessions_per_dn, value_parser = at_least_one)]
    pub sessions_per_dn: usize,
    /// Maximum number of other parties of a session
    #[arg(long, value_name = "N", default_value_t = Limits::DEFAULT.participants, value_parser = at_least_one)]
    pub participants: usize,
    /// Maximum length of the user data of a session, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = Limits::DEFAULT.user_data_size, value_parser = at_least_one)]
    pub user_data: usize,
    /// Maximum number of pairs in the user data of a session
    #[arg(long, value_name = "N", default_value_t = Limits::DEFAULT.user_data_pairs, value_parser = at_least_one)]
    pub user_data_pairs: usize,
    /// Maximum number of connections, further ones wait; also the maximum number of CometD clients
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub connections: u32,
}

impl fmt::Debug for ServeOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The token is never printed.
        f.debug_struct("ServeOptions")
            .field("listen", &self.listen)
            .field("agents", &self.agents)
            .finish_non_exhaustive()
    }
}

/// Why the options contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// The demo agents would be reachable from other machines.
    #[error(
        "the demo agents have a password that everybody knows: expected a loopback address for --listen, got {0}; \
         give --agents FILE to listen elsewhere"
    )]
    DemoAgentsOutside(SocketAddr),
}

impl ServeOptions {
    /// How much each shard may hold: these limits are changed, and the others are `limits`.
    #[must_use]
    pub fn limits(&self, mut limits: Limits) -> Limits {
        limits.sessions = self.sessions;
        limits.sessions_per_dn = self.sessions_per_dn;
        limits.participants = self.participants;
        limits.user_data_size = self.user_data;
        limits.user_data_pairs = self.user_data_pairs;
        limits
    }

    /// Whether this process serves clients and feeds. In a cluster with roles, a worker does not.
    #[must_use]
    pub fn has_clients(&self) -> bool {
        #[cfg(feature = "redis")]
        return self.role.has_clients();
        #[cfg(not(feature = "redis"))]
        true
    }

    /// Whether the simulated SIP Server runs here. In a cluster with roles no process runs it.
    #[must_use]
    pub fn simulates(&self) -> bool {
        #[cfg(feature = "redis")]
        return !self.no_simulator && self.role == Role::All;
        #[cfg(not(feature = "redis"))]
        !self.no_simulator
    }

    /// Checks that the options are consistent.
    ///
    /// # Errors
    ///
    /// If the demo agents would be reachable from another machine.
    pub fn check(&self) -> Result<(), OptionsError> {
        match self.listen {
            Some(address) if self.agents.is_none() && !address.ip().is_loopback() => {
                Err(OptionsError::DemoAgentsOutside(address))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Reads an address and a port. A name is accepted only if it resolves to loopback: who can reach the gateway must not
/// depend on what another name resolves to today.
fn listen_address(text: &str) -> Result<SocketAddr, String> {
    let expected = || {
        format!(
            "expected an address and a port, as 127.0.0.1:8090, or a name of loopback, as localhost:8090, got {text:?}"
        )
    };
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let addresses: Vec<SocketAddr> = text.to_socket_addrs().map_err(|_| expected())?.collect();
    if addresses.iter().any(|address| !address.ip().is_loopback()) {
        return Err(expected());
    }
    // Prefers IPv4, because every client has it.
    addresses.iter().find(|address| address.is_ipv4()).or(addresses.first()).copied().ok_or_else(expected)
}

/// Reads an address and a port, or a port alone, which means loopback.
fn hep_address(text: &str) -> Result<SocketAddr, String> {
    let port = || text.parse().ok().map(|port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    let expected = || format!("expected a port, as 9060, or an address and a port, as 192.0.2.1:9060, got {text:?}");
    text.parse().ok().or_else(port).ok_or_else(expected)
}

fn at_least_one(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|&number| number > 0);
    number.ok_or_else(|| format!("expected a number from 1, got {text:?}"))
}

fn seconds_or_none(text: &str) -> Result<Duration, String> {
    if text == "0" { Ok(Duration::ZERO) } else { seconds(text) }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let expected = || format!("expected seconds from 0.001 to 31536000, got {text:?}");
    let seconds: f64 = text.parse().map_err(|_| expected())?;
    if (0.001..=31_536_000.0).contains(&seconds) { Ok(Duration::from_secs_f64(seconds)) } else { Err(expected()) }
}

/// Reads a name or an address; IPv6 in brackets, as in the header Host.
fn host(text: &str) -> Result<String, String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_address = name.parse::<Ipv4Addr>().is_ok();
    let in_brackets = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    let is_in_brackets = in_brackets.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    if is_address || is_in_brackets || is_name {
        return Ok(name.to_owned());
    }
    Err(format!("expected a name without scheme, port and path, like im.example.com or [2001:db8::1], got {text:?}"))
}

/// Reads an absolute URI to which paths can be appended.
fn base_uri(text: &str) -> Result<String, String> {
    let expected = || format!("expected an absolute URI like https://im.example.com, got {text:?}");
    let uri: Uri = text.parse().map_err(|_| expected())?;
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    let has_host = uri.host().is_some_and(|host| !host.is_empty());
    if is_http && has_host && !text.contains(['?', '#', '@']) { Ok(text.to_owned()) } else { Err(expected()) }
}

/// Reads an origin as browsers write it: scheme, host, and the port unless it is the scheme's default.
fn origin(text: &str) -> Result<String, String> {
    let expected = || format!("expected an origin like https://desktop.example.com, got {text:?}");
    let (scheme, authority) = text.split_once("://").ok_or_else(expected)?;
    let is_fine = |byte: u8| byte.is_ascii_graphic() && !b"/?#@*\\\"".contains(&byte);
    if !matches!(scheme, "http" | "https") || authority.is_empty() || !authority.bytes().all(is_fine) {
        return Err(expected());
    }
    Ok(text.to_ascii_lowercase())
}
