//! How old a configuration may be before it is read again, and before it decides nothing any more.

/// Seconds after which a configuration is read again, beside the request.
const REFRESH_AFTER: u64 = 10;
/// Seconds after which a request waits for a newer one: nobody has asked for a while, so nothing was read beside.
const WAIT_AFTER: u64 = 20;
/// Seconds that such a read may take; others decide by what is there meanwhile.
const LONGEST_READ: u64 = 2;
/// Seconds for which an isolate may go by a configuration that everybody else no longer has, while the store answers.
pub const CONFIGURATION_LAG: u64 = WAIT_AFTER + LONGEST_READ;
/// Seconds up to which the last good configuration decides while no newer one can be read; then requests get 503.
pub const LAST_KNOWN_GOOD_BOUND: u64 = 3_600;

/// What to do with a configuration of a certain age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Use it.
    Fresh,
    /// Use it, and read a newer one.
    Stale,
    /// Read a newer one first, and use it only if there is none to be had.
    Overdue,
    /// Do not use it: revocations and changes that everybody else knows may be missing.
    Expired,
}

impl Freshness {
    /// The freshness of a configuration that was last confirmed `age` seconds ago.
    #[must_use]
    pub fn of(age: u64) -> Self {
        if age >= LAST_KNOWN_GOOD_BOUND {
            Self::Expired
        } else if age >= WAIT_AFTER {
            Self::Overdue
        } else if age >= REFRESH_AFTER {
            Self::Stale
        } else {
            Self::Fresh
        }
    }
}
