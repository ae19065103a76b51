//! The log of the gateway. Message texts and user data are not in it unless that is enabled.

use std::io::IsTerminal;

use clap::ValueEnum;
use tracing::level_filters::LevelFilter;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Layer};

/// The target of all events that contain message texts or user data.
pub const CONTENTS: &str = "im_session_gateway::contents";

/// The format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// Makes the subscriber that writes the log. `filter` is the value of `RUST_LOG`; `contents` enables message texts and
/// user data.
pub fn log<W>(
    format: LogFormat,
    contents: bool,
    filter: Option<&str>,
    writer: W,
) -> impl Subscriber + Send + Sync + use<W>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(filter.unwrap_or("info")).unwrap_or_else(|_| EnvFilter::new("info"));
    let asked = format!("{CONTENTS}=debug").parse().ok().filter(|_| contents);
    let filter = asked.into_iter().fold(filter, EnvFilter::add_directive);
    let layer = fmt::layer().with_writer(writer);
    let layer = match format {
        LogFormat::Text => layer.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    let allowed = filter_fn(move |event| contents || is_without_contents(event));
    tracing_subscriber::registry().with(filter).with(layer.with_filter(allowed))
}

/// Other crates log contents below level info: frames of WebSockets, headers.
fn is_without_contents(event: &Metadata<'_>) -> bool {
    let is_ours = event.target().split("::").next() == Some("im_session_gateway");
    if is_ours { event.target() != CONTENTS } else { *event.level() <= LevelFilter::INFO }
}
