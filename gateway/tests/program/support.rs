//! Starts and ends the program.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// The time limit of every wait. A busy machine stays below it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_im-session-gateway"));
    command.env("RUST_LOG", "info");
    command
}

pub(crate) fn output(arguments: &[&str]) -> Output {
    program().args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// A running gateway. It is killed when this value is dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    log: Receiver<String>,
}

impl Running {
    /// Starts it on a free port, in memory, with these arguments.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::of(program().args(["--memory", "--listen", "127.0.0.1:0"]).args(arguments))
    }

    pub(crate) fn of(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let url = first.trim().strip_prefix("im-session-gateway listens on http://");
        let address = url.unwrap_or_else(|| panic!("{first:?}")).parse().unwrap();
        let (sender, log) = channel();
        let errors = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || errors.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Running { child, address, log }
    }

    /// Waits until the log contains this.
    pub(crate) fn says(&self, what: &str) -> String {
        loop {
            let line = self.log.recv_timeout(PATIENCE).unwrap_or_else(|error| panic!("{what}: {error}"));
            if line.contains(what) {
                return line;
            }
        }
    }

    /// The rest of the log.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.iter().collect()
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// The status of the response to a GET with user and password.
    pub(crate) fn status(&self, credentials: &str) -> u16 {
        use base64::Engine as _;
        let encoded = base64::engine::general_purpose::STANDARD.encode(credentials);
        let mut stream = self.connect();
        let head = "GET /api/v2/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Basic ";
        write!(stream, "{head}{encoded}\r\n\r\n").unwrap();
        status_of(&mut stream)
    }
}

pub(crate) fn status_of(stream: &mut impl Read) -> u16 {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap_or_else(|| panic!("{answer:?}")).parse().unwrap()
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
