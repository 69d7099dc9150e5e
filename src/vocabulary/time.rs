//! Time as an argument: the core reads no clock.

use serde::{Deserialize, Deserializer, Serialize};

/// Seconds since the Unix epoch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct UnixTime(u64);

impl<'de> Deserialize<'de> for UnixTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer).map(Self::from_seconds)
    }
}

impl UnixTime {
    /// The largest time that a JSON number carries exactly, 2^53 - 1.
    pub const MAX: Self = Self((1 << 53) - 1);

    /// `seconds` since the Unix epoch, held at [`UnixTime::MAX`].
    #[must_use]
    pub fn from_seconds(seconds: u64) -> Self {
        Self(seconds.min(Self::MAX.0))
    }

    /// Seconds since the Unix epoch.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.0
    }

    /// This moment and `seconds` more, held at [`UnixTime::MAX`].
    #[must_use]
    pub fn plus(self, seconds: u64) -> Self {
        Self::from_seconds(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to here, 0 when it is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A span in whole seconds, from 1 second to ten years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lifetime(u64);

/// Why a number of seconds is not a lifetime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LifetimeError {
    /// Zero seconds: nothing would ever be valid.
    #[error("a lifetime is at least 1 second")]
    Zero,
    /// Past ten years of 365 days.
    #[error("a lifetime is at most {} seconds (ten years)", Lifetime::MAX_SECONDS)]
    TooLong,
}

impl Lifetime {
    /// Ten years of 365 days, in seconds.
    pub const MAX_SECONDS: u64 = 10 * 365 * 24 * 60 * 60;
    /// Access tokens of the default resource: one hour.
    pub const DEFAULT_ACCESS_TOKEN: Self = Self(3_600);
    /// Refresh tokens of the default resource: 14 days.
    pub const DEFAULT_REFRESH_TOKEN: Self = Self(1_209_600);
    /// Maximum rotation of the default resource: 14 days.
    pub const DEFAULT_ROTATION: Self = Self(1_209_600);
    /// Maximum rotation of the default resource under the preset `legacy`: one year.
    pub const LEGACY_ROTATION: Self = Self(31_536_000);
    /// A session without authentication: 14 days. It cannot be configured.
    pub const SESSION: Self = Self(1_209_600);

    /// A span of `seconds`.
    ///
    /// # Errors
    /// [`LifetimeError`] for zero and for more than ten years.
    pub fn from_seconds(seconds: u64) -> Result<Self, LifetimeError> {
        match seconds {
            0 => Err(LifetimeError::Zero),
            1..=Self::MAX_SECONDS => Ok(Self(seconds)),
            _ => Err(LifetimeError::TooLong),
        }
    }

    /// The span in seconds.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.0
    }
}
