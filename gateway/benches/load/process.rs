//! Starts a server, and measures its processor time and memory.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::Outcome;

/// Ticks per second in `/proc/PID/stat`: `USER_HZ`, the same on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// A running server. It is killed when this value is dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Process {
    /// Starts the server. Its first line of output must end with its address.
    pub(crate) fn start(command: &mut Command) -> Outcome<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).env("RUST_LOG", "error").spawn()?;
        let mut first = String::new();
        BufReader::new(child.stdout.take().ok_or("no standard output")?).read_line(&mut first)?;
        let address = first.trim().rsplit("http://").next().and_then(|address| address.parse().ok());
        let Some(address) = address else {
            child.kill()?;
            return Err(format!("expected a line with an address of {command:?}, got {first:?}").into());
        };
        Ok(Process { child, address })
    }

    /// Resident memory in KiB.
    pub(crate) fn resident(&self) -> Outcome<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// The processor time so far, both of the program and of the kernel on its behalf.
    pub(crate) fn processor(&self) -> Outcome<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The process name before these fields may contain spaces and parentheses.
        let fields = stat.rsplit(") ").next().ok_or("no fields")?;
        let ticks = |field: usize| -> Outcome<f64> {
            Ok(fields.split(' ').nth(field).ok_or("no processor time")?.parse::<f64>()?)
        };
        Ok(Duration::from_secs_f64((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
