//! One revocation.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Into how many parts the list of a tenant is divided. A part that is full costs only the tokens that fall into it.
pub const SHARDS: usize = 8;

/// Which of a token's names a revocation is about. Its words are the names of the claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RevocationKind {
    /// One access token (`jti`).
    #[serde(rename = "jti")]
    Token,
    /// Everything that one grant gave (`gid`).
    #[serde(rename = "gid")]
    Grant,
    /// Everything of one session (`sid`).
    #[serde(rename = "sid")]
    Session,
    /// Everything of one user (`sub`).
    #[serde(rename = "sub")]
    Subject,
    /// Everything of one client (`client_id`).
    #[serde(rename = "client_id")]
    Client,
}

impl RevocationKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Token, Self::Grant, Self::Session, Self::Subject, Self::Client];

    /// The name of the claim.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Token => "jti",
            Self::Grant => "gid",
            Self::Session => "sid",
            Self::Subject => "sub",
            Self::Client => "client_id",
        }
    }

    /// The kind with that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Tokens that bear a name and were issued at or before a moment are no longer good.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// Which of a token's names `id` is.
    pub kind: RevocationKind,
    /// The name.
    pub id: String,
    /// Tokens issued at this moment or before are revoked; seconds since the Unix epoch.
    pub not_before: u64,
    /// The moment from which no such token is alive any more and the revocation may be forgotten; seconds since the
    /// Unix epoch.
    pub until: u64,
}

impl Revocation {
    /// The shard of the list that it belongs to, below [`SHARDS`].
    #[must_use]
    pub fn shard(&self) -> usize {
        shard_of(self.kind, &self.id)
    }
}

/// The first three bits of the SHA-256 of `kind:id`.
pub(super) fn shard_of(kind: RevocationKind, id: &str) -> usize {
    let mut hash = Sha256::new();
    hash.update(kind.as_str().as_bytes());
    hash.update(b":");
    hash.update(id.as_bytes());
    hash.finalize().first().map_or(0, |octet| usize::from(octet >> 5))
}
