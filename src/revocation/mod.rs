//! Revocation before expiry: what is revoked, how the list of it is published, and what an isolate knows of that list.
//!
//! The list of a tenant is a head and eight shards. The head names the version of each shard and says when it was
//! written, again and again while nothing changes, so that whoever reads it knows how old his knowledge is. No head
//! names a version of a shard that was not written before.

mod bound;
mod entry;
mod known;
mod record;

pub use bound::{CACHE_TTL, HEARTBEAT, LIST_REFRESH_AFTER, OUTBOX_DELAY, list_max_age, revocation_bound};
pub use entry::{Revocation, RevocationKind, SHARDS};
pub use known::{Knowledge, Revocations, TokenNames};
pub use record::{Head, ListError, MAX_ENTRIES, Shard, head_key, shard_key};
