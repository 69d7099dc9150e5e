//! What access tokens are bound to: RFC 9449 section 5, and section 7 at this server's own paths.

use crate::access_token::{AccessTokenClaims, Confirmation};
use crate::config::ProtectedResource;
use crate::dpop::{ProofRefusal, ProvedRequest, UnverifiedProof, VerifiedProof};
use crate::host::Host;

use super::refusal::Refusal;
use super::request::IssuerRequest;
use super::service::Service;

/// The key that a token is to be bound to, whose possession the request has proved; none for a bearer's token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Binding(Option<String>);

impl Binding {
    /// The binding that a token request asks for: none where it brings no proof.
    pub(super) async fn of_request<H: Host>(
        service: &Service<'_, H>,
        request: &IssuerRequest<'_>,
    ) -> Result<Self, Refusal> {
        if request.dpop.is_none() {
            return Ok(Self::default());
        }
        let proof = verified(service, request, None, Ok).await?;
        Ok(Self(Some(proof.key_thumbprint().to_owned())))
    }

    /// The thumbprint of the key (RFC 7638).
    pub(super) fn thumbprint(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// Refuses a bearer's token for a resource that takes bound ones only.
    pub(super) fn check(&self, resource: &ProtectedResource) -> Result<(), Refusal> {
        if resource.is_sender_constrained() && self.0.is_none() {
            return Err(Refusal::Proof(ProofRefusal::Missing.code()));
        }
        Ok(())
    }
}

/// Checks that whoever sends `access_token`, which has `claims`, has the key that it is bound to.
pub(super) async fn check_possession<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    access_token: &str,
    claims: &AccessTokenClaims,
) -> Result<(), Refusal> {
    let Some(Confirmation::KeyThumbprint(thumbprint)) = claims.confirmation() else {
        return Err(Refusal::Proof(ProofRefusal::OtherKey.code()));
    };
    verified(service, request, Some(access_token), |proof| proof.by_key(thumbprint)).await.map(|_| ())
}

/// The proof of the request, right in every respect and in that of `check`.
async fn verified<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    access_token: Option<&str>,
    check: impl FnOnce(UnverifiedProof) -> Result<UnverifiedProof, ProofRefusal>,
) -> Result<VerifiedProof, Refusal> {
    let refused = |refusal: ProofRefusal| Refusal::Proof(refusal.code());
    let proved = ProvedRequest {
        method: request.method,
        url: &format!("{}{}", service.tenant.issuer(), request.path),
        access_token,
        now: service.now,
        tolerance: service.tenant.clock_tolerance(),
        nonces: None,
    };
    let proof = UnverifiedProof::examine(request.dpop, &proved).and_then(check).map_err(refused)?;
    let verifies =
        service.host.verify(proof.key(), proof.algorithm(), proof.message(), proof.signature()).await;
    proof.with_signature(verifies.map_err(|_| Refusal::HostUnavailable)?).map_err(refused)
}
