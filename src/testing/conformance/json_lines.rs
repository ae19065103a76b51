//! The protocol for systems in other languages: one line of JSON to the system, one line of JSON back.

use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};

use super::{Error, System};
use crate::event::Event;
use crate::machine::Operations;
use crate::session::Limits;
use crate::testing::prelude::*;
use crate::testing::{Agent, History, Setup, Step};

/// A system behind a pair of pipes. It receives a JSON object in one line, and answers with a JSON object in one line,
/// which it must flush.
///
/// | to the system | from the system |
/// |---|---|
/// | `{"do":"reset","baseUri":"http://localhost:8090"}`: with `"limits":"default"` the limits are [`Limits::DEFAULT`], otherwise those of the specification | `{}` |
/// | `{"do":"event","Event":"EventRinging",…}`, the keys of the JSON lines form (specification 6) | `{"told":{"outcome":…},"notifications":[…],"settled":[…]}` |
/// | `{"do":"post","me":[{"devicePath":…,"dn":…}],"id":…,"body":"…"}`, `id` null for the list, `body` the text posted | `{"answer":{…},"requests":[…]}` |
/// | `{"do":"list","me":[…],"query":"fields=*"}` | `{"answer":{…}}` |
/// | `{"do":"read","me":[…],"id":…,"query":""}` | `{"answer":{…}}` |
/// | `{"do":"time","now":SECONDS}` | `{}` |
/// | `{"do":"expire","before":SECONDS}`: sessions without an event since then, and requests sent before | `{"notifications":[…],"settled":[…]}` |
/// | `{"do":"forget","before":SECONDS}`: sessions completed before | `{}` |
/// | `{"do":"restart"}`: take a snapshot, and start again from it | `{}` |
///
/// `answer` is the body of the HTTP answer, or `"refused"` if a time is later than now. `told`, any of its keys, and
/// `settled` are optional. `notifications`, `[{"thisDN":…,"notification":{…}}]`, and `requests` may be in any answer:
/// they are what was pushed and sent since the previous one. A system that shows its requests answers `reset` with
/// `"requests":[]`. `{"error":"…"}` means that the system cannot continue. A member of `me` may have
/// `"rights":["SendMessage",…]`; without it the agent has all rights.
///
/// If limits, or the number of sessions per agent, differ from [`Setup::default`], the system must be started with the
/// same settings.
///
/// The end of the output, and a line that is not an answer, are errors, which the run reports with their history.
/// Reading blocks as long as `R` does. With a reader that has a time limit, as in `im-session conformance`, a missing
/// answer is an error as well.
#[derive(Debug)]
pub struct JsonLines<R, W> {
    from_system: R,
    to_system: W,
    lines: Lines,
}

/// A line to the system.
#[derive(Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Command<'c> {
    Reset {
        base_uri: Option<Cow<'c, str>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        limits: Option<Cow<'c, str>>,
    },
    /// The event is not deserialised here, because [`Event::from_json_line`] needs the text of the line.
    #[serde(skip_deserializing)]
    Event(&'c Event<'c>),
    Post {
        me: Vec<WireDevice>,
        id: Option<Cow<'c, str>>,
        body: Cow<'c, str>,
    },
    List {
        me: Vec<WireDevice>,
        query: Cow<'c, str>,
    },
    Read {
        me: Vec<WireDevice>,
        id: Cow<'c, str>,
        query: Cow<'c, str>,
    },
    Time {
        now: u64,
    },
    Expire {
        before: u64,
    },
    Forget {
        before: u64,
    },
    Restart,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireDevice {
    device_path: String,
    dn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<Operations>,
}

/// Converts between steps and lines. The times of steps are relative, those of lines absolute.
#[derive(Debug, Clone, Copy, Default)]
struct Lines {
    /// The current time, in seconds.
    now: u64,
}

impl Lines {
    fn reset(&mut self, setup: &Setup) -> Option<String> {
        self.now = 0;
        let limits = (setup.limits == Limits::DEFAULT).then_some("default".into());
        serde_json::to_string(&Command::Reset { base_uri: Some(setup.base_uri.as_str().into()), limits }).ok()
    }

    /// The line for this step. `None` if there is no command for it.
    fn write(&mut self, agents: &[Agent], step: &Step) -> Option<String> {
        let me = |agent: &usize| agents.get(*agent).map(devices).unwrap_or_default();
        let since = |now: u64, ago: i64| now.saturating_add_signed(ago.saturating_neg());
        let command = match step {
            Step::Event(event) if !can_be_a_line(event) => return None,
            Step::Event(event) => Command::Event(event),
            Step::Post { agent, target, body } => {
                Command::Post { me: me(agent), id: target.as_deref().map(Cow::from), body: body.into() }
            }
            Step::List { agent, query } => Command::List { me: me(agent), query: query.into() },
            Step::Read { agent, id, query } => Command::Read { me: me(agent), id: id.into(), query: query.into() },
            Step::Time(by) => {
                self.now = self.now.saturating_add(*by);
                Command::Time { now: self.now }
            }
            Step::Expire { ago } => Command::Expire { before: since(self.now, *ago) },
            Step::ForgetCompleted { ago } => Command::Forget { before: since(self.now, *ago) },
            Step::Restart => Command::Restart,
            Step::Forget { .. } | Step::Reconcile { .. } => return None,
        };
        serde_json::to_string(&command).ok()
    }

    /// Carries out the command of a line at the system, and returns its answer. A line has at most one agent.
    fn answer(&mut self, system: &mut impl System, setup: &Setup, line: &str) -> Result<Value, Error> {
        let wrong = |error: serde_json::Error| Error(error.to_string());
        // Times that do not fit stay on the same side of now, so that a future time cannot become one long ago.
        let ago = |now: u64, before: u64| {
            let (past, ahead) = (now.checked_sub(before), before.saturating_sub(now));
            past.map_or_else(|| 0_i64.saturating_sub_unsigned(ahead), |past| 0_i64.saturating_add_unsigned(past))
        };
        let command: Value = serde_json::from_str(line).map_err(wrong)?;
        let (me, step) = if command.get("do") == Some(&json!("event")) {
            // An event that cannot be read has the same outcome as in a store.
            let Ok(event) = Event::from_json_line(line) else { return Ok(json!({"told": {"outcome": "unreadable"}})) };
            (Vec::new(), Step::Event(event.into_owned()))
        } else {
            match serde_json::from_value(command).map_err(wrong)? {
                Command::Reset { base_uri, limits } => {
                    *self = Lines::default();
                    let mut setup = setup.clone();
                    setup.base_uri = base_uri.map_or(setup.base_uri, Cow::into_owned);
                    if limits.as_deref() == Some("default") {
                        setup.limits = Limits::DEFAULT;
                    }
                    return system.reset(&setup);
                }
                Command::Event(event) => (Vec::new(), Step::Event(event.clone().into_owned())),
                Command::Post { me, id, body } => {
                    (me, Step::Post { agent: 0, target: id.map(Cow::into_owned), body: body.into() })
                }
                Command::List { me, query } => (me, Step::List { agent: 0, query: query.into() }),
                Command::Read { me, id, query } => (me, Step::Read { agent: 0, id: id.into(), query: query.into() }),
                Command::Time { now } => {
                    let by = now.saturating_sub(self.now);
                    self.now += by;
                    (Vec::new(), Step::Time(by))
                }
                Command::Expire { before } => (Vec::new(), Step::Expire { ago: ago(self.now, before) }),
                Command::Forget { before } => (Vec::new(), Step::ForgetCompleted { ago: ago(self.now, before) }),
                Command::Restart => (Vec::new(), Step::Restart),
            }
        };
        let answer = system.carry_out(&[agent(me)], &step)?;
        answer.ok_or_else(|| Error(format!("expected something to do, found {line}")))
    }
}

/// Whether no list is hidden, and the name is `Event` followed by letters. Specification 6.1.
fn can_be_a_line(event: &Event<'_>) -> bool {
    let letters = event.name.as_str().strip_prefix("Event").unwrap_or_default();
    let is_a_name = !letters.is_empty() && letters.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_a_name && !event.user_data.is_hidden() && !event.extensions.is_hidden()
}

fn devices(agent: &Agent) -> Vec<WireDevice> {
    let rights = Some(agent.rights()).filter(|&rights| rights != Operations::ALL);
    let devices = agent.devices().iter();
    devices
        .map(|device| WireDevice { device_path: device.device_path.clone(), dn: device.dn.clone(), rights })
        .collect()
}

fn agent(me: Vec<WireDevice>) -> Agent {
    let rights = me.iter().filter_map(|device| device.rights).fold(Operations::ALL, Operations::intersection);
    let agent = me.into_iter().fold(Agent::new(), |agent, device| agent.with_device(device.device_path, device.dn));
    agent.with_rights(rights)
}

impl History {
    /// The lines that a system behind [`JsonLines`] receives for this history: `reset`, and one for each step with a
    /// command.
    ///
    /// ```
    /// use im_session::testing::{Agent, History, Setup, Step};
    ///
    /// let agents = vec![Agent::new().with_device("/devices/1", "3002")];
    /// let history = History { agents, steps: vec![Step::List { agent: 0, query: "fields=*".into() }] };
    /// let lines = r#"{"do":"reset","baseUri":"http://localhost:8090"}
    /// {"do":"list","me":[{"devicePath":"/devices/1","dn":"3002"}],"query":"fields=*"}
    /// "#;
    /// assert_eq!(history.json_lines(&Setup::default()).concat(), lines);
    /// ```
    #[must_use]
    pub fn json_lines(&self, setup: &Setup) -> Vec<String> {
        let mut lines = Lines::default();
        let reset = lines.reset(setup).into_iter();
        let steps: Vec<String> = self.steps.iter().filter_map(|step| lines.write(&self.agents, step)).collect();
        reset.chain(steps).map(|line| line + "\n").collect()
    }
}

impl<R: BufRead, W: Write> JsonLines<R, W> {
    /// The system that reads from `to_system` and writes to `from_system`.
    #[must_use]
    pub fn new(from_system: R, to_system: W) -> Self {
        JsonLines { from_system, to_system, lines: Lines::default() }
    }

    fn ask(&mut self, line: &str) -> Result<Value, Error> {
        let cannot = |error: io::Error| Error(error.to_string());
        self.to_system
            .write_all(format!("{line}\n").as_bytes())
            .and_then(|()| self.to_system.flush())
            .map_err(cannot)?;
        let mut answer = String::new();
        if self.from_system.read_line(&mut answer).map_err(cannot)? == 0 {
            return Err(Error(format!("expected an answer to {line}, found the end")));
        }
        let expected = |found: &dyn core::fmt::Display| {
            Error(format!("expected an answer, found {:?}: {found}", answer.trim_end()))
        };
        let answer: Value = serde_json::from_str(&answer).map_err(|error| expected(&error))?;
        match answer.get("error") {
            _ if !answer.is_object() => Err(expected(&"no object")),
            None => Ok(answer),
            Some(error) => Err(Error(error.as_str().map_or_else(|| error.to_string(), String::from))),
        }
    }
}

impl<R: BufRead, W: Write> System for JsonLines<R, W> {
    fn reset(&mut self, setup: &Setup) -> Result<Value, Error> {
        let line = self.lines.reset(setup).unwrap_or_default();
        self.ask(&line)
    }

    fn carry_out(&mut self, agents: &[Agent], step: &Step) -> Result<Option<Value>, Error> {
        self.lines.write(agents, step).map(|line| self.ask(&line)).transpose()
    }
}

/// The other side of [`JsonLines`], for a system in Rust: answers lines until they end. The system has the settings of
/// `setup`, except for those in `reset`.
///
/// # Errors
///
/// The I/O errors of the pipes.
pub fn serve(
    system: &mut impl System,
    setup: &Setup,
    from_kit: impl BufRead,
    mut to_kit: impl Write,
) -> io::Result<()> {
    let mut lines = Lines::default();
    for line in from_kit.lines() {
        let answer = lines.answer(system, setup, &line?).unwrap_or_else(|Error(error)| json!({"error": error}));
        writeln!(to_kit, "{answer}")?;
        to_kit.flush()?;
    }
    Ok(())
}
