//! Two addresses and an arrow: ngrep's byline, sngrep's export, HOMER's text, baresip's trace.

use super::super::found::Address;
use super::head::Head;

pub(super) fn head(line: &str) -> Option<Head> {
    let (left, arrow, right) = arrow(line)?;
    let left = left.split_ascii_whitespace().next_back()?;
    let right = right.split_ascii_whitespace().next()?;
    let (left, right) = (address(left)?, address(right)?);
    let (source, destination) = if arrow.starts_with('<') { (right, left) } else { (left, right) };
    // ngrep begins with the protocol: U, T, and others that do not carry SIP.
    let dots = line.starts_with("U ") || line.starts_with("T ");
    Some(Head { dots, dense: true, ..Head::new(line, source, destination) })
}

/// The texts before and after the arrow.
fn arrow(line: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let rest = line.get(from..)?;
        let begin = from + rest.find(['-', '<', '=', '→'])?;
        let arrow = line.get(begin..)?;
        let end = begin + arrow.find(|c: char| !matches!(c, '-' | '<' | '>' | '=' | '→')).unwrap_or(arrow.len());
        let arrow = line.get(begin..end)?;
        let is_arrow = matches!(arrow, "→" | "->" | "-->" | "--->" | "---->" | "=>" | "==>" | "<-" | "<--" | "<---");
        if is_arrow {
            return Some((line.get(..begin)?, arrow, line.get(end..)?));
        }
        from = end;
    }
}

/// An address with its port; a name needs a port, too.
fn address(word: &str) -> Option<Address> {
    let word = word.trim_end_matches([',', ';']).trim_end_matches(':');
    match Address::parse(word) {
        Address::Socket(address) => Some(Address::Socket(address)),
        Address::Name(name) => {
            let (host, port) = name.rsplit_once(':')?;
            let is_host = host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
            (is_host && !host.is_empty() && port.parse::<u16>().is_ok()).then(|| Address::Name(name.clone()))
        }
    }
}
