//! How the commands show what happened to sessions: as a timeline, by call, as JSON lines, or as a sequence diagram.
//!
//! | file | question it answers |
//! |---|---|
//! | `filter` | Which events are shown? |
//! | `tally` | What is the number of a call, which sessions are open since when, and how many events had which outcome? |
//! | `timeline`, `calls` | What is printed for people, by time and by call? |
//! | `words` | How is the outcome of an event described? |
//! | `closing` | What is printed after the last event? |
//! | `jsonl` | What is printed for programs? |
//! | `mermaid` | What does a diagram show? |
//! | `layout` | Where do lines break, and in which colours? |
//! | `plain` | How are characters shown that a terminal would interpret? |

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

/// The values of `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// A timeline for people, then the sessions and a summary.
    Text,
    /// The same by call, each with its DNs side by side. It is printed at the end, and needs some 200 bytes of memory
    /// per event.
    Calls,
    /// A Mermaid sequence diagram.
    Mermaid,
    /// One JSON object per event, then the list of all sessions.
    Jsonl,
}

/// The origin of an event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// The endpoint whose view it belongs to, if there are several.
    pub(crate) endpoint: Option<&'a str>,
    /// The file, as given. `None` if its name is not shown with each event.
    pub(crate) file: Option<&'a str>,
    /// The line in the file, from 1.
    pub(crate) line: u64,
    /// The time as text.
    pub(crate) time: Option<&'a str>,
    /// The time for the filters: if the event has none, that of the previous event in its file.
    pub(crate) when: Option<When>,
    /// The last numbered event that the session had accepted before.
    pub(crate) last: Option<EventIdentity>,
}

/// An event and its outcome.
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
    /// The endpoint of the view, if there are several.
    pub(crate) endpoint: Option<&'a str>,
    /// Its sessions.
    pub(crate) sessions: &'a Sessions,
}

/// The input of the closing summary.
struct Closing<'a> {
    views: &'a [View<'a>],
    tally: &'a Tally,
    filters: &'a Filters,
    passed_over: PassedOver,
}

/// The parts of a log that are not events.
#[derive(Debug, Clone, Copy, Default)]
struct PassedOver {
    /// JSON objects without the name of an event.
    objects: u64,
    /// SIP messages.
    sip_messages: u64,
    /// Warnings.
    warnings: u64,
}

impl<'a> Closing<'a> {
    /// The sessions that match the filters, view by view.
    fn sessions(&self) -> impl Iterator<Item = (&'a View<'a>, &'a Session)> {
        let all = self.views.iter().flat_map(|view| view.sessions.iter().map(move |session| (view, session)));
        all.filter(|(_, session)| self.filters.choose_session(session, self.tally.number(session.id())))
    }
}

/// How one format shows events and the closing summary.
trait Form {
    fn event(&mut self, shown: &Shown<'_>) -> io::Result<()>;

    fn finish(&mut self, closing: &Closing<'_>) -> io::Result<()>;

    /// Writes buffered output.
    fn flush(&mut self) -> io::Result<()>;
}

/// Shows events as they are handled, and the sessions at the end.
pub(crate) trait Show {
    /// Shows one event, if it matches the filters.
    fn event(&mut self, source: &Source<'_>, event: &Event<'_>, handled: &Handled<'_>) -> io::Result<()>;

    /// The sessions with this id have ended and were forgotten. Their data is not needed any more.
    fn forget(&mut self, id: &str);

    /// Writes buffered output.
    fn flush(&mut self) -> io::Result<()>;

    /// Reports what was skipped.
    fn passed_over(&mut self, passed_over: &im_session::decode::Tally);

    /// There are no more events. The sessions are given view by view.
    fn finish(&mut self, views: &[View<'_>]) -> io::Result<()>;
}

/// A format, with its tally and the filters.
struct Presenter<'w> {
    form: Box<dyn Form + 'w>,
    tally: Tally,
    filters: Filters,
    passed_over: PassedOver,
}

impl Format {
    /// Makes the presenter of a format with these filters. `title` is printed once, before the events.
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
