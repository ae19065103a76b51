//! The scripts: what Redis does at once, or not at all. Each touches the keys of one hash tag.

use std::sync::LazyLock;

use ::redis::Script;

macro_rules! scripts {
    ($($(#[$doc:meta])* $NAME:ident = $file:literal;)+) => {$(
        $(#[$doc])*
        pub(super) static $NAME: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!($file)));
    )+};
}

scripts! {
    /// Says that a process lives; answers who does.
    LIVE = "scripts/live.lua";
    /// Agrees with the processes that were here before.
    AGREE = "scripts/agree.lua";
    /// Says that the sessions are being divided anew, where nobody lives.
    DIVIDE = "scripts/divide.lua";
    /// Takes a shard that nobody owns, for as long as the sessions are divided.
    HOLD = "scripts/hold.lua";
    /// Puts the new layout in the place of the old one.
    SWITCH = "scripts/switch.lua";
    /// Takes a shard that nobody owns; answers the fencing token, or 0.
    CLAIM = "scripts/claim.lua";
    /// Goes on owning a shard; answers whether it still does.
    RENEW = "scripts/renew.lua";
    /// Gives a shard back.
    RELEASE = "scripts/release.lua";
    /// Commits what came of entries, if the shard is still owned.
    COMMIT = "scripts/commit.lua";
    /// Drops what every living gateway has read of an outbox.
    TRIM_OUTBOX = "scripts/trim_outbox.lua";
    /// Reads what an agent may see.
    READ = "scripts/read.lua";
    /// Notes up to where an agent's notifications reached a client.
    DELIVER = "scripts/deliver.lua";
    /// Takes over the requests of a commit, once.
    TAKE_REQUESTS = "scripts/take_requests.lua";
    /// Drops requests that are sent.
    CONFIRM_REQUESTS = "scripts/confirm_requests.lua";
}
