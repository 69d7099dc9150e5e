//! Making an access token: every claim in its place, ready to be signed.

use serde::Serialize;

use crate::config::{Client, ProtectedResource, SigningKey, Tenant};
use crate::jose;
use crate::vocabulary::{Entropy, EntropyUnavailable, Scope, UnixTime, random_token};

/// What a client is to get a token for.
pub struct ClientTokenRequest<'a> {
    /// The tenant that issues.
    pub tenant: &'a Tenant,
    /// The client that authenticated.
    pub client: &'a Client,
    /// The resource it asked for, already found on its list.
    pub resource: &'a ProtectedResource,
    /// The scopes that were found effective.
    pub scope: &'a Scope,
    /// The moment of issue.
    pub now: UnixTime,
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
}

impl UnsignedAccessToken {
    /// The token of a client that acts for itself (RFC 9068 section 2.2: `sub` is the client).
    ///
    /// # Errors
    /// [`IssueError`]; nothing is issued then.
    pub fn for_client(
        request: &ClientTokenRequest<'_>,
        key: &SigningKey,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, IssueError> {
        let ClientTokenRequest { tenant, client, resource, scope, now } = request;
        let claims = Claims {
            iss: tenant.issuer(),
            sub: client.id().as_str(),
            aud: resource.indicator().as_str(),
            exp: now.plus(resource.access_token_lifetime().seconds()).seconds(),
            iat: now.seconds(),
            jti: random_token(entropy)?,
            client_id: client.id().as_str(),
            scope: (!scope.is_empty()).then(|| scope.to_string()),
            tid: tenant.id().as_str(),
            app_id: client.application().as_str(),
            roles: client.role_ids().iter().map(|role| role.as_str()).collect(),
            management: client.is_management(),
        };
        let header = Header { alg: key.algorithm().as_str(), typ: "at+jwt", kid: key.kid().as_str() };
        Ok(Self { signing_input: jose::signing_input(&header, &claims)? })
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
