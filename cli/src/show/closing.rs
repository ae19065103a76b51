//! What is printed after the last event: the sessions, then a summary.

use std::io::{self, Write};

use im_session::State;

use super::layout::{Screen, Style, padded};
use super::plain::{plain, width};
use super::tally::at;
use super::words::{count, others, state_style, user_data, value_text};
use super::{Closing, PassedOver};

/// The maximum number of DNs that are listed for a reason.
const NAMED: usize = 8;

pub(super) fn write(output: &mut impl Write, screen: Screen, closing: &Closing<'_>) -> io::Result<()> {
    let dns = || closing.sessions().map(|(view, session)| width(&plain(&at(session.this_dn(), view.endpoint))));
    let widest = dns().max().unwrap_or(0).min(40);
    sessions(output, screen, closing, widest)?;
    writeln!(output)?;
    events(output, screen, closing)?;
    refusals(output, screen, closing)?;
    let PassedOver { objects, sip_messages, warnings } = closing.passed_over;
    if objects > 0 {
        say(output, screen, &format!("{} skipped: no event is named.", count(objects, "JSON object")))?;
    }
    if sip_messages > 0 {
        say(output, screen, &format!("{} skipped.", count(sip_messages, "SIP message")))?;
    }
    if warnings > 0 {
        say(output, screen, &format!("{} on standard error.", count(warnings, "warning")))?;
    }
    open(output, screen, closing, widest)
}

fn say(output: &mut impl Write, screen: Screen, text: &str) -> io::Result<()> {
    writeln!(output, "{}", screen.text(Style::Plain, text))
}

fn sessions(output: &mut impl Write, screen: Screen, closing: &Closing<'_>, widest: usize) -> io::Result<()> {
    let title = match closing.sessions().count() {
        0 => "No sessions.".to_owned(),
        1 => "One session:".to_owned(),
        number => format!("{number} sessions as they stand:"),
    };
    writeln!(output, "{}", screen.text(Style::Bold, &title))?;
    for (view, session) in closing.sessions() {
        let head = head(closing, session.id(), &at(session.this_dn(), view.endpoint), widest);
        let mut rest = format!("  {}", session.id());
        if session.participants().len() > 0 {
            rest = format!("{rest}  with {}", others(session));
        }
        if let Some(cause) = session.cause() {
            rest = format!("{rest}  ({cause})");
        }
        let state = (state_style(Some(session.state())), padded(session.state().name(), 10));
        writeln!(output, "{}", screen.line(&head, 8, &[state, (Style::Plain, rest)]))?;
        let capabilities = view.sessions.resource(session).capabilities();
        if !capabilities.is_empty() {
            detail(output, screen, widest, format!("may: {capabilities}"))?;
        }
        if !session.user_data().is_empty() {
            detail(output, screen, widest, format!("data: {}", user_data(session.user_data())))?;
        }
    }
    Ok(())
}

fn head(closing: &Closing<'_>, id: &str, dn: &str, widest: usize) -> String {
    let call = closing.tally.number(id).map_or_else(String::new, |number| format!("#{number}"));
    format!("  {} {}  ", padded(&call, 5), padded(&plain(dn), widest))
}

fn detail(output: &mut impl Write, screen: Screen, widest: usize, text: String) -> io::Result<()> {
    let indent = 8 + widest + 2;
    writeln!(output, "{}", screen.line(&" ".repeat(indent), indent, &[(Style::Dim, text)]))
}

fn events(output: &mut impl Write, screen: Screen, closing: &Closing<'_>) -> io::Result<()> {
    let outcomes = closing.tally.outcomes;
    if closing.tally.events == 0 {
        return writeln!(output, "No events.");
    }
    let all = match closing.filters.leave_out() {
        true => format!("{} of {}", outcomes.all(), count(closing.tally.events, "event")),
        false => count(outcomes.all(), "event"),
    };
    let text = format!(
        "{all}: {} changed something, {} nothing, {}, {} ignored, {} refused.",
        outcomes.changed,
        outcomes.unchanged,
        count(outcomes.messages, "message"),
        outcomes.ignored,
        outcomes.refused
    );
    writeln!(output, "{}", screen.line("", 2, &[(Style::Plain, text)]))
}

/// Prints how many events were refused, by reason and DN, in descending order.
fn refusals(output: &mut impl Write, screen: Screen, closing: &Closing<'_>) -> io::Result<()> {
    if !closing.tally.refusals.is_empty() {
        writeln!(output, "Refused:")?;
    }
    for (reason, refusals) in &closing.tally.refusals {
        let mut dns: Vec<(&str, u64)> = refusals.at.iter().map(|(dn, number)| (dn.as_str(), *number)).collect();
        let all = dns.iter().map(|(_, number)| number).sum::<u64>() + refusals.elsewhere;
        dns.sort_by_key(|&(dn, number)| (std::cmp::Reverse(number), dn));
        let more = dns.len().saturating_sub(NAMED);
        dns.truncate(NAMED);
        let mut named: Vec<String> = dns.iter().map(|(dn, number)| format!("{number} at {}", value_text(dn))).collect();
        if refusals.elsewhere > 0 {
            named.push("others at many further DNs".to_owned());
        } else if more > 0 {
            named.push(format!("others at {}", count(more as u64, "more DN")));
        }
        let head = format!("  {all:>6} {}  ", padded(reason.name(), 13));
        writeln!(output, "{}", screen.line(&head, 10, &[(Style::Plain, named.join(", "))]))?;
    }
    Ok(())
}

fn open(output: &mut impl Write, screen: Screen, closing: &Closing<'_>, widest: usize) -> io::Result<()> {
    let sessions = || closing.sessions().filter(|(_, session)| session.state() != State::Completed);
    match sessions().count() {
        0 if closing.sessions().next().is_none() => return Ok(()),
        0 => say(output, screen, "No session is open.")?,
        1 => say(output, screen, "One session is open:")?,
        number => say(output, screen, &format!("{number} sessions are open:"))?,
    }
    for (view, session) in sessions() {
        let head = head(closing, session.id(), &at(session.this_dn(), view.endpoint), widest);
        let since = closing.tally.open_since(session.this_dn(), view.endpoint, session.id());
        let since = since.map_or_else(String::new, |since| format!(" since {}", plain(since)));
        let state = (state_style(Some(session.state())), session.state().name().to_owned());
        writeln!(output, "{}", screen.line(&head, 8, &[state, (Style::Plain, since)]))?;
    }
    Ok(())
}
