//! The scripts that Redis executes atomically. The keys of each script share a hash tag.

use std::sync::LazyLock;

use ::redis::Script;

macro_rules! scripts {
    ($($(#[$doc:meta])* $NAME:ident = $($file:literal),+;)+) => {$(
        $(#[$doc])*
        pub(super) static $NAME: LazyLock<Script> = LazyLock::new(|| Script::new(concat!($(include_str!($file)),+)));
    )+};
}

scripts! {
    /// Records a heartbeat, and returns the live processes.
    LIVE = "scripts/live.lua";
    /// Checks that the settings match those of the processes started earlier.
    AGREE = "scripts/agree.lua";
    /// Records that a resharding is in progress, if no process is live.
    DIVIDE = "scripts/living.lua", "scripts/divide.lua";
    /// Claims an unowned shard for the duration of a resharding.
    HOLD = "scripts/replication_id.lua", "scripts/hold.lua";
    /// Replaces the old layout by the new one, if no process is live.
    SWITCH = "scripts/living.lua", "scripts/switch.lua";
    /// Claims an unowned shard. Returns the fencing token, or 0 if the shard has an owner.
    CLAIM = "scripts/replication_id.lua", "scripts/claim.lua";
    /// Renews the lease of a shard. Returns whether the caller still owns it.
    RENEW = "scripts/renew.lua";
    /// Releases a shard.
    RELEASE = "scripts/release.lua";
    /// Commits the results of entries, if the caller still owns the shard.
    COMMIT = "scripts/commit.lua";
    /// Drops the part of an outbox that all live gateways have read.
    TRIM_OUTBOX = "scripts/trim_outbox.lua";
    /// Reads an agent's sessions.
    READ = "scripts/read.lua";
    /// Records the position up to which an agent's notifications have reached a client.
    DELIVER = "scripts/deliver.lua";
    /// Queues the requests of a commit, at most once.
    TAKE_REQUESTS = "scripts/replication_id.lua", "scripts/take_requests.lua";
    /// Drops requests that have been sent.
    CONFIRM_REQUESTS = "scripts/confirm_requests.lua";
}
