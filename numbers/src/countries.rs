//! What the country of a code is called, in English. `numbers/generate` writes the table.

use std::sync::LazyLock;

use im_session::Country;

const TABLE: &str = include_str!("../data/countries.tsv");

/// A line of the table.
#[derive(Debug)]
struct Line {
    code: &'static str,
    calling_code: &'static str,
    name: &'static str,
}

/// In the order of the codes.
static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| TABLE.lines().filter_map(read).collect());

fn read(line: &'static str) -> Option<Line> {
    let (code, rest) = line.split_once('\t')?;
    let (calling_code, name) = rest.split_once('\t')?;
    Some(Line { code, calling_code, name })
}

/// The country of a code such as "US".
pub(crate) fn country(code: &str) -> Option<Country<'static>> {
    let position = LINES.binary_search_by(|line| line.code.cmp(code)).ok()?;
    let line = LINES.get(position)?;
    Some(Country::new(line.name, line.code, line.calling_code))
}

#[cfg(test)]
mod tests {
    use super::{LINES, TABLE, country};

    #[test]
    fn every_line_is_found() {
        assert_eq!(LINES.len(), TABLE.lines().count());
        for line in LINES.iter() {
            let country = country(line.code).unwrap();
            assert_eq!((&*country.name, &*country.calling_code), (line.name, line.calling_code));
            assert!(!line.name.is_empty(), "{}", line.code);
        }
    }

    #[test]
    fn other_codes_have_no_country() {
        for code in ["", "001", "ZZ", "us", "USA"] {
            assert_eq!(country(code), None, "{code}");
        }
    }
}
