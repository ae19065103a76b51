//! How a T-Server, SIP Server or URS writes a message to its log.

use super::lines::{first_blank, is_of_word};
use super::log_message::{
    Attribute, Digits, Header, LogSyntax, PairValue, between_quotes, is_message_name, plain_value,
};

/// The syntax of this log.
#[derive(Debug)]
pub(super) struct TServerLog;

/// The header that a line with this end is: it ends in `message EventX`, a `(refid=…)` may follow.
pub(super) fn header(end: &[u8]) -> Option<Header<'_>> {
    let end = without_refid(end.trim_ascii_end());
    // Backwards only over what a name may hold: most lines of other kinds end in something else.
    let name_at = end.iter().rposition(|byte| !is_of_word(byte))? + 1;
    let (before, name) = end.split_at_checked(name_at)?;
    let before = before.trim_ascii_end().strip_suffix(b"message")?;
    if before.last().is_none_or(u8::is_ascii_whitespace) { is_message_name(name) } else { None }
}

fn without_refid(end: &[u8]) -> &[u8] {
    const REFID: &[u8] = b"(refid=";
    if !end.ends_with(b")") {
        return end;
    }
    let opens = end.windows(REFID.len()).rposition(|window| window == REFID);
    opens.and_then(|at| end.get(..at)).map_or(end, <[u8]>::trim_ascii_end)
}

impl LogSyntax for TServerLog {
    const QUOTE: u8 = b'\'';
    const NUMBERS: Digits = Digits::Hex;

    fn header(end: &[u8]) -> Option<Header<'_>> {
        header(end)
    }

    /// A message goes on as long as lines are indented.
    fn belongs(start: &[u8], _: u64) -> bool {
        super::form::is_indented(start)
    }

    /// The header says it all.
    fn is_title(_: &[u8]) -> bool {
        false
    }

    /// Name, white space, value.
    fn attribute(content: &[u8]) -> Option<Attribute<'_>> {
        let ends = first_blank(content).unwrap_or(content.len());
        let (name, value) = content.split_at_checked(ends)?;
        Some(Attribute { name, value, opens_list: true })
    }

    /// `'key'`, white space, value, or `'key'(list)`. The key ends at the first quote that white space or `(list)` follows.
    fn pair(content: &[u8]) -> Option<(&[u8], PairValue<'_>)> {
        const LIST: &[u8] = b"(list)";
        let content = content.strip_prefix(b"'")?;
        let (key, rest) = content.iter().enumerate().filter(|&(_, &byte)| byte == b'\'').find_map(|(at, _)| {
            let rest = content.get(at + 1..)?;
            let ends = rest.first().is_some_and(u8::is_ascii_whitespace) || rest.starts_with(LIST);
            if ends { Some((content.get(..at)?, rest.trim_ascii())) } else { None }
        })?;
        let value = if rest == LIST {
            PairValue::List
        } else {
            between_quotes(rest, Self::QUOTE).map_or_else(|| plain_value(rest), PairValue::Text)
        };
        Some((key, value))
    }
}
