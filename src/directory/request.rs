//! What a `Directory` object is asked, and what it answers.

use serde::{Deserialize, Serialize};

use crate::revocation::Revocation;
use crate::vocabulary::TenantId;

/// One command to the directory of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectoryRequest {
    /// What to do.
    pub command: DirectoryCommand,
}

/// What a directory can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum DirectoryCommand {
    /// Begins to publish the list of revocations, empty as it may be, and goes on doing so. Repeating it is harmless.
    Ensure {
        /// Whose directory this is.
        tenant_id: TenantId,
    },
    /// Accepts revocations. Once this is answered, every list that is published holds them.
    Revoke {
        /// Whose directory this is.
        tenant_id: TenantId,
        /// What is revoked. What is known already changes nothing.
        entries: Vec<Revocation>,
    },
    /// Says that what was to be published was written, in its order.
    Published {
        /// The keys of the entries.
        keys: Vec<String>,
    },
    /// Says that what was to be published was not written, or not all of it.
    PublishFailed {},
    /// Tells what is revoked, for diagnosis.
    List {},
    /// Publishes what is due.
    Alarm {},
}

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum DirectoryReply {
    /// It is so.
    Done {},
    /// To `list`.
    Revocations {
        /// What is revoked, without what is in a full shard.
        entries: Vec<Revocation>,
        /// The shards that are full.
        full: Vec<usize>,
        /// When a head was last written; 0 for never. Seconds since the Unix epoch.
        published_at: u64,
    },
    /// Nothing was done.
    Refused {
        /// Why.
        reason: DirectoryRefusal,
    },
}

/// Why nothing was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectoryRefusal {
    /// The request is for another tenant's directory.
    WrongTenant,
    /// What is stored is of a later version, or damaged.
    RecordUnreadable,
    /// The request is of a later version, or damaged.
    RequestUnreadable,
}
