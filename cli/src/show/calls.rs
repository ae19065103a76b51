//! The timeline grouped by call: each call with its DNs side by side.

use std::collections::HashMap;
use std::io::{self, Write};

use super::layout::{Screen, Style, padded, to_the_right};
use super::plain::{plain, shortened, shortened_before, width};
use super::tally::at;
use super::words::{event_name, happened, time_and_date};
use super::{Closing, Form, Shown, closing};

/// The maximum width of a file name, in columns.
const LONGEST_NAME: usize = 20;
/// The maximum width of a time, in columns; the times of logs are shorter.
const LONGEST_TIME: usize = 24;
/// If fewer columns than this are left beside place and time, the text goes below them.
const LEAST: usize = 16;
/// The width if the output is not a terminal, in columns.
const USUAL_WIDTH: usize = 120;
/// The minimum and the maximum width of a DN's column.
const NARROWEST: usize = 24;
const WIDEST: usize = 60;

/// Keeps what it shows until the end, some 200 bytes per event, because only then is it known that a call is over.
pub(super) struct Calls<W> {
    output: W,
    screen: Screen,
    title: Option<String>,
    calls: Vec<Call>,
    /// The index of each call in `calls`, by id.
    by_id: HashMap<String, usize>,
    /// The events that belong to no call.
    others: Call,
}

#[derive(Default)]
struct Call {
    id: String,
    /// Its DNs, in order of appearance.
    dns: Vec<String>,
    /// The index of each DN in `dns`.
    by_dn: HashMap<String, usize>,
    rows: Vec<Row>,
}

/// The position of a row in a block of columns.
struct Cell {
    row: usize,
    column: usize,
}

struct Row {
    place: String,
    time: String,
    /// The DNs where this happened, as indices into the call's DNs. Empty if it did not happen at a DN.
    at: Vec<usize>,
    style: Style,
    text: String,
}

impl<W: Write> Calls<W> {
    pub(super) fn new(output: W, screen: Screen, title: Option<&str>) -> Self {
        let title = title.map(plain);
        Calls { output, screen, title, calls: Vec::new(), by_id: HashMap::new(), others: Call::default() }
    }

    fn call(&mut self, id: Option<&str>) -> &mut Call {
        let Some(id) = id else { return &mut self.others };
        let next = self.calls.len();
        let position = match self.by_id.get(id) {
            Some(&position) => position,
            None => {
                self.by_id.insert(id.to_owned(), next);
                self.calls.push(Call { id: id.to_owned(), ..Call::default() });
                next
            }
        };
        self.calls.get_mut(position).unwrap_or(&mut self.others)
    }
}

impl Call {
    /// The index of a DN of the call.
    fn dn(&mut self, dn: String) -> usize {
        let next = self.dns.len();
        *self.by_dn.entry(dn).or_insert_with_key(|dn| {
            self.dns.push(dn.clone());
            next
        })
    }

    fn write(&self, output: &mut impl Write, screen: Screen, title: &str) -> io::Result<()> {
        let width = screen.width.unwrap_or(USUAL_WIDTH);
        writeln!(output, "{}", screen.text(Style::Bold, title))?;
        let place = self.rows.iter().map(|row| self::width(&row.place)).max().unwrap_or(0);
        let time = self.rows.iter().map(|row| self::width(&row.time)).max().unwrap_or(0);
        let beside = place + 2 + if time > 0 { time + 2 } else { 0 };
        let is_below = width < beside + LEAST;
        let left = if is_below { 2 } else { beside };
        let room = width.saturating_sub(left);
        let fit = ((room + 2) / (NARROWEST + 2)).max(1);
        let blocks: Vec<&[String]> = if self.dns.is_empty() { vec![&[]] } else { self.dns.chunks(fit).collect() };
        for (block, cells) in blocks.iter().zip(self.cells(fit, blocks.len())) {
            let columns = block.len().max(1);
            let column = ((room + 2) / columns).saturating_sub(2).clamp(8, WIDEST);
            let heads = block.iter().map(|dn| padded(&shortened(dn, column), column));
            let heads = heads.collect::<Vec<_>>().join("  ");
            writeln!(output, "{}", screen.paint(Style::Dim, format!("{:left$}{heads}", "").trim_end()))?;
            for of_row in cells.chunk_by(|one, other| one.row == other.row) {
                let Some(row) = of_row.first().and_then(|cell| self.rows.get(cell.row)) else { continue };
                let head = match time {
                    0 => format!("{}  ", to_the_right(&row.place, place)),
                    _ => format!("{}  {}  ", to_the_right(&row.place, place), padded(&row.time, time)),
                };
                let head = if is_below {
                    writeln!(output, "{}", screen.text(Style::Plain, head.trim()))?;
                    " ".repeat(left)
                } else {
                    head
                };
                let stands = |position| of_row.iter().any(|cell| cell.column == position);
                row.write(output, screen, &head, column, stands, columns)?;
            }
        }
        Ok(())
    }

    /// For each block of columns the cells in it, in order of rows.
    fn cells(&self, columns: usize, blocks: usize) -> Vec<Vec<Cell>> {
        let mut cells: Vec<Vec<Cell>> = (0..blocks).map(|_| Vec::new()).collect();
        for (row, Row { at, .. }) in self.rows.iter().enumerate() {
            // An event that is at no DN is shown in the first column.
            for dn in at.iter().chain(at.is_empty().then_some(&0)) {
                cells
                    .get_mut(dn / columns)
                    .into_iter()
                    .for_each(|block| block.push(Cell { row, column: dn % columns }));
            }
        }
        cells
    }
}

impl Row {
    /// Writes the row, with its text in each column for which `stands` returns true, in as many lines as needed.
    fn write(
        &self,
        output: &mut impl Write,
        screen: Screen,
        head: &str,
        column: usize,
        stands: impl Fn(usize) -> bool,
        columns: usize,
    ) -> io::Result<()> {
        let narrow = Screen { width: Some(column), colour: false };
        let text = narrow.line("", 2, &[(Style::Plain, self.text.clone())]);
        for (number, part) in text.lines().enumerate() {
            let mut line = if number == 0 { head.to_owned() } else { " ".repeat(width(head)) };
            for position in 0..columns {
                let here = stands(position);
                line.push_str(&if here { screen.paint(self.style, part) } else { String::new() });
                let missing = column.saturating_sub(if here { width(part) } else { 0 }) + 2;
                line.extend(std::iter::repeat_n(' ', missing));
            }
            writeln!(output, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

impl<W: Write> Form for Calls<W> {
    fn event(&mut self, shown: &Shown<'_>) -> io::Result<()> {
        let Shown { source, event, handled, .. } = *shown;
        let place = match source.file.filter(|_| self.title.is_none()) {
            Some(file) => format!("{}:{}", shortened_before(file, LONGEST_NAME), source.line),
            None => source.line.to_string(),
        };
        let time = shortened(&source.time.map(time_and_date).unwrap_or_default().0, LONGEST_TIME);
        let (style, text) = happened(shown);
        let name = event_name(event);
        let call = self.call(event.call_uuid());
        let (at, text) = match event.this_dn() {
            Some(dn) => (vec![call.dn(plain(&at(dn, source.endpoint)))], format!("{name}: {text}")),
            None => {
                let at = handled.changed().map(|session| call.dn(plain(&at(session.this_dn(), source.endpoint))));
                (at.collect(), format!("{name} (whole call): {text}"))
            }
        };
        call.rows.push(Row { place, time, at, style, text });
        Ok(())
    }

    fn finish(&mut self, closing: &Closing<'_>) -> io::Result<()> {
        if let Some(title) = &self.title {
            writeln!(self.output, "{}", self.screen.name(title))?;
        }
        for call in &self.calls {
            let title = match closing.tally.number(&call.id) {
                Some(number) => format!("Call #{number} {}", plain(&call.id)),
                None => format!("Call {} (never a session)", plain(&call.id)),
            };
            call.write(&mut self.output, self.screen, &title)?;
            writeln!(self.output)?;
        }
        if !self.others.rows.is_empty() {
            self.others.write(&mut self.output, self.screen, "Events of no call")?;
            writeln!(self.output)?;
        }
        closing::write(&mut self.output, self.screen, closing)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
