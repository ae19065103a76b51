//! A Mermaid sequence diagram: the SIP Server tells each DN what happened, and what arrived there.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use im_session::{Event, Handled, Outcome};

use super::{Show, Source, View};

pub(super) struct Diagram<W> {
    output: W,
    /// The name in the diagram of every DN seen so far.
    names: HashMap<String, String>,
}

impl<W: Write> Diagram<W> {
    pub(super) fn new(output: W) -> Self {
        Diagram { output, names: HashMap::new() }
    }

    /// The name of a DN in the diagram; a new one is introduced.
    fn name(&mut self, dn: &str) -> io::Result<String> {
        if self.names.is_empty() {
            writeln!(self.output, "sequenceDiagram\n    participant server as SIP Server")?;
        }
        if let Some(name) = self.names.get(dn) {
            return Ok(name.clone());
        }
        let name = format!("dn{}", self.names.len() + 1);
        writeln!(self.output, "    participant {name} as {}", escaped(dn))?;
        self.names.insert(dn.to_owned(), name.clone());
        Ok(name)
    }
}

impl<W: Write> Show for Diagram<W> {
    fn event(
        &mut self,
        source: &Source<'_>,
        _: u64,
        _: &str,
        event: &Event<'_>,
        handled: &Handled<'_, '_>,
    ) -> io::Result<()> {
        let shown_as =
            |dn: &str| source.endpoint.map_or_else(|| dn.to_owned(), |endpoint| format!("{dn} at {endpoint}"));
        for (session, change) in handled.changes() {
            let name = self.name(&shown_as(session.this_dn()))?;
            writeln!(self.output, "    server->>{name}: {}", escaped(event.name.as_str()))?;
            if change.state() {
                writeln!(self.output, "    Note over {name}: {} {}", session.state(), escaped(session.id()))?;
            }
        }
        match (handled.outcome(), event.this_dn()) {
            (Outcome::Message(text), Some(this_dn)) => {
                let name = self.name(&shown_as(this_dn))?;
                writeln!(self.output, "    server-->>{name}: “{}”", escaped(text))
            }
            (Outcome::Rejected(rejection), Some(this_dn)) => {
                let name = self.name(&shown_as(this_dn))?;
                let event = escaped(event.name.as_str());
                writeln!(self.output, "    server-x{name}: {event} refused, {}", rejection.reason)
            }
            _ => Ok(()),
        }
    }

    fn finish(&mut self, _: &[View<'_>]) -> io::Result<()> {
        if self.names.is_empty() {
            writeln!(self.output, "sequenceDiagram\n    participant server as SIP Server")?;
        }
        self.output.flush()
    }
}

/// Mermaid takes `#` and `;` for its own, and a line end ends the message: all but plain characters as entity codes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_alphanumeric()
            || matches!(character, ' ' | '.' | ',' | '!' | '?' | '_' | '-' | '(' | ')' | '\'')
        {
            escaped.push(character);
        } else {
            let _ = write!(escaped, "#{};", u32::from(character));
        }
    }
    escaped
}
