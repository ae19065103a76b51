//! How a system in another language takes part: a line of JSON to it, a line of JSON from it.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::mem::take;
use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Error, System};
use crate::decode::{DecodeResult, Decoder, Form};
use crate::event::Event;
use crate::store::Device;
use crate::testing::{Agent, Setup, Step};

/// A system behind a pair of pipes: one JSON object to it in one line, one from it in one line, which it must flush.
///
/// | to the system | from the system |
/// |---|---|
/// | `{"do":"reset","baseUri":"http://localhost:8090"}` | `{}` |
/// | `{"do":"event","Event":"EventRinging",…}`, the keys of the JSON lines form (specification 6) | `{"told":{"outcome":…},"notifications":[…]}` |
/// | `{"do":"post","me":[{"devicePath":…,"dn":…}],"id":…,"body":"…"}`, `id` null for the list, `body` the text posted | `{"answer":{…},"requests":[…]}` |
/// | `{"do":"list","me":[…],"query":"fields=*"}` | `{"answer":{…}}` |
/// | `{"do":"read","me":[…],"id":…,"query":""}` | `{"answer":{…}}` |
///
/// `answer` is the body of the HTTP answer. `told` may be left out, and so may any of its keys (see
/// [`System::event`]). `notifications`, `[{"thisDN":…,"notification":{…}}]`, and `requests` may stand in any answer: they are what
/// was pushed and sent since the last; a system that shows its requests says `"requests":[]` in the answer to `reset`.
/// `{"error":"…"}` says that the system cannot go on.
///
/// Of the [`Setup`] only the base address crosses the pipe: where the limits, or many sessions per agent, are not those of
/// [`Setup::default`], the system must be started with the same. The capabilities are those of specification 3.
///
/// An end of what it says, and a line that is no answer, are errors that the run reports with their history. Reading waits as long as
/// `R` does; a reader with a time limit makes an error of silence, as the one in `examples/conformance` does.
#[derive(Debug)]
pub struct JsonLines<R, W> {
    from_system: R,
    to_system: W,
    base_uri: String,
    notifications: Vec<(String, Value)>,
    requests: Option<Vec<Value>>,
}

#[derive(Serialize)]
#[serde(tag = "do", rename_all = "camelCase")]
enum Command<'c> {
    #[serde(rename_all = "camelCase")]
    Reset {
        base_uri: &'c str,
    },
    Event {
        #[serde(flatten)]
        event: &'c Event<'c>,
    },
    Post {
        me: Vec<WireDevice>,
        id: Option<&'c str>,
        body: &'c str,
    },
    List {
        me: Vec<WireDevice>,
        query: &'c str,
    },
    Read {
        me: Vec<WireDevice>,
        id: &'c str,
        query: &'c str,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireDevice {
    device_path: String,
    dn: String,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    answer: Value,
    #[serde(default)]
    told: Value,
    #[serde(default)]
    notifications: Vec<Told>,
    requests: Option<Vec<Value>>,
    error: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Told {
    #[serde(rename = "thisDN")]
    this_dn: String,
    notification: Value,
}

/// The line by which [`JsonLines`] has a system carry out a step; none for what an embedder does. The answer to reset, which comes before
/// the first step, is not part of it.
///
/// ```
/// use im_session::testing::conformance::command;
/// use im_session::testing::{Agent, Step};
///
/// let step = Step::List { agent: 0, query: "fields=*".into() };
/// let line = r#"{"do":"list","me":[{"devicePath":"/devices/1","dn":"3002"}],"query":"fields=*"}"#;
/// assert_eq!(command(&[Agent::new().with_device("/devices/1", "3002")], &step).as_deref(), Some(line));
/// ```
#[must_use]
pub fn command(agents: &[Agent], step: &Step) -> Option<String> {
    let me = |agent: &usize| agents.get(*agent).map(devices).unwrap_or_default();
    let command = match step {
        Step::Event(event) => Command::Event { event },
        Step::Post { agent, target, body } => Command::Post { me: me(agent), id: target.as_deref(), body },
        Step::List { agent, query } => Command::List { me: me(agent), query },
        Step::Read { agent, id, query } => Command::Read { me: me(agent), id, query },
        Step::Time(_)
        | Step::Expire { .. }
        | Step::Forget { .. }
        | Step::ForgetCompleted { .. }
        | Step::ForgetRequests { .. }
        | Step::Reconcile { .. } => return None,
    };
    serde_json::to_string(&command).ok()
}

fn devices(agent: &Agent) -> Vec<WireDevice> {
    let wire = |device: &Device| WireDevice { device_path: device.device_path.clone(), dn: device.dn.clone() };
    agent.devices().iter().map(wire).collect()
}

impl<R: BufRead, W: Write> JsonLines<R, W> {
    /// The system that reads from `to_system` and writes to `from_system`.
    #[must_use]
    pub fn new(from_system: R, to_system: W, setup: &Setup) -> Self {
        let base_uri = setup.base_uri.clone();
        JsonLines { from_system, to_system, base_uri, notifications: Vec::new(), requests: None }
    }

    fn ask(&mut self, command: &Command<'_>) -> Result<Answer, Error> {
        let cannot = |error: io::Error| Error(error.to_string());
        let mut line = serde_json::to_string(command).map_err(|error| Error(error.to_string()))?;
        line.push('\n');
        self.to_system.write_all(line.as_bytes()).and_then(|()| self.to_system.flush()).map_err(cannot)?;
        let mut answer = String::new();
        if self.from_system.read_line(&mut answer).map_err(cannot)? == 0 {
            return Err(Error(format!("expected an answer to {}, found the end", line.trim_end())));
        }
        let answer: Answer = serde_json::from_str(&answer)
            .map_err(|error| Error(format!("expected an answer, found {:?}: {error}", answer.trim_end())))?;
        if let Some(error) = answer.error {
            return Err(Error(error));
        }
        let told = |told: &Told| (told.this_dn.clone(), told.notification.clone());
        self.notifications.extend(answer.notifications.iter().map(told));
        if let Some(requests) = &answer.requests {
            self.requests.get_or_insert_default().extend(requests.iter().cloned());
        }
        Ok(answer)
    }
}

impl<R: BufRead, W: Write> System for JsonLines<R, W> {
    fn reset(&mut self) -> Result<(), Error> {
        let base_uri = self.base_uri.clone();
        (self.notifications, self.requests) = (Vec::new(), None);
        self.ask(&Command::Reset { base_uri: &base_uri }).map(|_| ())
    }

    fn event(&mut self, event: &Event<'_>) -> Result<Value, Error> {
        self.ask(&Command::Event { event }).map(|answer| answer.told)
    }

    fn post(&mut self, me: &Agent, id: Option<&str>, body: &str) -> Result<Value, Error> {
        self.ask(&Command::Post { me: devices(me), id, body }).map(|answer| answer.answer)
    }

    fn list(&mut self, me: &Agent, query: &str) -> Result<Value, Error> {
        self.ask(&Command::List { me: devices(me), query }).map(|answer| answer.answer)
    }

    fn read(&mut self, me: &Agent, id: &str, query: &str) -> Result<Value, Error> {
        self.ask(&Command::Read { me: devices(me), id, query }).map(|answer| answer.answer)
    }

    fn notifications(&mut self) -> Result<Vec<(String, Value)>, Error> {
        Ok(take(&mut self.notifications))
    }

    fn requests(&mut self) -> Result<Option<Vec<Value>>, Error> {
        Ok(self.requests.as_mut().map(take))
    }
}

/// The other side: answers the lines of [`JsonLines`] with what a system of this language does, until they end. The system has its own
/// setup; the base address that comes with `reset` is not looked at.
///
/// # Errors
///
/// The pipe's own.
pub fn serve(system: &mut impl System, from_kit: impl BufRead, mut to_kit: impl Write) -> io::Result<()> {
    for line in from_kit.lines() {
        let answer = answer(system, &line?).unwrap_or_else(|Error(error)| json!({"error": error}));
        writeln!(to_kit, "{answer}")?;
        to_kit.flush()?;
    }
    Ok(())
}

fn answer(system: &mut impl System, line: &str) -> Result<Value, Error> {
    let command: Value = serde_json::from_str(line).map_err(|error| Error(error.to_string()))?;
    let text = |name: &str| command.get(name).and_then(Value::as_str);
    let me = || -> Result<Agent, Error> {
        let me = command.get("me").cloned().unwrap_or_default();
        let me: Vec<WireDevice> = serde_json::from_value(me).map_err(|error| Error(error.to_string()))?;
        Ok(me.into_iter().fold(Agent::new(), |agent, device| agent.with_device(device.device_path, device.dn)))
    };
    let (query, id) = (text("query").unwrap_or_default(), text("id"));
    let mut answer = Map::new();
    match text("do") {
        Some("reset") => system.reset()?,
        Some("event") => {
            answer.insert("told".to_owned(), told(system, line)?);
        }
        Some("post") => {
            let body = text("body").unwrap_or_default();
            answer.insert("answer".to_owned(), system.post(&me()?, id, body)?);
        }
        Some("list") => {
            answer.insert("answer".to_owned(), system.list(&me()?, query)?);
        }
        Some("read") => {
            answer.insert("answer".to_owned(), system.read(&me()?, id.unwrap_or_default(), query)?);
        }
        Some(_) | None => return Err(Error(format!("expected something to do, found {line}"))),
    }
    let pushed = |(this_dn, notification): (String, Value)| Told { this_dn, notification };
    let notifications: Vec<Told> = system.notifications()?.into_iter().map(pushed).collect();
    answer.insert("notifications".to_owned(), json!(notifications));
    if let Some(requests) = system.requests()? {
        answer.insert("requests".to_owned(), json!(requests));
    }
    Ok(Value::Object(answer))
}

/// What the system says of the event whose keys stand in the line; of one that the decoder refuses, what a store would.
fn told(system: &mut impl System, line: &str) -> Result<Value, Error> {
    let mut told = Ok(json!({"outcome": "unreadable"}));
    let mut take = |result: DecodeResult<'_>| {
        if let Ok(decoded) = result {
            told = system.event(&decoded.event);
        }
    };
    let mut decoder = Decoder::of_form(Form::JsonLines);
    decoder.push(line.as_bytes(), &mut take);
    decoder.finish(&mut take);
    told
}
