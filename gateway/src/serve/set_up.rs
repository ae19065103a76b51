//! Sets up agents, store and routes from the options, serves, and ends.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use im_session::BaseUri;
use tokio::net::TcpListener;

use super::connections::{ConnectionLimits, serve_connections};
use super::greeting::{Ready, greeting};
use super::listen::{ListenError, listen};
use super::signals;
use crate::bayeux;
use crate::clock::{NoRandomBytes, Surroundings};
use crate::config::{
    AgentsFileError, Argon2Passwords, BadAgents, Cost, DEMO_PASSWORD, Directory, HashError, OptionsError, ServeOptions,
    demo_agents, hash_password, read_agents_file,
};
use crate::engine::embedded::{EmbeddedEngine, EmbeddedSettings};
#[cfg(feature = "redis")]
use crate::engine::redis::{RedisEngine, RedisSettings};
use crate::engine::{Engine, EngineError, keep_time};
use crate::feeds::follow;
use crate::feeds::hep::{self, HepKey, HepReceiver};
use crate::http::{
    BadToken, BearerToken, CometD, Gateway, Settings, SignIn, dialog_info_routes, fault_routes, feed_routes, router,
};
use crate::metrics::Durations;
use crate::monitoring::{Monitoring, Sources};
use crate::simulator::{self, FaultInjector, FaultSettings, InjectedFaults, SimulatorSettings};

/// How often expired HTTP sessions are removed.
const SWEEP: Duration = Duration::from_secs(10);

/// Why the gateway cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The options contradict each other.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The bearer token is invalid.
    #[error(transparent)]
    Token(#[from] BadToken),
    /// The agents' file was rejected.
    #[error(transparent)]
    Agents(#[from] AgentsFileError),
    /// The demo agents conflict.
    #[error(transparent)]
    Demo(#[from] BadAgents),
    /// The demo agents' password could not be hashed.
    #[error(transparent)]
    Password(#[from] HashError),
    /// There is no random seed for the simulated SIP Server.
    #[error(transparent)]
    Random(#[from] NoRandomBytes),
    /// It cannot listen.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// It cannot listen for operators.
    #[error("--operations-listen {address}: {source}")]
    Operations {
        /// The address.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
    /// It cannot listen for capture agents.
    #[error("--hep-listen {address}: {source}")]
    Hep {
        /// The address.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
    /// The file with the key of capture agents is empty.
    #[error("--hep-key-file {}: expected a key, found nothing", .0.display())]
    NoKey(PathBuf),
    /// A file or directory cannot be read or created.
    #[error("{what}: {source}")]
    File {
        /// Its name, and what it is for.
        what: String,
        /// The cause.
        source: io::Error,
    },
    /// No directory for the store is known.
    #[error("expected --data DIR or --memory, since neither XDG_STATE_HOME nor HOME is set")]
    NoDirectory,
    /// The store cannot be opened.
    #[error("{}: {source}", .path.display())]
    Store {
        /// Its file.
        path: PathBuf,
        /// The cause.
        source: EngineError,
    },
    /// The operating system refuses signals or an address.
    #[error("the operating system refused: {0}")]
    System(#[from] io::Error),
}

/// Serves until a signal ends it. `greet` gets the text to print when it is ready.
///
/// # Errors
///
/// If it cannot start.
pub async fn serve(options: ServeOptions, greet: impl FnOnce(&str)) -> Result<(), ServeError> {
    options.check()?;
    let surroundings = Surroundings::system();
    let directory = Directory::new(match &options.agents {
        Some(file) => read_agents_file(file)?,
        None => demo_agents(&hash_password(DEMO_PASSWORD.as_bytes(), &*surroundings.random, Cost::Usual)?)?,
    });
    let bearer_token = bearer_token(&options)?;
    let monitoring = Monitoring::default();
    // Before the first await, so that no signal is missed.
    let (end, hang_up) = (signals::end()?, signals::hang_up()?);
    let listener = listen(options.listen).await?;
    let address = listener.local_addr()?;
    // Before the store is opened, because that takes a while and operators should see it.
    let mut background = vec![];
    if let Some(address) = options.operations_listen {
        background.push(tokio::spawn(monitor(address, &monitoring).await?));
    }
    let base_uri = BaseUri::new(options.base_uri.clone().unwrap_or_else(|| base_uri(&options, address)));

    let commits = Durations::default();
    let (engine, store) = engine(&options, address, &directory, base_uri.clone(), commits.clone()).await?;
    let passwords = Arc::new(Argon2Passwords);
    let sign_in = SignIn::new(directory.clone(), surroundings.clone(), passwords, options.session_timeout);
    let settings = Settings {
        hosts: hosts(&options, address),
        allowed_origins: options.allowed_origin.clone(),
        secure_cookies: options.secure_cookies,
        behind_proxy: options.behind_proxy,
        csrf: !options.no_csrf,
        request_timeout: options.request_timeout,
        ..Settings::new(base_uri)
    };
    let gateway = Gateway::new(engine.clone(), directory, sign_in, surroundings.clone(), settings);

    let clock = surroundings.clock.clone();
    // The stored time may be old, so the current time is passed before any event.
    engine.tick(clock.now()).await.map_err(|source| ServeError::Store { path: PathBuf::from(&store), source })?;
    let (cometd, driver) = CometD::new(gateway.clone(), cometd_settings(&options));
    background.extend([
        tokio::spawn(keep_time(engine.clone(), clock)),
        tokio::spawn(sweep(gateway.clone())),
        tokio::spawn(signals::reload(hang_up, options.agents.clone(), gateway.clone())),
        tokio::spawn(driver.run()),
    ]);
    for file in &options.follow {
        background.push(tokio::spawn(follow_file(gateway.clone(), file.clone())));
    }
    if let Some(address) = options.hep_listen {
        background.extend(receive_hep(&gateway, address, hep_key(&options)?).await?.map(tokio::spawn));
    }
    let unreachable_requests = !options.simulates() && bearer_token.is_none() && options.has_clients();
    let mut more = cometd.router();
    if options.simulates() {
        let settings = simulator_settings(&options, &surroundings)?;
        let (injector, injected) = FaultInjector::new();
        background.push(tokio::spawn(simulate(gateway.clone(), settings, injected)));
        more = more.merge(fault_routes(gateway.clone(), injector));
    }
    monitoring.restored(Sources { gateway: gateway.clone(), cometd, commits });
    if options.operations_listen.is_none() {
        more = more.merge(monitoring.routes_on_loopback());
    }
    if let Some(token) = bearer_token {
        more = more.merge(dialog_info_routes(gateway.clone(), token.clone()));
        more = more.merge(feed_routes(engine, token, gateway.ending(), options.request_timeout));
    }
    // A worker serves only metrics and health.
    let router = if options.has_clients() { router(gateway.clone(), more) } else { monitoring.routes_on_loopback() };
    greet(&greeting(Ready { address, store: &store, demo: options.agents.is_none(), unreachable_requests }));

    let limits = ConnectionLimits {
        connections: options.connections,
        head: options.request_timeout,
        write: options.request_timeout,
        end: options.shutdown_timeout,
    };
    let ending = async {
        end.await;
        // First, so that `/readyz` no longer says `ready` when the line is logged.
        gateway.end();
        tracing::info!("ending");
    };
    serve_connections(listener, router, limits, ending).await;
    background.iter().for_each(tokio::task::JoinHandle::abort);
    Ok(())
}

fn cometd_settings(options: &ServeOptions) -> bayeux::Settings {
    bayeux::Settings {
        timeout: options.connect_timeout,
        interval: options.connect_interval,
        max_interval: options.max_interval,
        held_per_browser: options.sessions_per_browser,
        // There cannot be more clients than connections.
        clients: options.connections as usize,
        ..bayeux::Settings::default()
    }
}

/// Serves metrics and health at a separate address, until it is aborted.
async fn monitor(address: SocketAddr, monitoring: &Monitoring) -> Result<impl Future<Output = ()> + use<>, ServeError> {
    let failed = |source| ServeError::Operations { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    tracing::info!("metrics and health at http://{}", listener.local_addr()?);
    let patience = Duration::from_secs(30);
    let limits = ConnectionLimits { connections: 64, head: patience, write: patience, end: Duration::ZERO };
    Ok(serve_connections(listener, monitoring.routes(), limits, std::future::pending()))
}

async fn engine(
    options: &ServeOptions,
    address: SocketAddr,
    directory: &Directory,
    base_uri: BaseUri,
    commits: Durations,
) -> Result<(Arc<dyn Engine>, String), ServeError> {
    #[cfg(feature = "redis")]
    if let Some(redis) = &options.engine {
        return redis_engine(options, redis, directory, base_uri, commits).await;
    }
    let mut settings = EmbeddedSettings::new(base_uri);
    settings.limits = options.limits(settings.limits);
    settings.shards = options.shards;
    settings.commits = commits;
    if options.memory {
        let store = "memory".to_owned();
        let failed = |source| ServeError::Store { path: PathBuf::from(&store), source };
        let engine = EmbeddedEngine::in_memory(directory.clone(), settings).map_err(failed)?;
        return Ok((Arc::new(engine), store));
    }
    let data = options.data.clone().map_or_else(|| default_directory(address.port()), Ok)?;
    make_directory(&data)?;
    let path = data.join("sessions.redb");
    let failed = |source| ServeError::Store { path: path.clone(), source };
    let engine = EmbeddedEngine::open(&path, directory.clone(), settings).map_err(failed)?;
    Ok((Arc::new(engine), path.display().to_string()))
}

#[cfg(feature = "redis")]
async fn redis_engine(
    options: &ServeOptions,
    redis: &str,
    directory: &Directory,
    base_uri: BaseUri,
    commits: Durations,
) -> Result<(Arc<dyn Engine>, String), ServeError> {
    let mut settings = RedisSettings::new(base_uri);
    settings.limits = options.limits(settings.limits);
    settings.role = options.role;
    settings.shards = options.shards;
    settings.lease = options.lease;
    settings.silence = options.silence;
    settings.commits = commits;
    // The password is left out.
    let store = format!("redis at {}", redis.rsplit('@').next().unwrap_or_default());
    let failed = |source| ServeError::Store { path: PathBuf::from(&store), source };
    let engine = RedisEngine::open(redis, directory.clone(), settings).await.map_err(failed)?;
    Ok((Arc::new(engine), store))
}

/// One directory per port, because two gateways must not share a store.
fn default_directory(port: u16) -> Result<PathBuf, ServeError> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = set("XDG_STATE_HOME").or_else(|| set("HOME").map(|home| home.join(".local/state")));
    Ok(state.ok_or(ServeError::NoDirectory)?.join("im-session-gateway").join(port.to_string()))
}

/// Readable by its owner only, because it contains user data.
fn make_directory(path: &Path) -> Result<(), ServeError> {
    use std::os::unix::fs::DirBuilderExt;
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|source| ServeError::File { what: format!("{}: the directory of the store", path.display()), source })
}

fn bearer_token(options: &ServeOptions) -> Result<Option<BearerToken>, ServeError> {
    let read = |path: &PathBuf| {
        let failed = |source| ServeError::File { what: format!("--bearer-token-file {}", path.display()), source };
        fs::read_to_string(path).map_err(failed)
    };
    let token = options.bearer_token_file.as_ref().map(read).transpose()?.or_else(|| options.bearer_token.clone());
    Ok(token.as_deref().map(str::trim_end).map(BearerToken::new).transpose()?)
}

/// The base URI that clients use, as far as it is known.
fn base_uri(options: &ServeOptions, address: SocketAddr) -> String {
    match options.host.first() {
        Some(host) => format!("http://{host}:{}", address.port()),
        None if address.ip().is_unspecified() => format!("http://localhost:{}", address.port()),
        None => format!("http://{address}"),
    }
}

/// The given names, and the address if it is a specific one: no other name can pretend to be an address.
fn hosts(options: &ServeOptions, address: SocketAddr) -> Vec<String> {
    let mut hosts = options.host.clone();
    if !address.ip().is_unspecified() {
        hosts.push(match address {
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        });
    }
    if hosts.is_empty() {
        tracing::warn!("without --host NAME requests from other machines are refused, because their Host is unknown");
    }
    hosts
}

fn simulator_settings(options: &ServeOptions, surroundings: &Surroundings) -> Result<SimulatorSettings, ServeError> {
    let random = || surroundings.random.bytes().map(|bytes| u128::from_be_bytes(bytes) as u64);
    let seed = options.simulator_seed.map_or_else(random, Ok)?;
    let faults = FaultSettings { likely: options.fault.clone(), delay: options.fault_delay };
    Ok(SimulatorSettings { seed, answer_after: options.answer_after, faults, ..SimulatorSettings::default() })
}

async fn simulate(gateway: Gateway, settings: SimulatorSettings, injected: InjectedFaults) {
    let (engine, clock) = (gateway.engine().clone(), gateway.surroundings().clock.clone());
    let directory = gateway.directory().clone();
    if let Err(error) = simulator::run_with_faults(engine, directory, clock, settings, injected).await {
        tracing::error!(%error, "the simulated SIP Server has ended; requests wait");
    }
}

fn hep_key(options: &ServeOptions) -> Result<Option<HepKey>, ServeError> {
    let Some(path) = &options.hep_key_file else { return Ok(None) };
    let failed = |source| ServeError::File { what: format!("--hep-key-file {}", path.display()), source };
    let key = fs::read(path).map_err(failed)?;
    HepKey::new(key.trim_ascii_end()).map(Some).ok_or_else(|| ServeError::NoKey(path.clone()))
}

/// Listens for capture agents. Returns the tasks that receive packets and apply events.
async fn receive_hep(
    gateway: &Gateway,
    address: SocketAddr,
    key: Option<HepKey>,
) -> Result<[BoxFuture<'static, ()>; 2], ServeError> {
    let failed = |source| ServeError::Hep { address, source };
    if key.is_none() && !address.ip().is_loopback() {
        tracing::warn!("without --hep-key-file anybody who reaches {address} can create sessions of agents");
    }
    if !gateway.directory().current().has_sip_identities() {
        tracing::warn!("--hep-listen: no device in the agents' file has `sip`, so no endpoint is observed");
    }
    let metrics = gateway.metrics().clone();
    let (receiver, messages) = HepReceiver::bind(address, key, metrics.clone()).await.map_err(failed)?;
    tracing::info!("HEP at {}, over UDP and TCP", receiver.local_addr().map_err(failed)?);
    let (engine, clock) = (gateway.engine().clone(), gateway.surroundings().clock.clone());
    let directory = gateway.directory().clone();
    let apply = async move {
        if let Err(error) = hep::run(engine, directory, clock, metrics, messages).await {
            tracing::error!(%error, "the SIP of capture agents is no longer observed");
        }
    };
    Ok([Box::pin(receiver.run()), Box::pin(apply)])
}

async fn follow_file(gateway: Gateway, file: PathBuf) {
    let (engine, metrics) = (gateway.engine().clone(), gateway.metrics().clone());
    if let Err(error) = follow(engine, metrics, file).await {
        tracing::error!(%error, "the file is no longer followed");
    }
}

async fn sweep(gateway: Gateway) {
    let mut interval = tokio::time::interval(SWEEP);
    loop {
        interval.tick().await;
        gateway.sign_in().sweep();
    }
}
