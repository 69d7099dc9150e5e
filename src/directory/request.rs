//! What a `Directory` object is asked, and what it answers.

use serde::{Deserialize, Serialize};

use crate::revocation::Revocation;
use crate::vocabulary::{KeyId, TenantId, UnixTime};

use super::keys::KeyTiming;

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
    /// Tells the signing keys.
    Keys {},
    /// Makes the first signing keys. For an algorithm that has one already, what is offered is dropped.
    CreateKeys {
        /// Whose directory this is.
        tenant_id: TenantId,
        /// A key for each algorithm.
        keys: Vec<NewKey>,
    },
    /// Adds a signing key that will sign later.
    AnnounceKey {
        /// Whose directory this is.
        tenant_id: TenantId,
        /// The key.
        key: NewKey,
    },
    /// Moves a signing key on.
    AdvanceKey {
        /// Which.
        kid: KeyId,
        /// `current` or `disabled`.
        to: KeyState,
        /// What the earliest moment is computed from.
        timing: KeyTiming,
    },
    /// Replaces the sealed private half of a signing key, after a change of the master key.
    ResealKey {
        /// Which.
        kid: KeyId,
        /// The same private half under the newest master key; base64url.
        sealed: String,
    },
    /// Tells what is revoked, for diagnosis.
    List {},
    /// Publishes what is due.
    Alarm {},
}

/// Where a signing key is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published ahead of its use.
    Next,
    /// Signs.
    Current,
    /// Signs no more; what it signed is accepted.
    Retiring,
    /// What it signed is refused.
    Disabled,
}

impl KeyState {
    /// Its word in records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Current => "current",
            Self::Retiring => "retiring",
            Self::Disabled => "disabled",
        }
    }
}

/// A fresh signing key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// Its identifier, random.
    pub kid: KeyId,
    /// The JWS algorithm.
    pub algorithm: String,
    /// The public half as a JWK, JSON text.
    pub jwk: String,
    /// The private half as a JWK, sealed for this tenant and `kid`; base64url.
    pub sealed: String,
}

/// The private half of a signing key, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedKey {
    /// The key.
    pub kid: KeyId,
    /// The JWS algorithm.
    pub algorithm: String,
    /// Base64url.
    pub sealed: String,
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
    /// To `keys` and `create_keys`.
    Keys {
        /// The record `tenant/{tid}/keys` as it is published.
        published: String,
        /// The private halves, sealed.
        sealed: Vec<SealedKey>,
        /// Since when the state of each key is published, in seconds since the Unix epoch; 0 while that is under way.
        #[serde(default)]
        published_at: Vec<(KeyId, u64)>,
    },
    /// To `advance_key`: nothing was done.
    TooEarly {
        /// The first moment at which the step is allowed; later while the state before is not published.
        allowed_at: UnixTime,
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
    /// There is no such key.
    KeyUnknown,
    /// The key cannot go from its state to that one.
    KeyStep,
    /// There is such a key, or one that comes next.
    KeyExists,
    /// The request is for another tenant's directory.
    WrongTenant,
    /// What is stored is of a later version, or damaged.
    RecordUnreadable,
    /// The request is of a later version, or damaged.
    RequestUnreadable,
}
