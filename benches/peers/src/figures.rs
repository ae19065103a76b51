//! Figures in the form in which the steps of `run` pass them on: one per line, three names and a value, separated by
//! tabs.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

/// The name of a figure: what was measured, on which input, and of which contender.
pub type Name = [String; 3];

#[derive(Debug, Clone, Default)]
pub struct Figures(BTreeMap<Name, f64>);

impl Figures {
    /// Reads all figures of the file. Of several with the same name the lowest counts, because it was disturbed least.
    pub fn read(path: &Path) -> io::Result<Self> {
        let mut figures = Figures::default();
        for line in std::fs::read_to_string(path)?.lines() {
            let wrong = || io::Error::new(io::ErrorKind::InvalidData, format!("expected a figure, found {line:?}"));
            let parts: Vec<&str> = line.split('\t').collect();
            let [group, input, whose, value] = parts[..] else {
                return Err(wrong());
            };
            let value: f64 = value.parse().map_err(|_| wrong())?;
            let least = figures.0.entry([group, input, whose].map(String::from)).or_insert(value);
            *least = least.min(value);
        }
        Ok(figures)
    }

    pub fn get(&self, group: &str, input: &str, whose: &str) -> Option<f64> {
        self.0.get(&[group, input, whose].map(String::from)).copied()
    }
}

/// Writes one figure.
pub fn put(out: &mut impl Write, group: &str, input: &str, whose: &str, value: f64) {
    writeln!(out, "{group}\t{input}\t{whose}\t{value}").expect("a figure can be written");
    out.flush().expect("a figure can be written");
}
