//! Keeps the digits of numbers in user data that a JSON parser would round. Specification 2.3.

use alloc::string::String;

/// The text of a JSON object, where numbers in inner objects and arrays are put in quotes unless they are 64-bit
/// integers. Read as strings they keep their digits.
pub(super) fn with_inexact_numbers_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 16);
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '"' => string_length(rest),
            '-' | '0'..='9' => rest.find(|c: char| !is_of_number(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at_checked(taken).unwrap_or((rest, ""));
        match first {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is_inexact = matches!(first, '-' | '0'..='9') && depth > 1 && token.parse::<i64>().is_err();
        if is_inexact {
            quoted.extend(["\"", token, "\""]);
        } else {
            quoted.push_str(token);
        }
        rest = after;
    }
    quoted
}

fn is_of_number(c: char) -> bool {
    matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')
}

/// The length of the string at the start of `text`, including its quotes.
fn string_length(text: &str) -> usize {
    let mut escaped = true;
    let closing = text.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    closing.map_or(text.len(), |at| at + 1)
}
