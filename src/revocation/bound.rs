//! Within which time a revocation is honoured, computed from what delays it.

/// Seconds within which a revocation reaches the tenant's `Directory`, where that answers.
pub const OUTBOX_DELAY: u64 = 2;
/// Seconds between two heads while nothing changes.
pub const HEARTBEAT: u64 = 10;
/// KV's smallest `cacheTtl`, with which the list is read; seconds.
pub const CACHE_TTL: u64 = 30;
/// Seconds after which an isolate reads the head again, beside a request.
pub const LIST_REFRESH_AFTER: u64 = 10;

/// The age in seconds up to which a list counts: as old as one can be when everything works. `kv_propagation` is how
/// long the key-value store may take to tell a change everywhere, in seconds.
///
/// An older list says that something does not work, so it decides nothing.
#[must_use]
pub const fn list_max_age(kv_propagation: u64) -> u64 {
    HEARTBEAT.saturating_add(kv_propagation).saturating_add(CACHE_TTL).saturating_add(LIST_REFRESH_AFTER)
}

/// The seconds after a revocation from which no gate admits what it revokes. It holds however late the store is,
/// because a list counts by the age that its head states.
#[must_use]
pub const fn revocation_bound(kv_propagation: u64) -> u64 {
    OUTBOX_DELAY.saturating_add(list_max_age(kv_propagation))
}
