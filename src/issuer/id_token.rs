//! ID tokens: OpenID Connect Core 1.0 section 2. They tell a client who logged in, and open nothing.

use serde::Serialize;

use crate::access_token::AUTHENTICATION_CONTEXT;
use crate::config::{SigningKey, SigningKeyState, Tenant, User};
use crate::host::Host;
use crate::jose::{self, Algorithm};
use crate::session::SessionFacts;
use crate::vocabulary::ClientId;

use super::refusal::Refusal;
use super::service::Service;
use super::signing::ReadyKey;

/// How long an ID token is good, in seconds. It is read once, right after it is issued.
const LIFETIME: u64 = 300;

/// What an ID token says, and to whom.
pub(super) struct IdTokenRequest<'a> {
    pub(super) client: &'a ClientId,
    pub(super) user: &'a User,
    pub(super) session: &'a SessionFacts,
    pub(super) nonce: Option<&'a str>,
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
    auth_time: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    acr: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    amr: &'a [String],
    sid: &'a str,
    tid: &'a str,
}

/// Signs an ID token.
pub(super) async fn issue<H: Host>(
    service: &Service<'_, H>,
    key: &ReadyKey,
    request: &IdTokenRequest<'_>,
) -> Result<String, Refusal> {
    let IdTokenRequest { client, user, session, nonce } = request;
    let claims = Claims {
        iss: service.tenant.issuer(),
        sub: user.id().as_str(),
        aud: client.as_str(),
        exp: service.now.plus(LIFETIME).seconds(),
        iat: service.now.seconds(),
        auth_time: session.authenticated_at.seconds(),
        nonce: *nonce,
        acr: AUTHENTICATION_CONTEXT,
        amr: &session.amr,
        sid: session.sid.as_str(),
        tid: service.tenant.id().as_str(),
    };
    sign(service, key, "JWT", &claims).await
}

/// Signs claims for clients, who know the tenant's public keys only.
pub(super) async fn sign<H: Host>(
    service: &Service<'_, H>,
    ready: &ReadyKey,
    typ: &str,
    claims: &impl Serialize,
) -> Result<String, Refusal> {
    let key = ready.key();
    let header = Header { alg: key.algorithm().as_str(), typ, kid: key.kid().as_str() };
    let input = jose::signing_input(&header, claims).map_err(|_| Refusal::HostUnavailable)?;
    let signature = ready.sign(service, input.as_bytes()).await?;
    Ok(jose::compact(input, &signature))
}

/// Whether clients can verify what the tenant signs: not where all of its keys are secrets.
pub(super) fn is_possible(tenant: &Tenant) -> bool {
    algorithm(tenant) != Algorithm::Hs256
}

/// The key that signs ID tokens and logout tokens now.
pub(super) async fn key<H: Host>(service: &Service<'_, H>) -> Result<ReadyKey, Refusal> {
    let key = ReadyKey::for_algorithm(service, algorithm(service.tenant)).await?;
    // A client would have to hold the secret by which everybody's tokens are signed.
    if key.key().is_symmetric() { Err(Refusal::NoSigningKey) } else { Ok(key) }
}

/// The tenant's own algorithm where everybody can verify it, else that of any current key that is not a secret.
fn algorithm(tenant: &Tenant) -> Algorithm {
    let usual = tenant.signing_algorithm_for(tenant.default_resource());
    if usual != Algorithm::Hs256 {
        return usual;
    }
    let public = |key: &&SigningKey| key.state() == SigningKeyState::Current && !key.is_symmetric();
    tenant.signing_keys().iter().find(public).map_or(usual, SigningKey::algorithm)
}
