//! Making an access token: every claim in its place, ready to be signed.

use serde::Serialize;

use crate::config::{Client, ProtectedResource, SigningKey, Tenant, User};
use crate::jose;
use crate::vocabulary::{
    Entropy, EntropyUnavailable, GrantId, RoleId, Scope, SessionId, UnixTime, random_token,
};

/// The `acr` of a user who showed control of one mailbox (OpenID Connect Core 1.0 section 2).
pub const AUTHENTICATION_CONTEXT: &str = "1";

/// What a token is to be issued for.
pub struct TokenRequest<'a> {
    /// The tenant that issues.
    pub tenant: &'a Tenant,
    /// The client that authenticated.
    pub client: &'a Client,
    /// The resource it asked for, already found on its list.
    pub resource: &'a ProtectedResource,
    /// The scopes that were found effective.
    pub scope: &'a Scope,
    /// The thumbprint of the key that it is bound to (RFC 9449 section 6.1); `None` for a bearer's token.
    pub key_thumbprint: Option<&'a str>,
    /// The moment of issue.
    pub now: UnixTime,
}

/// The user for whom a client gets a token, and how they came to be known.
pub struct UserOfToken<'a> {
    /// The user.
    pub user: &'a User,
    /// The public identifier of their session.
    pub session_id: &'a SessionId,
    /// The grant that the token belongs to.
    pub grant_id: &'a GrantId,
    /// When they last authenticated themselves.
    pub authenticated_at: UnixTime,
    /// How they did (RFC 8176).
    pub methods: &'a [String],
    /// The token lives no longer than to this moment.
    pub not_after: Option<UnixTime>,
}

/// Why no token can be made.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// No unique `jti` can be had.
    #[error("{0}")]
    Entropy(#[from] EntropyUnavailable),
    /// The claims cannot be written as JSON.
    #[error("the claims cannot be serialised")]
    Serialisation(#[from] serde_json::Error),
}

/// A token that lacks its signature.
#[derive(Debug)]
pub struct UnsignedAccessToken {
    signing_input: String,
    expires_in: u64,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    kid: &'a str,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: u64,
    iat: u64,
    jti: String,
    client_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    tid: &'a str,
    app_id: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    management: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<ConfirmationClaim<'a>>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    user: Option<UserClaims<'a>>,
}

#[derive(Serialize)]
struct ConfirmationClaim<'a> {
    jkt: &'a str,
}

#[derive(Serialize)]
struct UserClaims<'a> {
    sid: &'a str,
    gid: &'a str,
    auth_time: u64,
    acr: &'static str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    amr: &'a [String],
}

impl UnsignedAccessToken {
    /// The token of a client that acts for itself (RFC 9068 section 2.2: `sub` is the client).
    ///
    /// # Errors
    /// [`IssueError`]; nothing is issued then.
    pub fn for_client(
        request: &TokenRequest<'_>,
        key: &SigningKey,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, IssueError> {
        let claims = claims(request, request.client.id().as_str(), request.client.role_ids(), entropy)?;
        Self::of(&claims, key)
    }

    /// The token of a user: good for that user and that client only.
    ///
    /// # Errors
    /// [`IssueError`]; nothing is issued then.
    pub fn for_user(
        request: &TokenRequest<'_>,
        user: &UserOfToken<'_>,
        key: &SigningKey,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, IssueError> {
        let common = claims(request, user.user.id().as_str(), user.user.role_ids(), entropy)?;
        let not_after = user.not_after.map_or(u64::MAX, UnixTime::seconds);
        let user = UserClaims {
            sid: user.session_id.as_str(),
            gid: user.grant_id.as_str(),
            auth_time: user.authenticated_at.seconds(),
            acr: AUTHENTICATION_CONTEXT,
            amr: user.methods,
        };
        Self::of(
            &Claims { exp: common.exp.min(not_after), management: false, user: Some(user), ..common },
            key,
        )
    }

    fn of(claims: &Claims<'_>, key: &SigningKey) -> Result<Self, IssueError> {
        let header = Header { alg: key.algorithm().as_str(), typ: "at+jwt", kid: key.kid().as_str() };
        let expires_in = claims.exp.saturating_sub(claims.iat);
        Ok(Self { signing_input: jose::signing_input(&header, claims)?, expires_in })
    }

    /// How long it will live, in seconds.
    #[must_use]
    pub fn expires_in(&self) -> u64 {
        self.expires_in
    }

    /// The octets to sign.
    #[must_use]
    pub fn signing_input(&self) -> &[u8] {
        self.signing_input.as_bytes()
    }

    /// The finished token.
    #[must_use]
    pub fn with_signature(self, signature: &[u8]) -> String {
        jose::compact(self.signing_input, signature)
    }
}

fn claims<'a>(
    request: &TokenRequest<'a>,
    subject: &'a str,
    roles: &'a [RoleId],
    entropy: &mut dyn Entropy,
) -> Result<Claims<'a>, IssueError> {
    let TokenRequest { tenant, client, resource, scope, key_thumbprint, now } = request;
    Ok(Claims {
        iss: tenant.issuer(),
        sub: subject,
        aud: resource.indicator().as_str(),
        exp: now.plus(resource.access_token_lifetime().seconds()).seconds(),
        iat: now.seconds(),
        jti: random_token(entropy)?,
        client_id: client.id().as_str(),
        scope: (!scope.is_empty()).then(|| scope.to_string()),
        tid: tenant.id().as_str(),
        app_id: client.application().as_str(),
        roles: roles.iter().map(|role| role.as_str()).collect(),
        management: client.is_management(),
        cnf: key_thumbprint.map(|jkt| ConfirmationClaim { jkt }),
        user: None,
    })
}
