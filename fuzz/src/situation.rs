//! The common part of the targets of the store: inputs that consist of lines.
//!
//! The first line contains the preceding events, one byte each by the table of `im_session::from_bytes`: `AC` is a call
//! that the agent at 3001 dialed and that was answered. The second line contains the agent and the id, and the rest are
//! the arbitrary bytes of the question.

use im_session::from_bytes::{Bytes, FromBytes, agents, event_of};
use im_session::testing::{Agent, Model, Setup, Step, carry_out};
use im_session::{Limits, Sessions};
use serde_json::Value;

/// The crate's store and the reference model in the same situation.
pub(crate) struct Situation {
    pub(crate) agents: Vec<Agent>,
    pub(crate) sessions: Sessions,
    pub(crate) model: Model,
}

impl Situation {
    /// The situation after the events of the first line.
    pub(crate) fn after(events: &[u8]) -> Self {
        let mut setup = Setup::default();
        setup.limits = Limits::DEFAULT;
        let mut situation = Situation { agents: agents(), sessions: setup.sessions(), model: setup.model() };
        for (place, &byte) in (1..).zip(events.iter().take(60)) {
            if let Some(mut event) = event_of(byte) {
                event.event_sequence_number = event.event_sequence_number.map(|_| place);
                situation.both(&Step::Event(event));
            }
        }
        situation
    }

    /// The answer of both. The answers and the sessions must be equal.
    pub(crate) fn both(&mut self, step: &Step) -> Value {
        let answer = carry_out(&mut self.sessions, &self.agents, step);
        let expected = self.model.carry_out(&self.agents, step);
        assert_eq!(answer, expected, "{step:?}: the store on the left, the model on the right");
        let resources = self.sessions.iter().map(|session| serde_json::json!(self.sessions.resource(session)));
        assert_eq!(resources.collect::<Vec<_>>(), self.model.resources(), "after {step:?}");
        answer
    }

    /// Everything except the counters, which also count refusals.
    pub(crate) fn held(&self) -> Value {
        held(&self.sessions)
    }
}

/// Everything in a store except its counters.
pub(crate) fn held(sessions: &Sessions) -> Value {
    let mut held = serde_json::json!(sessions.snapshot());
    let counters = held.pointer_mut("/store/counters").expect("the counters");
    counters.take();
    held
}

/// The next line, without its end, and the remaining input.
pub(crate) fn line(input: &[u8]) -> (&[u8], &[u8]) {
    let end = input.iter().position(|&byte| byte == b'\n').unwrap_or(input.len());
    (&input[..end], input.get(end + 1..).unwrap_or_default())
}

/// The settings of the service, selected by the next byte: `0` the usual ones, `1` low limits, `2` many sessions per
/// agent, `3` limits read from the following bytes.
pub(crate) fn setup(bytes: &mut Bytes<'_>) -> Setup {
    let mut setup = Setup::default();
    setup.limits = Limits::DEFAULT;
    let (how, rest) = bytes.rest().split_first().unwrap_or((&b'0', &[]));
    *bytes = Bytes::new(rest);
    match how & 3 {
        1 => {
            (setup.limits.sessions, setup.limits.sessions_per_dn, setup.limits.requests) = (4, 2, 2);
            (setup.limits.user_data_size, setup.limits.user_data_depth, setup.limits.participants) = (12, 2, 1);
        }
        2 => setup.one_session_per_agent = false,
        3 => setup.limits = Limits::from_bytes(bytes),
        _ => {}
    }
    setup
}

/// The agent, as a digit, and the id. The id is `None` for the list.
pub(crate) fn who_and_id(line: &[u8]) -> (usize, Option<String>) {
    let Some((&who, id)) = line.split_first() else { return (0, None) };
    let id = String::from_utf8_lossy(id).into_owned();
    (usize::from(who.wrapping_sub(b'0') % 5), Some(id).filter(|id| !id.is_empty()))
}
