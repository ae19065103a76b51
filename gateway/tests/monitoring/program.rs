//! Starts and ends the program.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// The time limit of every wait. A busy machine stays below it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running gateway with full logging. It is killed when this value is dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    address: SocketAddr,
    log: Receiver<String>,
}

impl Running {
    /// Starts it on a free port, in memory, with these arguments.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_im-session-gateway"));
        command.args(["--memory", "--listen", "127.0.0.1:0"]).args(arguments).env("RUST_LOG", "trace");
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (sender, log) = channel();
        let errors = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || errors.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let url = first.trim().strip_prefix("im-session-gateway listens on http://");
        let address = url.unwrap_or_else(|| panic!("{first:?}")).parse().unwrap();
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

    /// The part of the log that was not read yet.
    pub(crate) fn rest_of_the_log(&self) -> Vec<String> {
        self.log.iter().collect()
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    pub(crate) fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a request with this beginning of its head, and returns the whole response.
pub(crate) fn exchange(mut stream: TcpStream, head: &str, body: &str) -> String {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let more = format!("Host: localhost\r\nConnection: close\r\nContent-Length: {}", body.len());
    write!(stream, "{head}\r\n{more}\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
