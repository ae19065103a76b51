//! The plots: bars, as SVG written by hand.

use std::fmt::Write;

use crate::figures::Figures;
use crate::texts::FORMS;
use crate::workloads::{STORES, contenders};
use crate::{decode, whole_path};

const COLOURS: [&str; 3] = ["#3465a4", "#e9a23b", "#73a857"];
const LABELS: f64 = 300.0;
const BARS: f64 = 420.0;
const WIDTH: f64 = 820.0;
const BAR: f64 = 13.0;

/// A row of bars, one for each series.
struct Row {
    label: String,
    values: Vec<Option<f64>>,
}

/// Each plot with the name of its file.
pub fn all(figures: &Figures) -> Vec<(&'static str, String)> {
    let machine = |unit: &str| {
        let row = |who: &'static str| Row {
            label: who.into(),
            values: ["mixed", "valid"].map(|input| figures.get(&format!("{unit} 1024 machines"), input, who)).into(),
        };
        contenders().into_iter().map(row).collect::<Vec<_>>()
    };
    let streams = ["mixed events", "valid events"];
    let mut stores = Vec::new();
    for hasher in crate::workloads::HASHERS {
        for who in ["im-session", "bare hashbrown"] {
            let values = STORES.map(|(group, _)| figures.get(&format!("ns {group}"), hasher, who));
            stores.push(Row { label: format!("{who}, {hasher}"), values: values.into() });
        }
    }
    let mut texts = Vec::new();
    for (form, _) in FORMS {
        for (group, all) in [("decoding", decode::contenders(form)), ("whole path", whole_path::CONTENDERS)] {
            for who in all {
                let value = figures.get(&format!("MB/s {group}"), form, who);
                texts.push(Row { label: format!("{form}, {group}: {who}"), values: vec![value] });
            }
        }
    }
    vec![
        ("machine-instructions.svg", bars("Instructions an event, 1 024 machines", &streams, &machine("instructions"))),
        ("machine-times.svg", bars("ns an event, 1 024 machines", &streams, &machine("ns"))),
        ("store.svg", bars("ns an event into a store", &["a thousand", "100 thousand", "a million"], &stores)),
        ("text.svg", bars("MB of text a second", &["MB/s"], &texts)),
    ]
}

fn bars(title: &str, series: &[&str], rows: &[Row]) -> String {
    draw(title, series, rows).expect("a String takes what is written")
}

fn draw(title: &str, series: &[&str], rows: &[Row]) -> Result<String, std::fmt::Error> {
    let most = rows.iter().flat_map(|row| row.values.iter().flatten()).fold(f64::MIN_POSITIVE, |a, &b| a.max(b));
    let row_height = BAR * series.len() as f64 + 9.0;
    let height = 58.0 + row_height * rows.len() as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"white\"/>\n\
         <text x=\"12\" y=\"22\" font-size=\"15\" font-weight=\"bold\">{title}</text>\n"
    );
    for (index, (name, colour)) in series.iter().zip(COLOURS).enumerate() {
        let x = LABELS + 110.0 * index as f64;
        writeln!(svg, "<rect x=\"{x}\" y=\"33\" width=\"10\" height=\"10\" fill=\"{colour}\"/>")?;
        writeln!(svg, "<text x=\"{}\" y=\"42\">{name}</text>", x + 15.0)?;
    }
    for (index, row) in rows.iter().enumerate() {
        let top = 54.0 + row_height * index as f64;
        let middle = top + BAR * series.len() as f64 / 2.0 + 4.0;
        let weight = if row.label.contains("im-session") { " font-weight=\"bold\"" } else { "" };
        let label = &row.label;
        writeln!(svg, "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\"{weight}>{label}</text>", LABELS - 8.0)?;
        for (place, (value, colour)) in row.values.iter().zip(COLOURS).enumerate() {
            let y = top + BAR * place as f64;
            let Some(value) = value else {
                writeln!(svg, "<text x=\"{LABELS}\" y=\"{}\">–</text>", y + 10.0)?;
                continue;
            };
            let width = (value / most * BARS).max(1.0);
            writeln!(
                svg,
                "<rect x=\"{LABELS}\" y=\"{y}\" width=\"{width:.1}\" height=\"{}\" fill=\"{colour}\"/>",
                BAR - 1.0
            )?;
            let places = if most < 100.0 { 2 } else { 0 };
            writeln!(svg, "<text x=\"{:.1}\" y=\"{}\">{value:.places$}</text>", LABELS + width + 5.0, y + 10.5)?;
        }
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}
