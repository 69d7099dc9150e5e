//! What an `Account` is asked.

use serde::{Deserialize, Serialize};

use super::token_text::TokenText;
use crate::vocabulary::{
    ApplicationId, ClientId, GrantId, ResourceId, Scope, SecretHash, SessionId, UnixTime,
};

/// One command to the account of a user or of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountRequest {
    /// Whose account this is: a user's or a client's identifier. Only `alarm` and `delivered` go without.
    #[serde(default)]
    pub subject: String,
    /// What the published record says of the subject; none where it was not read.
    #[serde(default)]
    pub standing: Option<Standing>,
    /// The longest life of any access token of the tenant, clock tolerance included, in seconds: for how long a
    /// revocation is remembered. Too short a span lets a revoked token live again.
    #[serde(default)]
    pub longest_access_token: u64,
    /// Sessions and refresh token families that began before are over, since the tenant was restored.
    #[serde(default)]
    pub not_before: UnixTime,
    /// What to do.
    pub command: AccountCommand,
}

/// The status of a subject as published. An account keeps the newest version that it was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// Version of the published record.
    pub version: u64,
    /// Whether the subject may have nothing.
    pub suspended: bool,
}

/// How an application integrates. Sessions of one style serve the other never (R32).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// Redirects, with the session in a cookie.
    Browser,
    /// Backend to backend, with the session held by the application's server.
    Backend,
}

/// A session to begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    /// Its public identifier, fresh and random.
    pub sid: SessionId,
    /// Hash of the secret that resumes it.
    pub secret: SecretHash,
    /// The integration style that it serves.
    pub style: Style,
    /// The client at which the user logged in.
    pub client_id: ClientId,
    /// That client's application.
    pub application: ApplicationId,
    /// How the user authenticated (RFC 8176).
    pub amr: Vec<String>,
}

/// What one code, link or silent authentication gives to one client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    /// Its identifier, fresh and random.
    pub gid: GrantId,
    /// Whom it serves.
    pub client_id: ClientId,
    /// The one resource of its tokens.
    pub resource: ResourceId,
    /// Everything granted, protocol scopes included.
    pub scope: Scope,
    /// The refresh token that comes with it.
    #[serde(default)]
    pub refresh: Option<NewFamily>,
}

/// The first refresh token of a family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewFamily {
    /// Hash of the token.
    pub token: SecretHash,
    /// `refresh_token_ttl` of the resource, in seconds.
    pub refresh_token_lifetime: u64,
    /// `max_refresh_rotate` of the resource, in seconds from now.
    pub maximum_rotation: u64,
    /// The thumbprint of the key that its tokens are bound to (RFC 9449 section 5), where they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_thumbprint: Option<String>,
}

/// What a refresh brings along, everything in it checked but for what only the account knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// The grant that the token names.
    pub gid: GrantId,
    /// The authenticated client.
    pub client_id: ClientId,
    /// The resource for which an access token is wanted.
    pub resource: ResourceId,
    /// The token as presented.
    pub presented: TokenText,
    /// A fresh token, which is the successor unless this is a retry.
    pub successor: TokenText,
    /// The `scope` parameter, if there was one.
    #[serde(default)]
    pub requested: Option<Scope>,
    /// What client and roles allow today, protocol scopes included.
    pub grantable: Scope,
    /// `refresh_token_ttl` of the resource today, in seconds.
    pub refresh_token_lifetime: u64,
    /// `max_refresh_rotate` of the resource today, in seconds from the family's start. It can only lower the
    /// bound that was set at the grant.
    pub maximum_rotation: u64,
    /// For how many seconds the token that is presented now may be retried.
    pub grace: u64,
    /// When the client was made: families of one that had its name before are over.
    #[serde(default)]
    pub not_before: UnixTime,
    /// The thumbprint of the key whose possession the request proved, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_thumbprint: Option<String>,
}

/// What an account can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum AccountCommand {
    /// Begins a session after a primary authentication.
    Begin {
        /// The session.
        session: NewSession,
        /// What its first client gets.
        #[serde(default)]
        grant: Option<NewGrant>,
    },
    /// Authenticates silently: the session lives 14 days from now, `authenticated_at` stays.
    Resume {
        /// The session.
        sid: SessionId,
        /// Hash of the secret that was presented.
        secret: SecretHash,
        /// The style of the caller.
        style: Style,
        /// The oldest primary authentication that will do, in seconds.
        #[serde(default)]
        max_age: Option<u64>,
        /// How the user has just authenticated again (RFC 8176): `authenticated_at` is now, and `amr` is this. None for
        /// a silent authentication.
        #[serde(default)]
        reauthenticated: Option<Vec<String>>,
        /// Hash of the secret that resumes the session from now on, in place of the one that was presented: a copy of that
        /// must not profit from the user's authenticating again.
        #[serde(default)]
        replacement: Option<SecretHash>,
        /// What the client gets.
        #[serde(default)]
        grant: Option<NewGrant>,
    },
    /// Records what a code gave. The session must be alive and does not slide.
    Grant {
        /// The session in which the code was issued.
        sid: SessionId,
        /// The style of the caller.
        style: Style,
        /// What the client gets.
        grant: NewGrant,
    },
    /// Exchanges a refresh token for its successor.
    Rotate(Rotation),
    /// Lists the live sessions, oldest first.
    Sessions {},
    /// Ends a session by its secret, and revokes its families.
    Logout {
        /// The session.
        sid: SessionId,
        /// Hash of the secret that was presented.
        secret: SecretHash,
        /// The style of the caller.
        style: Style,
    },
    /// Ends a session by its public identifier: an administrator, or the user's own listing. Families that outlived
    /// it are revoked too.
    EndSession {
        /// The session.
        sid: SessionId,
    },
    /// Ends every session and revokes every family.
    EndAllSessions {},
    /// Revokes what a code gave. The grant is remembered even if it is not known yet.
    RevokeGrant {
        /// The grant.
        gid: GrantId,
    },
    /// Revokes a family by any of its tokens (RFC 7009). Nothing happens for another client.
    RevokeRefreshToken {
        /// The grant that the token names.
        gid: GrantId,
        /// The authenticated client.
        client_id: ClientId,
        /// Hash of the token.
        token: SecretHash,
    },
    /// Revokes one access token (RFC 7009).
    RevokeAccessToken {
        /// Its `jti`.
        jti: String,
        /// Its `exp`, and the clock tolerance of whoever checks it.
        until: UnixTime,
    },
    /// Describes a refresh token (RFC 7662). Only the live leaf of a live family is active.
    DescribeRefreshToken {
        /// The grant that the token names.
        gid: GrantId,
        /// Hash of the token.
        token: SecretHash,
    },
    /// Whether a token is still good, for resources with strong revocation.
    Check {
        /// `sid` of the token.
        #[serde(default)]
        sid: Option<SessionId>,
        /// `gid` of the token.
        #[serde(default)]
        gid: Option<GrantId>,
        /// `jti` of the token.
        jti: String,
        /// `iat` of the token.
        issued_at: UnixTime,
    },
    /// Uses up the `jti` of a client assertion (RFC 7523 section 3).
    UseAssertion {
        /// `jti` of the assertion.
        jti: String,
        /// Until when it would be accepted.
        expires_at: UnixTime,
    },
    /// Takes back everything that this client obtained so far.
    RevokeClient {},
    /// Suspends the subject. The request's `standing` should be the version that suspends, else an older active one
    /// lifts it again.
    Suspend {},
    /// Lifts a suspension; sessions stay ended.
    Reinstate {},
    /// Adds to what the user approved for a client.
    Approve {
        /// The client.
        client_id: ClientId,
        /// What was approved, by resource.
        scopes: Vec<(ResourceId, Scope)>,
    },
    /// Tells what the user approved for a client.
    Approvals {
        /// The client.
        client_id: ClientId,
    },
    /// Keeps for a gate what fits into no cookie, for as long as the session lives. The account can open nothing of it.
    Keep {
        /// Hash of the name that reads it, which is random and stands sealed in a cookie.
        name: SecretHash,
        /// The session in which its tokens were issued.
        sid: SessionId,
        /// Sealed by the gate.
        sealed: String,
        /// When nobody needs it any more.
        expires_at: UnixTime,
    },
    /// Tells what is kept under a name.
    Recall {
        /// Hash of the name.
        name: SecretHash,
        /// For how many seconds more it is kept, for requests that are on their way with the cookie of before; none where
        /// it stays.
        #[serde(default)]
        release_after: Option<u64>,
    },
    /// Confirms that the Directory has these revocations.
    Delivered {
        /// Keys of the outbox.
        keys: Vec<String>,
    },
    /// Deletes what has expired.
    Alarm {},
}
