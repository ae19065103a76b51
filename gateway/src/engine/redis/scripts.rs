//! The scripts, which Redis executes atomically. Each uses the keys of one hash tag.

use std::sync::LazyLock;

use ::redis::Script;

macro_rules! scripts {
    ($($(#[$doc:meta])* $NAME:ident = $($file:literal),+;)+) => {$(
        $(#[$doc])*
        pub(super) static $NAME: LazyLock<Script> = LazyLock::new(|| Script::new(concat!($(include_str!($file)),+)));
    )+};
}

scripts! {
    /// Records that a process is alive; returns the live ones.
    LIVE = "scripts/live.lua";
    /// Checks the settings against those of the processes that were started before.
    AGREE = "scripts/agree.lua";
    /// Records that the sessions are being divided anew, if no process is alive.
    DIVIDE = "scripts/living.lua", "scripts/divide.lua";
    /// Takes a shard that nobody owns, for as long as the sessions are divided.
    HOLD = "scripts/history.lua", "scripts/hold.lua";
    /// Replaces the old layout by the new one, if no process is alive.
    SWITCH = "scripts/living.lua", "scripts/switch.lua";
    /// Takes a shard that nobody owns; answers the fencing token, or 0.
    CLAIM = "scripts/history.lua", "scripts/claim.lua";
    /// Renews the lease on a shard; returns whether it is still owned.
    RENEW = "scripts/renew.lua";
    /// Gives a shard back.
    RELEASE = "scripts/release.lua";
    /// Commits the results of entries, if the shard is still owned.
    COMMIT = "scripts/commit.lua";
    /// Drops the part of an outbox that every live gateway has read.
    TRIM_OUTBOX = "scripts/trim_outbox.lua";
    /// Reads the sessions of an agent.
    READ = "scripts/read.lua";
    /// Records the position up to which an agent's notifications have reached a client.
    DELIVER = "scripts/deliver.lua";
    /// Takes over the requests of a commit, at most once.
    TAKE_REQUESTS = "scripts/history.lua", "scripts/take_requests.lua";
    /// Drops requests that have been sent.
    CONFIRM_REQUESTS = "scripts/confirm_requests.lua";
}
