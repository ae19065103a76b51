//! A Redis for one test: on a socket in a temporary directory, ended by its process id.

use std::path::PathBuf;
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
}

impl RedisServer {
    /// `None` if this machine has no redis-server.
    pub(crate) fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("redis.sock");
        let started = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--daemonize", "no", "--unixsocket"])
            .arg(&socket)
            .arg("--dir")
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        let process = match started {
            Ok(process) => process,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            Err(error) => panic!("redis-server does not start: {error}"),
        };
        let server = RedisServer { process, folder };
        // It does not report when it listens.
        for _ in 0..1_000 {
            if std::os::unix::net::UnixStream::connect(&socket).is_ok() {
                return Some(server);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("redis-server does not listen after 10 s");
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("redis.sock")
    }

    pub(crate) fn address(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    /// An engine with this role.
    pub(crate) async fn engine(&self, role: Role, shards: u32) -> Result<RedisEngine, EngineError> {
        self.engine_of(directory(), role, shards).await
    }

    /// The same with other agents.
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
        // Long enough that a loaded machine does not lose it by accident.
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
