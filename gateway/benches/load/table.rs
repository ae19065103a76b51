//! Prints the figures.

use std::time::Duration;

use super::measurement::Row;
use super::options::{Options, Server};

/// Prints a Markdown table that compares the servers' figures with those of the peer.
pub(crate) fn print(rows: &[Row], options: &Options) {
    let Options { agents, rate, seconds, rounds, batch, .. } = options;
    println!(
        "{agents} agents, each with a connect that is held and an open session; {rate} events a second for {seconds} s, \
         then {rounds} events to each agent, {batch} a POST, as fast as they are taken\n"
    );
    println!(
        "| server | resident | before | an agent | processor a push, steady | p50 | p99 | processor a push, fast | pushes a processor second | of the peer | pushes a second |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    let peer = Server::Peer { installed: "".into() }.name();
    let peer = rows.iter().find(|row| row.server == peer).map(|row| row.fast);
    for row in rows {
        let times = peer.map_or("-".into(), |peer| format!("{:.1}", peer.as_secs_f64() / row.fast.as_secs_f64()));
        println!(
            "| {} | {:.1} MiB | {:.1} MiB | {:.1} KiB | {:.1} µs | {:.2} ms | {:.2} ms | {:.1} µs | {:.0} | {times} | {:.0} |",
            row.server,
            row.resident / 1_024.0,
            row.resident_before / 1_024.0,
            row.resident / *agents as f64,
            micros(row.steady),
            micros(percentile(&row.times, 50)) / 1_000.0,
            micros(percentile(&row.times, 99)) / 1_000.0,
            micros(row.fast),
            1.0 / row.fast.as_secs_f64(),
            row.rate,
        );
    }
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

/// The percentile: the lowest time that this percentage of the times does not exceed.
fn percentile(ascending: &[Duration], of_hundred: usize) -> Duration {
    let place = (ascending.len() * of_hundred).div_ceil(100).saturating_sub(1);
    ascending.get(place).copied().unwrap_or_default()
}
