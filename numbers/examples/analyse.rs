//! Analyses numbers: reads lines with a home region, a tab and a number, and prints them with the results.
//!
//! ```text
//! printf 'US\t9165550104\nUS\t3002\n' | cargo run -p im-session-numbers --example analyse
//! ```
//!
//! appends to the first line, each after a tab, `+19165550104`, `(916) 555-0104`, `United States`, `US`, `1` and
//! `California`, and to the second nothing.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::error::Error;
use std::io::{self, BufRead, BufWriter, Write};

use im_session::NumberAnalysis;
use im_session_numbers::PhoneNumbers;

fn main() -> Result<(), Box<dyn Error>> {
    let mut homes = HashMap::new();
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (home, number) = line.split_once('\t').ok_or("expected a region, a tab and a number")?;
        let numbers: &PhoneNumbers = match homes.entry(home.to_owned()) {
            Entry::Occupied(numbers) => numbers.into_mut(),
            Entry::Vacant(entry) => entry.insert(PhoneNumbers::new(home)?),
        };
        write!(out, "{line}")?;
        if let Some(found) = numbers.analyse(number) {
            write!(out, "\t{}\t{}", found.e164_number(), found.formatted_phone_number())?;
            let country = found.country().cloned().unwrap_or_default();
            write!(out, "\t{}\t{}\t{}", country.name, country.code, country.calling_code)?;
            write!(out, "\t{}", found.location().unwrap_or_default())?;
        }
        writeln!(out)?;
    }
    Ok(())
}
