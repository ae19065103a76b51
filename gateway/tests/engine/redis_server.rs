//! A Redis for one test, on a socket in a temporary directory. It is stopped by process id.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use im_session::BaseUri;
use im_session_gateway::config::Directory;
use im_session_gateway::engine::EngineError;
use im_session_gateway::engine::redis::{RedisEngine, RedisSettings, Role};

use crate::place::{OUTBOX, directory};

/// The number of shards in this suite.
pub(crate) const SHARDS: u32 = 8;

pub(crate) struct RedisServer {
    process: Child,
    folder: tempfile::TempDir,
    socket: PathBuf,
    options: &'static [&'static str],
}

/// A listening server, or `None` if this machine has no redis-server.
fn spawn(folder: &Path, socket: &Path, options: &[&str]) -> Option<Child> {
    let started = Command::new("redis-server")
        .args(["--port", "0", "--save", "", "--daemonize", "no", "--unixsocket"])
        .arg(socket)
        .arg("--dir")
        .arg(folder)
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn();
    let process = match started {
        Ok(process) => process,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(error) => panic!("redis-server does not start: {error}"),
    };
    // The server does not report when it starts to listen.
    for _ in 0..1_000 {
        if std::os::unix::net::UnixStream::connect(socket).is_ok() {
            return Some(process);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("redis-server does not listen after 10 s");
}

impl RedisServer {
    /// `None` if this machine has no redis-server.
    pub(crate) fn start() -> Option<Self> {
        Self::with_options(&["--appendonly", "no"])
    }

    /// A server that writes each command to its file before it answers. `None` if this machine has no redis-server.
    pub(crate) fn durable() -> Option<Self> {
        Self::with_options(&["--appendonly", "yes", "--appendfsync", "always"])
    }

    fn with_options(options: &'static [&'static str]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("redis.sock");
        let process = spawn(folder.path(), &socket, options)?;
        Some(RedisServer { process, folder, socket, options })
    }

    /// Kills the server.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts the server again after [`kill`](Self::kill).
    pub(crate) fn start_again(&mut self) {
        self.process = spawn(self.folder.path(), &self.socket, self.options).unwrap();
    }

    /// The data that a durable server has written so far.
    pub(crate) fn written(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let files = std::fs::read_dir(self.folder.path().join("appendonlydir")).unwrap();
        files.map(|file| file.unwrap().path()).map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
    }

    /// Resets a killed server to data that it had written earlier.
    pub(crate) fn restore(&self, written: &[(PathBuf, Vec<u8>)]) {
        for (path, contents) in written {
            std::fs::write(path, contents).unwrap();
        }
    }

    /// Sets the address at which the server listens after its next start. Processes that only know the old address
    /// cannot reach it.
    pub(crate) fn listen_at(&mut self, name: &str) {
        self.socket = self.folder.path().join(name);
    }

    pub(crate) fn address(&self) -> String {
        format!("redis+unix://{}", self.socket.display())
    }

    /// An engine with this role.
    pub(crate) async fn engine(&self, role: Role, shards: u32) -> Result<RedisEngine, EngineError> {
        self.engine_of(directory(), role, shards).await
    }

    /// An engine with this role and other agents.
    pub(crate) async fn engine_of(
        &self,
        directory: Directory,
        role: Role,
        shards: u32,
    ) -> Result<RedisEngine, EngineError> {
        let mut settings = RedisSettings::new(BaseUri::new("http://localhost:8090"));
        settings.role = role;
        settings.shards = shards;
        settings.outbox = OUTBOX;
        // This is long enough that an engine does not lose its lease on a busy machine.
        settings.lease = Duration::from_secs(2);
        RedisEngine::open(&self.address(), directory, settings).await
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _status = self.process.wait();
    }
}
