//! What an `Account` answers.

use serde::{Deserialize, Serialize};

use super::request::Style;
use super::token_text::TokenText;
use crate::vocabulary::{ApplicationId, ClientId, GrantId, ResourceId, Scope, SessionId, UnixTime};

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum AccountReply {
    /// To `begin`, `resume` and `grant`.
    Session {
        /// The session as it is now.
        session: SessionFacts,
        /// What was granted, if a grant was asked for.
        grant: Option<GrantFacts>,
    },
    /// To `rotate`.
    Rotated {
        /// The one live token of the family.
        token: TokenText,
        /// When it expires.
        expires_at: UnixTime,
        /// What the access token may carry; never more than the family's.
        scope: Scope,
        /// Whether this is the answer that an earlier rotation gave.
        retried: bool,
        /// The session from which the family comes, even if it has expired; authenticated as it was at the grant.
        session: SessionFacts,
    },
    /// To `sessions`: live ones, oldest first.
    Sessions {
        /// The sessions.
        sessions: Vec<SessionFacts>,
    },
    /// To `describe_refresh_token`. Only an active one has the rest.
    RefreshToken {
        /// Whether it would be accepted.
        active: bool,
        /// Whom it serves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client_id: Option<ClientId>,
        /// The resource of its tokens.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resource: Option<ResourceId>,
        /// Everything granted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<Scope>,
        /// When it expires.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<UnixTime>,
        /// When it was issued.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        issued_at: Option<UnixTime>,
        /// The session from which it comes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sid: Option<SessionId>,
    },
    /// To `check`.
    Live {
        /// Whether the token is neither revoked nor its subject suspended.
        live: bool,
    },
    /// To `approvals`.
    Approvals {
        /// What was approved, by resource.
        scopes: Vec<(ResourceId, Scope)>,
    },
    /// To `recall`.
    Kept {
        /// As it was handed over.
        sealed: String,
    },
    /// Done, or already so.
    Done {},
    /// To whatever ends sessions: the clients to tell (OpenID Connect Back-Channel Logout 1.0).
    Ended {
        /// The sessions that this command ended.
        sessions: Vec<EndedSession>,
    },
    /// Nothing was granted and, but for theft and suspension, nothing has changed.
    Refused {
        /// Why.
        reason: AccountRefusal,
    },
}

/// A session as others may know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionFacts {
    /// Its public identifier.
    pub sid: SessionId,
    /// The integration style that it serves.
    pub style: Style,
    /// The client at which the user logged in.
    pub client_id: ClientId,
    /// That client's application.
    pub application: ApplicationId,
    /// When it began.
    pub started_at: UnixTime,
    /// When the user last authenticated other than silently (`auth_time`).
    pub authenticated_at: UnixTime,
    /// When it ends, unless authentication occurs.
    pub expires_at: UnixTime,
    /// How the user authenticated (RFC 8176).
    pub amr: Vec<String>,
}

/// A grant that was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantFacts {
    /// Its identifier.
    pub gid: GrantId,
    /// When its refresh token expires; none where there is no such token.
    pub refresh_token_expires_at: Option<UnixTime>,
}

/// A session that was ended, and who must hear of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndedSession {
    /// Its public identifier.
    pub sid: SessionId,
    /// Every client that was granted something in it.
    pub client_ids: Vec<ClientId>,
}

/// Why an account refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum AccountRefusal {
    /// The subject gets nothing anywhere.
    #[error("the subject is suspended")]
    Suspended,
    /// Unknown, ended, wrong secret or wrong style: one answer.
    #[error("no such session")]
    SessionUnknown,
    /// 14 days without authentication.
    #[error("the session has expired")]
    SessionExpired,
    /// The primary authentication is older than `max_age`.
    #[error("the authentication is too old")]
    ReauthenticationNeeded,
    /// The grant was revoked, or exists already.
    #[error("the grant is revoked or exists already")]
    GrantRevoked,
    /// No such family, or one that is long gone.
    #[error("no such refresh token")]
    FamilyUnknown,
    /// The family was revoked.
    #[error("the refresh token is revoked")]
    FamilyEnded,
    /// The token or the maximum rotation time is over.
    #[error("the refresh token has expired")]
    RefreshTokenExpired,
    /// A token older than the one in use: theft. The family is revoked now.
    #[error("the refresh token was used before, and its family is revoked")]
    RefreshTokenReused,
    /// The family serves another client.
    #[error("the refresh token serves another client")]
    WrongClient,
    /// The family serves another resource.
    #[error("the refresh token serves another resource")]
    WrongResource,
    /// The family's tokens are bound to another key than the one whose possession was proved.
    #[error("the refresh token is bound to another key")]
    WrongKey,
    /// More was asked for than was granted.
    #[error("the scope is wider than what was granted")]
    ScopeWidened,
    /// Nothing of what was asked for can be granted today.
    #[error("none of the scopes can be granted")]
    NoScopeLeft,
    /// The assertion was used before.
    #[error("the assertion was used before")]
    AssertionReused,
    /// Never kept, over, released, or ended with its session: one answer.
    #[error("nothing is kept under this name")]
    KeptUnknown,
    /// Longer than any tokens of a gate are.
    #[error("too long to be kept")]
    KeptTooLong,
    /// A row is newer than this code, or broken; a retry may meet newer code.
    #[error("a stored record cannot be read")]
    RecordUnreadable,
    /// The request is newer than this code, or broken; a retry may meet newer code.
    #[error("the request cannot be read")]
    RequestUnreadable,
}
