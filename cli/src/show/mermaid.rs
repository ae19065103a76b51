//! A Mermaid sequence diagram: messages from the SIP Server to each DN, and their effect.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use im_session::Outcome;

use super::plain::plain;
use super::tally::at;
use super::{Closing, Form, Shown};

pub(super) struct Diagram<W> {
    output: W,
    /// The name in the diagram of each DN so far.
    names: HashMap<String, String>,
}

impl<W: Write> Diagram<W> {
    pub(super) fn new(output: W) -> Self {
        Diagram { output, names: HashMap::new() }
    }

    /// The name of a DN in the diagram; a new one is declared first.
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

impl<W: Write> Form for Diagram<W> {
    fn event(&mut self, shown: &Shown<'_>) -> io::Result<()> {
        let Shown { source, event, handled, .. } = *shown;
        for session in handled.changed() {
            let name = self.name(&at(session.this_dn(), source.endpoint))?;
            writeln!(self.output, "    server->>{name}: {}", escaped(event.name.as_str()))?;
            if handled.from() != handled.to() {
                let cause = session.cause().map_or_else(String::new, |cause| format!(" ({cause})"));
                writeln!(self.output, "    Note over {name}: {}{cause} {}", session.state(), escaped(session.id()))?;
            }
        }
        match (handled.outcome(), event.this_dn()) {
            (Outcome::Message(text), Some(this_dn)) => {
                let name = self.name(&at(this_dn, source.endpoint))?;
                writeln!(self.output, "    server-->>{name}: “{}”", escaped(text))
            }
            (Outcome::Rejected(rejection), Some(this_dn)) => {
                let name = self.name(&at(this_dn, source.endpoint))?;
                let event = escaped(event.name.as_str());
                writeln!(self.output, "    server-x{name}: {event} refused, {}", rejection.reason)
            }
            _ => Ok(()),
        }
    }

    fn finish(&mut self, _: &Closing<'_>) -> io::Result<()> {
        if self.names.is_empty() {
            writeln!(self.output, "sequenceDiagram\n    participant server as SIP Server")?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// Encodes all but plain characters as entity codes: Mermaid interprets `#` and `;`, and a line end ends the message.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    // A line break stays one in the diagram; nothing else is interpreted there.
    let lines: Vec<String> = text.split('\n').map(plain).collect();
    for character in lines.join("\n").chars() {
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
