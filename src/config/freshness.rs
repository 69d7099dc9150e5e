//! How old a configuration may be before it is read again, and before it decides nothing any more.

/// Seconds after which a configuration is read again, beside the request.
pub const REFRESH_AFTER: u64 = 10;
/// Seconds up to which the last good configuration decides while no newer one can be read; then requests get 503.
pub const LAST_KNOWN_GOOD_BOUND: u64 = 3_600;

/// What to do with a configuration of a certain age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Use it.
    Fresh,
    /// Use it, and read a newer one.
    Stale,
    /// Do not use it: revocations and changes that everybody else knows may be missing.
    Expired,
}

impl Freshness {
    /// The freshness of a configuration that was last confirmed `age` seconds ago.
    #[must_use]
    pub fn of(age: u64) -> Self {
        if age >= LAST_KNOWN_GOOD_BOUND {
            Self::Expired
        } else if age >= REFRESH_AFTER {
            Self::Stale
        } else {
            Self::Fresh
        }
    }
}
