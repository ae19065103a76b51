//! The crate's own store as a system under test.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::mem::take;

use serde_json::{Value, json};

use super::{Error, System};
use crate::event::Event;
use crate::resource::{Query, Sent};
use crate::store::{Sessions, Target};
use crate::testing::{Agent, Setup, Step, carry_out};

/// The crate's own store behind [`System`]: an example of how to write one, and what the kit is tested with.
#[derive(Debug, Clone)]
pub struct ThisCrate {
    setup: Setup,
    sessions: Sessions,
    notifications: Vec<(String, Value)>,
    requests: Vec<Value>,
}

impl ThisCrate {
    /// A store that is set up like this.
    #[must_use]
    pub fn new(setup: &Setup) -> Self {
        let (notifications, requests) = (Vec::new(), Vec::new());
        ThisCrate { setup: setup.clone(), sessions: setup.sessions(), notifications, requests }
    }
}

impl System for ThisCrate {
    fn reset(&mut self) -> Result<(), Error> {
        *self = ThisCrate::new(&self.setup);
        Ok(())
    }

    fn event(&mut self, event: &Event<'_>) -> Result<Value, Error> {
        let step = Step::Event(event.clone().into_owned());
        let mut told = carry_out(&mut self.sessions, &[], &step);
        let notifications = told.as_object_mut().and_then(|told| told.remove("notifications"));
        for notification in notifications.as_ref().and_then(Value::as_array).into_iter().flatten() {
            let dn = notification.get("thisDN").and_then(Value::as_str).unwrap_or_default();
            let pushed = notification.get("notification").cloned().unwrap_or_default();
            self.notifications.push((dn.to_string(), pushed));
        }
        Ok(if told.is_object() { told } else { json!({"outcome": told}) })
    }

    fn post(&mut self, me: &Agent, id: Option<&str>, body: &str) -> Result<Value, Error> {
        let target = id.map_or(Target::Sessions, Target::Session);
        Ok(match self.sessions.post(me, target, body.as_bytes()) {
            Ok(request) => {
                self.requests.push(json!(request));
                json!(Sent)
            }
            Err(error) => json!(error),
        })
    }

    fn list(&mut self, me: &Agent, query: &str) -> Result<Value, Error> {
        Ok(json!(self.sessions.list(me, &Query::parse(query))))
    }

    fn read(&mut self, me: &Agent, id: &str, query: &str) -> Result<Value, Error> {
        let read = self.sessions.read(me, id, &Query::parse(query));
        Ok(read.map_or_else(|error| json!(error), |body| json!(body)))
    }

    fn notifications(&mut self) -> Result<Vec<(String, Value)>, Error> {
        Ok(take(&mut self.notifications))
    }

    fn requests(&mut self) -> Result<Option<Vec<Value>>, Error> {
        Ok(Some(take(&mut self.requests)))
    }

    fn embedder(&mut self, step: &Step) -> Result<Option<Value>, Error> {
        Ok(Some(carry_out(&mut self.sessions, &[], step)))
    }
}
