//! How the examples show what happened to sessions: a timeline, an object a line, or a sequence diagram.

mod jsonl;
mod mermaid;
mod text;

use std::io::{self, Write};

use im_session::{Event, Handled, Sessions};

/// What `--format` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// A timeline for a person, then the sessions as they stand.
    Text,
    /// One JSON object an event, then the list of all sessions.
    Jsonl,
    /// A Mermaid sequence diagram.
    Mermaid,
}

/// Where an event comes from.
pub(crate) struct Source<'a> {
    /// The endpoint whose view it is, where there is more than one.
    pub(crate) endpoint: Option<&'a str>,
}

/// The sessions of one view.
pub(crate) struct View<'a> {
    /// The endpoint whose view it is, where there is more than one.
    pub(crate) endpoint: Option<&'a str>,
    /// Its sessions.
    pub(crate) sessions: &'a Sessions,
}

/// Shows events as they are handled, and at the end the sessions.
pub(crate) trait Show {
    /// Shows one event. `line` is where it stands, `header` the line itself.
    fn event(
        &mut self,
        source: &Source<'_>,
        line: u64,
        header: &str,
        event: &Event<'_>,
        handled: &Handled<'_, '_>,
    ) -> io::Result<()>;

    /// There are no more events. The sessions come view by view.
    fn finish(&mut self, views: &[View<'_>]) -> io::Result<()>;
}

impl Format {
    /// The form that writes to `output`, in colour or not.
    pub(crate) fn show<'w>(self, output: impl Write + 'w, colour: bool) -> Box<dyn Show + 'w> {
        match self {
            Format::Text => Box::new(text::Timeline::new(output, colour)),
            Format::Jsonl => Box::new(jsonl::Objects::new(output)),
            Format::Mermaid => Box::new(mermaid::Diagram::new(output)),
        }
    }
}
