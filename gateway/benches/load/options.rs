//! Which servers are measured, with how many agents and how much load?

use std::path::PathBuf;

use clap::Parser;

use super::Outcome;

/// Measures servers that hold the connects of many agents.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// Number of agents.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) agents: usize,
    /// Events per second while the time to the client is measured.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) rate: usize,
    /// Duration of this measurement in seconds.
    #[arg(long, default_value_t = 20)]
    pub(crate) seconds: usize,
    /// Number of events for each agent at full speed.
    #[arg(long, default_value_t = 10)]
    pub(crate) rounds: usize,
    /// Number of events per POST at full speed.
    #[arg(long, default_value_t = 100)]
    pub(crate) batch: usize,
    /// The program of the gateway.
    #[arg(long)]
    gateway: Option<PathBuf>,
    /// The directory in which npm has installed the peer.
    #[arg(long)]
    peer: Option<PathBuf>,
    /// Measure only these: store, memory, peer, bare.
    #[arg(long)]
    only: Vec<String>,
    /// Serve as the bare handler instead of measuring.
    #[arg(long)]
    pub(crate) serve_bare: bool,
    /// Passed by cargo, ignored.
    #[arg(long, hide = true)]
    bench: bool,
}

/// A server to measure.
#[derive(Debug)]
pub(crate) enum Server {
    /// The gateway, with its store or in memory.
    Gateway { program: PathBuf, memory: bool },
    /// `cometd-nodejs-server`, installed in this directory.
    Peer { installed: PathBuf },
    /// A handler on axum with layers of tower-http.
    Bare,
}

impl Server {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Server::Gateway { memory: false, .. } => "gateway",
            Server::Gateway { memory: true, .. } => "gateway --memory",
            Server::Peer { .. } => "cometd-nodejs-server",
            Server::Bare => "bare axum handler",
        }
    }
}

impl Options {
    pub(crate) fn servers(&self) -> Outcome<Vec<Server>> {
        let gateway = |memory| {
            let program = self.gateway.clone().ok_or("expected --gateway PROGRAM")?;
            Ok::<_, &str>(Server::Gateway { program, memory })
        };
        let all = ["store", "memory", "peer", "bare"].map(str::to_owned);
        let names = if self.only.is_empty() { &all[..] } else { &self.only };
        let server = |name: &String| match name.as_str() {
            "store" => Ok(gateway(false)?),
            "memory" => Ok(gateway(true)?),
            "peer" => Ok(Server::Peer { installed: self.peer.clone().ok_or("expected --peer DIRECTORY")? }),
            "bare" => Ok(Server::Bare),
            _ => Err(format!("expected store, memory, peer or bare, got {name}").into()),
        };
        names.iter().map(server).collect()
    }
}
