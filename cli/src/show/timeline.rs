//! A timeline for people, then the sessions and the summary.

use std::collections::HashMap;
use std::io::{self, Write};

use im_session::Notification;
use im_session::machine::Operations;

use super::layout::{Screen, Style, padded};
use super::plain::{plain, shortened, shortened_before, width};
use super::tally::at;
use super::words::{event_name, happened, time_and_date};
use super::{Closing, Form, Shown, closing};

/// On a narrower terminal, the columns are only as wide as their contents.
const WIDE: usize = 110;

/// On a narrow terminal, continuation lines are indented by at most this.
const NARROW_INDENT: usize = 24;

pub(super) struct Timeline<W> {
    output: W,
    screen: Screen,
    /// The name of the file, if there is only one; otherwise each event names its file.
    title: Option<String>,
    columns: Columns,
    /// The date that was printed last.
    date: String,
    begun: bool,
    /// The allowed operations of each session, by DN (and endpoint) and id. Sessions without any are left out.
    may: HashMap<(String, String), Operations>,
}

/// The widths of the columns. They grow with their contents.
struct Columns {
    wide: bool,
    place: usize,
    time: usize,
    call: usize,
    dn: usize,
    event: usize,
}

impl Columns {
    fn of(screen: Screen) -> Self {
        if screen.width.is_none_or(|columns| columns >= WIDE) {
            Columns { wide: true, place: 6, time: 12, call: 5, dn: 12, event: 22 }
        } else {
            Columns { wide: false, place: 4, time: 4, call: 4, dn: 4, event: 11 }
        }
    }

    fn fit(&mut self, place: &str, time: &str, dn: &str) {
        let longest_dn = if self.wide { usize::MAX } else { 18 };
        self.place = self.place.max(width(place));
        self.time = self.time.max(width(time).min(16));
        self.dn = self.dn.max(width(dn).min(longest_dn));
    }

    /// The part of a line before its words.
    fn head(&self, place: &str, time: &str, call: &str, dn: &str, event: &str) -> String {
        let (time, call, dn) = (padded(time, self.time), padded(call, self.call), padded(dn, self.dn));
        let (gap, event) = (if self.wide { "  " } else { " " }, padded(event, self.event));
        let missing = self.place.saturating_sub(width(place));
        format!("{:missing$}{place}{gap}{time}{gap}{call} {dn}{gap}{event}  ", "")
    }

    /// The indentation of continuation lines.
    fn indent(&self) -> usize {
        match self.wide {
            true => self.place + self.time + self.call + 1 + self.dn + self.event + 4 * 2,
            false => (self.place + self.time + self.call + 3).min(NARROW_INDENT),
        }
    }
}

impl<W: Write> Timeline<W> {
    pub(super) fn new(output: W, screen: Screen, title: Option<&str>) -> Self {
        let columns = Columns::of(screen);
        let title = title.map(plain);
        Timeline { output, screen, title, columns, date: String::new(), begun: false, may: HashMap::new() }
    }

    fn begin(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        if let Some(title) = &self.title {
            writeln!(self.output, "{}", self.screen.name(title))?;
        }
        let place = if self.title.is_none() && self.columns.place > 6 { "file:line" } else { "line" };
        let titles = self.columns.head(place, "time", "call", "DN", "event");
        let titles = shortened(&format!("{titles}what came of it"), self.screen.width.unwrap_or(usize::MAX));
        writeln!(self.output, "{}", self.screen.paint(Style::Dim, &titles))
    }

    /// The allowed operations of each session in which they changed.
    fn may(&mut self, shown: &Shown<'_>) -> Vec<(Style, String)> {
        let mut spans = Vec::new();
        for (session, notification) in shown.handled.changed().zip(told(shown)) {
            let key = (at(session.this_dn(), shown.source.endpoint), session.id().to_owned());
            if notification.is_empty() {
                self.may.remove(&key);
            } else if self.may.insert(key, notification) != Some(notification) {
                spans.push((Style::Plain, "  ".to_owned()));
                spans.push((Style::Dim, format!("| may {notification}")));
            }
        }
        spans
    }
}

/// The allowed operations of each session that changed.
fn told<'s>(shown: &'s Shown<'_>) -> impl Iterator<Item = Operations> + 's {
    shown.handled.notifications().filter_map(|(_, notification)| match notification {
        Notification::SessionChanged { im_session, .. } => Some(im_session.capabilities()),
        Notification::NewMessage { .. } => None,
    })
}

impl<W: Write> Form for Timeline<W> {
    fn event(&mut self, shown: &Shown<'_>) -> io::Result<()> {
        let Shown { source, event, call, .. } = *shown;
        let place = match source.file.filter(|_| self.title.is_none()) {
            Some(file) => {
                let line = format!(":{}", source.line);
                let longest = if self.columns.wide { 40 } else { 24 };
                format!("{}{line}", shortened_before(file, longest - line.len().min(longest)))
            }
            None => source.line.to_string(),
        };
        let (time, date) = source.time.map(time_and_date).unwrap_or_default();
        let dn = plain(&at(event.this_dn().unwrap_or("(whole call)"), source.endpoint));
        self.columns.fit(&place, &time, &dn);
        self.begin()?;
        if !date.is_empty() && date != self.date {
            writeln!(self.output, "{}", self.screen.text(Style::Dim, &date))?;
            self.date = date;
        }
        let call = call.map_or_else(String::new, |number| format!("#{number}"));
        let head = self.columns.head(&place, &time, &call, &dn, &event_name(event));
        let mut spans = vec![happened(shown)];
        spans.append(&mut self.may(shown));
        writeln!(self.output, "{}", self.screen.line(&head, self.columns.indent(), &spans))
    }

    fn finish(&mut self, closing: &Closing<'_>) -> io::Result<()> {
        if self.begun {
            writeln!(self.output)?;
        }
        closing::write(&mut self.output, self.screen, closing)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
