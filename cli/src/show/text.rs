//! A timeline for a person, then the sessions as they stand.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use im_session::{Capabilities, Change, Event, Handled, KeyValueList, Outcome, Session, State, Value};

use super::{Show, Source, View};

pub(super) struct Timeline<W> {
    output: W,
    colour: bool,
    /// The widest DN so far, so that the columns stay in line.
    dn_width: usize,
    /// The calls that have a session, numbered as they came: what tells two calls of one DN apart at a glance.
    calls: HashMap<String, usize>,
    /// What each session could do last, by DN (and endpoint) and id.
    may: HashMap<(String, String), Capabilities>,
    totals: Totals,
}

/// How many events came to what.
#[derive(Default)]
struct Totals {
    changed: u64,
    unchanged: u64,
    messages: u64,
    ignored: u64,
    refused: u64,
}

impl Totals {
    fn all(&self) -> u64 {
        self.changed + self.unchanged + self.messages + self.ignored + self.refused
    }

    fn count(&mut self, outcome: &Outcome<'_>) {
        *match outcome {
            Outcome::Changed(_) => &mut self.changed,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Message(_) => &mut self.messages,
            Outcome::Ignored => &mut self.ignored,
            Outcome::Rejected(_) => &mut self.refused,
        } += 1;
    }
}

/// An ANSI style, or none.
#[derive(Clone, Copy)]
enum Style {
    Plain,
    Bold,
    Dim,
    Green,
    Yellow,
    Red,
    Cyan,
}

impl<W: Write> Timeline<W> {
    pub(super) fn new(output: W, colour: bool) -> Self {
        Timeline { output, colour, dn_width: 12, calls: HashMap::new(), may: HashMap::new(), totals: Totals::default() }
    }

    fn paint(&self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Plain => "",
            Style::Bold => "1",
            Style::Dim => "2",
            Style::Green => "32",
            Style::Yellow => "33",
            Style::Red => "31",
            Style::Cyan => "36",
        };
        if self.colour && !code.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn state_style(state: Option<State>) -> Style {
        match state {
            Some(State::Initiating | State::Alerting) => Style::Yellow,
            Some(State::Talking) => Style::Green,
            Some(State::Completed) => Style::Bold,
            None => Style::Plain,
        }
    }

    /// The number of a call.
    fn call(&mut self, id: &str) -> String {
        let next = self.calls.len() + 1;
        let number = *self.calls.entry(id.to_owned()).or_insert(next);
        format!("#{number}")
    }

    /// What happened, in words, and how to paint it.
    fn happened(event: &Event<'_>, handled: &Handled<'_, '_>) -> (Style, String) {
        match handled.outcome() {
            Outcome::Changed(_) if event.this_dn().is_none() => {
                let dns = all_of(handled.changes().map(|(session, _)| session.this_dn()));
                (Style::Cyan, format!("user data changed at {dns}"))
            }
            Outcome::Changed(change) => match handled.changes().next() {
                Some((session, _)) => (Self::state_style(handled.to()), changed(change, session)),
                None => (Style::Plain, String::new()),
            },
            Outcome::Unchanged => (Style::Dim, "nothing changed".to_owned()),
            Outcome::Message(text) => (Style::Cyan, format!("message “{}”", one_line(text))),
            Outcome::Ignored => match (event.error_code, event.error_message.as_deref()) {
                (None, None) => (Style::Dim, "ignored".to_owned()),
                (code, message) => {
                    let code = code.map_or_else(String::new, |code| format!(" {code}"));
                    (Style::Red, format!("error{code}: {}", one_line(message.unwrap_or("no reason given"))))
                }
            },
            Outcome::Rejected(rejection) => {
                let state = rejection.state.map_or_else(String::new, |state| format!(" in {state}"));
                let limit = rejection.limit.map_or_else(String::new, |limit| format!(" ({limit})"));
                (Style::Red, format!("refused{state}, {}: {}{limit}", rejection.reason, rejection.reason.sentence()))
            }
        }
    }
}

impl<W: Write> Show for Timeline<W> {
    fn event(
        &mut self,
        source: &Source<'_>,
        line: u64,
        header: &str,
        event: &Event<'_>,
        handled: &Handled<'_, '_>,
    ) -> io::Result<()> {
        let dn = one_line(&named(event.this_dn().unwrap_or("(whole call)"), source.endpoint));
        self.dn_width = self.dn_width.max(dn.chars().count());
        let width = self.dn_width;
        if self.totals.all() == 0 {
            let (line, time, call) = ("line", "time", "call");
            let title = format!("{line:>6}  {time:<12}  {call:<5} {:<width$}  {:<22}  what came of it", "DN", "event");
            writeln!(self.output, "{}", self.paint(Style::Dim, &title))?;
        }
        self.totals.count(handled.outcome());
        let call = if handled.to().is_some() || handled.changes().next().is_some() {
            event.call_uuid().map_or_else(String::new, |id| self.call(id))
        } else {
            String::new()
        };
        let (style, happened) = Self::happened(event, handled);
        let name = one_line(event.name.as_str().strip_prefix("Event").unwrap_or(event.name.as_str()));
        let time = time_of(header).unwrap_or("");
        let happened = self.paint(style, &happened);
        let mut text = format!("{line:>6}  {time:<12}  {call:<5} {dn:<width$}  {name:<22}  {happened}");
        for (session, capabilities) in capabilities(handled) {
            let key = (named(session.this_dn(), source.endpoint), session.id().to_owned());
            let before = self.may.insert(key, capabilities);
            if before != Some(capabilities) && !capabilities.is_empty() {
                let _ = write!(text, "  {}", self.paint(Style::Dim, &format!("| may {capabilities}")));
            }
        }
        writeln!(self.output, "{}", text.trim_end())
    }

    fn finish(&mut self, views: &[View<'_>]) -> io::Result<()> {
        let count = views.iter().map(|view| view.sessions.len()).sum::<usize>();
        let &Totals { changed, unchanged, messages, ignored, refused } = &self.totals;
        if self.totals.all() > 0 {
            let all = self.totals.all();
            writeln!(
                self.output,
                "\n{all} events: {changed} changed something, {unchanged} nothing, {messages} messages, {ignored} ignored, \
                 {refused} refused.\n"
            )?;
        }
        let title = match count {
            0 => "No sessions.".to_owned(),
            1 => "One session:".to_owned(),
            _ => format!("{count} sessions as they stand:"),
        };
        writeln!(self.output, "{}", self.paint(Style::Bold, &title))?;
        let width = self.dn_width;
        let all = views.iter().flat_map(|view| view.sessions.iter().map(move |session| (view, session)));
        for (&View { endpoint, sessions }, session) in all {
            let state = self.paint(Self::state_style(Some(session.state())), &format!("{:<10}", session.state()));
            let with = match session.participants().len() {
                0 => String::new(),
                _ => format!("  with {}", all_of(session.participants())),
            };
            let dn = one_line(&named(session.this_dn(), endpoint));
            let call = self.call(session.id());
            writeln!(self.output, "  {call:<5} {dn:<width$}  {state}  {}{with}", session.id())?;
            let mut detail = Vec::new();
            let capabilities = sessions.resource(session).capabilities;
            if !capabilities.is_empty() {
                detail.push(format!("may: {capabilities}"));
            }
            if !session.user_data().is_empty() {
                detail.push(format!("data: {}", list(session.user_data())));
            }
            for line in detail {
                writeln!(self.output, "        {:<width$}  {}", "", self.paint(Style::Dim, &line))?;
            }
        }
        self.output.flush()
    }
}

/// The DN, and where there are several views the endpoint.
fn named(dn: &str, endpoint: Option<&str>) -> String {
    endpoint.map_or_else(|| dn.to_owned(), |endpoint| format!("{dn} at {endpoint}"))
}

/// A change in words.
fn changed(change: &Change, session: &Session) -> String {
    let mut words = Vec::new();
    if change.state() {
        let from = change.from.map_or_else(|| "new".to_owned(), |state| state.to_string());
        words.push(format!("{from} → {}", change.to));
    }
    if change.participants {
        words.push(match session.participants().len() {
            0 => "nobody else left".to_owned(),
            _ => format!("with {}", all_of(session.participants())),
        });
    }
    if change.user_data {
        let data = session.user_data();
        words.push(if data.is_empty() { "no user data".to_owned() } else { format!("data {}", list(data)) });
    }
    words.join(", ")
}

/// What may be done now in each session that changed.
fn capabilities<'h>(handled: &'h Handled<'_, '_>) -> impl Iterator<Item = (&'h Session, Capabilities)> {
    let told = handled.notifications().filter_map(|(_, notification)| match notification {
        im_session::Notification::SessionChanged { im_session, .. } => Some(im_session.capabilities),
        im_session::Notification::NewMessage { .. } => None,
    });
    handled.changes().map(|(session, _)| session).zip(told)
}

/// User data on one line.
fn list(list: &KeyValueList<'_>) -> String {
    let pair = |pair: &im_session::Pair<'_>| format!("{}={}", one_line(&pair.key), value(&pair.value));
    list.pairs().iter().map(pair).collect::<Vec<_>>().join(" ")
}

fn value(value: &Value<'_>) -> String {
    match value {
        Value::String(text) => format!("'{}'", one_line(text)),
        Value::Binary(text) => one_line(text),
        Value::Integer(number) => number.to_string(),
        Value::List(inner) => format!("({})", list(inner)),
    }
}

/// DNs or numbers on one line.
fn all_of<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    texts.map(one_line).collect::<Vec<_>>().join(", ")
}

/// Control characters would break the line, or paint the terminal.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut line: String = text.chars().take(LONGEST).map(|c| if c.is_control() { '·' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() {
        line.push('…');
    }
    line
}

/// The time of day in the header of a log message, to the millisecond at most: the first `HH:MM:SS`. A JSON line has none:
/// it is the whole event, and a time in it is anybody's.
fn time_of(header: &str) -> Option<&str> {
    if header.trim_start().starts_with('{') {
        return None;
    }
    let bytes = header.as_bytes();
    let is_time = |window: &[u8]| {
        window
            .iter()
            .zip(b"00:00:00")
            .all(|(byte, form)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form })
    };
    let start = bytes.windows(8).position(is_time)?;
    let fraction = bytes.get(start + 8..)?;
    let digits = match fraction.first() {
        Some(b'.' | b',') => fraction.iter().skip(1).take(3).take_while(|byte| byte.is_ascii_digit()).count(),
        _ => 0,
    };
    let end = if digits > 0 { start + 9 + digits } else { start + 8 };
    header.get(start..end)
}
