//! The countries that have phone numbers, and their English names. `numbers/generate` writes the table.

use std::sync::LazyLock;

use im_session::resource::Country;

const TABLE: &str = include_str!("../data/countries.tsv");

/// A line of the table.
#[derive(Debug)]
struct Line {
    number: i32,
    calling_code: &'static str,
    code: &'static str,
    name: &'static str,
}

/// In order of the calling codes; within a calling code in libphonenumber's order, the main country first.
static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| TABLE.lines().filter_map(read).collect());

fn read(line: &'static str) -> Option<Line> {
    let (calling_code, rest) = line.split_once('\t')?;
    let (code, name) = rest.split_once('\t')?;
    Some(Line { number: calling_code.parse().ok()?, calling_code, code, name })
}

/// The country at a position within a calling code. Calling codes such as 800 have none.
pub(crate) fn country(calling_code: i32, position: usize) -> Option<Country<'static>> {
    let first = LINES.partition_point(|line| line.number < calling_code);
    let line = LINES.get(first + position).filter(|line| line.number == calling_code)?;
    Some(Country::new(line.name, line.code, line.calling_code))
}

/// Whether a code such as "US" is in the table.
pub(crate) fn is_country(code: &str) -> bool {
    LINES.iter().any(|line| line.code == code)
}

#[cfg(test)]
mod tests {
    use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};

    use super::{LINES, TABLE, country, is_country};

    /// The plan contains positions in this order, so libphonenumber must have the same.
    #[test]
    fn countries_are_those_of_libphonenumber() {
        assert_eq!(LINES.len(), TABLE.lines().count());
        assert_eq!(LINES.len(), PHONE_NUMBER_UTIL.get_supported_regions().len());
        for calling_code in PHONE_NUMBER_UTIL.get_supported_calling_codes() {
            let regions = PHONE_NUMBER_UTIL.get_regions_for_country_calling_code(calling_code).unwrap();
            for (position, region) in regions.enumerate() {
                let country = country(calling_code, position);
                assert_eq!(country.is_none(), region == Region::World);
                if let Some(country) = country {
                    assert_eq!(country.code, &*region.as_region_str());
                    assert_eq!(country.calling_code, calling_code.to_string());
                    assert!(!country.name.is_empty() && is_country(&country.code), "{country:?}");
                }
            }
        }
    }

    #[test]
    fn there_are_no_others() {
        for (calling_code, position) in [(0, 0), (-1, 0), (1, 25), (800, 0), (999, 0), (i32::MAX, usize::MAX / 2)] {
            assert_eq!(country(calling_code, position), None);
        }
        for code in ["", "001", "ZZ", "us", "USA"] {
            assert!(!is_country(code), "{code}");
        }
    }
}
