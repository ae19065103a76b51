//! Removes the escape sequences that colour a line, at its beginning and end. Sequences within the line belong to the
//! contents.

/// The line without these sequences.
pub(super) fn without_colours(mut line: &[u8]) -> &[u8] {
    while let Some(rest) = line.strip_prefix(b"\x1b[") {
        match length(rest) {
            Some(length) => line = rest.get(length..).unwrap_or_default(),
            None => break,
        }
    }
    while line.last() == Some(&b'm') {
        let Some(begin) = line.iter().rposition(|&byte| byte == 0x1b) else { break };
        let (before, sequence) = line.split_at(begin);
        match sequence.strip_prefix(b"\x1b[") {
            Some(rest) if length(rest) == Some(rest.len()) => line = before,
            Some(_) | None => break,
        }
    }
    line
}

/// The length of the rest of a sequence: numbers, semicolons, `m`.
fn length(rest: &[u8]) -> Option<usize> {
    let numbers = rest.iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b';')).count();
    (rest.get(numbers) == Some(&b'm')).then_some(numbers + 1)
}
