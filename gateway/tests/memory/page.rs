//! The figures of `docs/running-the-gateway.md`, in the order of its table: the maximum of each resource in bytes, and
//! the sum over all of them.

use clap::Parser;
use im_session::event::Pair;
use im_session::sip::SipLimits;
use im_session_gateway::bayeux::{RUNS, Settings};
use im_session_gateway::config::CommandLine;
use im_session_gateway::event_lines::{LONGEST_LINE, MOST_EVENTS, MOST_PAIRS};
use im_session_gateway::feeds::dialog_info::ENTITY;
use im_session_gateway::feeds::hep::{MOST_CONNECTIONS, MOST_WAITING, PHONE};
use im_session_gateway::http::{
    LARGE_BODIES, LONGEST_BODY, LONGEST_EVENTS, LONGEST_SOCKET_MESSAGE, MOST_FEEDS, SMALL_BODY,
};
use im_session_gateway::serve::LONGEST_HEAD;

use crate::counting_allocator::Meter;

/// The longest HEP packet. Its length field has 16 bits.
pub(crate) const LONGEST_PACKET: usize = 65_535;

/// The maximum number of dialogs kept for a call.
pub(crate) const DIALOGS_OF_A_CALL: usize = 16;

/// The memory of argon2 per password, times the number of concurrent checks.
const PASSWORDS: usize = 2 * 19 * 1_024 * 1_024;

/// The counters of wrong passwords.
const RATE_LIMITS: usize = (4_096 + 16_384) * 48;

pub(crate) const fn http_session() -> usize {
    800
}

pub(crate) const fn connection() -> usize {
    3 * LONGEST_HEAD + 12_800
}

pub(crate) const fn web_socket() -> usize {
    2 * LONGEST_SOCKET_MESSAGE + 8_700
}

pub(crate) const fn body(longest: usize) -> usize {
    longest * 3 / 2 + 4_000
}

/// A CometD client without messages.
pub(crate) fn client(settings: &Settings) -> usize {
    client_without_runs(settings) + RUNS * 16
}

/// A client before any notification was published.
pub(crate) fn client_without_runs(settings: &Settings) -> usize {
    1_500 + settings.subscriptions * 308
}

/// The messages of a CometD client.
pub(crate) fn messages(settings: &Settings) -> usize {
    settings.queue_bytes + settings.queue_messages * 16 + settings.queue_messages.next_power_of_two() * 56
}

pub(crate) const fn post_of_events() -> usize {
    3 * LONGEST_EVENTS + MOST_EVENTS * 700 + MOST_PAIRS * 2 * size_of::<Pair<'_>>()
}

pub(crate) const fn position_of_a_feed() -> usize {
    700
}

pub(crate) fn followed_file() -> usize {
    // A decoder of the library holds a vector of pairs that grows to the next power of two, and briefly the old one.
    let pairs = (LONGEST_LINE / 6).next_power_of_two() * 3 / 2 * size_of::<Pair<'_>>();
    pairs + 2 * LONGEST_LINE + 200_000
}

pub(crate) const fn connection_of_hep() -> usize {
    LONGEST_PACKET + 8_192 + 3_000
}

pub(crate) const fn message_of_hep() -> usize {
    LONGEST_PACKET + 88
}

pub(crate) const fn phone() -> usize {
    PHONE.most_memory()
}

pub(crate) const fn entity() -> usize {
    let SipLimits { open_calls, ended_calls, name, dn_length, .. } = ENTITY;
    (open_calls + ended_calls) * (DIALOGS_OF_A_CALL * (2 * name + 170) + dn_length + 400)
}

/// The memory for all clients and feeds with this many connections, without the part that each agent, phone, entity and
/// followed file adds.
fn whole(connections: usize) -> usize {
    let settings = Settings::default();
    // This includes a small body that is being read, or a query that is being answered.
    let connections = connections * (connection() + SMALL_BODY * 3 / 2) + connections * client(&settings);
    let bodies = LARGE_BODIES * body(LONGEST_BODY);
    // Queues, replies to held connects, and other replies.
    let messages = 2 * settings.queue_bytes_of_all + settings.reply_bytes_of_all + messages(&settings);
    let feeds = post_of_events() + MOST_FEEDS * 8 * position_of_a_feed();
    let hep = MOST_CONNECTIONS * connection_of_hep() + MOST_WAITING * message_of_hep() + LONGEST_PACKET;
    connections + bodies + messages + feeds + hep + PASSWORDS + RATE_LIMITS
}

#[test]
fn all_together_with_the_default_options() {
    // Parsing the options also allocates memory.
    let _alone = Meter::alone();
    assert!(web_socket() < connection(), "a WebSocket takes the place of a request");
    let connections = CommandLine::parse_from(["im-session-gateway"]).serve.connections as usize;
    assert_eq!((connections, whole(connections).div_ceil(1_000_000)), (5_000, 854), "the page says it");
}
