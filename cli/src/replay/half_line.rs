//! Judges an unfinished line of a log that is read while it is written.

/// How many of its first bytes are kept.
const KEPT: usize = 16;

const ATTRIBUTE: &[u8] = b"Attribute";

/// How many of its last bytes are kept: the longest quote.
const LAST: usize = '’'.len_utf8();

/// The unfinished line.
#[derive(Debug, Default)]
pub(super) struct HalfLine {
    start: Vec<u8>,
    /// Its last bytes, apart from white space.
    last: Vec<u8>,
}

/// The unfinished line after a pause.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Half {
    /// There is none, or it does not belong to a message: the message before it is complete.
    Apart,
    /// It appears to be complete, apart from its line end.
    Whole,
    /// It may belong to a message, and is incomplete: more must follow.
    Part,
}

impl HalfLine {
    /// Takes the next piece of text.
    pub(super) fn take(&mut self, text: &[u8]) {
        let line = match text.iter().rposition(|&byte| byte == b'\n') {
            Some(end) => {
                *self = HalfLine::default();
                text.get(end + 1..).unwrap_or_default()
            }
            None => text,
        };
        let missing = KEPT.saturating_sub(self.start.len());
        self.start.extend(line.iter().take(missing));
        let written = line.trim_ascii_end();
        self.last.extend(written.iter().skip(written.len().saturating_sub(LAST)));
        let surplus = self.last.len().saturating_sub(LAST);
        self.last.drain(..surplus);
    }

    /// Judges the line.
    pub(super) fn what(&self) -> Half {
        if self.last.is_empty() {
            return if self.start.is_empty() { Half::Apart } else { Half::Part };
        }
        let begins_with = |texts: &[&str]| texts.iter().any(|text| self.start.starts_with(text.as_bytes()));
        let ends_with = |texts: &[&str]| texts.iter().any(|text| self.last.ends_with(text.as_bytes()));
        let may_be_attribute = self.start.starts_with(ATTRIBUTE) || ATTRIBUTE.starts_with(&self.start);
        if !may_be_attribute && !begins_with(&["{", " ", "\t", "'", "\"", "‘", "“", ">"]) {
            return Half::Apart;
        }
        // Nearly every line of a message ends with a closing quote or bracket. A number may continue.
        if ends_with(&["'", "\"", "’", "”", "}"]) { Half::Whole } else { Half::Part }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(texts: &[&str]) -> Half {
        let mut half = HalfLine::default();
        texts.iter().for_each(|text| half.take(text.as_bytes()));
        half.what()
    }

    #[test]
    fn a_line_is_whole_where_something_closes_it() {
        assert_eq!(what(&[]), Half::Apart);
        assert_eq!(what(&["\tAttributeThisDN\t'3002'\n"]), Half::Apart);
        assert_eq!(what(&["\tAttributeThisDN\t'3002'"]), Half::Whole);
        assert_eq!(what(&["\tAttribu", "teThisDN\t'30", "02'"]), Half::Whole);
        assert_eq!(what(&["\tAttributeThisDN\t'30"]), Half::Part);
        assert_eq!(what(&["\tAttributeCallType\t2"]), Half::Part);
        assert_eq!(what(&["x\n\t"]), Half::Part);
        assert_eq!(what(&["Attr"]), Half::Part);
        assert_eq!(what(&["{\"Event\":\"EventRinging\"}"]), Half::Whole);
        assert_eq!(what(&["{\"Event\":\"EventRinging\""]), Half::Whole, "whether it is one is seen when it is read");
        assert_eq!(what(&["{\"Event\":\"EventRinging\","]), Half::Part);
        assert_eq!(what(&["'a'\t'b'\n10:00:0"]), Half::Apart);
        assert_eq!(what(&["‘a’\t‘b’ "]), Half::Whole);
    }
}
