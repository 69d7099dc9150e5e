//! What an account remembers, as it is stored.

use serde::{Deserialize, Serialize};

use super::super::reply::SessionFacts;
use crate::vocabulary::{ClientId, GrantId, ResourceId, Scope, SecretHash, SessionId, UnixTime};

/// Whether the subject may have anything, by the newest record that was shown.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Status {
    /// Of the newest published record that was shown.
    pub(super) version: u64,
    /// What that record says.
    pub(super) suspended_by_record: bool,
    /// Until it is reinstated, whatever is published meanwhile.
    pub(super) suspended_by_management: bool,
    /// The longest life of an access token that any request has named, in seconds: one of them may be alive.
    pub(super) longest_access_token: u64,
}

impl Status {
    pub(super) fn is_suspended(&self) -> bool {
        self.suspended_by_record || self.suspended_by_management
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    pub(super) facts: SessionFacts,
    pub(super) secret: SecretHash,
    /// Clients that were granted something in it.
    pub(super) client_ids: Vec<ClientId>,
}

impl Session {
    pub(super) fn is_live(&self, now: UnixTime) -> bool {
        self.facts.expires_at > now
    }
}

/// A refresh token family: one live leaf, and for a moment its predecessor.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Family {
    pub(super) gid: GrantId,
    pub(super) client_id: ClientId,
    pub(super) resource: ResourceId,
    pub(super) scope: Scope,
    /// The session as it was at the grant: the family may outlive it.
    pub(super) session: SessionFacts,
    pub(super) started_at: UnixTime,
    /// No leaf outlives this moment; it is only ever moved to an earlier one.
    pub(super) rotates_until: UnixTime,
    pub(super) leaf: Leaf,
    pub(super) predecessor: Option<Predecessor>,
    /// The thumbprint of the key that its tokens are bound to, where they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key_thumbprint: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Leaf {
    pub(super) hash: SecretHash,
    pub(super) issued_at: UnixTime,
    pub(super) expires_at: UnixTime,
}

/// The token whose rotation gave the leaf, while it may be retried.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Predecessor {
    pub(super) hash: SecretHash,
    /// The leaf, sealed under a key that only the predecessor's holder can derive; base64url.
    pub(super) sealed_leaf: String,
    pub(super) rotated_at: UnixTime,
    /// Seconds.
    pub(super) grace: u64,
}

impl Family {
    pub(super) fn is_live(&self, now: UnixTime) -> bool {
        self.leaf.expires_at > now
    }
}

impl Predecessor {
    pub(super) fn window_is_open(&self, now: UnixTime) -> bool {
        now.since(self.rotated_at) <= self.grace
    }

    /// The first moment at which the window is closed.
    pub(super) fn closes_at(&self) -> UnixTime {
        self.rotated_at.plus(self.grace).plus(1)
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UsedAssertion {
    pub(super) jti: SecretHash,
    pub(super) expires_at: UnixTime,
}

/// Tokens of a gate's cookie that is no longer than a reference to them.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    pub(super) name: SecretHash,
    pub(super) sid: SessionId,
    /// Under a key that only the gate has.
    pub(super) sealed: String,
    pub(super) kept_at: UnixTime,
    pub(super) expires_at: UnixTime,
}

impl Kept {
    pub(super) fn is_live(&self, now: UnixTime) -> bool {
        self.expires_at > now
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Approval {
    pub(super) client_id: ClientId,
    pub(super) scopes: Vec<(ResourceId, Scope)>,
}
