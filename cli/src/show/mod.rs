//! How the commands show what happened to sessions: a timeline, calls, an object a line, or a sequence diagram.
//!
//! | file | question it answers |
//! |---|---|
//! | `filter` | Which events are shown? |
//! | `tally` | Which number has a call, which sessions are open and since when, how many events came to what? |
//! | `timeline`, `calls` | What does a person read, by time and by call? |
//! | `words` | What came of an event, in words? |
//! | `closing` | What is said after the last event? |
//! | `jsonl` | What does a program read? |
//! | `mermaid` | What does a diagram show? |
//! | `layout` | Where do lines break, and in which colours? |
//! | `plain` | What is shown of a character that a terminal would obey? |

mod calls;
mod closing;
mod filter;
mod jsonl;
mod layout;
mod mermaid;
mod plain;
mod tally;
mod timeline;
mod words;

use std::io::{self, Write};

use im_session::session::EventIdentity;
use im_session::{Event, Handled, Session, Sessions};

pub(crate) use filter::Filters;
pub(crate) use layout::Screen;
pub(crate) use plain::plain;
use tally::Tally;

use crate::when::When;

/// What `--format` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// A timeline for a person, then the sessions as they stand and a summary.
    Text,
    /// The same by call, each with its DNs side by side; nothing is shown before the end, and what is shown is kept until
    /// then, some 200 bytes for each event.
    Calls,
    /// A Mermaid sequence diagram.
    Mermaid,
    /// One JSON object an event, then the list of all sessions.
    Jsonl,
}

/// Where an event comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// The endpoint whose view it is, where there is more than one.
    pub(crate) endpoint: Option<&'a str>,
    /// The file, as given. None where its name is not shown with each event.
    pub(crate) file: Option<&'a str>,
    /// The line in it, from 1.
    pub(crate) line: u64,
    /// The text of its time.
    pub(crate) time: Option<&'a str>,
    /// Its time for the filters: where it has none, that of the event before it in its file.
    pub(crate) when: Option<When>,
    /// The last numbered event that the session accepted before it.
    pub(crate) last: Option<EventIdentity>,
}

/// One event and what came of it.
struct Shown<'a> {
    source: &'a Source<'a>,
    event: &'a Event<'a>,
    handled: &'a Handled<'a>,
    /// The number of its call.
    call: Option<usize>,
}

/// The sessions of one view.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    /// The endpoint whose view it is, where there is more than one.
    pub(crate) endpoint: Option<&'a str>,
    /// Its sessions.
    pub(crate) sessions: &'a Sessions,
}

/// What there is to say after the last event.
struct Closing<'a> {
    views: &'a [View<'a>],
    tally: &'a Tally,
    filters: &'a Filters,
    passed_over: PassedOver,
}

/// What of a log is no event.
#[derive(Debug, Clone, Copy, Default)]
struct PassedOver {
    /// JSON objects that name no event.
    objects: u64,
    /// SIP messages.
    sip_messages: u64,
    /// Places that were warned of.
    warnings: u64,
}

impl<'a> Closing<'a> {
    /// The sessions that the filters choose, view by view.
    fn sessions(&self) -> impl Iterator<Item = (&'a View<'a>, &'a Session)> {
        let all = self.views.iter().flat_map(|view| view.sessions.iter().map(move |session| (view, session)));
        all.filter(|(_, session)| self.filters.choose_session(session, self.tally.number(session.id())))
    }
}

/// How one format shows events, and what it says in the end.
trait Form {
    fn event(&mut self, shown: &Shown<'_>) -> io::Result<()>;

    fn finish(&mut self, closing: &Closing<'_>) -> io::Result<()>;

    /// Writes what is buffered.
    fn flush(&mut self) -> io::Result<()>;
}

/// Shows events as they are handled, and at the end the sessions.
pub(crate) trait Show {
    /// Shows one event, if the filters choose it.
    fn event(&mut self, source: &Source<'_>, event: &Event<'_>, handled: &Handled<'_>) -> io::Result<()>;

    /// The sessions with this id are over and forgotten: nothing of them is needed any more.
    fn forget(&mut self, id: &str);

    /// Writes what is buffered.
    fn flush(&mut self) -> io::Result<()>;

    /// This was passed over.
    fn passed_over(&mut self, passed_over: &im_session::decode::Tally);

    /// There are no more events. The sessions come view by view.
    fn finish(&mut self, views: &[View<'_>]) -> io::Result<()>;
}

/// A format, with what is kept for it and what is chosen.
struct Presenter<'w> {
    form: Box<dyn Form + 'w>,
    tally: Tally,
    filters: Filters,
    passed_over: PassedOver,
}

impl Format {
    /// The same for what `filters` choose. `title` is said once, before the events.
    pub(crate) fn show_chosen<'w>(
        self,
        output: impl Write + 'w,
        screen: Screen,
        filters: Filters,
        title: Option<&str>,
    ) -> Box<dyn Show + 'w> {
        let form: Box<dyn Form + 'w> = match self {
            Format::Text => Box::new(timeline::Timeline::new(output, screen, title)),
            Format::Calls => Box::new(calls::Calls::new(output, screen, title)),
            Format::Jsonl => Box::new(jsonl::Objects::new(output)),
            Format::Mermaid => Box::new(mermaid::Diagram::new(output)),
        };
        let for_a_person = match self {
            Format::Text | Format::Calls => true,
            Format::Jsonl | Format::Mermaid => false,
        };
        let numbers_calls = for_a_person || filters.name_numbers();
        Box::new(Presenter {
            form,
            tally: Tally::new(numbers_calls, for_a_person),
            filters,
            passed_over: PassedOver::default(),
        })
    }
}

impl Show for Presenter<'_> {
    fn event(&mut self, source: &Source<'_>, event: &Event<'_>, handled: &Handled<'_>) -> io::Result<()> {
        let call = self.tally.event(source, event, handled);
        let shown = Shown { source, event, handled, call };
        if !self.filters.choose(&shown) {
            return Ok(());
        }
        self.tally.shown(&shown);
        self.form.event(&shown)
    }

    fn forget(&mut self, id: &str) {
        self.tally.forget(id);
    }

    fn flush(&mut self) -> io::Result<()> {
        self.form.flush()
    }

    fn passed_over(&mut self, passed_over: &im_session::decode::Tally) {
        self.passed_over.objects += passed_over.other_json_lines;
        self.passed_over.sip_messages += passed_over.sip_messages;
        self.passed_over.warnings += passed_over.warnings;
    }

    fn finish(&mut self, views: &[View<'_>]) -> io::Result<()> {
        let Presenter { form, tally, filters, passed_over } = self;
        form.finish(&Closing { views, tally, filters, passed_over: *passed_over })?;
        form.flush()
    }
}
