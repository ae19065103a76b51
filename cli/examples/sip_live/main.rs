//! Live interoperability test: sipp plays scenarios over UDP on loopback against itself. The datagrams pass through a
//! relay in this program, where an observer at each end watches them. Every call must give the expected events at both
//! ends.
//!
//! `scripts/sip_live` runs it. Exit status: 0 passed; 1 failed; 77 sipp is not installed, nothing was tested.

mod scenarios;

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use im_session::sip::{Direction, Observer};
use im_session::{Event, Limits, Outcome, Session};
use scenarios::{SCENARIOS, Scenario};

/// How many calls are made per scenario.
const CALLS: usize = 5;

/// The DNs of both ends.
const CALLER: &str = "3001";
const CALLEE: &str = "3002";

/// How long one scenario may take.
const LONGEST: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    if Command::new("sipp").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        println!("SKIPPED: sipp is not installed (Debian: apt-get install sip-tester); nothing was tested");
        return ExitCode::from(77);
    }
    let directory = std::env::temp_dir().join(format!("sip_live-{}", std::process::id()));
    let mut failed = 0;
    for scenario in &SCENARIOS {
        match play(scenario, &directory) {
            Ok(datagrams) => println!("ok      {}: {CALLS} calls, {datagrams} datagrams", scenario.name),
            Err(reason) => {
                failed += 1;
                println!("FAILED  {}: {reason}", scenario.name);
            }
        }
    }
    let _ = std::fs::remove_dir_all(&directory);
    println!("{} scenarios, {failed} failed", SCENARIOS.len());
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One end: its observer, and the sessions that its events resulted in.
struct End {
    dn: &'static str,
    observer: Observer,
    calls: BTreeMap<String, (Vec<String>, Option<Session>)>,
}

impl End {
    /// The end with this DN, whatever the messages name: whoever sends them chooses that.
    fn new(dn: &'static str) -> Self {
        End { dn, observer: Observer::new().with_dn(dn), calls: BTreeMap::new() }
    }

    fn observe(&mut self, direction: Direction, bytes: &[u8], now: Duration) -> Result<(), String> {
        let events = self.observer.observe(direction, bytes, now).map_err(|error| error.to_string())?;
        self.take(&events)
    }

    fn take(&mut self, events: &[Event<'_>]) -> Result<(), String> {
        for event in events {
            if event.this_dn() != Some(self.dn) {
                return Err(format!(
                    "{}: expected the DN {}, found {:?}",
                    event.name.as_str(),
                    self.dn,
                    event.this_dn()
                ));
            }
            let (names, session) = self.calls.entry(event.call_uuid().unwrap_or_default().to_owned()).or_default();
            match Session::apply(session, event, &Limits::DEFAULT) {
                Outcome::Changed { .. } => names.push(event.name.as_str().trim_start_matches("Event").to_owned()),
                Outcome::Message(text) => names.push(format!("“{text}”")),
                outcome => return Err(format!("{}: {outcome:?}", event.name.as_str())),
            }
        }
        Ok(())
    }

    /// Checks that every call gave these events, and that the number of calls is right.
    fn check(&self, who: &str, expected: &[&str]) -> Result<(), String> {
        let count = if expected.is_empty() { 0 } else { CALLS };
        if self.calls.len() != count {
            return Err(format!("{who}: expected {count} sessions, found {}", self.calls.len()));
        }
        match self.calls.iter().find(|(_, (names, _))| names != expected) {
            Some((id, (names, _))) => Err(format!("{who}: expected {expected:?}, found {names:?} in {id}")),
            None => Ok(()),
        }
    }
}

/// A sipp process. It is killed when this value is dropped.
struct Sipp(Child);

impl Drop for Sipp {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn sipp(scenario: &Path, port: u16, remote: Option<SocketAddr>) -> io::Result<Sipp> {
    let mut command = Command::new("sipp");
    command.arg("-sf").arg(scenario).args(["-i", "127.0.0.1", "-p", &port.to_string(), "-nostdin", "-nd"]);
    command.args(["-m", &CALLS.to_string(), "-r", "50", "-timeout", "15s", "-timeout_error"]);
    command.args(remote.map(|remote| remote.to_string()));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map(Sipp)
}

/// Plays one scenario, and returns the number of relayed datagrams.
fn play(scenario: &Scenario, directory: &Path) -> Result<usize, String> {
    let failed = |error: io::Error| error.to_string();
    std::fs::create_dir_all(directory).map_err(failed)?;
    let (caller_file, callee_file) = (directory.join("caller.xml"), directory.join("callee.xml"));
    std::fs::write(&caller_file, scenario.caller_xml()).map_err(failed)?;
    std::fs::write(&callee_file, scenario.callee_xml()).map_err(failed)?;

    let to_caller = UdpSocket::bind("127.0.0.1:0").map_err(failed)?;
    let to_callee = UdpSocket::bind("127.0.0.1:0").map_err(failed)?;
    for socket in [&to_caller, &to_callee] {
        socket.set_read_timeout(Some(Duration::from_millis(2))).map_err(failed)?;
    }
    let free_port = || UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).map_err(failed);
    let (caller_port, callee) = (free_port()?.port(), free_port()?);
    let _callee = sipp(&callee_file, callee.port(), None).map_err(failed)?;
    std::thread::sleep(Duration::from_millis(300));
    let relay = to_caller.local_addr().map_err(failed)?;
    let mut caller_process = sipp(&caller_file, caller_port, Some(relay)).map_err(failed)?;

    let caller = SocketAddr::from(([127, 0, 0, 1], caller_port));
    let (mut caller_end, mut callee_end) = (End::new(CALLER), End::new(CALLEE));
    let mut buffer = vec![0; 65_536];
    let mut datagrams = 0;
    let start = Instant::now();
    let mut over = None;
    loop {
        let mut any = false;
        for (socket, other, from_caller) in [(&to_caller, &to_callee, true), (&to_callee, &to_caller, false)] {
            let (count, _) = match socket.recv_from(&mut buffer) {
                Ok(received) => received,
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => continue,
                Err(error) => return Err(failed(error)),
            };
            (any, datagrams) = (true, datagrams + 1);
            let (bytes, now) = (&buffer[..count], start.elapsed());
            let (at_caller, at_callee) = match from_caller {
                true => (Direction::Sent, Direction::Received),
                false => (Direction::Received, Direction::Sent),
            };
            caller_end.observe(at_caller, bytes, now).map_err(|reason| format!("caller: {reason}"))?;
            callee_end.observe(at_callee, bytes, now).map_err(|reason| format!("callee: {reason}"))?;
            other.send_to(bytes, if from_caller { callee } else { caller }).map_err(failed)?;
        }
        let status = caller_process.0.try_wait().map_err(failed)?;
        if let (None, Some(status)) = (over, status) {
            if !status.success() {
                return Err(format!("sipp as the caller ended with {status}"));
            }
            over = Some(Instant::now());
        }
        // Waits a moment for datagrams that are still in transit.
        if !any && over.is_some_and(|over: Instant| over.elapsed() > Duration::from_millis(200)) {
            break;
        }
        if start.elapsed() > LONGEST {
            return Err(format!("not through after {LONGEST:?}"));
        }
    }
    let (last_of_caller, last_of_callee) = (caller_end.observer.finish(), callee_end.observer.finish());
    caller_end.take(&last_of_caller)?;
    callee_end.take(&last_of_callee)?;
    caller_end.check("caller", scenario.at_caller)?;
    callee_end.check("callee", scenario.at_callee)?;
    Ok(datagrams)
}
