//! Which channels exist, which belong to an agent, and what does a pattern cover?

/// The channel on which an agent's sessions are published.
pub const IM_SESSIONS: &str = "/v2/me/im-sessions";

/// The prefix of every channel of the signed-in agent.
const OF_THE_AGENT: &str = "/v2/me/";

/// The maximum length of a channel, in bytes. The gateway has no longer channel, and storing one would let clients fill
/// memory.
const LONGEST: usize = 256;

/// Whether a subscription to `pattern` receives what is published on `channel`.
///
/// `/foo/*` covers the names one segment below `/foo`, `/foo/**` all names below it. Any other pattern covers only
/// itself.
#[must_use]
pub fn covers(pattern: &str, channel: &str) -> bool {
    let below = |parent: &str| channel.strip_prefix(parent).filter(|rest| !rest.is_empty());
    if let Some(parent) = pattern.strip_suffix("**").filter(|parent| parent.ends_with('/')) {
        below(parent).is_some()
    } else if let Some(parent) = pattern.strip_suffix('*').filter(|parent| parent.ends_with('/')) {
        below(parent).is_some_and(|rest| !rest.contains('/'))
    } else {
        pattern == channel
    }
}

/// Whether the signed-in agent may subscribe to this channel or pattern: only to those below `/v2/me/`.
#[must_use]
pub fn may_subscribe(pattern: &str) -> bool {
    pattern.len() <= LONGEST
        && pattern.strip_prefix(OF_THE_AGENT).is_some_and(|rest| {
            let mut segments = rest.split('/').rev();
            let last = segments.next().unwrap_or_default();
            (last == "*" || last == "**" || is_segment(last)) && segments.all(is_segment)
        })
}

/// `channel_segment` in the grammar of the Bayeux specification.
fn is_segment(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_!~()$@".contains(&byte))
}
