//! The agents and their events.

use std::fmt::Write as _;
use std::path::Path;

use im_session_gateway::clock::SystemRandom;
use im_session_gateway::config::{Cost, hash_password};

use super::Outcome;

pub(crate) const PASSWORD: &str = "password";

/// The user name of the agent.
pub(crate) fn user(agent: usize) -> String {
    format!("agent{agent}")
}

pub(crate) fn dn(agent: usize) -> String {
    format!("{:07}", 1_000_000 + agent)
}

/// Writes the agents' file. All agents share the cheapest possible hash, because argon2 is not part of the measurement.
pub(crate) fn write_agents(path: &Path, agents: usize) -> Outcome<()> {
    let hash = hash_password(PASSWORD.as_bytes(), &SystemRandom, Cost::Test)?;
    let mut file = String::new();
    for agent in 0..agents {
        let (user, dn, hash) = (user(agent), dn(agent), hash.as_str());
        let devices = format!("[{{ id = \"1\", dn = \"{dn}\" }}]");
        writeln!(file, "[[agents]]\nuser = \"{user}\"\npassword = \"{hash}\"\ndevices = {devices}\n")?;
    }
    Ok(std::fs::write(path, file)?)
}

/// The events, one per line, that create a session of the agent in which texts can arrive.
pub(crate) fn answered_call(agent: usize) -> String {
    let (dn, mut lines) = (dn(agent), String::new());
    for event in ["EventRinging", "EventEstablished"] {
        lines += &line(event, &dn, agent, "");
    }
    lines
}

/// A text in that session. It contains the time when it was sent.
pub(crate) fn text(agent: usize, sent: u128) -> String {
    line("EventPrivateInfo", &dn(agent), agent, &format!(r#","Extensions":{{"text":"{sent}"}}"#))
}

fn line(event: &str, dn: &str, agent: usize, more: &str) -> String {
    format!(
        r#"{{"Event":"{event}","ThisDN":"{dn}","OtherDN":"3002","CallUUID":"007MDF3D0KAHL93L807GK2LA{agent:08}","ConnID":"6f"{more}}}"#
    ) + "\n"
}
