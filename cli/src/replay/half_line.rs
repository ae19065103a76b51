//! A line whose end has not come, in a log that is read while it is written.

/// How much of its beginning is kept.
const KEPT: usize = 16;

/// The line that is being written.
#[derive(Debug, Default)]
pub(super) struct HalfLine {
    start: String,
    last: Option<char>,
}

/// What there is of a line, where nothing came for a while.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Half {
    /// Nothing, or it goes on with no message: the message before it is complete.
    Apart,
    /// All but its end, it seems.
    Whole,
    /// Perhaps a part of a message, and not all of it: more must come.
    Part,
}

impl HalfLine {
    /// Takes the next text.
    pub(super) fn take(&mut self, text: &str) {
        let line = match text.rsplit_once('\n') {
            Some((_, line)) => {
                *self = HalfLine::default();
                line
            }
            None => text,
        };
        let missing = KEPT.saturating_sub(self.start.chars().count());
        self.start.extend(line.chars().take(missing));
        self.last = line.trim_end().chars().next_back().or(self.last);
    }

    /// What it is.
    pub(super) fn what(&self) -> Half {
        let Some(last) = self.last else {
            return if self.start.is_empty() { Half::Apart } else { Half::Part };
        };
        let begins = |word: &str| self.start.starts_with(word) || word.starts_with(&self.start);
        let is_object = self.start.starts_with('{');
        if !is_object && !self.start.starts_with([' ', '\t', '\'', '"', '‘', '“', '>']) && !begins("Attribute") {
            return Half::Apart;
        }
        // A closing quote or bracket ends nearly every line of a message. A number can go on.
        if matches!(last, '\'' | '"' | '’' | '”' | '}') { Half::Whole } else { Half::Part }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(texts: &[&str]) -> Half {
        let mut half = HalfLine::default();
        texts.iter().for_each(|text| half.take(text));
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
    }
}
