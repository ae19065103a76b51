//! The store's time: a `Duration` since an epoch of the embedder's choice, stored as whole nanoseconds in 64 bits.

use core::time::Duration;

use super::Sessions;

/// A time that the store refuses. Nothing has changed in this case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// The time jumps further than [`Limits::time_jump`](crate::Limits::time_jump) allows, for example because of a
    /// wrong unit.
    #[error("expected a time at most {limit:?} after {now:?}, found {found:?}")]
    Jump {
        /// The time that was to be set.
        found: Duration,
        /// The store's time.
        now: Duration,
        /// The limit.
        limit: Duration,
    },
    /// A cutoff is later than the store's time, so that even an event of this moment would be too old.
    #[error("expected a cutoff that is not after the store's time {now:?}, found {found:?}")]
    CutoffAhead {
        /// The cutoff.
        found: Duration,
        /// The store's time.
        now: Duration,
    },
}

impl<S> Sessions<S> {
    /// Sets the store's time: a `Duration` since an epoch of the embedder's choice. A time earlier than the current one
    /// is ignored, since the time of a store never goes back.
    ///
    /// A restored store continues with the time of the snapshot, so use a clock that survives a restart. The store
    /// records the time of events, completions and requests for [`expire`](Self::expire),
    /// [`forget_completed`](Self::forget_completed) and [`time_out_requests`](Self::time_out_requests). The part that
    /// changes is [`PartKey::Store`](super::PartKey::Store).
    ///
    /// Set it before the first event. An event that arrives before any time was set counts as heard at 0, so the first
    /// `expire` may end its session.
    ///
    /// ```
    /// # #[cfg(feature = "std")] {
    /// use core::time::Duration;
    /// use im_session::{BaseUri, Limits, Sessions};
    ///
    /// let mut limits = Limits::DEFAULT;
    /// limits.time_jump = Duration::from_secs(3_600);
    /// let mut sessions = Sessions::new(BaseUri::new("http://localhost:8090")).with_limits(limits);
    /// let now = Duration::from_secs(1_763_000_000);
    /// assert!(sessions.set_time(now).is_ok());
    /// // Milliseconds instead of seconds: refused, since the time could never go back.
    /// assert!(sessions.set_time(Duration::from_secs(1_763_000_000_000)).is_err());
    /// // An earlier time is ignored.
    /// assert!(sessions.set_time(now - Duration::from_secs(5)).is_ok());
    /// assert_eq!(sessions.now(), now);
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`TimeError::Jump`] if the time is further ahead than [`Limits::time_jump`](crate::Limits::time_jump) allows.
    /// The first time that is set, also after a restore, may be any, because the store does not know how long it was
    /// down. So compare that time with [`now`](Self::now) before you set it.
    pub fn set_time(&mut self, now: Duration) -> Result<(), TimeError> {
        let limit = self.settings.limits.time_jump;
        let old = self.now();
        if self.time_told && now.saturating_sub(old) > limit {
            return Err(TimeError::Jump { found: now, now: old, limit });
        }
        self.time_told = true;
        self.now = self.now.max(compact(now));
        Ok(())
    }

    /// The store's time: the latest that was set, or that of the restored snapshot; otherwise zero.
    #[must_use]
    pub fn now(&self) -> Duration {
        Duration::from_nanos(self.now)
    }

    /// A cutoff in nanoseconds. An error if it is later than the store's time.
    pub(super) fn cutoff(&self, before: Duration) -> Result<u64, TimeError> {
        if compact(before) > self.now {
            Err(TimeError::CutoffAhead { found: before, now: self.now() })
        } else {
            Ok(compact(before))
        }
    }
}

/// A time in whole nanoseconds. Times after about 584 years from the epoch are clamped to that.
fn compact(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
