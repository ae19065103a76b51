//! Measures a server after its start, with its agents connected, at a steady rate, and at full speed.

use std::net::SocketAddr;
use std::process::Command;
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{interval, sleep, timeout};

use super::Outcome;
use super::agent::{Arrivals, Client};
use super::feed::{Feed, TOKEN};
use super::fixture::{answered_call, text, write_agents};
use super::options::{Options, Server};
use super::process::Process;

/// The number of agents that sign in at the same time.
const AT_A_TIME: usize = 16;

/// The interval between posts at a steady rate.
const BEAT: Duration = Duration::from_millis(10);

/// The time limit of every wait.
const PATIENCE: Duration = Duration::from_secs(120);

/// The figures of one server.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) server: &'static str,
    /// Resident memory in KiB: without connections, and while all connects are held.
    pub(crate) resident_before: f64,
    pub(crate) resident: f64,
    /// The times from an event to its client at a steady rate, in ascending order.
    pub(crate) times: Vec<Duration>,
    /// Processor time of the server per push, at a steady rate and at full speed.
    pub(crate) steady: Duration,
    pub(crate) fast: Duration,
    /// Pushes per second at full speed.
    pub(crate) rate: f64,
}

pub(crate) async fn measure(server: &Server, options: &Options) -> Outcome<Row> {
    LocalSet::new().run_until(measure_here(server, options)).await
}

async fn measure_here(server: &Server, options: &Options) -> Outcome<Row> {
    let directory = tempfile::tempdir()?;
    let process = Process::start(&mut command(server, options, &directory)?)?;
    let mut feed = Feed::open(process.address).await?;
    if let Server::Gateway { .. } = server {
        let agents: Vec<usize> = (0..options.agents).collect();
        for batch in agents.chunks(500) {
            feed.post(&batch.iter().map(|&agent| answered_call(agent)).collect::<String>()).await?;
        }
    }
    let resident_before = process.resident()?;

    let arrivals = Arrivals::new();
    let connected = connect(server, process.address, options.agents, &arrivals);
    in_time("connects of all agents", connected).await??;
    // Gives the remaining handshakes time to finish.
    sleep(Duration::from_secs(2)).await;
    let resident = process.resident()?;

    let before = process.processor()?;
    let mut times = steady(&mut feed, options, &arrivals).await?;
    let steady = (process.processor()? - before).div_f64(times.len() as f64);
    times.sort_unstable();

    let (before, began) = (process.processor()?, Instant::now());
    for _ in 0..options.rounds {
        round(&mut feed, options, &arrivals).await?;
    }
    let pushes = (options.rounds * options.agents) as f64;
    let fast = (process.processor()? - before).div_f64(pushes);
    let rate = pushes / began.elapsed().as_secs_f64();
    Ok(Row { server: server.name(), resident_before, resident, times, steady, fast, rate })
}

fn command(server: &Server, options: &Options, directory: &tempfile::TempDir) -> Outcome<Command> {
    let mut command;
    match server {
        Server::Gateway { program, memory } => {
            let agents = directory.path().join("agents.toml");
            write_agents(&agents, options.agents)?;
            command = Command::new(program);
            command
                .args([
                    "--listen",
                    "127.0.0.1:0",
                    "--no-simulator",
                    "--connections",
                    "20000",
                    "--bearer-token",
                    TOKEN,
                    "--agents",
                ])
                .arg(agents);
            if *memory {
                command.arg("--memory");
            } else {
                command.arg("--data").arg(directory.path());
            }
        }
        Server::Peer { installed } => {
            command = Command::new("node");
            command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/load/peer.mjs")).arg(installed);
        }
        Server::Bare => {
            command = Command::new(std::env::current_exe()?);
            command.arg("--serve-bare");
        }
    }
    Ok(command)
}

/// Connects all agents, a few at a time, and waits until their connects are held.
async fn connect(server: &Server, address: SocketAddr, agents: usize, arrivals: &Rc<Arrivals>) -> Outcome<()> {
    let clients = futures_util::stream::iter(0..agents).map(|agent| Client::begin(server, address, agent));
    let mut clients = std::pin::pin!(clients.buffer_unordered(AT_A_TIME));
    while let Some(client) = clients.next().await {
        let (client, arrivals) = (client?, arrivals.clone());
        spawn_local(async move {
            if let Err(error) = client.stay(arrivals).await {
                eprintln!("load: {error}");
            }
        });
    }
    arrivals.until_held(agents).await;
    Ok(())
}

/// Sends single events to each agent in turn, at the configured rate. Returns the time from each event to its client.
async fn steady(feed: &mut Feed, options: &Options, arrivals: &Rc<Arrivals>) -> Outcome<Vec<Duration>> {
    let beats = options.seconds * 1_000 / BEAT.as_millis() as usize;
    let each = options.rate * BEAT.as_millis() as usize / 1_000;
    let mut beat = interval(BEAT);
    for number in 0..beats {
        beat.tick().await;
        let agents = (number * each..(number + 1) * each).map(|place| place % options.agents);
        feed.post(&texts(agents, arrivals)).await?;
    }
    in_time("texts", arrivals.take(beats * each)).await
}

/// Sends an event to each agent, and waits until all have reached their clients.
async fn round(feed: &mut Feed, options: &Options, arrivals: &Rc<Arrivals>) -> Outcome<()> {
    for first in (0..options.agents).step_by(options.batch) {
        let agents = first..(first + options.batch).min(options.agents);
        feed.post(&texts(agents, arrivals)).await?;
    }
    in_time("texts", arrivals.take(options.agents)).await.map(drop)
}

fn texts(agents: impl Iterator<Item = usize>, arrivals: &Arrivals) -> String {
    let sent = arrivals.began.elapsed().as_nanos();
    agents.map(|agent| text(agent, sent)).collect()
}

async fn in_time<T>(what: &str, came: impl Future<Output = T>) -> Outcome<T> {
    let came = timeout(PATIENCE, came).await;
    came.map_err(|_| format!("expected {what} within {} s, not all came", PATIENCE.as_secs()).into())
}
