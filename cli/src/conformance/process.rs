//! The implementation as a process. It is killed when it does not answer in time, and restarted when the next history
//! begins.

use std::io::{self, BufReader, Read};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use im_session::testing::conformance::{Error, JsonLines, System};
use im_session::testing::{Agent, Setup, Step};
use serde_json::Value;

pub(crate) struct Process {
    /// The program and its arguments.
    command: Vec<String>,
    /// The limit for one answer, and for the process to end.
    time_limit: Duration,
    running: Option<Running>,
}

struct Running {
    child: Child,
    system: JsonLines<BufReader<Answers>, ChildStdin>,
}

impl Process {
    pub(crate) fn new(command: Vec<String>, time_limit: Duration) -> Self {
        Process { command, time_limit, running: None }
    }

    fn start(&self) -> io::Result<Running> {
        let (program, arguments) = self.command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut child = Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (to_system, from_system) = pipes.ok_or(io::ErrorKind::BrokenPipe)?;
        let answers = BufReader::new(Answers::of(from_system, self.time_limit));
        Ok(Running { child, system: JsonLines::new(answers, to_system) })
    }

    /// Asks the process. After a failure it is not asked again.
    fn ask<T>(
        &mut self,
        ask: impl FnOnce(&mut JsonLines<BufReader<Answers>, ChildStdin>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let running = self.running.as_mut().ok_or_else(|| Error("it does not run".into()))?;
        let answer = ask(&mut running.system);
        if answer.is_err() {
            self.stop(Duration::ZERO);
        }
        answer
    }

    /// Closes the pipes, on which the process should end; after this time it is killed.
    fn stop(&mut self, time_limit: Duration) {
        let Some(Running { mut child, system }) = self.running.take() else { return };
        drop(system);
        let started = Instant::now();
        while matches!(child.try_wait(), Ok(None)) {
            if started.elapsed() >= time_limit {
                // This fails only if the process has already ended.
                let _ = child.kill();
                let _ = child.wait();
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop(self.time_limit);
    }
}

impl System for Process {
    fn reset(&mut self, setup: &Setup) -> Result<Value, Error> {
        if self.running.is_none() {
            let started = self.start().map_err(|error| Error(format!("{}: {error}", self.command.join(" "))))?;
            self.running = Some(started);
        }
        self.ask(|system| system.reset(setup))
    }

    fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Result<Option<Value>, Error> {
        self.ask(|system| system.carry_out(agents, step))
    }
}

/// Reads pieces from another thread; silence for too long is an error.
pub(crate) struct Answers {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    time_limit: Duration,
}

impl Answers {
    pub(crate) fn new(chunks: Receiver<io::Result<Vec<u8>>>, time_limit: Duration) -> Self {
        Answers { chunks, chunk: Vec::new(), time_limit }
    }

    /// The answers of a process.
    fn of(mut from_system: impl Read + Send + 'static, time_limit: Duration) -> Self {
        let (sender, chunks) = sync_channel(16);
        thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            loop {
                let chunk = match from_system.read(&mut buffer) {
                    Ok(0) => return,
                    read => read.map(|length| buffer[..length].to_vec()),
                };
                if sender.send(chunk).is_err() {
                    return;
                }
            }
        });
        Answers::new(chunks, time_limit)
    }
}

impl Read for Answers {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.chunk.is_empty() {
            self.chunk = match self.chunks.recv_timeout(self.time_limit) {
                Ok(chunk) => chunk?,
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
                Err(RecvTimeoutError::Timeout) => {
                    let words = format!(
                        "expected an answer within {:?}, found none; does it flush each line?",
                        self.time_limit
                    );
                    return Err(io::Error::new(io::ErrorKind::TimedOut, words));
                }
            };
        }
        let length = self.chunk.as_slice().read(buffer)?;
        self.chunk.drain(..length);
        Ok(length)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use im_session::testing::History;
    use im_session::testing::conformance::{Failure, Report, Why, run};
    use im_session::{CallEvent, Event};

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn tested(command: &[&str], time_limit: Duration) -> Report {
        let command = command.iter().map(|&word| word.to_owned()).collect();
        let rings = || Step::Event(Event::new(CallEvent::Ringing).with_this_dn("3001").with_call_uuid("A"));
        let history =
            History { agents: vec![Agent::new().with_device("/devices/1", "3001")], steps: vec![rings(), rings()] };
        run(&mut Process::new(command, time_limit), &Setup::default(), [history])
    }

    /// The failure at which it could not continue, with its reason.
    fn halted(report: &Report) -> (&Failure, &str) {
        match &report.failure {
            Some(failure @ Failure { why: Why::Halt(error), .. }) => (failure, &error.0),
            _ => panic!("{report}"),
        }
    }

    #[test]
    fn one_that_dies_is_started_again_to_find_what_it_dies_of() {
        let script = r#"while read -r line; do case "$line" in *reset*) echo '{}';; *) exit 1;; esac; done"#;
        let report = tested(&["sh", "-c", script], LONG);
        let (halt, error) = halted(&report);
        assert_eq!((halt.step, &halt.history.steps), (Some(0), &vec![Step::Event(Event::new(CallEvent::Ringing))]));
        assert_eq!(error, r#"expected an answer to {"do":"event","Event":"EventRinging"}, found the end"#);
    }

    #[test]
    fn one_that_says_nothing_in_time_is_killed() {
        let report = tested(&["sh", "-c", "while true; do read line; done"], Duration::ZERO);
        let (halt, error) = halted(&report);
        assert_eq!((halt.step, error), (None, "expected an answer within 0ns, found none; does it flush each line?"));
    }

    #[test]
    fn one_that_cannot_be_started_is_told_by_its_command() {
        let report = tested(&["./no-such-program", "--now"], LONG);
        let (halt, error) = halted(&report);
        assert!(error.starts_with("./no-such-program --now: "), "{halt}");
    }
}
